//! Shared entities: works and people that items of different domains have in common, recognised from their metadata.
//!
//! Imported catalogues seldom state how a novel, its film and the soundtrack hang together. Titles and makers say it
//! anyway: the same title in two domains, an album whose title ends in "Music from the Motion Picture", an author who
//! also wrote for the screen. What is recognised is a guess, so it counts less than what is stated, reasons word it
//! as what was seen, and a stated link between the same two items takes its place.

use crate::catalogue::Link;
use rustc_hash::{FxHashMap, FxHasher};
use soiree_domain::{Domain, Item, RelationKind};
use std::hash::Hasher;

/// A title or a maker that more items share than this tells nothing about any two of them.
const MOST_SHARING: usize = 24;

/// What is written on album covers behind the name of a film.
const SOUNDTRACK: [&str; 5] = ["soundtrack", "motion picture", "music from", "original score", "songs from"];

/// Makers that are nobody.
const NOBODY: [&str; 6] =
    ["various artists", "various", "unknown", "anonymous", "unknown artist", "original cast"];

/// What an item can be recognised by, as hashes, so that looking for links anew costs no reading of texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Keys {
    /// The work it is: its title, or the film on the cover of a soundtrack.
    work: u64,
    /// What stands behind the colon of a longer title, of three words or more.
    subtitle: u64,
    soundtrack: bool,
    creators: Box<[u64]>,
}

impl Keys {
    pub(crate) fn of(item: &Item) -> Self {
        let lower = item.title.to_lowercase();
        let soundtrack = item.domain == Domain::Music
            && (SOUNDTRACK.iter().any(|mark| lower.contains(mark))
                || item.genres.iter().any(|genre| genre.to_lowercase().contains("soundtrack")));
        let head = lower.split([':', '(', '[']).next().unwrap_or_default();
        let head = head.split(" - ").next().unwrap_or_default();
        let work = if soundtrack { words(head) } else { words(&lower) };
        let subtitle = lower.split_once(':').map(|(_, tail)| words(tail)).filter(|tail| tail.len() >= 3);
        let creators = item.creators.iter().map(|name| name.to_lowercase());
        let creators = creators.filter(|name| !NOBODY.contains(&name.as_str()) && name.contains(' '));
        Self {
            work: hash(&work),
            subtitle: subtitle.map_or(0, |tail| hash(&tail)),
            soundtrack,
            creators: creators.map(|name| hash(&words(&name))).filter(|&key| key != 0).collect(),
        }
    }
}

/// The words of a title without articles and signs.
fn words(text: &str) -> Vec<&str> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    parts.filter(|word| !matches!(*word, "the" | "a" | "an")).collect()
}

/// 0 for what is too short to be a name.
fn hash(words: &[&str]) -> u64 {
    if words.iter().map(|word| word.chars().count()).sum::<usize>() < 3 {
        return 0;
    }
    let mut hasher = FxHasher::default();
    for word in words {
        hasher.write(word.as_bytes());
        hasher.write_u8(b' ');
    }
    hasher.finish().max(1)
}

/// Calls `found` with every link that is recognised: from whom, and the link. `O(items)` and the pairs that share.
pub(crate) fn recognise(items: &[(u32, &Item, &Keys)], mut found: impl FnMut(u32, Link)) {
    let mut works: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    let mut makers: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for (at, (_, _, keys)) in items.iter().enumerate() {
        for key in [keys.work, keys.subtitle].into_iter().filter(|&key| key != 0) {
            works.entry(key).or_default().push(at);
        }
        for &key in &keys.creators {
            makers.entry(key).or_default().push(at);
        }
    }
    let mut both = |one: usize, other: usize, kind: RelationKind| {
        let (from, to) = (items[one].0, items[other].0);
        found(from, Link { to, kind, forward: true, recognised: true });
        found(to, Link { to: from, kind, forward: false, recognised: true });
    };
    each_pair(&works, |a, b| {
        if let Some((from, to, kind)) = same_work((a, &items[a]), (b, &items[b])) {
            both(from, to, kind);
        }
    });
    each_pair(&makers, |a, b| {
        if items[a].1.domain != items[b].1.domain {
            both(a, b, RelationKind::SameCreator);
        }
    });
}

fn each_pair(sharing: &FxHashMap<u64, Vec<usize>>, mut each: impl FnMut(usize, usize)) {
    for group in sharing.values().filter(|group| (2..=MOST_SHARING).contains(&group.len())) {
        for (i, &a) in group.iter().enumerate() {
            group[i + 1..].iter().filter(|&&b| a != b).for_each(|&b| each(a, b));
        }
    }
}

type Entry<'a> = (u32, &'a Item, &'a Keys);

/// Which of two items with one name comes from the other, and how.
fn same_work(a: (usize, &Entry<'_>), b: (usize, &Entry<'_>)) -> Option<(usize, usize, RelationKind)> {
    use Domain as D;
    let (one, other) = (a.1.1.domain, b.1.1.domain);
    let screen = |domain| matches!(domain, D::Film | D::Series);
    match (one, other) {
        (D::Music, _) if screen(other) && a.1.2.soundtrack => Some((b.0, a.0, RelationKind::Soundtrack)),
        (_, D::Music) if screen(one) && b.1.2.soundtrack => Some((a.0, b.0, RelationKind::Soundtrack)),
        (D::Music, _) | (_, D::Music) => None,
        (D::Product, D::Product) => None,
        (D::Product, _) => Some((a.0, b.0, RelationKind::BelongsTo)),
        (_, D::Product) => Some((b.0, a.0, RelationKind::BelongsTo)),
        // The book is what was adapted, whichever came first: films outlive novelisations.
        (D::Book, _) if screen(other) => Some((a.0, b.0, RelationKind::Adaptation)),
        (_, D::Book) if screen(one) => Some((b.0, a.0, RelationKind::Adaptation)),
        (D::Film, D::Series) | (D::Series, D::Film) => Some((a.0, b.0, RelationKind::SameUniverse)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use soiree_domain::ItemId;

    fn item(id: &str, domain: Domain, title: &str, creators: &[&str]) -> Item {
        let mut item = Item::new(ItemId::new(id).unwrap(), domain, title);
        item.creators = creators.iter().map(|&c| c.to_owned()).collect();
        item
    }

    fn links(items: &[Item]) -> Vec<(String, String, RelationKind)> {
        let keys: Vec<Keys> = items.iter().map(Keys::of).collect();
        let entries: Vec<_> =
            (0_u32..).zip(items).zip(&keys).map(|((at, item), keys)| (at, item, keys)).collect();
        let mut out = Vec::new();
        recognise(&entries, |from, link| {
            if link.forward {
                let id = |at: u32| items[at as usize].id.to_string();
                out.push((id(from), id(link.to), link.kind));
            }
        });
        out.sort();
        out
    }

    #[test]
    fn works_are_recognised_across_domains() {
        use RelationKind as K;
        let items = [
            item("novel", Domain::Book, "The Great Gatsby", &["F. Scott Fitzgerald"]),
            item("film", Domain::Film, "Great Gatsby, The", &["Baz Luhrmann"]),
            item("album", Domain::Music, "The Great Gatsby: Music from the Film", &["Various Artists"]),
            item("poster", Domain::Product, "The Great Gatsby", &["Some Printer"]),
            item("song", Domain::Music, "The Great Gatsby", &["Some Band"]),
            item(
                "ring",
                Domain::Film,
                "The Lord of the Rings: The Fellowship of the Ring",
                &["Peter Jackson"],
            ),
            item("tome", Domain::Book, "The Fellowship of the Ring", &["J. R. R. Tolkien"]),
            item("it", Domain::Film, "It", &["A Director"]),
            item("it-book", Domain::Book, "It", &["An Author"]),
        ];
        let found = links(&items);
        let expected = [
            ("film", "album", K::Soundtrack),
            ("novel", "film", K::Adaptation),
            ("poster", "film", K::BelongsTo),
            ("poster", "novel", K::BelongsTo),
            ("tome", "ring", K::Adaptation),
        ];
        let expected: Vec<_> =
            expected.into_iter().map(|(a, b, k)| (a.to_owned(), b.to_owned(), k)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn makers_are_recognised_unless_they_are_nobody_or_everybody() {
        let mut items = vec![
            item("novel", Domain::Book, "One", &["Nick Hornby"]),
            item("script", Domain::Film, "Two", &["Nick Hornby", "Lone Scherfig"]),
            item("second", Domain::Book, "Three", &["Nick Hornby"]),
            item("album", Domain::Music, "Four", &["Various Artists"]),
            item("set", Domain::Film, "Five", &["Various Artists"]),
        ];
        let found = links(&items);
        let pairs: Vec<_> = found.iter().map(|(a, b, _)| (a.as_str(), b.as_str())).collect();
        assert_eq!(pairs, [("novel", "script"), ("script", "second")]);
        items.extend(
            (0..30).map(|i| item(&format!("x{i}"), Domain::Film, &format!("X{i}"), &["Nick Hornby"])),
        );
        assert!(links(&items).is_empty(), "who made everything links nothing");
    }
}
