//! What a recommender is worth beyond hitting: coverage, concentration, diversity, novelty, serendipity.

use crate::matrix::Csr;

/// How often each item stands in the first `k` places of the lists.
#[must_use]
pub fn exposures<'a>(lists: impl IntoIterator<Item = &'a [u32]>, k: usize, items: usize) -> Vec<u32> {
    let mut counts = vec![0; items];
    for list in lists {
        for &item in &list[..k.min(list.len())] {
            counts[item as usize] += 1;
        }
    }
    counts
}

/// Catalogue coverage: the share of items that anybody was shown.
#[must_use]
pub fn coverage(exposures: &[u32]) -> f64 {
    let shown = exposures.iter().filter(|c| **c > 0).count();
    if exposures.is_empty() { 0.0 } else { shown as f64 / exposures.len() as f64 }
}

/// Gini coefficient of the exposures over the whole catalogue, with `x` rising:
/// `Σ_i (2i − n − 1) x_i / (n Σ x)`. 0 when every item is shown equally often, near 1 when one takes all.
///
/// ```
/// use soiree_algorithms::metrics::beyond::gini;
/// assert_eq!(gini(&[3, 3, 3]), 0.0);
/// assert_eq!(gini(&[0, 0, 0, 8]), 0.75); // (n − 1) / n
/// ```
#[must_use]
pub fn gini(exposures: &[u32]) -> f64 {
    let mut sorted = exposures.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as f64;
    let total: f64 = sorted.iter().map(|c| f64::from(*c)).sum();
    if total == 0.0 {
        return 0.0;
    }
    let weighted: f64 =
        sorted.iter().zip(1_u32..).map(|(c, i)| (2.0 * f64::from(i) - n - 1.0) * f64::from(*c)).sum();
    weighted / (n * total)
}

/// Mean self-information of a list in bits, `−log2((c_i + 1) / (people + 1))` with `c_i` the people who have
/// item `i` in training. 0 for an empty list (Zhou et al. 2010, with one added so that a new item is finite).
#[must_use]
pub fn novelty(list: &[u32], counts: &[u32], people: usize) -> f64 {
    if list.is_empty() {
        return 0.0;
    }
    let bits = |item: &u32| -((f64::from(counts[*item as usize]) + 1.0) / (people as f64 + 1.0)).log2();
    list.iter().map(bits).sum::<f64>() / list.len() as f64
}

/// Serendipity: the share of the list that is wanted and that the plain list (popularity) of the same length
/// does not show (Ge et al. 2010).
#[must_use]
pub fn serendipity(list: &[u32], wanted: &[u32], plain: &[u32]) -> f64 {
    if list.is_empty() {
        return 0.0;
    }
    let hits = list.iter().filter(|i| wanted.contains(i) && !plain.contains(i)).count();
    hits as f64 / list.len() as f64
}

/// Intra-list diversity of every prefix: entry `k − 1` is one minus the mean similarity of the pairs among the
/// first `k` items; a single item has diversity 0 (Ziegler et al. 2005).
#[must_use]
pub fn diversity_of_prefixes(list: &[u32], mut similarity: impl FnMut(u32, u32) -> f64) -> Vec<f64> {
    let mut sum = 0.0;
    let mut out = Vec::with_capacity(list.len());
    for (place, &item) in list.iter().enumerate() {
        sum += list[..place].iter().map(|&other| similarity(other, item)).sum::<f64>();
        let pairs = (place * (place + 1) / 2) as f64;
        out.push(if place == 0 { 0.0 } else { 1.0 - sum / pairs });
    }
    out
}

/// Similarity of items by the people they share: `|A ∩ B| / sqrt(|A| |B|)`, the cosine of two binary columns.
#[derive(Debug, Clone)]
pub struct SharedPeople {
    by_item: Csr,
}

impl SharedPeople {
    /// Takes the people of every item from a matrix with people as rows.
    #[must_use]
    pub fn new(people_by_items: &Csr) -> Self {
        Self { by_item: people_by_items.transpose() }
    }

    /// The cosine of two items; 0 when one of them has nobody. Costs the sum of both lists' lengths.
    #[must_use]
    pub fn similarity(&self, a: u32, b: u32) -> f64 {
        let (left, right) = (self.by_item.row(a as usize).0, self.by_item.row(b as usize).0);
        if left.is_empty() || right.is_empty() {
            return 0.0;
        }
        let (mut i, mut j, mut shared) = (0, 0, 0_u32);
        while i < left.len() && j < right.len() {
            let (x, y) = (left[i], right[j]);
            shared += u32::from(x == y);
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        f64::from(shared) / ((left.len() * right.len()) as f64).sqrt()
    }
}
