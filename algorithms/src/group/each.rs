//! Strategies that score every item by itself.

use super::Group;

/// Fits below this count as this in a product, so that one refusal does not make all others equal.
const FLOOR: f32 = 0.01;
/// From this fit on a member approves of an item.
const APPROVES: f32 = 0.5;
/// How many items are compared with one another.
const COMPARED: usize = 256;

pub(super) fn least_misery(group: &Group) -> Vec<f32> {
    let relative = group.relative();
    let content = |m: usize, i: usize| 1.0 - relative[m] * (1.0 - group.fits[m][i]);
    (0..group.items).map(|i| group.members().map(|m| content(m, i)).fold(1.0, f32::min)).collect()
}

pub(super) fn most_pleasure(group: &Group) -> Vec<f32> {
    let relative = group.relative();
    let joy = |m: usize, i: usize| relative[m] * group.fits[m][i];
    (0..group.items).map(|i| group.members().map(|m| joy(m, i)).fold(0.0, f32::max)).collect()
}

pub(super) fn average_without_misery(group: &Group, misery: f32) -> Vec<f32> {
    let bearable = |i: usize| group.fits.iter().all(|fits| fits[i] >= misery);
    (0..group.items).map(|i| if bearable(i) { group.average[i] } else { group.average[i] - 1.0 }).collect()
}

pub(super) fn multiplicative(group: &Group) -> Vec<f32> {
    (0..group.items).map(|i| group.weighted(|m| group.fits[m][i].max(FLOOR).ln()).exp()).collect()
}

pub(super) fn borda(group: &Group) -> Vec<f32> {
    let mut scores = vec![0.0; group.items];
    for (fits, weight) in group.fits.iter().zip(&group.weights) {
        for (score, points) in scores.iter_mut().zip(points(fits)) {
            *score += weight * points;
        }
    }
    scores
}

/// The share of the other items that are liked less, equals counting half.
pub(super) fn points(fits: &[f32]) -> Vec<f32> {
    let mut order: Vec<usize> = (0..fits.len()).collect();
    order.sort_by(|&a, &b| fits[a].total_cmp(&fits[b]));
    let others = fits.len().saturating_sub(1).max(1) as f32;
    let mut points = vec![0.0; fits.len()];
    let mut below = 0;
    for equals in order.chunk_by(|&a, &b| fits[a] == fits[b]) {
        let share = (below as f32 + (equals.len() - 1) as f32 / 2.0) / others;
        equals.iter().for_each(|&i| points[i] = share);
        below += equals.len();
    }
    points
}

pub(super) fn copeland(group: &Group) -> Vec<f32> {
    let mut compared = group.falling(0..group.items, |i| group.average[i]);
    compared.truncate(COMPARED);
    let mut scores: Vec<f32> = group.average.iter().map(|average| average - 1.0).collect();
    let others = compared.len().saturating_sub(1).max(1) as f32;
    for &a in &compared {
        let prefers = |m: usize, b: usize| match group.fits[m][a].total_cmp(&group.fits[m][b]) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.0,
            std::cmp::Ordering::Less => -1.0,
        };
        let majority = |b: usize| {
            let lead = group.weighted(|m| prefers(m, b));
            if lead.abs() < 1e-6 { 0.0 } else { lead.signum() }
        };
        let wins: f32 = compared.iter().filter(|&&b| b != a).map(|&b| majority(b)).sum();
        scores[a] = f32::midpoint(wins / others, 1.0);
    }
    scores
}

pub(super) fn approval(group: &Group) -> Vec<f32> {
    let voices = |i: usize| group.weighted(|m| f32::from(u8::from(group.fits[m][i] >= APPROVES)));
    (0..group.items).map(|i| (voices(i) + 1e-3 * group.average[i]) / 1.001).collect()
}
