//! Runs the kind `ranking`: every seed, every model, then means, intervals and comparisons.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use soiree_algorithms::metrics::beyond::SharedPeople;
use soiree_algorithms::model::{self, ProfileScorer};
use soiree_algorithms::statistics::{Bootstrap, mean};

use crate::cases::{Trial, trial};
use crate::error::LabError;
use crate::events::{Loaded, load};
use crate::measure::{Cost, measured};
use crate::models::{self, Fitted, Known};
use crate::protocol::{ModelEntry, Protocol, Ranking};
use crate::rank::{Answers, Measures, Surroundings, ask, together};
use crate::report::{Metrics, ModelResult, Report};
use crate::stack::{Blend, HybridParams, Learned, learn};
use crate::{Progress, compare, describe};

/// What is run.
pub(crate) struct Plan<'a> {
    pub(crate) protocol: &'a Protocol,
    pub(crate) task: &'a Ranking,
    /// Every model that may be blended.
    pub(crate) every: &'a [ModelEntry],
    /// The models of the report.
    pub(crate) chosen: &'a [ModelEntry],
}

pub(crate) type Find<'a> = &'a dyn Fn(&Path) -> PathBuf;

/// A fit's progress under the name of its model.
pub(crate) struct Told<'a> {
    pub(crate) what: String,
    pub(crate) to: &'a dyn Progress,
}

impl model::Progress for Told<'_> {
    fn report(&self, done: u64, total: u64) {
        self.to.step(&self.what, done, total);
    }

    fn cancelled(&self) -> bool {
        self.to.cancelled()
    }
}

/// Answers of one model under one seed.
pub(crate) struct Run {
    pub(crate) answers: Answers,
    cost: Cost,
    params: serde_json::Value,
    together: Vec<(String, f64)>,
    /// What the fit found, by name.
    pub(crate) found: Vec<(String, f64)>,
}

/// One model's answers, parameters, seconds of the fit, and what the fit found.
type Asked = (Answers, serde_json::Value, f64, Vec<(String, f64)>);

pub(crate) fn run(plan: &Plan<'_>, find: Find<'_>, progress: &dyn Progress) -> Result<Report, LabError> {
    let lineup = lineup(plan)?;
    progress.step("reading", 0, 0);
    let loaded = load(plan.task, find)?;
    let measures = Measures::of_test(plan.task);
    let mut runs: Vec<Vec<Run>> = Vec::new();
    let mut people: Vec<Vec<u32>> = Vec::new();
    let mut first_counts = None;
    let mut learned = Vec::new();
    for &seed in &plan.protocol.seeds {
        progress.step(&format!("splitting, seed {seed}"), 0, 0);
        let trial = trial(plan.task, &loaded, seed);
        if trial.test.cases.is_empty() {
            return Err(LabError::Unusable("the split leaves nobody to ask".to_owned()));
        }
        people.push(trial.test.cases.iter().map(|c| c.user).collect());
        first_counts.get_or_insert(trial.counts);
        let seed_run = SeedRun { plan, trial: &trial, measures: &measures, loaded: &loaded, progress };
        runs.push(seed_run.run(&lineup, &mut learned)?);
    }
    let mut report = describe::opening(plan, &loaded, &first_counts.unwrap_or_default());
    report.notes.extend(learned);
    summarise(&mut report, plan, &lineup, &measures, &runs, &people);
    Ok(report)
}

/// The models of the report, popularity always first, checked for their kind.
pub(crate) fn lineup(plan: &Plan<'_>) -> Result<Vec<ModelEntry>, LabError> {
    let mut out = plan.chosen.to_vec();
    if !out.iter().any(|m| m.name == "popularity") {
        out.insert(0, crate::plain_entry("popularity")?);
    }
    for entry in &out {
        if !models::find(&entry.name)?.ranks() {
            return Err(LabError::Option(format!("\"{}\" does not rank items", entry.name)));
        }
    }
    Ok(out)
}

/// The single models that a blend is made of, of those that may be.
pub(crate) fn parts(
    every: &[ModelEntry],
    params: &HybridParams,
    may: fn(&Known) -> bool,
) -> Result<Vec<ModelEntry>, LabError> {
    let singles = every.iter().filter(|m| models::find(&m.name).is_ok_and(|k| may(k) && !k.is_hybrid()));
    if params.parts.is_empty() {
        return Ok(singles.cloned().collect());
    }
    let wanted = params.parts.iter().map(|label| {
        let found = singles.clone().find(|m| m.label == *label);
        found.cloned().map_or_else(|| crate::plain_entry(label), Ok)
    });
    wanted.collect()
}

/// Everything that is asked of one split.
pub(crate) struct SeedRun<'a> {
    pub(crate) plan: &'a Plan<'a>,
    pub(crate) trial: &'a Trial,
    pub(crate) measures: &'a Measures,
    pub(crate) loaded: &'a Loaded,
    pub(crate) progress: &'a dyn Progress,
}

impl SeedRun<'_> {
    pub(crate) fn run(&self, lineup: &[ModelEntry], learned: &mut Vec<String>) -> Result<Vec<Run>, LabError> {
        let test = &self.trial.test;
        let plain_model = models::fit(&crate::plain_entry("popularity")?, &test.fit, &model::Silent)?;
        let plain = ask(&*plain_model.scorer, &test.cases, self.measures, None).lists;
        let (shared, counts) = (SharedPeople::new(&test.fit.matrix), test.fit.matrix.column_counts());
        let around = Surroundings { fit: &test.fit, shared: &shared, counts: &counts, plain: &plain };
        // Fitted singles are kept, for a blend needs them again.
        let mut kept: Vec<(ModelEntry, Fitted)> = Vec::new();
        let mut out = Vec::new();
        for entry in lineup {
            if self.progress.cancelled() {
                return Err(LabError::Cancelled);
            }
            let (run, cost) = measured(|| match models::find(&entry.name)?.is_hybrid() {
                true => self.hybrid(entry, &mut kept, &around, learned),
                false => self.single(entry, &mut kept, &around),
            });
            let (answers, params, seconds, found) = run?;
            let items = self.loaded.items.len();
            let together = together(&answers.lists, &self.measures.cutoffs, items);
            out.push(Run { answers, cost: Cost { seconds, ..cost }, params, together, found });
        }
        Ok(out)
    }

    fn told(&self, entry: &ModelEntry, what: &str) -> Told<'_> {
        let what = match self.plan.protocol.seeds.len() {
            1 => format!("{} {what}", entry.label),
            _ => format!("{} {what}, seed {}", entry.label, self.trial.seed),
        };
        Told { what, to: self.progress }
    }

    fn single(
        &self,
        entry: &ModelEntry,
        kept: &mut Vec<(ModelEntry, Fitted)>,
        around: &Surroundings<'_>,
    ) -> Result<Asked, LabError> {
        let (fitted, cost) = measured(|| models::fit(entry, &self.trial.test.fit, &self.told(entry, "fit")));
        let fitted = fitted?;
        self.progress.step(&self.told(entry, "test").what, 0, 0);
        let answers = ask(&*fitted.scorer, &self.trial.test.cases, self.measures, Some(around));
        let (params, found) = (fitted.params.clone(), fitted.found.clone());
        kept.push((entry.clone(), fitted));
        Ok((answers, params, cost.seconds, found))
    }

    fn hybrid(
        &self,
        entry: &ModelEntry,
        kept: &mut Vec<(ModelEntry, Fitted)>,
        around: &Surroundings<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Asked, LabError> {
        let params = hybrid_params(entry)?;
        let parts = parts(self.plan.every, &params, Known::ranks)?;
        if parts.is_empty() || self.trial.validation.cases.is_empty() {
            return Err(LabError::Unusable(format!(
                "model {}: nothing to blend, or nothing to learn from",
                entry.label
            )));
        }
        let (weights, cost) = measured(|| {
            for part in &parts {
                if !kept.iter().any(|k| k.0 == *part) {
                    kept.push((
                        part.clone(),
                        models::fit(part, &self.trial.test.fit, &self.told(part, "fit"))?,
                    ));
                }
            }
            self.weights(entry, &parts, &params, kept)
        });
        let weights = weights?;
        let metric = &self.plan.task.validation.metric;
        notes.push(told_weights(entry, self.trial.seed, &parts, &weights, metric));
        let blended = parts.iter().zip(&weights.weights).filter_map(|(part, weight)| {
            let fitted = kept.iter().find(|k| k.0 == *part)?;
            Some((&*fitted.1.scorer as &dyn ProfileScorer, *weight))
        });
        let blend = Blend { parts: blended.collect(), scale: params.scale };
        self.progress.step(&self.told(entry, "test").what, 0, 0);
        let answers = ask(&blend, &self.trial.test.cases, self.measures, Some(around));
        let weight =
            |(part, weight): (&ModelEntry, &f32)| (format!("weight of {}", part.label), f64::from(*weight));
        let found = parts.iter().zip(&weights.weights).map(weight).collect();
        Ok((answers, serde_json::to_value(&params).unwrap_or_default(), cost.seconds, found))
    }

    /// Learns the weights on the validation part, with models that have not seen it.
    fn weights(
        &self,
        entry: &ModelEntry,
        parts: &[ModelEntry],
        params: &HybridParams,
        kept: &[(ModelEntry, Fitted)],
    ) -> Result<Learned, LabError> {
        let validation = &self.trial.validation;
        let same = std::sync::Arc::ptr_eq(&validation.fit, &self.trial.test.fit);
        let mut own = Vec::new();
        if !same {
            for part in parts {
                own.push(models::fit(part, &validation.fit, &self.told(part, "fit for the blend"))?);
            }
        }
        let kept = parts.iter().filter_map(|p| kept.iter().find(|k| k.0 == *p)).map(|k| &k.1);
        let fitted: Vec<&Fitted> = if same { kept.collect() } else { own.iter().collect() };
        let scorers: Vec<&dyn ProfileScorer> = fitted.iter().map(|f| &*f.scorer).collect();
        self.progress.step(&self.told(entry, "learn weights").what, 0, 0);
        let (measures, column) = Measures::of_validation(self.plan.task);
        Ok(learn(&scorers, &validation.cases, params, &measures, column))
    }
}

/// The learned weights in words.
pub(crate) fn told_weights(
    entry: &ModelEntry,
    seed: u64,
    parts: &[ModelEntry],
    learned: &Learned,
    metric: &str,
) -> String {
    let each = parts.iter().zip(&learned.weights).zip(&learned.alone);
    let each = each.map(|((part, weight), alone)| format!("{} {weight:.3} (alone {alone:.4})", part.label));
    format!(
        "{}, seed {seed}: weights {}; validation {metric} {:.4}",
        entry.label,
        each.collect::<Vec<_>>().join(", "),
        learned.score
    )
}

pub(crate) fn hybrid_params(entry: &ModelEntry) -> Result<HybridParams, LabError> {
    models::read(&entry.params).map_err(|trouble| trouble.of(entry))
}

/// Means, intervals and comparisons of the runs, whose people stand beside.
pub(crate) fn summarise(
    report: &mut Report,
    plan: &Plan<'_>,
    lineup: &[ModelEntry],
    measures: &Measures,
    runs: &[Vec<Run>],
    people: &[Vec<u32>],
) {
    let columns = measures.columns();
    let of = |m: usize| runs.iter().map(|seed| &seed[m]).collect::<Vec<_>>();
    let rows = |m: usize| runs.iter().map(|seed| &*seed[m].answers.rows).collect::<Vec<_>>();
    let tables: Vec<Vec<Vec<f64>>> =
        (0..lineup.len()).map(|m| compare::by_person(&rows(m), people, columns.len())).collect();
    let flat: Vec<&[f64]> = tables.iter().flatten().map(Vec::as_slice).collect();
    let drawn = Bootstrap::draw(&flat, plan.protocol.resamples, plan.protocol.seeds[0]);
    for (m, entry) in lineup.iter().enumerate() {
        report.models.push(result(entry, &of(m), &tables[m], &columns, plan, |c| {
            let interval = drawn.ci95(m * columns.len() + c);
            [interval.low, interval.high]
        }));
    }
    report.columns.clone_from(&columns);
    report.columns.extend(runs[0][0].together.iter().map(|t| t.0.clone()));
    report.columns.sort_by_key(|c| {
        (c.split('@').nth(1).and_then(|k| k.parse::<usize>().ok()), c.contains("optimistic"))
    });
    report.main_columns = compare::main_columns(report, &measures.cutoffs, measures.optimistic);
    let wanted = &plan.task.validation.metric;
    report.comparisons = compare::with_best(lineup, &tables, &columns, wanted, &drawn);
    let (pairs, measures) = (&plan.protocol.compare, &report.main_columns);
    let asked_for = compare::asked_for(pairs, lineup, &tables, &columns, measures, &drawn);
    for (comparison, line) in asked_for {
        report.comparisons.push(comparison);
        report.notes.push(line);
    }
}

fn result(
    entry: &ModelEntry,
    runs: &[&Run],
    table: &[Vec<f64>],
    columns: &[String],
    plan: &Plan<'_>,
    ci95: impl Fn(usize) -> [f64; 2],
) -> ModelResult {
    let over = |f: &dyn Fn(&Run) -> f64| mean(&runs.iter().map(|r| f(r)).collect::<Vec<_>>());
    let mut metrics: Metrics = columns.iter().cloned().zip(table.iter().map(|c| mean(c))).collect();
    for (at, (name, _)) in runs[0].together.iter().enumerate() {
        metrics.insert(name.clone(), over(&|r| r.together[at].1));
    }
    let mut parts = BTreeMap::new();
    if runs.len() > 1 {
        for (run, seed) in runs.iter().zip(&plan.protocol.seeds) {
            let column = |c: usize| mean(&run.answers.rows.iter().map(|row| row[c]).collect::<Vec<_>>());
            let mut part: Metrics =
                columns.iter().enumerate().map(|(c, name)| (name.clone(), column(c))).collect();
            part.extend(run.together.iter().cloned());
            parts.insert(format!("seed {seed}"), part);
        }
    }
    ModelResult {
        name: entry.label.clone(),
        model: entry.name.clone(),
        params: runs[0].params.clone(),
        chosen: entry.chosen.as_ref().map(Into::into),
        fit_seconds: over(&|r| r.cost.seconds),
        inference_ms: over(&|r| r.answers.score_ms),
        peak_mib: runs.iter().map(|r| r.cost.peak_mib).fold(0.0, f64::max),
        metrics,
        ci95: columns.iter().enumerate().map(|(c, name)| (name.clone(), ci95(c))).collect(),
        parts,
    }
}
