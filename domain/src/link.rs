//! Links between items, and between people.

use crate::{ItemId, UserId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How one item hangs together with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// `to` adapts `from`.
    Adaptation,
    /// `to` is the soundtrack of `from`.
    Soundtrack,
    /// Both come from the same maker.
    SameCreator,
    /// Both play in the same world.
    SameUniverse,
    /// `to` continues `from`.
    Sequel,
    /// The product `from` belongs to the work `to`.
    BelongsTo,
    /// `from` was inspired by `to`.
    InspiredBy,
    /// `from` is about `to`.
    About,
}

impl RelationKind {
    /// All kinds, in their fixed order.
    pub const ALL: [Self; 8] = [
        Self::Adaptation,
        Self::Soundtrack,
        Self::SameCreator,
        Self::SameUniverse,
        Self::Sequel,
        Self::BelongsTo,
        Self::InspiredBy,
        Self::About,
    ];

    /// The name used in JSON and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adaptation => "adaptation",
            Self::Soundtrack => "soundtrack",
            Self::SameCreator => "same_creator",
            Self::SameUniverse => "same_universe",
            Self::Sequel => "sequel",
            Self::BelongsTo => "belongs_to",
            Self::InspiredBy => "inspired_by",
            Self::About => "about",
        }
    }
}

impl fmt::Display for RelationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RelationKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|k| k.as_str() == text).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|k| k.as_str()).collect();
            format!("unknown relation {text:?}: use one of {}", all.join(", "))
        })
    }
}

/// A directed, typed link between two items.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Where it starts.
    pub from: ItemId,
    /// Where it leads.
    pub to: ItemId,
    /// How they hang together.
    pub kind: RelationKind,
}

/// Two people who know each other; stored once, with `a < b`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Friendship {
    /// The one whose id sorts first.
    pub a: UserId,
    /// The other.
    pub b: UserId,
}

impl Friendship {
    /// Makes the friendship of two people; `None` for one and the same.
    #[must_use]
    pub fn new(one: UserId, other: UserId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self { a: one, b: other }),
            std::cmp::Ordering::Greater => Some(Self { a: other, b: one }),
            std::cmp::Ordering::Equal => None,
        }
    }
}
