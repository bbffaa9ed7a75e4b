//! A small made-up world with obvious answers, for tests: people who take science fiction and people who take
//! romance, in films and books, around one novel with its film and soundtrack.

use crate::{Bundle, Catalogue, Context, Event, Row, Served, TrainParams, TrainingSet, train};
use soiree_algorithms::model::Silent;
use soiree_domain::{Domain, InteractionKind, Item, ItemId, ModelVersion, Relation, RelationKind, UserId};

/// 2026-06-15.
pub(crate) const NOW_MS: i64 = 1_781_481_600_000;
const DAY_MS: i64 = 86_400_000;

pub(crate) fn id(text: &str) -> ItemId {
    ItemId::new(text).unwrap()
}

pub(crate) fn user(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

fn work(name: &str, domain: Domain, genre: &str, theme: &str, mood: &str, year: i32) -> Item {
    let mut item = Item::new(id(name), domain, format!("Title {name}"));
    item.year = Some(year);
    item.genres = vec![genre.into()];
    item.themes = vec![theme.into()];
    item.moods = vec![mood.into()];
    item.creators = vec![format!("Maker of {name}")];
    item
}

/// `film-s0…7`, `film-r0…7`, `book-s0…5`, `book-r0…5`, and the Gatsby three; `film-s7` is for adults.
pub(crate) fn items() -> Vec<Item> {
    let mut items = Vec::new();
    for (domain, count) in [(Domain::Film, 8), (Domain::Book, 6)] {
        for i in 0..count {
            let theme = format!("planet {i}");
            items.push(work(&format!("{domain}-s{i}"), domain, "science fiction", &theme, "tense", 1990 + i));
            let theme = format!("wedding {i}");
            items.push(work(&format!("{domain}-r{i}"), domain, "romance", &theme, "joyful", 2000 + i));
        }
    }
    let mut novel = work("gatsby-novel", Domain::Book, "novel", "jazz age", "melancholic", 1925);
    novel.title = "The Great Gatsby".into();
    let mut film = work("gatsby-film", Domain::Film, "period drama", "jazz age", "melancholic", 2013);
    film.title = "The Great Gatsby".into();
    let mut album = work("gatsby-album", Domain::Music, "soundtrack", "jazz age", "melancholic", 2013);
    album.title = "The Great Gatsby: Music from the Film".into();
    items.extend([novel, film, album]);
    items.iter_mut().find(|i| i.id == id("film-s7")).unwrap().age_rating = Some(18);
    items
}

pub(crate) fn relations() -> Vec<Relation> {
    let link = |from: &str, to: &str, kind| Relation { from: id(from), to: id(to), kind };
    vec![
        link("gatsby-novel", "gatsby-film", RelationKind::Adaptation),
        link("gatsby-film", "gatsby-album", RelationKind::Soundtrack),
    ]
}

/// Forty people: those of even number finish all science fiction but three works, the others all romance but three,
/// each person leaving out other ones.
pub(crate) fn set() -> TrainingSet {
    let items = items();
    let mut rows = Vec::new();
    for person in 0..40_u32 {
        let taste = if person % 2 == 0 { "science fiction" } else { "romance" };
        let liked = (0_u32..).zip(&items).filter(|(_, item)| item.genres[0] == taste);
        for (nth, (item, _)) in liked.enumerate() {
            if !(nth as u32 + person / 2).is_multiple_of(5) {
                let at_ms = NOW_MS - i64::from(person + 1) * DAY_MS + nth as i64;
                rows.push(Row { user: person, item, kind: InteractionKind::Finish, value: None, at_ms });
            }
        }
    }
    TrainingSet { items, relations: relations(), users: 40, rows, evenings: vec![] }
}

pub(crate) fn params() -> TrainParams {
    let mut params = TrainParams { ease_lambda: Some(5.0), ..TrainParams::default() };
    params.ials.dims = 8;
    params.ials.iterations = 8;
    params.item_knn.shrink = 1.0;
    params
}

pub(crate) fn bundle() -> Bundle {
    let version = ModelVersion::new("v1").unwrap();
    train(&set(), &params(), None, NOW_MS, version, &Silent).unwrap().0
}

pub(crate) fn world() -> (Catalogue, Served) {
    let catalogue = Catalogue::new(items(), &relations());
    let served = bundle().attach(&catalogue);
    (catalogue, served)
}

pub(crate) fn did(item: &str, kind: InteractionKind) -> Event {
    Event { item: id(item), kind, value: None, at_ms: NOW_MS - DAY_MS }
}

pub(crate) fn finished(items: &[&str]) -> Vec<Event> {
    items.iter().map(|item| did(item, InteractionKind::Finish)).collect()
}

pub(crate) fn now() -> Context {
    Context { now_ms: NOW_MS, ..Context::default() }
}
