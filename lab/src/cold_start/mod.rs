//! Runs the kind `cold-start`: every model twice on one split, with the events of some items or people hidden from
//! its fit and with them kept, and the same questions asked.

#[cfg(test)]
mod tests;
mod trial;

use std::collections::BTreeMap;

use soiree_algorithms::metrics::beyond::SharedPeople;
use soiree_algorithms::model;
use soiree_algorithms::statistics::{Bootstrap, mean};

use crate::cases::{Counts, Stage};
use crate::error::LabError;
use crate::events::{Loaded, load};
use crate::measure::measured;
use crate::models::{self, Fitted};
use crate::protocol::{ColdStart, Hide, ModelEntry};
use crate::rank::{Answers, Measures, Surroundings, ask, together};
use crate::ranking::{Find, Plan, Told, hybrid_params, lineup, parts, told_weights};
use crate::report::{Metrics, ModelResult, Report};
use crate::stack::{Blend, learn};
use crate::{Progress, cases, compare, describe};
use trial::{Trial, Twice, keep_described, trial};

/// What the figures of the other part are called.
const WARM: &str = "_warm";

/// One model's answers to one part of one seed.
struct Answered {
    answers: Answers,
    together: Vec<(String, f64)>,
    fit_seconds: f64,
    peak_mib: f64,
    params: serde_json::Value,
}

pub(crate) fn run(
    plan: &Plan<'_>,
    task: &ColdStart,
    find: Find<'_>,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    let lineup = lineup(plan)?;
    let (loaded, mut report) = open(plan, task, find, progress)?;
    let measures = Measures::of_test(plan.task);
    let mut runs: Vec<Vec<[Answered; 2]>> = Vec::new();
    let mut people = Vec::new();
    for &seed in &plan.protocol.seeds {
        let trial = checked(trial(task, &loaded, seed))?;
        if runs.is_empty() {
            report.data = opening_counts(&loaded, &trial);
            report.notes.push(told_counts(task, &trial.test));
        }
        people.push(trial.test.hidden.cases.iter().map(|case| case.user).collect::<Vec<_>>());
        let run =
            SeedRun { plan, trial: &trial, measures: &measures, items: loaded.items.len(), seed, progress };
        runs.push(run.run(&lineup, &mut report.notes)?);
    }
    summarise(&mut report, plan, &lineup, &measures, &runs, &people);
    Ok(report)
}

/// `--tune`: models that read texts are judged by the hidden part of the validation, all others by the warm one.
pub(crate) fn tune(
    plan: &Plan<'_>,
    task: &ColdStart,
    find: Find<'_>,
    settings: usize,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    let (loaded, mut report) = open(plan, task, find, progress)?;
    let seed = plan.protocol.seeds[0];
    let Trial { test, validation } = checked(trial(task, &loaded, seed))?;
    let counts = Counts::default();
    let hidden = cases::Trial { seed, validation: validation.hidden, test: test.hidden, counts };
    let warm = cases::Trial { seed, validation: validation.warm, test: test.warm, counts };
    let judged = |entry: &ModelEntry| if reads_texts(entry) { &hidden } else { &warm };
    report.tuning = crate::tune::each(plan, judged, settings, progress)?;
    report.notes.push(crate::tune::ONLY_VALIDATION.to_owned());
    Ok(report)
}

fn reads_texts(entry: &ModelEntry) -> bool {
    matches!(entry.name.as_str(), "tfidf" | "sbert")
}

fn open(
    plan: &Plan<'_>,
    task: &ColdStart,
    find: Find<'_>,
    progress: &dyn Progress,
) -> Result<(Loaded, Report), LabError> {
    progress.step("reading", 0, 0);
    let mut loaded = load(plan.task, find)?;
    let without = keep_described(&mut loaded);
    let mut report = describe::blank(plan.protocol);
    report.method = method(task);
    report.notes.extend(describe::met(&loaded, &Counts::default()));
    if without > 0 {
        report
            .notes
            .push(format!("{without} events are of items of which nothing is written, and were left out."));
    }
    Ok((loaded, report))
}

fn checked(trial: Trial) -> Result<Trial, LabError> {
    let empty = [&trial.test, &trial.validation].iter().any(|t| t.hidden.cases.is_empty());
    if empty { Err(LabError::Unusable("the split leaves nobody to ask".to_owned())) } else { Ok(trial) }
}

fn opening_counts(loaded: &Loaded, trial: &Trial) -> crate::report::DataCounts {
    crate::report::DataCounts {
        users: loaded.users.len(),
        items: loaded.items.len(),
        train: trial.test.hidden.fit.events.len(),
        validation: trial.validation.asked,
        test: trial.test.asked,
        cases: trial.test.hidden.cases.len(),
    }
}

fn told_counts(task: &ColdStart, test: &Twice) -> String {
    let what = if task.hide == Hide::Items { "items" } else { "people" };
    let kept = test.warm.fit.events.len() - test.hidden.fit.events.len();
    format!(
        "First seed: {} {what} are hidden with their {kept} training events; {} people left out because nothing else \
         is known of them.",
        test.count, test.unknown
    )
}

fn method(task: &ColdStart) -> Vec<String> {
    let test = if let crate::protocol::SplitRule::Random { shares, .. } = task.ranking.split {
        shares[2]
    } else {
        0.0
    };
    let (hidden, ranked) = match task.hide {
        Hide::Items => (
            format!("{} of the items, at random, lose all training events", task.share),
            "those items alone, without what the person had in training, whether it was hidden or not"
                .to_owned(),
        ),
        Hide::People { shown } => (
            format!(
                "{} of the people, at random, lose all training events, and are shown with {shown} of them",
                task.share
            ),
            "every item that the person did not have in training".to_owned(),
        ),
    };
    vec![
        format!(
            "Split: {test} of each person's events at random are the test, rounded down, the rest is training."
        ),
        format!(
            "Part hidden: {hidden}. Part warm ({WARM}): the same split and questions with these events kept."
        ),
        format!("Candidates: {ranked}."),
        format!(
            "Validation: drawn the same way from the training events that are left when the hidden ones are gone; \
             chosen by {}.",
            task.ranking.validation.metric
        ),
    ]
}

struct SeedRun<'a> {
    plan: &'a Plan<'a>,
    trial: &'a Trial,
    measures: &'a Measures,
    items: usize,
    seed: u64,
    progress: &'a dyn Progress,
}

/// Fitted models of one stage.
type Kept = Vec<(ModelEntry, Fitted)>;

impl SeedRun<'_> {
    fn run(&self, lineup: &[ModelEntry], notes: &mut Vec<String>) -> Result<Vec<[Answered; 2]>, LabError> {
        let test = &self.trial.test;
        let shared = SharedPeople::new(&test.warm.fit.matrix);
        let counts = test.warm.fit.matrix.column_counts();
        let plain = models::fit(&crate::plain_entry("popularity")?, &test.warm.fit, &model::Silent)?;
        let (mut kept_hidden, mut kept_warm, mut kept_inner) = (Kept::new(), Kept::new(), Kept::new());
        let mut out = Vec::new();
        for entry in lineup {
            let mut part = |stage: &Stage, kept: &mut Kept, what: &str| -> Result<Answered, LabError> {
                let plain = ask(&*plain.scorer, &stage.cases, self.measures, None).lists;
                let around =
                    Surroundings { fit: &test.warm.fit, shared: &shared, counts: &counts, plain: &plain };
                self.answer(entry, stage, what, kept, &mut kept_inner, &around, notes)
            };
            let hidden = part(&test.hidden, &mut kept_hidden, "hidden")?;
            let warm = part(&test.warm, &mut kept_warm, "warm")?;
            out.push([hidden, warm]);
        }
        Ok(out)
    }

    #[expect(clippy::too_many_arguments, reason = "one call with everything that is shared between models")]
    fn answer(
        &self,
        entry: &ModelEntry,
        stage: &Stage,
        what: &str,
        kept: &mut Kept,
        inner: &mut Kept,
        around: &Surroundings<'_>,
        notes: &mut Vec<String>,
    ) -> Result<Answered, LabError> {
        if self.progress.cancelled() {
            return Err(LabError::Cancelled);
        }
        let wanted = self.needed(entry)?;
        let (fitted, cost) =
            measured(|| wanted.iter().try_for_each(|part| self.keep(part, stage, what, kept)));
        fitted?;
        let scorers = of(kept, &wanted);
        let answered = |answers: Answers, params| Answered {
            together: together(&answers.lists, &self.measures.cutoffs, self.items),
            answers,
            fit_seconds: cost.seconds,
            peak_mib: cost.peak_mib,
            params,
        };
        if !models::find(&entry.name)?.is_hybrid() {
            let model = scorers[0];
            let answers = ask(&*model.scorer, &stage.cases, self.measures, Some(around));
            return Ok(answered(answers, model.params.clone()));
        }
        let params = hybrid_params(entry)?;
        let validation = &self.trial.validation.hidden;
        wanted.iter().try_for_each(|part| self.keep(part, validation, "for the blend", inner))?;
        let models: Vec<_> = of(inner, &wanted).iter().map(|f| &*f.scorer).collect();
        let (measures, column) = Measures::of_validation(self.plan.task);
        let learned = learn(&models, &validation.cases, &params, &measures, column);
        if what == "hidden" {
            let metric = &self.plan.task.validation.metric;
            notes.push(told_weights(entry, self.seed, &wanted, &learned, metric));
        }
        let parts = scorers.iter().map(|f| &*f.scorer).zip(learned.weights.iter().copied()).collect();
        let answers = ask(&Blend { parts, scale: params.scale }, &stage.cases, self.measures, Some(around));
        Ok(answered(answers, serde_json::to_value(&params).unwrap_or_default()))
    }

    /// The single models behind an entry.
    fn needed(&self, entry: &ModelEntry) -> Result<Vec<ModelEntry>, LabError> {
        if !models::find(&entry.name)?.is_hybrid() {
            return Ok(vec![entry.clone()]);
        }
        let parts = parts(self.plan.every, &hybrid_params(entry)?, models::Known::ranks)?;
        let nothing = || LabError::Unusable(format!("model {}: nothing to blend", entry.label));
        if parts.is_empty() { Err(nothing()) } else { Ok(parts) }
    }

    fn keep(&self, entry: &ModelEntry, stage: &Stage, what: &str, kept: &mut Kept) -> Result<(), LabError> {
        if !kept.iter().any(|k| k.0 == *entry) {
            let told =
                Told { what: format!("{} {what}, seed {}", entry.label, self.seed), to: self.progress };
            kept.push((entry.clone(), models::fit(entry, &stage.fit, &told)?));
        }
        Ok(())
    }
}

fn of<'k>(kept: &'k Kept, wanted: &[ModelEntry]) -> Vec<&'k Fitted> {
    wanted.iter().filter_map(|entry| kept.iter().find(|k| k.0 == *entry)).map(|k| &k.1).collect()
}

/// The metrics of a model are those of the hidden part; those of the warm one stand beside, named so, and both as
/// parts.
fn summarise(
    report: &mut Report,
    plan: &Plan<'_>,
    lineup: &[ModelEntry],
    measures: &Measures,
    runs: &[Vec<[Answered; 2]>],
    people: &[Vec<u32>],
) {
    let columns = measures.columns();
    let of = |m: usize, part: usize| runs.iter().map(|seed| &seed[m][part]).collect::<Vec<_>>();
    let rows = |at: usize| runs.iter().map(|seed| &*seed[at / 2][at % 2].answers.rows).collect::<Vec<_>>();
    let tables: Vec<Vec<Vec<f64>>> =
        (0..lineup.len() * 2).map(|at| compare::by_person(&rows(at), people, columns.len())).collect();
    let flat: Vec<&[f64]> = tables.iter().flatten().map(Vec::as_slice).collect();
    let drawn = Bootstrap::draw(&flat, plan.protocol.resamples, plan.protocol.seeds[0]);
    for (m, entry) in lineup.iter().enumerate() {
        let part = |part: usize| part_metrics(&of(m, part), &tables[2 * m + part], &columns);
        let (hidden, warm) = (part(0), part(1));
        let mut metrics = hidden.clone();
        metrics.extend(warm.iter().map(|(name, value)| (beside(name), *value)));
        let interval = |at: usize, c: usize| {
            let found = drawn.ci95(at * columns.len() + c);
            [found.low, found.high]
        };
        let mut ci95 = BTreeMap::new();
        for (c, name) in columns.iter().enumerate() {
            ci95.insert(name.clone(), interval(2 * m, c));
            ci95.insert(beside(name), interval(2 * m + 1, c));
        }
        let first = of(m, 0);
        let over = |f: &dyn Fn(&Answered) -> f64| mean(&first.iter().map(|r| f(r)).collect::<Vec<_>>());
        report.models.push(ModelResult {
            name: entry.label.clone(),
            model: entry.name.clone(),
            params: first[0].params.clone(),
            chosen: entry.chosen.as_ref().map(Into::into),
            fit_seconds: over(&|r| r.fit_seconds),
            inference_ms: over(&|r| r.answers.score_ms),
            peak_mib: first.iter().map(|r| r.peak_mib).fold(0.0, f64::max),
            metrics,
            ci95,
            parts: BTreeMap::from([("hidden".to_owned(), hidden), ("warm".to_owned(), warm)]),
        });
    }
    compare_hidden(report, plan, lineup, &tables, &columns, &drawn);
    report.columns = columns;
    report.columns.extend(runs[0][0][0].together.iter().map(|t| t.0.clone()));
    report.columns.sort_by_key(|c| c.split('@').nth(1).and_then(|k| k.parse::<usize>().ok()));
    let main = measures.cutoffs.iter().flat_map(|k| [format!("recall@{k}"), format!("ndcg@{k}")]);
    report.main_columns = main.flat_map(|name| [beside(&name), name].into_iter().rev()).collect();
}

/// `ndcg@20` becomes `ndcg_warm@20`.
fn beside(name: &str) -> String {
    name.split_once('@').map_or_else(|| format!("{name}{WARM}"), |(name, k)| format!("{name}{WARM}@{k}"))
}

fn part_metrics(runs: &[&Answered], table: &[Vec<f64>], columns: &[String]) -> Metrics {
    let mut metrics: Metrics = columns.iter().cloned().zip(table.iter().map(|c| mean(c))).collect();
    for (at, (name, _)) in runs[0].together.iter().enumerate() {
        let all: Vec<f64> = runs.iter().map(|run| run.together[at].1).collect();
        metrics.insert(name.clone(), mean(&all));
    }
    metrics
}

/// In the hidden part, every model against `tfidf` (or popularity); and how much of the best warm model's figure the
/// best hidden one reaches.
fn compare_hidden(
    report: &mut Report,
    plan: &Plan<'_>,
    lineup: &[ModelEntry],
    tables: &[Vec<Vec<f64>>],
    columns: &[String],
    drawn: &Bootstrap,
) {
    let wanted = &plan.task.validation.metric;
    let Some(column) = columns.iter().position(|c| c == wanted) else { return };
    let at = |place: usize| mean(&tables[place][column]);
    let base = lineup.iter().position(|m| m.name == "tfidf").unwrap_or(0);
    for m in (0..lineup.len()).filter(|m| *m != base) {
        let side = |m: usize| compare::Side { label: &lineup[m].label, table: 2 * m };
        report.comparisons.push(compare::pair([side(m), side(base)], tables, columns, column, drawn));
    }
    if let Some(ials) = lineup.iter().position(|m| m.name == "ials") {
        let warm = at(2 * ials + 1);
        let shares =
            lineup.iter().enumerate().map(|(m, entry)| format!("{} {:.3}", entry.label, at(2 * m) / warm));
        report.notes.push(format!(
            "Hidden {wanted} as a share of warm {} ({warm:.4}): {}.",
            lineup[ials].label,
            shares.collect::<Vec<_>>().join(", ")
        ));
    }
}
