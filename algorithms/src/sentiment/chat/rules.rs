//! How the tokens of a line add up.

use super::super::lexicon::Key;
use super::lexicon::{ASKS, BOOSTS, EITHER, IRONY, LAUGHS, Lexicon, NEGATES};
use super::tokens::{Line, Token};

/// What a negated valence is multiplied by, as in VADER.
const NEGATED: f64 = -0.74;
/// How many words back a negation reaches.
const REACH: usize = 4;
/// Added outwards for one word in capitals among others.
const CAPITALS: f64 = 0.6;
/// What a stretched word's valence is multiplied by.
const STRETCHED: f64 = 1.2;
/// What is left of a valence inside a question.
const ASKED: f64 = 0.3;
/// The same when it is asked with more than one mark, which is less of a question.
const ASKED_LOUDLY: f64 = 0.6;
/// The same when only the first word shows that it is one.
const ASKED_WITHOUT_MARK: f64 = 0.4;
/// What becomes of praise that is not meant.
const IRONIC: f64 = -0.8;
/// The same of one courteous word by itself; "fine." is weak praise, and strong blame.
const DEADPAN: f64 = -0.6;
const GRUDGING: f64 = -2.4;
/// From this valence on, trouble turns praise in the same line into irony.
const TROUBLE: f64 = -1.5;
/// What an uncharged line in capitals tells: excitement, in watch parties mostly glad.
const SHOUTED: f64 = 1.2;
/// What pointing at something tells: "that voice though".
const ADMIRED: f64 = 1.2;
/// Feeling below this is no direction for words that go either way.
const DIRECTION: f64 = 0.5;

/// The words that some rule asks for by name.
#[derive(Debug)]
pub(super) struct Named {
    but: Vec<Key>,
    openers: Vec<Key>,
    courtesy: Vec<Key>,
    grudging: Vec<Key>,
    warm: Vec<Key>,
    pointing: Vec<Key>,
    though: Vec<Key>,
}

impl Named {
    pub(super) fn new() -> Self {
        let keys = |words: &str| words.split(' ').filter_map(|word| Key::new(word.as_bytes())).collect();
        Self {
            but: keys("but however except yet"),
            openers: keys("so ok okay wait and but hey guys oh um also sorry btw yo"),
            courtesy: keys("cool nice wow super"),
            grudging: keys("fine"),
            warm: keys("great lovely wonderful brilliant fantastic perfect amazing"),
            pointing: keys("that those this these the her his"),
            though: keys("though tho"),
        }
    }

    /// Whether a line points at something and lets it stand: "that voice though".
    fn admires(&self, tokens: &[Token]) -> bool {
        let mut words = tokens.iter().filter(|t| t.word);
        let first = words.next().is_some_and(|t| self.pointing.contains(&t.key));
        first && words.next_back().is_some_and(|t| self.though.contains(&t.key))
    }
}

/// What a line comes to.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    praise: f64,
    blame: f64,
    either: f64,
    laughter: f64,
    irony: f64,
    ironic: bool,
}

/// The feeling of a line in units of words; the first `carried` tokens come from an earlier line.
pub(super) fn sum(line: &mut Line, lexicon: &Lexicon, named: &Named, carried: usize) -> f64 {
    match_phrases(&mut line.tokens, lexicon);
    let shouting = shouting(&line.tokens);
    let but = line.tokens.iter().position(|t| t.word && named.but.contains(&t.key)).filter(|&at| at > 0);
    let mut sums = Sums::default();
    let mut first_praise = None;
    let mut trouble_after = false;
    for at in carried..line.tokens.len() {
        let value = valence(line, at, shouting == Shouting::Some)
            * asked(line, at, named, shouting)
            * at_but(but, at)
            * deadpan(line, at, named);
        let entry = line.tokens[at].entry;
        match () {
            () if entry.is(IRONY) => {
                sums.ironic = true;
                sums.irony += value;
            }
            () if entry.is(LAUGHS) => sums.laughter = louder(sums.laughter, value),
            () if entry.is(EITHER) => sums.either = louder(sums.either, value),
            () if value > 0.0 => {
                first_praise = first_praise.or(Some(at));
                sums.praise += value;
            }
            () => {
                trouble_after |= value <= TROUBLE && first_praise.is_some_and(|praise| praise < at);
                sums.blame += value;
            }
        }
    }
    let early = first_praise.is_some_and(|at| at < carried + 3);
    let turned = early && trouble_after && but.is_none() && sums.laughter == 0.0;
    let total = combine(sums, turned);
    let total = emphasise(total, line, shouting, carried);
    if total.abs() < DIRECTION && named.admires(&line.tokens[carried..]) { total + ADMIRED } else { total }
}

fn combine(sums: Sums, turned: bool) -> f64 {
    let praise = match (sums.ironic, turned) {
        (true, _) => sums.praise * IRONIC,
        (false, true) => sums.praise * -0.5,
        _ => sums.praise,
    };
    let plain = praise + sums.blame + sums.irony;
    let mut total = plain;
    if sums.laughter != 0.0 {
        // Laughing at something bad is half a pleasure.
        total += if plain < -DIRECTION { 0.5 * sums.laughter } else { sums.laughter };
    }
    if sums.either != 0.0 {
        total +=
            if total.abs() >= DIRECTION { total.signum() * 0.5 * sums.either.abs() } else { sums.either };
    }
    if sums.ironic && total >= 0.0 && sums.irony == 0.0 { -0.8 } else { total }
}

/// Sums with half of what repeats.
fn louder(sum: f64, value: f64) -> f64 {
    if sum == 0.0 { value } else { sum + 0.4 * value }
}

/// Gives the longest phrase that begins at each word to its first token, and takes the words from the others.
fn match_phrases(tokens: &mut [Token], lexicon: &Lexicon) {
    let mut at = 0;
    while at < tokens.len() {
        let head = tokens[at];
        let fits = |rest: &[Key]| {
            let behind = tokens.get(at + 1..=at + rest.len());
            behind.is_some_and(|behind| {
                behind.iter().zip(rest).all(|(t, key)| t.word && t.key == *key && t.clause == head.clause)
            })
        };
        let found =
            if head.word { lexicon.beginning(head.entry).iter().find(|p| fits(&p.rest)) } else { None };
        let Some(phrase) = found else {
            at += 1;
            continue;
        };
        let length = phrase.rest.len();
        tokens[at].entry.value = phrase.value;
        tokens[at].entry.flags = phrase.flags;
        for covered in &mut tokens[at + 1..=at + length] {
            covered.entry.value = 0.0;
            covered.entry.flags = 0;
        }
        at += length + 1;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shouting {
    No,
    /// Some words in capitals among others.
    Some,
    /// All words.
    All,
}

fn shouting(tokens: &[Token]) -> Shouting {
    let words = tokens.iter().filter(|t| t.word && t.key != Key::default()).count();
    let loud = tokens.iter().filter(|t| t.capitals).count();
    match loud {
        0 => Shouting::No,
        n if n == words || (n >= 2 && n * 10 >= words * 8) => Shouting::All,
        _ => Shouting::Some,
    }
}

/// A token's valence after boosters, negation, capitals and stretching.
fn valence(line: &Line, at: usize, capitals_tell: bool) -> f64 {
    let token = line.tokens[at];
    let mut value = token.entry.value;
    if value == 0.0 || token.entry.is(BOOSTS) || token.entry.is(NEGATES) || token.entry.is(ASKS) {
        return 0.0;
    }
    if !token.word {
        return value;
    }
    let sign = value.signum();
    if token.capitals && capitals_tell {
        value += sign * CAPITALS;
    }
    if token.stretched {
        value *= STRETCHED;
    }
    let same_part = |t: &&Token| t.part == token.part;
    for earlier in line.tokens[at.saturating_sub(2)..at].iter().filter(same_part) {
        if earlier.entry.is(BOOSTS) {
            value += sign * earlier.entry.value;
        }
    }
    let negated =
        line.tokens[at.saturating_sub(REACH)..at].iter().filter(same_part).any(|t| t.entry.is(NEGATES));
    match negated {
        // "Not crying" says nothing.
        true if token.entry.is(EITHER) => 0.0,
        true => value * NEGATED,
        false => value,
    }
}

/// What a question leaves of a valence.
fn asked(line: &Line, at: usize, named: &Named, shouting: Shouting) -> f64 {
    let token = line.tokens[at];
    if token.entry.is(LAUGHS) || !token.word {
        return 1.0;
    }
    let clause = line.clauses[usize::from(token.clause).min(line.clauses.len() - 1)];
    match (clause.questions, clause.exclamations) {
        (1, 0) if shouting != Shouting::All => ASKED,
        (_, 1..) => 1.0,
        (2.., 0) => ASKED_LOUDLY,
        (0, 0) if shouting != Shouting::All && opens_asking(line, token.clause, named) => ASKED_WITHOUT_MARK,
        _ => 1.0,
    }
}

/// Whether the first word of a clause, fillers aside, asks.
fn opens_asking(line: &Line, clause: u16, named: &Named) -> bool {
    let words = line.tokens.iter().filter(|t| t.word && t.clause == clause);
    let mut words = words.skip_while(|t| named.openers.contains(&t.key));
    words.next().is_some_and(|t| t.entry.is(ASKS))
}

/// What stands before "but" counts half, what stands after it a quarter more.
fn at_but(but: Option<usize>, at: usize) -> f64 {
    match but {
        Some(but) if at < but => 0.5,
        Some(but) if at > but => 1.25,
        _ => 1.0,
    }
}

/// One courteous word by itself is seldom meant: with a full stop among other clauses ("fine."), or after a
/// comma behind something that is no praise ("five seconds behind everyone, great").
fn deadpan(line: &Line, at: usize, named: &Named) -> f64 {
    let token = line.tokens[at];
    let warm = named.warm.contains(&token.key);
    let clause = line.clauses[usize::from(token.clause).min(line.clauses.len() - 1)];
    let grudging = named.grudging.contains(&token.key);
    let courteous = warm || grudging || named.courtesy.contains(&token.key);
    if !token.word || clause.exclamations > 0 || !courteous {
        return 1.0;
    }
    let alone_in = |same: &dyn Fn(&Token) -> bool| line.tokens.iter().filter(|t| same(t)).count() == 1;
    if clause.stopped && line.clauses.len() > 1 && alone_in(&|t| t.clause == token.clause && t.word) {
        return if grudging { GRUDGING } else { DEADPAN };
    }
    let others = || line.tokens[..at].iter().filter(|t| t.word);
    let praised = others().any(|t| t.entry.value > 0.0 && !t.entry.is(BOOSTS));
    let last = at + 1 == line.tokens.len();
    let behind_comma = alone_in(&|t| t.part == token.part) && others().count() >= 3;
    if warm && last && behind_comma && !praised { IRONIC } else { 1.0 }
}

/// Marks, capitals and stretching: they add to a feeling, and alone they tell a little of one.
fn emphasise(total: f64, line: &Line, shouting: Shouting, carried: usize) -> f64 {
    let exclamations: u32 = line.clauses.iter().map(|c| u32::from(c.exclamations.min(4))).sum();
    let questions = line.clauses.iter().any(|c| c.questions > 0);
    let exclamations = f64::from(exclamations.min(4));
    if total.abs() >= 0.3 {
        let louder = 0.25 * exclamations + if shouting == Shouting::All { 0.4 } else { 0.0 };
        return total + total.signum() * louder;
    }
    let tokens = &line.tokens[carried..];
    let stretched = tokens.len() <= 2 && tokens.iter().any(|t| t.stretched && t.word);
    let letters = tokens.iter().any(|t| t.capitals);
    total
        + 0.6 * exclamations.min(2.0)
        + if shouting == Shouting::All && letters && !questions && long_enough(tokens) {
            SHOUTED
        } else {
            0.0
        }
        + if stretched && !questions { 0.7 } else { 0.0 }
}

/// "TV" or "OK" is no shout; four letters are.
fn long_enough(tokens: &[Token]) -> bool {
    let letters: usize = tokens.iter().filter(|t| t.capitals).map(|t| t.key.len()).sum();
    letters >= 4
}
