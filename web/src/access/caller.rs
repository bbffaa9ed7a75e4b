//! The caller as handlers see them.

use crate::problem::Problem;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use soiree_domain::{Principal, Reason, Role, UserId};
use soiree_storage::Key;
use std::{
    future::{Ready, ready},
    sync::Arc,
};

/// Who is calling; put into the request by the gate.
#[derive(Debug, Clone)]
pub struct Caller {
    principal: Principal,
    id: String,
}

impl Caller {
    /// The holder of a key.
    #[must_use]
    pub fn of(key: &Key) -> Self {
        let principal = Principal { role: key.role, user: key.user.clone(), name: key.name.clone() };
        Self { principal, id: key.id.clone() }
    }

    /// What they may do, and who they are.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Their role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.principal.role
    }

    /// The person they are, if any.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        self.principal.user.as_ref()
    }

    /// How the audit and idempotency keys name them: the person, or else the key's id. Two keys of one person
    /// are one caller.
    #[must_use]
    pub fn name(&self) -> &str {
        self.user().map_or(&self.id, UserId::as_str)
    }

    /// Whether they may act for this person: as that person (not with a viewer's key), or from `service` upwards.
    #[must_use]
    pub fn may_act_for(&self, user: &UserId) -> bool {
        self.role() >= Role::User && self.principal.may_act_for(user)
    }

    /// Refuses to act for somebody else.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn must_act_for(&self, user: &UserId) -> Result<(), Problem> {
        if self.may_act_for(user) {
            return Ok(());
        }
        Err(Problem::new("forbidden", format!("you may not act for {user}")))
    }

    /// The person they are.
    ///
    /// # Errors
    /// `forbidden` for keys that stand for no person.
    pub fn person(&self) -> Result<&UserId, Problem> {
        self.user()
            .ok_or_else(|| Problem::new("forbidden", "this key stands for no person; name one in the body"))
    }

    /// Whether they may read a reason: everybody's, or one that is private to somebody they may act for.
    #[must_use]
    pub fn may_read(&self, reason: &Reason) -> bool {
        reason.private_to.as_ref().is_none_or(|owner| self.may_act_for(owner))
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = req.extensions().get::<Arc<Self>>().map(|caller| Self::clone(caller));
        ready(caller.ok_or_else(|| Problem::new("unauthorized", "this needs a key")))
    }
}
