//! Runs the kind `groups` for groups that a data set gives: the parts `group`, `user`, `group-clean` and `group-full`.

mod data;
mod known;
mod members;
mod models;
mod space;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use soiree_algorithms::metrics::accuracy::{IdealLength, RecallDivisor};
use soiree_algorithms::metrics::beyond::SharedPeople;
use soiree_algorithms::model::ProfileScorer;
use soiree_algorithms::statistics::{Bootstrap, mean};

use self::data::GroupData;
use self::known::{Known, carve};
use self::models::Ground;
use crate::cases::Case;
use crate::error::LabError;
use crate::measure::{Cost, measured};
use crate::models::{Fitted, Known as Model, find as model};
use crate::protocol::{Groups, ModelEntry, Protocol};
use crate::rank::{Answers, Measures, Surroundings, ask, together};
use crate::ranking::{Told, hybrid_params, parts, told_weights};
use crate::report::{Metrics, ModelResult, Report};
use crate::stack::{Blend, learn};
use crate::strategies::strategy;
use crate::tune::{ONLY_VALIDATION, attempt, search};
use crate::{Progress, compare};

/// What is run.
pub(crate) struct Plan<'a> {
    pub(crate) protocol: &'a Protocol,
    pub(crate) task: &'a Groups,
    /// Every model that may be blended.
    pub(crate) every: &'a [ModelEntry],
    /// The models of the report.
    pub(crate) chosen: &'a [ModelEntry],
}

/// One part of the report: its name and its questions.
struct Part {
    name: &'static str,
    cases: Vec<Case>,
}

/// What a model answered.
struct Run {
    params: serde_json::Value,
    cost: Cost,
    /// One entry per part; strategies have nothing to say of people by themselves.
    answers: Vec<Option<Answers>>,
}

pub(crate) fn run(
    plan: &Plan<'_>,
    find: &dyn Fn(&Path) -> PathBuf,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    let lineup = lineup(plan)?;
    progress.step("reading", 0, 0);
    let data = data::read(plan.task, find)?;
    let known = Known::new(&data, &data.train);
    let (parts, left_out) = asked(plan.task, &data, &known);
    let mut report = words::opening(plan, &data, &parts[0].cases);
    report.notes.extend(left_out.map(words::left_out));
    let bench = Bench {
        plan,
        data: &data,
        parts: &parts,
        measures: measures(plan.task),
        ground: Ground::new(known, plan.task.histories),
        progress,
    };
    let runs = bench.run(&lineup, &mut report.notes)?;
    summarise(&mut report, &bench, &lineup, &runs);
    Ok(report)
}

/// Searches parameters on the validation part.
pub(crate) fn tune(
    plan: &Plan<'_>,
    find: &dyn Fn(&Path) -> PathBuf,
    settings: usize,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    let data = data::read(plan.task, find)?;
    let (known, cases) = carve(plan.task, &data);
    let ground = Ground::new(known, plan.task.histories);
    let metric = &plan.task.validation.metric;
    let (measures, column) = Measures::of_metric(metric, RecallDivisor::All, IdealLength::Least);
    let mut report = words::opening(plan, &data, &cases);
    let one = |entry: &ModelEntry, what: &str| {
        let told = Told { what: what.to_owned(), to: progress };
        attempt(
            entry,
            &told,
            || ground.fit(entry, &told),
            |fitted| {
                let answers = ask(&*fitted.scorer, &cases, &measures, None);
                mean(&answers.rows.iter().map(|row| row[column]).collect::<Vec<_>>())
            },
        )
    };
    for entry in plan.chosen {
        let known = model(&entry.name)?;
        if known.answers_groups() && !known.is_hybrid() {
            report.tuning.push(search(entry, known, settings, plan.protocol.seeds[0], metric, one)?);
        }
    }
    report.notes.push(ONLY_VALIDATION.to_owned());
    Ok(report)
}

/// The models of the report, popularity always first, checked for their kind.
fn lineup(plan: &Plan<'_>) -> Result<Vec<ModelEntry>, LabError> {
    let mut out = plan.chosen.to_vec();
    if !out.iter().any(|m| m.name == "popularity") {
        out.insert(0, crate::plain_entry("popularity")?);
    }
    match out.iter().find(|entry| !model(&entry.name).is_ok_and(Model::answers_groups)) {
        Some(entry) => Err(LabError::Option(format!("\"{}\" does not rank items for groups", entry.name))),
        None => Ok(out),
    }
}

fn measures(task: &Groups) -> Measures {
    let (recall, ideal) = (RecallDivisor::All, IdealLength::Least);
    Measures { cutoffs: task.cutoffs.clone(), recall, ideal, optimistic: true, beyond: true }
}

/// The parts that the data allows; `group` comes first.
fn asked(task: &Groups, data: &GroupData, known: &Known) -> (Vec<Part>, Option<known::LeftOut>) {
    let full = known.full(&data.test);
    let Some(negatives) = &data.negatives else {
        return (vec![Part { name: "group", cases: full }], None);
    };
    let cases = known.published(negatives);
    let cleaned = task.clean.then(|| known.clean(&cases));
    let mut parts = vec![Part { name: "group", cases }];
    if let Some(negatives) = &data.people_negatives {
        parts.push(Part { name: "user", cases: known.alone(negatives) });
    }
    let left_out = cleaned.as_ref().map(|c| c.1);
    parts.extend(cleaned.map(|(cases, _)| Part { name: "group-clean", cases }));
    parts.push(Part { name: "group-full", cases: full });
    (parts, left_out)
}

struct Bench<'a> {
    plan: &'a Plan<'a>,
    data: &'a GroupData,
    parts: &'a [Part],
    measures: Measures,
    ground: Ground,
    progress: &'a dyn Progress,
}

impl Bench<'_> {
    fn run(&self, lineup: &[ModelEntry], notes: &mut Vec<String>) -> Result<Vec<Run>, LabError> {
        let stacked = &self.ground.known.stacked;
        let (shared, counts) = (SharedPeople::new(&stacked.matrix), stacked.matrix.column_counts());
        let popular = self.ground.fit(&crate::plain_entry("popularity")?, &self.told("popularity"))?;
        let plain: Vec<Vec<Vec<u32>>> = self
            .parts
            .iter()
            .map(|part| ask(&*popular.scorer, &part.cases, &self.measures, None).lists)
            .collect();
        let mut kept: Vec<(ModelEntry, Fitted)> = Vec::new();
        let mut out = Vec::new();
        for entry in lineup {
            if self.progress.cancelled() {
                return Err(LabError::Cancelled);
            }
            let answer = |scorer: &dyn ProfileScorer| -> Vec<Option<Answers>> {
                let of = |(part, plain): (&Part, &Vec<Vec<u32>>)| {
                    if part.name == "user" && strategy(entry).is_some() {
                        return None;
                    }
                    self.progress.step(&format!("{} {}", entry.label, part.name), 0, 0);
                    let around = Surroundings { fit: stacked, shared: &shared, counts: &counts, plain };
                    Some(ask(scorer, &part.cases, &self.measures, Some(&around)))
                };
                self.parts.iter().zip(&plain).map(of).collect()
            };
            let (params, cost, answers) = if model(&entry.name)?.is_hybrid() {
                let (blended, cost) = measured(|| self.weights(entry, &mut kept, notes));
                let (params, weights) = blended?;
                let of = |(at, weight): (usize, f32)| (&*kept[at].1.scorer as &dyn ProfileScorer, weight);
                let blend = Blend { parts: weights.into_iter().map(of).collect(), scale: params.scale };
                (serde_json::to_value(&params).unwrap_or_default(), cost, answer(&blend))
            } else {
                let (at, cost) = measured(|| self.fitted(entry, &mut kept));
                let fitted = &kept[at?].1;
                (fitted.params.clone(), cost, answer(&*fitted.scorer))
            };
            out.push(Run { params, cost, answers });
        }
        Ok(out)
    }

    fn told(&self, what: &str) -> Told<'_> {
        Told { what: what.to_owned(), to: self.progress }
    }

    /// Where the fitted model stands among those that are kept.
    fn fitted(&self, entry: &ModelEntry, kept: &mut Vec<(ModelEntry, Fitted)>) -> Result<usize, LabError> {
        if let Some(at) = kept.iter().position(|k| k.0 == *entry) {
            return Ok(at);
        }
        let fitted = self.ground.fit(entry, &self.told(&format!("{} fit", entry.label)))?;
        kept.push((entry.clone(), fitted));
        Ok(kept.len() - 1)
    }

    /// A blend's parts, by where they are kept, with weights learned on the validation part by models that have not seen
    /// it.
    fn weights(
        &self,
        entry: &ModelEntry,
        kept: &mut Vec<(ModelEntry, Fitted)>,
        notes: &mut Vec<String>,
    ) -> Result<(crate::stack::HybridParams, Vec<(usize, f32)>), LabError> {
        let params = hybrid_params(entry)?;
        let parts = parts(self.plan.every, &params, Model::answers_groups)?;
        let (known, cases) = carve(self.plan.task, self.data);
        if parts.is_empty() || cases.is_empty() {
            let label = &entry.label;
            return Err(LabError::Unusable(format!(
                "model {label}: nothing to blend, or nothing to learn from"
            )));
        }
        let ground = Ground::new(known, self.plan.task.histories);
        let fit =
            |part: &ModelEntry| ground.fit(part, &self.told(&format!("{} fit for the blend", part.label)));
        let own = parts.iter().map(fit).collect::<Result<Vec<_>, _>>()?;
        let scorers: Vec<&dyn ProfileScorer> = own.iter().map(|f| &*f.scorer).collect();
        let metric = &self.plan.task.validation.metric;
        let (measures, column) = Measures::of_metric(metric, RecallDivisor::All, IdealLength::Least);
        let learned = learn(&scorers, &cases, &params, &measures, column);
        notes.push(told_weights(entry, self.plan.task.validation.seed, &parts, &learned, metric));
        let places = parts.iter().map(|part| self.fitted(part, kept)).collect::<Result<Vec<_>, _>>()?;
        Ok((params, places.into_iter().zip(learned.weights).collect()))
    }
}

fn summarise(report: &mut Report, bench: &Bench<'_>, lineup: &[ModelEntry], runs: &[Run]) {
    let columns = bench.measures.columns();
    let column = |answers: &Answers, c: usize| answers.rows.iter().map(|row| row[c]).collect::<Vec<f64>>();
    let group = |run: &Run| -> Vec<Vec<f64>> {
        let answers = run.answers[0].as_ref();
        (0..columns.len()).map(|c| answers.map_or_else(Vec::new, |a| column(a, c))).collect()
    };
    let tables: Vec<Vec<Vec<f64>>> = runs.iter().map(group).collect();
    let flat: Vec<&[f64]> = tables.iter().flatten().map(Vec::as_slice).collect();
    let drawn = Bootstrap::draw(&flat, bench.plan.protocol.resamples, bench.plan.protocol.seeds[0]);
    let satisfied = members::Satisfied::new(bench.data);
    for (m, (entry, run)) in lineup.iter().zip(runs).enumerate() {
        let mut parts = BTreeMap::new();
        for (part, answers) in bench.parts.iter().zip(&run.answers) {
            let Some(answers) = answers else { continue };
            let means = columns.iter().enumerate().map(|(c, name)| (name.clone(), mean(&column(answers, c))));
            let mut metrics: Metrics = means.collect();
            metrics.extend(together(&answers.lists, &bench.measures.cutoffs, bench.data.items.len()));
            if part.name == "group-full" || (part.name == "group" && bench.data.negatives.is_none()) {
                metrics.extend(satisfied.measure(&part.cases, &answers.lists, &bench.measures.cutoffs));
            }
            parts.insert(part.name.to_owned(), metrics);
        }
        let interval = |c: usize| drawn.ci95(m * columns.len() + c);
        let ci95 = columns.iter().enumerate().map(|(c, name)| (name.clone(), interval(c)));
        report.models.push(ModelResult {
            name: entry.label.clone(),
            model: entry.name.clone(),
            params: run.params.clone(),
            chosen: entry.chosen.as_ref().map(Into::into),
            fit_seconds: run.cost.seconds,
            inference_ms: run.answers[0].as_ref().map_or(0.0, |a| a.score_ms),
            peak_mib: run.cost.peak_mib,
            metrics: parts.get("group").cloned().unwrap_or_default(),
            ci95: ci95.map(|(name, found)| (name, [found.low, found.high])).collect(),
            parts,
        });
    }
    let wanted = &bench.plan.task.validation.metric;
    report.comparisons = compare::with_best(lineup, &tables, &columns, wanted, &drawn);
    report.notes.extend(satisfied.told());
    let all = report.models[0].parts.values().flat_map(|metrics| metrics.keys().cloned());
    let mut all: Vec<String> = all.collect();
    all.sort_by_key(|c| {
        (c.split('@').nth(1).and_then(|k| k.parse::<usize>().ok()), c.contains("optimistic"), c.clone())
    });
    all.dedup();
    report.columns = all;
    report.main_columns = compare::main_columns(report, &bench.measures.cutoffs, true);
}
