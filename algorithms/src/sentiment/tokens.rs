//! From a text to its tokens: Python's `split`, `strip`, `lower` and `isupper`, with a fast path for ASCII.

use super::lexicon::{Entry, Key, Lexicon, MAX_KEY_BYTES};

/// A word or emoticon with all that the rules ask about it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Token {
    /// What the lists say; nothing for a word they do not have. `negates` also holds for any "…n't".
    pub(super) entry: Entry,
    /// Whether it is written in capitals: at least one, and no small or title-case letter.
    pub(super) capitals: bool,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// Replaces `out` by the tokens of a text whose emoji are spelled out.
pub(super) fn read(text: &str, lexicon: &Lexicon, out: &mut Vec<Token>) {
    out.clear();
    if text.is_ascii() {
        let words = text.as_bytes().split(|&b| is_ascii_space(b)).filter(|word| !word.is_empty());
        out.extend(words.map(|word| ascii_token(strip_ascii(word), lexicon)));
    } else {
        let words = text.split(is_space).filter(|word| !word.is_empty());
        out.extend(words.map(|word| token(strip(word), lexicon)));
    }
}

/// White space of Python's `str.split`: Unicode's, and the four separators U+001C to U+001F.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn is_ascii_space(b: u8) -> bool {
    matches!(b, b' ' | 9..=13 | 28..=31)
}

/// Drops punctuation from both ends unless two characters or fewer remain: then it may be an emoticon.
fn strip(word: &str) -> &str {
    let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
    if bare.chars().nth(2).is_none() { word } else { bare }
}

fn strip_ascii(word: &[u8]) -> &[u8] {
    let mut bare = word;
    while let [first, rest @ ..] = bare
        && first.is_ascii_punctuation()
    {
        bare = rest;
    }
    while let [rest @ .., last] = bare
        && last.is_ascii_punctuation()
    {
        bare = rest;
    }
    if bare.len() <= 2 { word } else { bare }
}

/// Bytes between two ASCII letters, as a mask of high bits; every byte must be ASCII, so no sum carries.
const fn between(word: u64, low: u8, high: u8) -> u64 {
    let from_low = word + (0x80 - low as u64) * ONES;
    let above_high = word + (0x7f - high as u64) * ONES;
    from_low & !above_high & HIGH
}

fn ascii_token(word: &[u8], lexicon: &Lexicon) -> Token {
    let Some(Key(a, b, c)) = Key::new(word) else { return long_token(word) };
    // The length in the last byte is below every letter and the apostrophe, so it needs no mask.
    let upper = [a, b, c].map(|part| between(part, b'A', b'Z'));
    let small = between(a, b'a', b'z') | between(b, b'a', b'z') | between(c, b'a', b'z');
    // A capital's high bit, moved down by two, is the bit that makes it small.
    let key = Key(a | upper[0] >> 2, b | upper[1] >> 2, c | upper[2] >> 2);
    let mut token = Token {
        entry: lexicon.get(key).copied().unwrap_or_default(),
        capitals: small == 0 && (upper[0] | upper[1] | upper[2]) != 0,
    };
    if !token.entry.negates && has_apostrophe(key) {
        token.entry.negates = has_nt(word);
    }
    token
}

fn has_apostrophe(Key(a, b, c): Key) -> bool {
    let found = |part: u64| {
        let zero_where_found = part ^ (u64::from(b'\'') * ONES);
        zero_where_found.wrapping_sub(ONES) & !zero_where_found & HIGH
    };
    found(a) | found(b) | found(c) != 0
}

/// Whether the word contains "n't" in any case. Only ASCII letters become "n" and "t" in lower case.
fn has_nt(word: &[u8]) -> bool {
    word.windows(3).any(|three| three.eq_ignore_ascii_case(b"n't"))
}

/// An ASCII token that is too long for the lists.
fn long_token(word: &[u8]) -> Token {
    let capitals = word.iter().any(u8::is_ascii_uppercase) && !word.iter().any(u8::is_ascii_lowercase);
    Token { entry: Entry { negates: has_nt(word), ..Entry::default() }, capitals }
}

/// Any token. The lists are ASCII, and one letter outside ASCII becomes an ASCII one in lower case: the
/// Kelvin sign (U+212A), a "k".
fn token(word: &str, lexicon: &Lexicon) -> Token {
    if word.is_ascii() {
        return ascii_token(word.as_bytes(), lexicon);
    }
    let mut listed = Token::default();
    if word.chars().all(|c| c.is_ascii() || c == '\u{212a}') && word.len() <= 3 * MAX_KEY_BYTES {
        listed = ascii_token(word.replace('\u{212a}', "k").as_bytes(), lexicon);
    }
    listed.entry.negates |= has_nt(word.as_bytes());
    listed.capitals = is_upper(word);
    listed
}

/// Python's `str.isupper`.
fn is_upper(word: &str) -> bool {
    let mut found = false;
    for c in word.chars() {
        if c.is_lowercase() || is_title_case(c) {
            return false;
        }
        found |= c.is_uppercase();
    }
    found
}

/// Unicode category Lt, for which the standard library has no question.
fn is_title_case(c: char) -> bool {
    matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ' | 'ᾈ'..='ᾏ' | 'ᾘ'..='ᾟ' | 'ᾨ'..='ᾯ' | 'ᾼ' | 'ῌ' | 'ῼ')
}
