//! How content members are with a list.

use super::{finite, sum};

/// How close a list comes to the member's own best list of the same length, 0 to 1.
///
/// `satisfaction = Σ_p fit(list_p) / log2(p + 2) ÷ Σ_p best_p / log2(p + 2)`, where `best` are the member's highest
/// fits of all candidates, falling. 1 when the member likes nothing at all, since no list could do better.
///
/// ```
/// use soiree_algorithms::group::satisfaction;
/// assert_eq!(satisfaction(&[0.9, 0.4], &[0.9, 0.4]), 1.0);
/// assert!(satisfaction(&[0.4, 0.9], &[0.9, 0.4]) < 1.0);
/// assert_eq!(satisfaction(&[0.0, 0.0], &[0.9, 0.4]), 0.0);
/// ```
#[must_use]
pub fn satisfaction(list: &[f32], best: &[f32]) -> f32 {
    let gain = |fits: &[f32]| -> f32 {
        fits.iter()
            .take(list.len())
            .enumerate()
            .map(|(p, &f)| finite(f).max(0.0) / (p as f32 + 2.0).log2())
            .sum()
    };
    if list.is_empty() {
        return 0.0;
    }
    let ideal = gain(best);
    if ideal <= 0.0 { 1.0 } else { (gain(list) / ideal).clamp(0.0, 1.0) }
}

/// How contentment is shared out over the members with a say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fairness {
    /// The least content member's satisfaction.
    pub min: f32,
    /// The plain mean.
    pub mean: f32,
    /// Largest less smallest.
    pub spread: f32,
}

/// Minimum, mean and spread of the members' satisfactions; zeros for nobody.
#[must_use]
pub fn fairness(satisfactions: &[f32]) -> Fairness {
    if satisfactions.is_empty() {
        return Fairness::default();
    }
    let clean: Vec<f32> = satisfactions.iter().map(|&s| finite(s)).collect();
    let min = clean.iter().copied().fold(f32::INFINITY, f32::min);
    let max = clean.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mean = sum(&mut clean.clone()) / clean.len() as f32;
    Fairness { min, mean, spread: max - min }
}
