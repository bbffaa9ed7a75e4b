use super::*;
use crate::sample::{NOW_MS, items, params, set};
use soiree_algorithms::model::FitError;
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
    let wanted = ["content", "text", "hold-out", "ials", "ease", "item-knn", "done"];
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
    assert_eq!(holdout.people, 40);
    let figure = |name: &str| holdout.rows.iter().find(|r| r.name == name).unwrap().ndcg_at_10;
    assert!(figure("blend") > figure("popularity"), "{holdout:?}");
    assert_eq!(bundle.manifest().holdout.as_ref(), Some(&holdout));
    assert_eq!(report.blend.is_some(), holdout.learned);
    let weights = report.blend.unwrap_or([1.0 / 7.0; 7]);
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
