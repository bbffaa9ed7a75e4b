//! What models are fitted on, and the questions they are asked.

use std::sync::Arc;

use rand::RngExt;
use rustc_hash::FxHashSet;
use soiree_algorithms::matrix::Csr;

use super::data::{GroupData, Pair};
use super::space::Space;
use crate::cases::{Candidates, Case, FitData};
use crate::events::PublishedCase;
use crate::protocol::Groups;
use crate::split::random_for;

const CARVE: u64 = 21;
const NEGATIVES: u64 = 22;
/// How many items count as those that most groups have.
const POPULAR: usize = 50;

/// Training data as matrices.
pub(super) struct Known {
    pub(super) space: Space,
    /// Groups × items.
    pub(super) groups: Csr,
    /// Groups × people.
    pub(super) members: Csr,
    /// People × items.
    pub(super) people: Csr,
    /// Rows are groups and then people, for models that know no groups.
    pub(super) stacked: FitData,
    /// People × items, with what a person's groups did beside what they did by themselves.
    pub(super) together: FitData,
}

impl Known {
    pub(super) fn new(data: &GroupData, train: &[Pair]) -> Arc<Self> {
        let sizes = (data.groups.len(), data.people.len(), data.items.len());
        let of = |rows: usize, cols: usize, pairs: &mut dyn Iterator<Item = Pair>| {
            Csr::from_triplets(rows, cols, &pairs.map(|(r, c)| (r, c, 1.0)).collect::<Vec<_>>())
        };
        let groups = of(sizes.0, sizes.2, &mut train.iter().copied());
        let members = of(sizes.0, sizes.1, &mut data.members.iter().copied());
        let people = of(sizes.1, sizes.2, &mut data.people_train.iter().copied());
        let first = sizes.0 as u32;
        let own = data.people_train.iter().map(|&(user, item)| (first + user, item));
        let stacked = of(sizes.0 + sizes.1, sizes.2, &mut train.iter().copied().chain(own));
        let done = data
            .members
            .iter()
            .flat_map(|&(group, user)| groups.row(group as usize).0.iter().map(move |&item| (user, item)));
        let together = of(sizes.1, sizes.2, &mut data.people_train.iter().copied().chain(done));
        let fit = |matrix| FitData { matrix, ..FitData::default() };
        let space = Space { items: sizes.2 as u32, people: sizes.1 as u32 };
        Arc::new(Self { space, groups, members, people, stacked: fit(stacked), together: fit(together) })
    }

    fn profile(&self, group: u32) -> Vec<(u32, f32)> {
        let (items, members) = (self.groups.row(group as usize).0, self.members.row(group as usize).0);
        self.space.profile(items, members, Some(group))
    }

    /// A group's question.
    fn case(&self, group: u32, wanted: Vec<u32>, candidates: Candidates) -> Case {
        Case { user: group, shown: self.profile(group), wanted, candidates }
    }

    /// Every item but those that the group has in training, with what is asked for.
    pub(super) fn full(&self, pairs: &[Pair]) -> Vec<Case> {
        let asked = grouped(pairs).into_iter().map(|(group, wanted)| {
            let had = self.groups.row(group as usize).0.iter().copied();
            let hidden = had.filter(|i| wanted.binary_search(i).is_err()).collect();
            self.case(group, wanted, Candidates::AllBut(hidden))
        });
        asked.collect()
    }

    /// The published questions about groups, as they are.
    pub(super) fn published(&self, negatives: &[PublishedCase]) -> Vec<Case> {
        let only = |c: &PublishedCase| Candidates::Only(c.negatives.clone());
        negatives.iter().map(|c| self.case(c.user, vec![c.wanted], only(c))).collect()
    }

    /// The published questions about people.
    pub(super) fn alone(&self, negatives: &[PublishedCase]) -> Vec<Case> {
        let first = self.groups.rows() as u32;
        let asked = negatives.iter().map(|c| Case {
            user: first + c.user,
            shown: self.space.profile(self.people.row(c.user as usize).0, &[c.user], None),
            wanted: vec![c.wanted],
            candidates: Candidates::Only(c.negatives.clone()),
        });
        asked.collect()
    }

    /// Questions without the known faults, and what was left out.
    pub(super) fn clean(&self, cases: &[Case]) -> (Vec<Case>, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut out = Vec::with_capacity(cases.len());
        for case in cases {
            let trained = self.groups.row(case.user as usize).0;
            if case.wanted.iter().any(|i| trained.binary_search(i).is_ok()) {
                left_out.in_training += 1;
                continue;
            }
            let mut case = case.clone();
            if let Candidates::Only(list) = &mut case.candidates {
                let mut seen = FxHashSet::default();
                list.retain(|item| {
                    let asked_for = case.wanted.binary_search(item).is_ok();
                    let trained = trained.binary_search(item).is_ok();
                    let repeated = !seen.insert(*item);
                    left_out.asked_for += usize::from(asked_for);
                    left_out.trained += usize::from(trained && !asked_for);
                    left_out.repeated += usize::from(repeated && !trained && !asked_for);
                    !(asked_for || trained || repeated)
                });
            }
            out.push(case);
        }
        (out, left_out)
    }
}

/// What the clean variant leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LeftOut {
    /// Test pairs that also stand in training.
    pub(super) in_training: usize,
    /// Negatives that are the item asked for.
    pub(super) asked_for: usize,
    /// Negatives that the group has in training.
    pub(super) trained: usize,
    /// Negatives that stand a second time.
    pub(super) repeated: usize,
}

/// Training pairs left after one of each group that has two was taken out, and the taken ones as questions.
pub(super) fn carve(task: &Groups, data: &GroupData) -> (Arc<Known>, Vec<Case>) {
    let rule = &task.validation;
    if !data.validation.is_empty() {
        let known = Known::new(data, &data.train);
        let cases = known.full(&data.validation);
        return (known, cases);
    }
    let (mut left, mut taken) = (Vec::new(), Vec::new());
    for (group, mut items) in grouped(&data.train) {
        if items.len() > 1 {
            let at = random_for(rule.seed, CARVE, group).random_range(0..items.len());
            taken.push((group, items.remove(at)));
        }
        left.extend(items.into_iter().map(|item| (group, item)));
    }
    let known = Known::new(data, &left);
    if rule.negatives == 0 {
        let cases = known.full(&taken);
        return (known, cases);
    }
    let popular = popular(&known.groups);
    let trained: FxHashSet<Pair> = data.train.iter().copied().collect();
    let ask = |&(group, item): &Pair| {
        let mut random = random_for(rule.seed, NEGATIVES, group);
        let mut negatives = Vec::with_capacity(rule.negatives);
        // Tries are bounded, in case a group has done nearly everything.
        for _ in 0..rule.negatives * 100 {
            if negatives.len() == rule.negatives {
                break;
            }
            let item = if random.random_bool(rule.popular) {
                popular[random.random_range(0..popular.len())]
            } else {
                random.random_range(0..known.space.items)
            };
            if !trained.contains(&(group, item)) {
                negatives.push(item);
            }
        }
        known.case(group, vec![item], Candidates::Only(negatives))
    };
    let cases = taken.iter().map(ask).collect();
    (known, cases)
}

/// The items that most groups have; never empty where there are items.
fn popular(groups: &Csr) -> Vec<u32> {
    let counts = groups.column_counts();
    let mut items: Vec<u32> = (0..counts.len() as u32).collect();
    items.sort_by_key(|&item| std::cmp::Reverse(counts[item as usize]));
    items.truncate(POPULAR);
    items
}

/// Each row's columns, both rising.
fn grouped(pairs: &[Pair]) -> Vec<(u32, Vec<u32>)> {
    let mut sorted = pairs.to_vec();
    sorted.sort_unstable();
    let rows = sorted.chunk_by(|a, b| a.0 == b.0);
    rows.map(|row| (row[0].0, row.iter().map(|pair| pair.1).collect())).collect()
}
