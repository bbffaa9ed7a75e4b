//! `--tune`: random search on the validation part, which is all it ever looks at.

use rand::RngExt;
use serde_json::Value;
use soiree_algorithms::statistics::mean;

use crate::cases::{Trial, trial};
use crate::error::LabError;
use crate::events::load;
use crate::measure::measured;
use crate::models::{self, Fitted, Known};
use crate::protocol::ModelEntry;
use crate::rank::{Measures, ask};
use crate::ranking::{Find, Plan, Told};
use crate::report::{Report, Tried, Tuning};
use crate::split::random_for;
use crate::{Progress, describe};

const TUNE: u64 = 7;

/// What every report of a search says.
pub(crate) const ONLY_VALIDATION: &str = "This run looked at the validation part only. Write the chosen parameters into the \
     protocol, with the score that chose them, and run it without tuning.";

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
    report.tuning = each(plan, |_| &trial, settings, progress)?;
    report.notes.push(ONLY_VALIDATION.to_owned());
    Ok(report)
}

/// Tries settings of each chosen model on the trial that judges it.
pub(crate) fn each<'t>(
    plan: &Plan<'_>,
    judged: impl Fn(&ModelEntry) -> &'t Trial,
    settings: usize,
    progress: &dyn Progress,
) -> Result<Vec<Tuning>, LabError> {
    let mut out = Vec::new();
    for entry in plan.chosen {
        let known = models::find(&entry.name)?;
        if known.ranks() && !known.is_hybrid() {
            out.push(tune(plan, judged(entry), entry, known, settings, progress)?);
        }
    }
    Ok(out)
}

fn tune(
    plan: &Plan<'_>,
    trial: &Trial,
    entry: &ModelEntry,
    known: &Known,
    settings: usize,
    progress: &dyn Progress,
) -> Result<Tuning, LabError> {
    let (measures, column) = Measures::of_validation(plan.task);
    let one = |entry: &ModelEntry, what: &str| {
        let told = Told { what: what.to_owned(), to: progress };
        attempt(
            entry,
            &told,
            || models::fit(entry, &trial.validation.fit, &told),
            |fitted| {
                let answers = ask(&*fitted.scorer, &trial.validation.cases, &measures, None);
                mean(&answers.rows.iter().map(|row| row[column]).collect::<Vec<_>>())
            },
        )
    };
    search(entry, known, settings, plan.protocol.seeds[0], &plan.task.validation.metric, one)
}

/// Tries one entry as given and with `settings` random draws.
pub(crate) fn search(
    entry: &ModelEntry,
    known: &Known,
    settings: usize,
    seed: u64,
    metric: &str,
    attempt: impl Fn(&ModelEntry, &str) -> Result<Tried, LabError>,
) -> Result<Tuning, LabError> {
    let space = (known.space)();
    let mut random = random_for(seed, TUNE, 0);
    // The names differ, so the same seed must not draw the same numbers for each.
    for _ in 0..entry.label.len() {
        let _: u64 = random.random();
    }
    let count = if space.is_empty() { 0 } else { settings };
    let mut tried = vec![attempt(entry, &format!("{} as given", entry.label))?];
    for round in 0..count {
        let mut drawn = entry.clone();
        for dimension in &space {
            drawn.params.insert(dimension.param.to_owned(), dimension.search.draw(&mut random));
        }
        tried.push(attempt(&drawn, &format!("{}, setting {} of {count}", entry.label, round + 1))?);
    }
    tried.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(Tuning { model: entry.label.clone(), metric: metric.to_owned(), tried })
}

/// One setting; a fit that fails is told in the table, a cancelled one ends the search.
pub(crate) fn attempt(
    entry: &ModelEntry,
    told: &Told<'_>,
    fit: impl FnOnce() -> Result<Fitted, LabError>,
    score: impl FnOnce(&Fitted) -> f64,
) -> Result<Tried, LabError> {
    if told.to.cancelled() {
        return Err(LabError::Cancelled);
    }
    let params = Value::Object(entry.params.clone());
    let (fitted, cost) = measured(fit);
    match fitted {
        Ok(fitted) => Ok(Tried { params, score: score(&fitted), fit_seconds: cost.seconds, fault: None }),
        Err(fault @ LabError::Fit { .. }) => Ok(Tried {
            params,
            score: f64::NEG_INFINITY,
            fit_seconds: cost.seconds,
            fault: Some(fault.to_string()),
        }),
        Err(other) => Err(other),
    }
}
