//! The k best of a slice of scores, without sorting the rest.
//!
//! Order is by falling score, ties by rising index, so that equal inputs give equal lists on every machine.
//! A score that is NaN or −∞ never appears: −∞ is how a caller masks an item.

use std::cmp::Ordering;

/// The `k` best scores as (index, score), best first, ties by lower index.
///
/// One pass over `scores` with a buffer of at most 2·k candidates: O(n + k log k) for the usual case.
///
/// ```
/// use soiree_algorithms::topk::top_k;
/// assert_eq!(top_k(&[0.5, 2.0, 2.0, f32::NAN, 1.0], 3), [(1, 2.0), (2, 2.0), (4, 1.0)]);
/// ```
#[must_use]
pub fn top_k(scores: &[f32], k: usize) -> Vec<(u32, f32)> {
    top_k_where(scores, k, |_| true)
}

/// Like [`top_k`] over the indices for which `keep` holds. `keep` is asked only about scores that would
/// enter the list.
#[must_use]
pub fn top_k_where(scores: &[f32], k: usize, mut keep: impl FnMut(u32) -> bool) -> Vec<(u32, f32)> {
    let mut best = Best::new(k);
    for (index, &score) in (0_u32..).zip(scores) {
        if score > best.floor && keep(index) {
            best.push(index, score);
        }
    }
    best.into_sorted()
}

/// Like [`top_k`] without the indices in `seen`, which must rise.
///
/// ```
/// use soiree_algorithms::topk::top_k_unseen;
/// assert_eq!(top_k_unseen(&[3.0, 2.0, 1.0, 0.0], 2, &[0, 2]), [(1, 2.0), (3, 0.0)]);
/// ```
#[must_use]
pub fn top_k_unseen(scores: &[f32], k: usize, seen: &[u32]) -> Vec<(u32, f32)> {
    debug_assert!(seen.is_sorted(), "the seen list must rise");
    let mut seen = seen.iter().copied().peekable();
    top_k_where(scores, k, |index| {
        while seen.next_if(|&s| s < index).is_some() {}
        seen.peek() != Some(&index)
    })
}

/// The `k` best of (index, score) pairs in any order, under the same order and rules as [`top_k`].
#[must_use]
pub fn top_k_of(pairs: impl IntoIterator<Item = (u32, f32)>, k: usize) -> Vec<(u32, f32)> {
    let mut best = Best::new(k);
    for (index, score) in pairs {
        // Pairs come in any order, so a tie with the floor may still win by its index.
        if score >= best.floor && score > f32::NEG_INFINITY {
            best.push(index, score);
        }
    }
    best.into_sorted()
}

/// Falling score, then rising index. Scores are never NaN here.
fn order(a: &(u32, f32), b: &(u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// Candidates with a floor: the k-th best score at the last cut. Cutting only when the buffer holds 2·k
/// makes the cost of a push constant on average, whatever k is.
struct Best {
    k: usize,
    floor: f32,
    pairs: Vec<(u32, f32)>,
}

impl Best {
    fn new(k: usize) -> Self {
        let floor = if k == 0 { f32::INFINITY } else { f32::NEG_INFINITY };
        Self { k, floor, pairs: Vec::with_capacity(k.saturating_mul(2).min(4096)) }
    }

    fn push(&mut self, index: u32, score: f32) {
        if self.k == 0 {
            return;
        }
        // Adding 0 turns −0 into +0, so that the two tie.
        self.pairs.push((index, score + 0.0));
        if self.pairs.len() >= self.k.saturating_mul(2) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.pairs.len() > self.k {
            self.pairs.select_nth_unstable_by(self.k - 1, order);
            self.pairs.truncate(self.k);
        }
        if self.pairs.len() == self.k {
            self.floor = self.pairs[self.k - 1].1;
        }
    }

    fn into_sorted(mut self) -> Vec<(u32, f32)> {
        if self.pairs.len() > self.k {
            self.cut();
        }
        self.pairs.sort_unstable_by(order);
        self.pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(scores: &[f32], k: usize, keep: impl Fn(u32) -> bool) -> Vec<(u32, f32)> {
        let mut all: Vec<_> = (0_u32..).zip(scores.iter().copied()).collect();
        all.retain(|&(i, s)| !s.is_nan() && s > f32::NEG_INFINITY && keep(i));
        all.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap().then(a.0.cmp(&b.0)));
        all.truncate(k);
        all
    }

    #[test]
    fn nothing_is_asked_of_an_empty_slice_or_for_no_items() {
        assert!(top_k(&[], 3).is_empty());
        assert!(top_k(&[1.0], 0).is_empty());
        assert!(top_k_of([(0, 1.0)], 0).is_empty());
        assert_eq!(top_k(&[f32::NEG_INFINITY, f32::NAN], 5), []);
        assert_eq!(top_k(&[1.0, 2.0], 10), [(1, 2.0), (0, 1.0)]);
        assert_eq!(top_k(&[-0.0, 0.0], 1), [(0, 0.0)]);
    }

    proptest! {
        #[test]
        fn it_is_the_head_of_the_full_sort(
            scores in prop::collection::vec(prop_oneof![(-3_i8..4).prop_map(f32::from), Just(f32::NAN), Just(f32::NEG_INFINITY)], 0..60),
            k in 0_usize..20,
            seen in prop::collection::btree_set(0_u32..60, 0..30),
        ) {
            let seen: Vec<u32> = seen.into_iter().collect();
            prop_assert_eq!(top_k(&scores, k), naive(&scores, k, |_| true));
            prop_assert_eq!(top_k_unseen(&scores, k, &seen), naive(&scores, k, |i| !seen.contains(&i)));
            let backwards = (0_u32..).zip(scores.iter().copied()).collect::<Vec<_>>().into_iter().rev();
            prop_assert_eq!(top_k_of(backwards, k), naive(&scores, k, |_| true));
        }
    }
}
