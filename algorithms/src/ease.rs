//! EASE: a linear model from items to items with a closed form.
//!
//! `B = argmin |X − X·B|² + λ|B|²` under a zero diagonal. With `P = (XᵀX + λI)⁻¹` the answer is
//! `B_ij = −P_ij / P_jj` for i ≠ j. Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, WWW 2019.
//!
//! A fit costs O(items³) time and 16 bytes · items² at its peak, so it is for some thousands of items; a
//! score costs O(n · items). [`Ease::truncated`] is the form to serve.

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, Side};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::check::require;
use crate::item_to_item::ItemToItem;
use crate::matrix::Csr;
use crate::model::{FitError, Neighbours, Profile, ProfileScorer, Progress};
use crate::topk::{top_k_of, top_k_where};

/// Parameters of [`Ease`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// λ, the regularisation, above 0: about 100 for small sets, 1000 for a million interactions.
    pub lambda: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { lambda: 500.0 }
    }
}

/// The dense model: items² weights in single precision.
///
/// ```
/// use soiree_algorithms::ease::{Ease, Params};
/// use soiree_algorithms::{matrix::Csr, model::Silent};
/// // XᵀX + I = [[3, 1], [1, 2]], so P = [[2, −1], [−1, 3]] / 5.
/// let seen = Csr::from_triplets(2, 2, &[(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0)]);
/// let model = Ease::fit(&seen, Params { lambda: 1.0 }, &Silent)?;
/// assert!((model.weight(0, 1) - 1.0 / 3.0).abs() < 1e-6);
/// assert!((model.weight(1, 0) - 1.0 / 2.0).abs() < 1e-6);
/// # Ok::<(), soiree_algorithms::model::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ease {
    items: usize,
    /// B, row-major, source items as rows.
    weights: Vec<f32>,
}

impl Ease {
    /// Fits on a matrix of people × items, whose values weigh each interaction.
    ///
    /// # Errors
    /// [`FitError::Parameter`], [`FitError::Empty`] without entries, [`FitError::Singular`] when XᵀX + λI is
    /// not positive definite in double precision, [`FitError::Cancelled`].
    pub fn fit(matrix: &Csr, params: Params, progress: &dyn Progress) -> Result<Self, FitError> {
        require(params.lambda > 0.0 && params.lambda.is_finite(), "lambda", "above 0", params.lambda)?;
        if matrix.nnz() == 0 {
            return Err(FitError::Empty);
        }
        // The three parts take about one, two and four shares of the time.
        let step = |done| {
            progress.report(done, 7);
            if progress.cancelled() { Err(FitError::Cancelled) } else { Ok(()) }
        };
        step(0)?;
        let factor = {
            let products = products(matrix, params.lambda);
            step(1)?;
            products.llt(Side::Lower).map_err(|_| FitError::Singular("XᵀX + λI; raise lambda"))?
        };
        step(3)?;
        let inverse = factor.inverse();
        drop(factor);
        step(7)?;
        Ok(Self { items: matrix.cols(), weights: weights(&inverse) })
    }

    /// The weight with which having `source` speaks for `target`.
    ///
    /// # Panics
    /// When an item is out of range.
    #[must_use]
    pub fn weight(&self, source: u32, target: u32) -> f32 {
        self.row(source)[target as usize]
    }

    /// Keeps for each target item the `per_item` sources with the largest absolute weights.
    #[must_use]
    pub fn truncated(&self, per_item: usize) -> ItemToItem {
        let columns: Vec<Vec<(u32, f32)>> = (0..self.items as u32)
            .into_par_iter()
            .map(|target| {
                let strengths =
                    (0..self.items as u32).map(|source| (source, self.weight(source, target).abs()));
                let kept = top_k_of(strengths.filter(|cell| cell.1 > 0.0), per_item);
                kept.into_iter().map(|(source, _)| (source, self.weight(source, target))).collect()
            })
            .collect();
        ItemToItem::from_columns(&columns)
    }

    fn row(&self, item: u32) -> &[f32] {
        &self.weights[item as usize * self.items..][..self.items]
    }
}

/// XᵀX + λI in the lower half; what stands above the diagonal is as good.
fn products(matrix: &Csr, lambda: f64) -> Mat<f64> {
    let items = matrix.cols();
    let by_item = matrix.transpose();
    let mut out = Mat::<f64>::zeros(items, items);
    out.par_col_iter_mut().enumerate().for_each(|(item, column)| {
        let sums = column.try_as_col_major_mut().expect("columns of a matrix are contiguous").as_slice_mut();
        let (people, values) = by_item.row(item);
        for (&person, &value) in people.iter().zip(values) {
            let (others, weights) = matrix.row(person as usize);
            for (&other, &weight) in others.iter().zip(weights) {
                sums[other as usize] += f64::from(value) * f64::from(weight);
            }
        }
        sums[item] += lambda;
    });
    out
}

/// B from P, with rows as sources.
fn weights(inverse: &Mat<f64>) -> Vec<f32> {
    let items = inverse.nrows();
    let scales: Vec<f64> = (0..items).map(|j| -1.0 / inverse[(j, j)]).collect();
    let mut out = vec![0_f32; items * items];
    out.par_chunks_mut(items.max(1)).enumerate().for_each(|(i, row)| {
        // P is symmetric, so its column i, which lies in one piece, is its row i.
        for (j, weight) in row.iter_mut().enumerate() {
            *weight = if i == j { 0.0 } else { (inverse[(j, i)] * scales[j]) as f32 };
        }
    });
    out
}

impl ProfileScorer for Ease {
    fn items(&self) -> usize {
        self.items
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        out.fill(0.0);
        for &(item, weight) in profile.iter().filter(|cell| (cell.0 as usize) < self.items) {
            for (score, value) in out.iter_mut().zip(self.row(item)) {
                *score += weight * value;
            }
        }
    }
}

impl Neighbours for Ease {
    fn neighbours(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        if item as usize >= self.items {
            return Vec::new();
        }
        let weights: Vec<f32> = (0..self.items as u32).map(|source| self.weight(source, item)).collect();
        top_k_where(&weights, k, |source| weights[source as usize] > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Silent;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// At the minimum the gradient Xᵀ(X − XB) − λB is 0 off the diagonal.
        #[test]
        fn the_gradient_is_zero_off_the_diagonal(
            cells in prop::collection::vec((0_u32..8, 0_u32..6, 0.5_f32..2.0), 1..30),
            lambda in 0.5_f64..20.0,
        ) {
            let matrix = Csr::from_triplets(8, 6, &cells);
            let model = Ease::fit(&matrix, Params { lambda }, &Silent).unwrap();
            let products = products(&matrix, 0.0);
            for i in 0..6 {
                prop_assert_eq!(model.weight(i as u32, i as u32), 0.0);
                for j in (0..6).filter(|&j| j != i) {
                    let through: f64 =
                        (0..6).map(|k| products[(i, k)] * f64::from(model.weight(k as u32, j as u32))).sum();
                    let gradient = products[(i, j)] - through - lambda * f64::from(model.weight(i as u32, j as u32));
                    prop_assert!(gradient.abs() < 1e-3, "{}", gradient);
                }
            }
        }
    }

    #[test]
    fn truncation_keeps_the_strongest_and_all_of_it_changes_nothing() {
        let cells: Vec<_> = (0..40).map(|n: u32| (n * 7 % 11, n * 5 % 6, 1.0)).collect();
        let model = Ease::fit(&Csr::from_triplets(11, 6, &cells), Params { lambda: 2.0 }, &Silent).unwrap();
        let profile = [(0, 1.0), (3, 2.0), (99, 1.0)];
        let (mut dense, mut sparse) = ([0.0; 6], [0.0; 6]);
        model.score(&profile, &mut dense);
        model.truncated(6).score(&profile, &mut sparse);
        assert_eq!(dense, sparse);
        assert!(model.truncated(2).links().column_counts().iter().all(|&count| count <= 2));
    }

    #[test]
    fn faults_are_refused() {
        let matrix = Csr::from_triplets(1, 1, &[(0, 0, 1.0)]);
        assert!(Ease::fit(&matrix, Params { lambda: 0.0 }, &Silent).is_err());
        let nothing = Csr::from_triplets(1, 1, &[]);
        assert_eq!(Ease::fit(&nothing, Params::default(), &Silent), Err(FitError::Empty));
    }
}
