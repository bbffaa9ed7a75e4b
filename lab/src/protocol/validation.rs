//! The table `[validation]`: what parameters and blend weights are chosen on.

use super::fields::Fields;
use super::ranking::{CandidateRule, Files, SplitRule};

/// What parameters are chosen on.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationRule {
    /// How the part is carved from training events; [`Carve::Part`] takes the split's own.
    pub carve: Carve,
    /// Seed of the carving and of the negatives.
    pub seed: u64,
    /// The measure that is maximised.
    pub metric: String,
    /// How many negatives are drawn; 0 ranks everything.
    pub negatives: usize,
}

/// How a validation part comes about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Carve {
    /// The split has one.
    Part,
    /// One random training event per person.
    OnePerUser,
    /// A random share of each person's training events, rounded down.
    Share(f64),
}

pub(super) fn read(
    top: &mut Fields<'_>,
    split: &SplitRule,
    files: &Files,
) -> (ValidationRule, Option<usize>) {
    let own = match split {
        SplitRule::Given => files.validation.is_some(),
        SplitRule::LeaveLastOut(_) => false,
        SplitRule::LeaveLastTwoOut(_) => true,
        SplitRule::Random { shares, .. } | SplitRule::Strong { shares, .. } => shares[1] > 0.0,
        SplitRule::Temporal { quantiles } => quantiles[0] < quantiles[1],
    };
    let usual = if own { Carve::Part } else { Carve::OnePerUser };
    let mut rule = ValidationRule { carve: usual, seed: 1, metric: "ndcg@10".to_owned(), negatives: 0 };
    let mut negatives = None;
    if let Some(mut fields) = top.table("validation") {
        let words =
            [("part", Carve::Part), ("one-per-user", Carve::OnePerUser), ("share", Carve::Share(0.1))];
        rule.carve = fields.maybe_one_of("carve", &words).unwrap_or(usual);
        if let (Some(share), Carve::Share(_)) = (fields.number("share"), rule.carve) {
            if !(share > 0.0 && share < 1.0) {
                fields.fault("share", "must lie between 0 and 1");
            }
            rule.carve = Carve::Share(share);
        }
        if rule.carve == Carve::Part && !own {
            fields.fault("carve", "is \"part\", but the split has no validation part");
        }
        rule.seed = fields.seed("seed").unwrap_or(1);
        rule.metric = fields.text("metric").unwrap_or(rule.metric);
        if !known_metric(&rule.metric) {
            fields.fault(
                "metric",
                format!("must be one of {} with a cut-off, such as ndcg@10", METRICS.join(", ")),
            );
        }
        negatives = fields.whole("negatives", 0);
        fields.done();
    }
    (rule, negatives)
}

pub(super) const METRICS: [&str; 6] = ["precision", "recall", "hit_rate", "ndcg", "mrr", "map"];

pub(super) fn known_metric(text: &str) -> bool {
    let Some((name, k)) = text.split_once('@') else { return false };
    METRICS.contains(&name) && k.parse::<usize>().is_ok_and(|k| k > 0)
}

pub(super) fn default_negatives(candidates: CandidateRule) -> usize {
    match candidates {
        CandidateRule::All => 0,
        CandidateRule::Published => 99,
        CandidateRule::Sampled(n) => n,
    }
}
