//! Who may call what: roles in rising order, and the caller as every request carries it.

use crate::UserId;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The five roles. What a route or frame asks for is stated where it is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May read public things: the catalogue, popular and trending items, public parties.
    Viewer,
    /// A person, guests included: their own data, and the parties they are in.
    User,
    /// A program of the product: any person's data on their behalf, the catalogue, interactions.
    Service,
    /// May look into the server's workings and steer parties and models.
    Operator,
    /// May do everything, keys and roles included.
    Admin,
}

impl Role {
    /// All roles, weakest first.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::User, Self::Service, Self::Operator, Self::Admin];

    /// The name used in JSON and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::User => "user",
            Self::Service => "service",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| format!("unknown role {text:?}: use viewer, user, service, operator or admin"))
    }
}

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What they may do.
    pub role: Role,
    /// Who they are; absent for service keys that stand for no person.
    pub user: Option<UserId>,
    /// Name of the key or session, for the audit.
    pub name: String,
}

impl Principal {
    /// Whether the caller may act for this person: as that person, or from `service` upwards.
    #[must_use]
    pub fn may_act_for(&self, user: &UserId) -> bool {
        self.role >= Role::Service || self.user.as_ref() == Some(user)
    }
}
