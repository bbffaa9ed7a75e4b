//! Bootstrap over rows for measures that are no means: everything is computed again on each draw.

use std::collections::BTreeMap;

use rand::RngExt;
use rayon::prelude::*;
use soiree_algorithms::statistics::quantile;

use crate::protocol::Protocol;
use crate::report::{Comparison, Metrics, ModelResult};
use crate::split::random_for;

const RESAMPLE: u64 = 8;

/// The measures of as many resamples of `rows` rows as the protocol asks for. Draw `k` takes the same rows
/// whatever is measured, so that two models can be compared draw by draw.
pub(crate) fn draws(
    protocol: &Protocol,
    rows: usize,
    measure: &(dyn Fn(&[usize]) -> Metrics + Sync),
) -> Vec<Metrics> {
    let rounds = u32::try_from(protocol.resamples).unwrap_or(u32::MAX);
    (0..rounds)
        .into_par_iter()
        .map(|round| {
            let mut random = random_for(protocol.seeds[0], RESAMPLE, round);
            let which: Vec<usize> = (0..rows).map(|_| random.random_range(0..rows)).collect();
            measure(&which)
        })
        .collect()
}

/// Percentile intervals of every measure.
pub(crate) fn intervals(draws: &[Metrics]) -> BTreeMap<String, [f64; 2]> {
    let names: Vec<String> = draws.first().map(|d| d.keys().cloned().collect()).unwrap_or_default();
    names
        .into_iter()
        .map(|name| {
            let interval = middle(draws.iter().map(|d| d[&name]).collect());
            (name, interval)
        })
        .collect()
}

/// Every other model against the first by each of these measures that both have; one list of draws per model.
pub(crate) fn against_the_first(
    models: &[ModelResult],
    draws: &[Vec<Metrics>],
    metrics: &[&str],
) -> Vec<Comparison> {
    let sides = models.iter().zip(draws).map(|(model, draws)| Side {
        name: &model.name,
        metrics: &model.metrics,
        draws,
    });
    let sides: Vec<Side<'_>> = sides.collect();
    let Some((first, others)) = sides.split_first() else { return Vec::new() };
    metrics.iter().flat_map(|metric| others.iter().filter_map(|side| compare(metric, side, first))).collect()
}

/// One model's label, measures and draws.
struct Side<'a> {
    name: &'a str,
    metrics: &'a Metrics,
    draws: &'a [Metrics],
}

/// The paired comparison of two models by one measure, if both have it.
fn compare(metric: &str, first: &Side<'_>, second: &Side<'_>) -> Option<Comparison> {
    let difference = first.metrics.get(metric)? - second.metrics.get(metric)?;
    let pairs = first.draws.iter().zip(second.draws);
    let apart: Vec<f64> = pairs.filter_map(|(a, b)| Some(a.get(metric)? - b.get(metric)?)).collect();
    let count = apart.len().max(1) as f64;
    let share = |side: &dyn Fn(f64) -> bool| apart.iter().filter(|d| side(**d)).count() as f64 / count;
    let p_value = (2.0 * share(&|d| d <= 0.0).min(share(&|d| d >= 0.0))).min(1.0);
    Some(Comparison {
        metric: metric.to_owned(),
        first: first.name.to_owned(),
        second: second.name.to_owned(),
        difference,
        ci95: middle(apart),
        p_value,
    })
}

fn middle(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [quantile(&values, 0.025), quantile(&values, 0.975)]
}
