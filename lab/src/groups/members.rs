//! How content a group's members are with its list, by what they themselves had held out.

use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::statistics::mean;

use super::data::GroupData;
use crate::cases::Case;
use crate::rank::ndcg_of;

/// Each group's members who have something held out, and what.
pub(super) struct Satisfied {
    held_out: FxHashMap<u32, Vec<FxHashSet<u32>>>,
    groups: usize,
    members: usize,
}

impl Satisfied {
    pub(super) fn new(data: &GroupData) -> Self {
        let mut of_person: FxHashMap<u32, FxHashSet<u32>> = FxHashMap::default();
        for &(person, item) in &data.people_test {
            of_person.entry(person).or_default().insert(item);
        }
        let mut held_out: FxHashMap<u32, Vec<FxHashSet<u32>>> = FxHashMap::default();
        for (group, person) in &data.members {
            if let Some(items) = of_person.get(person) {
                held_out.entry(*group).or_default().push(items.clone());
            }
        }
        // The least content of one is no comparison.
        held_out.retain(|_, members| members.len() > 1);
        let (groups, members) = (held_out.len(), held_out.values().map(Vec::len).sum());
        Self { held_out, groups, members }
    }

    pub(super) fn told(&self) -> Option<String> {
        (self.groups > 0).then(|| {
            format!(
                "member_mean, member_min and member_spread are the mean, the least and the largest less the least NDCG \
                 of a group's list on its members' own held-out items, over {} groups with at least two such members \
                 ({} in all).",
                self.groups, self.members
            )
        })
    }

    /// Means over the groups at every cut-off; nothing when no members have anything held out.
    pub(super) fn measure(
        &self,
        cases: &[Case],
        lists: &[Vec<u32>],
        cutoffs: &[usize],
    ) -> Vec<(String, f64)> {
        let mut out = Vec::new();
        for &k in cutoffs {
            let asked = cases.iter().zip(lists).filter_map(|(case, list)| {
                let members = self.held_out.get(&case.user)?;
                let ndcg: Vec<f64> = members.iter().map(|items| ndcg_of(list, items, k)).collect();
                let least = ndcg.iter().copied().fold(f64::INFINITY, f64::min);
                let most = ndcg.iter().copied().fold(0.0, f64::max);
                Some([mean(&ndcg), least, most - least])
            });
            let rows: Vec<[f64; 3]> = asked.collect();
            if rows.is_empty() {
                continue;
            }
            for (at, name) in ["member_mean", "member_min", "member_spread"].iter().enumerate() {
                let column: Vec<f64> = rows.iter().map(|row| row[at]).collect();
                out.push((format!("{name}@{k}"), mean(&column)));
            }
        }
        out
    }
}
