//! How a line of party chat feels: a scorer of this project, made on top of VADER's lexicon.
//!
//! VADER was made for tweets and reviews, one text at a time. Chat beside a film is shorter and less literal:
//! "does the dog die" is a question, the killer is a character, "i'm dead 💀" is laughter, "fine." is not, and
//! a sentence goes on in the author's next line. [`ChatScorer`] keeps VADER's idea (a signed lexicon bent by
//! the words around it, squashed by `s / √(s² + 15)`) and changes what it reads:
//!
//! - words of our own over VADER's: slang, emotes of stream chat, words that are plain when one talks of films;
//! - set phrases, the longest first, with a valence of their own ("not bad", "hard pass", "not gonna lie");
//! - stretched words looked up without the stretching, laughter, keyboard smash, ratings ("8/10");
//! - emoji by the table of [`crate::emoji`], faces by a list;
//! - words that go *either* way ("crying", "insane", 😭) join the feeling of the rest of the line;
//! - questions keep a third of their words' feeling; irony marks turn praise; praise followed by trouble in one
//!   breath turns too ("great, frozen again");
//! - a negation that ends an author's line reaches into their next ([`ChatThread`]).
//!
//! The rules and all lists are hand-set (`data/chat`). How well they do is measured in `docs/quality.md`, R13.

mod lexicon;
mod rules;
#[cfg(test)]
mod tests;
mod tokens;

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use super::lexicon::{Key, Lexicon as Reference};
use lexicon::{Lexicon, NEGATES};
use rules::Named;
use tokens::Line;

/// A compound of at least this, in either direction, is a feeling; less is none.
pub const CHAT_THRESHOLD: f64 = 0.15;

/// For how long an author's next line can go on with a sentence, in milliseconds.
pub const CONTINUES_MS: i64 = 15_000;

/// Words of a line that the next one can need.
const TAIL: usize = 3;

/// Scratch of at most this many tokens is kept between lines.
const KEPT_TOKENS: usize = 1024;

/// What a line is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feeling {
    /// Displeased, sad, afraid, annoyed.
    Negative,
    /// Information, questions, or too little to say.
    #[default]
    Neutral,
    /// Pleased, amused, moved, excited.
    Positive,
}

/// The score of a line.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ChatScore {
    /// From -1 (most negative) to 1 (most positive).
    pub compound: f64,
    /// Its class by [`CHAT_THRESHOLD`].
    pub feeling: Feeling,
}

impl ChatScore {
    fn of(sum: f64) -> Self {
        let compound = (sum / (sum * sum + 15.0).sqrt()).clamp(-1.0, 1.0);
        let feeling = match compound {
            c if c >= CHAT_THRESHOLD => Feeling::Positive,
            c if c <= -CHAT_THRESHOLD => Feeling::Negative,
            _ => Feeling::Neutral,
        };
        Self { compound, feeling }
    }
}

/// What an author's last line leaves for their next: one per author, small, to be copied freely.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChatThread {
    tail: [Key; TAIL],
    words: usize,
    at_ms: Option<i64>,
}

/// The scorer with its lists. Making one parses them (a few milliseconds); share it, it is immutable.
/// Scoring is total, linear in the line, and allocates nothing after a thread's first lines.
///
/// ```
/// use soiree_algorithms::sentiment::{ChatScorer, Feeling};
///
/// let scorer = ChatScorer::new();
/// assert_eq!(scorer.score("does the dog die").feeling, Feeling::Neutral);
/// assert_eq!(scorer.score("im deaddd 💀💀").feeling, Feeling::Positive);
/// assert_eq!(scorer.score("still no sound :(").feeling, Feeling::Negative);
/// ```
#[derive(Debug)]
pub struct ChatScorer {
    lexicon: Lexicon,
    named: Named,
}

thread_local! {
    static SCRATCH: RefCell<Line> = RefCell::default();
}

impl ChatScorer {
    /// A scorer over the lists that are part of the program.
    #[must_use]
    pub fn new() -> Self {
        Self { lexicon: Lexicon::over(&Reference::reference()), named: Named::new() }
    }

    /// A line by itself.
    #[must_use]
    pub fn score(&self, text: &str) -> ChatScore {
        self.follow(&mut ChatThread::default(), 0, text)
    }

    /// A line after the same author's earlier ones. When their last line ended in an open negation
    /// ("i wouldn't say", "not") at most [`CONTINUES_MS`] ago, it is read as if it stood before this one.
    /// `thread` is then what this line leaves.
    ///
    /// ```
    /// use soiree_algorithms::sentiment::{ChatScorer, ChatThread, Feeling};
    ///
    /// let scorer = ChatScorer::new();
    /// let mut thread = ChatThread::default();
    /// scorer.follow(&mut thread, 0, "i wouldnt say");
    /// assert_eq!(scorer.follow(&mut thread, 2_000, "boring").feeling, Feeling::Positive);
    /// assert_eq!(scorer.follow(&mut thread, 4_000, "boring").feeling, Feeling::Negative);
    /// ```
    pub fn follow(&self, thread: &mut ChatThread, at_ms: i64, text: &str) -> ChatScore {
        let goes_on =
            thread.at_ms.is_some_and(|last| (0..=CONTINUES_MS).contains(&at_ms.saturating_sub(last)));
        let words = if goes_on { thread.words } else { 0 };
        SCRATCH.with_borrow_mut(|line| {
            line.read(&thread.tail[..words], text, &self.lexicon);
            let next = open_tail(line);
            let sum = rules::sum(line, &self.lexicon, &self.named, words);
            *thread = ChatThread { at_ms: Some(at_ms), ..next };
            if line.tokens.capacity() > KEPT_TOKENS {
                *line = Line::default();
            }
            ChatScore::of(sum)
        })
    }
}

impl Default for ChatScorer {
    fn default() -> Self {
        Self::new()
    }
}

/// The last words of a line that ends in an open negation: a negation among the last three words, nothing
/// charged after it, no mark behind it.
fn open_tail(line: &Line) -> ChatThread {
    let mut thread = ChatThread::default();
    let ended = line.clauses.last().is_some_and(|c| c.stopped || c.questions > 0 || c.exclamations > 0);
    let tail = &line.tokens[line.tokens.len().saturating_sub(TAIL)..];
    let Some(from) = tail.iter().position(|t| t.word && t.entry.is(NEGATES)) else { return thread };
    let behind = &tail[from + 1..];
    let open = behind.iter().all(|t| t.word && t.entry.value == 0.0) && leads_on(behind);
    if ended || !open {
        return thread;
    }
    for (place, token) in thread.tail.iter_mut().zip(&tail[from..]) {
        *place = token.key;
        thread.words += 1;
    }
    thread
}

/// Whether the words after a negation ask for more: none at all, or verbs of saying and small words.
fn leads_on(behind: &[tokens::Token]) -> bool {
    const MORE: [&str; 14] = [
        "say", "call", "think", "exactly", "that", "really", "even", "so", "very", "it", "a", "the", "this",
        "be",
    ];
    behind.iter().all(|t| MORE.iter().any(|word| Key::new(word.as_bytes()) == Some(t.key)))
}
