//! Emoji in a text: where one ends, and what the table of this project says of it.
//!
//! The table (`data/emoji/emoji.tsv`) gives each emoji a place on the plane of moods: what somebody who sends
//! it in a watch party most often feels. It is a judgement, coarse on purpose (steps of 0.05).
//!
//! An emoji can be several characters long: variation selectors, skin tones, sequences joined by U+200D,
//! flags of two regional indicators or of tags, keycaps. [`first`] reads one by the grammar of Unicode
//! Technical Standard 51 (`emoji_zwj_sequence`), without its list of valid sequences.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use soiree_domain::Mood;

const TABLE: &str = include_str!("../data/emoji/emoji.tsv");

/// Whoever sends a country's flag is with it: a little pleased, a little excited.
const FLAG: Mood = Mood { valence: 0.3, arousal: 0.3 };

const JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

/// One emoji at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Emoji {
    /// How many bytes of the text it takes, modifiers included.
    pub bytes: usize,
    /// What it tells, if the table has it.
    pub mood: Option<Mood>,
}

struct Tables {
    single: FxHashMap<char, Mood>,
    joined: Vec<(&'static str, Mood)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables { single: FxHashMap::default(), joined: Vec::new() };
    for (emoji, mood) in table() {
        let mut chars = emoji.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => {
                tables.single.insert(only, mood);
            }
            _ => tables.joined.push((emoji, mood)),
        }
    }
    tables
});

/// Every emoji of the table, without variation selectors, in its order.
pub fn table() -> impl Iterator<Item = (&'static str, Mood)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut fields = line.split('\t');
        let emoji = fields.next()?;
        let mut number = || fields.next()?.parse::<f32>().ok();
        Some((emoji, Mood::new(number()?, number()?)))
    })
}

/// The mood that one emoji tells, or none for one that the table does not have. Skin tones and variation
/// selectors are ignored; a joined sequence without a line of its own counts as its first emoji. More than
/// one emoji, or text around it, gives none.
///
/// ```
/// use soiree_algorithms::emoji::mood;
///
/// assert_eq!(mood("👍🏽"), mood("👍"));
/// assert_eq!(mood("good"), None);
/// ```
#[must_use]
pub fn mood(emoji: &str) -> Option<Mood> {
    first(emoji).filter(|found| found.bytes == emoji.len())?.mood
}

/// The emoji that a text begins with, if it begins with one. Constant time but for long sequences; the first
/// call reads the table.
///
/// ```
/// use soiree_algorithms::emoji::first;
///
/// assert_eq!(first("👩🏽‍🚀 up").map(|emoji| emoji.bytes), Some("👩🏽‍🚀".len()));
/// assert_eq!(first("up 👩"), None);
/// ```
#[must_use]
pub fn first(text: &str) -> Option<Emoji> {
    let mut chars = text.chars();
    let base = chars.next()?;
    if base.is_ascii() {
        return keycap(text);
    }
    if is_regional(base) {
        let country = chars.next().is_some_and(is_regional);
        let bytes = base.len_utf8() * if country { 2 } else { 1 };
        return Some(Emoji { bytes, mood: country.then_some(FLAG) });
    }
    if !begins(base) {
        return None;
    }
    let mut end = base.len_utf8();
    let (mut joined, mut tagged) = (false, false);
    loop {
        let mut rest = text[end..].chars();
        match rest.next() {
            Some(c) if is_modifier(c) => end += c.len_utf8(),
            Some(c) if is_tag(c) => {
                tagged = true;
                end += c.len_utf8();
            }
            Some(JOINER) => match rest.next() {
                Some(c) if begins(c) => {
                    joined = true;
                    end += JOINER.len_utf8() + c.len_utf8();
                }
                _ => break,
            },
            _ => break,
        }
    }
    let own = if joined { sequence(&text[..end]) } else { tagged.then_some(FLAG) };
    Some(Emoji { bytes: end, mood: own.or_else(|| TABLES.single.get(&base).copied()) })
}

/// A digit, `#` or `*` in a box; none of them tells a mood.
fn keycap(text: &str) -> Option<Emoji> {
    let base = text.chars().next().filter(|c| c.is_ascii_digit() || matches!(c, '#' | '*'))?;
    let rest = &text[base.len_utf8()..];
    let boxed = rest.strip_prefix('\u{fe0f}').unwrap_or(rest).strip_prefix(KEYCAP)?;
    Some(Emoji { bytes: text.len() - boxed.len(), mood: None })
}

/// The mood of a joined sequence with a line of its own, modifiers ignored.
fn sequence(emoji: &str) -> Option<Mood> {
    let plain = || emoji.chars().filter(|&c| !is_modifier(c));
    TABLES.joined.iter().find(|(known, _)| known.chars().eq(plain())).map(|&(_, mood)| mood)
}

/// Whether a character can begin an emoji: the blocks of pictures, and whatever the table has outside them.
fn begins(c: char) -> bool {
    let pictured = matches!(c, '\u{2600}'..='\u{27bf}' | '\u{2b1b}' | '\u{2b1c}' | '\u{2b50}' | '\u{2b55}' | '\u{1f300}'..='\u{1faff}');
    (pictured && !is_modifier(c)) || TABLES.single.contains_key(&c)
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// The characters that spell the name of a region behind a black flag.
fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// Skin tones, variation selectors and the sign that makes a keycap.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | KEYCAP)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_is_large_in_range_and_without_repeats() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let all: Vec<_> = table().collect();
        assert!(all.len() == lines && lines >= 250, "{lines} lines, {} read", all.len());
        let mut names: Vec<_> = all.iter().map(|(emoji, _)| emoji).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), lines);
        for (emoji, told) in all {
            assert_eq!(mood(emoji), Some(told), "{emoji} is read as one emoji");
            assert!(told.valence.abs() <= 1.0 && told.arousal.abs() <= 1.0);
        }
    }

    #[test]
    fn modifiers_sequences_and_flags_are_one_emoji() {
        for (text, bytes) in [
            ("👍🏽x", "👍🏽".len()),
            ("❤️❤", "❤️".len()),
            ("👩🏽‍❤️‍💋‍👨🏻!", "👩🏽‍❤️‍💋‍👨🏻".len()),
            ("🇫🇷🇩🇪", 8),
            ("🇫 alone", 4),
            ("🏴󠁧󠁢󠁳󠁣󠁴󠁿 go", "🏴󠁧󠁢󠁳󠁣󠁴󠁿".len()),
            ("1️⃣2", "1️⃣".len()),
            ("❤\u{200d}a", "❤".len()),
        ] {
            assert_eq!(first(text).map(|emoji| emoji.bytes), Some(bytes), "{text}");
        }
        for text in ["", "a", "1", "#tag", "é", "…", "\u{200d}", "\u{fe0f}"] {
            assert_eq!(first(text), None, "{text:?}");
        }
    }

    #[test]
    fn moods_of_sequences() {
        assert_ne!(mood("❤️‍🔥"), mood("❤"));
        assert_eq!(mood("🤷🏽‍♀️"), mood("🤷"));
        assert_eq!(mood("🇫🇷"), Some(FLAG));
        assert_eq!(mood("🏴󠁧󠁢󠁳󠁣󠁴󠁿"), Some(FLAG));
        assert_eq!(mood("🏴"), table().find(|(emoji, _)| *emoji == "🏴").map(|(_, mood)| mood));
        for none in ["❤❤", "❤a", "a❤", "1️⃣", "❤\u{200d}", "🇫"] {
            assert_eq!(mood(none), None, "{none:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_a_border_of_characters(text in any::<String>()) {
            for (at, _) in text.char_indices() {
                if let Some(emoji) = first(&text[at..]) {
                    prop_assert!(emoji.bytes > 0 && text.is_char_boundary(at + emoji.bytes));
                }
            }
        }
    }
}
