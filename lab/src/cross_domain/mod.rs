//! Runs the kind `cross-domain`: for every domain, some of the people who are known in it lose all they have there
//! and are asked for it, going by what they have in the other domains and by whom they trust.

#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeMap;

use soiree_algorithms::statistics::mean;

use self::world::{World, read};
use crate::cases::{Counts, Trial};
use crate::error::LabError;
use crate::protocol::{CrossDomain, ModelEntry};
use crate::rank::Measures;
use crate::ranking::{Find, Plan, Run, SeedRun, lineup, summarise};
use crate::report::{DataCounts, Metrics, Report};
use crate::{Progress, describe, tune};

/// The runs of one domain: per seed and model, and the people asked under each seed.
#[derive(Default)]
struct DomainRuns {
    runs: Vec<Vec<Run>>,
    people: Vec<Vec<u32>>,
    counts: Vec<Counts>,
}

pub(crate) fn run(
    plan: &Plan<'_>,
    task: &CrossDomain,
    find: Find<'_>,
    settings: Option<usize>,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    let lineup = lineup(plan)?;
    progress.step("reading", 0, 0);
    let world = read(task, find)?;
    let mut report = opening(plan, task, &world);
    if let Some(settings) = settings {
        return tuned(plan, task, &world, settings, report, progress);
    }
    let measures = Measures::of_test(plan.task);
    let mut domains: Vec<DomainRuns> = Vec::new();
    for target in 0..task.domains.len() {
        let mut ours = DomainRuns::default();
        for &seed in &plan.protocol.seeds {
            let trial = split(task, &world, target, seed)?;
            ours.people.push(trial.test.cases.iter().map(|c| c.user).collect());
            ours.counts.push(trial.counts);
            let loaded = &world.loaded;
            let seed_run = SeedRun { plan, trial: &trial, measures: &measures, loaded, progress };
            // The weights of every blend are told as means over the seeds, below.
            ours.runs.push(seed_run.run(&lineup, &mut Vec::new())?);
        }
        domains.push(ours);
    }
    report.data = counted(&world, &domains);
    summarise_domains(&mut report, plan, task, &lineup, &measures, domains);
    Ok(report)
}

fn split(task: &CrossDomain, world: &World, target: usize, seed: u64) -> Result<Trial, LabError> {
    let trial = world.trial(task, target as u16, seed);
    if trial.test.cases.is_empty() || trial.validation.cases.is_empty() {
        let label = &task.domains[target].0;
        return Err(LabError::Unusable(format!("too few people are eligible for the domain {label}")));
    }
    Ok(trial)
}

/// What is known before any model has answered.
fn opening(plan: &Plan<'_>, task: &CrossDomain, world: &World) -> Report {
    let mut report = describe::blank(plan.protocol);
    let percent = |share: f64| (share * 100.0).round();
    report.method = vec![
        format!(
            "Items with at least {} people, counted in each domain; {} others were left out.",
            task.min_item_events, world.rare_items
        ),
        format!(
            "Eligible: at least {} items in the target domain and at least {} in the other domains together.",
            task.min_target, task.min_source
        ),
        format!(
            "Test: {} % of the eligible, drawn by seed, lose all they have in the target domain; its items are ranked.",
            percent(task.hidden)
        ),
        format!(
            "Validation: {} % of the other eligible lose theirs too, seed {}; chosen by {}. For the test they have it back.",
            percent(task.validation_share),
            task.ranking.validation.seed,
            task.ranking.validation.metric
        ),
    ];
    for (target, (label, code)) in task.domains.iter().enumerate() {
        let items = world.of_item.iter().filter(|d| usize::from(**d) == target).count();
        let own = |e: &&crate::events::Event| usize::from(world.of_item[e.item as usize]) == target;
        let events = world.loaded.interactions.iter().filter(own).count();
        let eligible = world.eligible(task, target as u16).len();
        report.method.push(format!(
            "Domain {label} (\"{code}\" in the file): {items} items, {events} events, {eligible} people eligible."
        ));
    }
    if let Some(friends) = &world.loaded.friends {
        report.method.push(format!("{} links between people who have events.", friends.nnz()));
    }
    report
}

/// Sums over the domains of means over the seeds.
fn counted(world: &World, domains: &[DomainRuns]) -> DataCounts {
    let sum = |of: &dyn Fn(&Counts) -> usize| -> usize {
        let means = domains.iter().map(|d| mean(&d.counts.iter().map(|c| of(c) as f64).collect::<Vec<_>>()));
        means.sum::<f64>().round() as usize
    };
    DataCounts {
        users: world.loaded.users.len(),
        items: world.loaded.items.len(),
        train: world.loaded.interactions.len(),
        validation: sum(&|c| c.validation),
        test: sum(&|c| c.test),
        cases: sum(&|c| c.cases),
    }
}

/// Each domain by itself, as parts, and then all together.
fn summarise_domains(
    report: &mut Report,
    plan: &Plan<'_>,
    task: &CrossDomain,
    lineup: &[ModelEntry],
    measures: &Measures,
    domains: Vec<DomainRuns>,
) {
    let mut parts: Vec<BTreeMap<String, Metrics>> = vec![BTreeMap::new(); lineup.len()];
    let mut comparisons = Vec::new();
    for ((label, _), ours) in task.domains.iter().zip(&domains) {
        let mut alone = Report::default();
        summarise(&mut alone, plan, lineup, measures, &ours.runs, &ours.people);
        for (m, model) in alone.models.into_iter().enumerate() {
            let mut metrics = model.metrics;
            metrics.extend(ratios(lineup, measures, ours, m));
            report.notes.extend(told_ratio(&metrics, label, &lineup[m].label, plan));
            parts[m].insert(label.clone(), metrics);
            report.notes.extend(told_found(ours, label, &lineup[m].label, m));
        }
        comparisons.extend(alone.comparisons.into_iter().map(|mut c| {
            c.metric = format!("{label}, {}", c.metric);
            c
        }));
    }
    let (mut runs, mut people) = (Vec::new(), Vec::new());
    for ours in domains {
        runs.extend(ours.runs);
        people.extend(ours.people);
    }
    summarise(report, plan, lineup, measures, &runs, &people);
    for (model, parts) in report.models.iter_mut().zip(parts) {
        model.parts = parts;
    }
    report.comparisons = comparisons;
}

/// How a model does in parts of what popularity does, seed by seed: the mean of the ratios, and the 95 % interval
/// of that mean by the normal distribution.
fn ratios(lineup: &[ModelEntry], measures: &Measures, ours: &DomainRuns, m: usize) -> Metrics {
    let Some(plain) = lineup.iter().position(|entry| entry.name == "popularity") else {
        return Metrics::new();
    };
    let mut out = Metrics::new();
    for (c, column) in measures.columns().iter().enumerate() {
        if m == plain || !(column.starts_with("recall@") || column.starts_with("ndcg@")) {
            continue;
        }
        let at = |run: &Run| mean(&run.answers.rows.iter().map(|row| row[c]).collect::<Vec<_>>());
        let ratios: Vec<f64> = ours.runs.iter().map(|seed| at(&seed[m]) / at(&seed[plain])).collect();
        let centre = mean(&ratios);
        let spread: f64 = ratios.iter().map(|r| (r - centre).powi(2)).sum();
        let n = ratios.len() as f64;
        let error = if n > 1.0 { (spread / (n - 1.0) / n).sqrt() } else { f64::NAN };
        let name = |what: &str| column.replace('@', &format!("_ratio{what}@"));
        out.insert(name(""), centre);
        if error.is_finite() {
            out.insert(name("_low"), centre - 1.96 * error);
            out.insert(name("_high"), centre + 1.96 * error);
        }
    }
    out.retain(|_, value| value.is_finite());
    out
}

fn told_ratio(metrics: &Metrics, domain: &str, model: &str, plan: &Plan<'_>) -> Option<String> {
    let name = |what: &str| plan.task.validation.metric.replace('@', &format!("_ratio{what}@"));
    let (ratio, low, high) =
        (metrics.get(&name(""))?, metrics.get(&name("_low"))?, metrics.get(&name("_high"))?);
    let metric = &plan.task.validation.metric;
    Some(format!(
        "{domain}, {model}: {metric} {ratio:.3} × popularity, mean over seeds [{low:.3}, {high:.3}]."
    ))
}

/// What the fits of one model found, as means over the seeds.
fn told_found(ours: &DomainRuns, domain: &str, model: &str, m: usize) -> Option<String> {
    let first = ours.runs.first().filter(|run| !run[m].found.is_empty())?;
    let told = first[m].found.iter().enumerate().map(|(at, (name, _))| {
        let over = ours.runs.iter().filter_map(|seed| seed[m].found.get(at)).map(|found| found.1);
        format!("{name} {:.3}", mean(&over.collect::<Vec<_>>()))
    });
    Some(format!("{domain}, {model}, means over seeds: {}.", told.collect::<Vec<_>>().join(", ")))
}

/// Tunes on the validation part of the first seed, in every domain, one table for each.
fn tuned(
    plan: &Plan<'_>,
    task: &CrossDomain,
    world: &World,
    settings: usize,
    mut report: Report,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    for (target, (label, _)) in task.domains.iter().enumerate() {
        let trial = split(task, world, target, plan.protocol.seeds[0])?;
        let tables = tune::each(plan, |_| &trial, settings, progress)?;
        report.tuning.extend(tables.into_iter().map(|mut table| {
            table.model = format!("{}, {label}", table.model);
            table
        }));
    }
    report.notes.push(tune::ONLY_VALIDATION.to_owned());
    Ok(report)
}
