//! From members' wishes to one list, and how content each member is with it.
//!
//! A *fit* is how well an item suits one member, 0 to 1. Weights say how much a member counts; a member of
//! weight 0 has no say. Strategies are of two kinds. Some score every item by itself ([`each`](self)): averages,
//! extremes, votes. Others build a list place by place, since what is fair in the third place depends on the
//! first two ([`lists`](self)). Masthoff, "Group modeling: selecting a sequence of television items" (2004),
//! compares the first kind; each of the second names its paper.

mod debt;
mod diminishing;
mod each;
mod lists;
mod satisfaction;

pub use debt::Debts;
pub use satisfaction::{Fairness, fairness, satisfaction};

use soiree_domain::Strategy;

/// Below this fit an item is a misery to a member, unless the caller says otherwise.
pub const MISERY: f32 = 0.2;

/// What strategies must be told beside fits and weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Below this fit an item is a misery to a member.
    pub misery: f32,
    /// How long a list is built by the strategies that build one.
    pub length: usize,
}

impl Default for Terms {
    fn default() -> Self {
        Self { misery: MISERY, length: 20 }
    }
}

/// The group's score of every item; higher is better, always finite, below 0 for what comes after everything else.
///
/// `fits[m][i]` is member `m`'s fit of item `i`, `weights[m] ≥ 0`. With `w` brought to sum 1 and `v = w / max w`:
/// - average: `Σ_m w_m f_mi`
/// - least misery: `min_m (1 - v_m (1 - f_mi))`, which is the plain minimum when all weigh the same
/// - most pleasure: `max_m v_m f_mi`
/// - average without misery: the average where every member with a say has `f_mi ≥ misery`; other items keep
///   their order but come after, as `average - 1`
/// - multiplicative: the weighted geometric mean `Π_m max(f_mi, 0.01)^w_m`, which orders as the product does
/// - Borda: `Σ_m w_m` × the share of items that `m` likes less, equals counting half
/// - Copeland: the share of other items that a majority by weight likes less, less the share it likes more, brought
///   to 0 to 1; only among the 256 items of the highest average, the others come after
/// - approval: the weight of the members with `f_mi ≥ 0.5`, equals by the average
/// - turn-taking, `spgreedy`, `efgreedy`, `greedy-lm`, GFAR, EP-FuzzDA, diminishing returns: `1 - p / length` for place
///   `p` of the list that is built, `average - 1` for what is not in it.
///
/// When nobody has a say, all count the same. Cost: `O(members · items)`, with a logarithm for Borda, squared over 256
/// items for Copeland, times [`Terms::length`] for lists other than that of diminishing returns.
///
/// ```
/// use soiree_algorithms::group::{Terms, aggregate};
/// use soiree_domain::Strategy;
/// let (ana, ben): (&[f32], &[f32]) = (&[1.0, 0.75], &[0.25, 0.5]);
/// let scores = |strategy| aggregate(strategy, &[ana, ben], &[1.0, 1.0], &Terms::default());
/// assert_eq!(scores(Strategy::LeastMisery), [0.25, 0.5]);
/// assert_eq!(scores(Strategy::Average), [0.625, 0.625]);
/// assert_eq!(scores(Strategy::MostPleasure), [1.0, 0.75]);
/// ```
///
/// # Panics
/// When the fits are not equally long, or there is not one weight per member.
#[must_use]
pub fn aggregate(strategy: Strategy, fits: &[&[f32]], weights: &[f32], terms: &Terms) -> Vec<f32> {
    assert_eq!(fits.len(), weights.len(), "one weight per member");
    let items = fits.first().map_or(0, |f| f.len());
    assert!(fits.iter().all(|f| f.len() == items), "one fit per member and item");
    let group = Group::new(fits, weights, items);
    match strategy {
        Strategy::Average => group.average,
        Strategy::LeastMisery => each::least_misery(&group),
        Strategy::MostPleasure => each::most_pleasure(&group),
        Strategy::AverageWithoutMisery => each::average_without_misery(&group, terms.misery),
        Strategy::Multiplicative => each::multiplicative(&group),
        Strategy::Borda => each::borda(&group),
        Strategy::Copeland => each::copeland(&group),
        Strategy::Approval => each::approval(&group),
        Strategy::TurnTaking => lists::scores(&group, &lists::turn_taking(&group, terms.length)),
        Strategy::SpGreedy => lists::scores(&group, &lists::sp_greedy(&group, terms.length)),
        Strategy::EfGreedy => lists::scores(&group, &lists::ef_greedy(&group, terms.length)),
        Strategy::GreedyLm => lists::scores(&group, &lists::greedy_lm(&group, terms.length)),
        Strategy::Gfar => lists::scores(&group, &lists::gfar(&group, terms.length)),
        Strategy::EpFuzzda => lists::scores(&group, &lists::ep_fuzzda(&group, terms.length)),
        Strategy::DiminishingReturns => {
            lists::scores(&group, &diminishing::diminishing_returns(&group, terms.length))
        }
    }
}

/// The members with a say, their fits and the average.
struct Group {
    /// One row per member, finite.
    fits: Vec<Vec<f32>>,
    /// Sum 1, all above 0.
    weights: Vec<f32>,
    average: Vec<f32>,
    items: usize,
}

impl Group {
    /// Members come in an order that depends on their wishes alone, so that the order of the request cannot matter.
    fn new(fits: &[&[f32]], weights: &[f32], items: usize) -> Self {
        let weights = shares(weights);
        let voters = fits.iter().zip(weights).filter(|(_, weight)| *weight > 0.0);
        let mut voters: Vec<(Vec<f32>, f32)> =
            voters.map(|(fits, weight)| (fits.iter().map(|&fit| finite(fit)).collect(), weight)).collect();
        voters.sort_by(|(fits, weight), (other, others)| {
            let rows = fits.iter().zip(other).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            weight.total_cmp(others).then(rows.unwrap_or(std::cmp::Ordering::Equal))
        });
        let (fits, weights): (Vec<_>, Vec<_>) = voters.into_iter().unzip();
        let mut group = Self { fits, weights, average: Vec::new(), items };
        group.average = (0..items).map(|i| group.weighted(|m| group.fits[m][i])).collect();
        group
    }

    fn members(&self) -> std::ops::Range<usize> {
        0..self.fits.len()
    }

    /// `Σ_m w_m value(m)`.
    fn weighted(&self, value: impl Fn(usize) -> f32) -> f32 {
        self.members().map(|m| self.weights[m] * value(m)).sum()
    }

    /// Weights over the greatest.
    fn relative(&self) -> Vec<f32> {
        let most = self.weights.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        self.weights.iter().map(|weight| weight / most).collect()
    }

    /// Items of `among` by falling key; equals by the average, then by number.
    fn falling(&self, among: impl Iterator<Item = usize>, key: impl Fn(usize) -> f32) -> Vec<usize> {
        let mut items: Vec<usize> = among.collect();
        items.sort_by(|&a, &b| {
            key(b).total_cmp(&key(a)).then(self.average[b].total_cmp(&self.average[a])).then(a.cmp(&b))
        });
        items
    }
}

/// Weights brought to sum 1; equal ones when none is above 0.
#[must_use]
pub fn shares(weights: &[f32]) -> Vec<f32> {
    let clean: Vec<f32> = weights.iter().map(|&w| finite(w).max(0.0)).collect();
    let total = sum(&mut clean.clone());
    if total > 0.0 && total.is_finite() {
        clean.iter().map(|w| w / total).collect()
    } else {
        vec![1.0 / weights.len().max(1) as f32; weights.len()]
    }
}

fn finite(x: f32) -> f32 {
    if x.is_finite() { x } else { 0.0 }
}

/// A sum that does not depend on the order of its terms, so that the order of members cannot matter.
fn sum(terms: &mut [f32]) -> f32 {
    terms.sort_unstable_by(f32::total_cmp);
    terms.iter().sum()
}

#[cfg(test)]
mod tests;
