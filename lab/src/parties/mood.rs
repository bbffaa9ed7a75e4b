//! A mood for every party, so that what the mood does to contentment can be measured.
//!
//! Nobody wrote down how these people felt, so the rooms' moods are drawn at random: this cannot show that minding a mood
//! pleases anybody, only what it costs when the mood says nothing about what people like.

use std::path::{Path, PathBuf};

use rand::RngExt;
use soiree_algorithms::mood::{ItemWords, fit, item_mood};
use soiree_algorithms::tfidf::Field;
use soiree_domain::Mood;

use crate::error::LabError;
use crate::events::Loaded;
use crate::protocol::Parties;
use crate::split::random_for;
use crate::texts::{ItemText, Texts};

const ROOM: u64 = 17;

/// The moods of all items, where their words say one.
pub(super) struct Moods(Vec<Option<Mood>>);

impl Moods {
    /// Reads the items' texts, if the protocol has them.
    pub(super) fn read(
        task: &Parties,
        loaded: &Loaded,
        find: &dyn Fn(&Path) -> PathBuf,
    ) -> Result<Option<Self>, LabError> {
        let Some(file) = &task.items else { return Ok(None) };
        let texts = Texts::read(file, &find(&file.path), None, &loaded.items)?;
        Ok(Some(Self(texts.iter().map(mood_of).collect())))
    }

    /// How well each item suits the mood that one party has; ½ where an item's words say nothing.
    pub(super) fn suits(&self, items: &[u32], seed: u64, party: u32) -> Vec<f32> {
        let mut random = random_for(seed, ROOM, party);
        let room = Mood::new(random.random_range(-1.0..1.0), random.random_range(-1.0..1.0));
        items.iter().map(|&item| self.0[item as usize].map_or(0.5, |mood| fit(mood, room))).collect()
    }
}

fn mood_of(text: &ItemText) -> Option<Mood> {
    let all = |wanted: Field| -> Vec<String> {
        text.iter().filter(|(field, _)| *field == wanted).map(|(_, words)| words.to_lowercase()).collect()
    };
    let words = ItemWords {
        title: &all(Field::Title).join(" "),
        creators: &[],
        moods: &all(Field::Mood),
        genres: &all(Field::Genre),
        themes: &all(Field::Theme),
        text: &all(Field::Description).join(" "),
    };
    item_mood(&words).map(|found| found.mood)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partys_mood_is_its_own_and_comes_again() {
        let genre = |word: &str| vec![(Field::Genre, word.to_owned())];
        let moods = Moods([genre("comedy"), genre("horror"), Vec::new()].iter().map(mood_of).collect());
        let items = [0, 1, 2];
        let (one, again, other) =
            (moods.suits(&items, 1, 1), moods.suits(&items, 1, 1), moods.suits(&items, 1, 2));
        assert_eq!(one, again);
        assert_ne!(one, other);
        assert!((one[2] - 0.5).abs() < 1e-6, "no words, no opinion");
        assert!((one[0] - one[1]).abs() > 1e-3, "{one:?}");
    }
}
