use crate::sample::{NOW_MS, finished, id, now, params, user};
use crate::training::{Row, TrainParams, TrainReport, TrainingSet};
use crate::{
    Answer, BlendSettings, Bundle, Catalogue, PROBE, Person, Request, Served, Untimed, recommend, train,
};
use soiree_algorithms::content_map::ContentMap;
use soiree_algorithms::model::{FitError, Silent, TextEmbedder};
use soiree_domain::{Domain, InteractionKind, Item, ModelVersion, Source};

/// Films of ten kinds that no word tells apart, only their meaning: the encoder knows the first letter of a title.
struct Kinds;

const KINDS: u32 = 10;

impl TextEmbedder for Kinds {
    fn dimensions(&self) -> usize {
        26
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
        let letter = |text: &&str| usize::from(text.as_bytes()[0] - b'a');
        let row = |at: usize| (0..26).map(move |i| if i == at { 1.0 } else { 0.0 });
        Ok(texts.iter().flat_map(|text| row(letter(text))).collect())
    }
}

fn film(n: u32) -> Item {
    let kind = char::from(b'a' + (n % KINDS) as u8);
    Item::new(id(&format!("{kind}-{n}")), Domain::Film, format!("{kind}{n}"))
}

/// Nobody took the last twenty of 520 films. Everybody takes films of one kind.
fn set() -> TrainingSet {
    let mut rows = Vec::new();
    for user in 0..240_u32 {
        for n in 0..16 {
            let item = (user / KINDS * 7 + n * n * 3) % 50 * KINDS + user % KINDS;
            rows.push(Row {
                user,
                item,
                kind: InteractionKind::Finish,
                value: None,
                at_ms: NOW_MS - i64::from(n),
            });
        }
    }
    TrainingSet { items: (0..520).map(film).collect(), users: 240, rows, ..TrainingSet::default() }
}

fn run(params: &TrainParams) -> (Bundle, TrainReport) {
    train(&set(), params, Some(&Kinds), NOW_MS, ModelVersion::new("v").unwrap(), &Silent).unwrap()
}

/// Factors alone, or guesses would hide behind likeness of texts.
fn only() -> TrainParams {
    let names = ["ials", "text", "sbert"].map(str::to_owned);
    TrainParams { only: Some(names.into()), holdout_min_people: 1_000, ..params() }
}

fn ask(served: &Served, catalogue: &Catalogue, settings: &BlendSettings) -> Answer {
    let (me, history) = (user("me"), finished(&["a-0", "a-30", "a-140", "a-420"]));
    let request = Request { limit: 500, ..Request::default() };
    recommend(served, catalogue, &Person::new(&me, &history), &now(), &request, settings, &Untimed)
}

/// Without likeness of texts, of which nothing else is told here.
fn by_factors() -> BlendSettings {
    BlendSettings { w_cb: 0.0, learned: false, ..BlendSettings::default() }
}

fn score(answer: &Answer, item: &str) -> f32 {
    answer.items.iter().find(|i| i.item == id(item)).map_or(0.0, |i| i.score)
}

#[test]
fn what_nobody_took_is_found_by_what_it_is_about() {
    let (bundle, report) = run(&only());
    let found = report.holdout_new.unwrap();
    assert!(found.measured >= 50, "{found:?}");
    let figure = |name: &str| found.rows.iter().find(|row| row.name == name).unwrap().ndcg_at_10;
    // A tenth of the untaken films are of the right kind; among them nothing tells one from another.
    assert!(figure("sbert") > 0.3, "{found:?}");
    assert!(report.models.iter().any(|&(name, numbers)| name == "sbert" && numbers > 0));
    assert_eq!(Bundle::from_files(&bundle.to_files()).unwrap().guesses, bundle.guesses);

    let catalogue = Catalogue::new(set().items, &[]);
    let served = bundle.attach(&catalogue);
    let answer = ask(&served, &catalogue, &by_factors());
    let (own, other) = (score(&answer, "a-510"), score(&answer, "b-511"));
    assert!(own > 0.05 && own > 2.0 * other, "{own} {other}");
    let reasons = &answer.items.iter().find(|i| i.item == id("a-510")).unwrap().reasons;
    let guessed = reasons.iter().find(|reason| reason.source == Source::Sbert).unwrap();
    assert_eq!(guessed.private_to, Some(user("me")));
}

#[test]
fn maps_of_another_width_are_refused() {
    let (mut bundle, _) = run(&only());
    let guesses = bundle.guesses.as_mut().unwrap();
    let map = guesses.maps[Domain::Film.index()].as_mut().unwrap();
    *map = ContentMap::from_weights(2, guesses.dims, vec![0.5; 2 * guesses.dims]).unwrap();
    let error = Bundle::from_files(&bundle.to_files()).unwrap_err().to_string();
    assert!(error.contains("sbert.safetensors") && error.contains("film"), "{error}");
}

#[test]
fn a_newcomer_is_guessed_once_its_text_is_read() {
    let (bundle, _) = run(&only());
    let catalogue = Catalogue::new(set().items, &[]);
    let served = bundle.attach(&catalogue);
    assert!(served.unread(9).is_empty());
    let catalogue = catalogue.with_items(vec![film(600), film(601)], &[]);
    let served = served.reattach(&catalogue);
    let unread = served.unread(9);
    assert_eq!(unread.iter().map(|text| text.1.as_str()).collect::<Vec<_>>(), ["a600", "b601"]);
    assert_eq!(served.unread(1).len(), 1);
    assert!(score(&ask(&served, &catalogue, &by_factors()), "a-600") == 0.0, "nothing is known of it");

    let vectors = |texts: Vec<(soiree_domain::ItemId, String)>| -> Vec<_> {
        let read = |text: &str| Kinds.embed(&[text]).unwrap();
        texts.into_iter().map(|(id, text)| (id, text.clone(), read(&text))).collect()
    };
    let probe = Kinds.embed(&[PROBE]).unwrap();
    let read = served.read(&catalogue, &probe, vectors(unread.clone()));
    assert!(read.unread(9).is_empty());
    let answer = ask(&read, &catalogue, &by_factors());
    let (own, other) = (score(&answer, "a-600"), score(&answer, "b-601"));
    assert!(own > 0.05 && own > 2.0 * other, "{own} {other}");
    // What was read stays while the item does.
    let later = catalogue.with_items(vec![film(602)], &[]);
    assert_eq!(read.reattach(&later).unread(9).len(), 1);
    let mut changed = film(600);
    changed.title = "b600".to_owned();
    let later = catalogue.with_items(vec![changed], &[]);
    let served = read.reattach(&later);
    assert_eq!(served.unread(9).len(), 1);
    // The text of before its change is not taken for its own.
    assert_eq!(served.read(&later, &probe, vectors(unread.clone())).unread(9).len(), 1);
    // Another encoder's vectors mean nothing here, and are not asked for again.
    let strange = read.reattach(&later).read(&later, &[0.0; 26], vectors(served.unread(9)));
    assert!(strange.unread(9).is_empty());
    assert!(score(&ask(&strange, &later, &by_factors()), "a-600") == 0.0);
}

#[test]
fn without_texts_or_factors_nothing_is_guessed() {
    for names in [&["ials", "sbert"][..], &["text", "sbert"]] {
        let params = TrainParams { only: Some(names.iter().map(|&n| n.to_owned()).collect()), ..only() };
        let (bundle, report) = run(&params);
        assert!(report.holdout_new.is_none() && !bundle.manifest().models.contains_key("sbert"));
    }
}
