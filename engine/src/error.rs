//! What can go wrong in the engine: training, and reading bundles that others wrote.

use soiree_algorithms::model::FitError;

/// Why a training or the reading of a bundle did not succeed. Answering never fails.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// A model refused its parameters or could not be fitted.
    #[error("{model}: {source}")]
    Fit {
        /// The model's name.
        model: &'static str,
        /// What it said.
        source: FitError,
    },
    /// There is no item to learn about.
    #[error("the training set has no items")]
    NoItems,
    /// A row of the training set names a person or item outside the set.
    #[error("row {0} of the training set names a person or item that it does not hold")]
    Row(usize),
    /// An evening of the training set names a person or item outside the set.
    #[error("evening {0} of the training set names a person or item that it does not hold")]
    Evening(usize),
    /// A model is named that does not exist.
    #[error("unknown model {0:?}: use {known}", known = crate::MODELS.join(", "))]
    UnknownModel(String),
    /// A file that the manifest names is not there.
    #[error("{0} is missing from the bundle")]
    Missing(String),
    /// The bundle is written in another format version.
    #[error("format version {found} of the bundle is not understood, {oldest} to {newest} are: train again")]
    Format {
        /// The version found.
        found: u32,
        /// The oldest version understood.
        oldest: u32,
        /// The newest version understood.
        newest: u32,
    },
    /// A file is not what the manifest says: cut, altered or of another bundle.
    #[error("{file} does not match its checksum")]
    Checksum {
        /// The file.
        file: String,
    },
    /// A file cannot be read, or its content contradicts itself or the manifest.
    #[error("{file}: {reason}")]
    Content {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

impl EngineError {
    pub(crate) fn fit(model: &'static str) -> impl FnOnce(FitError) -> Self {
        move |source| Self::Fit { model, source }
    }

    pub(crate) fn content(file: &str, reason: impl ToString) -> Self {
        Self::Content { file: file.to_owned(), reason: reason.to_string() }
    }

    /// Whether the work was stopped on purpose.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Fit { source: FitError::Cancelled, .. })
    }
}
