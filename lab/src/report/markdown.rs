//! The report as Markdown.

use std::fmt::Write;

use super::numbers::{measure, params, short};
use super::{Report, Row};

pub(super) fn render(report: &Report) -> String {
    let mut out = format!("# {}\n\n", report.title);
    if !report.about.is_empty() {
        let _ = writeln!(out, "{}\n", report.about.trim());
    }
    let d = &report.data;
    let _ =
        writeln!(out, "Protocol `{}`, kind `{}`, seeds {}.\n", report.protocol, report.kind, seeds(report));
    let _ = writeln!(
        out,
        "| people | items | training | validation | test | cases |\n|---:|---:|---:|---:|---:|---:|\n\
         | {} | {} | {} | {} | {} | {} |\n",
        d.users, d.items, d.train, d.validation, d.test, d.cases
    );
    for line in &report.method {
        let _ = writeln!(out, "- {line}");
    }
    if !report.models.is_empty() {
        out.push_str("\n## Results\n\n");
        results(&mut out, report);
        all_measures(&mut out, report);
        costs(&mut out, report);
        parts(&mut out, report);
    }
    comparisons(&mut out, report);
    tuning(&mut out, report);
    if !report.notes.is_empty() {
        out.push_str("\n## Notes\n\n");
        for note in &report.notes {
            let _ = writeln!(out, "- {note}");
        }
    }
    out
}

fn seeds(report: &Report) -> String {
    report.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

fn results(out: &mut String, report: &Report) {
    let columns = &report.main_columns;
    head(out, "model", columns, Some("source"));
    for Row { name, metrics, source } in report.rows(columns) {
        let ours = report.models.iter().find(|m| source.is_none() && m.name == name);
        let cells = columns.iter().map(|c| match ours.and_then(|m| m.ci95.get(c)) {
            Some([low, high]) => format!("**{}** [{low:.4}, {high:.4}]", measure(metrics.get(c))),
            None => measure(metrics.get(c)),
        });
        let name = if source.is_none() { format!("**{name}**") } else { name.to_owned() };
        let _ = writeln!(
            out,
            "| {name} | {} | {} |",
            cells.collect::<Vec<_>>().join(" | "),
            source.unwrap_or("this run")
        );
    }
    let _ = writeln!(
        out,
        "\nIn brackets: 95 % bootstrap intervals over people ({} resamples). Equal scores count with the mean over all \
         their orders.",
        report.resamples
    );
}

fn head(out: &mut String, first: &str, columns: &[String], last: Option<&str>) {
    let _ = write!(out, "| {first} |");
    for column in columns {
        let _ = write!(out, " {column} |");
    }
    if let Some(last) = last {
        let _ = write!(out, " {last} |");
    }
    out.push_str("\n|---|");
    out.push_str(&"---:|".repeat(columns.len()));
    out.push_str(if last.is_some() { "---|\n" } else { "\n" });
}

/// Every measure, one column per model.
fn all_measures(out: &mut String, report: &Report) {
    out.push_str("\n## All measures\n\n");
    let names: Vec<String> = report.models.iter().map(|m| m.name.clone()).collect();
    head(out, "measure", &names, None);
    for column in &report.columns {
        let cells = report.models.iter().map(|m| measure(m.metrics.get(column)));
        let _ = writeln!(out, "| {column} | {} |", cells.collect::<Vec<_>>().join(" | "));
    }
}

fn costs(out: &mut String, report: &Report) {
    out.push_str("\n## Cost and parameters\n\n");
    out.push_str("| model | fit s | inference ms | peak MiB | parameters | chosen by |\n|---|---:|---:|---:|---|---|\n");
    for m in &report.models {
        let chosen = m.chosen.as_ref().map_or_else(
            || "–".to_owned(),
            |c| format!("validation {} {:.4}, {} settings", c.metric, c.score, c.settings),
        );
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {chosen} |",
            m.name,
            short(m.fit_seconds),
            short(m.inference_ms),
            short(m.peak_mib),
            params(&m.params).replace('|', "/"),
        );
    }
}

fn parts(out: &mut String, report: &Report) {
    if report.models.iter().all(|m| m.parts.is_empty()) {
        return;
    }
    out.push_str("\n## Parts\n\n");
    head(out, "model, part", &report.main_columns, None);
    for m in &report.models {
        for (part, metrics) in &m.parts {
            let cells = report.main_columns.iter().map(|c| measure(metrics.get(c)));
            let _ = writeln!(out, "| {}, {part} | {} |", m.name, cells.collect::<Vec<_>>().join(" | "));
        }
    }
}

fn comparisons(out: &mut String, report: &Report) {
    if report.comparisons.is_empty() {
        return;
    }
    out.push_str(
        "\n## Paired comparisons\n\n| measure | first | second | difference | 95 % interval | p |\n",
    );
    out.push_str("|---|---|---|---:|---|---:|\n");
    for c in &report.comparisons {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:+.4} | [{:+.4}, {:+.4}] | {:.3} |",
            c.metric, c.first, c.second, c.difference, c.ci95[0], c.ci95[1], c.p_value
        );
    }
}

fn tuning(out: &mut String, report: &Report) {
    for table in &report.tuning {
        let _ = writeln!(
            out,
            "\n## Tuning of {}\n\n| {} | fit s | parameters |\n|---:|---:|---|",
            table.model, table.metric
        );
        for tried in &table.tried {
            let told = tried
                .fault
                .as_ref()
                .map_or_else(|| format!("{:.4}", tried.score), |f| format!("failed: {f}"));
            let _ = writeln!(out, "| {told} | {} | {} |", short(tried.fit_seconds), params(&tried.params));
        }
    }
}
