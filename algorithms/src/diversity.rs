//! Lists that do not say the same thing twice.

/// A set of words folded into 256 bits, for a quick guess of how alike two items are.
///
/// Each word sets one bit, so that the Jaccard share of two sets is guessed from two bit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signature([u64; 4]);

impl Signature {
    /// Folds words; their order and repetition do not matter.
    #[must_use]
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut bits = [0_u64; 4];
        for word in words {
            // FNV-1a: the same on every machine, unlike the standard hasher.
            let mut h = word
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
            h ^= h >> 32;
            bits[(h >> 6) as usize & 3] |= 1 << (h & 63);
        }
        Self(bits)
    }

    /// Shared bits over all bits, 0 to 1; 0 when both are empty.
    ///
    /// ```
    /// use soiree_algorithms::diversity::Signature;
    /// let a = Signature::of(["drama", "jazz age"]);
    /// assert_eq!(a.alike(a), 1.0);
    /// assert_eq!(a.alike(Signature::default()), 0.0);
    /// ```
    #[must_use]
    pub fn alike(self, other: Self) -> f32 {
        let (mut both, mut any) = (0, 0);
        for (a, b) in self.0.iter().zip(other.0) {
            both += (a & b).count_ones();
            any += (a | b).count_ones();
        }
        if any == 0 { 0.0 } else { both as f32 / any as f32 }
    }
}

/// Picks the next item of a list by maximal marginal relevance and tells its place in `relevance`.
///
/// `argmax_i λ · relevance_i - (1 - λ) · closeness_i` over the `i` that are still open, where `closeness_i` is the
/// largest likeness of `i` to what the list already has. Carbonell and Goldstein (SIGIR 1998). Equal values:
/// the first wins. Cost: `O(n)`.
///
/// ```
/// use soiree_algorithms::diversity::mmr_next;
/// let open = [false, true, true];
/// assert_eq!(mmr_next(&[1.0, 0.9, 0.8], &[1.0, 1.0, 0.0], &open, 0.7), Some(2));
/// ```
///
/// # Panics
/// When the three slices are not equally long.
#[must_use]
pub fn mmr_next(relevance: &[f32], closeness: &[f32], open: &[bool], lambda: f32) -> Option<usize> {
    assert!(relevance.len() == closeness.len() && relevance.len() == open.len(), "one entry per item");
    let mut best: Option<(usize, f32)> = None;
    for i in (0..relevance.len()).filter(|&i| open[i]) {
        let value = lambda * relevance[i] - (1.0 - lambda) * closeness[i];
        if best.is_none_or(|(_, b)| value > b) {
            best = Some((i, value));
        }
    }
    best.map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn full_relevance_ignores_likeness() {
        assert_eq!(mmr_next(&[0.5, 1.0], &[0.0, 1.0], &[true, true], 1.0), Some(1));
        assert_eq!(mmr_next(&[0.5], &[0.0], &[false], 1.0), None);
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_bounded(a in prop::collection::vec("[a-z]{1,6}", 0..9), b in prop::collection::vec("[a-z]{1,6}", 0..9)) {
            let (x, y) = (Signature::of(a.iter().map(String::as_str)), Signature::of(b.iter().map(String::as_str)));
            prop_assert!((0.0..=1.0).contains(&x.alike(y)));
            prop_assert_eq!(x.alike(y), y.alike(x));
        }
    }
}
