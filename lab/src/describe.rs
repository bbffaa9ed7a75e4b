//! Says in words what a ranking run did: the split, the candidates, the divisors, the faults it met.

use soiree_algorithms::metrics::accuracy::{IdealLength, RecallDivisor};

use crate::cases::Counts;
use crate::events::Loaded;
use crate::protocol::{CandidateRule, Carve, EventOrder, Protocol, Ranking, Rounding, SplitRule};
use crate::ranking::Plan;
use crate::report::{DataCounts, Report};

/// The report's first part: all that is known before any model has answered.
pub(crate) fn opening(plan: &Plan<'_>, loaded: &Loaded, counts: &Counts) -> Report {
    let mut report = blank(plan.protocol);
    report.data = DataCounts {
        users: loaded.users.len(),
        items: loaded.items.len(),
        train: counts.train,
        validation: counts.validation,
        test: counts.test,
        cases: counts.cases,
    };
    report.method = method(plan.task);
    report.notes.extend(met(loaded, counts));
    report
}

/// A report with what the protocol itself says.
pub(crate) fn blank(protocol: &Protocol) -> Report {
    Report {
        protocol: protocol.name.clone(),
        title: protocol.title.clone(),
        about: protocol.about.clone(),
        kind: protocol.task.kind().to_owned(),
        seeds: protocol.seeds.clone(),
        resamples: protocol.resamples,
        published: protocol.published.iter().map(Into::into).collect(),
        notes: protocol.notes.clone(),
        ..Report::default()
    }
}

fn method(task: &Ranking) -> Vec<String> {
    let recall = match task.recall_divisor {
        RecallDivisor::All => "all test items of the person",
        RecallDivisor::Least => "the smaller of the test items and the cut-off",
    };
    let ideal = match task.ndcg_ideal {
        IdealLength::Least => "the smaller of the test items and the cut-off",
        IdealLength::All => "all test items",
    };
    let values = if task.raw_values { "as in the file" } else { "all 1" };
    vec![
        format!("Split: {}.", split(&task.split)),
        format!("Validation: {}; chosen by {}.", validation(task), task.validation.metric),
        format!("Candidates: {}.", candidates(task)),
        format!("Weights of events: {values}. Models are fitted on the training part only."),
        format!(
            "Recall is divided by {recall}; the ideal list of NDCG has {ideal}; MAP is divided by the smaller."
        ),
    ]
}

fn split(rule: &SplitRule) -> String {
    let by = |order: &EventOrder| if *order == EventOrder::Time { "by time" } else { "by line of the file" };
    match rule {
        SplitRule::Given => "as given by the files".to_owned(),
        SplitRule::LeaveLastOut(order) => format!("the last event of each person is the test, {}", by(order)),
        SplitRule::LeaveLastTwoOut(order) => {
            format!("the last event of each person is the test, the one before the validation, {}", by(order))
        }
        SplitRule::Random { shares: [train, validation, test], rounding } => {
            let rounding = match rounding {
                Rounding::Down => "down",
                Rounding::Nearest => "to the nearest",
                Rounding::Up => "up",
            };
            format!(
                "each person's events at random, {train} training, {validation} validation, {test} test; validation and \
                 test rounded {rounding}, the rest to training"
            )
        }
        SplitRule::Temporal { quantiles: [validation, test] } => {
            format!(
                "by time: training before quantile {validation} of all times, test from quantile {test} on"
            )
        }
        SplitRule::Strong { shares: [train, validation, test], fold_in } => format!(
            "by people at random, {train} training, {validation} validation, {test} test; {fold_in} of a held-out \
             person's events is shown"
        ),
    }
}

fn validation(task: &Ranking) -> String {
    let rule = &task.validation;
    let part = match rule.carve {
        Carve::Part => "the split's own part".to_owned(),
        Carve::OnePerUser => format!("one random training event per person, seed {}", rule.seed),
        Carve::Share(share) => {
            format!("{share} of each person's training events at random, seed {}", rule.seed)
        }
    };
    match rule.negatives {
        0 => format!("{part}, every item that is not in training ranked"),
        n => format!("{part}, ranked among {n} random items"),
    }
}

fn candidates(task: &Ranking) -> String {
    let masked = match (task.mask.train, task.mask.validation) {
        (true, true) => "that stands neither in the person's training nor validation part",
        (true, false) => "that does not stand in the person's training part",
        (false, true) => "that does not stand in the person's validation part",
        (false, false) => "of the catalogue",
    };
    match task.candidates {
        CandidateRule::All => format!("every item {masked}"),
        CandidateRule::Published => "the test item and the published negatives of its case".to_owned(),
        CandidateRule::Sampled(n) => format!("the test items and {n} random ones {masked}"),
    }
}

/// Faults that were met in the data.
pub(crate) fn met(loaded: &Loaded, counts: &Counts) -> Vec<String> {
    let told = [
        (loaded.below_min_value, "events have a value below the smallest that counts and were left out"),
        (loaded.repeated, "events repeat a person and item and were left out, the latest stays"),
        (counts.leaked, "test events also stand in training; they stay among the candidates"),
        (counts.negatives_asked_for, "published negatives are the very item asked for; they tie with it"),
        (
            counts.unknown_people,
            "people or cases were left out of the test because training knows nothing of them",
        ),
    ];
    told.into_iter().filter(|t| t.0 > 0).map(|(n, what)| format!("{n} {what}.")).collect()
}
