use super::*;
use crate::sample::{NOW_MS, finished, id, items, now, params, relations, set, user};
use crate::{Bundle, PROBE, train};
use soiree_algorithms::model::{FitError, Silent, TextEmbedder};
use soiree_domain::{Domain, ModelVersion};

/// Three things a text can be about, by its words; a "nuptial" is a wedding to it.
struct Topics;

const TOPICS: [&[&str]; 3] = [&["wedding", "nuptial"], &["planet", "science"], &["jazz", "friends"]];

impl TextEmbedder for Topics {
    fn dimensions(&self) -> usize {
        TOPICS.len()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
        let about = |text: &str| -> Vec<f32> {
            let text = text.to_lowercase();
            let has = TOPICS.map(|words| f32::from(u8::from(words.iter().any(|word| text.contains(word)))));
            let norm = has.iter().sum::<f32>().sqrt().max(1.0);
            has.iter().map(|v| v / norm).collect()
        };
        Ok(texts.iter().flat_map(|text| about(text)).collect())
    }
}

fn bundle() -> Bundle {
    let version = ModelVersion::new("v1").unwrap();
    train(&set(), &params(), Some(&Topics), NOW_MS, version, &Silent).unwrap().0
}

fn vector(text: &str) -> Vec<f32> {
    Topics.embed(&[text]).unwrap()
}

struct World {
    catalogue: Catalogue,
    served: Served,
}

impl World {
    fn new(extra: Vec<Item>) -> Self {
        let catalogue = Catalogue::new([items(), extra].concat(), &relations());
        let served = bundle().attach(&catalogue);
        Self { catalogue, served }
    }

    fn ask(&self, text: &str, person: Option<&Person<'_>>, request: &Request) -> Answer {
        let (vector, probe) = (vector(text), vector(PROBE));
        let query = Query { text, vector: Some((&vector, &probe)), person };
        search(&self.served, &self.catalogue, &query, &now(), request, &BlendSettings::default())
    }
}

fn ids(answer: &Answer) -> Vec<&str> {
    answer.items.iter().map(|item| item.item.as_str()).collect()
}

fn told(answer: &Answer) -> Vec<&str> {
    answer.items[0].reasons.iter().map(|reason| reason.text.as_str()).collect()
}

#[test]
fn words_are_found_where_they_stand() {
    let world = World::new(vec![]);
    let check = |text: &str, first: &[&str], reason: &str| {
        let answer = world.ask(text, None, &Request::default());
        assert!(first.contains(&ids(&answer)[0]), "{text}: {:?}", ids(&answer));
        assert_eq!(told(&answer)[0], reason, "{text}");
        assert!(answer.left_out.is_empty());
    };
    let gatsby = ["gatsby-novel", "gatsby-film", "gatsby-album"];
    check("jazz age", &gatsby, "Matches “jazz age” in its themes");
    check("the great gatsby", &gatsby, "Matches “The Great Gatsby” in its title");
    check("s3 maker film", &["film-s3"], "Matches “Maker of film-s3” among its makers");
}

#[test]
fn meaning_finds_what_shares_no_word() {
    let world = World::new(vec![]);
    let answer = world.ask("nuptials", None, &Request::default());
    assert_eq!(answer.items.len(), 10);
    assert!(ids(&answer).iter().all(|id| id.contains("-r")), "{:?}", ids(&answer));
    assert_eq!(told(&answer), ["Close in meaning"]);
    assert!(answer.items.windows(2).all(|w| w[0].score >= w[1].score));
    assert!(answer.items[0].score <= 1.0 && answer.items[9].score > 0.0);
}

#[test]
fn another_encoder_or_an_old_bundle_searches_by_words_alone() {
    let catalogue = Catalogue::new(items(), &relations());
    let (fine, other) = (vector(PROBE), [1.0, 0.0, 0.0]);
    let wedding = vector("wedding");
    let check = |bundle: Bundle, vector: Option<(&[f32], &[f32])>, left_out: &[&str]| {
        let served = bundle.attach(&catalogue);
        let query = Query { text: "wedding", vector, person: None };
        let found =
            search(&served, &catalogue, &query, &now(), &Request::default(), &BlendSettings::default());
        assert_eq!(found.left_out, left_out);
        assert!(ids(&found).iter().all(|id| id.contains("-r")));
        assert_eq!(found.items.is_empty(), left_out.len() == 2);
    };
    check(bundle(), Some((&wedding, &fine)), &[]);
    check(bundle(), Some((&wedding, &other)), &["text"]);
    check(bundle(), None, &["text"]);
    check(Bundle { meaning: None, ..bundle() }, Some((&wedding, &fine)), &["text"]);
    check(Bundle { meaning: None, words: None, ..bundle() }, Some((&wedding, &fine)), &["tfidf", "text"]);
}

#[test]
fn a_person_has_their_own_order_and_private_reasons() {
    let world = World::new(vec![]);
    let me = user("me");
    let history = finished(&["film-s0", "film-s1", "film-s2", "book-s0"]);
    let person = Person::new(&me, &history);
    let text = "planet 5 wedding 5";
    let plain = world.ask(text, None, &Request::default());
    let mine = world.ask(text, Some(&person), &Request::default());
    let taste = |answer: &Answer| -> usize {
        let places = ids(answer).into_iter().enumerate().filter(|(_, id)| id.contains("-s"));
        places.map(|(place, _)| 10 - place).sum()
    };
    assert!(taste(&mine) > taste(&plain), "{:?} {:?}", ids(&plain), ids(&mine));
    let private: Vec<&Reason> =
        mine.items.iter().flat_map(|item| &item.reasons).filter(|r| r.private_to.is_some()).collect();
    assert!(!private.is_empty() && private.iter().all(|r| r.private_to.as_ref() == Some(&me)));
    assert!(plain.items.iter().flat_map(|item| &item.reasons).all(|r| r.private_to.is_none()));
}

#[test]
fn filters_hold_and_newcomers_are_found_by_their_words() {
    let mut newcomer = Item::new(id("new"), Domain::Film, "Fresh");
    newcomer.themes = vec!["jazz age".into()];
    let world = World::new(vec![newcomer]);
    let films = Request { domains: Some(vec![Domain::Film]), ..Request::default() };
    let mut found = ids(&world.ask("jazz age", None, &films)).join(" ");
    assert!(found.contains("new") && found.contains("gatsby-film") && !found.contains("album"), "{found}");
    let mut narrow = films;
    narrow.filter.exclude = vec![id("new")];
    narrow.filter.year_from = Some(2000);
    found = ids(&world.ask("jazz age", None, &narrow)).join(" ");
    assert!(!found.contains("new") && found.contains("gatsby-film"), "{found}");
    let none = Request { limit: 0, ..Request::default() };
    assert!(world.ask("jazz age", None, &none).items.is_empty());
    assert!(world.ask("the of and", None, &Request::default()).items.is_empty());
}

#[test]
fn vectors_travel_with_the_bundle() {
    let files = bundle().to_files();
    assert_eq!(Bundle::from_files(&files).unwrap().meaning, bundle().meaning);
    let old: Vec<(String, Vec<u8>)> = Bundle { meaning: None, ..bundle() }.to_files();
    assert!(old.iter().all(|(name, _)| name != "meaning.safetensors"));
    assert!(Bundle::from_files(&old).unwrap().meaning.is_none());
    let cut: Vec<(String, Vec<u8>)> =
        files.into_iter().filter(|(name, _)| name != "meaning.safetensors").collect();
    assert!(Bundle::from_files(&cut).unwrap_err().to_string().contains("meaning.safetensors"));
}
