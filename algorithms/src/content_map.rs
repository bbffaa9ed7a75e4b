//! Item factors guessed from content, for items that nobody took yet.
//!
//! A factor model knows nothing of an item without events. This map learns, from the items that have them, how
//! factors follow from features of the content, by weighted ridge regression
//!
//! `W = argmin Σ_i c_i |φ_i·W − y_i|² + λ c̄ |W|² = (Φᵀ C Φ + λ c̄ I)⁻¹ Φᵀ C Y`,
//!
//! with the features `φ_i`, the fitted factors `y_i`, the weights `c_i` and their mean `c̄`; an item of few events
//! has factors of little worth, so its weight should be small. As in Gantner et al., *Learning Attribute-to-Feature
//! Mappings for Cold-Start Recommendations*, ICDM 2010. A fit costs O(items · d² + d³) for d features.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

use crate::check::require;
use crate::model::FitError;

/// A fitted map from features to factors.
///
/// ```
/// use soiree_algorithms::content_map::ContentMap;
/// // Factors are twice the first feature and the second's negative.
/// let features = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
/// let factors = [2.0, 0.0, 0.0, -1.0, 2.0, -1.0];
/// let map = ContentMap::fit(&features, 2, &factors, 2, &[1.0, 1.0, 1.0], 1e-6)?;
/// let guessed = map.guess(&[3.0, 2.0]);
/// assert!((guessed[0] - 6.0).abs() < 1e-3 && (guessed[1] + 2.0).abs() < 1e-3);
/// # Ok::<(), soiree_algorithms::model::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ContentMap {
    features: usize,
    factors: usize,
    /// W, row-major, features × factors.
    weights: Vec<f32>,
}

impl ContentMap {
    /// Fits on row-major `features` (items × `width`) and `factors` (items × `dims`) with one weight per item;
    /// items of weight 0 do not count.
    ///
    /// # Errors
    /// [`FitError::Parameter`] when `lambda` is not above 0 or the lengths do not belong together,
    /// [`FitError::Empty`] when no item has a weight, [`FitError::Singular`] when the system cannot be solved.
    pub fn fit(
        features: &[f32],
        width: usize,
        factors: &[f32],
        dims: usize,
        weights: &[f32],
        lambda: f64,
    ) -> Result<Self, FitError> {
        require(lambda > 0.0 && lambda.is_finite(), "lambda", "above 0", lambda)?;
        let fits = features.len() == weights.len() * width && factors.len() == weights.len() * dims;
        require(fits && width > 0, "features", "one row per item", features.len())?;
        let used: Vec<usize> = (0..weights.len()).filter(|&item| weights[item] > 0.0).collect();
        if used.is_empty() {
            return Err(FitError::Empty);
        }
        let root = |row: usize| f64::from(weights[used[row]]).sqrt();
        let x =
            Mat::from_fn(used.len(), width, |row, c| f64::from(features[used[row] * width + c]) * root(row));
        let y = Mat::from_fn(used.len(), dims, |row, c| f64::from(factors[used[row] * dims + c]) * root(row));
        let mean = used.iter().map(|&item| f64::from(weights[item])).sum::<f64>() / used.len() as f64;
        let mut gram = x.transpose() * &x;
        (0..width).for_each(|c| gram[(c, c)] += lambda * mean);
        let solved = gram
            .llt(Side::Lower)
            .map_err(|_| FitError::Singular("the features' products"))?
            .solve(x.transpose() * &y);
        let map = (0..width).flat_map(|row| (0..dims).map(move |c| (row, c)));
        let weights = map.map(|(row, c)| solved[(row, c)] as f32).collect();
        Ok(Self { features: width, factors: dims, weights })
    }

    /// Takes over saved weights, row-major, `features` × `factors`.
    ///
    /// # Errors
    /// [`FitError::Parameter`] when they are not as many, or not finite.
    pub fn from_weights(features: usize, factors: usize, weights: Vec<f32>) -> Result<Self, FitError> {
        let whole = weights.len() == features * factors && weights.iter().all(|w| w.is_finite());
        require(whole, "weights", "finite, features x factors", weights.len())?;
        Ok(Self { features, factors, weights })
    }

    /// The weights, row-major, features × factors, for saving.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// How many features an item has.
    #[must_use]
    pub fn features(&self) -> usize {
        self.features
    }

    /// The factors that go with these features; zeros when their number is not that of the fit. O(features · dims).
    #[must_use]
    pub fn guess(&self, features: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; self.factors];
        if features.len() == self.features {
            for (value, row) in features.iter().zip(self.weights.chunks_exact(self.factors.max(1))) {
                out.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
            }
        }
        out
    }
}

/// How many features a year makes.
pub const YEARS: usize = 13;

/// A year as features: [`YEARS`] bumps from 1925 in steps of eight years; a year lies on its two or three nearest, at unit
/// length. Zeros when unknown.
#[must_use]
pub fn years(year: Option<f32>) -> [f32; YEARS] {
    let Some(year) = year else { return [0.0; YEARS] };
    let year = year.clamp(1917.0, 2029.0);
    let bump = |step: usize| (-((year - 1925.0 - 8.0 * step as f32) / 8.0).powi(2) / 2.0).exp();
    let bumps: [f32; YEARS] = std::array::from_fn(bump);
    let norm = bumps.iter().map(|v| v * v).sum::<f32>().sqrt();
    bumps.map(|v| v / norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_decide_between_items_that_disagree() {
        let features = [1.0, 1.0];
        let check = |weights: [f32; 2], wanted: f32| {
            let map = ContentMap::fit(&features, 1, &[0.0, 1.0], 1, &weights, 1e-9).unwrap();
            assert!((map.guess(&[1.0])[0] - wanted).abs() < 1e-5, "{weights:?}");
        };
        check([1.0, 1.0], 0.5);
        check([1.0, 3.0], 0.75);
        check([0.0, 2.0], 1.0);
    }

    #[test]
    fn more_regularisation_means_smaller_factors() {
        let guess = |lambda| {
            let map = ContentMap::fit(&[1.0, 2.0, 3.0], 1, &[1.0, 2.0, 3.0], 1, &[1.0; 3], lambda).unwrap();
            map.guess(&[1.0])[0]
        };
        assert!(guess(1e-9) > 0.999 && guess(10.0) < guess(1.0) && guess(1.0) < guess(0.1));
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let fit = |weights: &[f32], lambda| ContentMap::fit(&[1.0, 2.0], 1, &[1.0, 2.0], 1, weights, lambda);
        assert_eq!(fit(&[0.0, 0.0], 1.0), Err(FitError::Empty));
        assert!(matches!(fit(&[1.0, 1.0], 0.0), Err(FitError::Parameter { name: "lambda", .. })));
        assert!(matches!(fit(&[1.0], 1.0), Err(FitError::Parameter { name: "features", .. })));
        let map = fit(&[1.0, 1.0], 1.0).unwrap();
        assert_eq!(map.guess(&[1.0, 2.0]), [0.0]);
    }

    #[test]
    fn saved_weights_guess_the_same() {
        let map = ContentMap::fit(&[1.0, 0.5, 2.0], 1, &[1.0, 2.0, 3.0], 1, &[1.0; 3], 0.1).unwrap();
        let again = ContentMap::from_weights(map.features(), 1, map.weights().to_vec()).unwrap();
        assert_eq!(again, map);
        assert!(ContentMap::from_weights(2, 1, vec![1.0]).is_err());
        assert!(ContentMap::from_weights(1, 1, vec![f32::NAN]).is_err());
    }

    #[test]
    fn years_lie_beside_their_neighbours() {
        let dot =
            |a: f32, b: f32| -> f32 { years(Some(a)).iter().zip(years(Some(b))).map(|(x, y)| x * y).sum() };
        assert!((dot(1984.0, 1984.0) - 1.0).abs() < 1e-5);
        assert!(dot(1984.0, 1987.0) > dot(1984.0, 1999.0) && dot(1984.0, 2018.0) < 0.05);
        assert_eq!(years(None), [0.0; YEARS]);
        assert!(years(Some(-300.0)).iter().all(|v| v.is_finite()));
    }
}
