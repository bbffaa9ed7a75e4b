//! The word lists: the reference's two data files and the words its rules name.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

const LEXICON: &str = include_str!("../../data/vader/vader_lexicon.txt");
const EMOJI: &str = include_str!("../../data/vader/emoji_utf8_lexicon.txt");

/// The longest word that can be in a list, in bytes; longer tokens are never looked up.
pub(super) const MAX_KEY_BYTES: usize = 23;

/// How much a degree adverb adds ("very") or takes ("hardly").
pub(super) const BOOST: f64 = 0.293;

const NEGATIONS: &str = "aint arent cannot cant couldnt darent didnt doesnt ain't aren't can't couldn't \
    daren't didn't doesn't dont hadnt hasnt havent isnt mightnt mustnt neither don't hadn't hasn't haven't \
    isn't mightn't mustn't neednt needn't never none nope nor not nothing nowhere oughtnt shant shouldnt uhuh \
    wasnt werent oughtn't shan't shouldn't uh-uh wasn't weren't without wont wouldnt won't wouldn't rarely \
    seldom despite";

const RAISING: &str = "absolutely amazingly awfully completely considerable considerably decidedly deeply \
    effing enormous enormously entirely especially exceptional exceptionally extreme extremely fabulously \
    flipping flippin frackin fracking fricking frickin frigging friggin fully fuckin fucking fuggin fugging \
    greatly hella highly hugely incredible incredibly intensely major majorly more most particularly purely \
    quite really remarkably so substantially thoroughly total totally tremendous tremendously uber \
    unbelievably unusually utter utterly very";

/// Without the two-word dampeners ("kind of"), which [`super::rules`] sees to.
const LOWERING: &str = "almost barely hardly kinda kindof kind-of less little marginal marginally occasional \
    occasionally partly scarce scarcely slight slightly somewhat sorta sortof sort-of";

/// A word that some rule asks for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Word {
    /// Any other word.
    #[default]
    Other,
    Ass,
    At,
    Bad,
    Beating,
    Bomb,
    Bus,
    But,
    Death,
    Die,
    Doubt,
    Enough,
    For,
    Heart,
    Just,
    Kind,
    Kiss,
    Least,
    Never,
    No,
    Nor,
    Of,
    Or,
    Right,
    Shit,
    So,
    Sort,
    Stop,
    The,
    This,
    To,
    Very,
    Without,
    Yeah,
}

const NAMED: [(&str, Word); 33] = [
    ("ass", Word::Ass),
    ("at", Word::At),
    ("bad", Word::Bad),
    ("beating", Word::Beating),
    ("bomb", Word::Bomb),
    ("bus", Word::Bus),
    ("but", Word::But),
    ("death", Word::Death),
    ("die", Word::Die),
    ("doubt", Word::Doubt),
    ("enough", Word::Enough),
    ("for", Word::For),
    ("heart", Word::Heart),
    ("just", Word::Just),
    ("kind", Word::Kind),
    ("kiss", Word::Kiss),
    ("least", Word::Least),
    ("never", Word::Never),
    ("no", Word::No),
    ("nor", Word::Nor),
    ("of", Word::Of),
    ("or", Word::Or),
    ("right", Word::Right),
    ("shit", Word::Shit),
    ("so", Word::So),
    ("sort", Word::Sort),
    ("stop", Word::Stop),
    ("the", Word::The),
    ("this", Word::This),
    ("to", Word::To),
    ("very", Word::Very),
    ("without", Word::Without),
    ("yeah", Word::Yeah),
];

/// A lower-case word of at most [`MAX_KEY_BYTES`] bytes, padded with zeros and followed by its length, so that
/// comparing and hashing it takes three machine words. The length tells a padding zero from one in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Key(pub(super) u64, pub(super) u64, pub(super) u64);

impl Key {
    /// The key of a word that is short enough; nothing is lower-cased here.
    pub(super) fn new(word: &[u8]) -> Option<Self> {
        let mut bytes = [0_u8; MAX_KEY_BYTES + 1];
        bytes[..MAX_KEY_BYTES].get_mut(..word.len())?.copy_from_slice(word);
        bytes[MAX_KEY_BYTES] = word.len() as u8;
        let part = |at: usize| {
            let mut eight = [0_u8; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(eight)
        };
        Some(Self(part(0), part(8), part(16)))
    }

    /// How many bytes the word has.
    pub(super) fn len(self) -> usize {
        (self.2 >> 56) as usize
    }
}

/// What the lists say about a word.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Entry {
    /// The valence of a lexicon word (-4 to 4), or what a booster adds; no word is both.
    pub(super) value: f64,
    /// Which named word it is.
    pub(super) word: Word,
    /// Whether the lexicon has it.
    pub(super) in_lexicon: bool,
    /// Whether it is a booster or a dampener.
    pub(super) boosts: bool,
    /// Whether it negates what follows.
    pub(super) negates: bool,
}

/// All lists in one table, so that a token costs one look-up.
#[derive(Debug)]
pub(super) struct Lexicon {
    entries: FxHashMap<Key, Entry>,
}

impl Lexicon {
    /// The lists of the reference. Its lexicon is asked in lower case for tokens without white space, so
    /// lines such as `:D` or `fed up` can never match; they are left out.
    pub(super) fn reference() -> Self {
        let mut lists = Self { entries: FxHashMap::default() };
        for line in LEXICON.split('\n') {
            let mut fields = line.trim().split('\t');
            let (Some(word), Some(valence)) = (fields.next(), fields.next()) else { continue };
            let reachable = word.is_ascii() && !word.bytes().any(|b| b == b' ' || b.is_ascii_uppercase());
            if let (true, Ok(valence)) = (reachable, valence.parse::<f64>()) {
                lists.edit(word, |entry| (entry.value, entry.in_lexicon) = (valence, true));
            }
        }
        for (words, boost) in [(RAISING, BOOST), (LOWERING, -BOOST)] {
            for word in words.split_ascii_whitespace() {
                lists.edit(word, |entry| (entry.value, entry.boosts) = (boost, true));
            }
        }
        for word in NEGATIONS.split_ascii_whitespace() {
            lists.edit(word, |entry| entry.negates = true);
        }
        for (word, name) in NAMED {
            lists.edit(word, |entry| entry.word = name);
        }
        lists
    }

    /// What the lists say about a lower-case word, if anything.
    pub(super) fn get(&self, key: Key) -> Option<&Entry> {
        self.entries.get(&key)
    }

    /// Every word with a valence.
    pub(super) fn charged(&self) -> impl Iterator<Item = (Key, f64)> {
        self.entries.iter().filter(|(_, entry)| entry.in_lexicon).map(|(key, entry)| (*key, entry.value))
    }

    fn edit(&mut self, word: &str, change: impl FnOnce(&mut Entry)) {
        if let Some(key) = Key::new(word.as_bytes()) {
            change(self.entries.entry(key).or_default());
        }
    }

    /// Number of words with a valence.
    #[cfg(test)]
    pub(super) fn charged_words(&self) -> usize {
        self.entries.values().filter(|entry| entry.in_lexicon).count()
    }
}

/// Emoji of one character and their English descriptions. The reference walks a text by characters, so the
/// longer sequences of its file never match; they are left out.
#[derive(Debug)]
pub(super) struct Emoji {
    descriptions: FxHashMap<char, &'static str>,
}

impl Emoji {
    /// The list of the reference.
    pub(super) fn reference() -> Self {
        let mut descriptions = FxHashMap::default();
        for line in EMOJI.split('\n') {
            let Some((emoji, description)) = line.trim().split_once('\t') else { continue };
            let mut chars = emoji.chars();
            if let (Some(only), None) = (chars.next(), chars.next()) {
                descriptions.insert(only, description);
            }
        }
        Self { descriptions }
    }

    /// The text with each emoji replaced by its description. A space is put before a description unless one
    /// stands there, none after it: "😀good" reads "grinning facegood", as in the reference.
    pub(super) fn spell_out<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let describe = |c: char| if c.is_ascii() { None } else { self.descriptions.get(&c).copied() };
        let Some(first) = text.char_indices().find(|&(_, c)| describe(c).is_some()).map(|(at, _)| at) else {
            return Cow::Borrowed(text);
        };
        let (plain, rest) = text.split_at(first);
        let mut spelled = String::with_capacity(text.len() + 64);
        spelled.push_str(plain);
        let mut after_space = plain.is_empty() || plain.ends_with(' ');
        for c in rest.chars() {
            if let Some(description) = describe(c) {
                if !after_space {
                    spelled.push(' ');
                }
                spelled.push_str(description);
                after_space = false;
            } else {
                spelled.push(c);
                after_space = c == ' ';
            }
        }
        Cow::Owned(spelled)
    }

    /// Number of emoji with a description.
    #[cfg(test)]
    pub(super) fn described(&self) -> usize {
        self.descriptions.len()
    }
}
