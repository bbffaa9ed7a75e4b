//! The model `hybrid`: a weighted sum of other models' scores, with weights learned on the validation part.
//!
//! `score(u, i) = Σ_m w_m · z_m(u, i)` with `w ≥ 0`, where `z` brings each model's scores of one person to a
//! common scale over the items that the person does not have: mean 0 and deviation 1 (`standard`), or ranks
//! between 0 and 1 (`rank`). The weights climb the validation measure itself, one at a time (coordinate
//! ascent; Metzler & Croft, *Linear feature-based models for information retrieval*, 2007), from two starts:
//! the best single model and all alike. So on the validation part the blend is never worse than its best part.

use rand::seq::SliceRandom;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use soiree_algorithms::blend::{rank_normalise, standardise};
use soiree_algorithms::metrics::{accuracy, ties};
use soiree_algorithms::model::{Profile, ProfileScorer};

use crate::cases::Case;
use crate::rank::{Measures, for_candidates};
use crate::split::random_for;

const PEOPLE: u64 = 6;

/// Parameters of the blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridParams {
    /// Labels of the models that are blended; empty for every other ranking model of the protocol.
    pub parts: Vec<String>,
    /// The common scale.
    pub scale: Scale,
    /// At most this many validation cases are looked at.
    pub cases: usize,
    /// At most this many rounds over all weights.
    pub rounds: usize,
    /// Seed of the choice of cases.
    pub seed: u64,
}

impl Default for HybridParams {
    fn default() -> Self {
        Self { parts: Vec::new(), scale: Scale::Standard, cases: 2500, rounds: 8, seed: 1 }
    }
}

/// How scores of different models become comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Mean 0, standard deviation 1 over the items the person does not have.
    Standard,
    /// Ranks from 0 to 1 over the items the person does not have.
    Rank,
}

impl Scale {
    /// Brings scores to the scale. What the person already has says nothing about the rest and gets the least.
    fn apply(self, profile: Profile<'_>, scores: &mut [f32]) {
        let mut rest: Vec<f32> = Vec::with_capacity(scores.len());
        let mut shown = profile.iter().map(|p| p.0 as usize).peekable();
        for (i, score) in scores.iter().enumerate() {
            if shown.next_if_eq(&i).is_none() {
                rest.push(*score);
            }
        }
        match self {
            Self::Standard => standardise(&mut rest),
            Self::Rank => rank_normalise(&mut rest),
        }
        let least = rest.iter().copied().fold(0.0, f32::min);
        let (mut rest, mut shown) = (rest.into_iter(), profile.iter().map(|p| p.0 as usize).peekable());
        for (i, score) in scores.iter_mut().enumerate() {
            let own = shown.next_if_eq(&i).is_some();
            *score = if own { least } else { rest.next().unwrap_or(least) };
        }
    }
}

/// A blend of fitted models.
pub struct Blend<'a> {
    /// The models and their weights.
    pub parts: Vec<(&'a dyn ProfileScorer, f32)>,
    /// The common scale.
    pub scale: Scale,
}

impl ProfileScorer for Blend<'_> {
    fn items(&self) -> usize {
        self.parts.first().map_or(0, |p| p.0.items())
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.blend(profile, out, |model, scores| model.score(profile, scores));
    }

    fn score_person(&self, person: u32, profile: Profile<'_>, out: &mut [f32]) {
        self.blend(profile, out, |model, scores| model.score_person(person, profile, scores));
    }
}

impl Blend<'_> {
    fn blend(&self, profile: Profile<'_>, out: &mut [f32], score: impl Fn(&dyn ProfileScorer, &mut [f32])) {
        out.fill(0.0);
        let mut scores = vec![0_f32; out.len()];
        for (model, weight) in self.parts.iter().filter(|p| p.1 > 0.0) {
            score(*model, &mut scores);
            self.scale.apply(profile, &mut scores);
            for (sum, score) in out.iter_mut().zip(&scores) {
                *sum += weight * score;
            }
        }
    }
}

/// Learned weights and what they reach on the validation part.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// One weight per part, summing to 1.
    pub weights: Vec<f32>,
    /// The validation measure with them, on the cases looked at.
    pub score: f64,
    /// The validation measure of each part alone, on the same cases.
    pub alone: Vec<f64>,
}

/// One case with every candidate's scores by every part.
struct Seen {
    /// Candidates × parts.
    values: Vec<f32>,
    wanted: Vec<bool>,
    asked: usize,
}

/// Learns the weights that maximise one column of `measures` on the cases.
#[must_use]
pub fn learn(
    models: &[&dyn ProfileScorer],
    cases: &[Case],
    params: &HybridParams,
    measures: &Measures,
    column: usize,
) -> Learned {
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.shuffle(&mut random_for(params.seed, PEOPLE, 0));
    order.truncate(params.cases);
    let seen: Vec<Seen> = order.par_iter().map(|i| see(models, &cases[*i], params.scale)).collect();
    let judge = |weights: &[f32]| -> f64 {
        let total: f64 = seen.par_iter().map(|s| judged(s, weights, measures, column)).sum();
        total / seen.len().max(1) as f64
    };
    let only =
        |part: usize| (0..models.len()).map(|m| if m == part { 1.0 } else { 0.0 }).collect::<Vec<f32>>();
    let alone: Vec<f64> = (0..models.len()).map(|part| judge(&only(part))).collect();
    let best = (0..models.len()).max_by(|a, b| alone[*a].total_cmp(&alone[*b])).unwrap_or(0);
    let starts = [only(best), vec![1.0 / models.len().max(1) as f32; models.len()]];
    let climbed = starts.into_iter().map(|start| climb(start, params.rounds, &judge));
    let (weights, score) = climbed.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
    Learned { weights, score, alone }
}

fn see(models: &[&dyn ProfileScorer], case: &Case, scale: Scale) -> Seen {
    let items = models.first().map_or(0, |m| m.items());
    let (mut places, mut wanted) = (Vec::new(), Vec::new());
    for_candidates(case, items, |item, asked| {
        places.push(item as usize);
        wanted.push(asked);
    });
    let mut values = vec![0_f32; places.len() * models.len()];
    let mut scores = vec![0_f32; items];
    for (part, model) in models.iter().enumerate() {
        model.score_person(case.user, &case.shown, &mut scores);
        scale.apply(&case.shown, &mut scores);
        for (row, place) in places.iter().enumerate() {
            values[row * models.len() + part] = scores[*place];
        }
    }
    Seen { values, wanted, asked: case.wanted.len() }
}

fn judged(seen: &Seen, weights: &[f32], measures: &Measures, column: usize) -> f64 {
    let rows = seen.values.chunks_exact(weights.len());
    let blended = |row: &[f32]| row.iter().zip(weights).map(|(v, w)| v * w).sum::<f32>();
    let mut scored: Vec<(f32, bool)> = rows.zip(&seen.wanted).map(|(row, w)| (blended(row), *w)).collect();
    let k = measures.cutoffs[0];
    let blocks = ties::blocks(&mut scored, k);
    let a = accuracy::measure(&blocks, seen.asked, k, measures.recall, measures.ideal);
    [a.precision, a.recall, a.hit_rate, a.ndcg, a.mrr, a.map][column]
}

/// Steps tried on a weight: shares of the whole that are added, and factors.
const ADDED: [f32; 4] = [0.02, 0.05, 0.15, 0.4];
const FACTORS: [f32; 6] = [0.0, 0.5, 0.8, 0.9, 1.1, 1.3];

fn climb(start: Vec<f32>, rounds: usize, judge: &impl Fn(&[f32]) -> f64) -> (Vec<f32>, f64) {
    let mut weights = start;
    let mut score = judge(&weights);
    for _ in 0..rounds {
        let before = score;
        for part in 0..weights.len() {
            let old = weights[part];
            let factors = FACTORS.iter().filter(|_| old > 0.0).map(|f| old * f);
            for value in factors.chain(ADDED.iter().map(|a| old + a)).collect::<Vec<_>>() {
                let mut tried = weights.clone();
                tried[part] = value;
                let sum: f32 = tried.iter().sum();
                if sum <= 0.0 {
                    continue;
                }
                tried.iter_mut().for_each(|w| *w /= sum);
                let reached = judge(&tried);
                if reached > score + 1e-7 {
                    (weights, score) = (tried, reached);
                }
            }
        }
        if score - before < 1e-5 {
            break;
        }
    }
    (weights, score)
}

#[cfg(test)]
mod tests {
    use soiree_algorithms::metrics::accuracy::{IdealLength, RecallDivisor};

    use super::*;
    use crate::cases::Candidates;

    /// Prefers the item after the last one shown, or the one before it.
    struct Step(i64);

    impl ProfileScorer for Step {
        fn items(&self) -> usize {
            12
        }

        fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
            let last = profile.last().map_or(0, |p| i64::from(p.0));
            for (i, score) in out.iter_mut().enumerate() {
                *score = -((i as i64 - last - self.0).abs() as f32);
            }
        }
    }

    fn measures() -> Measures {
        let (recall, ideal) = (RecallDivisor::All, IdealLength::Least);
        Measures { cutoffs: vec![3], recall, ideal, optimistic: false, beyond: false }
    }

    fn cases() -> Vec<Case> {
        (1..10)
            .map(|i| Case {
                user: i,
                shown: vec![(i, 1.0)],
                wanted: vec![i + 1],
                candidates: Candidates::AllBut(vec![i]),
            })
            .collect()
    }

    #[test]
    fn the_part_that_knows_gets_the_weight() {
        let (knows, errs) = (Step(1), Step(-4));
        let parts: [&dyn ProfileScorer; 2] = [&errs, &knows];
        for scale in [Scale::Standard, Scale::Rank] {
            let params = HybridParams { scale, ..HybridParams::default() };
            let learned = learn(&parts, &cases(), &params, &measures(), 3);
            assert!(learned.score >= learned.alone[1] && learned.alone[1] > learned.alone[0], "{learned:?}");
            assert!(learned.weights[1] > learned.weights[0], "{learned:?}");
            assert!((learned.weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn what_a_person_has_does_not_bend_the_scale() {
        let mut scores = [1000.0, 1.0, 3.0];
        Scale::Standard.apply(&[(0, 1.0)], &mut scores);
        assert_eq!(scores, [-1.0, -1.0, 1.0]);
        let mut scores = [2.0, 9.0, 3.0, 4.0];
        Scale::Rank.apply(&[(1, 1.0)], &mut scores);
        assert_eq!(scores, [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn a_blend_of_one_keeps_its_order() {
        let one = Step(1);
        let blend = Blend { parts: vec![(&one, 1.0)], scale: Scale::Standard };
        let mut scores = vec![0.0; 12];
        blend.score(&[(4, 1.0)], &mut scores);
        assert!((0..12).filter(|i| *i != 5).all(|i| scores[i] < scores[5]));
    }
}
