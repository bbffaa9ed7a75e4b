//! Counting free tags, to keep the ones that most people gave.

use crate::title;
use rustc_hash::FxHashMap;
use soiree_domain::bounds::MAX_WORD_CHARS;

/// Most tags of an item.
pub(crate) const MAX_TAGS: usize = 12;

/// What people write on shelves for themselves; it says nothing about the work.
const NOTES: [&str; 10] = [
    "in-netflix-queue",
    "netflix",
    "seen-more-than-once",
    "seen-live",
    "to-see",
    "dvd",
    "dvd-video",
    "owned",
    "favorites",
    "favourites",
];

/// Tags per item with how often each was given. Memory: about 24 bytes a distinct (item, tag).
#[derive(Debug, Default)]
pub(crate) struct Tags {
    numbers: FxHashMap<String, u32>,
    words: Vec<String>,
    counts: FxHashMap<(u32, u32), u32>,
    by_item: FxHashMap<u32, Vec<(u32, u32)>>,
}

impl Tags {
    /// Adds a tag `times` times; notes and empty or overlong tags are left out.
    pub(crate) fn add(&mut self, item: u32, tag: &str, times: u32) {
        let word = title::word(tag);
        if word.is_empty() || word.chars().count() > MAX_WORD_CHARS || NOTES.contains(&word.as_str()) {
            return;
        }
        let words = &mut self.words;
        let number = *self.numbers.entry(word).or_insert_with_key(|word| {
            words.push(word.clone());
            u32::try_from(words.len() - 1).unwrap_or(u32::MAX)
        });
        let count = self.counts.entry((item, number)).or_default();
        *count = count.saturating_add(times);
    }

    /// Sorts the tags by item, when all have been added.
    pub(crate) fn close(&mut self) {
        for ((item, tag), count) in std::mem::take(&mut self.counts) {
            self.by_item.entry(item).or_default().push((tag, count));
        }
        self.numbers = FxHashMap::default();
    }

    /// Takes an item's tags, most given first, then by alphabet; at most [`MAX_TAGS`].
    pub(crate) fn take(&mut self, item: u32) -> Vec<String> {
        let mut tags = self.by_item.remove(&item).unwrap_or_default();
        let word = |tag: u32| self.words.get(tag as usize).map_or("", String::as_str);
        tags.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| word(a.0).cmp(word(b.0))));
        tags.iter().take(MAX_TAGS).map(|&(tag, _)| word(tag).to_owned()).collect()
    }
}
