//! What the sources of a blend find again on a hold-out, and the weights learned from it.

use crate::bundle::{HoldOut, HoldOutRow};
use soiree_algorithms::blend::{Case, Found, LearnParams, evaluate, learn};

const CUT: usize = 10;
/// Learning looks deeper than the figures: few hidden items are among the first ten, and many near misses teach more.
const LEARN_CUT: usize = 100;
/// How much of the learned weights is served; the rest are the plain ones, since few people teach little.
const TRUST: f32 = 0.7;

/// The figures, and the weights where the learned ones are better.
pub(super) type Ran<const N: usize> = (HoldOut, Option<[f32; N]>);

/// Measures every source alone, the blend with plain weights, and the blend with learned ones. The last is crossed: no case
/// took part in learning the weights that it is measured with. What is served is learned on all. The values of a case
/// have one column per name.
pub(super) fn measure<const N: usize>(
    cases: &[Case],
    names: [&str; N],
    plain: [f32; N],
    seed: u64,
) -> Ran<N> {
    let plain = &spoken(plain, cases);
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
    let mut rows = Vec::new();
    for (at, name) in names.into_iter().enumerate().rev() {
        let mut alone = [0.0; N];
        alone[at] = 1.0;
        if says::<N>(cases, at) {
            rows.push(row(name, evaluate(cases, &alone, CUT)));
        }
    }
    rows.push(row("blend-plain", plain_found));
    rows.push(row("blend", blend_found));
    let weights = learned.then(|| mixed(cases));
    (HoldOut { measured: cases.len(), rows, learned }, weights)
}

fn row(name: &str, found: Found) -> HoldOutRow {
    HoldOutRow { name: name.to_owned(), hit_rate_at_10: found.hit_rate, ndcg_at_10: found.ndcg }
}

fn says<const N: usize>(cases: &[Case], at: usize) -> bool {
    cases.iter().any(|case| case.values.iter().skip(at).step_by(N).any(|&v| v > 0.0))
}

/// The weights of the sources that say anything in these cases, sum 1.
fn spoken<const N: usize>(all: [f32; N], cases: &[Case]) -> [f32; N] {
    let kept: [f32; N] = std::array::from_fn(|at| if says::<N>(cases, at) { all[at] } else { 0.0 });
    let sum = kept.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    kept.map(|w| w / sum)
}

fn mix<const N: usize>(learned: &[f32], plain: &[f32; N]) -> [f32; N] {
    std::array::from_fn(|at| TRUST * learned[at] + (1.0 - TRUST) * plain[at])
}
