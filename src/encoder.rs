//! Which sentence encoder is used, and when it is loaded.

use crate::{Failure, config::Config};
use soiree_algorithms::model::{FitError, TextEmbedder};
use soiree_neural::TextEncoder;
use std::sync::{Arc, OnceLock};

/// The sentence encoder of the configuration for a server: one found by path is loaded at once, so that a wrong path is
/// told at once; the built-in one when it is first asked, since most servers are never searched by meaning and it takes
/// some sixty MiB.
pub(crate) fn server_encoder(config: &Config) -> Result<Arc<dyn TextEmbedder>, Failure> {
    if config.models.encoder.is_empty() {
        Ok(Arc::new(Late::default()))
    } else {
        Ok(Arc::new(encoder(config)?))
    }
}

/// The built-in encoder, loaded when it is first asked.
#[derive(Default)]
struct Late(OnceLock<Result<TextEncoder, String>>);

impl Late {
    fn get(&self) -> Result<&TextEncoder, FitError> {
        let loaded = self.0.get_or_init(|| TextEncoder::built_in().map_err(|error| error.to_string()));
        loaded.as_ref().map_err(|error| FitError::Embedding(error.clone()))
    }
}

impl TextEmbedder for Late {
    fn dimensions(&self) -> usize {
        self.get().map_or(0, TextEncoder::dimensions)
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
        self.get()?.embed(texts)
    }
}

/// The sentence encoder of the configuration.
pub(crate) fn encoder(config: &Config) -> Result<TextEncoder, Failure> {
    let path = &config.models.encoder;
    if path.is_empty() {
        Ok(TextEncoder::built_in()?)
    } else {
        TextEncoder::open(path).map_err(|error| format!("models.encoder {path}: {error}").into())
    }
}
