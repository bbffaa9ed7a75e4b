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

/// Every model against one of them, by one column.
pub(crate) fn with(
    one: usize,
    lineup: &[ModelEntry],
    tables: &Tables,
    columns: &[String],
    column: usize,
    drawn: &Bootstrap,
) -> Vec<Comparison> {
    let at = |m: usize| mean(&tables[m][column]);
    let compared = (0..lineup.len()).filter(|m| *m != one).map(|m| {
        let place = |m: usize| m * columns.len() + column;
        let found = drawn.paired(place(m), place(one), at(m) - at(one));
        Comparison {
            metric: columns[column].clone(),
            first: lineup[m].label.clone(),
            second: lineup[one].label.clone(),
            difference: found.difference,
            ci95: [found.ci95.low, found.ci95.high],
            p_value: found.p_value,
        }
    });
    compared.collect()
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
