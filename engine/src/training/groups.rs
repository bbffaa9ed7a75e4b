//! What is learned from groups: who had what together, one work of some of them hidden to see how well it is found again.

use super::figures::{Ran, measure};
use super::{Evidence, Row, TrainParams, Watch};
use crate::candidates::Scene;
use crate::group;
use crate::request::{Context, Event, Group, Person, Request, Together};
use crate::settings::{BlendSettings, GROUP_PARTS};
use crate::together::Shared;
use crate::{Bundle, Catalogue, EngineError, Served};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::blend::Case;
use soiree_algorithms::group_filter::{self, GroupFilter, Links};
use soiree_algorithms::matrix::Csr;
use soiree_domain::{CROWD, ItemId, Strategy, UserId};

/// People who had something together: a party, or a group whose past was imported.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evening {
    /// Numbers of the people, each below [`super::TrainingSet::users`] and named once.
    pub people: Vec<u32>,
    /// What they had, by its place in [`super::TrainingSet::items`], and when they first did, Unix milliseconds.
    pub works: Vec<(u32, i64)>,
}

/// Fewer evenings say nothing about groups.
const LEAST: usize = 20;
/// The share of the evenings with a past that lose a work.
const SHARE: f64 = 0.25;
/// Fewer that lost a work teach nothing.
const LEAST_HIDDEN: usize = 50;

impl Evening {
    /// Whether something was had by a company.
    pub(super) fn counts(&self) -> bool {
        (2..=CROWD as usize).contains(&self.people.len()) && !self.works.is_empty()
    }
}

/// Whether there are enough groups to learn from. Asked once of everybody, so that the hold-out fits what is served.
pub(super) fn enough(evenings: &[Evening]) -> bool {
    evenings.len() >= LEAST
}

/// Fits the group model on evenings and on who took what.
pub(super) fn fit(
    evenings: &[Evening],
    taken: &Csr,
    params: &TrainParams,
    watch: &dyn Watch,
) -> Result<Links, EngineError> {
    let cells = |each: &dyn Fn(&Evening) -> Vec<u32>| -> Vec<(u32, u32, f32)> {
        let rows = (0_u32..).zip(evenings);
        rows.flat_map(|(row, evening)| each(evening).into_iter().map(move |at| (row, at, 1.0))).collect()
    };
    let works = cells(&|evening| evening.works.iter().map(|work| work.0).collect());
    let people = cells(&|evening| evening.people.clone());
    let evidence = group_filter::Evidence {
        groups: &Csr::from_triplets(evenings.len(), taken.cols(), &works),
        members: &Csr::from_triplets(evenings.len(), taken.rows(), &people),
        people: taken,
    };
    let fitted = GroupFilter::fit(evidence, params.group_filter, params.neighbours, watch);
    Ok(fitted.map_err(EngineError::fit("group-filter"))?.links(params.neighbours))
}

/// What one group lost: the evening's number and the work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hidden {
    evening: usize,
    wanted: u32,
}

/// Hides the newest work of a seeded quarter of the groups that have a past without it, of at most
/// [`TrainParams::holdout_max_people`]; none where they are too few to learn from. Groups are asked all of whose people are
/// `whole`.
pub(super) fn split(evenings: &[Evening], whole: impl Fn(u32) -> bool, params: &TrainParams) -> Vec<Hidden> {
    let of = evenings_of(evenings);
    let mut hidden: Vec<Hidden> = (0..evenings.len())
        .filter(|&at| evenings[at].works.len() >= 2 && evenings[at].people.iter().all(|&user| whole(user)))
        .filter_map(|evening| {
            let newest =
                evenings[evening].works.iter().max_by_key(|work| (work.1, draw(work.0, params.seed)))?;
            Some(Hidden { evening, wanted: newest.0 })
        })
        .filter(|&lost| is_new(evenings, &of, lost))
        .collect();
    let most = ((hidden.len() as f64 * SHARE) as usize).min(params.holdout_max_people);
    hidden.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(params.seed));
    hidden.truncate(most);
    if hidden.len() < LEAST_HIDDEN { Vec::new() } else { hidden }
}

/// Whether so few of the company had the work on other evenings that it might be recommended to them.
fn is_new(evenings: &[Evening], of: &FxHashMap<u32, Vec<usize>>, lost: Hidden) -> bool {
    let had = |at: &usize| evenings[*at].works.iter().any(|work| work.0 == lost.wanted);
    let elsewhere = |person: &u32| of[person].iter().filter(|&&at| at != lost.evening).any(had);
    let people = &evenings[lost.evening].people;
    let who = people.iter().filter(|person| elsewhere(person)).count();
    who as f32 <= BlendSettings::default().seen_share * people.len() as f32
}

/// Tells works of the same time apart, not by the catalogue's order, which often is an order of fame.
fn draw(item: u32, seed: u64) -> u64 {
    (u64::from(item) ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31)
}

/// The evenings without what is hidden, and who lost which work as (person, item).
pub(super) fn without(evenings: &[Evening], hidden: &[Hidden]) -> (Vec<Evening>, FxHashSet<(u32, u32)>) {
    let mut rest = evenings.to_vec();
    let mut gone = FxHashSet::default();
    for lost in hidden {
        let evening = &mut rest[lost.evening];
        evening.works.retain(|work| work.0 != lost.wanted);
        gone.extend(evening.people.iter().map(|&person| (person, lost.wanted)));
    }
    (rest, gone)
}

/// Ranks every hidden work among its domain's candidates for its group, by the members on average, the group as one
/// person and the group model, and learns how much each counts.
pub(super) fn run(
    bundle: &Bundle,
    catalogue: &Catalogue,
    hidden: &[Hidden],
    rest: &Evidence,
    params: &TrainParams,
    now_ms: i64,
) -> Ran<{ GROUP_PARTS.len() }> {
    let settings = BlendSettings { deeds: params.deeds, ..BlendSettings::default() };
    let served = bundle.clone().attach(catalogue);
    let asked = Asked {
        served: &served,
        catalogue,
        settings: &settings,
        now_ms,
        histories: histories(rest, catalogue, hidden),
        evenings_of: evenings_of(&rest.evenings),
        works: rest.evenings.iter().map(|evening| works(evening, catalogue)).collect(),
        rest,
    };
    let cases: Vec<Case> = hidden.par_iter().map(|lost| asked.case(*lost)).collect();
    measure(&cases, GROUP_PARTS, settings.group_shares, params.seed)
}

fn works(evening: &Evening, catalogue: &Catalogue) -> Vec<ItemId> {
    evening.works.iter().map(|work| catalogue.item(work.0).id.clone()).collect()
}

/// The deeds of everybody who is asked for.
fn histories(rest: &Evidence, catalogue: &Catalogue, hidden: &[Hidden]) -> FxHashMap<u32, Vec<Event>> {
    let people = hidden.iter().flat_map(|lost| &rest.evenings[lost.evening].people);
    let mut histories: FxHashMap<u32, Vec<Event>> = people.map(|&person| (person, Vec::new())).collect();
    for &Row { user, item, kind, value, at_ms } in &rest.rows {
        if let Some(events) = histories.get_mut(&user) {
            events.push(Event { item: catalogue.item(item).id.clone(), kind, value, at_ms });
        }
    }
    histories
}

/// The numbers of each person's evenings.
fn evenings_of(evenings: &[Evening]) -> FxHashMap<u32, Vec<usize>> {
    let mut out: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (at, evening) in evenings.iter().enumerate() {
        evening.people.iter().for_each(|&person| out.entry(person).or_default().push(at));
    }
    out
}

/// Who is asked, and with what.
struct Asked<'a> {
    served: &'a Served,
    catalogue: &'a Catalogue,
    settings: &'a BlendSettings,
    now_ms: i64,
    histories: FxHashMap<u32, Vec<Event>>,
    evenings_of: FxHashMap<u32, Vec<usize>>,
    /// What each evening had.
    works: Vec<Vec<ItemId>>,
    rest: &'a Evidence,
}

impl Asked<'_> {
    fn case(&self, lost: Hidden) -> Case {
        let people = &self.rest.evenings[lost.evening].people;
        let nobody = UserId::new("hold-out").expect("a plain word is an id");
        let members: Vec<Person<'_>> = people
            .iter()
            .map(|person| Person::new(&nobody, self.histories.get(person).map_or(&[], Vec::as_slice)))
            .collect();
        let together = self.together(people);
        let group = Group { together: &together, ..Group::new(&members, Strategy::Average) };
        let ctx = Context { now_ms: self.now_ms, ..Context::default() };
        let domain = self.catalogue.facts(lost.wanted).domain;
        let request = Request { domains: Some(vec![domain]), ..Request::default() };
        let scene = Scene::new(self.served, self.catalogue, &ctx, &request, self.settings, None);
        let wanted = self.served.slot_of(lost.wanted).unwrap_or(u32::MAX);
        group::case(&scene, &group, &request, wanted)
    }

    /// What the people had together in this and other evenings.
    fn together(&self, people: &[u32]) -> Vec<Together> {
        let mut present: FxHashMap<usize, usize> = FxHashMap::default();
        let theirs = people.iter().filter_map(|person| self.evenings_of.get(person));
        theirs.flatten().for_each(|&evening| *present.entry(evening).or_default() += 1);
        let mut shared: Vec<(usize, usize)> = present.into_iter().filter(|cell| cell.1 >= 2).collect();
        shared.sort_unstable();
        let evenings = shared.into_iter().map(|(at, present)| {
            let people = self.rest.evenings[at].people.len();
            Shared { present, people, works: &self.works[at] }
        });
        Together::from_evenings(people.len(), evenings)
    }
}

#[cfg(test)]
mod tests;
