//! The report as aligned text.

use std::fmt::Write;

use super::numbers::{measure, params, short};
use super::{Report, Row};

pub(super) fn render(report: &Report) -> String {
    let d = &report.data;
    let mut out = format!("{} ({})\n", report.title, report.protocol);
    let _ = writeln!(
        out,
        "{} people, {} items, {} training, {} validation, {} test, {} cases, seeds {:?}",
        d.users, d.items, d.train, d.validation, d.test, d.cases, report.seeds
    );
    for line in &report.method {
        let _ = writeln!(out, "  {line}");
    }
    if !report.models.is_empty() {
        out.push('\n');
        out.push_str(&table(&results(report)));
    }
    if !report.comparisons.is_empty() {
        out.push('\n');
    }
    for c in &report.comparisons {
        let _ = writeln!(
            out,
            "{}: {} minus {} {:+.4} [{:+.4}, {:+.4}], p {:.3}",
            c.metric, c.first, c.second, c.difference, c.ci95[0], c.ci95[1], c.p_value
        );
    }
    for tuned in &report.tuning {
        let _ = writeln!(out, "\nTuning of {} by {}, best first", tuned.model, tuned.metric);
        let rows = tuned.tried.iter().map(|t| {
            let told = t.fault.as_ref().map_or_else(|| format!("{:.4}", t.score), |_| "failed".to_owned());
            vec![told, format!("{} s", short(t.fit_seconds)), params(&t.params)]
        });
        out.push_str(&table(&rows.collect::<Vec<_>>()));
    }
    for note in &report.notes {
        let _ = writeln!(out, "\nNote: {note}");
    }
    out
}

fn results(report: &Report) -> Vec<Vec<String>> {
    let columns = &report.main_columns;
    let mut head = vec!["model".to_owned()];
    head.extend(columns.iter().cloned());
    head.extend(["fit s", "ms", "MiB"].map(str::to_owned));
    let mut rows = vec![head];
    for Row { name, metrics, source } in report.rows(columns) {
        let mut row = vec![if source.is_some() { format!("({name})") } else { name.to_owned() }];
        row.extend(columns.iter().map(|c| measure(metrics.get(c))));
        if let (None, Some(m)) = (source, report.models.iter().find(|m| m.name == name)) {
            row.extend([short(m.fit_seconds), short(m.inference_ms), short(m.peak_mib)]);
        }
        rows.push(row);
    }
    rows
}

/// Columns padded to their widest cell; the first to the left, the last as it is when it is text.
fn table(rows: &[Vec<String>]) -> String {
    let wide = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |at: usize| rows.iter().filter_map(|r| r.get(at)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..wide).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(at, cell)| match at {
            0 => format!("{cell:<width$}", width = widths[0]),
            _ if cell.contains('=') => cell.clone(),
            _ => format!("{cell:>width$}", width = widths[at]),
        });
        let _ = writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    out
}
