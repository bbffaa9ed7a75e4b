//! Votes on works, and on going on. A person has one vote on each work, whatever their number of devices.

use crate::live::watch::{PollView, SkipTally, Tally, VoteValue};
use serde::{Deserialize, Serialize};
use soiree_domain::{ItemId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Most works that are voted on at a time; a vote on one more is refused.
pub(crate) const MAX_ITEMS: usize = 300;

/// The poll of one party.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Poll {
    votes: BTreeMap<ItemId, BTreeMap<UserId, VoteValue>>,
    skip: BTreeSet<UserId>,
}

impl Poll {
    /// Takes a vote. `item` is absent for [`VoteValue::Skip`] and for clearing it.
    pub(crate) fn cast(&mut self, user: &UserId, item: Option<&ItemId>, value: VoteValue) {
        match (item, value) {
            (None, VoteValue::Skip) => {
                self.skip.insert(user.clone());
            }
            (None, _) => {
                self.skip.remove(user);
            }
            (Some(item), VoteValue::Clear | VoteValue::Skip) => {
                if let Some(votes) = self.votes.get_mut(item) {
                    votes.remove(user);
                    if votes.is_empty() {
                        self.votes.remove(item);
                    }
                }
            }
            (Some(item), value) => {
                self.votes.entry(item.clone()).or_default().insert(user.clone(), value);
            }
        }
    }

    pub(crate) fn knows(&self, item: &ItemId) -> bool {
        self.votes.contains_key(item)
    }

    pub(crate) fn len(&self) -> usize {
        self.votes.len()
    }

    pub(crate) fn tally(&self, item: &ItemId) -> Tally {
        let votes = self.votes.get(item);
        let count = |wanted| {
            let n = votes.map_or(0, |votes| votes.values().filter(|value| **value == wanted).count());
            u32::try_from(n).unwrap_or(u32::MAX)
        };
        Tally {
            item: item.clone(),
            up: count(VoteValue::Up),
            down: count(VoteValue::Down),
            vetoes: count(VoteValue::Veto),
        }
    }

    /// Votes for a work less those against it.
    pub(crate) fn balance(&self, item: &ItemId) -> i64 {
        let tally = self.tally(item);
        i64::from(tally.up) - i64::from(tally.down)
    }

    /// Works that somebody is for (`true`) or against.
    pub(crate) fn of(&self, user: &UserId) -> Vec<(ItemId, bool)> {
        let votes = self.votes.iter().filter_map(|(item, votes)| match votes.get(user)? {
            VoteValue::Up => Some((item.clone(), true)),
            VoteValue::Down => Some((item.clone(), false)),
            VoteValue::Veto | VoteValue::Clear | VoteValue::Skip => None,
        });
        votes.collect()
    }

    /// Works that somebody forbids.
    pub(crate) fn vetoed(&self) -> Vec<ItemId> {
        let forbidden = |votes: &BTreeMap<UserId, VoteValue>| votes.values().any(|v| *v == VoteValue::Veto);
        self.votes.iter().filter(|(_, votes)| forbidden(votes)).map(|(item, _)| item.clone()).collect()
    }

    pub(crate) fn is_vetoed(&self, item: &ItemId) -> bool {
        self.votes.get(item).is_some_and(|votes| votes.values().any(|v| *v == VoteValue::Veto))
    }

    /// How many of `present` want to go on; it takes more than half of them.
    pub(crate) fn skip(&self, present: &BTreeSet<UserId>) -> SkipTally {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        SkipTally {
            votes: count(self.skip.intersection(present).count()),
            needed: count(present.len() / 2 + 1),
        }
    }

    /// Another work plays: votes on going on, and for and against this work, are over. Vetoes stand.
    pub(crate) fn started(&mut self, item: Option<&ItemId>) {
        self.skip.clear();
        if let Some(item) = item.filter(|item| !self.is_vetoed(item)) {
            self.votes.remove(item);
        }
    }

    /// Somebody left: their votes go with them.
    pub(crate) fn forget(&mut self, user: &UserId) {
        self.skip.remove(user);
        self.votes.retain(|_, votes| {
            votes.remove(user);
            !votes.is_empty()
        });
    }

    pub(crate) fn view(&self, viewer: &UserId, present: &BTreeSet<UserId>) -> PollView {
        let own = |votes: &BTreeMap<UserId, VoteValue>| votes.get(viewer).copied();
        PollView {
            items: self.votes.iter().map(|(item, votes)| (self.tally(item), own(votes))).collect(),
            skip: self.skip(present),
            skip_mine: self.skip.contains(viewer),
        }
    }
}
