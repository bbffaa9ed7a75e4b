//! The port against scores that the Python package gave, and laws on any text.

use proptest::prelude::*;

use super::lexicon::{Emoji, Lexicon};
use super::{Polarity, Vader};

const REFERENCE: &str = include_str!("../../testdata/vader_reference.tsv");

/// Undoes the escapes of `vader_reference.py corpus`.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let (escaped, after) = rest[at + 1..].split_at(1);
        rest = after;
        match escaped {
            "t" => plain.push('\t'),
            "n" => plain.push('\n'),
            "r" => plain.push('\r'),
            "u" => {
                let (hex, after) = rest[1..].split_once('}').unwrap();
                plain.push(char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap());
                rest = after;
            }
            _ => plain.push_str(escaped),
        }
    }
    plain + rest
}

#[test]
fn every_figure_equals_the_reference() {
    let vader = Vader::new();
    let mut wrong = Vec::new();
    let (mut sentences, mut classes) = (0, std::collections::BTreeSet::new());
    for line in REFERENCE.split_terminator('\n') {
        let fields: Vec<_> = line.split('\t').collect();
        let [class, escaped, figures @ ..] = fields.as_slice() else { panic!("short line: {line}") };
        let figures: Vec<f64> = figures.iter().map(|figure| figure.parse().unwrap()).collect();
        let &[compound, pos, neu, neg] = figures.as_slice() else { panic!("four figures: {line}") };
        let text = unescape(escaped);
        let expected = Polarity { compound, pos, neu, neg };
        let found = vader.score(&text);
        if found != expected || vader.compound(&text) != compound {
            wrong.push(format!("{class}: {escaped:?} is {expected:?}, not {found:?}"));
        }
        sentences += 1;
        classes.insert(*class);
    }
    assert!(wrong.is_empty(), "{} of {sentences} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(sentences >= 600 && classes.len() >= 28, "{sentences} sentences in {} classes", classes.len());
}

#[test]
fn both_lists_are_whole() {
    // The files have 7,506 words, of which 18 can never match, and 1,212 emoji of one character.
    assert_eq!(Lexicon::reference().charged_words(), 7_488);
    assert_eq!(Emoji::reference().described(), 1_212);
}

#[test]
fn emoji_are_described_with_a_space_before_and_none_after() {
    let emoji = Emoji::reference();
    assert_eq!(emoji.spell_out("great😀good"), "great grinning facegood");
    assert_eq!(emoji.spell_out("😀 😀"), "grinning face grinning face");
    assert_eq!(emoji.spell_out("naïve"), "naïve");
}

#[test]
fn halves_round_to_even_as_in_the_reference() {
    assert_eq!(super::rules::round(0.0625, 3), 0.062);
    assert_eq!(super::rules::round(0.1875, 3), 0.188);
    assert_eq!(super::rules::round(-0.03125, 4), -0.0312);
    assert_eq!(super::rules::round(0.00005, 4), 0.0001);
}

/// Texts of list words, punctuation and any characters, so that the rules meet.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        prop::sample::select(vec![
            "good", "BAD", "not", "isn't", "very", "kind of", "but", "no", "least", "never", "so",
            "the bomb", "!", "?", ":)", "😀", "K", "İ", "\u{1c}",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn every_text_has_a_score_in_range(text in texts()) {
        let vader = Vader::new();
        let score = vader.score(&text);
        prop_assert!((-1.0..=1.0).contains(&score.compound));
        for share in [score.pos, score.neu, score.neg] {
            prop_assert!((0.0..=1.0).contains(&share));
        }
        let whole = score.pos + score.neu + score.neg;
        prop_assert!(score == Polarity::default() || (whole - 1.0).abs() < 0.002, "{score:?}");
        prop_assert_eq!(vader.compound(&text), score.compound);
    }

    #[test]
    fn a_text_scores_the_same_in_any_surrounding_white_space(text in texts()) {
        let vader = Vader::new();
        prop_assert_eq!(vader.score(&text), vader.score(&format!("\u{3000} \t{text}\n\u{85}")));
    }
}
