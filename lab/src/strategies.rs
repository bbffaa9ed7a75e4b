//! Parameters of the strategies, and the models of single people that stand behind them.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use soiree_algorithms::group::{MISERY, Terms};
use soiree_algorithms::model::{self, ProfileScorer};
use soiree_domain::Strategy;

use crate::cases::FitData;
use crate::error::LabError;
use crate::models;
use crate::protocol::{ModelEntry, Params};

/// Parameters of every strategy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StrategyParams {
    /// The model that says what each member likes.
    pub(crate) person: String,
    /// Its parameters.
    pub(crate) person_params: Params,
    /// Below this fit an item is a misery to a member.
    pub(crate) misery: f32,
    /// How long lists are that are built place by place; for parties it is that of a round.
    pub(crate) length: usize,
    /// Whether who came off badly weighs more in the next round; for parties.
    pub(crate) debt: bool,
    /// The share that the fit to a random mood of the room has in each member's fits; for parties with texts of their
    /// items. The server's default comes to 0.053.
    pub(crate) mood: f32,
}

impl Default for StrategyParams {
    fn default() -> Self {
        let length = Terms::default().length;
        Self {
            person: "ease".to_owned(),
            person_params: Params::new(),
            misery: MISERY,
            length,
            debt: true,
            mood: 0.0,
        }
    }
}

impl StrategyParams {
    pub(crate) fn read(entry: &ModelEntry) -> Result<Self, LabError> {
        let params: Self = models::read(&entry.params).map_err(|trouble| trouble.of(entry))?;
        models::check_params(&params.entry())?;
        Ok(params)
    }

    fn entry(&self) -> ModelEntry {
        let (name, params) = (self.person.clone(), self.person_params.clone());
        ModelEntry { label: name.clone(), name, params, chosen: None }
    }
}

/// The strategy of an entry, if it is one.
pub(crate) fn strategy(entry: &ModelEntry) -> Option<Strategy> {
    entry.name.parse().ok()
}

type Kept = Vec<(String, Params, Arc<dyn ProfileScorer>)>;

/// Models of people, each fitted once however many strategies stand on it.
#[derive(Default)]
pub(crate) struct PersonModels(Mutex<Kept>);

impl PersonModels {
    pub(crate) fn get(
        &self,
        params: &StrategyParams,
        data: &FitData,
        progress: &dyn model::Progress,
    ) -> Result<Arc<dyn ProfileScorer>, LabError> {
        let mut kept = self.0.lock().expect("no holder panics");
        let same =
            |(name, with, _): &&(String, Params, _)| *name == params.person && *with == params.person_params;
        if let Some((_, _, found)) = kept.iter().find(same) {
            return Ok(Arc::clone(found));
        }
        let fitted = models::fit(&params.entry(), data, progress)?;
        let scorer: Arc<dyn ProfileScorer> = Arc::from(fitted.scorer);
        kept.push((params.person.clone(), params.person_params.clone(), Arc::clone(&scorer)));
        Ok(scorer)
    }
}

/// Fits of one member: scores over the highest of them, none below 0.
pub(crate) fn fits(scores: &mut [f32]) {
    let most = scores.iter().copied().filter(|s| s.is_finite()).fold(0.0, f32::max);
    for score in scores {
        *score = if most > 0.0 && score.is_finite() { (*score / most).max(0.0) } else { 0.0 };
    }
}
