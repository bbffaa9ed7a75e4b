//! Asks a fitted model all cases and measures its lists. Parallel over the cases.

use std::cmp::Ordering;
use std::time::Instant;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use soiree_algorithms::metrics::{accuracy, beyond, ties};
use soiree_algorithms::model::ProfileScorer;

use crate::cases::{Candidates, Case, FitData};
use crate::protocol::Ranking;

/// What is measured, and with which divisors.
#[derive(Debug, Clone)]
pub struct Measures {
    /// List lengths, rising.
    pub cutoffs: Vec<usize>,
    /// What recall is divided by.
    pub recall: accuracy::RecallDivisor,
    /// How long NDCG's ideal list is.
    pub ideal: accuracy::IdealLength,
    /// Whether the figures with won ties stand beside.
    pub optimistic: bool,
    /// Whether lists are judged beyond accuracy.
    pub beyond: bool,
}

/// The accuracy figures, in the order of a row.
pub const ACCURACY: [&str; 6] = ["precision", "recall", "hit_rate", "ndcg", "mrr", "map"];
const PER_LIST: [&str; 3] = ["diversity", "novelty", "serendipity"];

impl Measures {
    /// What a protocol's test asks for.
    #[must_use]
    pub fn of_test(ranking: &Ranking) -> Self {
        Self {
            cutoffs: ranking.cutoffs.clone(),
            recall: ranking.recall_divisor,
            ideal: ranking.ndcg_ideal,
            optimistic: ranking.optimistic,
            beyond: true,
        }
    }

    /// The one measure of the validation, and its column.
    #[must_use]
    pub fn of_validation(ranking: &Ranking) -> (Self, usize) {
        Self::of_metric(&ranking.validation.metric, ranking.recall_divisor, ranking.ndcg_ideal)
    }

    /// One measure, such as `ndcg@10`, and its column.
    #[must_use]
    pub fn of_metric(
        metric: &str,
        recall: accuracy::RecallDivisor,
        ideal: accuracy::IdealLength,
    ) -> (Self, usize) {
        let (name, k) = metric.split_once('@').unwrap_or(("ndcg", "10"));
        let cutoffs = vec![k.parse().unwrap_or(10)];
        let measures = Self { cutoffs, recall, ideal, optimistic: false, beyond: false };
        (measures, ACCURACY.iter().position(|m| *m == name).unwrap_or(3))
    }

    /// Names of a row's columns, such as `ndcg@10`.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut out = Vec::new();
        for k in &self.cutoffs {
            out.extend(ACCURACY.iter().map(|m| format!("{m}@{k}")));
            if self.optimistic {
                out.extend(ACCURACY.iter().map(|m| format!("{m}_optimistic@{k}")));
            }
            if self.beyond {
                out.extend(PER_LIST.iter().map(|m| format!("{m}@{k}")));
            }
        }
        out
    }
}

/// A model's answers to all cases.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// One row per case, columns as in [`Measures::columns`].
    pub rows: Vec<Vec<f64>>,
    /// The best candidates of each case; equal scores in a seeded random order.
    pub lists: Vec<Vec<u32>>,
    /// Mean milliseconds of one thread to score all items for one person.
    pub score_ms: f64,
}

/// What lists are compared with beyond accuracy.
pub struct Surroundings<'a> {
    /// What was fitted on.
    pub fit: &'a FitData,
    /// How alike two items are.
    pub shared: &'a beyond::SharedPeople,
    /// Events of each item.
    pub counts: &'a [u32],
    /// The popularity list of every case.
    pub plain: &'a [Vec<u32>],
}

/// Asks all cases. Without surroundings, figures beyond accuracy are left out.
#[must_use]
pub fn ask(
    model: &dyn ProfileScorer,
    cases: &[Case],
    measures: &Measures,
    around: Option<&Surroundings<'_>>,
) -> Answers {
    let longest = measures.cutoffs.last().copied().unwrap_or(0);
    let answers: Vec<(Vec<f64>, Vec<u32>, f64)> = cases
        .par_iter()
        .enumerate()
        .map_init(
            || (vec![0_f32; model.items()], Vec::new()),
            |(scores, scored), (i, case)| {
                let started = Instant::now();
                model.score_person(case.user, &case.shown, scores);
                let ms = started.elapsed().as_secs_f64() * 1000.0;
                let list = if measures.beyond { top(scores, case, longest, scored) } else { Vec::new() };
                let mut row = row(scores, case, measures, scored);
                if let Some(around) = around {
                    with_beyond(&mut row, &list, case, measures, around, i);
                }
                (row, list, ms)
            },
        )
        .collect();
    let mut out = Answers::default();
    for (row, list, ms) in answers {
        out.rows.push(row);
        out.lists.push(list);
        out.score_ms += ms / cases.len() as f64;
    }
    out
}

/// Calls `each(item, wanted)` for every candidate.
pub(crate) fn for_candidates(case: &Case, items: usize, mut each: impl FnMut(u32, bool)) {
    match &case.candidates {
        Candidates::AllBut(hidden) => {
            let (mut hidden, mut wanted) = (hidden.iter().peekable(), case.wanted.iter().peekable());
            for item in 0..items as u32 {
                if hidden.next_if_eq(&&item).is_none() {
                    each(item, wanted.next_if_eq(&&item).is_some());
                }
            }
        }
        Candidates::Only(list) => {
            case.wanted.iter().for_each(|i| each(*i, true));
            list.iter().for_each(|i| each(*i, false));
        }
    }
}

fn row(scores: &[f32], case: &Case, measures: &Measures, scored: &mut Vec<(f32, u32)>) -> Vec<f64> {
    let longest = measures.cutoffs.last().copied().unwrap_or(0);
    let mut flagged: Vec<(f32, bool)> = Vec::with_capacity(scored.capacity());
    for_candidates(case, scores.len(), |item, wanted| flagged.push((scores[item as usize], wanted)));
    let blocks = ties::blocks(&mut flagged, longest);
    let won = if measures.optimistic { ties::won(&blocks) } else { Vec::new() };
    let mut out = Vec::new();
    for &k in &measures.cutoffs {
        let mut add = |blocks: &[ties::Block]| {
            let a = accuracy::measure(blocks, case.wanted.len(), k, measures.recall, measures.ideal);
            out.extend([a.precision, a.recall, a.hit_rate, a.ndcg, a.mrr, a.map]);
        };
        add(&blocks);
        if measures.optimistic {
            add(&won);
        }
        if measures.beyond {
            out.extend([0.0; PER_LIST.len()]);
        }
    }
    out
}

/// The first `k` candidates; equal scores by a hash of person and item, so that no item is favoured.
fn top(scores: &[f32], case: &Case, k: usize, scored: &mut Vec<(f32, u32)>) -> Vec<u32> {
    scored.clear();
    for_candidates(case, scores.len(), |item, _| {
        let score = scores[item as usize];
        scored.push((if score.is_nan() { f32::NEG_INFINITY } else { score }, item));
    });
    let order = |a: &(f32, u32), b: &(f32, u32)| match b.0.partial_cmp(&a.0) {
        Some(Ordering::Equal) | None => mixed(case.user, a.1).cmp(&mixed(case.user, b.1)),
        Some(other) => other,
    };
    let k = k.min(scored.len());
    if k > 0 && k < scored.len() {
        scored.select_nth_unstable_by(k - 1, order);
    }
    scored[..k].sort_unstable_by(order);
    scored[..k].iter().map(|e| e.1).collect()
}

/// The finishing step of splitmix64, as a hash of person and item.
fn mixed(user: u32, item: u32) -> u64 {
    let mut z = ((u64::from(user) << 32) | u64::from(item)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn with_beyond(
    row: &mut [f64],
    list: &[u32],
    case: &Case,
    measures: &Measures,
    around: &Surroundings<'_>,
    i: usize,
) {
    let width = row.len() / measures.cutoffs.len().max(1);
    let diversity = beyond::diversity_of_prefixes(list, |a, b| around.shared.similarity(a, b));
    let people = around.fit.matrix.rows();
    for (at, &k) in measures.cutoffs.iter().enumerate() {
        let head = &list[..k.min(list.len())];
        let plain = around.plain.get(i).map_or(head, |p| &p[..k.min(p.len())]);
        let end = (at + 1) * width;
        row[end - 3] = head.len().checked_sub(1).map_or(0.0, |last| diversity[last]);
        row[end - 2] = beyond::novelty(head, around.counts, people);
        row[end - 1] = beyond::serendipity(head, &case.wanted, plain);
    }
}

/// The figures over all lists together: catalogue coverage and Gini at every cut-off.
#[must_use]
pub fn together(lists: &[Vec<u32>], cutoffs: &[usize], items: usize) -> Vec<(String, f64)> {
    let mut out = Vec::new();
    for &k in cutoffs {
        let shown = beyond::exposures(lists.iter().map(Vec::as_slice), k, items);
        out.push((format!("coverage@{k}"), beyond::coverage(&shown)));
        out.push((format!("gini@{k}"), beyond::gini(&shown)));
    }
    out
}

/// NDCG of a ready list for somebody who wants these items; 0 when they want nothing.
pub(crate) fn ndcg_of(list: &[u32], wanted: &FxHashSet<u32>, k: usize) -> f64 {
    let places = list.iter().take(k).enumerate().filter(|(_, item)| wanted.contains(item));
    let gain: f64 = places.map(|(place, _)| 1.0 / (place as f64 + 2.0).log2()).sum();
    let ideal = accuracy::ideal_gain(wanted.len().min(k));
    // An empty sum is minus zero.
    if ideal > 0.0 { gain / ideal + 0.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Vec<f32>);

    impl ProfileScorer for Fixed {
        fn items(&self) -> usize {
            self.0.len()
        }

        fn score(&self, _: soiree_algorithms::model::Profile<'_>, out: &mut [f32]) {
            out.copy_from_slice(&self.0);
        }
    }

    fn measures(k: usize) -> Measures {
        Measures {
            cutoffs: vec![k],
            recall: accuracy::RecallDivisor::All,
            ideal: accuracy::IdealLength::Least,
            optimistic: true,
            beyond: true,
        }
    }

    fn case(candidates: Candidates) -> Case {
        Case { user: 0, shown: vec![(0, 1.0)], wanted: vec![3], candidates }
    }

    #[test]
    fn masked_items_do_not_count_and_ties_are_halved() {
        // Item 0 is masked; 1 is above; 2 and 3 tie for the second place.
        let model = Fixed(vec![9.0, 5.0, 1.0, 1.0]);
        let got = ask(&model, &[case(Candidates::AllBut(vec![0]))], &measures(2), None);
        let columns = measures(2).columns();
        let value = |name: &str| got.rows[0][columns.iter().position(|c| c == name).unwrap()];
        assert!((value("hit_rate@2") - 0.5).abs() < 1e-9);
        assert!((value("hit_rate_optimistic@2") - 1.0).abs() < 1e-9);
        assert_eq!(got.lists[0].len(), 2);
        assert_eq!(got.lists[0][0], 1);
    }

    #[test]
    fn a_negative_that_is_the_answer_ties_with_it() {
        let model = Fixed(vec![0.0, 0.0, 0.0, 7.0]);
        let got = ask(&model, &[case(Candidates::Only(vec![1, 3]))], &measures(1), None);
        assert!((got.rows[0][2] - 0.5).abs() < 1e-9, "{:?}", got.rows);
    }
}
