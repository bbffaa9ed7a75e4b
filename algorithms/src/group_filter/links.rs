//! The filters as lists of links, which is how they are served: a question costs what the links of its items cost,
//! however many items there are.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::graph::{step, strongest};
use super::{GroupFilter, Params};
use crate::matrix::Csr;
use crate::model::Profile;

/// Item graphs of a fitted [`GroupFilter`], without the groups and people that they were made from. All are items × items.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    /// What the parts weigh.
    pub params: Params,
    /// `S_G`.
    pub by_groups: Csr,
    /// `S_M`.
    pub by_members: Csr,
    /// `S_M S_M`.
    pub by_members_twice: Csr,
    /// `S_U`.
    pub by_people: Csr,
}

impl GroupFilter {
    /// The item graphs; the two steps on the second keep the strongest `keep` links of each item.
    #[must_use]
    pub fn links(&self, keep: usize) -> Links {
        let wanted = self.params.members_second > 0.0;
        let once = &self.by_members;
        Links {
            params: self.params,
            by_groups: self.by_groups.clone(),
            by_members: once.clone(),
            by_members_twice: if wanted { twice(once, keep) } else { empty(once.rows()) },
            by_people: self.by_people.clone(),
        }
    }
}

impl Links {
    /// Number of items.
    #[must_use]
    pub fn items(&self) -> usize {
        self.by_groups.rows()
    }

    /// Number of links.
    #[must_use]
    pub fn nnz(&self) -> usize {
        [&self.by_groups, &self.by_members, &self.by_members_twice, &self.by_people]
            .iter()
            .map(|graph| graph.nnz())
            .sum()
    }

    /// Scores above 0 of all items that anything leads to, items rising. `history` is what the group has done, `near` what
    /// groups with members in common have done, as the caller weighs it: the formula's `o`.
    ///
    /// Cost: `O(|history| · links)`.
    #[must_use]
    pub fn score(&self, history: Profile<'_>, near: Profile<'_>) -> Vec<(u32, f32)> {
        let p = &self.params;
        let parts = [
            (&self.by_groups, p.groups_weight),
            (&self.by_members, p.members_weight),
            (&self.by_members_twice, p.members_second),
            (&self.by_people, p.people_weight),
        ];
        let mut sums: FxHashMap<u32, f32> = FxHashMap::default();
        let mut part: FxHashMap<u32, f32> = FxHashMap::default();
        for (graph, weight) in parts {
            for &(item, loud) in history.iter().filter(|cell| (cell.0 as usize) < graph.rows()) {
                let (targets, values) = graph.row(item as usize);
                for (&target, &value) in targets.iter().zip(values) {
                    *part.entry(target).or_default() += loud * value;
                }
            }
            add_unit(part.drain(), weight, &mut sums);
        }
        let known = near.iter().copied().filter(|cell| (cell.0 as usize) < self.items());
        add_unit(known, p.overlap_weight, &mut sums);
        let mut out: Vec<(u32, f32)> = sums.into_iter().filter(|cell| cell.1 > 0.0).collect();
        out.sort_unstable_by_key(|cell| cell.0);
        out
    }
}

/// Adds `weight` times the part brought to length 1.
fn add_unit(part: impl Iterator<Item = (u32, f32)>, weight: f32, sums: &mut FxHashMap<u32, f32>) {
    let mut cells: Vec<(u32, f32)> = part.collect();
    // A sum of many numbers depends on their order, which must not follow the table's.
    cells.sort_unstable_by_key(|cell| cell.0);
    let length = cells.iter().map(|cell| f64::from(cell.1).powi(2)).sum::<f64>().sqrt() as f32;
    if length > 0.0 && weight > 0.0 {
        for (item, value) in cells {
            *sums.entry(item).or_default() += weight / length * value;
        }
    }
}

fn twice(once: &Csr, keep: usize) -> Csr {
    let items = once.rows();
    let rows: Vec<Vec<(u32, f32)>> = (0..items)
        .into_par_iter()
        .map_init(
            || vec![0_f32; items],
            |sums, item| {
                let first = once.profile(item);
                step(once, first.iter().copied(), sums);
                let reached = first.iter().flat_map(|cell| once.row(cell.0 as usize).0.iter().copied());
                let mut row = Vec::new();
                for target in reached {
                    // Whatever is reached twice is empty the second time.
                    let sum = std::mem::take(&mut sums[target as usize]);
                    if sum > 0.0 {
                        row.push((target, sum));
                    }
                }
                row.sort_unstable_by_key(|cell| cell.0);
                strongest(row, keep)
            },
        )
        .collect();
    Csr::from_rows(items, &rows)
}

fn empty(items: usize) -> Csr {
    Csr::from_rows(items, &vec![Vec::new(); items])
}
