//! Models beside one another: paired differences, and which measures stand in the main table.

use soiree_algorithms::statistics::{Bootstrap, mean};

use crate::models;
use crate::protocol::ModelEntry;
use crate::report::{Comparison, Report};

/// One list per column of each model, one value per person.
pub(crate) type Tables = [Vec<Vec<f64>>];

/// Every model against the best single one by `wanted`, blends too.
pub(crate) fn with_best(
    lineup: &[ModelEntry],
    tables: &Tables,
    columns: &[String],
    wanted: &str,
    drawn: &Bootstrap,
) -> Vec<Comparison> {
    let Some(column) = column(columns, wanted) else { return Vec::new() };
    let at = |m: usize| mean(&tables[m][column]);
    let single = |m: &usize| !models::find(&lineup[*m].name).is_ok_and(models::Known::is_hybrid);
    let best = (0..lineup.len()).filter(single).max_by(|a, b| at(*a).total_cmp(&at(*b)));
    best.map_or_else(Vec::new, |best| with(best, lineup, tables, columns, column, drawn))
}

/// The comparisons that a protocol asks for by label, in every one of these measures that is a mean over people, each
/// with a line that tells it in per cent of the second.
pub(crate) fn asked_for(
    pairs: &[(String, String)],
    lineup: &[ModelEntry],
    tables: &Tables,
    columns: &[String],
    measures: &[String],
    drawn: &Bootstrap,
) -> Vec<(Comparison, String)> {
    let place = |label: &str| lineup.iter().position(|m| m.label == label);
    let mut out = Vec::new();
    for (first, second) in pairs {
        // Models that a run was told to leave out are not compared.
        let (Some(first), Some(second)) = (place(first), place(second)) else { continue };
        for column in measures.iter().filter_map(|m| columns.iter().position(|c| c == m)) {
            let found = pair([first, second], lineup, tables, columns, column, drawn);
            let base = mean(&tables[second][column]);
            let [share, low, high] =
                [found.difference, found.ci95[0], found.ci95[1]].map(|d| 100.0 * d / base);
            let (first, second, metric) = (&found.first, &found.second, &found.metric);
            let line = format!("{first} against {second}, {metric}: {share:+.1} % [{low:+.1}, {high:+.1}].");
            out.push((found, line));
        }
    }
    out
}

/// Every model against one of them, by one column.
pub(crate) fn with(
    one: usize,
    lineup: &[ModelEntry],
    tables: &Tables,
    columns: &[String],
    column: usize,
    drawn: &Bootstrap,
) -> Vec<Comparison> {
    let others = (0..lineup.len()).filter(|m| *m != one);
    others.map(|m| pair([m, one], lineup, tables, columns, column, drawn)).collect()
}

fn pair(
    [first, second]: [usize; 2],
    lineup: &[ModelEntry],
    tables: &Tables,
    columns: &[String],
    column: usize,
    drawn: &Bootstrap,
) -> Comparison {
    let place = |m: usize| m * columns.len() + column;
    let difference = mean(&tables[first][column]) - mean(&tables[second][column]);
    let found = drawn.paired(place(first), place(second), difference);
    Comparison {
        metric: columns[column].clone(),
        first: lineup[first].label.clone(),
        second: lineup[second].label.clone(),
        difference: found.difference,
        ci95: [found.ci95.low, found.ci95.high],
        p_value: found.p_value,
    }
}

fn column(columns: &[String], wanted: &str) -> Option<usize> {
    let exactly = columns.iter().position(|c| c == wanted);
    exactly.or_else(|| columns.iter().position(|c| c.starts_with("ndcg@")))
}

/// What published rows speak of, or else recall and NDCG at every cut-off; with the figures of won ties beside.
pub(crate) fn main_columns(report: &Report, cutoffs: &[usize], optimistic: bool) -> Vec<String> {
    let spoken = |c: &&String| report.published.iter().any(|p| p.metrics.contains_key(*c));
    let mut out: Vec<String> = report.columns.iter().filter(spoken).cloned().collect();
    if out.is_empty() {
        out = cutoffs.iter().flat_map(|k| [format!("recall@{k}"), format!("ndcg@{k}")]).collect();
    }
    if optimistic {
        let beside: Vec<String> = out
            .iter()
            .filter(|c| !c.contains("optimistic"))
            .map(|c| c.replace('@', "_optimistic@"))
            .collect();
        out.extend(
            beside.into_iter().filter(|c| report.columns.contains(c) && !out.contains(c)).collect::<Vec<_>>(),
        );
    }
    out
}
