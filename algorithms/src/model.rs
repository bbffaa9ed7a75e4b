//! What every model can do: score items for a profile, name an item's neighbours, report how a fit goes.

/// A person as models see one: (item, weight) with weights above zero, items rising and distinct.
/// What somebody disliked is not in the profile; the engine takes it off afterwards.
pub type Profile<'a> = &'a [(u32, f32)];

/// A fitted model that scores every item from a profile alone, so that a new person or a fresh event
/// counts at once and no model holds a row per person. Scoring is total: an empty profile or an item the
/// model does not know gives 0, never an error or a NaN.
pub trait ProfileScorer: Send + Sync {
    /// Number of items, the length of every score vector.
    fn items(&self) -> usize;

    /// Writes one score per item, higher is better; `out.len() == self.items()`. Every entry is written.
    fn score(&self, profile: Profile<'_>, out: &mut [f32]);

    /// The same for somebody who has a row in the matrix of the fit. Models that know more of people than
    /// their profiles, such as whom they trust, use it here; to all others it is [`ProfileScorer::score`].
    fn score_person(&self, person: u32, profile: Profile<'_>, out: &mut [f32]) {
        let _ = person;
        self.score(profile, out);
    }
}

/// A fitted model that knows which items are alike.
pub trait Neighbours: Send + Sync {
    /// At most `k` other items nearest to `item`, best first, with a similarity above 0.
    fn neighbours(&self, item: u32, k: usize) -> Vec<(u32, f32)>;
}

/// How a long fit tells what it has done, and hears that it should stop.
pub trait Progress: Sync {
    /// Called now and then from any thread with steps done and in all.
    fn report(&self, done: u64, total: u64);

    /// Whether the fit should stop soon.
    fn cancelled(&self) -> bool {
        false
    }
}

/// A [`Progress`] that says nothing and never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _done: u64, _total: u64) {}
}

/// Turns texts into vectors of unit length. Implemented by `neural`.
pub trait TextEmbedder: Send + Sync {
    /// Length of each vector.
    fn dimensions(&self) -> usize;

    /// Row-major vectors, one per text; an empty text gives zeros.
    ///
    /// # Errors
    /// [`FitError::Embedding`] when the model cannot be run.
    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError>;
}

/// Why parameters were refused or a fit did not end well.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// A parameter lies outside its range.
    #[error("{name} must be {allowed}, not {found}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is allowed.
        allowed: &'static str,
        /// What was given.
        found: String,
    },
    /// There is nothing to fit on.
    #[error("no interactions to fit on")]
    Empty,
    /// The matrix cannot be inverted or factorised.
    #[error("the system could not be solved: {0}")]
    Singular(&'static str),
    /// The text encoder failed.
    #[error("texts could not be embedded: {0}")]
    Embedding(String),
    /// [`Progress::cancelled`] said so.
    #[error("cancelled")]
    Cancelled,
}
