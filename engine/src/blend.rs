//! Stage 2, features and blend: every source on one scale, then one score per candidate.
//!
//! Scores of different models and domains do not compare: people who live in one domain make factor space
//! block-diagonal. So each source ranks the candidates of each domain, and the value is the reciprocal rank
//! `k / (k + rank)`.

use crate::candidates::{Folded, Scene};
use crate::context::Moment;
use crate::profile::Profile;
use crate::settings::{LEARNED, NEW_SOURCES, SOURCES, place};
use crate::table::{Ranking, Table};
use crate::weights::Weights;
use soiree_algorithms::blend::{pack, reciprocal, reciprocal_ranks};
use soiree_domain::Source;

/// The share of the strongest below which a factor score says nothing.
const NOISE: f32 = 0.05;
const COLLABORATIVE: [Source; 4] = [Source::Ials, Source::Ease, Source::ItemKnn, Source::DomainMap];
const CONTENT: [Source; 3] = [Source::Tfidf, Source::Text, Source::Relation];

/// The three scores that need no list of their own: iALS and popularity for every candidate from the row `from` on, and
/// context.
pub(crate) fn fill(scene: &Scene<'_>, folded: &Folded, moment: &Moment, table: &mut Table, from: usize) {
    let bundle = scene.served.bundle();
    if let (Some(ials), Some(person)) = (bundle.ials(), &folded.factors) {
        for row in table.rows[from..].iter_mut().filter(|row| row.known) {
            row.raw[place(Source::Ials)] = ials.item_vector(row.slot).map_or(0.0, |item| dot(item, person));
        }
        quiet(table, Source::Ials, from);
        guess(scene, person, table, from);
        // What was had tells the factors itself, so its own score says nothing new.
        for &(slot, _) in &folded.deeds {
            if let Some(at) = table.find(slot) {
                table.rows[at].raw[place(Source::Ials)] = 0.0;
            }
        }
    }
    for row in &mut table.rows[from..] {
        row.raw[place(Source::Popularity)] = bundle.popularity(row.slot);
        let beside = row.raw[place(Source::Context)];
        row.value[place(Source::Context)] = moment.suits(scene, scene.catalogue.facts(row.item), beside);
    }
}

/// What the guessed factors say of every candidate, where there is one that nobody took: the others are who it is ranked
/// among.
fn guess(scene: &Scene<'_>, person: &[f32], table: &mut Table, from: usize) {
    if table.rows.iter().all(|row| row.known) {
        return;
    }
    // A first newcomer may come after others were filled.
    let from = if table.rows[..from].iter().all(|row| row.known) { 0 } else { from };
    for row in &mut table.rows[from..] {
        row.raw[place(Source::Sbert)] = scene.served.guess(row.slot).map_or(0.0, |item| dot(item, person));
    }
    quiet(table, Source::Sbert, from);
}

/// Nothing is ever exactly 0 to factors; far below the strongest it is noise, which ranks would make loud.
fn quiet(table: &mut Table, source: Source, from: usize) {
    let most = table.rows.iter().map(|row| row.raw[place(source)]).fold(0.0, f32::max);
    for row in table.rows[from..].iter_mut().filter(|row| row.raw[place(source)] < NOISE * most) {
        row.raw[place(source)] = 0.0;
    }
}

/// The product of two vectors, in eight sums side by side so that the compiler can use wide registers.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a.zip(b) {
        for (s, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *s += x * y;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Brings every source to 0 to 1: ranked sources by reciprocal rank within each domain, friends by their
/// share of the strongest.
pub(crate) fn normalise(scene: &Scene<'_>, table: &mut Table, ranking: &mut Ranking) {
    rank(scene, &LEARNED, table, ranking);
    rank_guessed(scene, table, &mut ranking[0]);
    let friends = place(Source::Friends);
    let most = table.rows.iter().map(|row| row.raw[friends]).fold(0.0, f32::max);
    if most > 0.0 {
        table.rows.iter_mut().for_each(|row| row.value[friends] = (row.raw[friends] / most).max(0.0));
    }
}

/// The same again after candidates came of which no list says anything: only what [`fill`] scores has changed.
pub(crate) fn normalise_filled(scene: &Scene<'_>, table: &mut Table, ranking: &mut Ranking) {
    rank(scene, &[Source::Ials, Source::Popularity], table, ranking);
    rank_guessed(scene, table, &mut ranking[0]);
}

fn rank(scene: &Scene<'_>, sources: &[Source], table: &mut Table, ranking: &mut Ranking) {
    let settings = scene.settings;
    ranking.iter_mut().flatten().for_each(Vec::clear);
    for (at, row) in (0_u32..).zip(&mut table.rows) {
        for (source, found) in sources.iter().map(|&s| place(s)).zip(&mut *ranking) {
            row.value[source] = 0.0;
            let raw = row.raw[source];
            if raw > 0.0 && raw.is_finite() {
                found[row.domain as usize].push(pack(raw, at));
            }
        }
    }
    for (source, found) in sources.iter().map(|&s| place(s)).zip(ranking) {
        for domain in found.iter_mut().filter(|domain| !domain.is_empty()) {
            reciprocal_ranks(domain, settings.depth, settings.rank_constant, |at, value| {
                table.rows[at as usize].value[source] = value;
            });
        }
    }
}

/// Ranks what nobody took by its guessed factors among all candidates of its domain, as [`rank`] would; the places of the
/// others are not asked for, and to sort them all would cost more than the guessing.
fn rank_guessed(scene: &Scene<'_>, table: &mut Table, found: &mut [Vec<u64>; 5]) {
    let guessed = place(Source::Sbert);
    found.iter_mut().for_each(Vec::clear);
    for (at, row) in (0_u32..).zip(&mut table.rows).filter(|(_, row)| !row.known) {
        row.value[guessed] = 0.0;
        if row.raw[guessed] > 0.0 && row.raw[guessed].is_finite() {
            found[row.domain as usize].push(pack(row.raw[guessed], at));
        }
    }
    // How many candidates begin to lie above from each place on, and how many are equal to it.
    let mut counts: [Vec<(u32, u32)>; 5] = std::array::from_fn(|domain| {
        found[domain].sort_unstable_by(|a, b| b.cmp(a));
        vec![(0, 0); if found[domain].is_empty() { 0 } else { found[domain].len() + 1 }]
    });
    let score = |packed: &u64| (packed >> 32) as u32;
    for row in table.rows.iter().filter(|row| row.raw[guessed] > 0.0) {
        let (found, counts) = (&found[usize::from(row.domain)], &mut counts[usize::from(row.domain)]);
        if counts.is_empty() {
            continue;
        }
        let own = row.raw[guessed].to_bits();
        let mut at = found.partition_point(|packed| score(packed) > own);
        while found.get(at).is_some_and(|packed| score(packed) == own) {
            counts[at].1 += 1;
            at += 1;
        }
        counts[at].0 += 1;
    }
    let (depth, k) = (scene.settings.depth, scene.settings.rank_constant);
    for (found, counts) in found.iter().zip(counts) {
        let mut higher = 0;
        for (packed, (above, equal)) in found.iter().zip(counts) {
            higher += above;
            if (higher as usize) < depth {
                let rank = higher as f32 + (equal.max(1) - 1) as f32 / 2.0;
                table.rows[*packed as u32 as usize].value[guessed] = reciprocal(rank, k);
            }
        }
    }
}

/// Writes every candidate's score, 0 to 1: the weighted mean over the sources that say anything to this person,
/// lowered by likeness to what was disliked.
pub(crate) fn blend(scene: &Scene<'_>, weights: &Weights, table: &mut Table) {
    let mut speaks = [false; SOURCES];
    for row in &table.rows {
        for (s, v) in speaks.iter_mut().zip(row.value) {
            *s |= v > 0.0;
        }
        speaks[place(Source::Sbert)] |= row.raw[place(Source::Sbert)] > 0.0;
    }
    let measures: [(f32, f32); 5] = std::array::from_fn(|domain| {
        let (known, new) = (weights.of(domain as u8), weights.of_new(domain as u8));
        let active = |weights: &[f32; SOURCES], of: &[Source]| {
            of.iter().map(|&s| place(s)).filter(|&s| speaks[s]).map(|s| weights[s]).sum::<f32>()
        };
        let rest = active(known, &[Source::Friends, Source::Context]);
        let all = active(known, &COLLABORATIVE)
            + active(known, &CONTENT)
            + active(known, &[Source::Popularity])
            + rest;
        // An item that nobody had yet cannot be known to collaborative models nor be popular. It is measured for two
        // thirds by what can speak for it and for one by all: where that has little weight, it brings new items
        // little.
        let theirs = active(new, &NEW_SOURCES);
        let newcomer = if theirs > 0.0 { (2.0 * (theirs + rest) + all) / 3.0 } else { all };
        (all, newcomer)
    });
    let discount = scene.settings.unknown_discount;
    for row in &mut table.rows {
        let (all, newcomer) = measures[row.domain as usize];
        let sum: f32 = row.value.iter().zip(weights.of_row(row)).map(|(v, w)| v * w).sum();
        let score = match (row.known, all > 0.0) {
            (_, false) => 0.0,
            (true, _) => sum / all,
            (false, _) => discount * sum / newcomer,
        };
        let away = scene.settings.aversion * row.aversion / (1.0 + row.aversion);
        row.score = (score * (1.0 - away)).clamp(0.0, 1.0);
    }
}

/// How much of a mixed list each domain should have: the person's own shares, and a floor for all.
pub(crate) fn shares(scene: &Scene<'_>, profile: &Profile) -> [f32; 5] {
    let mut own = [0.0_f32; 5];
    for deed in &profile.liked {
        own[scene.catalogue.facts(deed.item).domain.index()] += deed.weight;
    }
    let wanted =
        (0..5).filter(|&d| scene.rules.wants(d) && !scene.served.popular(d).is_empty()).count().max(1);
    let total: f32 = (0..5).filter(|&d| scene.rules.wants(d)).map(|d| own[d]).sum();
    let floor = if total > 0.0 { scene.settings.domain_floor.clamp(0.0, 1.0) } else { 1.0 };
    std::array::from_fn(|d| {
        if !scene.rules.wants(d) {
            return 0.0;
        }
        let mine = if total > 0.0 { own[d] / total } else { 0.0 };
        (1.0 - floor) * mine + floor / wanted as f32
    })
}
