//! The five stages by name, and how a caller hears when one begins. The engine knows no clock; who watches brings one.

/// A stage of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// What may come at all: the request's rules, resolved. Candidates are then held to them as they turn up.
    Rules,
    /// Every source names items.
    Candidates,
    /// One score per candidate. A group's members have been blended among themselves while their candidates were gathered;
    /// here the candidates they share are scored for each.
    Blend,
    /// From scores to one ordered list; in a group the strategy first.
    List,
    /// The evidence in words.
    Reasons,
}

impl Stage {
    /// All of them, in the order in which they begin.
    pub const ALL: [Self; 5] = [Self::Rules, Self::Candidates, Self::Blend, Self::List, Self::Reasons];

    /// The name used in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Candidates => "candidates",
            Self::Blend => "blend",
            Self::List => "list",
            Self::Reasons => "reasons",
        }
    }
}

/// Hears when a stage begins; the one before has ended then. In a group every stage begins once, for all members.
pub trait Stages {
    /// A stage begins.
    fn begin(&self, stage: Stage);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Untimed;

impl Stages for Untimed {
    fn begin(&self, _stage: Stage) {}
}
