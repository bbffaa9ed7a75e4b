//! Putting the scores of several models on one scale, adding them up, and learning how much each counts.
//!
//! Everything works on plain score vectors, one per source, all over the same candidates.

use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

/// Replaces scores by their ranks, brought to 0 (worst) to 1 (best); ties get the mean of their ranks.
///
/// `rank(i) = (|{j : s_j < s_i}| + (|{j : s_j = s_i}| - 1) / 2) / (n - 1)`, and 0.5 for a single score.
/// Cost: `O(n log n)`. What is not a number counts as the worst.
///
/// ```
/// let mut s = [3.0, -1.0, 3.0, 10.0];
/// soiree_algorithms::blend::rank_normalise(&mut s);
/// assert_eq!(s, [0.5, 0.0, 0.5, 1.0]);
/// ```
pub fn rank_normalise(scores: &mut [f32]) {
    let n = scores.len();
    if n < 2 {
        scores.fill(0.5);
        return;
    }
    for s in scores.iter_mut().filter(|s| s.is_nan()) {
        *s = f32::NEG_INFINITY;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut ranks = vec![0.0_f32; n];
    let mut from = 0;
    while from < n {
        let mut to = from + 1;
        while to < n && scores[order[to]] == scores[order[from]] {
            to += 1;
        }
        let mean = (from + to - 1) as f32 / 2.0 / (n - 1) as f32;
        for &i in &order[from..to] {
            ranks[i] = mean;
        }
        from = to;
    }
    scores.copy_from_slice(&ranks);
}

/// Brings scores to mean 0 and standard deviation 1; equal scores become 0.
///
/// ```
/// let mut s = [1.0, 3.0];
/// soiree_algorithms::blend::standardise(&mut s);
/// assert_eq!(s, [-1.0, 1.0]);
/// ```
pub fn standardise(scores: &mut [f32]) {
    let n = scores.len().max(1) as f64;
    let mean = scores.iter().map(|&s| f64::from(s)).sum::<f64>() / n;
    let variance = scores.iter().map(|&s| (f64::from(s) - mean).powi(2)).sum::<f64>() / n;
    let scale = if variance > 1e-24 { 1.0 / variance.sqrt() } else { 0.0 };
    for s in scores {
        *s = ((f64::from(*s) - mean) * scale) as f32;
    }
}

/// The reciprocal-rank value of (mean) rank `r`, counted from 0: `k / (k + r)`, so 1 for the first.
///
/// Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (SIGIR 2009). It keeps the
/// head of a list apart and lets the tail fade, whatever the scale of the scores.
///
/// ```
/// assert_eq!(soiree_algorithms::blend::reciprocal(20.0, 20.0), 0.5);
/// ```
#[must_use]
pub fn reciprocal(rank: f32, k: f32) -> f32 {
    k / (k + rank)
}

/// A positive score and the place it belongs to, packed so that an integer comparison orders by score.
/// Positive IEEE floats order like their bits.
#[must_use]
pub fn pack(score: f32, place: u32) -> u64 {
    (u64::from(score.to_bits()) << 32) | u64::from(place)
}

/// Orders packed positive scores and tells the reciprocal-rank value of each of the best `depth`.
///
/// `found` is a scratch list of [`pack`]ed scores above 0 and is left in unspecified order; `each` is
/// called with (place, value), best first, ties sharing the mean of their ranks. Places beyond `depth` are not
/// told. Cost: `O(n + depth log depth)`, no allocation.
pub fn reciprocal_ranks(found: &mut Vec<u64>, depth: usize, k: f32, mut each: impl FnMut(u32, f32)) {
    if depth == 0 {
        return;
    }
    if found.len() > depth {
        found.select_nth_unstable_by(depth - 1, |a, b| b.cmp(a));
        found.truncate(depth);
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    let mut from = 0;
    while from < found.len() {
        let mut to = from + 1;
        while to < found.len() && found[to] >> 32 == found[from] >> 32 {
            to += 1;
        }
        let value = reciprocal((from + to - 1) as f32 / 2.0, k);
        for &packed in &found[from..to] {
            each((packed & 0xffff_ffff) as u32, value);
        }
        from = to;
    }
}

/// Writes `out[i] = Σ_s weights[s] · sources[s][i]`. Sources of weight 0 are not read.
///
/// # Panics
/// When a source is not as long as `out`, or there is not one weight per source.
pub fn weighted_sum(sources: &[&[f32]], weights: &[f32], out: &mut [f32]) {
    assert_eq!(sources.len(), weights.len(), "one weight per source");
    out.fill(0.0);
    for (source, &w) in sources.iter().zip(weights) {
        assert_eq!(source.len(), out.len(), "one score per candidate");
        if w != 0.0 {
            for (o, &s) in out.iter_mut().zip(*source) {
                *o += w * s;
            }
        }
    }
}

/// One hidden positive among candidates, as every source sees it.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// Row-major values, `candidates × sources`, already normalised.
    pub values: Vec<f32>,
    /// Which candidate is the hidden positive; absent when no source found it.
    pub target: Option<usize>,
}

impl Case {
    /// The target's mean rank from 0 when candidates are ordered by the weighted sum, ties counted as half;
    /// `None` when it was not found or nothing speaks for it.
    #[must_use]
    pub fn rank(&self, weights: &[f32]) -> Option<f32> {
        let sources = weights.len();
        let score = |row: &[f32]| row.iter().zip(weights).map(|(v, w)| v * w).sum::<f32>();
        let at = self.target?;
        let wanted = score(&self.values[at * sources..(at + 1) * sources]);
        if wanted <= 0.0 {
            return None;
        }
        let (mut above, mut equal) = (0_u32, 0_u32);
        for row in self.values.chunks_exact(sources) {
            let s = score(row);
            above += u32::from(s > wanted);
            equal += u32::from(s == wanted);
        }
        Some(above as f32 + (equal - 1) as f32 / 2.0)
    }
}

/// How well hidden positives are found.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Found {
    /// Share of the cases whose target is among the first `cut`.
    pub hit_rate: f64,
    /// Mean of `1 / log2(rank + 2)` over the cases, 0 beyond the cut.
    pub ndcg: f64,
}

/// Scores `weights` on the cases at a cut-off. A mean rank counts as found when it lies inside the cut.
#[must_use]
pub fn evaluate(cases: &[Case], weights: &[f32], cut: usize) -> Found {
    let gains: Vec<f64> = cases
        .par_iter()
        .map(|case| match case.rank(weights) {
            Some(rank) if rank <= cut as f32 - 1.0 => 1.0 / (f64::from(rank) + 2.0).log2(),
            _ => 0.0,
        })
        .collect();
    let n = cases.len().max(1) as f64;
    Found {
        hit_rate: gains.iter().filter(|&&g| g > 0.0).count() as f64 / n,
        ndcg: gains.iter().sum::<f64>() / n,
    }
}

/// How [`learn`] searches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnParams {
    /// Cut-off of the NDCG that is maximised.
    pub cut: usize,
    /// Most rounds over all sources.
    pub rounds: usize,
    /// Further starts from random weights, besides the given one.
    pub restarts: usize,
    /// Seed of the order of the sources and of the random starts.
    pub seed: u64,
}

impl Default for LearnParams {
    fn default() -> Self {
        Self { cut: 10, rounds: 6, restarts: 1, seed: 1 }
    }
}

/// Learns non-negative weights, summing to 1, that maximise NDCG on the cases by coordinate ascent.
///
/// Metzler and Croft, "Linear feature-based models for information retrieval" (2007): one weight at a time
/// is tried on a grid of factors while the others stand; the best is kept when it gains. Starting from `start`,
/// the answer never scores below it on these cases. Cost: `O(rounds · sources · grid · Σ candidates · sources)`.
#[must_use]
pub fn learn(cases: &[Case], start: &[f32], params: &LearnParams) -> (Vec<f32>, Found) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(params.seed);
    let mut best = normalised(start);
    let mut best_found = evaluate(cases, &best, params.cut);
    if cases.is_empty() || start.is_empty() {
        return (best, best_found);
    }
    for attempt in 0..=params.restarts {
        let from = if attempt == 0 {
            best.clone()
        } else {
            normalised(&start.iter().map(|_| rng.random::<f32>()).collect::<Vec<_>>())
        };
        let (weights, found) = ascend(cases, from, params, &mut rng);
        if found.ndcg > best_found.ndcg {
            (best, best_found) = (weights, found);
        }
    }
    (best, best_found)
}

const FACTORS: [f32; 7] = [0.0, 0.25, 0.6, 0.85, 1.2, 1.7, 4.0];
/// Where a weight of 0 may come back to; a share of the whole.
const REVIVED: [f32; 2] = [0.05, 0.2];

fn ascend(cases: &[Case], start: Vec<f32>, params: &LearnParams, rng: &mut impl Rng) -> (Vec<f32>, Found) {
    let mut weights = start;
    let mut found = evaluate(cases, &weights, params.cut);
    let mut order: Vec<usize> = (0..weights.len()).collect();
    for _ in 0..params.rounds {
        let before = found.ndcg;
        for i in (1..order.len()).rev() {
            order.swap(i, rng.random_range(0..=i));
        }
        for &source in &order {
            let old = weights[source];
            let revived = REVIVED.iter().copied().filter(|_| old == 0.0);
            for value in FACTORS.iter().map(|f| old * f).filter(|&v| v != old).chain(revived) {
                let mut tried = weights.clone();
                tried[source] = value;
                let tried = normalised(&tried);
                let score = evaluate(cases, &tried, params.cut);
                if score.ndcg > found.ndcg + 1e-9 {
                    (weights, found) = (tried, score);
                }
            }
        }
        if found.ndcg <= before + 1e-6 {
            break;
        }
    }
    (weights, found)
}

fn normalised(weights: &[f32]) -> Vec<f32> {
    let clean: Vec<f32> = weights.iter().map(|&w| if w.is_finite() { w.max(0.0) } else { 0.0 }).collect();
    let sum: f32 = clean.iter().sum();
    if sum > 0.0 {
        clean.iter().map(|w| w / sum).collect()
    } else {
        vec![1.0 / weights.len().max(1) as f32; weights.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn case(target: usize, rows: &[[f32; 2]]) -> Case {
        Case { values: rows.concat(), target: Some(target) }
    }

    #[test]
    fn reciprocal_ranks_share_ties_and_stop_at_the_depth() {
        let mut found: Vec<u64> = [(0.5, 7), (2.0, 1), (0.5, 3), (0.1, 9)].map(|(s, p)| pack(s, p)).to_vec();
        let mut told = Vec::new();
        reciprocal_ranks(&mut found, 3, 10.0, |place, value| told.push((place, value)));
        told.sort_unstable_by_key(|t| t.0);
        let tied = 10.0 / 11.5;
        assert_eq!(told, [(1, 1.0), (3, tied), (7, tied)]);
    }

    #[test]
    fn ties_count_as_half_and_silence_as_a_miss() {
        let c = case(1, &[[0.5, 0.0], [0.5, 0.0], [0.1, 0.9]]);
        assert_eq!(c.rank(&[1.0, 0.0]), Some(0.5));
        assert_eq!(c.rank(&[0.0, 1.0]), None);
        let hit = evaluate(std::slice::from_ref(&c), &[1.0, 0.0], 1);
        assert_eq!(hit.hit_rate, 0.0, "half a rank below the cut is not found");
    }

    #[test]
    fn learning_finds_the_source_that_knows() {
        // Source 1 always has the target first; source 0 says the opposite.
        let cases: Vec<Case> = (0..20)
            .map(|i| {
                let target = i % 4;
                let rows: Vec<[f32; 2]> = (0..4)
                    .map(|c| if c == target { [0.1, 1.0] } else { [0.5 + c as f32 / 10.0, 0.2] })
                    .collect();
                case(target, &rows)
            })
            .collect();
        let params = LearnParams { cut: 1, ..LearnParams::default() };
        let (weights, found) = learn(&cases, &[0.9, 0.1], &params);
        assert!((found.ndcg - 1.0).abs() < 1e-9, "{weights:?}");
        assert!(weights[1] > weights[0]);
        assert_eq!(learn(&cases, &[0.9, 0.1], &params).0, weights, "the same seed, the same answer");
    }

    proptest! {
        #[test]
        fn ranks_stay_in_range_and_keep_the_order(mut s in prop::collection::vec(-5_f32..5.0, 0..40)) {
            let before = s.clone();
            rank_normalise(&mut s);
            for i in 0..s.len() {
                prop_assert!((0.0..=1.0).contains(&s[i]));
                for j in 0..s.len() {
                    prop_assert_eq!(before[i] < before[j], s[i] < s[j]);
                }
            }
        }

        #[test]
        fn standardised_scores_are_finite(mut s in prop::collection::vec(-1e6_f32..1e6, 0..40)) {
            standardise(&mut s);
            prop_assert!(s.iter().all(|x| x.is_finite()));
        }

        #[test]
        fn learning_never_falls_below_the_start(
            values in prop::collection::vec(0_f32..1.0, 60), targets in prop::collection::vec(0_usize..5, 4), seed in 0_u64..9,
        ) {
            let cases: Vec<Case> = targets
                .iter()
                .enumerate()
                .map(|(i, &t)| Case { values: values[i * 15..(i + 1) * 15].to_vec(), target: Some(t) })
                .collect();
            let start = [0.2, 0.3, 0.5];
            let params = LearnParams { cut: 3, seed, ..LearnParams::default() };
            let (weights, found) = learn(&cases, &start, &params);
            prop_assert!(found.ndcg >= evaluate(&cases, &start, 3).ndcg);
            prop_assert!(weights.iter().all(|w| w.is_finite() && *w >= 0.0));
            prop_assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
    }
}
