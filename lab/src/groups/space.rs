//! A group as a profile, so that whatever ranks, blends and measures for people does so for groups.
//!
//! A profile is a list of (number, weight) with rising numbers. A group's holds its items, then its members, then itself,
//! each in a range of numbers of its own. Scores are over the items alone.

use soiree_algorithms::model::Profile;

/// The ranges of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Space {
    pub(super) items: u32,
    pub(super) people: u32,
}

/// What a profile says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said<'a> {
    pub(super) history: Profile<'a>,
    pub(super) members: Vec<u32>,
    /// Absent for a person by themselves.
    pub(super) group: Option<u32>,
}

impl Space {
    /// Members rise.
    pub(super) fn profile(self, history: &[u32], members: &[u32], group: Option<u32>) -> Vec<(u32, f32)> {
        let members = members.iter().map(|m| self.items + m);
        let group = group.map(|g| self.items + self.people + g);
        history.iter().copied().chain(members).chain(group).map(|at| (at, 1.0)).collect()
    }

    pub(super) fn read(self, profile: Profile<'_>) -> Said<'_> {
        let items = profile.partition_point(|cell| cell.0 < self.items);
        let people = profile.partition_point(|cell| cell.0 < self.items + self.people);
        Said {
            history: &profile[..items],
            members: profile[items..people].iter().map(|cell| cell.0 - self.items).collect(),
            group: profile.get(people).map(|cell| cell.0 - self.items - self.people),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            history in prop::collection::btree_set(0_u32..7, 0..5),
            members in prop::collection::btree_set(0_u32..4, 0..4),
            group in prop::option::of(0_u32..9),
        ) {
            let space = Space { items: 7, people: 4 };
            let (history, members): (Vec<u32>, Vec<u32>) = (history.into_iter().collect(), members.into_iter().collect());
            let profile = space.profile(&history, &members, group);
            prop_assert!(profile.is_sorted_by(|a, b| a.0 < b.0));
            let said = space.read(&profile);
            prop_assert_eq!(said.history.iter().map(|cell| cell.0).collect::<Vec<_>>(), history);
            prop_assert_eq!((said.members, said.group), (members, group));
        }
    }
}
