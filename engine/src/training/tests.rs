use super::*;
use crate::sample::{NOW_MS, finished, items, now, params, set, user};
use crate::{BlendSettings, Person, Request, Untimed, recommend};
use soiree_algorithms::model::FitError;
use soiree_domain::{Domain, Source};
use std::sync::Mutex;

fn version() -> ModelVersion {
    ModelVersion::new("v").unwrap()
}

fn run(set: &TrainingSet, params: &TrainParams) -> Result<(Bundle, TrainReport), EngineError> {
    train(set, params, None, NOW_MS, version(), &Silent)
}

/// Vectors by the first letter of the title's last word.
struct Letters;

impl TextEmbedder for Letters {
    fn dimensions(&self) -> usize {
        26
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
        let letter = |t: &&str| t.bytes().find(u8::is_ascii_lowercase).map_or(0, |b| usize::from(b - b'a'));
        Ok(texts.iter().flat_map(|t| (0..26).map(move |i| if i == letter(t) { 1.0 } else { 0.0 })).collect())
    }
}

#[test]
fn every_model_is_fitted_and_stages_are_announced() {
    struct Stages(Mutex<Vec<&'static str>>);
    impl Progress for Stages {
        fn report(&self, _done: u64, _total: u64) {}
    }
    impl Watch for Stages {
        fn stage(&self, name: &'static str) {
            self.0.lock().unwrap().push(name);
        }
    }
    let stages = Stages(Mutex::default());
    let (bundle, report) = train(&set(), &params(), Some(&Letters), NOW_MS, version(), &stages).unwrap();
    assert!(bundle.left_out().is_empty());
    assert_eq!(report.models.iter().map(|m| m.0).collect::<Vec<_>>(), MODELS_FITTED);
    assert_eq!((report.people, report.items), (40, items().len()));
    let wanted = [
        "content",
        "text",
        "hold-out",
        "ials",
        "ease",
        "item-knn",
        "domain-map",
        "group-filter",
        "sbert",
        "done",
    ];
    assert_eq!(*stages.0.lock().unwrap(), wanted);
}

const MODELS_FITTED: [&str; 6] = ["popularity", "ials", "ease", "item-knn", "tfidf", "text"];

#[test]
fn the_same_seed_gives_the_same_bundle() {
    let params = TrainParams { holdout_min_people: 20, ..params() };
    assert_eq!(run(&set(), &params).unwrap().0, run(&set(), &params).unwrap().0);
}

#[test]
fn with_enough_people_weights_are_learned_and_measured() {
    let params = TrainParams { holdout_min_people: 20, ..params() };
    let (bundle, report) = run(&set(), &params).unwrap();
    let holdout = report.holdout.unwrap();
    assert_eq!(holdout.measured, 40);
    let figure = |name: &str| holdout.rows.iter().find(|r| r.name == name).unwrap().ndcg_at_10;
    assert!(figure("blend") > figure("popularity"), "{holdout:?}");
    assert_eq!(bundle.manifest().holdout.as_ref(), Some(&holdout));
    assert_eq!(report.blend.is_some(), holdout.learned);
    let weights = report.blend.unwrap_or([1.0 / 8.0; 8]);
    assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-3 && weights.iter().all(|w| *w >= 0.0));
    assert!(run(&set(), &TrainParams { holdout_min_people: 41, ..params }).unwrap().1.holdout.is_none());
}

#[test]
fn only_what_is_named_is_fitted() {
    let only = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect());
    let (bundle, _) = run(&set(), &TrainParams { only: only(&["ease"]), ..params() }).unwrap();
    assert_eq!(bundle.left_out(), ["ials", "item-knn", "tfidf", "text"]);
    let error = run(&set(), &TrainParams { only: only(&["oracle"]), ..params() }).unwrap_err();
    assert_eq!(error, EngineError::UnknownModel("oracle".into()));
}

#[test]
fn ease_on_the_most_popular_items_keeps_to_them() {
    let (bundle, _) = run(&set(), &TrainParams { ease_max_items: 5, ..params() }).unwrap();
    let links = bundle.ease.as_ref().unwrap().links();
    assert_eq!((0..links.rows()).filter(|&r| !links.row(r).0.is_empty()).count(), 5);
}

#[test]
fn what_cannot_be_trained_on_is_refused_and_silence_is_not() {
    assert_eq!(run(&TrainingSet::default(), &params()).unwrap_err(), EngineError::NoItems);
    let mut wrong = set();
    wrong.rows[3].item = 9_999;
    assert_eq!(run(&wrong, &params()).unwrap_err(), EngineError::Row(3));
    let silent = TrainingSet { rows: vec![], users: 0, ..set() };
    let (bundle, report) = run(&silent, &params()).unwrap();
    assert_eq!(bundle.left_out(), ["ials", "ease", "item-knn", "text"]);
    assert_eq!(report.interactions, 0);
    let mut params = params();
    params.ials.lambda = -1.0;
    assert!(matches!(run(&set(), &params).unwrap_err(), EngineError::Fit { model: "ials", .. }));
}

#[test]
fn a_cancelled_training_says_so() {
    struct Stop;
    impl Progress for Stop {
        fn report(&self, _done: u64, _total: u64) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    impl Watch for Stop {}
    let error = train(&set(), &params(), None, NOW_MS, version(), &Stop).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
}

/// People who read; a third of them also watch, and who reads one kind of book watches one kind of film.
fn readers() -> TrainingSet {
    // Titles share no word, so that only people can tell what goes with what.
    let item = |domain: Domain, kind: u32, n: u32| {
        let id = ItemId::new(format!("{domain}-{kind}-{n}")).unwrap();
        Item::new(id, domain, format!("{domain}{kind}{n}"))
    };
    let shelf = |domain| (0..3).flat_map(move |kind| (0..8).map(move |n| item(domain, kind, n)));
    let items: Vec<Item> = shelf(Domain::Book).chain(shelf(Domain::Film)).collect();
    let mut rows = Vec::new();
    for user in 0..240_u32 {
        // Kinds of unequal fame, so that popularity says the wrong thing to most.
        let kind = [0, 0, 0, 1, 1, 2][user as usize % 6];
        let mut took = |item: u32| {
            let at_ms = NOW_MS - i64::from(item) * 1_000;
            rows.push(Row { user, item, kind: InteractionKind::Finish, value: None, at_ms });
        };
        (0..5).for_each(|n| took(kind * 8 + (user / 6 + n) % 8));
        if user % 4 != 3 {
            (0..4).for_each(|n| took(24 + kind * 8 + (user / 6 + 2 * n) % 8));
        }
    }
    TrainingSet { items, relations: vec![], users: 240, rows, evenings: vec![] }
}

#[test]
fn what_people_read_tells_what_they_watch() {
    let params = TrainParams { holdout_min_people: 60, holdout_max_people: 60, ..params() };
    let (bundle, report) = run(&readers(), &params).unwrap();
    let told = bundle.manifest().models["domain-map"]["pairs"].as_array().unwrap();
    let found: Vec<_> =
        told.iter().map(|pair| (pair["from"].as_str(), pair["to"].as_str(), pair["on"].as_bool())).collect();
    assert_eq!(found, [(Some("book"), Some("film"), Some(true)), (Some("film"), Some("book"), Some(true))]);
    // Of the second least famous kind: whoever lost their films is asked for one.
    let cold = report.holdout_cold.unwrap();
    assert!(cold.measured > 20, "{cold:?}");
    let figure = |name: &str| cold.rows.iter().find(|r| r.name == name).unwrap().ndcg_at_10;
    assert!(figure("domain-map") > figure("popularity") + 0.1, "{cold:?}");
    assert!(figure("blend") > figure("popularity") + 0.1, "{cold:?}");
    // And a reader who never watched anything gets films of their kind, by the map alone.
    let only = TrainParams { only: Some(vec!["domain-map".to_owned()]), ..params };
    let (bundle, _) = run(&readers(), &only).unwrap();
    let catalogue = Catalogue::new(readers().items, &[]);
    let served = bundle.attach(&catalogue);
    let (me, history) = (user("me"), finished(&["book-2-0", "book-2-3", "book-2-5"]));
    let films = Request { domains: Some(vec![Domain::Film]), limit: 3, ..Request::default() };
    let answer = recommend(
        &served,
        &catalogue,
        &Person::new(&me, &history),
        &now(),
        &films,
        &BlendSettings::default(),
        &Untimed,
    );
    assert!(answer.items.iter().all(|item| item.item.as_str().starts_with("film-2")), "{answer:?}");
    let sources = answer.items[0].reasons.iter().map(|reason| (reason.source, reason.item.is_some()));
    assert!(sources.clone().any(|reason| reason == (Source::DomainMap, true)), "{answer:?}");
}

#[test]
fn people_of_one_domain_make_no_map() {
    let mut set = readers();
    set.rows.retain(|row| row.item < 24);
    let params = TrainParams { holdout_min_people: 60, ..params() };
    let (bundle, report) = run(&set, &params).unwrap();
    assert!(report.holdout_cold.is_none() && !bundle.manifest().models.contains_key("domain-map"));
}
