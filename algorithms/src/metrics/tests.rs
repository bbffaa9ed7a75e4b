use proptest::prelude::*;

use super::accuracy::{Accuracy, IdealLength, RecallDivisor, measure};
use super::ties::{Block, blocks, won};
use super::{beyond, classes};
use crate::matrix::Csr;

fn of(scored: &[(f32, bool)], wanted: usize, k: usize) -> Accuracy {
    measure(&blocks(&mut scored.to_vec(), k), wanted, k, RecallDivisor::All, IdealLength::Least)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// The six figures of one strict order, straight from the formulas.
fn plain(order: &[bool], wanted: usize, k: usize) -> Accuracy {
    let top = &order[..k.min(order.len())];
    let hits = top.iter().filter(|w| **w).count();
    let gain = |p: usize| 1.0 / ((p + 2) as f64).log2();
    let dcg: f64 = top.iter().enumerate().filter(|e| *e.1).map(|(p, _)| gain(p)).sum();
    let ideal: f64 = (0..wanted.min(k)).map(gain).sum();
    let mut seen = 0.0;
    let mut precisions = 0.0;
    for (p, _) in top.iter().enumerate().filter(|e| *e.1) {
        seen += 1.0;
        precisions += seen / (p + 1) as f64;
    }
    Accuracy {
        precision: hits as f64 / k as f64,
        recall: hits as f64 / wanted as f64,
        hit_rate: f64::from(u8::from(hits > 0)),
        ndcg: dcg / ideal,
        mrr: top.iter().position(|w| *w).map_or(0.0, |p| 1.0 / (p + 1) as f64),
        map: precisions / wanted.min(k) as f64,
    }
}

fn fields(a: Accuracy) -> [f64; 6] {
    [a.precision, a.recall, a.hit_rate, a.ndcg, a.mrr, a.map]
}

/// Mean over every order of the entries that keeps the scores falling.
fn over_all_orders(scored: &[(f32, bool)], wanted: usize, k: usize) -> [f64; 6] {
    fn visit(left: &mut Vec<(f32, bool)>, order: &mut Vec<bool>, all: &mut Vec<Vec<bool>>) {
        if left.is_empty() {
            all.push(order.clone());
            return;
        }
        let best = left.iter().map(|e| e.0).fold(f32::MIN, f32::max);
        for i in 0..left.len() {
            if left[i].0 == best {
                let taken = left.remove(i);
                order.push(taken.1);
                visit(left, order, all);
                order.pop();
                left.insert(i, taken);
            }
        }
    }
    let mut all = Vec::new();
    visit(&mut scored.to_vec(), &mut Vec::new(), &mut all);
    let mut sums = [0.0; 6];
    for order in &all {
        for (sum, value) in sums.iter_mut().zip(fields(plain(order, wanted, k))) {
            *sum += value / all.len() as f64;
        }
    }
    sums
}

#[test]
fn a_list_without_ties_is_right_by_hand() {
    // Places: wanted, not, wanted, not; three wanted in all; cut at 3.
    let got = of(&[(4.0, true), (3.0, false), (2.0, true), (1.0, false)], 3, 3);
    assert!(close(got.precision, 2.0 / 3.0));
    assert!(close(got.recall, 2.0 / 3.0));
    assert!(close(got.hit_rate, 1.0));
    let (first, second, third) = (1.0, 1.0 / 3.0_f64.log2(), 0.5);
    assert!(close(got.ndcg, (first + third) / (first + second + third)));
    assert!(close(got.mrr, 1.0));
    assert!(close(got.map, (1.0 + 2.0 / 3.0) / 3.0));
}

#[test]
fn divisors_are_the_named_ones() {
    let list = [Block { size: 1, wanted: 1 }, Block { size: 1, wanted: 0 }];
    let all = measure(&list, 4, 2, RecallDivisor::All, IdealLength::All);
    let least = measure(&list, 4, 2, RecallDivisor::Least, IdealLength::Least);
    assert!(close(all.recall, 0.25) && close(least.recall, 0.5));
    let gains = |n: usize| (0..n).map(|p| 1.0 / ((p + 2) as f64).log2()).sum::<f64>();
    assert!(close(all.ndcg, 1.0 / gains(4)) && close(least.ndcg, 1.0 / gains(2)));
}

#[test]
fn ties_count_as_half_and_can_be_won() {
    // Ten equal scores, one wanted, cut at 5: in the list half of the time.
    let mut scored: Vec<(f32, bool)> = (0..10).map(|i| (0.0, i == 9)).collect();
    let ranked = blocks(&mut scored, 5);
    let half = measure(&ranked, 1, 5, RecallDivisor::All, IdealLength::Least);
    assert!(close(half.hit_rate, 0.5) && close(half.recall, 0.5));
    let harmonic: f64 = (1..=5).map(|p| 1.0 / f64::from(p)).sum();
    assert!(close(half.mrr, harmonic / 10.0));
    let best = measure(&won(&ranked), 1, 5, RecallDivisor::All, IdealLength::Least);
    assert!(close(best.hit_rate, 1.0) && close(best.ndcg, 1.0));
}

#[test]
fn nothing_wanted_or_nan_scores_are_harmless() {
    assert_eq!(of(&[(1.0, false)], 0, 5), Accuracy::default());
    let got = of(&[(f32::NAN, true), (-5.0, false)], 1, 1);
    assert!(close(got.hit_rate, 0.0), "a NaN is the worst score");
    assert!(close(of(&[(0.0, true), (-0.0, false)], 1, 1).hit_rate, 0.5), "minus zero ties with zero");
}

proptest! {
    #[test]
    fn blocks_give_the_mean_over_all_orders(
        scored in prop::collection::vec((0_u8..3, any::<bool>()), 1..7),
        unseen in 0_usize..3,
        k in 1_usize..8,
    ) {
        let scored: Vec<(f32, bool)> = scored.into_iter().map(|(s, w)| (f32::from(s), w)).collect();
        let wanted = scored.iter().filter(|e| e.1).count() + unseen;
        prop_assume!(wanted > 0);
        let got = fields(of(&scored, wanted, k));
        let want = over_all_orders(&scored, wanted, k);
        for (g, w) in got.iter().zip(want) {
            prop_assert!(close(*g, w), "{got:?} against {want:?}");
        }
    }

    #[test]
    fn won_ties_are_never_worse(scored in prop::collection::vec((0_u8..4, any::<bool>()), 1..30), k in 1_usize..12) {
        let mut scored: Vec<(f32, bool)> = scored.into_iter().map(|(s, w)| (f32::from(s), w)).collect();
        let wanted = scored.iter().filter(|e| e.1).count();
        let ranked = blocks(&mut scored, k);
        let fair = fields(measure(&ranked, wanted, k, RecallDivisor::All, IdealLength::Least));
        let best = fields(measure(&won(&ranked), wanted, k, RecallDivisor::All, IdealLength::Least));
        for (f, b) in fair.iter().zip(best) {
            prop_assert!(*f <= b + 1e-9 && b <= 1.0 + 1e-9);
        }
    }
}

#[test]
fn exposure_figures_are_right_by_hand() {
    let lists: [&[u32]; 3] = [&[0, 1], &[0, 2], &[0, 1]];
    let counts = beyond::exposures(lists, 2, 4);
    assert_eq!(counts, [3, 2, 1, 0]);
    assert!(close(beyond::coverage(&counts), 0.75));
    // Rising 0 1 2 3, weights −3 −1 1 3: (0 − 1 + 2 + 9) / (4 · 6).
    assert!(close(beyond::gini(&counts), 10.0 / 24.0));
    assert_eq!(beyond::exposures(lists, 1, 4), [3, 0, 0, 0]);
}

#[test]
fn list_figures_are_right_by_hand() {
    // Item 0 has 3 of 3 people, item 1 has 1: −log2(4/4) = 0 and −log2(2/4) = 1.
    assert!(close(beyond::novelty(&[0, 1], &[3, 1], 3), 0.5));
    assert!(close(beyond::serendipity(&[5, 6, 7, 8], &[5, 6], &[5, 9]), 0.25));
    let rated = Csr::from_triplets(3, 3, &[(0, 0, 1.0), (1, 0, 1.0), (1, 1, 1.0), (2, 0, 1.0), (2, 1, 1.0)]);
    let shared = beyond::SharedPeople::new(&rated);
    assert!(close(shared.similarity(0, 1), 2.0 / 6.0_f64.sqrt()));
    assert!(close(shared.similarity(0, 2), 0.0));
    let prefixes = beyond::diversity_of_prefixes(&[0, 1, 2], |a, b| shared.similarity(a, b));
    let pair = 2.0 / 6.0_f64.sqrt();
    assert!(
        close(prefixes[0], 0.0) && close(prefixes[1], 1.0 - pair) && close(prefixes[2], 1.0 - pair / 3.0)
    );
}

#[test]
fn class_scores_are_right_by_hand() {
    // True 0 0 1 2, predicted 0 1 1 1.
    let got = classes::classify(&[0, 1, 1, 1], &[0, 0, 1, 2], 3);
    assert!(close(got.classes[0].precision, 1.0) && close(got.classes[0].recall, 0.5));
    assert!(close(got.classes[1].precision, 1.0 / 3.0) && close(got.classes[1].recall, 1.0));
    assert_eq!(got.classes[2], classes::ClassScores { support: 1, ..Default::default() });
    assert!(close(got.macro_mean.precision, (1.0 + 1.0 / 3.0) / 3.0));
    assert!(close(got.weighted.recall, 0.5), "the weighted recall is the accuracy");
    assert!(close(got.classes[0].f1, 2.0 / 3.0));
}
