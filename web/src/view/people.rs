//! People, friends and guests.

use super::{Stamp, UserKindName};
use crate::input::Change;
use serde::Serialize;
use soiree_domain::{User, UserId, UserKind};
use utoipa::ToSchema;

/// A person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    /// Their id.
    #[schema(value_type = String, example = "demo:ana")]
    pub id: UserId,
    /// The name others see.
    #[schema(example = "Ana")]
    pub name: String,
    /// What sort of person.
    pub kind: UserKindName,
    /// Preferred language, BCP 47.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "pt-BR")]
    pub locale: Option<String>,
    /// Age as a group; no birth date is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "25-34")]
    pub age_group: Option<String>,
    /// Region; no address is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "DE-BY")]
    pub region: Option<String>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        let User { id, name, kind, locale, age_group, region } = user;
        Self { id, name, kind: kind.into(), locale, age_group, region }
    }
}

crate::input! {
    /// A person to add, or to replace when the id is taken.
    #[derive(Debug, Clone, ToSchema)]
    pub struct NewUser {
        /// Their id; made by the server when absent.
        #[schema(value_type = Option<String>, example = "shop:4711")]
        id: Option<UserId>,
        /// The name others see, 1 to 80 characters.
        #[schema(example = "Ana")]
        name: String,
        /// What sort of person; `person` when absent.
        kind: Option<UserKindName>,
        /// Preferred language, BCP 47.
        #[schema(example = "pt-BR")]
        locale: Option<String>,
        /// Age as a group.
        #[schema(example = "25-34")]
        age_group: Option<String>,
        /// Region.
        #[schema(example = "DE-BY")]
        region: Option<String>,
    }
}

impl From<NewUser> for User {
    fn from(new: NewUser) -> Self {
        let NewUser { id, name, kind, locale, age_group, region } = new;
        let kind = kind.map_or(UserKind::Person, |kind| kind.0);
        Self { id: id.unwrap_or_else(UserId::fresh), name, kind, locale, age_group, region }
    }
}

crate::input! {
    /// What is to change in a person; absent fields stay, `null` takes away.
    #[derive(Debug, Clone, ToSchema)]
    pub struct UserPatch {
        /// The name others see, 1 to 80 characters.
        #[schema(example = "Ana Maria")]
        name: Option<String>,
        /// Preferred language, BCP 47.
        #[schema(value_type = Option<String>, example = "pt-BR")]
        locale: Change<String>,
        /// Age as a group.
        #[schema(value_type = Option<String>, example = "25-34")]
        age_group: Change<String>,
        /// Region.
        #[schema(value_type = Option<String>, example = "DE-BY")]
        region: Change<String>,
    }
}

impl UserPatch {
    /// The person after the change.
    #[must_use]
    pub fn apply(self, mut user: User) -> User {
        if let Some(name) = self.name {
            user.name = name;
        }
        self.locale.apply(&mut user.locale);
        self.age_group.apply(&mut user.age_group);
        self.region.apply(&mut user.region);
        user
    }
}

crate::input! {
    /// A friend to add.
    #[derive(Debug, Clone, ToSchema)]
    pub struct NewFriend {
        /// The friend's id.
        #[schema(value_type = String, example = "demo:bo")]
        friend: UserId,
    }
}

/// A person's friends.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Friends)]
pub struct FriendsView {
    /// Their ids, in order.
    #[schema(value_type = Vec<String>, example = json!(["demo:bo", "demo:cy"]))]
    pub friends: Vec<UserId>,
}

crate::input! {
    /// Somebody who comes in without an account.
    #[derive(Debug, Clone, ToSchema)]
    pub struct NewGuest {
        /// The name others see, 1 to 80 characters.
        #[schema(example = "Bo")]
        name: String,
        /// What an earlier answer gave: the same guest gets a new token.
        #[schema(value_type = Option<String>, nullable = false)]
        resume: Option<String>,
    }
}

/// A guest who was let in. Both tokens are shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Guest)]
pub struct GuestView {
    /// Who the guest is.
    #[schema(value_type = String, example = "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f")]
    pub user: UserId,
    /// For `Authorization: Bearer` and for the live channel; good for a day.
    #[schema(example = "gt_5f2c…")]
    pub token: String,
    /// Brings the guest back as the same person on the live channel; good for 30 days.
    #[schema(example = "rt_91ab…")]
    pub resume: String,
}

/// A one-time ticket for the live channel, shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Ticket)]
pub struct TicketView {
    /// For `hello`.
    #[schema(example = "wt_7d30…")]
    pub ticket: String,
    /// Until when it is good.
    pub expires_at: Stamp,
}
