//! How a text feels: VADER, the rule-based scorer of Hutto & Gilbert (ICWSM 2014), to the digit.
//!
//! [`Vader`] gives the same four figures as Python's `vaderSentiment` 3.3.2 for every text, quirks included:
//! party chat is compared with published results, and a scorer that is nearly the same is not comparable.
//! What the reference does, in order: emoji become their English descriptions, the text is split at white
//! space, punctuation around words of three letters or more is dropped, each lexicon word is bent by the
//! three words before it (boosters, negations, idioms, capitals), "but" moves weight to what follows it, and
//! the sum `s` plus the emphasis of `!` and `?` becomes `s / sqrt(s² + 15)`.
//!
//! Sums run from left to right in double precision, as in CPython up to 3.11 (later versions compensate the
//! rounding in `sum`). Letters are told apart with Rust's Unicode tables; the reference's are as old as its
//! interpreter, which matters only for capitals in scripts that Unicode added lately.
//!
//! `lab/reference/vader_reference.py` makes the reference scores.

mod chat;
mod lexicon;
mod rules;
#[cfg(test)]
mod tests;
mod tokens;

use std::borrow::Cow;
use std::cell::RefCell;

use serde::{Deserialize, Serialize};

pub use chat::{CHAT_THRESHOLD, CONTINUES_MS, ChatScore, ChatScorer, ChatThread, Feeling};
use lexicon::{Emoji, Lexicon};
use tokens::Token;

/// Words of scratch that a thread keeps between texts; a longer text's scratch is given back.
const KEPT_WORDS: usize = 4096;

/// The four figures of a text, rounded as the reference rounds them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Polarity {
    /// From -1 (most negative) to 1 (most positive), four decimals.
    pub compound: f64,
    /// Share of the text that is positive, 0 to 1, three decimals.
    pub pos: f64,
    /// Share of the text that is neither, 0 to 1, three decimals.
    pub neu: f64,
    /// Share of the text that is negative, 0 to 1, three decimals.
    pub neg: f64,
}

/// The scorer with its lexicon of about 7,500 words and 1,200 emoji. Making one parses both (about a
/// millisecond); share it, it is immutable. Scoring is total: every text has a score, an empty one zeros.
///
/// Cost: linear in the text, without an allocation for texts free of emoji; the "but" rule compares the
/// charged words of a text with each other, as the reference does, so texts should have a bounded length.
///
/// ```
/// use soiree_algorithms::sentiment::Vader;
///
/// let vader = Vader::new();
/// assert_eq!(vader.compound("VADER is smart, handsome, and funny."), 0.8316);
/// assert_eq!(vader.compound("VADER is not smart, handsome, nor funny."), -0.7424);
/// ```
#[derive(Debug)]
pub struct Vader {
    lexicon: Lexicon,
    emoji: Emoji,
}

#[derive(Debug, Default)]
struct Scratch {
    tokens: Vec<Token>,
    valences: Vec<f64>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Vader {
    /// A scorer over the reference lexicon.
    #[must_use]
    pub fn new() -> Self {
        Self { lexicon: Lexicon::reference(), emoji: Emoji::reference() }
    }

    /// All four figures of a text.
    #[must_use]
    pub fn score(&self, text: &str) -> Polarity {
        self.with_valences(text, rules::polarity)
    }

    /// The compound figure alone, somewhat cheaper than [`Vader::score`].
    #[must_use]
    pub fn compound(&self, text: &str) -> f64 {
        self.with_valences(text, rules::compound)
    }

    /// The valence that the lexicon gives to one word in small letters, -4 to 4; none for a word it lacks.
    #[must_use]
    pub fn word_valence(&self, word: &str) -> Option<f64> {
        let entry = self.lexicon.get(lexicon::Key::new(word.as_bytes())?)?;
        entry.in_lexicon.then_some(entry.value)
    }

    fn with_valences<T>(&self, text: &str, finish: impl FnOnce(&[f64], &str) -> T) -> T {
        let text = if text.is_ascii() { Cow::Borrowed(text) } else { self.emoji.spell_out(text) };
        SCRATCH.with_borrow_mut(|scratch| {
            let Scratch { tokens, valences } = scratch;
            tokens::read(&text, &self.lexicon, tokens);
            rules::valences(tokens, valences);
            let answer = finish(valences, &text);
            if tokens.capacity() > KEPT_WORDS {
                *scratch = Scratch::default();
            }
            answer
        })
    }
}

impl Default for Vader {
    fn default() -> Self {
        Self::new()
    }
}
