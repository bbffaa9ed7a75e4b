//! `--tune`: random search on the validation part, which is all it ever looks at.

use rand::RngExt;
use serde_json::Value;
use soiree_algorithms::statistics::mean;

use crate::cases::{Trial, trial};
use crate::error::LabError;
use crate::events::load;
use crate::measure::measured;
use crate::models::{self, Known};
use crate::protocol::ModelEntry;
use crate::rank::{Measures, ask};
use crate::ranking::{Find, Plan, Told};
use crate::report::{Report, Tried, Tuning};
use crate::split::random_for;
use crate::{Progress, describe};

const TUNE: u64 = 7;

/// Tries the given setting of each chosen model and `settings` random ones.
pub(crate) fn run(
    plan: &Plan<'_>,
    find: Find<'_>,
    settings: usize,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    let seed = plan.protocol.seeds[0];
    let loaded = load(plan.task, find)?;
    let trial = trial(plan.task, &loaded, seed);
    if trial.validation.cases.is_empty() {
        return Err(LabError::Unusable("the split leaves nobody to validate on".to_owned()));
    }
    let mut report = describe::opening(plan, &loaded, &trial.counts);
    for entry in plan.chosen {
        let known = models::find(&entry.name)?;
        if known.ranks() && !known.is_hybrid() {
            report.tuning.push(tune(plan, &trial, entry, known, settings, progress)?);
        }
    }
    report.notes.push(
        "This run looked at the validation part only. Write the chosen parameters into the protocol, with the score \
         that chose them, and run it without tuning."
            .to_owned(),
    );
    Ok(report)
}

fn tune(
    plan: &Plan<'_>,
    trial: &Trial,
    entry: &ModelEntry,
    known: &Known,
    settings: usize,
    progress: &dyn Progress,
) -> Result<Tuning, LabError> {
    let space = (known.space)();
    let mut random = random_for(plan.protocol.seeds[0], TUNE, 0);
    // The names differ, so the same seed must not draw the same numbers for each.
    for _ in 0..entry.label.len() {
        let _: u64 = random.random();
    }
    let count = if space.is_empty() { 0 } else { settings };
    let mut tried = vec![attempt(plan, trial, entry, &format!("{} as given", entry.label), progress)?];
    for round in 0..count {
        let mut drawn = entry.clone();
        for dimension in &space {
            drawn.params.insert(dimension.param.to_owned(), dimension.search.draw(&mut random));
        }
        let what = format!("{}, setting {} of {count}", entry.label, round + 1);
        tried.push(attempt(plan, trial, &drawn, &what, progress)?);
    }
    tried.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(Tuning { model: entry.label.clone(), metric: plan.task.validation.metric.clone(), tried })
}

/// One setting; a fit that fails is told in the table, a cancelled one ends the search.
fn attempt(
    plan: &Plan<'_>,
    trial: &Trial,
    entry: &ModelEntry,
    what: &str,
    progress: &dyn Progress,
) -> Result<Tried, LabError> {
    if progress.cancelled() {
        return Err(LabError::Cancelled);
    }
    let params = Value::Object(entry.params.clone());
    let told = Told { what: what.to_owned(), to: progress };
    let (fitted, cost) = measured(|| models::fit(entry, &trial.validation.fit, &told));
    match fitted {
        Ok(fitted) => {
            let (measures, column) = Measures::of_validation(plan.task);
            let answers = ask(&*fitted.scorer, &trial.validation.cases, &measures, None);
            let score = mean(&answers.rows.iter().map(|row| row[column]).collect::<Vec<_>>());
            Ok(Tried { params, score, fit_seconds: cost.seconds, fault: None })
        }
        Err(LabError::Cancelled) => Err(LabError::Cancelled),
        Err(fault @ LabError::Fit { .. }) => Ok(Tried {
            params,
            score: f64::NEG_INFINITY,
            fit_seconds: cost.seconds,
            fault: Some(fault.to_string()),
        }),
        Err(other) => Err(other),
    }
}
