//! Models beside one another: paired differences, and which measures stand in the main table.

use std::collections::BTreeMap;

use soiree_algorithms::statistics::{Bootstrap, mean};

use crate::models;
use crate::protocol::ModelEntry;
use crate::report::{Comparison, Report};

/// One list per column of each model, one value per person.
pub(crate) type Tables = [Vec<Vec<f64>>];

/// Per person, the mean over their cases and seeds, one list per column; people rising. `runs` holds one row of
/// measures per case, and `people` whose case each is.
pub(crate) fn by_person(runs: &[&[Vec<f64>]], people: &[Vec<u32>], columns: usize) -> Vec<Vec<f64>> {
    let mut sums: BTreeMap<u32, (f64, Vec<f64>)> = BTreeMap::new();
    for (rows, people) in runs.iter().zip(people) {
        for (row, person) in rows.iter().zip(people) {
            let entry = sums.entry(*person).or_insert_with(|| (0.0, vec![0.0; columns]));
            entry.0 += 1.0;
            entry.1.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
    }
    (0..columns).map(|c| sums.values().map(|(n, row)| row[c] / n).collect()).collect()
}

/// A model in a comparison: its label, and which of the tables is its own.
pub(crate) struct Side<'a> {
    pub(crate) label: &'a str,
    pub(crate) table: usize,
}

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
            let side = |m: usize| Side { label: &lineup[m].label, table: m };
            let found = pair([side(first), side(second)], tables, columns, column, drawn);
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
    let side = |m: usize| Side { label: &lineup[m].label, table: m };
    others.map(|m| pair([side(m), side(one)], tables, columns, column, drawn)).collect()
}

/// The paired difference of two models by one column.
pub(crate) fn pair(
    [first, second]: [Side<'_>; 2],
    tables: &Tables,
    columns: &[String],
    column: usize,
    drawn: &Bootstrap,
) -> Comparison {
    let place = |m: usize| m * columns.len() + column;
    let difference = mean(&tables[first.table][column]) - mean(&tables[second.table][column]);
    let found = drawn.paired(place(first.table), place(second.table), difference);
    Comparison {
        metric: columns[column].clone(),
        first: first.label.to_owned(),
        second: second.label.to_owned(),
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
