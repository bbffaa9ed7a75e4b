//! The hold-out of new items: some items are hidden from everybody, and people who took one are asked for it among the items
//! that nobody took.

use super::domains::domains_of;
use super::figures::{Ran, measure};
use super::holdout::{Asked, Hidden};
use super::{Row, TrainParams};
use crate::guess::LEAST_TAKEN;
use crate::settings::{BlendSettings, NEW_SOURCES};
use crate::{Bundle, Catalogue};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rustc_hash::FxHashSet;
use soiree_algorithms::matrix::Csr;
use soiree_domain::{Domain, Source};

/// The share of the items that are hidden, of those that enough people took, and the most of them.
const SHARE: f64 = 0.05;
const MOST: usize = 300;
/// Fewer hidden items, or people to ask, teach nothing.
const LEAST_ITEMS: usize = 20;
const LEAST_PEOPLE: usize = 50;
/// An item that fewer people took is not hidden.
const LEAST_COUNT: u32 = 3;
/// Somebody of whom less is left is not asked.
const LEAST_LEFT: usize = 3;

/// The hidden items, and who is asked for which of them.
pub(super) struct Unseen {
    items: FxHashSet<u32>,
    asked: Vec<Hidden>,
}

impl Unseen {
    /// Chooses items of domains that keep enough of them, and one for each of some people; `None` where these are too few.
    pub(super) fn new(taken: &Csr, catalogue: &Catalogue, params: &TrainParams) -> Option<Self> {
        let counts = taken.column_counts();
        let of_item = domains_of(catalogue);
        let in_domain = |domain: Domain| {
            let ours = |item: &u32| usize::from(of_item[*item as usize]) == domain.index();
            (0..counts.len() as u32).filter(ours).filter(|&item| counts[item as usize] > 0).count()
        };
        let enough = Domain::ALL.map(|domain| in_domain(domain) >= 2 * LEAST_TAKEN);
        let may = |item: &u32| {
            counts[*item as usize] >= LEAST_COUNT && enough[usize::from(of_item[*item as usize])]
        };
        let mut random = Xoshiro256PlusPlus::seed_from_u64(params.seed ^ 0x5eed);
        let mut items: Vec<u32> = (0..counts.len() as u32).filter(may).collect();
        let most = ((items.len() as f64 * SHARE) as usize).min(MOST);
        items.shuffle(&mut random);
        items.truncate(most);
        let items: FxHashSet<u32> = items.into_iter().collect();
        let mut asked: Vec<Hidden> = (0..taken.rows() as u32)
            .filter_map(|user| {
                let all = taken.row(user as usize).0;
                let theirs: Vec<u32> = all.iter().copied().filter(|item| items.contains(item)).collect();
                if theirs.is_empty() || all.len() - theirs.len() < LEAST_LEFT {
                    return None;
                }
                let wanted = theirs[random.next_u64() as usize % theirs.len()];
                Some(Hidden { user, wanted, domain: None })
            })
            .collect();
        asked.shuffle(&mut random);
        asked.truncate(params.holdout_max_people);
        (items.len() >= LEAST_ITEMS && asked.len() >= LEAST_PEOPLE).then_some(Self { items, asked })
    }

    /// Whether an item is left.
    pub(super) fn keeps(&self, item: u32) -> bool {
        !self.items.contains(&item)
    }

    /// Looks for the hidden items with a bundle that was fitted on the `rest`.
    pub(super) fn run(
        &self,
        bundle: &Bundle,
        catalogue: &Catalogue,
        rest: &[Row],
        params: &TrainParams,
        now_ms: i64,
    ) -> Ran<{ NEW_SOURCES.len() }> {
        let settings = BlendSettings { deeds: params.deeds, ..BlendSettings::default() };
        let asked = Asked { bundle, catalogue, rows: rest, settings: &settings, now_ms };
        let cases = asked.cases(&self.asked, &NEW_SOURCES, |row| !row.known);
        measure(&cases, NEW_SOURCES.map(Source::as_str), settings.plain_new(), params.seed)
    }
}

#[cfg(test)]
mod tests;
