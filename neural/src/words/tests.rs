use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static WORDS: LazyLock<Words> =
    LazyLock::new(|| Words::read(include_bytes!("../../models/static-256/tokenizer.json")).unwrap());

#[test]
fn the_short_way_gives_what_the_general_tokenizer_gives() {
    assert!(WORDS.lean.is_some(), "the short way must be taken for the program's own tokenizer");
    let long = "unforgettable evening, ".repeat(200);
    let word = "x".repeat(100);
    let beyond = "y".repeat(101);
    let mixed = format!("{}naïve café {}", "night ".repeat(240), "day ".repeat(40));
    for text in [
        "",
        " ",
        "A gangster film.",
        "Don't you DARE, re-watch it!!! (again) #1 @home $5 <b>",
        "words\tbetween\r\nother\u{b}blanks\u{c}and\u{1f}controls\u{7f}\u{0}end",
        "[CLS] stays [SEP]ped and [MASK]ed, [unused1] [unk] [UNK] [ SEP ] x[SEP]y",
        "Amélie à Montmartre — naïve, œuvre; Ångström ﬁne",
        "“jazz age” … ‘30s – Gatsby’s",
        "Σίσυφος ΟΔΟΣ İstanbul ẞtraße",
        "映画を見る 千と千尋の神隠し한국 영화 фильм фильма",
        "🎉 party! 👨‍👩‍👧‍👦 family 🏳️‍🌈 ❤️x\u{200d}y",
        "e\u{301}cole a\u{300}\u{316} \u{301}alone o\u{308}\u{304}",
        "zero\u{200b}width\u{feff} no\u{a0}break\u{2003}em \u{2028}line \u{fffd} soft\u{ad}hyphen",
        "ﷺ ㎒ ½ x² Ⅷ \u{e000} \u{10ffff} हिन्दी ไทย \u{93e}",
        "##s ## a##b _under_score ^~`|{}\\",
        &long,
        &word,
        &beyond,
        &mixed,
    ] {
        assert_eq!(WORDS.split(text).unwrap(), WORDS.split_in_full(text).unwrap(), "{text:?}");
    }
}

/// Pieces of which odd texts are made.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z']{1,12}",
        2 => "[ -~]{1,8}",
        1 => "[\\x00-\\x7f]{1,4}",
        1 => "\\PC{1,6}",
        1 => proptest::char::any().prop_map(String::from),
        1 => proptest::sample::select(vec!["[SEP]", "é", "e\u{301}", "—", "中", "😀", "\u{200d}", "İ"])
            .prop_map(str::to_owned),
    ];
    let gap = proptest::sample::select(vec![" ", "", "  ", "\n", "\t", "\u{a0}", "\r"]);
    proptest::collection::vec((piece, gap), 0..40)
        .prop_map(|parts| parts.into_iter().flat_map(|(piece, gap)| [piece, gap.to_owned()]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn any_text_is_split_as_by_the_general_tokenizer(text in text()) {
        prop_assert_eq!(WORDS.split(&text).unwrap(), WORDS.split_in_full(&text).unwrap());
    }
}

#[test]
fn other_kinds_of_tokenizers_go_the_long_way() {
    let file = include_str!("../../models/static-256/tokenizer.json");
    for (from, to) in [
        ("\"lowercase\":true", "\"lowercase\":false"),
        ("\"clean_text\":true", "\"clean_text\":false"),
        ("\"type\":\"BertPreTokenizer\"", "\"type\":\"Whitespace\""),
    ] {
        let spaced = from.replace("\":", "\": ");
        let changed = file.replacen(from, to, 1).replacen(&spaced, to, 1);
        assert_ne!(changed, file, "{from}");
        let words = Words::read(changed.as_bytes()).unwrap();
        assert!(words.lean.is_none(), "{to}");
        assert_eq!(words.split("A Quiet\u{0} evening").unwrap()[0], 101);
    }
}
