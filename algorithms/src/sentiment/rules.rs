//! The rules that bend a lexicon word's valence, and the figures at the end.
//!
//! Order of the operations is part of the port: every sum and product is made in the reference's order, so
//! that the doubles are the same, not only close.

use super::Polarity;
use super::lexicon::{BOOST, Word};
use super::tokens::Token;

/// Added towards the outside for a word in capitals among others.
const CAPITALS: f64 = 0.733;
/// What a negated word's valence is multiplied by.
const NEGATED: f64 = -0.74;

/// Replaces `out` by the valence of each token, 0 for words without one.
pub(super) fn valences(tokens: &[Token], out: &mut Vec<f64>) {
    let capitals = tokens.iter().filter(|token| token.capitals).count();
    let capitals_differ = 0 < capitals && capitals < tokens.len();
    out.clear();
    out.extend((0..tokens.len()).map(|at| valence(tokens, at, capitals_differ)));
    shift_at_but(tokens, out);
}

/// The compound figure of the valences of a text.
pub(super) fn compound(valences: &[f64], text: &str) -> f64 {
    compound_with(valences, emphasis(text))
}

/// All four figures of the valences of a text.
pub(super) fn polarity(valences: &[f64], text: &str) -> Polarity {
    if valences.is_empty() {
        return Polarity::default();
    }
    let emphasis = emphasis(text);
    let (mut pos, mut neg, mut neutral) = (0.0_f64, 0.0_f64, 0_u32);
    for &valence in valences {
        if valence > 0.0 {
            pos += valence + 1.0;
        } else if valence < 0.0 {
            neg += valence - 1.0;
        } else {
            neutral += 1;
        }
    }
    if pos > neg.abs() {
        pos += emphasis;
    } else if pos < neg.abs() {
        neg -= emphasis;
    }
    let total = pos + neg.abs() + f64::from(neutral);
    Polarity {
        compound: compound_with(valences, emphasis),
        pos: round((pos / total).abs(), 3),
        neu: round((f64::from(neutral) / total).abs(), 3),
        neg: round((neg / total).abs(), 3),
    }
}

fn compound_with(valences: &[f64], emphasis: f64) -> f64 {
    // The standard sum starts at -0, the reference at 0.
    let mut sum = valences.iter().fold(0.0, |sum, valence| sum + valence);
    if sum > 0.0 {
        sum += emphasis;
    } else if sum < 0.0 {
        sum -= emphasis;
    }
    round((sum / (sum * sum + 15.0).sqrt()).clamp(-1.0, 1.0), 4)
}

/// Up to four `!` count each, two or three `?` each a little, more a fixed amount.
fn emphasis(text: &str) -> f64 {
    let (mut exclamations, mut questions) = (0_usize, 0_usize);
    for byte in text.bytes() {
        exclamations += usize::from(byte == b'!');
        questions += usize::from(byte == b'?');
    }
    let raised = exclamations.min(4) as f64 * 0.292;
    raised
        + match questions {
            0 | 1 => 0.0,
            2 | 3 => questions as f64 * 0.18,
            _ => 0.96,
        }
}

/// Rounds to the nearest decimal of the double's exact value, as Python's `round` does. Scaling errs by less
/// than 1e-11; only where that could decide is the exact decimal expansion asked.
pub(super) fn round(value: f64, digits: u8) -> f64 {
    let scale = if digits == 3 { 1e3 } else { 1e4 };
    let scaled = value * scale;
    if ((scaled - scaled.floor()) - 0.5).abs() > 1e-9 {
        return scaled.round() / scale;
    }
    format!("{value:.*}", usize::from(digits)).parse().unwrap_or(value)
}

fn valence(tokens: &[Token], at: usize, capitals_differ: bool) -> f64 {
    let Token { entry, capitals } = tokens[at];
    let next = tokens.get(at + 1);
    let kind_of = entry.word == Word::Kind && next.is_some_and(|next| next.entry.word == Word::Of);
    if !entry.in_lexicon || entry.boosts || kind_of {
        return 0.0;
    }
    let before = |steps: usize| if steps <= at { tokens[at - steps].entry.word } else { Word::Other };
    let mut valence = entry.value;
    if entry.word == Word::No && next.is_some_and(|next| next.entry.in_lexicon) {
        valence = 0.0;
    }
    if before(1) == Word::No
        || before(2) == Word::No
        || (before(3) == Word::No && matches!(before(1), Word::Or | Word::Nor))
    {
        valence = entry.value * NEGATED;
    }
    if capitals && capitals_differ {
        valence += if valence > 0.0 { CAPITALS } else { -CAPITALS };
    }
    for steps in 1..=at.min(3) {
        let earlier = &tokens[at - steps];
        if earlier.entry.in_lexicon {
            continue;
        }
        valence += boost(earlier, valence, capitals_differ) * [1.0, 0.95, 0.9][steps - 1];
        valence = negate(valence, tokens, at, steps);
        if steps == 3 {
            valence = idiom(valence, tokens, at);
        }
    }
    let least = before(1) == Word::Least && !tokens[at - 1].entry.in_lexicon;
    if least && !matches!(before(2), Word::At | Word::Very) { valence * NEGATED } else { valence }
}

/// What a booster or dampener adds to a valence.
fn boost(earlier: &Token, valence: f64, capitals_differ: bool) -> f64 {
    if !earlier.entry.boosts {
        return 0.0;
    }
    let boost = if valence < 0.0 { -earlier.entry.value } else { earlier.entry.value };
    match earlier.capitals && capitals_differ {
        true if valence > 0.0 => boost + CAPITALS,
        true => boost - CAPITALS,
        false => boost,
    }
}

/// Negation by the word `steps` (1 to 3) before `at`, with "never so" and "without doubt" as exceptions.
fn negate(valence: f64, tokens: &[Token], at: usize, steps: usize) -> f64 {
    let word = |steps: usize| tokens[at - steps].entry.word;
    let so = |steps: usize| matches!(word(steps), Word::So | Word::This);
    let (never, doubtless) = match steps {
        2 => (word(2) == Word::Never && so(1), word(2) == Word::Without && word(1) == Word::Doubt),
        // The reference's `and` binds before its `or`: "so" or "this" just before is enough.
        3 => (
            (word(3) == Word::Never && so(2)) || so(1),
            word(3) == Word::Without && (word(2) == Word::Doubt || word(1) == Word::Doubt),
        ),
        _ => (false, false),
    };
    if never {
        valence * 1.25
    } else if !doubtless && tokens[at - steps].entry.negates {
        valence * NEGATED
    } else {
        valence
    }
}

/// Phrases with a valence of their own around `at` (which has three words before it), and the dampeners of
/// two words.
fn idiom(valence: f64, tokens: &[Token], at: usize) -> f64 {
    let back = |steps: usize| tokens[at - steps].entry.word;
    let ahead = |steps: usize| tokens.get(at + steps).map_or(Word::Other, |token| token.entry.word);
    let (three, two, one, here) = (back(3), back(2), back(1), back(0));
    let mut valence = pair(one, here)
        .or_else(|| triple(two, one, here))
        .or_else(|| pair(two, one))
        .or_else(|| triple(three, two, one))
        .or_else(|| pair(three, two))
        .unwrap_or(valence);
    valence = pair(here, ahead(1)).unwrap_or(valence);
    valence = triple(here, ahead(1), ahead(2)).unwrap_or(valence);
    for dampened in [dampens(three, two), dampens(two, one)] {
        if dampened {
            valence -= BOOST;
        }
    }
    valence
}

fn pair(first: Word, second: Word) -> Option<f64> {
    Some(match (first, second) {
        (Word::The, Word::Shit | Word::Bomb) => 3.0,
        (Word::Bad, Word::Ass) => 1.5,
        (Word::Bus, Word::Stop) => 0.0,
        (Word::Yeah, Word::Right) => -2.0,
        (Word::Beating, Word::Heart) => 3.5,
        _ => return None,
    })
}

fn triple(first: Word, second: Word, third: Word) -> Option<f64> {
    match (first, second, third) {
        (Word::Kiss, Word::Of, Word::Death) => Some(-1.5),
        (Word::To, Word::Die, Word::For) => Some(3.0),
        _ => None,
    }
}

fn dampens(first: Word, second: Word) -> bool {
    matches!((first, second), (Word::Just, Word::Enough) | (Word::Kind | Word::Sort, Word::Of))
}

/// What stands before the first "but" counts half, what stands after it half as much again. The reference
/// finds the place of each value by the value, and so changes the first equal one, perhaps again.
fn shift_at_but(tokens: &[Token], valences: &mut [f64]) {
    let Some(but) = tokens.iter().position(|token| token.entry.word == Word::But) else { return };
    for at in 0..valences.len() {
        let value = valences[at];
        // Halving a zero changes nothing, wherever it stands.
        if value == 0.0 {
            continue;
        }
        let place = valences[..at].iter().position(|&earlier| earlier == value).unwrap_or(at);
        if place < but {
            valences[place] = value * 0.5;
        } else if place > but {
            valences[place] = value * 1.5;
        }
    }
}
