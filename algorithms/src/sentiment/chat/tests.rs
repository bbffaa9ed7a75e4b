//! Lines by hand, one idea each, and laws.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::Feeling::{Negative, Neutral, Positive};
use super::*;

static SCORER: LazyLock<ChatScorer> = LazyLock::new(ChatScorer::new);

fn check(cases: &[(&str, Feeling)]) {
    let wrong: Vec<_> =
        cases.iter().filter(|(text, feeling)| SCORER.score(text).feeling != *feeling).collect();
    let found: Vec<_> = wrong.iter().map(|(text, _)| (text, SCORER.score(text))).collect();
    assert!(wrong.is_empty(), "{found:?}");
}

#[test]
fn stretching_laughter_and_smash() {
    check(&[
        ("nooooooooo", Negative),
        ("yesssss", Positive),
        ("sooooo gooooood", Positive),
        ("LMAOOOOO", Positive),
        ("bahahahaha", Positive),
        ("asdkjfhaskdjf", Positive),
        ("glasses and salads", Neutral),
        ("helllloooo everybody its meeee", Positive),
    ]);
    assert!(SCORER.score("goooood").compound > SCORER.score("good").compound);
}

#[test]
fn emotes_faces_and_emoji() {
    check(&[
        ("KEKW", Positive),
        ("PogChamp PogChamp", Positive),
        ("Sadge", Negative),
        ("monkaS", Negative),
        (":)", Positive),
        ("back soon:(", Negative),
        ("<3", Positive),
        ("😂😂😂", Positive),
        ("😭", Negative),
        ("this is so good 😭😭", Positive),
        ("👩🏽‍🚀", Neutral),
        ("❤️‍🔥", Positive),
        ("see https://example.org/:(", Neutral),
    ]);
}

#[test]
fn plain_words_of_films_and_questions() {
    check(&[
        ("the killer is the dentist, he murdered the ghost", Neutral),
        ("does the dog die", Neutral),
        ("war movie or love story?", Neutral),
        ("is it any good?", Neutral),
        ("who wrote this awful garbage", Negative),
        ("please share your screen", Neutral),
        ("i'll ask if he'll play", Neutral),
    ]);
}

#[test]
fn idioms_understatement_and_negation() {
    check(&[
        ("not gonna lie i slept", Neutral),
        ("not bad at all", Positive),
        ("cant wait", Positive),
        ("i'm dead 💀", Positive),
        ("that was not good", Negative),
        ("i don’t think it's very good", Negative),
        ("not crying", Neutral),
        ("hard pass", Negative),
        ("10/10", Positive),
        ("2/10", Negative),
        ("8/11", Neutral),
        ("it started badly but the end was great", Positive),
    ]);
}

#[test]
fn irony() {
    check(&[
        ("great movie /s", Negative),
        ("wow so good Kappa", Negative),
        ("great, frozen again", Negative),
        ("five seconds behind everyone, great", Negative),
        ("fine. you choose", Negative),
        ("the picture is crisp now, great", Positive),
        ("that voice though", Positive),
    ]);
}

#[test]
fn shouting_tells_excitement() {
    check(&[("THE GOOSE HAS A BADGE", Positive), ("TV", Neutral), ("the NHS one", Neutral), ("OK", Neutral)]);
    assert!(SCORER.score("that was GOOD").compound > SCORER.score("that was good").compound);
    assert!(SCORER.score("that was good!!").compound > SCORER.score("that was good").compound);
}

#[test]
fn an_open_negation_reaches_into_the_next_line_for_a_while() {
    let after = |first: &str, wait_ms: i64, second: &str| {
        let mut thread = ChatThread::default();
        SCORER.follow(&mut thread, 1_000, first);
        SCORER.follow(&mut thread, 1_000 + wait_ms, second).feeling
    };
    assert_eq!(after("i wouldnt say", 2_000, "boring"), Positive);
    assert_eq!(after("i wouldnt say", CONTINUES_MS + 1, "boring"), Negative);
    assert_eq!(after("not", 1_000, "gonna lie the cake was lovely"), Positive);
    assert_eq!(after("i dont know", 1_000, "great film"), Positive);
    assert_eq!(after("not.", 1_000, "great film"), Positive);
    assert_eq!(after("not", -5_000, "great film"), Positive, "a clock that went back ends the thread");
}

proptest! {
    #[test]
    fn every_text_has_a_score_in_range(texts in prop::collection::vec(any::<String>(), 1..4)) {
        let mut thread = ChatThread::default();
        for (at, text) in (0_i64..).zip(&texts) {
            let score = SCORER.follow(&mut thread, at, text);
            prop_assert!(score.compound.abs() <= 1.0);
            prop_assert_eq!(score.feeling == Neutral, score.compound.abs() < CHAT_THRESHOLD);
        }
    }

    #[test]
    fn words_of_chat_in_any_order_have_a_score(words in prop::collection::vec(
        prop::sample::select(vec!["not", "so", "GOOD", "baaad", "😂", "but", "?", "!", "/s", "what", "a", "i'm", "dead", ",", "."]), 0..12)
    ) {
        let score = SCORER.score(&words.join(" "));
        prop_assert!(score.compound.is_finite() && score.compound.abs() <= 1.0);
    }

    #[test]
    fn more_exclamation_never_turns_a_feeling(marks in 0_usize..8) {
        let with = |text: &str| SCORER.score(&format!("{text}{}", "!".repeat(marks))).feeling;
        prop_assert_eq!(with("what a great film"), Positive);
        prop_assert_eq!(with("what an awful film"), Negative);
    }
}
