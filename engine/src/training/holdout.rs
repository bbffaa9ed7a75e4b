//! The hold-out: one recent positive of each of some people is hidden, found again, and learned from.

use super::fit::positives;
use super::{Row, TrainParams};
use crate::blend::{fill, normalise};
use crate::bundle::{HoldOut, HoldOutRow};
use crate::candidates::Scene;
use crate::context::Moment;
use crate::profile::Profile;
use crate::request::{Context, Event, Person, Request};
use crate::settings::{BlendSettings, LEARNED, place};
use crate::table::with_scratch;
use crate::{Bundle, Catalogue, Served};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::blend::{Case, Found, LearnParams, evaluate, learn};
use soiree_domain::UserId;

const POSITIVES: usize = 5;
const CUT: usize = 10;
/// Learning looks deeper than the figures: few hidden items are among the first ten, and many near misses teach more.
const LEARN_CUT: usize = 100;
/// How much of the learned weights is served; the rest are the plain ones, since few people teach little.
const TRUST: f32 = 0.7;

/// Rows without the hidden pairs, and those pairs.
pub(super) struct Split {
    pub(super) rest: Vec<Row>,
    /// (person, hidden item), by person.
    hidden: Vec<(u32, u32)>,
}

/// Hides the newest positive of a seeded choice of people; `None` when too few people have enough.
pub(super) fn split(rows: &[Row], users: usize, params: &TrainParams) -> Option<Split> {
    let mut liked: Vec<Vec<u32>> = vec![Vec::new(); users];
    for (user, item, _) in positives(rows, params) {
        liked[user as usize].push(item);
    }
    let mut people: Vec<u32> = (0..users as u32).filter(|&u| liked[u as usize].len() >= POSITIVES).collect();
    if people.len() < params.holdout_min_people.max(2) {
        return None;
    }
    people.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(params.seed));
    people.truncate(params.holdout_max_people.max(2));
    people.sort_unstable();
    let chosen: FxHashSet<u32> = people.iter().copied().collect();
    // Where deeds carry no time of their own all are equally new; the choice among them must not follow the
    // catalogue's order, which often is an order of fame.
    let draw = |user: u32, item: u32| {
        Xoshiro256PlusPlus::seed_from_u64(params.seed ^ (u64::from(user) << 32 | u64::from(item))).next_u64()
    };
    let mut newest: FxHashMap<u32, (i64, u64, u32)> = FxHashMap::default();
    for row in rows.iter().filter(|row| chosen.contains(&row.user)) {
        let positive = params.deeds.strength(row.kind, row.value) > 0.0;
        if positive && liked[row.user as usize].binary_search(&row.item).is_ok() {
            let best = newest.entry(row.user).or_insert((i64::MIN, 0, 0));
            *best = (*best).max((row.at_ms, draw(row.user, row.item), row.item));
        }
    }
    let hidden: Vec<(u32, u32)> = people.iter().filter_map(|u| Some((*u, newest.get(u)?.2))).collect();
    let pairs: FxHashSet<(u32, u32)> = hidden.iter().copied().collect();
    let rest = rows.iter().filter(|row| !pairs.contains(&(row.user, row.item))).copied().collect();
    Some(Split { rest, hidden })
}

/// Ranks every hidden item among its domain's candidates and learns the weights. The blend's figures are crossed:
/// nobody's hidden item took part in learning the weights that it is measured with. What is served is learned on all.
pub(super) fn run(
    bundle: &Bundle,
    catalogue: &Catalogue,
    split: &Split,
    rows: &[Row],
    params: &TrainParams,
    now_ms: i64,
) -> (HoldOut, Option<[f32; 7]>) {
    let settings = BlendSettings { deeds: params.deeds, ..BlendSettings::default() };
    let served = bundle.clone().attach(catalogue);
    let cases = cases(&served, catalogue, split, rows, &settings, now_ms);
    let plain = plain(&settings, &cases);
    let search = LearnParams { cut: LEARN_CUT, seed: params.seed, restarts: 0, rounds: 4 };
    let mixed = |from: &[Case]| mix(&learn(from, &plain, &search).0, &plain);
    // Learned on one half and measured on the other, both ways round.
    let (one, other) = cases.split_at(cases.len() / 2);
    let (for_one, for_other) = (mixed(other), mixed(one));
    let crossed = |cut: usize| {
        let (a, b) = (evaluate(one, &for_one, cut), evaluate(other, &for_other, cut));
        let mean =
            |a: f64, b: f64| (a * one.len() as f64 + b * other.len() as f64) / cases.len().max(1) as f64;
        Found { hit_rate: mean(a.hit_rate, b.hit_rate), ndcg: mean(a.ndcg, b.ndcg) }
    };
    let learned = crossed(LEARN_CUT).ndcg >= evaluate(&cases, &plain, LEARN_CUT).ndcg;
    let plain_found = evaluate(&cases, &plain, CUT);
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
        let mut alone = [0.0; 7];
        alone[at] = 1.0;
        if cases.iter().any(|case| case.values.iter().skip(at).step_by(7).any(|&v| v > 0.0)) {
            put(source.as_str(), evaluate(&cases, &alone, CUT));
        }
    }
    put("blend-plain", plain_found);
    put("blend", blend_found);
    let weights = learned.then(|| mixed(&cases));
    (HoldOut { people: cases.len(), rows: out, learned }, weights)
}

/// The plain weights of the sources that say anything in these cases, sum 1.
fn plain(settings: &BlendSettings, cases: &[Case]) -> [f32; 7] {
    let all = settings.weights(None);
    let says = |at: usize| cases.iter().any(|case| case.values.iter().skip(at).step_by(7).any(|&v| v > 0.0));
    let kept: [f32; 7] = std::array::from_fn(|at| if says(at) { all[place(LEARNED[at])] } else { 0.0 });
    let sum = kept.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    kept.map(|w| w / sum)
}

fn mix(learned: &[f32], plain: &[f32; 7]) -> [f32; 7] {
    std::array::from_fn(|at| TRUST * learned[at] + (1.0 - TRUST) * plain[at])
}

fn cases(
    served: &Served,
    catalogue: &Catalogue,
    split: &Split,
    rows: &[Row],
    settings: &BlendSettings,
    now_ms: i64,
) -> Vec<Case> {
    let wanted: FxHashMap<u32, u32> = split.hidden.iter().copied().collect();
    let mut histories: FxHashMap<u32, Vec<Event>> = FxHashMap::default();
    for row in rows {
        if wanted.get(&row.user).is_some_and(|&hidden| hidden != row.item) {
            let item = catalogue.item(row.item).id.clone();
            let event = Event { item, kind: row.kind, value: row.value, at_ms: row.at_ms };
            histories.entry(row.user).or_default().push(event);
        }
    }
    let nobody = UserId::new("hold-out").expect("a plain word is an id");
    let ctx = Context { now_ms, ..Context::default() };
    split
        .hidden
        .par_iter()
        .map(|&(user, item)| {
            let history = histories.get(&user).map_or(&[][..], Vec::as_slice);
            case(served, catalogue, &Person::new(&nobody, history), item, settings, &ctx)
        })
        .collect()
}

fn case(
    served: &Served,
    catalogue: &Catalogue,
    person: &Person<'_>,
    item: u32,
    settings: &BlendSettings,
    ctx: &Context,
) -> Case {
    let request = Request { domains: Some(vec![catalogue.facts(item).domain]), ..Request::default() };
    let scene = Scene::new(served, catalogue, ctx, &request, settings, None);
    let profile = Profile::new(served, catalogue, person.history, settings);
    with_scratch(|scratch| {
        let mut table = scratch.tables.pop().unwrap_or_default();
        let asked = scene.gather(person, &profile, false, &mut table, scratch);
        fill(&scene, &asked, &Moment::new(ctx.now_ms, None), &mut table);
        normalise(&scene, &mut table, &mut scratch.ranking);
        let values =
            table.rows.iter().flat_map(|row| LEARNED.map(|source| row.value[place(source)])).collect();
        let target = served.slot_of(item).and_then(|slot| table.find(slot));
        scratch.tables.push(table);
        Case { values, target }
    })
}
