//! Parameters of the filter. They are flat, so that each can be named on a command line.

use serde::{Deserialize, Serialize};

use crate::check::require;
use crate::model::FitError;

/// Parameters of [`super::GroupFilter`]. The defaults are those chosen for travel groups of two to fifty people with two or
/// three items each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How much the graph of items that groups share counts.
    pub groups_weight: f32,
    /// γ of that graph: how much less a long row speaks.
    pub groups_rows: f32,
    /// a of that graph: how much less a frequent item of the profile speaks.
    pub groups_source: f32,
    /// b of that graph: how much less a frequent item is spoken for.
    pub groups_target: f32,
    /// p of that graph: above 1 the strong links grow, below 1 the weak ones do.
    pub groups_power: f32,
    /// How much the graph of items that people share through all groups they are in counts.
    pub members_weight: f32,
    /// How much two steps on that graph count.
    pub members_second: f32,
    /// γ of that graph.
    pub members_rows: f32,
    /// a of that graph.
    pub members_source: f32,
    /// b of that graph.
    pub members_target: f32,
    /// p of that graph.
    pub members_power: f32,
    /// How much the graph of items that people share by themselves counts.
    pub people_weight: f32,
    /// γ of that graph.
    pub people_rows: f32,
    /// a of that graph.
    pub people_source: f32,
    /// b of that graph.
    pub people_target: f32,
    /// p of that graph.
    pub people_power: f32,
    /// How much the items of groups with members in common count.
    pub overlap_weight: f32,
    /// How much less a member speaks who is in many groups.
    pub overlap_people: f32,
    /// How much less a large group speaks.
    pub overlap_groups: f32,
    /// Weight of the members' own histories beside the history of the group; they stand in its place when it has none.
    pub histories: f32,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            groups_weight: 0.15,
            groups_rows: 1.0,
            groups_source: 1.0,
            groups_target: 0.0,
            groups_power: 0.5,
            members_weight: 0.2,
            members_second: 0.2,
            members_rows: 1.0,
            members_source: 0.0,
            members_target: 0.75,
            members_power: 1.0,
            people_weight: 0.8,
            people_rows: 0.5,
            people_source: 1.0,
            people_target: 0.5,
            people_power: 2.0,
            overlap_weight: 0.1,
            overlap_people: 1.5,
            overlap_groups: 1.0,
            histories: 0.0,
        }
    }
}

/// One item graph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Graph {
    pub(super) rows: f32,
    pub(super) source: f32,
    pub(super) target: f32,
    pub(super) power: f32,
}

impl Params {
    pub(super) fn groups(&self) -> Graph {
        let Self { groups_rows: rows, groups_source: source, groups_target: target, .. } = *self;
        Graph { rows, source, target, power: self.groups_power }
    }

    pub(super) fn members(&self) -> Graph {
        let Self { members_rows: rows, members_source: source, members_target: target, .. } = *self;
        Graph { rows, source, target, power: self.members_power }
    }

    pub(super) fn people(&self) -> Graph {
        let Self { people_rows: rows, people_source: source, people_target: target, .. } = *self;
        Graph { rows, source, target, power: self.people_power }
    }

    /// Refuses what has no meaning.
    ///
    /// # Errors
    /// [`FitError::Parameter`].
    pub fn check(&self) -> Result<(), FitError> {
        let weights = [
            ("groups_weight", self.groups_weight),
            ("members_weight", self.members_weight),
            ("members_second", self.members_second),
            ("people_weight", self.people_weight),
            ("overlap_weight", self.overlap_weight),
            ("histories", self.histories),
        ];
        for (name, value) in weights {
            require(value >= 0.0 && value.is_finite(), name, "at least 0", value)?;
        }
        let any = weights[..5].iter().any(|w| w.1 > 0.0);
        require(any, "people_weight", "above 0 when every other weight is 0", self.people_weight)?;
        let exponents = [
            ("groups_rows", self.groups_rows),
            ("groups_source", self.groups_source),
            ("groups_target", self.groups_target),
            ("members_rows", self.members_rows),
            ("members_source", self.members_source),
            ("members_target", self.members_target),
            ("people_rows", self.people_rows),
            ("people_source", self.people_source),
            ("people_target", self.people_target),
            ("overlap_people", self.overlap_people),
            ("overlap_groups", self.overlap_groups),
        ];
        for (name, value) in exponents {
            require((0.0..=4.0).contains(&value), name, "from 0 to 4", value)?;
        }
        let powers = [
            ("groups_power", self.groups_power),
            ("members_power", self.members_power),
            ("people_power", self.people_power),
        ];
        for (name, value) in powers {
            require(value > 0.0 && value <= 4.0, name, "above 0, at most 4", value)?;
        }
        Ok(())
    }
}
