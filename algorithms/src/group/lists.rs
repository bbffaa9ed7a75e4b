//! Strategies that build a list place by place. Each takes, for the next place, the item that gains most.

use super::{Group, each::points};
use std::cell::RefCell;

/// An item counts as a member's own when it is in this share of their best (SPGreedy), or when they are in this share
/// of the group that likes it most (EFGreedy).
const OWN: f32 = 0.1;
/// How much the mean counts beside the least content member in GreedyLM.
const WELFARE: f32 = 0.5;

/// Scores that fall along a list; what is not in it keeps the order of the average and comes after.
pub(super) fn scores(group: &Group, list: &[usize]) -> Vec<f32> {
    let mut scores: Vec<f32> = group.average.iter().map(|average| average - 1.0).collect();
    for (place, &item) in list.iter().enumerate() {
        scores[item] = 1.0 - place as f32 / list.len() as f32;
    }
    scores
}

/// Fills a list with the item of the highest gain, equals by the average and then by number; `taken` is told what was
/// taken.
fn greedy(
    group: &Group,
    length: usize,
    mut gain: impl FnMut(&Progress, usize) -> f32,
    mut taken: impl FnMut(usize),
) -> Vec<usize> {
    let mut progress = Progress { had: vec![0.0; group.fits.len()], all: 0.0, places: 0 };
    let mut open: Vec<usize> = (0..group.items).collect();
    let mut list = Vec::with_capacity(length.min(group.items));
    while list.len() < length && !open.is_empty() {
        let mut best: Option<(usize, f32)> = None;
        for (at, &item) in open.iter().enumerate() {
            let gain = gain(&progress, item);
            let ahead = |(leader, most): (usize, f32)| {
                let average = &group.average;
                gain.total_cmp(&most).then(average[item].total_cmp(&average[open[leader]])).is_gt()
            };
            if best.is_none_or(ahead) {
                best = Some((at, gain));
            }
        }
        let Some((at, _)) = best else { break };
        // Removed in order, so that equals stay in the order of their numbers.
        let item = open.remove(at);
        for m in group.members() {
            progress.had[m] += group.fits[m][item];
            progress.all += group.fits[m][item];
        }
        progress.places += 1;
        taken(item);
        list.push(item);
    }
    list
}

/// What the list has given so far.
struct Progress {
    /// To each member, as a sum of fits.
    had: Vec<f32>,
    /// To all of them.
    all: f32,
    places: usize,
}

/// Members choose in turn: the next is the one with the largest `w / (2 · chosen + 1)` (Sainte-Laguë), of equals the
/// one whom the list has given least, and takes what they like best of what is left.
pub(super) fn turn_taking(group: &Group, length: usize) -> Vec<usize> {
    let mut had = vec![0.0_f32; group.fits.len()];
    let mut chosen = vec![0_usize; group.fits.len()];
    let mut open = vec![true; group.items];
    let mut list = Vec::new();
    while list.len() < length.min(group.items) {
        let quotient = |m: usize| group.weights[m] / (2 * chosen[m] + 1) as f32;
        let next = group.members().max_by(|&a, &b| {
            quotient(a).total_cmp(&quotient(b)).then(had[b].total_cmp(&had[a])).then(b.cmp(&a))
        });
        let Some(member) = next else { break };
        let wish = |i: usize| group.fits[member][i];
        let best = (0..group.items).filter(|&i| open[i]).reduce(|best, i| {
            let better =
                wish(i).total_cmp(&wish(best)).then(group.average[i].total_cmp(&group.average[best]));
            if better.is_gt() { i } else { best }
        });
        let Some(item) = best else { break };
        open[item] = false;
        chosen[member] += 1;
        group.members().for_each(|m| had[m] += group.fits[m][item]);
        list.push(item);
    }
    list
}

/// Proportionality: the next item is one that is the own of as many as possible, by weight, of those who have the
/// fewest of their own so far (Serbos, Qi, Mamoulis, Pitoura and Tsaparas, "Fairness in Package-to-Group
/// Recommendations", 2017).
pub(super) fn sp_greedy(group: &Group, length: usize) -> Vec<usize> {
    let own: Vec<Vec<bool>> = group
        .fits
        .iter()
        .map(|fits| points(fits).into_iter().zip(fits).map(|(p, &fit)| p >= 1.0 - OWN && fit > 0.0).collect())
        .collect();
    cover(group, length, &own)
}

/// Envy-freeness: as [`sp_greedy`], but an item is the own of the members who like it most (the same paper).
pub(super) fn ef_greedy(group: &Group, length: usize) -> Vec<usize> {
    let most = ((group.fits.len() as f32 * OWN).ceil() as usize).max(1);
    let own = group.members().map(|m| {
        (0..group.items)
            .map(|i| {
                let ahead = group.fits.iter().filter(|fits| fits[i] > group.fits[m][i]).count();
                ahead < most && group.fits[m][i] > 0.0
            })
            .collect()
    });
    cover(group, length, &own.collect::<Vec<_>>())
}

fn cover(group: &Group, length: usize, own: &[Vec<bool>]) -> Vec<usize> {
    let got = RefCell::new(vec![0_usize; own.len()]);
    greedy(
        group,
        length,
        |_, item| {
            let got = got.borrow();
            let least = got.iter().copied().min().unwrap_or(0);
            group.weighted(|m| f32::from(u8::from(got[m] == least && own[m][item])))
        },
        |item| {
            let mut got = got.borrow_mut();
            for (count, own) in got.iter_mut().zip(own) {
                *count += usize::from(own[item]);
            }
        },
    )
}

/// Social welfare and the least content member together: the next item makes `λ · mean + (1 - λ) · min` of the members'
/// mean fits as large as possible (Xiao, Zhang, Zhang, Gu, Liu and Ma, "Fairness-Aware Group Recommendation with
/// Pareto-Efficiency", 2017), with λ = 0.5. A member's weight multiplies what they lack.
pub(super) fn greedy_lm(group: &Group, length: usize) -> Vec<usize> {
    let relative = group.relative();
    greedy(
        group,
        length,
        |progress, item| {
            let mean_fit = |m: usize| (progress.had[m] + group.fits[m][item]) / (progress.places + 1) as f32;
            let least = group.members().map(|m| 1.0 - relative[m] * (1.0 - mean_fit(m))).fold(1.0, f32::min);
            WELFARE * group.weighted(mean_fit) + (1.0 - WELFARE) * least
        },
        |_| {},
    )
}

/// Fair in every prefix: the next item adds most to the sum over the members of the chance that at least one item of the
/// list is relevant to them, `Σ_m w_m p(i|m) Π_{j in list} (1 - p(j|m))`, with `p` from the member's own order of their
/// best `length` items (Kaya, Bridge and Tintarev, "Ensuring Fairness in Group Recommendations by Rank-Sensitive
/// Balancing of Relevance", 2020).
pub(super) fn gfar(group: &Group, length: usize) -> Vec<usize> {
    let relevance: Vec<Vec<f32>> = group.fits.iter().map(|fits| relevance(group, fits, length)).collect();
    let missing = RefCell::new(vec![1.0_f32; relevance.len()]);
    greedy(
        group,
        length,
        |_, item| {
            let missing = missing.borrow();
            group.weighted(|m| relevance[m][item] * missing[m])
        },
        |item| {
            for (missing, relevance) in missing.borrow_mut().iter_mut().zip(&relevance) {
                *missing *= 1.0 - relevance[item];
            }
        },
    )
}

/// Borda points within a member's best `length` items, brought to sum 1; 0 for all others.
fn relevance(group: &Group, fits: &[f32], length: usize) -> Vec<f32> {
    let mut best = group.falling((0..fits.len()).filter(|&i| fits[i] > 0.0), |i| fits[i]);
    best.truncate(length);
    let total = (best.len() * (best.len() + 1)) as f32 / 2.0;
    let mut relevance = vec![0.0; fits.len()];
    for (place, &item) in best.iter().enumerate() {
        relevance[item] = (best.len() - place) as f32 / total;
    }
    relevance
}

/// Exactly proportional fuzzy D'Hondt: each member is owed their weight's share of everything the list gives; the next item
/// gives most of what is owed, `Σ_m min(f_mi, max(0, w_m · T_i - had_m))` with `T_i` what the list would give in all
/// (Malecek and Peska, "Fairness-preserving Group Recommendations With User Weighting", 2021).
pub(super) fn ep_fuzzda(group: &Group, length: usize) -> Vec<usize> {
    greedy(
        group,
        length,
        |progress, item| {
            let gives: f32 = group.fits.iter().map(|fits| fits[item]).sum();
            let owed = |m: usize| (group.weights[m] * (progress.all + gives) - progress.had[m]).max(0.0);
            group.members().map(|m| group.fits[m][item].min(owed(m))).sum()
        },
        |_| {},
    )
}
