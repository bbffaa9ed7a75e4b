//! The models the laboratory knows by name, how each is fitted, and where `--tune` searches.
//!
//! Parameters are those of the model's own `Params`: the laboratory reads them by name, refuses unknown ones
//! and prints them back with all defaults filled in.

use std::sync::Arc;

use rand::{Rng, RngExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use soiree_algorithms::model::{self, FitError, ProfileScorer};
use soiree_algorithms::mood::LearnedMoodParams;
use soiree_algorithms::social::friend_knn;
use soiree_algorithms::{domain_map, ease, group_filter, ials, item_knn, popularity, social, tfidf};

use crate::cases::FitData;
use crate::error::LabError;
use crate::linked;
use crate::protocol::{ModelEntry, Params};
use crate::sbert::{self, SbertParams};
use crate::stack::HybridParams;
use crate::strategies::StrategyParams;

/// A model that stands ready, with every parameter it was fitted with.
pub struct Fitted {
    /// Scores items for a profile.
    pub scorer: Box<dyn ProfileScorer>,
    /// All parameters, defaults included.
    pub params: Value,
    /// Numbers that the fit found and a reader must know, by name.
    pub found: Vec<(String, f64)>,
}

/// A name the laboratory knows.
pub struct Known {
    /// The name.
    pub name: &'static str,
    /// What stands behind it.
    pub about: &'static str,
    /// Where `--tune` searches; empty when there is nothing to tune.
    pub space: fn() -> Vec<Dimension>,
    work: Work,
}

type FitFn = fn(&FitData, &Params, &dyn model::Progress) -> Result<Fitted, Trouble>;

type CheckFn = fn(&Params) -> Result<(), Trouble>;

enum Work {
    /// Fitted on a matrix; the second function reads the parameters without a fit.
    Fit(FitFn, CheckFn),
    /// Blends other models; see [`crate::stack`].
    Hybrid,
    /// Answers groups; see the kind `groups`. The function reads the parameters.
    Groups(fn(&ModelEntry) -> Result<(), LabError>),
    /// Scores texts; see the kind `sentiment`.
    Sentiment,
    /// Tells valence and arousal; see the kind `mood`.
    Mood(MoodModel),
}

/// The models of the kind `mood`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoodModel {
    /// The table of words, which learns nothing.
    Table,
    /// Ridge regression on words.
    Learned,
    /// The table of emoji.
    Emoji,
}

/// Why a model could not be fitted.
pub enum Trouble {
    /// A parameter cannot be read.
    Parameter(String),
    /// The data lacks what the model needs.
    Lacks(&'static str),
    /// The fit itself failed.
    Fit(FitError),
}

impl From<FitError> for Trouble {
    fn from(fault: FitError) -> Self {
        Self::Fit(fault)
    }
}

impl Trouble {
    /// The same with the name of the model.
    pub(crate) fn of(self, entry: &ModelEntry) -> LabError {
        let label = &entry.label;
        match self {
            Self::Parameter(what) => LabError::Option(format!("model {label}: {what}")),
            Self::Lacks(what) => {
                LabError::Unusable(format!("model {label} needs {what}, which the protocol has not"))
            }
            Self::Fit(FitError::Cancelled) => LabError::Cancelled,
            Self::Fit(source) => LabError::Fit { model: label.clone(), source },
        }
    }
}

/// One parameter that `--tune` draws.
pub struct Dimension {
    /// Its name.
    pub param: &'static str,
    /// Where it is drawn from.
    pub search: Search,
}

/// Where a parameter is drawn from.
pub enum Search {
    /// Evenly between two numbers.
    Even(f64, f64),
    /// Evenly in the logarithm.
    Log(f64, f64),
    /// A whole number, evenly, both ends included.
    Whole(i64, i64),
    /// A whole number, evenly in the logarithm.
    LogWhole(f64, f64),
    /// One of these.
    OneOf(Vec<Value>),
}

impl Search {
    /// Draws one value, rounded to three digits so that it can be written down.
    pub fn draw(&self, random: &mut impl Rng) -> Value {
        match self {
            Self::Even(low, high) => json!(rounded(random.random_range(*low..*high))),
            Self::Log(low, high) => json!(rounded(random.random_range(low.ln()..high.ln()).exp())),
            Self::Whole(low, high) => json!(random.random_range(*low..=*high)),
            Self::LogWhole(low, high) => json!(random.random_range(low.ln()..high.ln()).exp().round() as i64),
            Self::OneOf(values) => values[random.random_range(0..values.len())].clone(),
        }
    }
}

/// Three significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// Every name, in the order of the documentation.
pub const KNOWN: &[Known] = &[
    Known {
        name: "popularity",
        about: "how many people took each item",
        space: Vec::new,
        work: Work::Fit(fit_popularity, readable::<NoParams>),
    },
    Known {
        name: "recent-popularity",
        about: "the same with a half-life; needs times",
        space: recent_space,
        work: Work::Fit(fit_recent, readable::<RecentParams>),
    },
    Known {
        name: "item-knn",
        about: "items alike by the people they share",
        space: knn_space,
        work: Work::Fit(fit_knn, readable::<item_knn::Params>),
    },
    Known {
        name: "ials",
        about: "matrix factorisation by alternating least squares",
        space: ials_space,
        work: Work::Fit(fit_ials, readable::<ials::Params>),
    },
    Known {
        name: "ease",
        about: "a linear autoencoder in closed form",
        space: ease_space,
        work: Work::Fit(fit_ease, readable::<ease::Params>),
    },
    Known {
        name: "tfidf",
        about: "items alike by their words; needs texts",
        space: Vec::new,
        work: Work::Fit(fit_tfidf, readable::<tfidf::Weights>),
    },
    Known {
        name: "group-filter",
        about: "filters on item graphs of groups, their members and people; for the kind groups",
        space: group_filter_space,
        work: Work::Groups(check_group_filter),
    },
    by_strategy("average", "the mean of the members"),
    by_strategy("least-misery", "the unhappiest member decides"),
    by_strategy("most-pleasure", "the happiest member decides"),
    by_strategy("average-without-misery", "the mean, and nothing that somebody does not want"),
    by_strategy("multiplicative", "the product of the members"),
    by_strategy("borda", "points by rank"),
    by_strategy("copeland", "most comparisons won"),
    by_strategy("approval", "most say yes"),
    by_strategy("turn-taking", "members choose in turn"),
    by_strategy("sp-greedy", "something of everybody's best"),
    by_strategy("ef-greedy", "something that each likes more than the others do"),
    by_strategy("greedy-lm", "the mean and the unhappiest member together"),
    by_strategy("gfar", "something for everybody in every beginning of the list"),
    by_strategy("ep-fuzzda", "everybody's share of what the list gives"),
    by_strategy("diminishing-returns", "what a member is given counts the less, the more they have had"),
    Known {
        name: "sbert",
        about: "items alike in meaning, and factors guessed from it; needs texts",
        space: sbert_space,
        work: Work::Fit(fit_sbert, readable::<SbertParams>),
    },
    Known {
        name: "social",
        about: "neighbours whose weights are learned from taste and friendships; needs friends",
        space: linked::social_space,
        work: Work::Fit(linked::fit_social, readable::<social::Params>),
    },
    Known {
        name: "friend-knn",
        about: "what friends and their friends have; needs friends",
        space: linked::friend_knn_space,
        work: Work::Fit(linked::fit_friend_knn, readable::<friend_knn::Params>),
    },
    Known {
        name: "domain-map",
        about: "a learned map from other domains to the one asked for; needs domains",
        space: linked::domain_map_space,
        work: Work::Fit(linked::fit_domain_map, readable::<domain_map::Params>),
    },
    Known {
        name: "hybrid",
        about: "a learned blend of the other models",
        space: Vec::new,
        work: Work::Hybrid,
    },
    Known {
        name: "vader",
        about: "the sentiment scorer; for the kind sentiment",
        space: Vec::new,
        work: Work::Sentiment,
    },
    Known {
        name: "chat",
        about: "the scorer for party chat; for the kind sentiment",
        space: Vec::new,
        work: Work::Sentiment,
    },
    Known {
        name: "mood-table",
        about: "the mood of works by a table of words; for the kind mood",
        space: Vec::new,
        work: Work::Mood(MoodModel::Table),
    },
    Known {
        name: "mood-ridge",
        about: "the same with ridge regression on words",
        space: mood_space,
        work: Work::Mood(MoodModel::Learned),
    },
    Known {
        name: "emoji-table",
        about: "the mood of emoji by a table; for the kind mood",
        space: Vec::new,
        work: Work::Mood(MoodModel::Emoji),
    },
];

/// A strategy over a model of single people.
const fn by_strategy(name: &'static str, about: &'static str) -> Known {
    Known { name, about, space: Vec::new, work: Work::Groups(check_strategy) }
}

fn check_strategy(entry: &ModelEntry) -> Result<(), LabError> {
    StrategyParams::read(entry).map(|_| ())
}

fn check_group_filter(entry: &ModelEntry) -> Result<(), LabError> {
    readable::<group_filter::Params>(&entry.params).map_err(|trouble| trouble.of(entry))
}

/// Finds a name.
///
/// # Errors
/// [`LabError::Option`] that lists the known ones.
pub fn find(name: &str) -> Result<&'static Known, LabError> {
    KNOWN.iter().find(|k| k.name == name).ok_or_else(|| {
        let known = KNOWN.iter().map(|k| k.name).collect::<Vec<_>>().join(", ");
        LabError::Option(format!("there is no model \"{name}\"; known are {known}"))
    })
}

impl Known {
    /// Whether this is the blend of other models.
    #[must_use]
    pub fn is_hybrid(&self) -> bool {
        matches!(self.work, Work::Hybrid)
    }

    /// Whether this ranks items for people, alone or by blending.
    #[must_use]
    pub fn ranks(&self) -> bool {
        matches!(self.work, Work::Fit(..) | Work::Hybrid)
    }

    /// Whether this ranks items for groups, alone or by blending.
    #[must_use]
    pub fn answers_groups(&self) -> bool {
        !matches!(self.work, Work::Sentiment | Work::Mood(_))
    }

    /// Whether this scores texts.
    #[must_use]
    pub fn feels(&self) -> bool {
        matches!(self.work, Work::Sentiment)
    }

    /// Which model of moods this is, if it is one.
    pub(crate) fn mood(&self) -> Option<MoodModel> {
        if let Work::Mood(model) = self.work { Some(model) } else { None }
    }
}

/// Fits one single model.
///
/// # Errors
/// [`LabError::Option`] for its parameters, [`LabError::Unusable`] when the data lacks what it needs,
/// [`LabError::Fit`] when the fit fails.
pub fn fit(entry: &ModelEntry, data: &FitData, progress: &dyn model::Progress) -> Result<Fitted, LabError> {
    let Work::Fit(fit, _) = find(&entry.name)?.work else {
        return Err(LabError::Option(format!("\"{}\" is not fitted on a matrix alone", entry.name)));
    };
    let mut fitted = fit(data, &entry.params, progress).map_err(|trouble| trouble.of(entry))?;
    if let Some(domains) = &data.domains {
        fitted.scorer = Box::new(linked::InDomain { scorer: fitted.scorer, domains: Arc::clone(domains) });
    }
    Ok(fitted)
}

/// Reads the parameters of an entry without fitting anything, so that a slip is told before the long work.
///
/// # Errors
/// [`LabError::Option`].
pub fn check_params(entry: &ModelEntry) -> Result<(), LabError> {
    let read = match find(&entry.name)?.work {
        Work::Groups(check) => return check(entry),
        Work::Fit(_, check) => check(&entry.params),
        Work::Hybrid => readable::<HybridParams>(&entry.params),
        Work::Mood(MoodModel::Learned) => readable::<LearnedMoodParams>(&entry.params),
        Work::Sentiment | Work::Mood(_) => readable::<NoParams>(&entry.params),
    };
    read.map_err(|trouble| trouble.of(entry))
}

fn readable<T: DeserializeOwned>(params: &Params) -> Result<(), Trouble> {
    read::<T>(params).map(|_| ())
}

/// Reads the parameters of a model; unknown ones are refused by the model's own type.
pub(crate) fn read<T: DeserializeOwned>(params: &Params) -> Result<T, Trouble> {
    serde_json::from_value(Value::Object(params.clone()))
        .map_err(|fault| Trouble::Parameter(fault.to_string()))
}

pub(crate) fn fitted(scorer: impl ProfileScorer + 'static, params: &impl Serialize) -> Fitted {
    let params = serde_json::to_value(params).unwrap_or_default();
    Fitted { scorer: Box::new(scorer), params, found: Vec::new() }
}

#[derive(serde::Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct NoParams {}

fn fit_popularity(data: &FitData, params: &Params, _: &dyn model::Progress) -> Result<Fitted, Trouble> {
    let params: NoParams = read(params)?;
    Ok(fitted(popularity::Popularity::from_counts(&data.matrix), &params))
}

#[derive(serde::Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct RecentParams {
    half_life_days: f64,
}

impl Default for RecentParams {
    fn default() -> Self {
        Self { half_life_days: 30.0 }
    }
}

const DAY_MS: f64 = 86_400_000.0;

fn fit_recent(data: &FitData, params: &Params, _: &dyn model::Progress) -> Result<Fitted, Trouble> {
    let params: RecentParams = read(params)?;
    if !data.timed {
        return Err(Trouble::Lacks("a column \"time\""));
    }
    let events: Vec<(u32, i64, f32)> = data.events.iter().map(|e| (e.item, e.time_ms, e.value)).collect();
    let now_ms = events.iter().map(|e| e.1).max().unwrap_or(0);
    let half_life = popularity::Params { half_life_ms: Some(params.half_life_days * DAY_MS) };
    Ok(fitted(popularity::Popularity::fit(&events, data.matrix.cols(), half_life, now_ms)?, &params))
}

fn recent_space() -> Vec<Dimension> {
    vec![Dimension { param: "half_life_days", search: Search::Log(1.0, 1000.0) }]
}

fn fit_ials(data: &FitData, params: &Params, progress: &dyn model::Progress) -> Result<Fitted, Trouble> {
    let params: ials::Params = read(params)?;
    Ok(fitted(ials::Ials::fit(&data.matrix, params, progress)?, &params))
}

fn ials_space() -> Vec<Dimension> {
    vec![
        Dimension { param: "dims", search: Search::OneOf([64, 96, 128, 192].map(|d| json!(d)).to_vec()) },
        Dimension { param: "alpha0", search: Search::Log(0.05, 0.6) },
        Dimension { param: "lambda", search: Search::Log(0.001, 0.02) },
        Dimension { param: "nu", search: Search::OneOf(vec![json!(0.75), json!(1.0)]) },
        Dimension { param: "iterations", search: Search::Whole(8, 20) },
    ]
}

fn mood_space() -> Vec<Dimension> {
    vec![
        Dimension { param: "lambda", search: Search::Log(10.0, 300.0) },
        Dimension { param: "table", search: Search::Even(1.0, 8.0) },
        Dimension { param: "pairs", search: Search::Even(0.3, 1.5) },
        Dimension { param: "names", search: Search::Even(0.5, 1.5) },
    ]
}

fn fit_knn(data: &FitData, params: &Params, progress: &dyn model::Progress) -> Result<Fitted, Trouble> {
    let params: item_knn::Params = read(params)?;
    Ok(fitted(item_knn::ItemKnn::fit(&data.matrix, params, progress)?, &params))
}

fn knn_space() -> Vec<Dimension> {
    let mut similarities = vec![json!("cosine"), json!("jaccard"), json!("dice")];
    similarities.extend([0.3, 0.4, 0.6].map(|alpha| json!({ "asymmetric": { "alpha": alpha } })));
    vec![
        Dimension { param: "neighbours", search: Search::LogWhole(20.0, 300.0) },
        Dimension { param: "similarity", search: Search::OneOf(similarities) },
        Dimension { param: "shrink", search: Search::Log(0.1, 1000.0) },
        Dimension {
            param: "weighting",
            search: Search::OneOf(["none", "tf_idf", "bm25"].map(|w| json!(w)).to_vec()),
        },
    ]
}

fn fit_ease(data: &FitData, params: &Params, progress: &dyn model::Progress) -> Result<Fitted, Trouble> {
    let params: ease::Params = read(params)?;
    Ok(fitted(ease::Ease::fit(&data.matrix, params, progress)?, &params))
}

fn ease_space() -> Vec<Dimension> {
    vec![Dimension { param: "lambda", search: Search::Log(200.0, 3000.0) }]
}

fn fit_tfidf(data: &FitData, params: &Params, _: &dyn model::Progress) -> Result<Fitted, Trouble> {
    let weights: tfidf::Weights = read(params)?;
    let texts = data.texts.as_ref().ok_or(Trouble::Lacks("texts of the items (files.items)"))?;
    Ok(fitted(tfidf::Tfidf::fit(&texts.documents(), weights), &weights))
}

fn fit_sbert(data: &FitData, params: &Params, progress: &dyn model::Progress) -> Result<Fitted, Trouble> {
    let params: SbertParams = read(params)?;
    let texts = data.texts.as_ref().ok_or(Trouble::Lacks("texts of the items (files.items)"))?;
    let scorer = sbert::fit(data, texts, &params, progress)?;
    Ok(Fitted { scorer, params: serde_json::to_value(&params).unwrap_or_default(), found: Vec::new() })
}

fn sbert_space() -> Vec<Dimension> {
    vec![
        Dimension { param: "lambda", search: Search::Log(0.5, 20.0) },
        Dimension {
            param: "weight_power",
            search: Search::OneOf([0.0, 0.5, 1.0].map(|w| json!(w)).to_vec()),
        },
        Dimension { param: "years", search: Search::OneOf([0.5, 1.0, 2.0].map(|w| json!(w)).to_vec()) },
        Dimension { param: "amount", search: Search::OneOf([0.0, 0.3, 0.6].map(|w| json!(w)).to_vec()) },
    ]
}

fn group_filter_space() -> Vec<Dimension> {
    let weight = |param, high| Dimension { param, search: Search::Log(0.02, high) };
    let exponent = |param| Dimension {
        param,
        search: Search::OneOf([0.0, 0.25, 0.5, 0.75, 1.0].map(|e| json!(e)).to_vec()),
    };
    let power = |param| Dimension {
        param,
        search: Search::OneOf([0.5, 0.75, 1.0, 1.5, 2.0].map(|e| json!(e)).to_vec()),
    };
    let mut space = vec![
        weight("groups_weight", 0.5),
        weight("members_weight", 0.8),
        weight("members_second", 0.5),
        weight("people_weight", 1.0),
        weight("overlap_weight", 0.4),
        Dimension { param: "overlap_people", search: Search::Even(0.5, 2.0) },
    ];
    space.extend(["groups_power", "members_power", "people_power"].map(power));
    let exponents = [
        "groups_rows",
        "groups_source",
        "groups_target",
        "members_rows",
        "members_source",
        "members_target",
        "people_rows",
        "people_source",
        "people_target",
        "overlap_groups",
    ];
    space.extend(exponents.map(exponent));
    space
}

#[cfg(test)]
mod tests {
    use super::*;
    use soiree_domain::Strategy;

    #[test]
    fn every_strategy_is_known() {
        for strategy in Strategy::ALL {
            assert!(find(strategy.as_str()).is_ok_and(Known::answers_groups), "{strategy}");
        }
    }
}
