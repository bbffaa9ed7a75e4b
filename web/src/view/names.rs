//! The closed lists of words, as strings with an enumeration in the OpenAPI document.

use crate::input::{Part, Place, parse};
use serde::{Serialize, Serializer};
use serde_json::Value;
use soiree_domain::{
    Control, Domain, InteractionKind, MemberRole, RelationKind, Role, Source, Strategy, Surface, UserKind,
    Visibility, Wait, Wish,
};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

macro_rules! names {
    ($($(#[doc = $doc:literal])* $name:ident($type:ty) = $public:literal, [$($word:expr),* $(,)?], $parse:tt;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name(pub $type);

            impl From<$type> for $name {
                fn from(value: $type) -> Self {
                    Self(value)
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.0.as_str())
                }
            }

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let words: Vec<&'static str> = vec![$($word.as_str()),*];
                    let docs: &[&str] = &[$($doc.trim()),*];
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .description(Some(docs.join(" ")))
                        .enum_values(Some(words))
                        .into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed($public)
                }
            }

            names!(@parse $name $parse);
        )*

        /// The schemas of all names, for parameters that refer to them.
        pub(crate) fn schemas() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![$(($public, $name::schema())),*]
        }
    };
    (@parse $name:ident true) => {
        impl Part for $name {
            fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
                parse(value, place).map(Self)
            }
        }
    };
    (@parse $name:ident false) => {};
}

names! {
    /// What kind of thing an item is.
    DomainName(Domain) = "Domain",
    [Domain::Film, Domain::Series, Domain::Book, Domain::Music, Domain::Product], true;
    /// What somebody did with an item.
    InteractionName(InteractionKind) = "InteractionKind", [
        InteractionKind::View, InteractionKind::Click, InteractionKind::Play, InteractionKind::Progress,
        InteractionKind::Finish, InteractionKind::Skip, InteractionKind::Rate, InteractionKind::Like,
        InteractionKind::Dislike, InteractionKind::Share, InteractionKind::Cart, InteractionKind::Buy,
        InteractionKind::Review,
    ], true;
    /// How one item hangs together with another.
    RelationName(RelationKind) = "RelationKind", [
        RelationKind::Adaptation, RelationKind::Soundtrack, RelationKind::SameCreator, RelationKind::SameUniverse,
        RelationKind::Sequel, RelationKind::BelongsTo, RelationKind::InspiredBy, RelationKind::About,
    ], true;
    /// What sort of person stands behind a user.
    UserKindName(UserKind) = "UserKind", [UserKind::Person, UserKind::Guest, UserKind::Synthetic], true;
    /// Who can find a party.
    VisibilityName(Visibility) = "Visibility",
    [Visibility::Public, Visibility::Unlisted, Visibility::Private], true;
    /// Who may steer playback and the queue.
    ControlName(Control) = "Control", [Control::Host, Control::Everyone, Control::Vote], true;
    /// Whom a party waits for while they load.
    WaitName(Wait) = "Wait", [Wait::All, Wait::Quorum, Wait::Nobody], true;
    /// What recommendations should do about a mood.
    WishName(Wish) = "Wish", [Wish::Match, Wish::Lift, Wish::Ignore], true;
    /// What a member is in a party.
    MemberRoleName(MemberRole) = "MemberRole",
    [MemberRole::Host, MemberRole::Moderator, MemberRole::Member], false;
    /// How a group answer weighs its members.
    StrategyName(Strategy) = "Strategy",
    [
        Strategy::Average, Strategy::LeastMisery, Strategy::MostPleasure, Strategy::AverageWithoutMisery,
        Strategy::Multiplicative, Strategy::Borda, Strategy::Copeland, Strategy::Approval,
        Strategy::TurnTaking, Strategy::SpGreedy, Strategy::EfGreedy, Strategy::GreedyLm,
        Strategy::Gfar, Strategy::EpFuzzda, Strategy::DiminishingReturns,
    ], true;
    /// What a caller may do, weakest first.
    RoleName(Role) = "Role", [Role::Viewer, Role::User, Role::Service, Role::Operator, Role::Admin], true;
    /// Where in a product an answer is shown.
    SurfaceName(Surface) = "Surface", [Surface::Home, Surface::Similar, Surface::Party, Surface::Group, Surface::Search], true;
    /// A model or rule that can put an item into an answer.
    SourceName(Source) = "Source", [
        Source::Ials, Source::Ease, Source::ItemKnn, Source::DomainMap, Source::Tfidf, Source::Text, Source::Relation, Source::Friends,
        Source::Popularity, Source::Context, Source::Together, Source::GroupFilter, Source::Sbert,
    ], false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_lists_every_word() {
        let words = |schema: RefOr<Schema>| {
            let json = serde_json::to_value(schema).unwrap();
            json["enum"]
                .as_array()
                .unwrap()
                .iter()
                .map(|w| w.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(words(DomainName::schema()), Domain::ALL.map(|d| d.as_str().to_owned()));
        assert_eq!(words(InteractionName::schema()), InteractionKind::ALL.map(|d| d.as_str().to_owned()));
        assert_eq!(words(RelationName::schema()), RelationKind::ALL.map(|d| d.as_str().to_owned()));
        assert_eq!(words(RoleName::schema()), Role::ALL.map(|d| d.as_str().to_owned()));
        assert_eq!(words(StrategyName::schema()), Strategy::ALL.map(|d| d.as_str().to_owned()));
    }
}
