//! Mood from party chat: a point of valence and arousal (Russell 1980) per line, member, room and item.
//!
//! - [`line_mood`]: what one chat line says of its author's mood,
//! - [`MemberMood`]: a member's lines and reactions, folded together with a half-life,
//! - [`room_mood`]: the room as a robust mean in which every member counts once,
//! - [`emoji_mood`], [`mood_words`]: hand-set tables for reactions and for the mood words of works,
//! - [`item_mood`], [`LearnedMood`]: a work's mood from all words that describe it,
//! - [`target`]: the mood to look for, when the wish is to match or to lift,
//! - [`fit`]: how well a work's mood matches it.
//!
//! All are functions of their arguments; times are Unix milliseconds.

mod item;
mod learned;
mod line;
mod member;
mod room;
mod tables;
#[cfg(test)]
mod tests;
mod wish;

pub use item::{ItemWords, item_mood};
pub use learned::{LearnedMood, LearnedMoodParams};
pub use line::{Pace, line_mood, line_mood_at_pace};
pub use member::{MemberMood, MoodEstimate, MoodParams};
pub use room::{HUBER_REACH, room_mood};
pub use tables::{MOOD_WORDS, mood_words};
pub use wish::{LIFT, target};

pub use crate::emoji::mood as emoji_mood;

use soiree_domain::Mood;

/// How well an item's mood matches the room's: 1 for the same mood, 0 for opposite corners of the plane.
///
/// `fit = 1 - distance / 2√2`. It is linear on purpose: a small move of the room never moves a score by
/// more than `0.36` of the move, anywhere on the plane.
///
/// ```
/// use soiree_algorithms::mood::fit;
/// use soiree_domain::Mood;
///
/// assert_eq!(fit(Mood::new(0.4, 0.2), Mood::new(0.4, 0.2)), 1.0);
/// assert_eq!(fit(Mood::new(1.0, 1.0), Mood::new(-1.0, -1.0)), 0.0);
/// ```
#[must_use]
pub fn fit(item: Mood, room: Mood) -> f32 {
    let widest = 2.0 * std::f32::consts::SQRT_2;
    (1.0 - bounded(item).distance(bounded(room)) / widest).clamp(0.0, 1.0)
}

/// The mood brought into range, whatever its public fields were set to.
fn bounded(mood: Mood) -> Mood {
    Mood::new(mood.valence, mood.arousal)
}
