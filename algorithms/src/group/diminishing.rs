//! A list whose next item counts most for those who have got least of what the list could give them.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::Group;

/// How many places of a member's own best list make the whole of what they could be given.
const HORIZON: usize = 10;
/// A fit's power: what it is worth falls faster than the fit itself, since the head of a member's list is right far
/// more often than its tail.
const SHARPNESS: i32 = 3;
/// How fast a member who has been given something stops to count.
const SATIETY: f32 = 4.0;

/// Diminishing returns: with `x_mi = f_mi³ / Σ_{p<10} d_p best_mp³`, `d_p = 1 / log2(p + 2)` for place `p` and
/// `S_m = Σ_p d_p x_m,list(p)` what the list has given so far, the next item maximises the gain of
/// `Σ_m w_m (1 - e^(-4 S_m))`.
///
/// The welfare is concave, so what a member is given counts the less the more they have had, while nobody is served at
/// any price; greedy choice comes within `1 - 1/e` of the best list (Nemhauser, Wolsey and Fisher, "An analysis of
/// approximations for maximizing submodular set functions", 1978). Gains only fall from place to place, so an item is
/// looked at again only while its last gain could still win (Minoux, "Accelerated greedy algorithms", 1978): about
/// `O(members · items)` in all, instead of that for every place. Equals by the average, then by number.
pub(super) fn diminishing_returns(group: &Group, length: usize) -> Vec<usize> {
    let worth: Vec<Vec<f32>> = group.fits.iter().map(|fits| worth(fits)).collect();
    let mut missing = vec![1.0_f32; worth.len()];
    let gain = |missing: &[f32], item: usize, place: usize| -> f32 {
        let discounted = SATIETY * discount(place);
        group.weighted(|m| missing[m] * saturation(discounted * worth[m][item]))
    };
    let entry = |gain, item: usize, place| Entry { gain, average: group.average[item], item, place };
    let mut heap: BinaryHeap<Entry> =
        (0..group.items).map(|item| entry(gain(&missing, item, 0), item, 0)).collect();
    let mut list = Vec::with_capacity(length.min(group.items));
    while list.len() < length {
        let place = list.len();
        let Some(mut best) = heap.peek_mut() else { break };
        if best.place < place {
            // It sinks to where it belongs now when it is let go.
            *best = entry(gain(&missing, best.item, place), best.item, place);
            continue;
        }
        let best = PeekMut::pop(best);
        for (missing, worth) in missing.iter_mut().zip(&worth) {
            *missing *= (-SATIETY * discount(place) * worth[best.item]).exp();
        }
        list.push(best.item);
    }
    list
}

/// `1 - e^(-x)` for x from 0. Most items are worth next to nothing to most members, and there three terms of the series are
/// as exact as single precision can tell and much faster.
fn saturation(x: f32) -> f32 {
    if x < 0.02 { x * (1.0 - x * (0.5 - x / 6.0)) } else { -(-x).exp_m1() }
}

fn discount(place: usize) -> f32 {
    1.0 / (place as f32 + 2.0).log2()
}

/// What each item is worth to a member in the first place, as a share of their own best list; zeros for who likes
/// nothing.
fn worth(fits: &[f32]) -> Vec<f32> {
    let sharp: Vec<f32> = fits.iter().map(|fit| fit.max(0.0).powi(SHARPNESS)).collect();
    let mut best = sharp.clone();
    if best.len() > HORIZON {
        best.select_nth_unstable_by(HORIZON - 1, |a, b| b.total_cmp(a));
        best.truncate(HORIZON);
    }
    best.sort_unstable_by(|a, b| b.total_cmp(a));
    let whole: f32 = best.iter().enumerate().map(|(place, worth)| discount(place) * worth).sum();
    if whole > 0.0 && whole.is_finite() {
        sharp.iter().map(|worth| worth / whole).collect()
    } else {
        vec![0.0; fits.len()]
    }
}

/// An item with its gain when it was last looked at.
struct Entry {
    gain: f32,
    average: f32,
    item: usize,
    /// The place that the gain was for.
    place: usize,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.gain.total_cmp(&other.gain).then(self.average.total_cmp(&other.average));
        order.then(other.item.cmp(&self.item))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_meets_the_exponential() {
        let apart = |x: f32| {
            let exact = -f64::exp_m1(-f64::from(x));
            (f64::from(saturation(x)) - exact).abs() / exact
        };
        assert!((1..4_000).map(|n| n as f32 * 1e-5).all(|x| apart(x) < 1e-6));
        assert_eq!(saturation(0.0), 0.0);
    }
}
