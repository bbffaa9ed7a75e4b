//! Implicit alternating least squares: a factor model for "did it" data.
//!
//! With people u, items i, the observed pairs S and their confidences c, it minimises
//!
//! `Σ_S c_ui (1 − x_u·y_i)² + α₀ Σ_all (x_u·y_i)² + λ (Σ_u (|S_u| + α₀·items)^ν |x_u|² + Σ_i (|S_i| + α₀·people)^ν |y_i|²)`
//!
//! by solving all people with the items fixed, then all items with the people fixed, and so on. Each row is
//! a least squares problem `(α₀ YᵀY + Σ c·y yᵀ + λ_u I) x_u = Σ c·y`, whose first term is the same for all.
//!
//! Hu, Koren and Volinsky, *Collaborative Filtering for Implicit Feedback Datasets*, ICDM 2008; in the form of
//! Rendle, Krichene, Zhang and Koren, *Revisiting the Performance of iALS on Item Recommendation Benchmarks*,
//! RecSys 2022, whose frequency-scaled regularisation decides its quality.
//!
//! The fitted model keeps no row per person: a profile is *folded in* by solving its one system exactly, so
//! that the next event counts at once. A fold-in costs O(n·d² + d³), a score O(items · d) more.

mod fit;
mod loss;
mod params;
mod row;

pub use loss::loss;
pub use params::{Confidence, Params, Solver, Zeros};

use crate::matrix::Csr;
use crate::model::{FitError, Neighbours, Profile, ProfileScorer, Progress};
pub use crate::simd::Matrix;
use crate::simd::{dot, dots};
use crate::topk::top_k_where;
use row::{Objective, Workspace};

/// A fitted model: item factors, their Gramian and the parameters.
///
/// ```
/// use soiree_algorithms::ials::{Ials, Params};
/// use soiree_algorithms::{matrix::Csr, model::{ProfileScorer, Silent}};
/// // Two people know items 0 and 1, two know items 2 and 3.
/// let seen = Csr::from_triplets(4, 4, &[(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0), (1, 1, 1.0),
///                                       (2, 2, 1.0), (2, 3, 1.0), (3, 2, 1.0), (3, 3, 1.0)]);
/// let params = Params { dims: 2, alpha0: 0.1, lambda: 0.001, ..Params::default() };
/// let model = Ials::fit(&seen, params, &Silent)?;
/// let mut scores = [0.0; 4];
/// model.score(&[(0, 1.0)], &mut scores);
/// assert!(scores[1] > 0.5 && scores[2].abs() < 0.1);
/// # Ok::<(), soiree_algorithms::model::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ials {
    params: Params,
    items: Matrix,
    /// α₀ YᵀY, square of 16·width.
    gramian: Vec<crate::simd::Lane>,
}

impl Ials {
    /// Fits on a matrix of people × items. The result depends on the seed, not on the number of threads.
    ///
    /// # Errors
    /// [`FitError::Parameter`], [`FitError::Empty`] without entries, [`FitError::Singular`] when a system has
    /// no solution in single precision, [`FitError::Cancelled`].
    pub fn fit(matrix: &Csr, params: Params, progress: &dyn Progress) -> Result<Self, FitError> {
        Self::fit_with_people(matrix, params, progress).map(|(model, _)| model)
    }

    /// Like [`Ials::fit`], and also returns the last factors of the people, people × dims.
    ///
    /// # Errors
    /// As [`Ials::fit`].
    pub fn fit_with_people(
        matrix: &Csr,
        params: Params,
        progress: &dyn Progress,
    ) -> Result<(Self, Matrix), FitError> {
        let (people, items) = fit::alternate(matrix, &params, progress)?;
        Ok((Self::from_matrix(items, params), people))
    }

    /// Rebuilds a model from saved item factors, row-major, items × `params.dims`. O(items · d²).
    ///
    /// # Errors
    /// [`FitError::Parameter`] when the parameters cannot be, or the factors are no whole number of rows or
    /// not finite.
    pub fn from_item_factors(factors: &[f32], params: Params) -> Result<Self, FitError> {
        params.check()?;
        let whole = factors.len().is_multiple_of(params.dims) && factors.iter().all(|f| f.is_finite());
        crate::check::require(whole, "factors", "finite, in whole rows", factors.len())?;
        Ok(Self::from_matrix(Matrix::from_rows(params.dims, factors), params))
    }

    fn from_matrix(items: Matrix, params: Params) -> Self {
        let gramian = fit::gramian(&items, params.alpha0);
        Self { params, items, gramian }
    }

    /// The parameters of the fit.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Number of factors.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.params.dims
    }

    /// All item factors, row-major, items × dims, for saving.
    #[must_use]
    pub fn item_factors(&self) -> Vec<f32> {
        self.items.to_rows()
    }

    /// The factors of one item.
    #[must_use]
    pub fn item_vector(&self, item: u32) -> Option<&[f32]> {
        ((item as usize) < self.items.rows()).then(|| self.items.row(item as usize))
    }

    /// The factors that minimise the objective for this profile with the items fixed; zeros for a profile
    /// without known items. Solved by Cholesky factorisation.
    #[must_use]
    pub fn fold_in(&self, profile: Profile<'_>) -> Vec<f32> {
        let known = profile.iter().filter(|&&(item, _)| (item as usize) < self.items.rows());
        let (indices, values): (Vec<u32>, Vec<f32>) = known.copied().unzip();
        let mut person = Matrix::zeros(1, self.params.dims);
        let objective = Objective { params: &self.params, fixed: &self.items, gramian: &self.gramian };
        let solved =
            objective.solve_exactly(&indices, &values, person.lanes_mut(), &mut Workspace::default());
        // A model whose own fit went well has no singular systems; one that was altered scores nothing.
        if solved { person.to_rows() } else { vec![0.0; self.params.dims] }
    }

    /// Writes the dot product of every item with a person's factors, as [`Ials::fold_in`] gives them.
    pub fn score_with(&self, person: &[f32], out: &mut [f32]) {
        dots(&self.items, person, out);
    }
}

impl ProfileScorer for Ials {
    fn items(&self) -> usize {
        self.items.rows()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.score_with(&self.fold_in(profile), out);
    }
}

impl Neighbours for Ials {
    /// By cosine of the factors.
    fn neighbours(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        let Some(vector) = self.item_vector(item) else { return Vec::new() };
        let mut scores = vec![0.0; self.items()];
        self.score_with(vector, &mut scores);
        let norm = |at: usize| dot(self.items.row_lanes(at), self.items.row_lanes(at)).sqrt();
        let own = norm(item as usize);
        for (at, score) in scores.iter_mut().enumerate() {
            let norms = own * norm(at);
            *score = if norms > 0.0 { *score / norms } else { 0.0 };
        }
        top_k_where(&scores, k, |other| other != item && scores[other as usize] > 0.0)
    }
}

#[cfg(test)]
mod tests;
