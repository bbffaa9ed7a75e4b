//! Models that answer groups, behind the same face as those that answer people.

use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;
use soiree_algorithms::group::{Terms, aggregate};
use soiree_algorithms::group_filter::{self, Asked, Evidence, GroupFilter};
use soiree_algorithms::model::{self, Profile, ProfileScorer};
use soiree_algorithms::popularity::Popularity;
use soiree_domain::Strategy;

use super::known::Known;
use crate::error::LabError;
use crate::models::{self, Fitted, Trouble};
use crate::protocol::ModelEntry;
use crate::strategies::{PersonModels, StrategyParams, fits, strategy};

/// What is fitted on, and what is shared by several fits.
pub(super) struct Ground {
    pub(super) known: Arc<Known>,
    /// Weight of the members' mean history for models that know no groups.
    pub(super) histories: f32,
    pub(super) people: PersonModels,
}

impl Ground {
    pub(super) fn new(known: Arc<Known>, histories: f32) -> Self {
        Self { known, histories, people: PersonModels::default() }
    }

    pub(super) fn fit(&self, entry: &ModelEntry, progress: &dyn model::Progress) -> Result<Fitted, LabError> {
        let known = Arc::clone(&self.known);
        if let Some(strategy) = strategy(entry) {
            let params = StrategyParams::read(entry)?;
            let person = self.people.get(&params, &known.together, progress)?;
            let scorer = Members { known, strategy, person, params: params.clone(), done: Mutex::default() };
            let params = serde_json::to_value(&params).unwrap_or_default();
            return Ok(Fitted { scorer: Box::new(scorer), params, found: Vec::new() });
        }
        match entry.name.as_str() {
            "popularity" => {
                let groups = Popularity::from_counts(&known.groups);
                let people = Popularity::from_counts(&known.people);
                let scorer = Popular { known, groups, people };
                Ok(Fitted { scorer: Box::new(scorer), params: serde_json::json!({}), found: Vec::new() })
            }
            "group-filter" => {
                let params: group_filter::Params =
                    models::read(&entry.params).map_err(|trouble| trouble.of(entry))?;
                let Known { groups, members, people, .. } = &*known;
                let model =
                    GroupFilter::fit(Evidence { groups, members, people }, params, usize::MAX, progress)
                        .map_err(|fault| Trouble::Fit(fault).of(entry))?;
                let params = serde_json::to_value(params).unwrap_or_default();
                Ok(Fitted {
                    scorer: Box::new(Filtered { space: known.space, model }),
                    params,
                    found: Vec::new(),
                })
            }
            _ => {
                let Fitted { scorer, params, .. } = models::fit(entry, &known.stacked, progress)?;
                let scorer = Stacked { known, scorer, histories: self.histories };
                Ok(Fitted { scorer: Box::new(scorer), params, found: Vec::new() })
            }
        }
    }
}

/// Counts of groups for groups, of people for people.
struct Popular {
    known: Arc<Known>,
    groups: Popularity,
    people: Popularity,
}

impl ProfileScorer for Popular {
    fn items(&self) -> usize {
        self.groups.items()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        match self.known.space.read(profile).group {
            Some(_) => self.groups.score(&[], out),
            None => self.people.score(&[], out),
        }
    }
}

struct Filtered {
    space: super::space::Space,
    model: GroupFilter,
}

impl ProfileScorer for Filtered {
    fn items(&self) -> usize {
        self.model.items()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        let said = self.space.read(profile);
        self.model.score(&Asked { history: said.history, members: &said.members, group: said.group }, out);
    }
}

/// A model of people that was fitted on groups and people as if they were one kind, asked with what a group has done and
/// a little of what its members have done; with the members' alone when the group has done nothing.
struct Stacked {
    known: Arc<Known>,
    scorer: Box<dyn ProfileScorer>,
    histories: f32,
}

impl ProfileScorer for Stacked {
    fn items(&self) -> usize {
        self.scorer.items()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        let said = self.known.space.read(profile);
        let share = if said.history.is_empty() { 1.0 } else { self.histories };
        if said.group.is_none() || share == 0.0 {
            return self.scorer.score(said.history, out);
        }
        let mut sums: FxHashMap<u32, f32> = said.history.iter().copied().collect();
        for &member in &said.members {
            for &item in self.known.people.row(member as usize).0 {
                *sums.entry(item).or_default() += share / said.members.len() as f32;
            }
        }
        let mut mixed: Vec<(u32, f32)> = sums.into_iter().collect();
        mixed.sort_unstable_by_key(|cell| cell.0);
        self.scorer.score(&mixed, out);
    }
}

/// A strategy over what each member likes; a member's history holds what their groups did too.
struct Members {
    known: Arc<Known>,
    strategy: Strategy,
    person: Arc<dyn ProfileScorer>,
    params: StrategyParams,
    /// Scores of groups, which are asked several times over.
    done: Mutex<FxHashMap<u32, Arc<Vec<f32>>>>,
}

impl Members {
    fn list(&self, members: &[u32]) -> Vec<f32> {
        let fits: Vec<Vec<f32>> = members
            .iter()
            .map(|&member| {
                let profile = self.known.together.matrix.profile(member as usize);
                let mut scores = vec![0_f32; self.items()];
                self.person.score(&profile, &mut scores);
                fits(&mut scores);
                scores
            })
            .collect();
        let fits: Vec<&[f32]> = fits.iter().map(Vec::as_slice).collect();
        let terms = Terms { misery: self.params.misery, length: self.params.length };
        aggregate(self.strategy, &fits, &vec![1.0; fits.len()], &terms)
    }
}

impl ProfileScorer for Members {
    fn items(&self) -> usize {
        self.person.items()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        let said = self.known.space.read(profile);
        let Some(group) = said.group else {
            return out.copy_from_slice(&self.list(&said.members));
        };
        let kept = self.done.lock().expect("no holder panics").get(&group).map(Arc::clone);
        let scores = kept.unwrap_or_else(|| {
            let scores = Arc::new(self.list(&said.members));
            self.done.lock().expect("no holder panics").insert(group, Arc::clone(&scores));
            scores
        });
        out.copy_from_slice(&scores);
    }
}
