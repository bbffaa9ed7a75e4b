//! Ways to bring several members' wishes into one list.

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
    /// The happiest member decides.
    MostPleasure,
    /// The mean, but nothing that a member clearly does not want.
    AverageWithoutMisery,
    /// The product of all members, which refuses what one of them refuses.
    Multiplicative,
    /// Every member gives points by rank.
    Borda,
    /// Items are compared two by two; the majority decides each time.
    Copeland,
    /// Every member says yes or no to every item.
    Approval,
    /// Members choose in turn.
    TurnTaking,
    /// Everybody gets items that are among their best.
    SpGreedy,
    /// Everybody gets items that they like more than the others do.
    EfGreedy,
    /// The mean and the unhappiest member together, place by place.
    GreedyLm,
    /// Every beginning of the list holds something for everybody.
    Gfar,
    /// Everybody is given their share of what the list gives.
    EpFuzzda,
    /// What a member is given counts the less, the more the list has given them.
    #[default]
    DiminishingReturns,
}

impl Strategy {
    /// All strategies, in their fixed order.
    pub const ALL: [Self; 15] = [
        Self::Average,
        Self::LeastMisery,
        Self::MostPleasure,
        Self::AverageWithoutMisery,
        Self::Multiplicative,
        Self::Borda,
        Self::Copeland,
        Self::Approval,
        Self::TurnTaking,
        Self::SpGreedy,
        Self::EfGreedy,
        Self::GreedyLm,
        Self::Gfar,
        Self::EpFuzzda,
        Self::DiminishingReturns,
    ];

    /// The name used in JSON and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Average => "average",
            Self::LeastMisery => "least-misery",
            Self::MostPleasure => "most-pleasure",
            Self::AverageWithoutMisery => "average-without-misery",
            Self::Multiplicative => "multiplicative",
            Self::Borda => "borda",
            Self::Copeland => "copeland",
            Self::Approval => "approval",
            Self::TurnTaking => "turn-taking",
            Self::SpGreedy => "sp-greedy",
            Self::EfGreedy => "ef-greedy",
            Self::GreedyLm => "greedy-lm",
            Self::Gfar => "gfar",
            Self::EpFuzzda => "ep-fuzzda",
            Self::DiminishingReturns => "diminishing-returns",
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
        Self::ALL.into_iter().find(|strategy| strategy.as_str() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("unknown strategy {text:?}: use one of {names}")
        })
    }
}
