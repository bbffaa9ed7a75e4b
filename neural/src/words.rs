//! Texts into token numbers.

use crate::NeuralError;
use crate::wordpiece::Lean;
use tokenizers::{Tokenizer, TruncationParams};

/// Longest text in tokens; what lies beyond is cut off. The encoders were made for texts of this length.
pub(crate) const MAX_TOKENS: usize = 256;

/// A tokenizer with its padding and truncation set here and not in its file: packaged files pad every text
/// to 128 tokens.
pub(crate) struct Words {
    /// Splits everything, with start and end and cut to [`MAX_TOKENS`].
    whole: Tokenizer,
    /// The short way for plain text, when the tokenizer is of the kind that it knows.
    lean: Option<Short>,
}

/// What stands before and after every text.
type Frame = (Vec<u32>, Vec<u32>);

struct Short {
    lean: Lean,
    /// Splits what is not plain; neither cut nor framed.
    rest: Tokenizer,
    frame: Frame,
}

impl Words {
    /// Reads a `tokenizer.json`.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NeuralError> {
        let mut whole = Tokenizer::from_bytes(bytes).map_err(failed)?;
        whole.with_padding(None);
        whole.with_truncation(None).map_err(failed)?;
        let lean = match (Lean::of(&whole), frame(&whole)?) {
            (Some(lean), Some(frame)) => Some(Short { lean, rest: whole.clone(), frame }),
            _ => None,
        };
        let cut = TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() };
        whole.with_truncation(Some(cut)).map_err(failed)?;
        Ok(Self { whole, lean })
    }

    /// The token numbers of a text, 2 (start and end) to [`MAX_TOKENS`].
    pub(crate) fn split(&self, text: &str) -> Result<Vec<u32>, NeuralError> {
        // A token is at least one byte of a word of at most 100 characters; cutting far beyond the limit keeps
        // a text of megabytes from being split in full.
        let text = cut(text, MAX_TOKENS * 64);
        match &self.lean {
            Some(short) => short.split(text),
            None => self.split_in_full(text),
        }
    }

    /// The same by the general tokenizer alone.
    fn split_in_full(&self, text: &str) -> Result<Vec<u32>, NeuralError> {
        Ok(self.whole.encode_fast(text, true).map_err(failed)?.get_ids().to_vec())
    }
}

impl Short {
    /// Plain stretches go the short way; a run of others goes to the general tokenizer in one piece.
    fn split(&self, text: &str) -> Result<Vec<u32>, NeuralError> {
        let (start, end) = &self.frame;
        let most = MAX_TOKENS - end.len();
        let mut out = Vec::with_capacity(text.len() / 4 + start.len() + end.len());
        out.extend_from_slice(start);
        let mut word = Vec::new();
        // Where the run of stretches that are not plain began.
        let mut open: Option<usize> = None;
        let mut from = 0;
        while from < text.len() && out.len() < most {
            let length = text.as_bytes()[from..].iter().position(is_blank).unwrap_or(text.len() - from);
            let stretch = &text.as_bytes()[from..from + length];
            if self.lean.is_plain(stretch) {
                if let Some(began) = open.take() {
                    self.append(&text[began..from], &mut out)?;
                }
                self.lean.split(stretch, &mut word, &mut out);
            } else if open.is_none() {
                open = Some(from);
            }
            from += length + 1;
        }
        if let Some(began) = open {
            self.append(&text[began..], &mut out)?;
        }
        out.truncate(most);
        out.extend_from_slice(end);
        Ok(out)
    }

    fn append(&self, text: &str, out: &mut Vec<u32>) -> Result<(), NeuralError> {
        out.extend_from_slice(self.rest.encode_fast(text, false).map_err(failed)?.get_ids());
        Ok(())
    }
}

/// Blanks within ASCII; the other characters that count as blanks are not plain, or are taken out as controls.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// What the tokenizer puts before and after a text; `None` when it does not simply stand around it.
fn frame(tokenizer: &Tokenizer) -> Result<Option<Frame>, NeuralError> {
    let ids = |text: &str, framed| -> Result<Vec<u32>, NeuralError> {
        Ok(tokenizer.encode_fast(text, framed).map_err(failed)?.get_ids().to_vec())
    };
    let (plain, framed) = (ids("a film", false)?, ids("a film", true)?);
    let place = framed.windows(plain.len().max(1)).position(|part| part == plain.as_slice());
    Ok(place.map(|at| (framed[..at].to_vec(), framed[at + plain.len()..].to_vec())))
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

#[cfg(test)]
mod tests;
