//! What a fit can be told.

use serde::{Deserialize, Serialize};

use crate::check::require;
use crate::model::FitError;
use crate::simd::MAX_COLS;

/// Parameters of [`super::Ials`]; the defaults suit about a million interactions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Number of factors, d, 1 to 512.
    pub dims: usize,
    /// How often people and items are solved in turn.
    pub iterations: usize,
    /// α₀, the weight of "0" for each pair of person and item, above 0.
    pub alpha0: f32,
    /// λ, the regularisation, above 0.
    pub lambda: f32,
    /// ν, how far regularisation grows with the number of interactions: 0 not at all, 1 in proportion.
    pub nu: f32,
    /// Standard deviation of the initial item factors, before division by √d.
    pub stdev: f32,
    /// How the weight of "1" follows from an interaction's value.
    pub confidence: Confidence,
    /// Which pairs carry the weight α₀.
    pub zeros: Zeros,
    /// How each row's least squares problem is solved.
    pub solver: Solver,
    /// Seed of the initial item factors.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            dims: 64,
            iterations: 16,
            alpha0: 0.3,
            lambda: 0.003,
            nu: 1.0,
            stdev: 0.1,
            confidence: Confidence::Uniform(1.0),
            zeros: Zeros::All,
            solver: Solver::default(),
            seed: 1,
        }
    }
}

/// c(v), the weight with which an interaction of value v pulls the score towards 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The same for every interaction.
    Uniform(f32),
    /// `base + slope · v`.
    Linear {
        /// Weight of value 0.
        base: f32,
        /// Weight gained with each unit of value.
        slope: f32,
    },
    /// `base + slope · ln(1 + v / unit)`, for counts with a long tail.
    Log {
        /// Weight of value 0.
        base: f32,
        /// Weight gained with each e-fold.
        slope: f32,
        /// The value from which growth is logarithmic, above 0.
        unit: f32,
    },
}

impl Confidence {
    /// The weight for one value, never below 0.
    #[must_use]
    pub fn weight(self, value: f32) -> f32 {
        let weight = match self {
            Self::Uniform(weight) => weight,
            Self::Linear { base, slope } => base + slope * value,
            Self::Log { base, slope, unit } => base + slope * (value.max(0.0) / unit).ln_1p(),
        };
        if weight.is_finite() { weight.max(0.0) } else { 0.0 }
    }
}

/// Which pairs are held to 0 with weight α₀.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zeros {
    /// Every pair, the observed ones too (Rendle et al. 2021).
    #[default]
    All,
    /// The unobserved pairs alone (Hu, Koren and Volinsky 2008).
    Unobserved,
}

/// How each row's d × d system is solved. All three end at the same minimum of the same objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Solver {
    /// A few steps of conjugate gradient from the last solution: O(steps · (n·d + d²)) for n interactions
    /// (Takács, Pilászy and Tikk 2011). Rows too long for the cache are solved exactly where that is cheaper.
    ConjugateGradient {
        /// Steps for each row in each iteration, at least 1.
        steps: usize,
    },
    /// One sweep over blocks of factors, each solved exactly: O(n·d·block + d·block²)
    /// (iALS++, Rendle et al. 2021).
    Subspace {
        /// Factors in a block, rounded up to a multiple of 16.
        block: usize,
    },
    /// The whole system at once: O(n·d² + d³).
    Cholesky,
}

impl Default for Solver {
    fn default() -> Self {
        Self::ConjugateGradient { steps: 3 }
    }
}

impl Params {
    /// Refuses what cannot be fitted.
    ///
    /// # Errors
    /// [`FitError::Parameter`] with the first fault.
    pub fn check(&self) -> Result<(), FitError> {
        require((1..=MAX_COLS).contains(&self.dims), "dims", "1 to 512", self.dims)?;
        require(self.iterations > 0, "iterations", "at least 1", self.iterations)?;
        require(self.alpha0 > 0.0 && self.alpha0.is_finite(), "alpha0", "above 0", self.alpha0)?;
        require(self.lambda > 0.0 && self.lambda.is_finite(), "lambda", "above 0", self.lambda)?;
        require((0.0..=2.0).contains(&self.nu), "nu", "0 to 2", self.nu)?;
        require(self.stdev > 0.0 && self.stdev.is_finite(), "stdev", "above 0", self.stdev)?;
        match self.solver {
            Solver::ConjugateGradient { steps } => require(steps > 0, "steps", "at least 1", steps)?,
            Solver::Subspace { block } => require(block > 0, "block", "at least 1", block)?,
            Solver::Cholesky => {}
        }
        if let Confidence::Log { unit, .. } = self.confidence {
            require(unit > 0.0, "unit", "above 0", unit)?;
        }
        Ok(())
    }

    /// λ (count + α₀·others)^ν: the regularisation of a row with `count` of `others` possible interactions.
    pub(crate) fn regularisation(&self, count: usize, others: usize) -> f32 {
        let scale = (count as f64 + f64::from(self.alpha0) * others as f64).powf(f64::from(self.nu));
        (f64::from(self.lambda) * scale) as f32
    }

    /// What α₀ already adds to the weight of an observed pair's square, to be taken off under
    /// [`Zeros::Unobserved`].
    pub(crate) fn surplus(&self) -> f32 {
        match self.zeros {
            Zeros::All => 0.0,
            Zeros::Unobserved => self.alpha0,
        }
    }
}
