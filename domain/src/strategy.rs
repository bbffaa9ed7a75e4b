//! Names of the ways in which members' wishes become one list.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How a group answer weighs its members. The mathematics stand in `algorithms::group`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The mean of all members.
    Average,
    /// The unhappiest member decides.
    LeastMisery,
    /// The mean, but nothing that a member clearly does not want.
    #[default]
    AverageWithoutMisery,
}

impl Strategy {
    /// All strategies, in their fixed order.
    pub const ALL: [Self; 3] = [Self::Average, Self::LeastMisery, Self::AverageWithoutMisery];

    /// The name used in JSON and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Average => "average",
            Self::LeastMisery => "least-misery",
            Self::AverageWithoutMisery => "average-without-misery",
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Strategy {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| {
            format!("unknown strategy {text:?}: use average, least-misery or average-without-misery")
        })
    }
}
