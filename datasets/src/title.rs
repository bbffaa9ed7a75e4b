//! Titles and words as data sets write them, brought into the catalogue's form.

/// Articles that catalogues move to the end.
const ARTICLES: [&str; 24] = [
    "The", "A", "An", "Le", "La", "Les", "L'", "Un", "Une", "Il", "Lo", "I", "Gli", "El", "Los", "Las",
    "Der", "Die", "Das", "Den", "Det", "De", "O", "Os",
];

/// Takes the year off the end of a title and puts its article in front:
/// `Matrix, The (1999)` is `The Matrix` of 1999.
pub(crate) fn film(text: &str) -> (String, Option<i32>) {
    let mut rest = text.trim();
    // Remarks on the carrier such as (V) or (TV) may stand behind the year.
    while let Some((head, "V" | "TV" | "mini")) = last_brackets(rest) {
        rest = head;
    }
    let (rest, year) = match last_brackets(rest) {
        Some((head, inside)) if !head.is_empty() => match year(inside) {
            Some(year) => (head, Some(year)),
            None => (rest, None),
        },
        _ => (rest, None),
    };
    (article(without_other_titles(rest)), year)
}

/// Takes the series off the end of a book's title: `Dune (Dune Chronicles, #1)` is `Dune` of the series
/// `Dune Chronicles`.
pub(crate) fn book(text: &str) -> (String, Option<String>) {
    let text = text.trim();
    if let Some((head, inside)) = last_brackets(text)
        && let Some((series, _)) = inside.split_once('#')
        && !head.is_empty()
    {
        let series = series.trim_end_matches([',', ' ', ';', ':']).trim();
        return (squeeze(head), (!series.is_empty()).then(|| squeeze(series)));
    }
    (squeeze(text), None)
}

/// A genre, theme or tag as the catalogue writes them: lower case, words joined by hyphens.
pub(crate) fn word(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in
        text.split(|c: char| c.is_whitespace() || c == '_' || c.is_control()).filter(|p| !p.is_empty())
    {
        if !out.is_empty() {
            out.push('-');
        }
        out.extend(part.chars().flat_map(char::to_lowercase));
    }
    out
}

/// A MovieLens genre in the catalogue's words; nothing for what is none.
pub(crate) fn genre(text: &str) -> Option<String> {
    match text.trim() {
        "" | "unknown" | "(no genres listed)" | "IMAX" => None,
        "Sci-Fi" => Some("science-fiction".into()),
        "Film-Noir" => Some("noir".into()),
        "Children" | "Children's" => Some("family".into()),
        other => Some(word(other)),
    }
}

/// Splits `text (inside)` into both.
fn last_brackets(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    let inner = text.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    Some((inner[..open].trim_end(), inner[open + 1..].trim()))
}

/// A year, or the first of a span such as `2011-2015`.
fn year(text: &str) -> Option<i32> {
    let first = text.split(['-', '–']).next().unwrap_or_default().trim();
    let digits = first.len() == 4 && first.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| first.parse().ok()).flatten()
}

/// Drops the titles in other languages that stand in brackets behind the best-known one. Brackets that
/// belong to the title are kept: after `Or`, and those that name a part.
fn without_other_titles(mut text: &str) -> &str {
    while let Some((head, inside)) = last_brackets(text) {
        let lower = inside.to_lowercase();
        let belongs = head.is_empty()
            || head.to_lowercase().ends_with(" or")
            || head.ends_with([':', '-', '&'])
            || ["part", "vol", "season", "episode"].iter().any(|p| lower.starts_with(p));
        if belongs {
            break;
        }
        text = head;
    }
    text
}

/// Puts an article from the end to the front.
fn article(text: &str) -> String {
    if let Some((head, last)) = text.rsplit_once(", ")
        && let Some(&found) = ARTICLES.iter().find(|a| **a == last)
        && !head.is_empty()
    {
        let space = if found.ends_with('\'') { "" } else { " " };
        return squeeze(&format!("{found}{space}{head}"));
    }
    squeeze(text)
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_get_their_article_and_year() {
        for (text, title, year) in [
            ("Matrix, The (1999)", "The Matrix", Some(1999)),
            (
                "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
                "The City of Lost Children",
                Some(1995),
            ),
            ("Avventura, L' (Adventure, The) (1960)", "L'Avventura", Some(1960)),
            ("Misérables, Les (1995)", "Les Misérables", Some(1995)),
            (
                "Land Before Time III: The Time of the Great Giving (1995) (V)",
                "Land Before Time III: The Time of the Great Giving",
                Some(1995),
            ),
            ("Justice League: Doom (2012) ", "Justice League: Doom", Some(2012)),
            (
                "Fast and the Furious: Tokyo Drift, The (2006)",
                "The Fast and the Furious: Tokyo Drift",
                Some(2006),
            ),
            ("Trou, Le (Hole, The) (Night Watch, The) (1960)", "Le Trou", Some(1960)),
            (
                "Birdman: Or (The Unexpected Virtue of Ignorance) (2014)",
                "Birdman: Or (The Unexpected Virtue of Ignorance)",
                Some(2014),
            ),
            ("Guilty of Romance (Koi no tsumi) (2011)", "Guilty of Romance", Some(2011)),
            ("Tinker, Tailor, Soldier, Spy (1979)", "Tinker, Tailor, Soldier, Spy", Some(1979)),
            ("(500) Days of Summer (2009)", "(500) Days of Summer", Some(2009)),
            ("Fawlty Towers (1975-1979)", "Fawlty Towers", Some(1975)),
            ("Babylon 5", "Babylon 5", None),
            ("unknown", "unknown", None),
            ("(1999)", "(1999)", None),
            ("", "", None),
        ] {
            assert_eq!(film(text), (title.to_owned(), year), "{text}");
        }
    }

    #[test]
    fn books_lose_their_series() {
        let check = |text: &str, title: &str, series: Option<&str>| {
            assert_eq!(book(text), (title.to_owned(), series.map(str::to_owned)), "{text}");
        };
        check("The Hunger Games (The Hunger Games, #1)", "The Hunger Games", Some("The Hunger Games"));
        check(
            "The Silence of the Lambs  (Hannibal Lecter, #2)",
            "The Silence of the Lambs",
            Some("Hannibal Lecter"),
        );
        check(
            "The Lord of the Rings (The Lord of the Rings, #1-3)",
            "The Lord of the Rings",
            Some("The Lord of the Rings"),
        );
        check("1984", "1984", None);
        check("Me (A Memoir)", "Me (A Memoir)", None);
    }

    #[test]
    fn words_are_joined() {
        assert_eq!(word("Time Travel"), "time-travel");
        assert_eq!(word("  Étude\t_x "), "étude-x");
        assert_eq!(genre("Children's"), Some("family".into()));
        assert_eq!(genre("(no genres listed)"), None);
    }
}
