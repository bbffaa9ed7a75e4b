//! Search: items by words and by meaning, reranked for a person.
//!
//! Three lists are made: by the words of the query (TF-IDF), by what it means (cosine of sentence vectors), and, of
//! what the two found, by how it suits the person. Their scores do not compare, so ranks are blended:
//! `Σ w / (k + rank)` over the lists that an item stands in (Cormack, Clarke and Büttcher, *Reciprocal Rank Fusion
//! outperforms Condorcet and individual Rank Learning Methods*, SIGIR 2009).
//!
//! **Invariant**: items of different domains are compared here, since a query's words and meaning mean the same in all.

use crate::blend::{blend, fill, normalise};
use crate::candidates::Scene;
use crate::context::Moment;
use crate::personal::fitting;
use crate::profile::Profile;
use crate::reasons;
use crate::request::{Answer, Context, MAX_LIMIT, Person, Request};
use crate::settings::BlendSettings;
use crate::table::{Scratch, with_scratch};
use crate::{Catalogue, Served};
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::tfidf::{Document, Field, Tfidf, tokens};
use soiree_algorithms::topk::top_k_of;
use soiree_domain::{Item, Reason, Scored, Source};
use std::collections::BTreeMap;

/// How deep each list is.
const DEPTH: usize = 300;
/// The constant k: how little the first places stand out.
const FLAT: f32 = 6.0;
/// What the lists count.
const WORDS: f32 = 1.0;
const MEANING: f32 = 1.0;
const PERSONAL: f32 = 0.6;
/// Cosines of words and of meaning below these say nothing.
const FEW_WORDS: f32 = 0.02;
const FAR: f32 = 0.2;
/// Places in the list by meaning for which it is given as a reason.
const CLOSE: usize = 40;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The words.
    pub text: &'a str,
    /// Their vector, with the vector of [`PROBE`](crate::PROBE) by the same encoder; absent searches by words alone.
    pub vector: Option<(&'a [f32], &'a [f32])>,
    /// For whom the answer is reranked.
    pub person: Option<&'a Person<'a>>,
}

/// The items that match a query, best first; the request's filter and domains hold, and nothing is left out because the
/// person has had it. `left_out` names `tfidf` or `text` when the bundle, or the encoder asked, cannot search that
/// way. O(items · dimensions) for the meaning, and the postings of the query's words.
#[must_use]
pub fn search(
    served: &Served,
    catalogue: &Catalogue,
    query: &Query<'_>,
    ctx: &Context,
    request: &Request,
    settings: &BlendSettings,
) -> Answer {
    let served = fitting(served, catalogue);
    let age = query.person.and_then(|person| person.age);
    let scene = Scene::new(&served, catalogue, ctx, request, settings, age);
    let (items, left_out) = with_scratch(|scratch| answer(&scene, query, request, scratch));
    Answer { version: served.version().clone(), items, left_out }
}

/// Slots, best first.
type List = Vec<(u32, f32)>;

fn answer(
    scene: &Scene<'_>,
    query: &Query<'_>,
    request: &Request,
    scratch: &mut Scratch,
) -> (Vec<Scored>, Vec<&'static str>) {
    let barred: FxHashSet<u32> =
        request.filter.exclude.iter().filter_map(|id| scene.catalogue.index_of(id)).collect();
    let may = |slot: u32| {
        scene.served.item_of(slot).is_some_and(|item| scene.rules.allows(item) && !barred.contains(&item))
    };
    let words = by_words(scene, query.text, &may);
    let meaning = by_meaning(scene, query, &may, scratch);
    let mut left_out = Vec::new();
    left_out.extend(words.is_none().then_some(Source::Tfidf.as_str()));
    left_out.extend(meaning.is_none().then_some(Source::Text.as_str()));
    let (words, meaning) = (words.unwrap_or_default(), meaning.unwrap_or_default());

    let mut found = Found::default();
    found.add(&words, WORDS);
    found.add(&meaning, MEANING);
    let personal = query.person.map(|person| Personal::new(scene, person, &found, scratch));
    if let Some(personal) = &personal {
        found.add(&personal.list, PERSONAL);
    }
    let best = found.best(request.limit.min(MAX_LIMIT));
    let close: FxHashSet<u32> = meaning.iter().take(CLOSE).map(|cell| cell.0).collect();
    let asked = asked(query.text);
    let items = best.into_iter().filter_map(|(slot, score)| {
        let item = scene.catalogue.item(scene.served.item_of(slot)?);
        let mut why = Vec::new();
        if request.explain {
            why.extend(matched(item, &asked).map(|text| open(Source::Tfidf, text)));
            why.extend(close.contains(&slot).then(|| open(Source::Text, "Close in meaning".to_owned())));
            why.extend(personal.as_ref().and_then(|p| p.reasons.get(&slot).cloned()));
        }
        Some(Scored { item: item.id.clone(), score, reasons: why })
    });
    let items = items.collect();
    (items, left_out)
}

fn open(source: Source, text: String) -> Reason {
    Reason { source, text, item: None, private_to: None }
}

fn by_words(scene: &Scene<'_>, text: &str, may: &impl Fn(u32) -> bool) -> Option<List> {
    let tfidf = scene.served.bundle().vocabulary()?;
    // A query is a theme as much as it is a line of a description: both readings of its words count.
    let words = asked(text);
    let own: Vec<String> = tokens(text).collect();
    let other: Vec<&str> = words.iter().filter(|word| !own.contains(word)).map(String::as_str).collect();
    let (words, other) = (words.join(" "), other.join(" "));
    let document: Document<'_> =
        vec![(Field::Theme, text), (Field::Theme, &other), (Field::Description, &words)];
    let vector = with_makers(tfidf, tfidf.vector(&document), text);
    let mut scores = vec![0.0; scene.served.bundle().items()];
    tfidf.score_with(&vector, &mut scores);
    let newcomers = scene.served.newcomers_by_words(&vector);
    let all = (0_u32..).zip(scores).chain(newcomers);
    Some(top_k_of(all.filter(|&(slot, score)| score > FEW_WORDS && may(slot)), DEPTH))
}

/// The words of a query, each with its plural or singular where English forms it with an s.
fn asked(text: &str) -> Vec<String> {
    let both = |word: String| {
        let other = match word.strip_suffix('s') {
            Some(one) if one.len() > 2 => Some(one.to_owned()),
            None if word.len() > 2 => Some(format!("{word}s")),
            _ => None,
        };
        std::iter::once(word).chain(other)
    };
    tokens(text).flat_map(both).collect()
}

/// The row with makers of whose names the query says a part: their names are terms as a whole, and stand together in
/// the vocabulary. O(makers).
fn with_makers(tfidf: &Tfidf, words: List, text: &str) -> List {
    const LABEL: &str = "creator:";
    let asked = asked(text);
    let mut row: BTreeMap<u32, f32> = words.into_iter().collect();
    let first = tfidf.terms().partition_point(|term| term.as_str() < LABEL);
    let names = tfidf.terms()[first..].iter().map_while(|term| term.strip_prefix(LABEL));
    for (term, name) in (first..).zip(names) {
        let (shared, all) = name.split(' ').fold((0, 0), |(shared, all), word| {
            (shared + i32::from(asked.iter().any(|asked| asked == word)), all + 1)
        });
        if shared > 0 {
            *row.entry(term as u32).or_default() += shared as f32 / all as f32;
        }
    }
    let norm = row.values().map(|weight| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    row.into_iter().map(|(term, weight)| (term, weight / norm)).collect()
}

fn by_meaning(
    scene: &Scene<'_>,
    query: &Query<'_>,
    may: &impl Fn(u32) -> bool,
    scratch: &mut Scratch,
) -> Option<List> {
    let (vector, probe) = query.vector?;
    let meaning =
        scene.served.bundle().meaning().filter(|m| m.is_of(probe) && vector.len() == m.dimensions())?;
    scratch.dense.resize(scene.served.bundle().items(), 0.0);
    meaning.score(vector, &mut scratch.dense);
    let known = (0_u32..).zip(scratch.dense.iter().copied());
    let all = known.chain(scene.served.newcomers_by_meaning(vector));
    Some(top_k_of(all.filter(|&(slot, score)| score > FAR && may(slot)), DEPTH))
}

/// The blend of ranks.
#[derive(Default)]
struct Found {
    sums: FxHashMap<u32, f32>,
    most: f32,
}

impl Found {
    fn add(&mut self, list: &List, weight: f32) {
        if list.is_empty() {
            return;
        }
        self.most += weight / (FLAT + 1.0);
        for (rank, (slot, _)) in list.iter().enumerate() {
            *self.sums.entry(*slot).or_default() += weight / (FLAT + 1.0 + rank as f32);
        }
    }

    /// Best first; the first of all lists has 1.
    fn best(&self, limit: usize) -> List {
        let mut all: List = self.sums.iter().map(|(slot, sum)| (*slot, sum / self.most)).collect();
        all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        all.truncate(limit);
        all
    }
}

/// How the found items suit a person.
struct Personal {
    list: List,
    reasons: FxHashMap<u32, Reason>,
}

impl Personal {
    fn new(scene: &Scene<'_>, person: &Person<'_>, found: &Found, scratch: &mut Scratch) -> Self {
        let mut table = scratch.tables.pop().unwrap_or_default();
        let profile = Profile::new(scene.served, scene.catalogue, person.history, scene.settings);
        let moment = Moment::new(scene.ctx.now_ms, scene.ctx.utc_offset_min);
        let folded = scene.gather(person, &profile, true, &mut table, scratch);
        let mut slots: Vec<u32> = found.sums.keys().copied().collect();
        slots.sort_unstable();
        for &slot in &slots {
            table.enter(slot, &scene.rules);
        }
        fill(scene, &folded, &moment, &mut table, 0);
        normalise(scene, &mut table, &mut scratch.ranking);
        let weights = scene.weights_for(&profile);
        blend(scene, &weights, &mut table);
        let rows = || slots.iter().filter_map(|&slot| Some((slot, &table.rows[table.find(slot)?])));
        let mut list: List =
            rows().map(|(slot, row)| (slot, row.score)).filter(|cell| cell.1 > 0.0).collect();
        list.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let reasons = rows()
            .filter_map(|(slot, row)| {
                let all = reasons::personal(scene, person, &profile, &weights, row);
                Some((slot, all.into_iter().next()?))
            })
            .collect();
        scratch.tables.push(table);
        Self { list, reasons }
    }
}

/// Where an item says what was asked, in words: the phrase with the most of the asked words, whole phrases first.
fn matched(item: &Item, asked: &[String]) -> Option<String> {
    let one = std::slice::from_ref;
    let fields: [(&[String], &str); 5] = [
        (&item.themes, "in its themes"),
        (one(&item.title), "in its title"),
        (&item.genres, "in its genres"),
        (&item.creators, "among its makers"),
        (&item.moods, "in its moods"),
    ];
    let mut best: Option<((usize, bool), String)> = None;
    for (phrases, place) in fields {
        for phrase in phrases {
            let words: Vec<String> = tokens(phrase).collect();
            let shared = words.iter().filter(|word| asked.contains(word)).count();
            let worth = (shared, shared == words.len());
            if shared > 0 && best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, format!("Matches “{}” {place}", spoken(phrase))));
            }
        }
    }
    let told: FxHashSet<String> = tokens(&item.description).collect();
    let mut words: Vec<&str> = Vec::new();
    for word in asked.iter().filter(|word| told.contains(*word)) {
        if !words.contains(&word.as_str()) {
            words.push(word);
        }
    }
    if words.len() > best.as_ref().map_or(0, |(worth, _)| worth.0) {
        let words = words.iter().take(3).map(|word| format!("“{word}”")).collect::<Vec<_>>().join(", ");
        return Some(format!("Matches {words} in its description"));
    }
    best.map(|(_, text)| text)
}

/// A phrase as people write it: catalogues tie the words of a theme with hyphens.
fn spoken(phrase: &str) -> String {
    if phrase.contains(' ') { phrase.to_owned() } else { phrase.replace('-', " ") }
}

#[cfg(test)]
mod tests;
