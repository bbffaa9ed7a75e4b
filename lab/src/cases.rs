//! From parts of a split to cases: one person, what is shown of them, what is asked, and the candidates.

use std::sync::Arc;

use rand::RngExt;
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::matrix::Csr;

use crate::events::{Event, Loaded, PublishedCase};
use crate::protocol::{CandidateRule, Ranking};
use crate::split::{self, Held, random_for};
use crate::texts::Texts;

const NEGATIVES: u64 = 5;

/// What a model is fitted on.
#[derive(Debug, Clone, Default)]
pub struct FitData {
    /// People as rows, items as columns.
    pub matrix: Csr,
    /// The same events with their times.
    pub events: Vec<Event>,
    /// Whether the times mean something.
    pub timed: bool,
    /// Each item's texts, when the protocol has them.
    pub texts: Option<Arc<Texts>>,
    /// Who is a friend of whom, when the protocol says so.
    pub friends: Option<Arc<Csr>>,
    /// The domains of the items, when some of them are asked for apart.
    pub domains: Option<Arc<Domains>>,
}

/// Which domain each item belongs to, and which one is asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Domains {
    /// The labels.
    pub labels: Vec<String>,
    /// The domain of each item, a place in `labels`.
    pub of_item: Vec<u16>,
    /// The domain whose items are ranked, a place in `labels`.
    pub target: u16,
}

/// One question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The person.
    pub user: u32,
    /// The (item, weight) pairs the model sees, items rising.
    pub shown: Vec<(u32, f32)>,
    /// The items asked for, rising.
    pub wanted: Vec<u32>,
    /// What is ranked.
    pub candidates: Candidates,
}

/// What is ranked beside the items asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Candidates {
    /// Every item but these, rising.
    AllBut(Vec<u32>),
    /// Just these. One that is itself asked for ties with itself, as in the published file it comes from.
    Only(Vec<u32>),
}

/// A fit and the cases it is judged by.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What models are fitted on.
    pub fit: Arc<FitData>,
    /// Who is asked.
    pub cases: Vec<Case>,
}

/// One seed's split, ready to run.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The seed of the split.
    pub seed: u64,
    /// Where parameters and weights are chosen. Shares its fit with the test unless it was carved from training.
    pub validation: Stage,
    /// What is reported.
    pub test: Stage,
    /// What was counted on the way.
    pub counts: Counts,
}

/// Counts of one split, for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Training events.
    pub train: usize,
    /// Validation events.
    pub validation: usize,
    /// Test events.
    pub test: usize,
    /// Test cases: people, or lines of the published file.
    pub cases: usize,
    /// People left out of the test because nothing of them is known.
    pub unknown_people: usize,
    /// Test events that also stand in training.
    pub leaked: usize,
    /// Published negatives that are the very item asked for.
    pub negatives_asked_for: usize,
}

/// Splits with one seed and builds the cases.
#[must_use]
pub fn trial(ranking: &Ranking, loaded: &Loaded, seed: u64) -> Trial {
    let parts = split::split(&ranking.split, loaded, seed);
    let texts = loaded.texts.clone().map(Arc::new);
    let friends = loaded.friends.clone().map(Arc::new);
    let fit_data = |events: Vec<Event>| {
        let cells: Vec<(u32, u32, f32)> = events.iter().map(|e| (e.user, e.item, e.value)).collect();
        let matrix = Csr::from_triplets(loaded.users.len(), loaded.items.len(), &cells);
        let (texts, friends) = (texts.clone(), friends.clone());
        Arc::new(FitData { matrix, events, timed: loaded.timed, texts, friends, domains: None })
    };
    let leaked = split::leaked(&parts);
    let carved = split::carve(ranking.validation.carve, &parts.fit, ranking.validation.seed);
    let fit = fit_data(parts.fit);

    let items = loaded.items.len();
    let chosen_on = match ranking.validation.negatives {
        0 => CandidateRule::All,
        n => CandidateRule::Sampled(n),
    };
    let validation_seed = ranking.validation.seed ^ seed.rotate_left(16);
    let (validation_fit, validation_held) = match carved {
        Some((left, held)) => (fit_data(left), held),
        None => (Arc::clone(&fit), parts.validation.clone()),
    };
    let validation =
        Maker { fit: &validation_fit, items, masked: &[], mask_shown: true, seed: validation_seed }.cases(
            &validation_held,
            chosen_on,
            &[],
        );

    let masked = if ranking.mask.validation { parts.validation.wanted.as_slice() } else { &[] };
    let maker = Maker { fit: &fit, items, masked, mask_shown: ranking.mask.train, seed };
    let test = maker.cases(&parts.test, ranking.candidates, &loaded.negatives);
    let counts = Counts {
        train: fit.events.len(),
        validation: validation.1,
        test: test.1,
        cases: test.0.len(),
        unknown_people: test.2,
        leaked,
        negatives_asked_for: test.0.iter().map(asked_twice).sum(),
    };
    Trial {
        seed,
        validation: Stage { fit: validation_fit, cases: validation.0 },
        test: Stage { fit, cases: test.0 },
        counts,
    }
}

fn asked_twice(case: &Case) -> usize {
    match &case.candidates {
        Candidates::Only(list) => list.iter().filter(|i| case.wanted.binary_search(i).is_ok()).count(),
        Candidates::AllBut(_) => 0,
    }
}

/// A person, the items asked for, and published negatives.
type Question<'a> = (u32, Vec<u32>, Option<&'a [u32]>);

struct Maker<'a> {
    fit: &'a FitData,
    items: usize,
    /// Further events that are left out of the candidates.
    masked: &'a [Event],
    mask_shown: bool,
    seed: u64,
}

impl Maker<'_> {
    /// The cases, how many events they ask for, and how many people were left out because nothing of them is
    /// known.
    fn cases(
        &self,
        held: &Held,
        rule: CandidateRule,
        published: &[PublishedCase],
    ) -> (Vec<Case>, usize, usize) {
        let shown = held.shown.as_deref().map(grouped);
        let masked = grouped(self.masked);
        let mut asked: Vec<Question<'_>> = if rule == CandidateRule::Published {
            published.iter().map(|p| (p.user, vec![p.wanted], Some(p.negatives.as_slice()))).collect()
        } else {
            grouped(&held.wanted)
                .into_iter()
                .map(|(u, list)| (u, list.iter().map(|e| e.0).collect(), None))
                .collect()
        };
        asked.sort_by_key(|a| a.0);
        let (mut unknown, mut events, mut out) = (0, 0, Vec::with_capacity(asked.len()));
        for (user, wanted, negatives) in asked {
            let profile = match &shown {
                Some(shown) => shown.get(&user).cloned().unwrap_or_default(),
                None => self.fit.matrix.profile(user as usize),
            };
            // Weights must be above zero; what somebody disliked is no part of a profile.
            let profile: Vec<(u32, f32)> = profile.into_iter().filter(|p| p.1 > 0.0).collect();
            if profile.is_empty() {
                unknown += 1;
                continue;
            }
            events += wanted.len();
            let mut hidden: Vec<u32> = masked.get(&user).into_iter().flatten().map(|e| e.0).collect();
            if self.mask_shown {
                hidden.extend(profile.iter().map(|e| e.0));
            }
            // What is asked for must be answerable, even where a published split leaks it into training.
            hidden.retain(|i| wanted.binary_search(i).is_err());
            hidden.sort_unstable();
            hidden.dedup();
            let candidates = match (rule, negatives) {
                (_, Some(list)) => Candidates::Only(list.to_vec()),
                (CandidateRule::Sampled(n), None) => Candidates::Only(self.sample(user, n, &wanted, &hidden)),
                _ => Candidates::AllBut(hidden),
            };
            out.push(Case { user, shown: profile, wanted, candidates });
        }
        (out, events, unknown)
    }

    /// Up to `n` different random items that are neither asked for nor hidden.
    fn sample(&self, user: u32, n: usize, wanted: &[u32], hidden: &[u32]) -> Vec<u32> {
        let mut random = random_for(self.seed, NEGATIVES, user);
        let items = u32::try_from(self.items).unwrap_or(u32::MAX);
        let free = |i: &u32| wanted.binary_search(i).is_err() && hidden.binary_search(i).is_err();
        if self.items.saturating_sub(wanted.len() + hidden.len()) < 2 * n {
            // Few are left, so drawing until enough are found could take for ever.
            let mut rest: Vec<u32> = (0..items).filter(free).collect();
            for i in 0..rest.len().min(n) {
                let other = random.random_range(i..rest.len());
                rest.swap(i, other);
            }
            rest.truncate(n);
            return rest;
        }
        let (mut drawn, mut out) = (FxHashSet::default(), Vec::with_capacity(n));
        while out.len() < n {
            let item = random.random_range(0..items);
            if free(&item) && drawn.insert(item) {
                out.push(item);
            }
        }
        out
    }
}

/// Each person's (item, weight) pairs, items rising.
fn grouped(events: &[Event]) -> FxHashMap<u32, Vec<(u32, f32)>> {
    let mut out: FxHashMap<u32, Vec<(u32, f32)>> = FxHashMap::default();
    for event in events {
        out.entry(event.user).or_default().push((event.item, event.value));
    }
    for list in out.values_mut() {
        list.sort_by_key(|e| e.0);
        list.dedup_by_key(|e| e.0);
    }
    out
}
