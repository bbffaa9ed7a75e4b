//! The hold-out: one recent positive of each of some people is hidden, found again, and learned from. Others lose all
//! they have in one domain and are asked for it, going by what they have in the others.

use super::domains::{domains_of, eligible};
use super::{Row, TrainParams};
use crate::blend::{fill, normalise};
use crate::bundle::{HoldOut, HoldOutRow};
use crate::candidates::Scene;
use crate::context::Moment;
use crate::profile::Profile;
use crate::request::{Context, Event, Person, Request};
use crate::settings::{BlendSettings, LEARNED, LearnedWeights, place};
use crate::table::with_scratch;
use crate::{Bundle, Catalogue, Served};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::blend::{Case, Found, LearnParams, evaluate, learn};
use soiree_algorithms::matrix::Csr;
use soiree_domain::{Domain, ItemId, UserId};
use std::collections::BTreeMap;

const POSITIVES: usize = 5;
/// The share of the people known in a domain and others who lose that domain, and of all of them over all domains.
const COLD_SHARE: f64 = 0.2;
const MOST_COLD: f64 = 0.6;
/// Fewer who lost a domain teach nothing.
const LEAST_COLD: usize = 50;
const SOURCES: usize = LEARNED.len();
const CUT: usize = 10;
/// Learning looks deeper than the figures: few hidden items are among the first ten, and many near misses teach more.
const LEARN_CUT: usize = 100;
/// How much of the learned weights is served; the rest are the plain ones, since few people teach little.
const TRUST: f32 = 0.7;

/// Rows without what is hidden, and what that is.
pub(super) struct Split {
    pub(super) rest: Vec<Row>,
    /// By person.
    hidden: Vec<Hidden>,
    /// By person; nobody who is among the hidden.
    cold: Vec<Hidden>,
}

/// What one person lost.
struct Hidden {
    user: u32,
    /// What is to be found again.
    wanted: u32,
    /// The domain, if all they had in it is gone.
    domain: Option<Domain>,
}

/// Hides the newest positive of a seeded choice of people, and one domain of others; `None` when too few people have
/// enough.
pub(super) fn split(
    rows: &[Row],
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
    let newest = newest(rows, taken, catalogue, &asked, params);
    let all = asked
        .iter()
        .filter_map(|(&user, &domain)| Some(Hidden { user, wanted: *newest.get(&user)?, domain }));
    let (hidden, cold): (Vec<Hidden>, Vec<Hidden>) = all.partition(|hidden| hidden.domain.is_none());
    let pairs: FxHashSet<(u32, u32)> = hidden.iter().map(|h| (h.user, h.wanted)).collect();
    let stays = |row: &&Row| {
        let domain = || catalogue.facts(row.item).domain;
        !pairs.contains(&(row.user, row.item)) && lost.get(&row.user).is_none_or(|&gone| gone != domain())
    };
    let rest = rows.iter().filter(stays).copied().collect();
    Some(Split { rest, hidden, cold })
}

/// The newest positive of everybody who is asked, in their domain if one is named.
fn newest(
    rows: &[Row],
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

/// Ranks every hidden item among its domain's candidates and learns the weights, for those who lost one item and, where
/// there are some, for those who lost a domain. The blend's figures are crossed: nobody's hidden item took part in learning
/// the weights that it is measured with. What is served is learned on all.
pub(super) fn run(
    bundle: &Bundle,
    catalogue: &Catalogue,
    split: &Split,
    rows: &[Row],
    params: &TrainParams,
    now_ms: i64,
) -> (Ran, Option<Ran>) {
    let settings = BlendSettings { deeds: params.deeds, ..BlendSettings::default() };
    let asked = Asked { bundle, catalogue, rows, settings: &settings, now_ms };
    let ran = |hidden: &[Hidden], cold: bool| {
        let cases = asked.cases(hidden);
        measure(&cases, &plain(&settings.weights(None, cold), &cases), params.seed)
    };
    (ran(&split.hidden, false), (!split.cold.is_empty()).then(|| ran(&split.cold, true)))
}

/// The figures, and the weights where the learned ones are better.
type Ran = (HoldOut, Option<LearnedWeights>);

fn measure(cases: &[Case], plain: &LearnedWeights, seed: u64) -> Ran {
    let search = LearnParams { cut: LEARN_CUT, seed, restarts: 0, rounds: 4 };
    let mixed = |from: &[Case]| mix(&learn(from, plain, &search).0, plain);
    // Learned on one half and measured on the other, both ways round.
    let (one, other) = cases.split_at(cases.len() / 2);
    let (for_one, for_other) = (mixed(other), mixed(one));
    let crossed = |cut: usize| {
        let (a, b) = (evaluate(one, &for_one, cut), evaluate(other, &for_other, cut));
        let mean =
            |a: f64, b: f64| (a * one.len() as f64 + b * other.len() as f64) / cases.len().max(1) as f64;
        Found { hit_rate: mean(a.hit_rate, b.hit_rate), ndcg: mean(a.ndcg, b.ndcg) }
    };
    let learned = crossed(LEARN_CUT).ndcg > evaluate(cases, plain, LEARN_CUT).ndcg;
    let plain_found = evaluate(cases, plain, CUT);
    let blend_found = if learned { crossed(CUT) } else { plain_found };
    let mut out = Vec::new();
    let mut put = |name: &str, found: Found| {
        out.push(HoldOutRow {
            name: name.to_owned(),
            hit_rate_at_10: found.hit_rate,
            ndcg_at_10: found.ndcg,
        });
    };
    for (at, source) in LEARNED.into_iter().enumerate().rev() {
        let mut alone = [0.0; SOURCES];
        alone[at] = 1.0;
        if says(cases, at) {
            put(source.as_str(), evaluate(cases, &alone, CUT));
        }
    }
    put("blend-plain", plain_found);
    put("blend", blend_found);
    let weights = learned.then(|| mixed(cases));
    (HoldOut { people: cases.len(), rows: out, learned }, weights)
}

fn says(cases: &[Case], at: usize) -> bool {
    cases.iter().any(|case| case.values.iter().skip(at).step_by(SOURCES).any(|&v| v > 0.0))
}

/// The plain weights of the sources that say anything in these cases, sum 1.
fn plain(all: &[f32], cases: &[Case]) -> LearnedWeights {
    let kept: LearnedWeights =
        std::array::from_fn(|at| if says(cases, at) { all[place(LEARNED[at])] } else { 0.0 });
    let sum = kept.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    kept.map(|w| w / sum)
}

fn mix(learned: &[f32], plain: &LearnedWeights) -> LearnedWeights {
    std::array::from_fn(|at| TRUST * learned[at] + (1.0 - TRUST) * plain[at])
}

/// Who is asked, and with what.
struct Asked<'a> {
    bundle: &'a Bundle,
    catalogue: &'a Catalogue,
    rows: &'a [Row],
    settings: &'a BlendSettings,
    now_ms: i64,
}

impl Asked<'_> {
    /// One case per person, in their order. What else a person lost does not stand in the way of what is wanted.
    fn cases(&self, hidden: &[Hidden]) -> Vec<Case> {
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
                self.case(&served, &Person { exclude, ..Person::new(&nobody, history) }, lost.wanted)
            })
            .collect()
    }

    fn case(&self, served: &Served, person: &Person<'_>, wanted: u32) -> Case {
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
            let values =
                table.rows.iter().flat_map(|row| LEARNED.map(|source| row.value[place(source)])).collect();
            let target = served.slot_of(wanted).and_then(|slot| table.find(slot));
            scratch.tables.push(table);
            Case { values, target }
        })
    }
}
