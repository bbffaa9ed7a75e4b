//! Hand-set places on the plane for the commonest reaction emoji and for the mood words of works.
//!
//! An emoji's place is what somebody who sends it in a watch party most often feels; a word's is what a work
//! so described makes people feel. Both are judgements of this project, coarse on purpose (steps of 0.05).

use soiree_domain::Mood;

/// (emoji, valence, arousal), each in -1 to 1.
const EMOJI: [(char, f32, f32); 66] = [
    // Laughter and joy.
    ('😂', 0.6, 0.7),
    ('🤣', 0.65, 0.8),
    ('😀', 0.7, 0.4),
    ('😃', 0.7, 0.5),
    ('😄', 0.75, 0.5),
    ('😁', 0.65, 0.45),
    ('😆', 0.65, 0.6),
    ('😅', 0.25, 0.35),
    ('😊', 0.75, 0.1),
    ('🙂', 0.4, -0.1),
    ('😉', 0.5, 0.15),
    ('😜', 0.5, 0.5),
    ('😋', 0.6, 0.3),
    ('😎', 0.6, 0.2),
    ('🤩', 0.85, 0.8),
    ('🥳', 0.85, 0.8),
    ('🤗', 0.7, 0.3),
    // Love and thanks.
    ('❤', 0.85, 0.4),
    ('♥', 0.85, 0.35),
    ('💕', 0.8, 0.35),
    ('💖', 0.85, 0.45),
    ('💜', 0.8, 0.3),
    ('😍', 0.85, 0.65),
    ('🥰', 0.85, 0.35),
    ('😘', 0.8, 0.35),
    ('🙏', 0.45, 0.05),
    ('🤝', 0.45, 0.05),
    ('😌', 0.55, -0.5),
    // Applause and events.
    ('👍', 0.55, 0.1),
    ('👏', 0.65, 0.5),
    ('🙌', 0.7, 0.6),
    ('💪', 0.55, 0.55),
    ('👌', 0.55, 0.05),
    ('🎉', 0.8, 0.75),
    ('🔥', 0.6, 0.8),
    ('💯', 0.6, 0.55),
    ('✨', 0.55, 0.35),
    ('⭐', 0.55, 0.3),
    ('🍿', 0.4, 0.3),
    ('👀', 0.1, 0.5),
    ('🚀', 0.55, 0.75),
    ('💃', 0.7, 0.75),
    // Neither here nor there, and tired.
    ('🤔', -0.05, 0.05),
    ('😐', -0.25, -0.3),
    ('😏', 0.2, 0.15),
    ('🙄', -0.4, 0.1),
    ('😬', -0.25, 0.45),
    ('🥱', -0.3, -0.75),
    ('😴', -0.1, -0.9),
    ('💤', -0.1, -0.85),
    // Surprise and fear.
    ('😮', 0.1, 0.6),
    ('😱', -0.25, 0.85),
    ('😨', -0.55, 0.7),
    ('😳', -0.05, 0.5),
    ('🤯', 0.1, 0.85),
    ('💀', 0.05, 0.5),
    // Sadness, dislike and anger.
    ('😢', -0.6, -0.1),
    ('😭', -0.45, 0.5),
    ('🥺', -0.15, 0.1),
    ('😔', -0.6, -0.4),
    ('💔', -0.65, 0.2),
    ('👎', -0.6, 0.2),
    ('😒', -0.55, 0.0),
    ('🤢', -0.65, 0.35),
    ('😡', -0.75, 0.8),
    ('🤬', -0.8, 0.9),
];

/// The closed list of mood words of works, with valence and arousal.
pub const MOOD_WORDS: [(&str, f32, f32); 24] = [
    ("angry", -0.6, 0.7),
    ("bittersweet", -0.1, -0.2),
    ("bleak", -0.7, -0.4),
    ("calm", 0.45, -0.75),
    ("dark", -0.5, 0.15),
    ("dreamy", 0.35, -0.45),
    ("eerie", -0.4, 0.45),
    ("energetic", 0.55, 0.85),
    ("epic", 0.4, 0.7),
    ("funny", 0.75, 0.5),
    ("glamorous", 0.5, 0.4),
    ("hopeful", 0.6, 0.1),
    ("joyful", 0.9, 0.55),
    ("melancholic", -0.45, -0.5),
    ("nostalgic", 0.2, -0.3),
    ("playful", 0.7, 0.45),
    ("reflective", 0.1, -0.5),
    ("romantic", 0.65, 0.1),
    ("sad", -0.7, -0.3),
    ("suspenseful", -0.15, 0.75),
    ("tense", -0.35, 0.7),
    ("uplifting", 0.8, 0.35),
    ("warm", 0.65, -0.25),
    ("whimsical", 0.6, 0.25),
];

const JOINER: char = '\u{200d}';

/// The mood that a reaction emoji tells, or none for one that the table does not have. Skin tones and
/// variation selectors are ignored; a joined sequence (❤️‍🔥) counts as its first emoji. More than one emoji,
/// or text around it, gives none.
///
/// ```
/// use soiree_algorithms::mood::emoji_mood;
///
/// assert_eq!(emoji_mood("👍🏽"), emoji_mood("👍"));
/// assert_eq!(emoji_mood("good"), None);
/// ```
#[must_use]
pub fn emoji_mood(emoji: &str) -> Option<Mood> {
    let mut chars = emoji.chars().filter(|&c| !is_modifier(c));
    let mood = known_emoji(chars.next()?)?;
    // Every further character must be joined to the one before it.
    while let Some(c) = chars.next() {
        if c != JOINER || chars.next().is_none_or(|joined| joined == JOINER) {
            return None;
        }
    }
    Some(mood)
}

/// The mean mood of the words that [`MOOD_WORDS`] knows, in any case; none if it knows none of them.
#[must_use]
pub fn mood_words(words: &[String]) -> Option<Mood> {
    let known = |word: &String| MOOD_WORDS.iter().find(|(name, ..)| word.trim().eq_ignore_ascii_case(name));
    let (mut count, mut valence, mut arousal) = (0.0_f32, 0.0, 0.0);
    for &(_, v, a) in words.iter().filter_map(known) {
        count += 1.0;
        valence += v;
        arousal += a;
    }
    (count > 0.0).then(|| Mood::new(valence / count, arousal / count))
}

/// Whether a character begins or continues an emoji that should be counted, and its mood if the table has it.
pub(super) fn emoji_start(c: char) -> Option<Option<Mood>> {
    if c.is_ascii() || is_modifier(c) {
        return None;
    }
    let pictured = matches!(c, '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{1f300}'..='\u{1faff}');
    pictured.then(|| known_emoji(c))
}

fn known_emoji(c: char) -> Option<Mood> {
    EMOJI.iter().find(|(emoji, ..)| *emoji == c).map(|&(_, valence, arousal)| Mood::new(valence, arousal))
}

/// Skin tones and variation selectors.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}
