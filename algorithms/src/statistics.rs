//! Means, correlation, errors, and bootstrap intervals over people.
//!
//! The bootstrap draws people with replacement and takes the mean again (Efron 1979). One call serves any
//! number of measures and models, and every one of them sees the same draws, so that the difference of two
//! columns inside one resample is the paired bootstrap.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

/// Arithmetic mean; 0 for nothing.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Root of the mean square difference, `sqrt(Σ (a − b)² / n)`; 0 for nothing.
#[must_use]
pub fn rmse(predicted: &[f64], actual: &[f64]) -> f64 {
    let squares: Vec<f64> = predicted.iter().zip(actual).map(|(p, a)| (p - a).powi(2)).collect();
    mean(&squares).sqrt()
}

/// Mean absolute difference, `Σ |a − b| / n`; 0 for nothing.
#[must_use]
pub fn mae(predicted: &[f64], actual: &[f64]) -> f64 {
    let distances: Vec<f64> = predicted.iter().zip(actual).map(|(p, a)| (p - a).abs()).collect();
    mean(&distances)
}

/// Pearson's correlation, `Σ (a − ā)(b − b̄) / sqrt(Σ (a − ā)² Σ (b − b̄)²)`; 0 when a side is constant.
///
/// ```
/// use soiree_algorithms::statistics::pearson;
/// assert!((pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]) - 1.0).abs() < 1e-12);
/// assert_eq!(pearson(&[1.0, 1.0], &[2.0, 4.0]), 0.0);
/// ```
#[must_use]
pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (dx, dy) = (x - mean_a, y - mean_b);
        ab += dx * dy;
        aa += dx * dx;
        bb += dy * dy;
    }
    if aa == 0.0 || bb == 0.0 { 0.0 } else { ab / (aa * bb).sqrt() }
}

/// Spearman's rank correlation: Pearson's of the ranks, where equal values share their mean rank; 0 when a side
/// is constant (Spearman, American Journal of Psychology 1904). Costs a sort of each side.
///
/// ```
/// use soiree_algorithms::statistics::spearman;
/// assert!((spearman(&[1.0, 2.0, 3.0], &[1.0, 10.0, 100.0]) - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

/// The rank of each value from 1 on, mean ranks for ties.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut out = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let alike = order[from..].iter().take_while(|at| values[**at] == values[order[from]]).count().max(1);
        let mean = from as f64 + (alike + 1) as f64 / 2.0;
        order[from..from + alike].iter().for_each(|at| out[*at] = mean);
        from += alike;
    }
    out
}

/// The value below which a share of `sorted` lies, with straight lines between neighbours; 0 for nothing.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// An interval that holds the true value with a stated confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The difference of two models measured on the same people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedDifference {
    /// Mean of the first minus mean of the second.
    pub difference: f64,
    /// 95 % interval of the difference.
    pub ci95: Interval,
    /// Two-sided bootstrap p-value, `2 · min(P(d ≤ 0), P(d ≥ 0))`, at most 1.
    pub p_value: f64,
}

/// Means of every column in every resample.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    columns: usize,
    means: Vec<f64>,
}

impl Bootstrap {
    /// Draws `resamples` times as many rows as there are, with replacement, and keeps each column's mean.
    /// Every column has one value per person, in the same order. Costs `resamples · people · columns`.
    ///
    /// # Panics
    /// When the columns are not equally long.
    #[must_use]
    pub fn draw(columns: &[&[f64]], resamples: usize, seed: u64) -> Self {
        let people = columns.first().map_or(0, |c| c.len());
        assert!(columns.iter().all(|c| c.len() == people), "every column has one value per person");
        let means = (0..resamples as u64)
            .into_par_iter()
            .flat_map_iter(|round| {
                let mut times = vec![0_f64; people];
                let mut random =
                    Xoshiro256PlusPlus::seed_from_u64(seed ^ round.wrapping_mul(0x9E37_79B9_7F4A_7C15));
                for _ in 0..people {
                    times[random.random_range(0..people)] += 1.0;
                }
                let scale = if people == 0 { 0.0 } else { 1.0 / people as f64 };
                let row: Vec<f64> = columns
                    .iter()
                    .map(|c| c.iter().zip(&times).map(|(v, t)| v * t).sum::<f64>() * scale)
                    .collect();
                row
            })
            .collect();
        Self { columns: columns.len(), means }
    }

    /// The percentile interval that holds 95 % of the resampled means of one column.
    #[must_use]
    pub fn ci95(&self, column: usize) -> Interval {
        interval(self.of(column).collect())
    }

    /// Column `first` minus column `second`, resample by resample; `difference` is the one measured on all.
    #[must_use]
    pub fn paired(&self, first: usize, second: usize, difference: f64) -> PairedDifference {
        let draws: Vec<f64> = self.of(first).zip(self.of(second)).map(|(a, b)| a - b).collect();
        let n = draws.len().max(1) as f64;
        let below = draws.iter().filter(|d| **d <= 0.0).count() as f64 / n;
        let above = draws.iter().filter(|d| **d >= 0.0).count() as f64 / n;
        PairedDifference { difference, ci95: interval(draws), p_value: (2.0 * below.min(above)).min(1.0) }
    }

    fn of(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        self.means.chunks_exact(self.columns.max(1)).map(move |row| row[column])
    }
}

fn interval(mut draws: Vec<f64>) -> Interval {
    draws.sort_by(f64::total_cmp);
    Interval { low: quantile(&draws, 0.025), high: quantile(&draws, 0.975) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranks_share_ties_and_only_order_counts() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]), [4.5, 3.0, 4.5, 1.5, 1.5]);
        let rho = spearman(&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0]);
        assert!((rho - 0.820_782_681_668_123_5).abs() < 1e-12, "{rho}, as scipy.stats.spearmanr has it");
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), 0.0);
        assert_eq!(spearman(&[], &[]), 0.0);
    }

    #[test]
    fn the_small_sums_are_right_by_hand() {
        assert!((rmse(&[1.0, 3.0], &[1.0, 1.0]) - 2.0_f64.sqrt()).abs() < 1e-12);
        assert!((mae(&[1.0, 3.0], &[2.0, 1.0]) - 1.5).abs() < 1e-12);
        // a − ā = (−1, 0, 1), b − b̄ = (−1, 1, 0): 1 / sqrt(2 · 2).
        assert!((pearson(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0]) - 0.5).abs() < 1e-12);
        assert!((quantile(&[0.0, 10.0], 0.25) - 2.5).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn an_interval_holds_the_mean_and_shrinks_with_more_people() {
        let few: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
        let many: Vec<f64> = (0..4000).map(|i| f64::from(i % 2)).collect();
        let of = |column: &[f64]| Bootstrap::draw(&[column], 400, 7).ci95(0);
        let (wide, narrow) = (of(&few), of(&many));
        assert!(wide.low < 0.5 && 0.5 < wide.high);
        assert!(narrow.low < 0.5 && 0.5 < narrow.high);
        // The width of the mean of n coins falls with sqrt(n): about a tenth here.
        assert!((narrow.high - narrow.low) < 0.2 * (wide.high - wide.low));
    }

    #[test]
    fn a_steady_small_gain_is_seen_only_by_the_paired_bootstrap() {
        let base: Vec<f64> = (0..200).map(|i| f64::from(i % 10)).collect();
        let better: Vec<f64> =
            base.iter().enumerate().map(|(i, v)| v + 0.05 + 0.01 * (i % 3) as f64).collect();
        let drawn = Bootstrap::draw(&[&better, &base], 500, 3);
        let gain = drawn.paired(0, 1, mean(&better) - mean(&base));
        assert!(gain.ci95.low > 0.0 && gain.p_value < 0.01, "{gain:?}");
        assert!(drawn.ci95(0).low < drawn.ci95(1).high, "the two intervals overlap");
    }

    proptest! {
        #[test]
        fn the_same_seed_draws_the_same(values in prop::collection::vec(-5.0_f64..5.0, 1..30), seed: u64) {
            let one = Bootstrap::draw(&[&values], 20, seed);
            let two = Bootstrap::draw(&[&values], 20, seed);
            prop_assert_eq!(one.ci95(0), two.ci95(0));
            let (low, high) = (values.iter().copied().fold(f64::MAX, f64::min), values.iter().copied().fold(f64::MIN, f64::max));
            prop_assert!(one.ci95(0).low >= low - 1e-9 && one.ci95(0).high <= high + 1e-9);
        }
    }
}
