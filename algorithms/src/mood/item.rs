//! The mood of an item from the words that describe it.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use soiree_domain::Mood;

use super::{MoodEstimate, mood_words};
use crate::sentiment::Vader;

const WORDS: &str = include_str!("../../data/mood/words.tsv");

/// Weight of the assumption that an item is neutral, in genres.
const NEUTRAL: f32 = 1.0;
/// How sure mood words make, whatever else is known.
const SAID_SO: f32 = 0.9;
/// Weight of a genre or theme.
const LABEL: f32 = 1.0;
/// Weight of a word of the title.
const TITLE: f32 = 1.0;
/// Weight of a word in a maker's name.
const NAME: f32 = 0.5;
/// Weight of a word of the description, and of all of them together at most.
const TEXT: f32 = 0.15;
const TEXT_IN_ALL: f32 = 1.5;
/// What a word that only VADER's lexicon knows weighs beside one of the table.
const BORROWED: f32 = 0.5;

/// The words of an item, by what they are. Fields that say nothing of the mood are left empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct ItemWords<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its makers, where names tell something: bands, not authors.
    pub creators: &'a [String],
    /// Its mood words.
    pub moods: &'a [String],
    /// Its genres.
    pub genres: &'a [String],
    /// Its themes and tags.
    pub themes: &'a [String],
    /// What it is about.
    pub text: &'a str,
}

/// The words of the table, and VADER's lexicon behind it.
struct Table {
    own: FxHashMap<&'static str, Mood>,
    vader: Vader,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table {
    own: WORDS.lines().filter(|line| !line.starts_with('#')).filter_map(read).collect(),
    vader: Vader::new(),
});

fn read(line: &'static str) -> Option<(&'static str, Mood)> {
    let mut fields = line.split('\t');
    let word = fields.next()?;
    let mut number = || fields.next()?.parse::<f32>().ok();
    Some((word, Mood::new(number()?, number()?)))
}

/// The mood of an item and how sure it is; none when no word says anything.
///
/// Mood words decide alone where there are any ([`mood_words`]), with confidence 0.9. Otherwise every known
/// word is an observation, and a neutral one of weight 1 stands beside them, as in [`super::MemberMood`]:
///
/// ```text
/// mood = Σ w·(valence, arousal) / (Σ w + 1)      confidence = ½ · Σ w / (Σ w + 1)
/// ```
///
/// with w = 1 for a genre, a theme or a word of the title, 0.5 for a word of a maker's name, 0.15 for a word
/// of the description (1.5 together at most); half of it for a word that only VADER's lexicon has, whose valence
/// is a quarter of VADER's and whose arousal is 0. So thin evidence stays near neutral and is never as sure as
/// mood words. The table and the weights are hand-set. Linear in the words; the first call reads the tables.
///
/// ```
/// use soiree_algorithms::mood::{ItemWords, item_mood};
///
/// let genres = ["doom metal".to_owned()];
/// let song = item_mood(&ItemWords { genres: &genres, title: "Funeral Song", ..ItemWords::default() });
/// assert!(song.is_some_and(|found| found.mood.valence < -0.2 && found.confidence < 0.5));
/// assert_eq!(item_mood(&ItemWords { title: "Qwx", ..ItemWords::default() }), None);
/// ```
#[must_use]
pub fn item_mood(words: &ItemWords<'_>) -> Option<MoodEstimate> {
    if let Some(mood) = mood_words(words.moods) {
        return Some(MoodEstimate { mood, confidence: SAID_SO });
    }
    let mut sum = Sum::default();
    for label in words.genres.iter().chain(words.themes) {
        sum.label(label);
    }
    sum.words(words.title, TITLE);
    for name in words.creators {
        sum.words(name, NAME);
    }
    let mut text = Sum::default();
    text.words(words.text, TEXT);
    let share = if text.weight > TEXT_IN_ALL { TEXT_IN_ALL / text.weight } else { 1.0 };
    sum.add(Mood { valence: text.valence, arousal: text.arousal }, share, text.weight * share);
    (sum.weight > 0.0).then(|| {
        let whole = sum.weight + NEUTRAL;
        let mood = Mood::new(sum.valence / whole, sum.arousal / whole);
        MoodEstimate { mood, confidence: 0.5 * sum.weight / whole }
    })
}

#[derive(Default)]
struct Sum {
    weight: f32,
    valence: f32,
    arousal: f32,
}

impl Sum {
    fn add(&mut self, mood: Mood, scale: f32, weight: f32) {
        self.valence += scale * mood.valence;
        self.arousal += scale * mood.arousal;
        self.weight += weight;
    }

    /// A genre or theme: as one word ("sci-fi"), or the mean of its words, so that long labels weigh no more.
    fn label(&mut self, label: &str) {
        let whole: String =
            label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if let Some((mood, weight)) = known(&whole) {
            return self.add(mood, LABEL * weight, LABEL * weight);
        }
        let mut parts = Self::default();
        parts.words(label, 1.0);
        if parts.weight > 0.0 {
            let scale = LABEL / parts.weight.max(1.0);
            self.add(Mood { valence: parts.valence, arousal: parts.arousal }, scale, parts.weight * scale);
        }
    }

    fn words(&mut self, text: &str, weight: f32) {
        for word in each_word(text) {
            if let Some((mood, sure)) = known(&word) {
                self.add(mood, weight * sure, weight * sure);
            }
        }
    }
}

/// The words of a text in small letters, without apostrophes.
pub(super) fn each_word(text: &str) -> impl Iterator<Item = String> + '_ {
    let parts = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'));
    let small =
        |part: &str| part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    parts.map(small).filter(|word: &String| !word.is_empty())
}

/// What a word tells, and what that weighs.
fn known(word: &str) -> Option<(Mood, f32)> {
    if let Some(mood) = TABLE.own.get(word) {
        return Some((*mood, 1.0));
    }
    let valence = TABLE.vader.word_valence(word)?;
    Some((Mood::new(valence as f32 / 4.0, 0.0), BORROWED))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn every_line_of_the_table_is_read_once() {
        let lines = WORDS.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.own.len(), lines);
        for (word, mood) in &TABLE.own {
            assert!(mood.valence.abs() <= 0.9 && mood.arousal.abs() <= 0.95, "{word}");
            assert_eq!(each_word(word).collect::<Vec<_>>(), [*word]);
        }
    }

    #[test]
    fn mood_words_decide_alone() {
        let (moods, genres) = (list(&["calm"]), list(&["horror"]));
        let found = item_mood(&ItemWords { moods: &moods, genres: &genres, ..ItemWords::default() }).unwrap();
        assert_eq!((found.mood, found.confidence), (Mood::new(0.45, -0.75), SAID_SO));
    }

    #[test]
    fn genres_are_read_whole_or_by_words_and_weigh_alike() {
        let mood = |genres: &[&str]| {
            let genres = list(genres);
            item_mood(&ItemWords { genres: &genres, ..ItemWords::default() })
        };
        // One observation beside one neutral: half the table's figure, confidence a quarter.
        assert_eq!(mood(&["Comedy"]), Some(MoodEstimate { mood: Mood::new(0.35, 0.225), confidence: 0.25 }));
        assert_eq!(mood(&["sci-fi"]), mood(&["scifi"]));
        let two_words = mood(&["ambient techno"]).unwrap();
        assert!((two_words.confidence - 0.25).abs() < 1e-6 && two_words.mood.arousal.abs() < 0.1);
        assert!(mood(&["horror", "slasher"]).unwrap().confidence > mood(&["horror"]).unwrap().confidence);
        assert_eq!(mood(&["qqq"]), None);
    }

    #[test]
    fn a_long_description_cannot_outweigh_the_labels() {
        let genres = list(&["comedy", "romance"]);
        let text = "murder death grief ".repeat(200);
        let found = item_mood(&ItemWords { genres: &genres, text: &text, ..ItemWords::default() }).unwrap();
        assert!(found.mood.valence > 0.0 && found.confidence <= 0.5, "{found:?}");
        assert!(item_mood(&ItemWords { text: &text, ..ItemWords::default() }).unwrap().mood.valence < 0.0);
    }

    proptest! {
        #[test]
        fn any_words_give_a_mood_on_the_plane_that_is_less_sure_than_mood_words(
            title in any::<String>(), labels in prop::collection::vec(any::<String>(), 0..4), text in any::<String>(),
        ) {
            let words = ItemWords { title: &title, genres: &labels, themes: &labels, text: &text, ..ItemWords::default() };
            if let Some(found) = item_mood(&words) {
                prop_assert!(found.mood.valence.abs() <= 1.0 && found.mood.arousal.abs() <= 1.0);
                prop_assert!(found.confidence > 0.0 && found.confidence < 0.5);
            }
        }
    }
}
