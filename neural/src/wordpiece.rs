//! A lean WordPiece for plain ASCII, beside the general tokenizer.
//!
//! BERT's tokenizer cleans a text (control characters go, blanks become one kind), lower-cases it, splits it at
//! blanks and around punctuation, and cuts every word greedily into the longest pieces of its vocabulary (Wu et
//! al., *Google's Neural Machine Translation System*, 2016, section 4.1). For ASCII each of these steps needs one
//! look at a byte, no table of Unicode and no copy that remembers where a piece came from, which is what the
//! general tokenizer spends its time on.
//!
//! What is not plain is left to the general tokenizer, so the numbers are the same for every text: see
//! [`is_plain`](Lean::is_plain). Splitting at ASCII blanks before that is exact, since no step of the general one
//! reaches across them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{ModelWrapper, Tokenizer};

/// Pieces by their bytes.
type Pieces = HashMap<Box<[u8]>, u32, BuildHasherDefault<Mixer>>;

/// The vocabulary of a BERT tokenizer, ready for plain text.
pub(crate) struct Lean {
    /// Pieces at the start of a word.
    starts: Pieces,
    /// Pieces further on, without their `##`.
    further: Pieces,
    /// The length in bytes of the longest piece.
    longest: usize,
    unknown: u32,
    /// Words of more bytes are unknown as a whole.
    most_bytes: usize,
    /// Which bytes begin a token that stands for itself, such as `[` of `[SEP]`.
    special: [bool; 256],
}

impl Lean {
    /// `None` when the tokenizer is of another kind, or does not clean and lower-case.
    pub(crate) fn of(tokenizer: &Tokenizer) -> Option<Self> {
        let ModelWrapper::WordPiece(model) = tokenizer.get_model() else { return None };
        let Some(NormalizerWrapper::BertNormalizer(normalizer)) = tokenizer.get_normalizer() else {
            return None;
        };
        let Some(PreTokenizerWrapper::BertPreTokenizer(_)) = tokenizer.get_pre_tokenizer() else {
            return None;
        };
        if !(normalizer.clean_text && normalizer.lowercase) {
            return None;
        }
        let vocabulary = tokenizer.get_vocab(false);
        let mut lean = Self {
            starts: Pieces::default(),
            further: Pieces::default(),
            longest: vocabulary.keys().map(String::len).max()?,
            unknown: *vocabulary.get(&model.unk_token)?,
            most_bytes: model.max_input_chars_per_word,
            special: [false; 256],
        };
        for (piece, number) in vocabulary {
            if let Some(rest) = piece.strip_prefix(&model.continuing_subword_prefix) {
                lean.further.insert(rest.as_bytes().into(), number);
            }
            lean.starts.insert(piece.into_bytes().into(), number);
        }
        for token in tokenizer.get_added_tokens_decoder().values() {
            // A token that takes blanks with it would be cut by splitting at them.
            let blank = token.content.contains(char::is_whitespace);
            if token.lstrip || token.rstrip || token.normalized || token.single_word || blank {
                return None;
            }
            lean.special[usize::from(*token.content.as_bytes().first()?)] = true;
        }
        Some(lean)
    }

    /// Whether a stretch without blanks can be split here: ASCII, and no token that stands for itself in it.
    pub(crate) fn is_plain(&self, stretch: &[u8]) -> bool {
        stretch.iter().all(|&byte| byte.is_ascii() && !self.special[usize::from(byte)])
    }

    /// Appends the numbers of a plain stretch without blanks.
    pub(crate) fn split(&self, stretch: &[u8], word: &mut Vec<u8>, out: &mut Vec<u32>) {
        word.clear();
        for &byte in stretch {
            if byte.is_ascii_punctuation() {
                self.pieces(word, out);
                word.clear();
                self.pieces(&[byte], out);
            } else if !byte.is_ascii_control() {
                word.push(byte.to_ascii_lowercase());
            }
        }
        self.pieces(word, out);
        word.clear();
    }

    /// The longest known piece, and again from where it ends; a word with an unknown rest is unknown as a whole.
    fn pieces(&self, word: &[u8], out: &mut Vec<u32>) {
        if word.len() > self.most_bytes {
            out.push(self.unknown);
            return;
        }
        let (before, mut from) = (out.len(), 0);
        while from < word.len() {
            let table = if from == 0 { &self.starts } else { &self.further };
            let ends = (from + 1..=word.len().min(from + self.longest)).rev();
            let found = ends.into_iter().find_map(|to| table.get(&word[from..to]).map(|&n| (n, to)));
            let Some((number, to)) = found else {
                out.truncate(before);
                out.push(self.unknown);
                return;
            };
            out.push(number);
            from = to;
        }
    }
}

/// A hash of short texts, eight bytes a step. The keys are the vocabulary's own, so nobody can choose them badly.
#[derive(Default)]
struct Mixer(u64);

impl Mixer {
    fn add(&mut self, word: u64) {
        let wide = u128::from(self.0 ^ word) * 0x9E37_79B9_7F4A_7C15;
        self.0 = (wide as u64) ^ ((wide >> 64) as u64);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.add(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        let rest = words.remainder().iter().rev().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
        self.add(rest | (bytes.len() as u64) << 56);
    }

    fn write_usize(&mut self, _length: usize) {
        // The length of the slice is mixed in with its last bytes.
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
