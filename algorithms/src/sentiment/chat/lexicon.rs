//! The words and phrases of party chat, laid over VADER's lexicon in one table.

use rustc_hash::FxHashMap;

use super::super::lexicon::{Key, Lexicon as Reference};

const WORDS: &str = include_str!("../../../data/chat/words.tsv");
const PHRASES: &str = include_str!("../../../data/chat/phrases.tsv");

/// VADER's words below this strength are noise in chat ("party", "number").
const FAINTEST: f64 = 1.0;
/// What a word that only VADER knows keeps of its valence.
const BORROWED: f64 = 0.9;

/// Whether a word's own sign gives way to that of the words around it ("crying", "insane").
pub(super) const EITHER: u8 = 1;
/// Whether it turns what follows.
pub(super) const NEGATES: u8 = 1 << 1;
/// Whether its value strengthens or weakens what follows, and is no valence.
pub(super) const BOOSTS: u8 = 1 << 2;
/// Whether a line that begins with it asks something.
pub(super) const ASKS: u8 = 1 << 3;
/// Whether praise beside it is not meant.
pub(super) const IRONY: u8 = 1 << 4;
/// Laughter, which softens blame and joins in praise.
pub(super) const LAUGHS: u8 = 1 << 5;

/// What the table says of a word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    /// Valence from -4 to 4, or what a booster adds.
    pub(super) value: f64,
    /// Bits of the constants above.
    pub(super) flags: u8,
    /// Where the phrases that begin with the word stand.
    phrases: (u32, u32),
}

impl Entry {
    /// An entry that begins no phrase.
    pub(super) fn of(value: f64, flags: u8) -> Self {
        Self { value, flags, phrases: (0, 0) }
    }

    pub(super) fn is(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Several words with a meaning of their own.
#[derive(Debug)]
pub(super) struct Phrase {
    /// The words after the first.
    pub(super) rest: Box<[Key]>,
    /// As in [`Entry`].
    pub(super) value: f64,
    /// As in [`Entry`].
    pub(super) flags: u8,
}

#[derive(Debug)]
pub(super) struct Lexicon {
    entries: FxHashMap<Key, Entry>,
    phrases: Vec<Phrase>,
}

impl Lexicon {
    /// VADER's words, then ours over them.
    pub(super) fn over(reference: &Reference) -> Self {
        let mut entries: FxHashMap<Key, Entry> = FxHashMap::default();
        for (key, value) in reference.charged() {
            if value.abs() >= FAINTEST {
                entries.insert(key, Entry::of(value * BORROWED, 0));
            }
        }
        for (word, value, flags) in lines(WORDS) {
            if let Some(key) = Key::new(word.as_bytes()) {
                entries.insert(key, Entry::of(value, flags));
            }
        }
        let phrases = phrases(&mut entries);
        Self { entries, phrases }
    }

    pub(super) fn get(&self, word: &[u8]) -> Option<(Key, Entry)> {
        let key = Key::new(word)?;
        self.entries.get(&key).map(|entry| (key, *entry))
    }

    /// What the table says of a word that was looked up before.
    pub(super) fn known(&self, key: Key) -> Entry {
        self.entries.get(&key).copied().unwrap_or_default()
    }

    /// The phrases that begin with a word, longest first.
    pub(super) fn beginning(&self, entry: Entry) -> &[Phrase] {
        &self.phrases[entry.phrases.0 as usize..entry.phrases.1 as usize]
    }
}

fn phrases(entries: &mut FxHashMap<Key, Entry>) -> Vec<Phrase> {
    let mut heads: Vec<(Key, Phrase)> = Vec::new();
    for (phrase, value, flags) in lines(PHRASES) {
        let keys: Option<Vec<Key>> = phrase.split(' ').map(|word| Key::new(word.as_bytes())).collect();
        if let Some((head, rest)) = keys.as_deref().and_then(<[Key]>::split_first) {
            heads.push((*head, Phrase { rest: rest.into(), value, flags }));
        }
    }
    heads.sort_by_key(|(Key(a, b, c), phrase)| (*a, *b, *c, std::cmp::Reverse(phrase.rest.len())));
    let mut found: Vec<Phrase> = Vec::with_capacity(heads.len());
    for (head, phrase) in heads {
        let at = u32::try_from(found.len()).expect("a few thousand phrases");
        let range = &mut entries.entry(head).or_default().phrases;
        *range = if range.1 == at && range.1 > range.0 { (range.0, at + 1) } else { (at, at + 1) };
        found.push(phrase);
    }
    found
}

/// Entry, value and flags of each line.
fn lines(file: &'static str) -> impl Iterator<Item = (&'static str, f64, u8)> {
    file.lines().filter(|line| !line.starts_with("# ")).filter_map(|line| {
        let mut fields = line.split('\t');
        let word = fields.next()?;
        let value = fields.next()?.parse().ok()?;
        let flags = match fields.next() {
            None => 0,
            Some("either") => EITHER,
            Some("negates") => NEGATES,
            Some("boosts") => BOOSTS,
            Some("asks") => ASKS,
            Some("irony") => IRONY,
            Some("laughs") => LAUGHS | EITHER,
            Some(_) => return None,
        };
        Some((word, value, flags))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_both_files_is_read() {
        for (name, file, least) in [("words", WORDS, 1_000), ("phrases", PHRASES, 1_000)] {
            let written: Vec<&str> = file.lines().filter(|line| !line.starts_with("# ")).collect();
            let read: Vec<_> = lines(file).collect();
            assert!(read.len() == written.len() && read.len() >= least, "{name}: {}", read.len());
            let mut seen = rustc_hash::FxHashSet::default();
            for (entry, value, flags) in read {
                assert!(seen.insert(entry), "{name}: \"{entry}\" stands twice");
                assert!(value.abs() <= 4.0, "{name}: {entry}");
                assert!(flags & BOOSTS == 0 || value.abs() < 1.0, "{name}: {entry}");
                assert_eq!(entry.contains(' '), name == "phrases", "{entry}");
                assert!(
                    entry.split(' ').all(|word| Key::new(word.as_bytes()).is_some()),
                    "{entry} is too long"
                );
                assert_eq!(entry, entry.to_lowercase(), "{name}");
            }
        }
    }
}
