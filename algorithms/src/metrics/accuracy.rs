//! Precision, recall, hit rate, NDCG, MRR and MAP at a cut-off, with ties averaged over all their orders.
//!
//! With `n` wanted items in all, `rel(p)` whether place `p` (from 1) holds one, and `hits(k) = Σ_{p≤k} rel(p)`:
//!
//! | measure | formula |
//! |---|---|
//! | precision@k | `hits(k) / k` |
//! | recall@k | `hits(k) / n`, or `hits(k) / min(n, k)` |
//! | hit rate@k | 1 when `hits(k) > 0` |
//! | NDCG@k | `Σ_{p≤k} rel(p)/log2(p+1)` over the same sum of an ideal list of `min(n, k)` (or `n`) wanted items |
//! | MRR@k | `1 / p` of the first wanted place `p ≤ k`, else 0 |
//! | MAP@k | `Σ_{p≤k} rel(p) · hits(p)/p` over `min(n, k)` |
//!
//! Inside a block of `m` equal scores with `r` wanted, every order is equally likely. A place of it is wanted
//! with probability `r/m`; the first `t` of its places are all unwanted with `C(m−r, t)/C(m, t)`; its first
//! wanted place is `j` (from 0) with `C(m−j−1, r−1)/C(m, r)`; and before a wanted place `j` of the block stand
//! `j (r−1)/(m−1)` others of it on average. All six figures follow exactly, in one pass over the places.

use super::ties::Block;

/// What recall is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecallDivisor {
    /// All wanted items of the person.
    #[default]
    All,
    /// The smaller of the wanted items and the cut-off.
    Least,
}

/// How long the ideal list of NDCG is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdealLength {
    /// The smaller of the wanted items and the cut-off.
    #[default]
    Least,
    /// All wanted items, so that a short list can never reach 1.
    All,
}

/// The figures of one list at one cut-off, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Accuracy {
    /// Share of the list that is wanted.
    pub precision: f64,
    /// Share of the wanted that is in the list.
    pub recall: f64,
    /// Whether (or with ties: how probably) anything wanted is in the list.
    pub hit_rate: f64,
    /// Discounted gain over the ideal one.
    pub ndcg: f64,
    /// One over the first wanted place.
    pub mrr: f64,
    /// Average precision.
    pub map: f64,
}

/// Measures a ranking given as blocks that cover at least the first `k` places (or all candidates).
/// `wanted` is the number of wanted items in all; without any, or with `k` 0, every figure is 0.
///
/// ```
/// use soiree_algorithms::metrics::{accuracy::*, ties::Block};
/// // One wanted item tied with one other for the first place: first or second, each half the time.
/// let got = measure(&[Block { size: 2, wanted: 1 }], 1, 1, RecallDivisor::All, IdealLength::Least);
/// assert_eq!((got.hit_rate, got.ndcg, got.mrr), (0.5, 0.5, 0.5));
/// ```
#[must_use]
pub fn measure(
    blocks: &[Block],
    wanted: usize,
    k: usize,
    recall: RecallDivisor,
    ideal: IdealLength,
) -> Accuracy {
    if wanted == 0 || k == 0 {
        return Accuracy::default();
    }
    let least = wanted.min(k) as f64;
    let ideal_gain = ideal_gain(if ideal == IdealLength::Least { wanted.min(k) } else { wanted });
    let mut sums = Sums { missed: 1.0, ..Sums::default() };
    let mut start = 0;
    for block in blocks {
        if start >= k {
            break;
        }
        sums.add(*block, start, k);
        start += block.size;
    }
    Accuracy {
        precision: sums.hits / k as f64,
        recall: sums.hits / if recall == RecallDivisor::All { wanted as f64 } else { least },
        hit_rate: 1.0 - sums.missed,
        ndcg: sums.gain / ideal_gain,
        mrr: sums.first,
        map: sums.precisions / least,
    }
}

/// `Σ_{p=1}^{n} 1 / log2(p + 1)`, the gain of a list that begins with `n` wanted items.
#[must_use]
pub fn ideal_gain(n: usize) -> f64 {
    (1..=n).map(discount).sum()
}

fn discount(place: usize) -> f64 {
    1.0 / ((place + 1) as f64).log2()
}

#[derive(Default)]
struct Sums {
    hits: f64,
    gain: f64,
    precisions: f64,
    first: f64,
    /// Probability that nothing wanted has come so far.
    missed: f64,
    /// Wanted items in the blocks before; a whole number, whatever the order inside them.
    before: usize,
}

impl Sums {
    fn add(&mut self, block: Block, start: usize, k: usize) {
        let (m, r) = (block.size as f64, block.wanted as f64);
        let shown = block.size.min(k - start);
        let chance = r / m;
        // Only one other wanted place fewer is left for the places before a wanted one.
        let others = if block.size > 1 { (r - 1.0) / (m - 1.0) } else { 0.0 };
        if block.wanted > 0 {
            for j in 0..shown {
                let place = start + j + 1;
                self.hits += chance;
                self.gain += chance * discount(place);
                self.precisions += chance * (self.before as f64 + 1.0 + j as f64 * others) / place as f64;
                // `missed` falls to 0 within the first block that holds a wanted item and all its places.
                let now = self.missed * (r / (m - j as f64)).min(1.0);
                self.first += now / place as f64;
                self.missed -= now;
            }
            if self.missed < 1e-12 {
                self.missed = 0.0;
            }
        }
        self.before += block.wanted;
    }
}
