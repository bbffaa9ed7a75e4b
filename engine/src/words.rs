//! The sentences of reasons.

use crate::Catalogue;
use crate::catalogue::Link;
use crate::paths::Path;
use crate::profile::Deed;
use soiree_algorithms::mood::MOOD_WORDS;
use soiree_domain::{Domain, InteractionKind, Item, Mood, RelationKind};

/// What somebody did with an item, as in "which you {…}" and "{…} it".
pub(crate) fn did(kind: InteractionKind, value: Option<f32>) -> &'static str {
    use InteractionKind as K;
    match kind {
        K::View | K::Click => "looked at",
        K::Play | K::Progress => "started",
        K::Finish => "finished",
        K::Skip => "skipped",
        K::Rate if value.is_some_and(|stars| stars >= 4.0) => "rated highly",
        K::Rate => "rated",
        K::Like => "liked",
        K::Dislike => "disliked",
        K::Share => "shared",
        K::Cart => "picked out",
        K::Buy => "bought",
        K::Review => "reviewed",
    }
}

/// "Because you finished “X”".
pub(crate) fn because_you(kind: InteractionKind, value: Option<f32>, title: &str) -> String {
    match did(kind, value) {
        "rated highly" => format!("Because you rated “{title}” highly"),
        "picked out" => format!("Because you picked out “{title}”"),
        verb => format!("Because you {verb} “{title}”"),
    }
}

/// Genres of stories that are made up.
const MADE_UP: [&str; 13] = [
    "drama",
    "romance",
    "fantasy",
    "science-fiction",
    "science fiction",
    "mystery",
    "thriller",
    "crime",
    "horror",
    "adventure",
    "historical",
    "comedy",
    "young-adult",
];
/// Genres of books that are no novels, whatever else they are.
const NO_NOVEL: [&str; 11] = [
    "short-stories",
    "anthology",
    "poetry",
    "play",
    "essay",
    "memoir",
    "biography",
    "popular-science",
    "history",
    "self-help",
    "comics",
];

/// The plain word for an item.
pub(crate) fn noun(item: &Item) -> &'static str {
    let has = |wanted: &str| {
        item.genres.iter().chain(&item.themes).any(|w| {
            let word = w.to_lowercase();
            word.contains(wanted) && !word.contains("non-fiction") && !word.contains("nonfiction")
        })
    };
    let is_one = |of: &[&str]| item.genres.iter().any(|genre| of.contains(&genre.to_lowercase().as_str()));
    match item.domain {
        Domain::Film => "film",
        Domain::Series => "series",
        Domain::Book if has("novel") || has("fiction") => "novel",
        Domain::Book if is_one(&MADE_UP) && !is_one(&NO_NOVEL) => "novel",
        Domain::Book => "book",
        Domain::Music => "album",
        Domain::Product => "product",
    }
}

fn dated(item: &Item) -> String {
    item.year.map_or_else(|| noun(item).to_owned(), |year| format!("{year} {}", noun(item)))
}

/// How an item hangs together with another that is known to the reader, whose link it is: "The 2013 film of the
/// novel “The Great Gatsby”".
pub(crate) fn path(catalogue: &Catalogue, known: u32, link: Link) -> String {
    let (from, to) = (catalogue.item(known), catalogue.item(link.to));
    let title = &from.title;
    match (link.kind, link.forward) {
        // What shares a title may be a guess, so the words tell what was seen and no more.
        (RelationKind::Adaptation, _) if link.recognised => {
            format!("The {} with the title of the {} “{title}”", dated(to), noun(from))
        }
        (RelationKind::Adaptation, true) => format!("The {} of the {} “{title}”", dated(to), noun(from)),
        (RelationKind::Adaptation, false) => format!("The {} behind the {} “{title}”", noun(to), dated(from)),
        (RelationKind::Soundtrack, true) => format!("The soundtrack of “{title}”"),
        (RelationKind::Soundtrack, false) => format!("The {} that “{title}” is the soundtrack of", dated(to)),
        (RelationKind::SameCreator, _) => match to.creators.iter().find(|c| from.creators.contains(c)) {
            Some(creator) => format!("Also by {creator}, as “{title}” is"),
            None => format!("From the makers of “{title}”"),
        },
        (RelationKind::SameUniverse, _) => format!("Set in the world of “{title}”"),
        (RelationKind::Sequel, true) => format!("Continues “{title}”"),
        (RelationKind::Sequel, false) => format!("Comes before “{title}”"),
        (RelationKind::BelongsTo, true) => format!("The {} that “{title}” belongs to", noun(to)),
        (RelationKind::BelongsTo, false) => format!("Goes with “{title}”"),
        (RelationKind::InspiredBy, true) => format!("Inspired “{title}”"),
        (RelationKind::InspiredBy, false) => format!("Inspired by “{title}”"),
        (RelationKind::About, true) => format!("What “{title}” is about"),
        (RelationKind::About, false) => format!("About “{title}”"),
    }
}

/// Why something at the end of a path is recommended: over one link in words of its own, over more as the steps from
/// what the reader did: "You finished the novel “The Great Gatsby” → its 2013 film → its soundtrack".
pub(crate) fn because_of_path(catalogue: &Catalogue, deed: &Deed, path: &Path) -> String {
    match path.links() {
        [link] => self::path(catalogue, deed.item, *link),
        links => {
            let known = catalogue.item(deed.item);
            let verb = match did(deed.kind, deed.value) {
                "rated highly" => "rated",
                verb => verb,
            };
            format!("You {verb} the {} “{}”{}", noun(known), known.title, steps(catalogue, deed.item, links))
        }
    }
}

/// A path from an item as everybody may read it: "“The Great Gatsby” → its 2013 film → its soundtrack".
pub(crate) fn along(catalogue: &Catalogue, from: u32, path: &Path) -> String {
    match path.links() {
        [link] => self::path(catalogue, from, *link),
        links => format!("“{}”{}", catalogue.item(from).title, steps(catalogue, from, links)),
    }
}

fn steps(catalogue: &Catalogue, from: u32, links: &[Link]) -> String {
    let mut at = from;
    let mut text = String::new();
    for link in links {
        text.push_str(" → ");
        text.push_str(&step(catalogue, at, *link));
        at = link.to;
    }
    text
}

/// One step of a path, spoken of from the item before.
fn step(catalogue: &Catalogue, from: u32, link: Link) -> String {
    let (from, to) = (catalogue.item(from), catalogue.item(link.to));
    let title = format!("“{}”", to.title);
    // A film that is called like its novel needs no second mention of the name.
    let named = |what: String| if to.title == from.title { what } else { format!("{what} {title}") };
    match (link.kind, link.forward) {
        (RelationKind::Adaptation, true) => named(format!("its {}", dated(to))),
        (RelationKind::Adaptation, false) => named(format!("the {} behind it", noun(to))),
        (RelationKind::Soundtrack, true) => "its soundtrack".to_owned(),
        (RelationKind::Soundtrack, false) => named(format!("the {} it is the soundtrack of", dated(to))),
        (RelationKind::SameCreator, _) => match to.creators.iter().find(|c| from.creators.contains(c)) {
            Some(creator) => format!("{title}, also by {creator}"),
            None => format!("{title} by the same makers"),
        },
        (RelationKind::SameUniverse, _) => format!("{title} from the same world"),
        (RelationKind::Sequel, true) => format!("its sequel {title}"),
        (RelationKind::Sequel, false) => format!("{title}, which comes before"),
        (RelationKind::BelongsTo, true) => named(format!("the {} it belongs to", noun(to))),
        (RelationKind::BelongsTo, false) => format!("{title}, which goes with it"),
        (RelationKind::InspiredBy, true) => format!("{title}, which inspired it"),
        (RelationKind::InspiredBy, false) => format!("{title}, inspired by it"),
        (RelationKind::About, true) => format!("{title}, which it is about"),
        (RelationKind::About, false) => format!("{title}, which is about it"),
    }
}

/// Themes and genres that two items share, the rarer themes first; at most two.
pub(crate) fn shared(one: &Item, other: &Item) -> Option<String> {
    let words = |item: &Item| item.themes.iter().chain(&item.genres).cloned().collect::<Vec<_>>();
    let theirs = words(other);
    let both: Vec<String> = words(one).into_iter().filter(|word| theirs.contains(word)).take(2).collect();
    (!both.is_empty()).then(|| both.join(", ").replace('-', " "))
}

/// The item's mood word nearest to a mood, or the mood's own label.
pub(crate) fn mood(item: &Item, near: Mood) -> &'static str {
    let known =
        MOOD_WORDS.iter().filter(|(name, ..)| item.moods.iter().any(|m| m.trim().eq_ignore_ascii_case(name)));
    let nearest = known.min_by(|a, b| {
        let distance = |w: &(&str, f32, f32)| Mood::new(w.1, w.2).distance(near);
        distance(a).total_cmp(&distance(b))
    });
    nearest.map_or(near.label(), |(name, ..)| name)
}

/// "Ana finished it", "Ana and Ben finished it", "Ana and 2 friends finished it".
pub(crate) fn friends_did(names: &[&str], verb: &str) -> String {
    let verb = if verb == "rated highly" { "rated it highly" } else { &format!("{verb} it") };
    match names {
        [] => String::new(),
        [one] => format!("{one} {verb}"),
        [one, two] => format!("{one} and {two} {verb}"),
        [one, rest @ ..] => format!("{one} and {} friends {verb}", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use soiree_domain::{ItemId, Relation};

    fn item(id: &str, domain: Domain, title: &str, year: i32) -> Item {
        let mut item = Item::new(ItemId::new(id).unwrap(), domain, title);
        item.year = Some(year);
        item.creators = vec!["F. Scott Fitzgerald".into()];
        item
    }

    #[test]
    fn paths_read_in_both_directions() {
        let mut novel = item("n", Domain::Book, "The Great Gatsby", 1925);
        novel.genres = vec!["literary fiction".into()];
        let film = item("f", Domain::Film, "The Great Gatsby", 2013);
        let says = |kind| {
            let (from, to) = (novel.id.clone(), film.id.clone());
            let c = Catalogue::new(vec![novel.clone(), film.clone()], &[Relation { from, to, kind }]);
            (path(&c, 0, c.relations(0)[0]), path(&c, 1, c.relations(1)[0]))
        };
        let (there, back) = says(RelationKind::Adaptation);
        assert_eq!(there, "The 2013 film of the novel “The Great Gatsby”");
        assert_eq!(back, "The novel behind the 2013 film “The Great Gatsby”");
        assert_eq!(
            says(RelationKind::SameCreator).0,
            "Also by F. Scott Fitzgerald, as “The Great Gatsby” is"
        );
        assert_eq!(says(RelationKind::Sequel).1, "Comes before “The Great Gatsby”");
    }

    #[test]
    fn friends_are_counted() {
        assert_eq!(friends_did(&["Ana"], "finished"), "Ana finished it");
        assert_eq!(friends_did(&["Ana", "Ben"], "liked"), "Ana and Ben liked it");
        assert_eq!(friends_did(&["Ana", "Ben", "Cy"], "finished"), "Ana and 2 friends finished it");
        assert_eq!(friends_did(&["Ana"], "rated highly"), "Ana rated it highly");
    }
}
