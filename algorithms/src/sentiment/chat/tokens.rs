//! From a line of chat to tokens: words without their stretching, faces, emoji, ratings, laughter, and the
//! clauses that they stand in.

use super::super::lexicon::{Key, MAX_KEY_BYTES};
use super::lexicon::{EITHER, Entry, IRONY, LAUGHS, Lexicon};
use crate::emoji;

/// A word, face or emoji.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Token {
    /// The word as the table has it, for phrases; [`Key`] of nothing for what is no word.
    pub(super) key: Key,
    pub(super) entry: Entry,
    /// Two capitals or more and no small letter.
    pub(super) capitals: bool,
    /// A letter three times in a row, or more.
    pub(super) stretched: bool,
    /// Whether it has letters.
    pub(super) word: bool,
    /// Which clause of the line it stands in: those end with `.`, `!`, `?`.
    pub(super) clause: u16,
    /// Which part of it: those end with a comma, colon, dash, bracket or quote too.
    pub(super) part: u16,
}

/// What ends a clause.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clause {
    pub(super) questions: u8,
    pub(super) exclamations: u8,
    /// Whether it ends with exactly one full stop.
    pub(super) stopped: bool,
}

/// All tokens and clauses of a line, kept between lines.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) tokens: Vec<Token>,
    pub(super) clauses: Vec<Clause>,
    part: u16,
}

/// The longest face, in bytes.
const FACE_BYTES: usize = 12;

impl Line {
    /// Replaces the content by that of a text; `before` are words that stand before it.
    pub(super) fn read(&mut self, before: &[Key], text: &str, lexicon: &Lexicon) {
        self.tokens.clear();
        self.clauses.clear();
        self.part = 0;
        self.clauses.push(Clause::default());
        for key in before {
            let entry = lexicon.known(*key);
            self.push(Token { key: *key, entry, word: true, ..Token::default() });
        }
        for chunk in text.split_whitespace() {
            self.chunk(chunk, lexicon);
        }
    }

    fn push(&mut self, token: Token) {
        let last = self.clauses.last().copied().unwrap_or_default();
        let closed = last.questions > 0 || last.exclamations > 0 || last.stopped;
        // Faces and emoji belong to the clause that they stand behind.
        if closed && token.word {
            self.clauses.push(Clause::default());
            self.part += 1;
        }
        let clause = u16::try_from(self.clauses.len() - 1).unwrap_or(u16::MAX);
        self.tokens.push(Token { clause, part: self.part, ..token });
    }

    fn chunk(&mut self, chunk: &str, lexicon: &Lexicon) {
        if chunk.contains("://") || chunk.starts_with("www.") {
            return self.push(Token { word: true, ..Token::default() });
        }
        let mut rest = chunk;
        while let Some(c) = rest.chars().next() {
            if let Some(face) = face(rest, lexicon) {
                return self.push(face);
            }
            let taken = match word_bytes(rest) {
                0 => self.sign(c, rest),
                bytes => {
                    self.words(&rest[..bytes], lexicon);
                    bytes
                }
            };
            rest = &rest[taken..];
        }
    }

    /// An emoji or a punctuation mark; returns how many bytes it takes.
    fn sign(&mut self, c: char, rest: &str) -> usize {
        if let Some(found) = emoji::first(rest) {
            let entry = found.mood.map_or_else(Entry::default, |mood| of_emoji(c, f64::from(mood.valence)));
            self.push(Token { entry, ..Token::default() });
            return found.bytes;
        }
        let last = self.clauses.last_mut().expect("a line has a clause");
        match c {
            '?' | '？' => last.questions = last.questions.saturating_add(1),
            '!' | '！' => last.exclamations = last.exclamations.saturating_add(1),
            '.' if rest.starts_with("..") => {
                self.part += 1;
                return rest.len() - rest.trim_start_matches('.').len();
            }
            '.' => last.stopped = true,
            ',' | ';' | ':' | '-' | '–' | '—' | '…' | '(' | ')' | '"' | '“' | '”' | '~' | '>' => {
                self.part += 1
            }
            _ => {}
        }
        c.len_utf8()
    }

    /// One word, or two where an apostrophe shortens a verb: "he'll" must not become "hell".
    fn words(&mut self, word: &str, lexicon: &Lexicon) {
        let short = word.char_indices().find(|&(_, c)| is_apostrophe(c)).filter(|&(at, c)| {
            let tail = &word[at + c.len_utf8()..];
            tail.eq_ignore_ascii_case("ll") || tail.eq_ignore_ascii_case("d")
        });
        match short {
            Some((at, c)) => {
                self.push(token(&word[..at], lexicon));
                self.push(token(&word[at + c.len_utf8()..], lexicon));
            }
            None => self.push(token(word, lexicon)),
        }
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '`')
}

/// A whole remaining chunk that the table has and that is no plain word: ":)", "<3", "/s".
fn face(rest: &str, lexicon: &Lexicon) -> Option<Token> {
    if rest.len() > FACE_BYTES || rest.len() < 2 || rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let mut small = [0_u8; FACE_BYTES];
    let small = &mut small[..rest.len()];
    small.copy_from_slice(rest.as_bytes());
    small.make_ascii_lowercase();
    // Apostrophes alone would make words of "i'm"; a face has a sign that words have not.
    let plain = rest.chars().all(|c| c.is_alphanumeric() || is_apostrophe(c));
    let (_, entry) = lexicon.get(small).filter(|_| !plain)?;
    Some(Token { entry, ..Token::default() })
}

/// How many bytes of the text are one word: letters and digits, apostrophes among them, and `/` or `.` between
/// digits ("8.5/10"). Digits that an emoji begins with are no word.
fn word_bytes(rest: &str) -> usize {
    let mut end = 0;
    let mut last = ' ';
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |&(_, c)| c);
        let inside = c.is_alphanumeric()
            || (is_apostrophe(c) && last.is_alphabetic() && next.is_alphabetic())
            || (matches!(c, '/' | '.') && last.is_ascii_digit() && next.is_ascii_digit());
        if !inside || (at == 0 && c.is_ascii_digit() && emoji::first(rest).is_some()) {
            break;
        }
        end = at + c.len_utf8();
        last = c;
    }
    end
}

/// Valence of an emoji in the units of words: strong ones count as much as strong words, objects hardly.
fn of_emoji(first: char, valence: f64) -> Entry {
    let entry = Entry::of;
    match first {
        '😂' | '🤣' | '😹' | '💀' | '☠' | '😆' => entry(1.6, LAUGHS | EITHER),
        '😭' => entry(-1.2, EITHER),
        '😱' | '🤯' | '😳' | '🙈' | '😮' | '😲' | '🫣' | '🔥' => {
            entry(if first == '🔥' { 1.6 } else { 0.4 }, EITHER)
        }
        '🙃' | '🙄' => entry(-0.7, IRONY),
        _ => entry(4.0 * valence * valence.abs(), 0),
    }
}

fn token(word: &str, lexicon: &Lexicon) -> Token {
    let (mut upper, mut lower) = (0_u32, 0_u32);
    for c in word.chars() {
        upper += u32::from(c.is_uppercase());
        lower += u32::from(c.is_lowercase());
    }
    let mut spelled = Spelled::of(word);
    let (key, mut entry) = spelled.look_up(lexicon);
    if entry.is_none() {
        entry = rating(word).or_else(|| noise(spelled.bytes()));
    }
    // "W" and "L" are praise and blame only as capitals.
    match word {
        "W" => entry = Some(Entry::of(1.8, 0)),
        "L" => entry = Some(Entry::of(-1.8, 0)),
        _ => {}
    }
    Token {
        key,
        entry: entry.unwrap_or_default(),
        capitals: upper >= 2 && lower == 0,
        stretched: spelled.stretched,
        word: true,
        ..Token::default()
    }
}

/// A word in small letters without apostrophes, with runs of a letter cut to three.
struct Spelled {
    bytes: [u8; MAX_KEY_BYTES + 1],
    len: usize,
    stretched: bool,
}

impl Spelled {
    fn of(word: &str) -> Self {
        let mut spelled = Self { bytes: [0; MAX_KEY_BYTES + 1], len: 0, stretched: false };
        let (mut last, mut run) = (' ', 0);
        for c in word.chars().filter(|&c| !is_apostrophe(c)).flat_map(char::to_lowercase) {
            run = if c == last { run + 1 } else { 1 };
            last = c;
            spelled.stretched |= run >= 3 && c.is_alphabetic();
            if run <= 3 || !c.is_alphabetic() {
                let mut utf8 = [0; 4];
                let more = c.encode_utf8(&mut utf8).as_bytes();
                if spelled.len + more.len() > MAX_KEY_BYTES {
                    // Too long for the table; a full buffer cannot match a key.
                    spelled.len = MAX_KEY_BYTES + 1;
                    break;
                }
                spelled.bytes[spelled.len..spelled.len + more.len()].copy_from_slice(more);
                spelled.len += more.len();
            }
        }
        spelled
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The word as it stands; else each run of three letters as two or as one, in all ways; else a doubled
    /// last letter as one.
    fn look_up(&mut self, lexicon: &Lexicon) -> (Key, Option<Entry>) {
        if let Some((key, entry)) = lexicon.get(self.bytes()) {
            return (key, Some(entry));
        }
        let own = Key::new(self.bytes()).unwrap_or_default();
        if self.stretched {
            for ways in 0_u32..8 {
                if let Some((key, entry)) = self.shortened(ways, lexicon) {
                    return (key, Some(entry));
                }
            }
        } else if let [.., a, b] = self.bytes()
            && a == b
            && a.is_ascii_alphabetic()
            && self.len > 3
            && let Some((key, entry)) = lexicon.get(&self.bytes[..self.len - 1])
        {
            return (key, Some(entry));
        }
        (own, None)
    }

    /// The word with its runs cut: bit k of `ways` says whether run k becomes one letter rather than two.
    fn shortened(&self, ways: u32, lexicon: &Lexicon) -> Option<(Key, Entry)> {
        let (mut out, mut len, mut at, mut runs) = ([0_u8; MAX_KEY_BYTES + 1], 0, 0, 0);
        let word = self.bytes();
        while at < word.len() {
            let run = word[at..].iter().take_while(|&&b| b == word[at]).count();
            let kept = match run {
                3.. => {
                    let kept = if ways >> runs & 1 == 1 { 1 } else { 2 };
                    runs = (runs + 1).min(2);
                    kept
                }
                fewer => fewer,
            };
            out[len..len + kept].fill(word[at]);
            len += kept;
            at += run;
        }
        lexicon.get(&out[..len])
    }
}

/// "8/10", "4.5/5" and the like: 7 of 10 is neither praise nor blame enough to speak of.
fn rating(word: &str) -> Option<Entry> {
    let (given, of) = word.split_once('/')?;
    let (given, of): (f64, f64) = (given.parse().ok()?, of.parse().ok()?);
    let scale = matches!(of, 5.0 | 10.0 | 100.0);
    scale.then(|| Entry::of(((given / of - 0.65) * 7.0).clamp(-3.0, 3.0), 0))
}

/// Laughter ("hahahaha"), a hand on the keyboard ("asdkfjh") and screams ("aaaa").
fn noise(word: &[u8]) -> Option<Entry> {
    let entry = |value, flags| Some(Entry::of(value, flags));
    let count = |of: &[u8]| word.iter().filter(|b| of.contains(b)).count();
    let length = word.len();
    if length >= 4 && count(b"h") * 3 >= length && count(b"aeiobmwujx") + count(b"h") == length {
        return entry(1.8, LAUGHS | EITHER);
    }
    if length >= 3 && word.iter().all(|b| *b == b'a' || *b == b'h') && count(b"a") >= 2 {
        return entry(0.8, EITHER);
    }
    let keys = count(b"asdfghjkl") + count(b";");
    let vowels = count(b"eiouy");
    let rows =
        length >= 6 && keys * 10 >= length * 8 && vowels * 8 <= length && longest_without_vowel(word) >= 4;
    if rows || word.starts_with(b"asdf") || word.starts_with(b"sksk") || word.starts_with(b"ksks") {
        return entry(1.4, LAUGHS | EITHER);
    }
    None
}

fn longest_without_vowel(word: &[u8]) -> usize {
    word.split(|b| b"aeiouy".contains(b)).map(<[u8]>::len).max().unwrap_or(0)
}
