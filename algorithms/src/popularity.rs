//! Popularity: what many people took lately.
//!
//! `score(i) = Σ over events of i: weight · 2^(−age / half_life)`; without a half-life every event counts its
//! weight for ever. It ignores the profile, so it is the answer for people of whom nothing is known, and the
//! yardstick every other model must pass.

use serde::{Deserialize, Serialize};

use crate::check::require;
use crate::matrix::Csr;
use crate::model::{FitError, Profile, ProfileScorer};

/// How popularity forgets.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// After how many milliseconds an event counts half; `None` never forgets.
    pub half_life_ms: Option<f64>,
}

/// One score per item, the same for everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Popularity {
    scores: Vec<f32>,
}

impl Popularity {
    /// Fits on events of (item, time in Unix milliseconds, weight). An event later than `now_ms` counts as
    /// one of this moment. O(events).
    ///
    /// ```
    /// use soiree_algorithms::popularity::{Params, Popularity};
    /// let events = [(0, 0, 1.0), (0, 1_000, 1.0), (1, 1_000, 1.0)];
    /// let params = Params { half_life_ms: Some(1_000.0) };
    /// assert_eq!(Popularity::fit(&events, 3, params, 1_000)?.scores(), [1.5, 1.0, 0.0]);
    /// # Ok::<(), soiree_algorithms::model::FitError>(())
    /// ```
    ///
    /// # Errors
    /// [`FitError::Parameter`] when the half-life is not above 0 or an item is out of range.
    pub fn fit(
        events: &[(u32, i64, f32)],
        items: usize,
        params: Params,
        now_ms: i64,
    ) -> Result<Self, FitError> {
        if let Some(half_life_ms) = params.half_life_ms {
            require(half_life_ms > 0.0, "half_life_ms", "above 0", half_life_ms)?;
        }
        let mut sums = vec![0_f64; items];
        for &(item, at_ms, weight) in events {
            let Some(sum) = sums.get_mut(item as usize) else {
                require(false, "item", "below the number of items", item)?;
                continue;
            };
            let age_ms = now_ms.saturating_sub(at_ms).max(0) as f64;
            *sum += f64::from(weight) * params.half_life_ms.map_or(1.0, |half| (-age_ms / half).exp2());
        }
        Ok(Self { scores: sums.into_iter().map(|s| s as f32).collect() })
    }

    /// Counts the people of each item.
    ///
    /// ```
    /// use soiree_algorithms::{matrix::Csr, popularity::Popularity};
    /// let matrix = Csr::from_triplets(2, 3, &[(0, 0, 5.0), (1, 0, 1.0), (1, 2, 4.0)]);
    /// assert_eq!(Popularity::from_counts(&matrix).scores(), [2.0, 0.0, 1.0]);
    /// ```
    #[must_use]
    pub fn from_counts(matrix: &Csr) -> Self {
        Self { scores: matrix.column_counts().into_iter().map(|c| c as f32).collect() }
    }

    /// Takes over saved scores, one per item.
    #[must_use]
    pub fn from_scores(scores: Vec<f32>) -> Self {
        Self { scores }
    }

    /// One score per item, at least 0 when all weights are.
    #[must_use]
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }
}

impl ProfileScorer for Popularity {
    fn items(&self) -> usize {
        self.scores.len()
    }

    /// Writes the same scores for every profile, the empty one included.
    fn score(&self, _profile: Profile<'_>, out: &mut [f32]) {
        out.copy_from_slice(&self.scores);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_future_counts_as_now_and_faults_are_refused() {
        let params = Params { half_life_ms: Some(10.0) };
        assert_eq!(Popularity::fit(&[(0, 99, 2.0)], 1, params, 0).unwrap().scores(), [2.0]);
        assert_eq!(Popularity::fit(&[(0, i64::MIN, 2.0)], 1, params, i64::MAX).unwrap().scores(), [0.0]);
        assert_eq!(Popularity::fit(&[(0, -50, 2.0)], 1, Params::default(), 0).unwrap().scores(), [2.0]);
        for half_life_ms in [0.0, -1.0, f64::NAN] {
            let params = Params { half_life_ms: Some(half_life_ms) };
            assert!(matches!(
                Popularity::fit(&[], 1, params, 0),
                Err(FitError::Parameter { name: "half_life_ms", .. })
            ));
        }
        assert!(Popularity::fit(&[(1, 0, 1.0)], 1, Params::default(), 0).is_err());
    }
}
