//! A small world: two tastes, one novel with its film and soundtrack, five people.

use soiree_domain::{Domain, InteractionKind, Item, ItemId, ModelVersion, Relation, RelationKind};
use soiree_engine::{Bundle, FitError, Row, Silent, TextEmbedder, TrainParams, TrainingSet, train};
use soiree_web::{
    app::Settings,
    testing::{NOW_MS, TestServer, World},
};
use std::sync::{Arc, OnceLock};

fn id(text: &str) -> ItemId {
    ItemId::new(text).unwrap()
}

pub(crate) fn items() -> Vec<Item> {
    let work = |name: String, domain, genre: &str| {
        let mut item = Item::new(id(&name), domain, format!("Title of {name}"));
        item.genres = vec![genre.to_owned()];
        item.year = Some(2001);
        item
    };
    let mut items = Vec::new();
    for i in 0..6 {
        items.push(work(format!("space-{i}"), Domain::Film, "science fiction"));
        items.push(work(format!("wedding-{i}"), Domain::Book, "romance"));
    }
    for (name, domain) in
        [("gatsby-novel", Domain::Book), ("gatsby-film", Domain::Film), ("gatsby-album", Domain::Music)]
    {
        let mut item = work(name.to_owned(), domain, "drama");
        item.title = "The Great Gatsby".to_owned();
        item.creators = vec!["F. Scott Fitzgerald".to_owned()];
        items.push(item);
    }
    items
}

fn relations() -> Vec<Relation> {
    vec![Relation { from: id("gatsby-novel"), to: id("gatsby-film"), kind: RelationKind::Adaptation }]
}

/// Knows two things that a text can be about; a marriage is a wedding to it.
struct Topics;

impl TextEmbedder for Topics {
    fn dimensions(&self) -> usize {
        3
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
        let about = |text: &&str| {
            let has = |words: [&str; 2]| words.iter().any(|word| text.to_lowercase().contains(word));
            match (has(["wedding", "marriage"]), has(["space", "science"])) {
                (true, _) => [1.0, 0.0, 0.0],
                (_, true) => [0.0, 1.0, 0.0],
                // The probe has a direction of its own; all else has none.
                _ if text.contains("friends") => [0.0, 0.0, 1.0],
                _ => [0.0; 3],
            }
        };
        Ok(texts.iter().flat_map(about).collect())
    }
}

fn bundle() -> Bundle {
    static FITTED: OnceLock<Bundle> = OnceLock::new();
    let fit = || {
        let items = items();
        let mut rows = Vec::new();
        for user in 0..20_u32 {
            let taste = if user % 2 == 0 { "science fiction" } else { "romance" };
            for (item, _) in (0_u32..).zip(&items).filter(|(_, item)| item.genres[0] == taste) {
                if !(item + user).is_multiple_of(5) {
                    let at_ms = NOW_MS - i64::from(user + 1) * 86_400_000;
                    rows.push(Row { user, item, kind: InteractionKind::Finish, value: None, at_ms });
                }
            }
        }
        let mut params = TrainParams::default();
        params.ials.dims = 4;
        params.ials.iterations = 3;
        let set = TrainingSet { items, relations: relations(), users: 20, rows, evenings: vec![] };
        train(&set, &params, Some(&Topics), NOW_MS, ModelVersion::new("test-v1").unwrap(), &Silent).unwrap().0
    };
    FITTED.get_or_init(fit).clone()
}

pub(crate) fn world() -> World {
    World {
        items: items(),
        relations: relations(),
        people: vec!["ana", "bo", "cy", "dee"],
        bundle: Some(bundle()),
        settings: Settings { guest_burst: 1_000, ..Settings::default() },
        encoder: Some(Arc::new(Topics)),
        models: None,
    }
}

/// A server in this world.
pub(crate) async fn server() -> TestServer {
    TestServer::start(world()).await
}
