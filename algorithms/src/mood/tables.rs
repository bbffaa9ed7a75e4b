//! Hand-set places on the plane for the mood words of works.
//!
//! A word's place is what a work so described makes people feel, a judgement of this project, coarse on
//! purpose (steps of 0.05).

use soiree_domain::Mood;

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
