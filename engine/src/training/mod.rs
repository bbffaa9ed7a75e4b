//! Training: from rows of deeds to a bundle, with figures from a hold-out.

mod content;
mod domains;
mod figures;
mod fit;
mod groups;
mod held;
mod holdout;
#[cfg(test)]
mod tests;
mod unseen;

use crate::bundle::{FORMAT, HoldOut, MODELS, Manifest, Words};
use crate::guess::{GuessParams, Guesses};
use crate::meaning::Meaning;
use crate::settings::LearnedWeights;
use crate::{Bundle, Catalogue, EngineError};
use domains::DomainMaps;
use fit::Collaborative;
pub use groups::Evening;
use held::{Figures, Held};
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_algorithms::model::{Progress, Silent, TextEmbedder};
use soiree_algorithms::{domain_map, group_filter, ials, item_knn, tfidf};
use soiree_domain::interaction::Weights;
use soiree_domain::{Domain, InteractionKind, Item, ItemId, ModelVersion, Relation};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One deed of one person, by their places in the [`TrainingSet`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Number of the person, below [`TrainingSet::users`].
    pub user: u32,
    /// Place in [`TrainingSet::items`].
    pub item: u32,
    /// What.
    pub kind: InteractionKind,
    /// As in [`soiree_domain::Interaction::value`].
    pub value: Option<f32>,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// What a bundle is fitted on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainingSet {
    /// The catalogue's items.
    pub items: Vec<Item>,
    /// The catalogue's relations.
    pub relations: Vec<Relation>,
    /// How many people there are.
    pub users: usize,
    /// Their deeds, in any order.
    pub rows: Vec<Row>,
    /// Who had what together, in any order.
    pub evenings: Vec<Evening>,
}

/// Parameters of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainParams {
    /// Only these models, by the names in [`MODELS`]; `None` fits all. Popularity is always fitted.
    pub only: Option<Vec<String>>,
    /// How strongly each deed speaks.
    pub deeds: Weights,
    /// A deed counts half for popularity after this many days; `None` never forgets.
    pub popularity_half_life_days: Option<f64>,
    /// iALS; `alpha0` is set from how rare observed pairs are, and small groups of people get fewer factors.
    pub ials: ials::Params,
    /// EASE's λ; `None` takes the square root of the number of interactions, 20 to 1,500.
    pub ease_lambda: Option<f64>,
    /// EASE is fitted on at most so many items, the most popular; its cost is cubic.
    pub ease_max_items: usize,
    /// The maps between domains; a domain gets one when [`TrainParams::holdout_min_people`] are known in it and others.
    pub domain_map: domain_map::Params,
    /// The group model; fitted where at least twenty companies of two to a hundred people had something.
    pub group_filter: group_filter::Params,
    /// Factors guessed from texts, for items that nobody took; needs `text` and `ials`, and a hundred items of a domain that
    /// somebody took.
    pub sbert: GuessParams,
    /// Item-kNN.
    pub item_knn: item_knn::Params,
    /// TF-IDF's field weights.
    pub tfidf: tfidf::Weights,
    /// How many neighbours each item keeps in each list, at most; this bounds the cost of an answer.
    pub neighbours: usize,
    /// The hold-out: needs so many people with at least five positives.
    pub holdout_min_people: usize,
    /// The most people measured.
    pub holdout_max_people: usize,
    /// Seed of every choice by chance.
    pub seed: u64,
}

impl Default for TrainParams {
    fn default() -> Self {
        Self {
            only: None,
            deeds: Weights::default(),
            popularity_half_life_days: Some(365.0),
            ials: ials::Params { lambda: 0.01, ..ials::Params::default() },
            ease_lambda: None,
            ease_max_items: 4_000,
            item_knn: item_knn::Params::default(),
            // Tuned on Epinions, where people are known by few things in each domain (`epinions-cold-domain`).
            domain_map: domain_map::Params {
                person_exponent: 0.5,
                source_exponent: 0.4,
                target_person_exponent: 0.4,
                target_exponent: 0.4,
                prior: 1.0,
                ..domain_map::Params::default()
            },
            group_filter: group_filter::Params::default(),
            sbert: GuessParams::default(),
            tfidf: tfidf::Weights::default(),
            neighbours: 64,
            holdout_min_people: 200,
            holdout_max_people: 500,
            seed: 1,
        }
    }
}

/// Hears how a training goes. Stages come in a fixed order, so a caller with a clock can time them.
pub trait Watch: Progress {
    /// A stage begins: `content`, `text`, `hold-out`, `ials`, `ease`, `item-knn`, `domain-map`,
    /// `group-filter`, `sbert`, `done`. The hold-out fits the collaborative models without announcing them.
    fn stage(&self, _name: &'static str) {}
}

impl Watch for Silent {}

/// What a training found.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainReport {
    /// Items of the catalogue.
    pub items: usize,
    /// People with at least one positive.
    pub people: usize,
    /// Pairs of person and item with a positive sum.
    pub interactions: usize,
    /// Each model's name and size: factors or links.
    pub models: Vec<(&'static str, usize)>,
    /// Figures of the hold-out; absent when there were too few people.
    pub holdout: Option<HoldOut>,
    /// The same for people who lost all they had in one domain.
    pub holdout_cold: Option<HoldOut>,
    /// The same for groups, one work of each of which was hidden.
    pub holdout_group: Option<HoldOut>,
    /// The same for people whose hidden item was hidden from everybody.
    pub holdout_new: Option<HoldOut>,
    /// The learned weights, if they are served.
    pub blend: Option<LearnedWeights>,
}

/// Fits a bundle. The same set, parameters and seed give the same bundle, whatever the number of threads.
///
/// When at least [`TrainParams::holdout_min_people`] people have five positives, one recent positive of each is
/// hidden, the collaborative models are fitted without, and the blend's weights are learned and, crossed over
/// two halves, measured. Others, who are known in several domains, lose all they have in one of them, and groups lose one
/// of their works; the weights for these are learned and measured in the same way. Then all models are fitted on
/// everything. Items of equal id count once, the last stands.
///
/// # Errors
/// [`EngineError::NoItems`], [`EngineError::Row`] or [`EngineError::Evening`] for one that names what is not in the set, [`EngineError::UnknownModel`], and
/// [`EngineError::Fit`] when a model cannot be fitted or the watch cancels. Having no interactions is no error: then
/// only content is fitted.
pub fn train(
    set: &TrainingSet,
    params: &TrainParams,
    embedder: Option<&dyn TextEmbedder>,
    now_ms: i64,
    version: ModelVersion,
    watch: &dyn Watch,
) -> Result<(Bundle, TrainReport), EngineError> {
    let mut wants = Wanted::new(params.only.as_deref())?;
    let catalogue = Catalogue::new(set.items.clone(), &set.relations);
    if catalogue.is_empty() {
        return Err(EngineError::NoItems);
    }
    let all = placed(set, &catalogue)?;
    let taken = fit::taken(&all.rows, set.users, &catalogue, params);
    wants.maps_to = domains::targets(&taken, &catalogue, params.holdout_min_people);
    wants.groups = wants.has("group-filter") && groups::enough(&all.evenings);
    watch.stage("content");
    let words = wants.has("tfidf").then(|| content::words(&catalogue, params)).map(Arc::new);
    watch.stage("text");
    let text = match embedder.filter(|_| wants.has("text")) {
        Some(embedder) => {
            let (near, meaning) = content::text(&catalogue, embedder, params.neighbours)?;
            Some((Arc::new(near), Arc::new(meaning)))
        }
        None => None,
    };
    wants.guesses = text.is_some() && wants.has("sbert") && wants.has("ials");
    let maker =
        Maker { catalogue: &catalogue, params, wants: &wants, words, text, now_ms, version: &version };
    watch.stage("hold-out");
    let mut figures = Figures::default();
    if let Some(held) = Held::new(&all, &taken, &catalogue, &wants, params) {
        let reduced = fit::all(&held.rest, &catalogue, params, &wants, now_ms, &Quiet(watch))?;
        figures = held.run(&maker.bundle(reduced)?, &catalogue, &all, params, now_ms);
    }
    let fitted = fit::all(&all, &catalogue, params, &wants, now_ms, watch)?;
    let (people, interactions) = (fitted.people, fitted.interactions);
    watch.stage("sbert");
    let mut bundle = maker.bundle(fitted)?;
    (bundle.manifest.people, bundle.manifest.interactions) = (people, interactions);
    figures.into_manifest(&mut bundle.manifest);
    watch.stage("done");
    let report = TrainReport {
        items: catalogue.len(),
        people,
        interactions,
        models: sizes(&bundle),
        holdout: bundle.manifest.holdout.clone(),
        holdout_cold: bundle.manifest.holdout_cold.clone(),
        holdout_group: bundle.manifest.holdout_group.clone(),
        holdout_new: bundle.manifest.holdout_new.clone(),
        blend: bundle.manifest.blend,
    };
    Ok((bundle, report))
}

/// What is known of people and groups, items by their place in the catalogue.
struct Evidence {
    users: usize,
    rows: Vec<Row>,
    evenings: Vec<Evening>,
}

/// Rows and evenings by their places in the catalogue; evenings that say nothing of groups are left out.
fn placed(set: &TrainingSet, catalogue: &Catalogue) -> Result<Evidence, EngineError> {
    let places: Vec<Option<u32>> = set.items.iter().map(|item| catalogue.index_of(&item.id)).collect();
    let place = |item: u32| places.get(item as usize).copied().flatten();
    let known = |user: u32| (user as usize) < set.users;
    let row = |(at, row): (usize, &Row)| match place(row.item).filter(|_| known(row.user)) {
        Some(item) => Ok(Row { item, ..*row }),
        None => Err(EngineError::Row(at)),
    };
    let evening = |(at, evening): (usize, &Evening)| {
        let works: Option<Vec<_>> = evening.works.iter().map(|w| Some((place(w.0)?, w.1))).collect();
        match works.filter(|_| evening.people.iter().all(|&user| known(user))) {
            Some(works) => Ok(Evening { people: evening.people.clone(), works }),
            None => Err(EngineError::Evening(at)),
        }
    };
    let rows = set.rows.iter().enumerate().map(row).collect::<Result<_, _>>()?;
    let mut evenings = set.evenings.iter().enumerate().map(evening).collect::<Result<Vec<_>, _>>()?;
    evenings.retain(Evening::counts);
    Ok(Evidence { users: set.users, rows, evenings })
}

/// Which models are wanted.
struct Wanted {
    models: Vec<&'static str>,
    /// The domains that maps are fitted to.
    maps_to: Vec<Domain>,
    /// Whether the group model is fitted.
    groups: bool,
    /// Whether factors are guessed.
    guesses: bool,
}

impl Wanted {
    fn new(only: Option<&[String]>) -> Result<Self, EngineError> {
        let all = |models| Self { models, maps_to: Vec::new(), groups: false, guesses: false };
        let Some(only) = only else { return Ok(all(MODELS.to_vec())) };
        let known = |name: &String| MODELS.into_iter().find(|m| m == name);
        let names =
            only.iter().map(|name| known(name).ok_or_else(|| EngineError::UnknownModel(name.clone())));
        names.collect::<Result<_, _>>().map(all)
    }

    fn has(&self, model: &str) -> bool {
        self.models.contains(&model)
    }
}

/// What all bundles of one training share.
struct Maker<'a> {
    catalogue: &'a Catalogue,
    params: &'a TrainParams,
    wants: &'a Wanted,
    words: Option<Arc<Words>>,
    text: Option<(Arc<ItemToItem>, Arc<Meaning>)>,
    now_ms: i64,
    version: &'a ModelVersion,
}

impl Maker<'_> {
    fn bundle(&self, fitted: Collaborative) -> Result<Bundle, EngineError> {
        let guesses = match (&self.text, &fitted.ials) {
            (Some((_, meaning)), Some(ials)) if self.wants.guesses => {
                Guesses::fit(self.catalogue, meaning, ials, &fitted.counts, self.params.sbert)?
            }
            _ => None,
        };
        let ids: Vec<ItemId> = self.catalogue.iter().map(|(_, item)| item.id.clone()).collect();
        let mut models: BTreeMap<String, serde_json::Value> = BTreeMap::new();
        let mut put = |name: &str, there: bool, params: serde_json::Value| {
            if there {
                models.insert(name.to_owned(), params);
            }
        };
        let days = self.params.popularity_half_life_days;
        put("popularity", true, serde_json::json!({ "half_life_days": days }));
        put(
            "ials",
            fitted.ials.is_some(),
            fitted.ials.as_ref().map_or_else(Default::default, |m| json(m.params())),
        );
        let neighbours = self.params.neighbours;
        let ease = serde_json::json!({
            "lambda": fitted.ease_lambda, "max_items": self.params.ease_max_items, "neighbours": neighbours,
        });
        put("ease", fitted.ease.is_some(), ease);
        put("item-knn", fitted.item_knn.is_some(), json(self.params.item_knn));
        let maps = fitted.domain_maps.as_ref();
        put("domain-map", maps.is_some(), maps.map_or_else(Default::default, DomainMaps::told));
        let graphs = fitted.group_filter.as_ref();
        put("group-filter", graphs.is_some(), graphs.map_or_else(Default::default, |g| json(g.params)));
        put("tfidf", self.words.is_some() && self.wants.has("tfidf"), json(self.params.tfidf));
        put("text", self.text.is_some(), serde_json::json!({ "neighbours": neighbours }));
        put("sbert", guesses.is_some(), json(self.params.sbert));
        let manifest = Manifest {
            format: FORMAT,
            version: self.version.clone(),
            made_at_ms: self.now_ms,
            items: ids.len(),
            people: fitted.people,
            interactions: fitted.interactions,
            models,
            blend: None,
            blend_cold: None,
            blend_group: None,
            blend_new: None,
            holdout: None,
            holdout_cold: None,
            holdout_group: None,
            holdout_new: None,
            files: BTreeMap::new(),
        };
        Ok(Bundle {
            manifest,
            ids,
            counts: fitted.counts,
            popularity: fitted.popularity,
            ials: fitted.ials,
            ease: fitted.ease,
            item_knn: fitted.item_knn,
            domain_map: fitted.domain_maps.map(|maps| maps.links),
            group_filter: fitted.group_filter,
            words: self.words.clone(),
            text: self.text.as_ref().map(|text| Arc::clone(&text.0)),
            meaning: self.text.as_ref().map(|text| Arc::clone(&text.1)),
            guesses,
        })
    }
}

fn json(value: impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("plain parameters become JSON")
}

fn sizes(bundle: &Bundle) -> Vec<(&'static str, usize)> {
    let mut sizes = vec![("popularity", bundle.items())];
    sizes.extend(bundle.ials.as_ref().map(|m| ("ials", m.dims() * bundle.items())));
    sizes.extend(bundle.neighbour_models().map(|(source, model)| (source.as_str(), model.links().nnz())));
    sizes.extend(bundle.group_filter.as_ref().map(|graphs| ("group-filter", graphs.nnz())));
    sizes.extend(bundle.guesses.as_ref().map(|guesses| ("sbert", guesses.factors.len())));
    sizes
}

/// Passes on the wish to stop, and nothing else.
struct Quiet<'a>(&'a dyn Watch);

impl Progress for Quiet<'_> {
    fn report(&self, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

impl Watch for Quiet<'_> {}
