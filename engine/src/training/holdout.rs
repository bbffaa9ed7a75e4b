//! The hold-out: one recent positive of each of some people is hidden, found again, and learned from. Others lose all
//! they have in one domain and are asked for it, going by what they have in the others.

use super::domains::{domains_of, eligible};
use super::figures::{Ran, measure};
use super::{Row, TrainParams};
use crate::blend::{fill, normalise};
use crate::candidates::Scene;
use crate::context::Moment;
use crate::profile::Profile;
use crate::request::{Context, Event, Person, Request};
use crate::settings::{BlendSettings, LEARNED, place};
use crate::table::{self, with_scratch};
use crate::{Bundle, Catalogue, Served};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::blend::Case;
use soiree_algorithms::matrix::Csr;
use soiree_domain::{Domain, ItemId, Source, UserId};
use std::collections::BTreeMap;

const POSITIVES: usize = 5;
/// The share of the people known in a domain and others who lose that domain, and of all of them over all domains.
const COLD_SHARE: f64 = 0.2;
const MOST_COLD: f64 = 0.6;
/// Fewer who lost a domain teach nothing.
const LEAST_COLD: usize = 50;
const SOURCES: usize = LEARNED.len();

/// What people lost.
pub(super) struct Split {
    /// By person.
    hidden: Vec<Hidden>,
    /// By person; nobody who is among the hidden.
    cold: Vec<Hidden>,
    /// Who lost which item, and who lost which domain.
    pairs: FxHashSet<(u32, u32)>,
    domains: BTreeMap<u32, Domain>,
}

impl Split {
    /// Whether somebody lost all they had in one domain.
    pub(super) fn lost_a_domain(&self, person: u32) -> bool {
        self.domains.contains_key(&person)
    }

    /// Whether a row is left.
    pub(super) fn keeps(&self, row: &Row, catalogue: &Catalogue) -> bool {
        let domain = || catalogue.facts(row.item).domain;
        !self.pairs.contains(&(row.user, row.item))
            && self.domains.get(&row.user).is_none_or(|&gone| gone != domain())
    }
}

/// What one person lost.
pub(super) struct Hidden {
    pub(super) user: u32,
    /// What is to be found again.
    pub(super) wanted: u32,
    /// The domain, if all they had in it is gone.
    pub(super) domain: Option<Domain>,
}

/// Hides the newest positive among `seen` items of a seeded choice of people, and one domain of others; `None` when too few people have
/// enough.
pub(super) fn split(
    rows: &[Row],
    seen: &impl Fn(u32) -> bool,
    taken: &Csr,
    catalogue: &Catalogue,
    domains: &[Domain],
    params: &TrainParams,
) -> Option<Split> {
    let enough = |&u: &u32| taken.row(u as usize).0.len() >= POSITIVES;
    let mut people: Vec<u32> = (0..taken.rows() as u32).filter(enough).collect();
    if people.len() < params.holdout_min_people.max(2) {
        return None;
    }
    let lost = cold(taken, catalogue, domains, params);
    people.retain(|user| !lost.contains_key(user));
    people.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(params.seed));
    people.truncate(params.holdout_max_people.max(2));
    let asked: BTreeMap<u32, Option<Domain>> = people
        .iter()
        .map(|&user| (user, None))
        .chain(lost.iter().map(|(&user, &d)| (user, Some(d))))
        .collect();
    let newest = newest(rows.iter().filter(|row| seen(row.item)), taken, catalogue, &asked, params);
    let all = asked
        .iter()
        .filter_map(|(&user, &domain)| Some(Hidden { user, wanted: *newest.get(&user)?, domain }));
    let (hidden, cold): (Vec<Hidden>, Vec<Hidden>) = all.partition(|hidden| hidden.domain.is_none());
    let pairs = hidden.iter().map(|h| (h.user, h.wanted)).collect();
    Some(Split { hidden, cold, pairs, domains: lost })
}

/// The newest positive of everybody who is asked, in their domain if one is named.
fn newest<'a>(
    rows: impl Iterator<Item = &'a Row>,
    taken: &Csr,
    catalogue: &Catalogue,
    asked: &BTreeMap<u32, Option<Domain>>,
    params: &TrainParams,
) -> FxHashMap<u32, u32> {
    // Where deeds carry no time of their own all are equally new; the choice among them must not follow the
    // catalogue's order, which often is an order of fame.
    let draw = |user: u32, item: u32| {
        Xoshiro256PlusPlus::seed_from_u64(params.seed ^ (u64::from(user) << 32 | u64::from(item))).next_u64()
    };
    let mut best: FxHashMap<u32, (i64, u64, u32)> = FxHashMap::default();
    for row in rows {
        let Some(domain) = asked.get(&row.user) else { continue };
        let positive = params.deeds.strength(row.kind, row.value) > 0.0;
        let ours = domain.is_none_or(|domain| catalogue.facts(row.item).domain == domain);
        if positive && ours && taken.row(row.user as usize).0.binary_search(&row.item).is_ok() {
            let known = best.entry(row.user).or_insert((i64::MIN, 0, 0));
            *known = (*known).max((row.at_ms, draw(row.user, row.item), row.item));
        }
    }
    best.into_iter().map(|(user, (_, _, item))| (user, item)).collect()
}

/// Some of the people who are known in one of these domains and in others, each for one domain; nobody where they would be
/// too few to learn from.
fn cold(
    taken: &Csr,
    catalogue: &Catalogue,
    domains: &[Domain],
    params: &TrainParams,
) -> BTreeMap<u32, Domain> {
    let of_item = domains_of(catalogue);
    // Most of them keep everything, also where there are many domains to lose.
    let share = COLD_SHARE.min(MOST_COLD / domains.len().max(1) as f64);
    let mut lost = BTreeMap::new();
    for &domain in domains {
        let mut people = eligible(taken, &of_item, domain);
        let most = ((people.len() as f64 * share) as usize).min(params.holdout_max_people);
        people.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(params.seed ^ (1 + domain.index() as u64)));
        people.retain(|user| !lost.contains_key(user));
        lost.extend(people.into_iter().take(most).map(|user| (user, domain)));
    }
    if lost.len() < LEAST_COLD { BTreeMap::new() } else { lost }
}

/// The figures of those who lost one item, and of those who lost a domain.
pub(super) type PeopleRan = (Ran<SOURCES>, Option<Ran<SOURCES>>);

/// Ranks every hidden item among its domain's candidates and learns the weights, for those who lost one item and, where
/// there are some, for those who lost a domain.
pub(super) fn run(
    bundle: &Bundle,
    catalogue: &Catalogue,
    split: &Split,
    rows: &[Row],
    params: &TrainParams,
    now_ms: i64,
) -> PeopleRan {
    let settings = BlendSettings { deeds: params.deeds, ..BlendSettings::default() };
    let asked = Asked { bundle, catalogue, rows, settings: &settings, now_ms };
    let ran = |hidden: &[Hidden], cold: bool| {
        let weights = settings.weights(None, cold);
        let plain = LEARNED.map(|source| weights[place(source)]);
        measure(&asked.cases(hidden, &LEARNED, |_| true), LEARNED.map(Source::as_str), plain, params.seed)
    };
    (ran(&split.hidden, false), (!split.cold.is_empty()).then(|| ran(&split.cold, true)))
}

/// Who is asked, and with what.
pub(super) struct Asked<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) catalogue: &'a Catalogue,
    pub(super) rows: &'a [Row],
    pub(super) settings: &'a BlendSettings,
    pub(super) now_ms: i64,
}

impl Asked<'_> {
    /// One case per person, in their order: what these sources say of the candidates that `may` be asked for. What else a
    /// person lost does not stand in the way of what is wanted.
    pub(super) fn cases(
        &self,
        hidden: &[Hidden],
        sources: &[Source],
        may: impl Fn(&table::Row) -> bool + Sync,
    ) -> Vec<Case> {
        let served = self.bundle.clone().attach(self.catalogue);
        let asked: FxHashMap<u32, &Hidden> = hidden.iter().map(|h| (h.user, h)).collect();
        let mut histories: FxHashMap<u32, (Vec<Event>, Vec<ItemId>)> = FxHashMap::default();
        for row in self.rows {
            let Some(lost) = asked.get(&row.user).filter(|lost| lost.wanted != row.item) else { continue };
            let (history, gone) = histories.entry(row.user).or_default();
            let item = self.catalogue.item(row.item).id.clone();
            if lost.domain == Some(self.catalogue.facts(row.item).domain) {
                gone.push(item);
            } else {
                history.push(Event { item, kind: row.kind, value: row.value, at_ms: row.at_ms });
            }
        }
        let nobody = UserId::new("hold-out").expect("a plain word is an id");
        hidden
            .par_iter()
            .map(|lost| {
                let known = histories.get(&lost.user);
                let (history, exclude) = known.map_or((&[][..], &[][..]), |k| (&k.0[..], &k.1[..]));
                let person = Person { exclude, ..Person::new(&nobody, history) };
                self.case(&served, &person, lost.wanted, sources, &may)
            })
            .collect()
    }

    fn case(
        &self,
        served: &Served,
        person: &Person<'_>,
        wanted: u32,
        sources: &[Source],
        may: &impl Fn(&table::Row) -> bool,
    ) -> Case {
        let (catalogue, settings) = (self.catalogue, self.settings);
        let ctx = Context { now_ms: self.now_ms, ..Context::default() };
        let request = Request { domains: Some(vec![catalogue.facts(wanted).domain]), ..Request::default() };
        let scene = Scene::new(served, catalogue, &ctx, &request, settings, None);
        let profile = Profile::new(served, catalogue, person.history, settings);
        with_scratch(|scratch| {
            let mut table = scratch.tables.pop().unwrap_or_default();
            let folded = scene.gather(person, &profile, false, &mut table, scratch);
            fill(&scene, &folded, &Moment::new(ctx.now_ms, None), &mut table, 0);
            normalise(&scene, &mut table, &mut scratch.ranking);
            let rows: Vec<&table::Row> = table.rows.iter().filter(|row| may(row)).collect();
            let each = |row: &table::Row| sources.iter().map(|s| row.value[place(*s)]).collect::<Vec<_>>();
            let values = rows.iter().flat_map(|row| each(row)).collect();
            let target = served.slot_of(wanted).and_then(|slot| rows.iter().position(|row| row.slot == slot));
            scratch.tables.push(table);
            Case { values, target }
        })
    }
}
