//! A sparse matrix from items to items: the form in which neighbour models and truncated EASE are served.
//!
//! Row i holds what having item i says for other items, so a profile scores `out = Σ weight_i · row_i`.
//! Cost of a score: O(entries in the rows of the profile).

use crate::matrix::Csr;
use crate::model::{Neighbours, Profile, ProfileScorer};
use crate::topk::{top_k_of, top_k_where};

/// Weights from items (rows) to items (columns). The neighbours of an item are the sources that speak for it,
/// because models keep so many sources for each target; a source may be nobody's.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ItemToItem {
    links: Csr,
    /// The same weights with targets as rows.
    by_target: Csr,
}

impl ItemToItem {
    /// Takes over a square matrix of weights, source items as rows and target items as columns.
    ///
    /// ```
    /// use soiree_algorithms::{item_to_item::ItemToItem, matrix::Csr, model::ProfileScorer};
    /// let model = ItemToItem::new(Csr::from_triplets(3, 3, &[(0, 1, 0.5), (2, 1, 0.25), (2, 0, 1.0)]));
    /// let mut scores = [0.0; 3];
    /// model.score(&[(0, 1.0), (2, 2.0)], &mut scores);
    /// assert_eq!(scores, [2.0, 1.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// When the matrix is not square.
    #[must_use]
    pub fn new(links: Csr) -> Self {
        assert_eq!(links.rows(), links.cols(), "a matrix from items to items is square");
        Self { by_target: links.transpose(), links }
    }

    /// Takes over a list of (source, weight), in any order, for each target.
    pub(crate) fn from_columns(columns: &[Vec<(u32, f32)>]) -> Self {
        let items = columns.len();
        let mut starts = Vec::with_capacity(items + 1);
        starts.push(0);
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        let mut column: Vec<(u32, f32)> = Vec::new();
        for cells in columns {
            column.clear();
            column.extend_from_slice(cells);
            column.sort_unstable_by_key(|cell| cell.0);
            indices.extend(column.iter().map(|cell| cell.0));
            values.extend(column.iter().map(|cell| cell.1));
            starts.push(indices.len());
        }
        let by_target = Csr::from_parts(items, items, starts, indices, values);
        Self { links: by_target.transpose(), by_target }
    }

    /// The weights, for saving.
    #[must_use]
    pub fn links(&self) -> &Csr {
        &self.links
    }

    /// The items that speak for `target`, with weight · their weight in the profile, strongest first; at
    /// most `k`. This is the evidence behind a score.
    #[must_use]
    pub fn evidence(&self, profile: Profile<'_>, target: u32, k: usize) -> Vec<(u32, f32)> {
        let Some((sources, values)) = row_of(&self.by_target, target) else { return Vec::new() };
        let shares = profile.iter().filter_map(|&(item, weight)| {
            let at = sources.binary_search(&item).ok()?;
            Some((item, weight * values[at])).filter(|share| share.1 > 0.0)
        });
        top_k_of(shares, k)
    }
}

fn row_of(matrix: &Csr, item: u32) -> Option<(&[u32], &[f32])> {
    ((item as usize) < matrix.rows()).then(|| matrix.row(item as usize))
}

impl ProfileScorer for ItemToItem {
    fn items(&self) -> usize {
        self.links.cols()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        out.fill(0.0);
        for &(item, weight) in profile {
            let Some((cols, values)) = row_of(&self.links, item) else { continue };
            for (&col, &value) in cols.iter().zip(values) {
                out[col as usize] += weight * value;
            }
        }
    }
}

impl Neighbours for ItemToItem {
    fn neighbours(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        let Some((sources, values)) = row_of(&self.by_target, item) else { return Vec::new() };
        let best = top_k_where(values, k, |at| values[at as usize] > 0.0 && sources[at as usize] != item);
        best.into_iter().map(|(at, value)| (sources[at as usize], value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_and_evidence_leave_out_the_item_itself_and_what_speaks_against() {
        let model = ItemToItem::new(Csr::from_triplets(
            3,
            3,
            &[(0, 0, 9.0), (1, 0, 0.5), (2, 0, 0.75), (0, 1, -0.5), (0, 2, 0.25)],
        ));
        assert_eq!(model.neighbours(0, 5), [(2, 0.75), (1, 0.5)]);
        assert_eq!(model.neighbours(1, 5), []);
        assert_eq!(model.neighbours(7, 5), []);
        assert_eq!(model.evidence(&[(1, 1.0), (2, 2.0), (9, 1.0)], 0, 5), [(2, 1.5), (1, 0.5)]);
        assert_eq!(model.evidence(&[(0, 1.0)], 1, 5), []);
    }

    #[test]
    fn columns_become_rows() {
        let model = ItemToItem::from_columns(&[vec![(1, 3.0)], vec![(1, 2.0), (0, 1.0)]]);
        assert_eq!(model.links(), &Csr::from_triplets(2, 2, &[(1, 0, 3.0), (0, 1, 1.0), (1, 1, 2.0)]));
    }
}
