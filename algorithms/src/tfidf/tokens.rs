//! Words of a text, in any script.

/// English words that say nothing about a work, in rising order.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "during", "each",
    "for", "from", "had", "has", "have", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "just", "may", "me", "more", "most", "must", "my", "no", "nor", "not", "now",
    "of", "on", "once", "only", "or", "other", "our", "out", "over", "own", "s", "same", "she", "should",
    "so", "some", "such", "t", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "through", "to", "too", "under", "until", "up", "upon", "very", "was", "we", "were",
    "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with", "would", "you",
    "your",
];

/// Whether a lower-case word is on the list of English stop words.
#[must_use]
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// The words of a text in lower case, without stop words: runs of letters, marks and digits. An apostrophe
/// inside a word is dropped with what follows it when that is a single letter ("Gatsby's" gives "gatsby"), else
/// alone ("O'Brien" gives "obrien"). Characters of scripts written without spaces stand alone.
///
/// ```
/// use soiree_algorithms::tfidf::tokens;
/// let words: Vec<String> = tokens("Gatsby's Été, 1922: the 東京 of O'Brien").collect();
/// assert_eq!(words, ["gatsby", "été", "1922", "東", "京", "obrien"]);
/// ```
pub fn tokens(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !is_part_of_word(c)).flat_map(words).filter(|word| !is_stop_word(word))
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}')
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_apostrophe(c) || is_mark(c)
}

/// Accents that follow their letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}

/// Kana, Han ideographs and their extensions.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Splits one run of word characters.
fn words(run: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let trimmed = run.trim_matches(is_apostrophe);
    let stem = match trimmed.char_indices().rev().nth(1) {
        Some((at, c)) if is_apostrophe(c) => &trimmed[..at],
        _ => trimmed,
    };
    for c in stem.chars().filter(|&c| !is_apostrophe(c)) {
        if stands_alone(c) {
            if !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            out.push(c.to_string());
        } else {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn words_of_many_texts() {
        for (text, expected) in [
            ("", ""),
            ("The and of", ""),
            ("''' ' ’", ""),
            ("Sci-Fi & 80s", "sci fi 80s"),
            ("don’t l'été", "don lété"),
            ("ΑΘΗΝΑ Привет", "αθηνα привет"),
            ("千と千尋 movie", "千 と 千 尋 movie"),
        ] {
            assert_eq!(tokens(text).collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_are_never_empty_nor_spaced(text in "\\PC{0,40}") {
            for token in tokens(&text) {
                prop_assert!(!token.is_empty() && !token.contains(char::is_whitespace));
            }
        }
    }
}
