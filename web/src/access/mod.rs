//! Who may call what. Every route states its [`Access`] where it is registered ([`crate::route::Route`]), a gate in
//! front of the handler enforces it, and the OpenAPI document is written from the same value.

pub mod budget;
mod caller;
mod gate;
pub mod guests;
pub mod keys;
pub mod remote;
pub mod tickets;

pub use caller::Caller;
pub(crate) use gate::{Gate, bearer, guard};

use soiree_domain::Role;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, with or without a key.
    Public,
    /// Callers of at least this role.
    Least(Role),
    /// The person whom the path's first id names, and callers of at least this role.
    Own(Role),
    /// Callers of at least this role, within a rule that the handler applies to what the request names.
    Checked(Role, &'static str),
}

impl Access {
    /// The rule in words, for the documentation.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Public => "Open to everybody.".to_owned(),
            Self::Least(role) => format!("Needs the role `{role}` or a higher one."),
            Self::Own(role) => format!("Needs to be this very person, or the role `{role}` or a higher one."),
            Self::Checked(role, rule) => format!("Needs the role `{role}` or a higher one; {rule}."),
        }
    }
}
