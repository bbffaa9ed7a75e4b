//! Texts to token numbers.

use crate::NeuralError;
use tokenizers::{Tokenizer, TruncationParams};

/// Longest text in tokens; what lies beyond is cut off. The encoders were made for texts of this length.
pub(crate) const MAX_TOKENS: usize = 256;

/// A tokenizer with its padding and truncation set here and not in its file: packaged files pad every text
/// to 128 tokens.
pub(crate) struct Words(Tokenizer);

impl Words {
    /// Reads a `tokenizer.json`.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NeuralError> {
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(failed)?;
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(Some(TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() }))
            .map_err(failed)?;
        Ok(Self(tokenizer))
    }

    /// The token numbers of a text, 2 (start and end) to [`MAX_TOKENS`].
    pub(crate) fn split(&self, text: &str) -> Result<Vec<u32>, NeuralError> {
        // A token is at least one byte of a word of at most 100 characters; cutting far beyond the limit keeps
        // a text of megabytes from being split in full.
        let text = cut(text, MAX_TOKENS * 64);
        Ok(self.0.encode_fast(text, true).map_err(failed)?.get_ids().to_vec())
    }
}

fn cut(text: &str, most_bytes: usize) -> &str {
    if text.len() <= most_bytes {
        return text;
    }
    let mut end = most_bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn failed(error: tokenizers::Error) -> NeuralError {
    NeuralError::Tokenizer(error.to_string())
}
