//! The report as one HTML page: no script, nothing from outside, light and dark.

use std::fmt::Write;

use super::numbers::{measure, params, short};
use super::svg::{self, Dot};
use super::{Report, Row};

const STYLE: &str = "
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5c6675;--line:#dde1e8;--paper:#fff;--raised:#f6f7f9;--ours:#2457c5;--other:#b25e09}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--soft:#9aa4b2;--line:#333b47;--paper:#14181f;--raised:#1b212a;--ours:#7fa8ff;--other:#f0a85c}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2.5rem 0 .75rem}
p,li{max-width:70ch}
.soft,caption{color:var(--soft);font-size:.9rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;min-width:100%}
th,td{padding:.35rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap;vertical-align:top}
th:first-child,td:first-child,td.text,th.text{text-align:left}
td.text{white-space:normal;min-width:14rem}
tr.ours td:first-child{font-weight:600}
tr.published{color:var(--soft)}
small{color:var(--soft)}
code{background:var(--raised);padding:.1em .3em;border-radius:3px}
svg{width:100%;height:auto;margin:.5rem 0 1.5rem}
svg text{fill:var(--ink);font-size:12px;font-family:inherit}
svg .tick{fill:var(--soft);font-size:11px}
svg .grid{stroke:var(--line)}
svg .ours circle{fill:var(--ours)}
svg .ours .whisker{stroke:var(--ours);stroke-width:2}
svg .published circle{fill:none;stroke:var(--other);stroke-width:2}
svg .published text{fill:var(--soft)}
";

pub(super) fn render(report: &Report) -> String {
    let title = escaped(&report.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head><body>\n\
         <h1>{title}</h1>\n"
    );
    opening(&mut out, report);
    if !report.models.is_empty() {
        results(&mut out, report);
        plots(&mut out, report);
        all_measures(&mut out, report);
        costs(&mut out, report);
    }
    comparisons(&mut out, report);
    tuning(&mut out, report);
    if !report.notes.is_empty() {
        let notes = report.notes.iter().map(|n| format!("<li>{}</li>", escaped(n))).collect::<String>();
        let _ = writeln!(out, "<h2>Notes</h2><ul>{notes}</ul>");
    }
    out.push_str("</body></html>\n");
    out
}

/// Text that cannot be mistaken for markup.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn opening(out: &mut String, report: &Report) {
    let d = &report.data;
    let seeds = report.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    if !report.about.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", escaped(&report.about));
    }
    let _ = writeln!(
        out,
        "<p class=\"soft\">Protocol <code>{}</code>, kind {}, seeds {seeds}. {} people, {} items, {} training, {} \
         validation and {} test events, {} cases.</p>",
        escaped(&report.protocol),
        report.kind,
        d.users,
        d.items,
        d.train,
        d.validation,
        d.test,
        d.cases
    );
    let method = report.method.iter().map(|m| format!("<li>{}</li>", escaped(m))).collect::<String>();
    let _ = writeln!(out, "<ul>{method}</ul>");
}

/// A table from its head and rows; the class of a row stands first.
fn table(out: &mut String, head: &[String], rows: impl IntoIterator<Item = (&'static str, Vec<String>)>) {
    out.push_str("<div class=\"scroll\"><table><thead><tr>");
    for cell in head {
        let _ = write!(out, "<th>{}</th>", escaped(cell));
    }
    out.push_str("</tr></thead><tbody>\n");
    for (class, cells) in rows {
        let _ = writeln!(out, "<tr class=\"{class}\"><td>{}</td></tr>", cells.join("</td><td>"));
    }
    out.push_str("</tbody></table></div>\n");
}

fn results(out: &mut String, report: &Report) {
    out.push_str("<h2>Results</h2>\n");
    let columns = &report.main_columns;
    let mut head = vec!["model".to_owned()];
    head.extend(columns.iter().cloned());
    head.push("source".to_owned());
    let rows = report.rows(columns).map(|Row { name, metrics, source }| {
        let ours = report.models.iter().find(|m| source.is_none() && m.name == name);
        let mut cells = vec![escaped(name)];
        cells.extend(columns.iter().map(|c| match ours.and_then(|m| m.ci95.get(c)) {
            Some([low, high]) => {
                format!("{}<br><small>{low:.4} – {high:.4}</small>", measure(metrics.get(c)))
            }
            None => measure(metrics.get(c)),
        }));
        cells
            .push(source.map_or_else(|| "this run".to_owned(), |s| format!("<small>{}</small>", escaped(s))));
        (if source.is_some() { "published" } else { "ours" }, cells)
    });
    table(out, &head, rows.collect::<Vec<_>>());
    let _ = writeln!(
        out,
        "<p class=\"soft\">Small: 95 % bootstrap intervals over people ({} resamples). Equal scores count with the mean \
         over all their orders.</p>",
        report.resamples
    );
}

fn plots(out: &mut String, report: &Report) {
    for column in &report.main_columns {
        let list: Vec<Dot<'_>> = report
            .rows(std::slice::from_ref(column))
            .filter_map(|r| {
                let ours = report.models.iter().find(|m| r.source.is_none() && m.name == r.name);
                Some(Dot {
                    label: r.name,
                    value: *r.metrics.get(column)?,
                    interval: ours.and_then(|m| m.ci95.get(column).copied()),
                    published: r.source.is_some(),
                })
            })
            .collect();
        if list.len() > 1 {
            let _ = writeln!(out, "<h2>{}</h2>\n{}", escaped(column), svg::dots(column, &list));
        }
    }
    let Some(quality) = report.main_columns.iter().find(|c| c.starts_with("ndcg@")) else { return };
    let coverage = quality.replace("ndcg", "coverage");
    let points: Vec<(&str, f64, f64)> = report
        .models
        .iter()
        .filter_map(|m| Some((m.name.as_str(), *m.metrics.get(&coverage)?, *m.metrics.get(quality)?)))
        .collect();
    if points.len() > 1 {
        let title = format!("{quality} against {coverage}");
        let plot = svg::scatter(&title, &coverage, quality, &points);
        let _ = writeln!(out, "<h2>Accuracy and coverage</h2>\n{plot}");
    }
}

fn all_measures(out: &mut String, report: &Report) {
    out.push_str("<h2>All measures</h2>\n");
    let mut head = vec!["measure".to_owned()];
    head.extend(report.models.iter().map(|m| m.name.clone()));
    let rows = report.columns.iter().map(|column| {
        let mut cells = vec![escaped(column)];
        cells.extend(report.models.iter().map(|m| measure(m.metrics.get(column))));
        ("", cells)
    });
    table(out, &head, rows.collect::<Vec<_>>());
}

fn costs(out: &mut String, report: &Report) {
    out.push_str("<h2>Cost and parameters</h2>\n");
    let head = ["model", "fit s", "inference ms", "peak MiB", "chosen by validation", "parameters"]
        .map(str::to_owned);
    let rows = report.models.iter().map(|m| {
        let chosen = m.chosen.as_ref().map_or_else(
            || "–".to_owned(),
            |c| format!("{} {:.4} of {}", escaped(&c.metric), c.score, c.settings),
        );
        let cells = vec![
            escaped(&m.name),
            short(m.fit_seconds),
            short(m.inference_ms),
            short(m.peak_mib),
            chosen,
            escaped(&params(&m.params)),
        ];
        ("ours", cells)
    });
    table(out, &head, rows.collect::<Vec<_>>());
}

fn comparisons(out: &mut String, report: &Report) {
    if report.comparisons.is_empty() {
        return;
    }
    out.push_str("<h2>Paired comparisons</h2>\n");
    let head = ["first", "second", "measure", "difference", "95 % interval", "p"].map(str::to_owned);
    let rows = report.comparisons.iter().map(|c| {
        let interval = format!("{:+.4} – {:+.4}", c.ci95[0], c.ci95[1]);
        let (difference, p) = (format!("{:+.4}", c.difference), format!("{:.3}", c.p_value));
        ("", vec![escaped(&c.first), escaped(&c.second), escaped(&c.metric), difference, interval, p])
    });
    table(out, &head, rows.collect::<Vec<_>>());
}

fn tuning(out: &mut String, report: &Report) {
    for tuned in &report.tuning {
        let _ = writeln!(out, "<h2>Tuning of {}</h2>", escaped(&tuned.model));
        let head = ["parameters", &tuned.metric, "fit s"].map(str::to_owned);
        let rows = tuned.tried.iter().map(|t| {
            let told = t.fault.as_ref().map_or_else(|| format!("{:.4}", t.score), |f| escaped(f));
            ("", vec![escaped(&params(&t.params)), told, short(t.fit_seconds)])
        });
        table(out, &head, rows.collect::<Vec<_>>());
    }
}
