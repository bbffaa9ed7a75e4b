//! Runs the kind `sentiment`: every text, beside human ratings and a reference scorer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rand::RngExt;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use soiree_algorithms::metrics::classes::classify;
use soiree_algorithms::sentiment::Vader;
use soiree_algorithms::statistics::{pearson, quantile, rmse};

use crate::error::LabError;
use crate::measure::measured;
use crate::protocol::{DataFile, ModelEntry, Protocol, Sentiment};
use crate::report::{DataCounts, Metrics, ModelResult, Report};
use crate::split::random_for;
use crate::{Progress, describe, models};

const RESAMPLE: u64 = 8;

/// One text with what people and the reference say of it.
struct Text {
    rating: f64,
    text: String,
    reference: Option<f64>,
}

pub(crate) fn run(
    protocol: &Protocol,
    task: &Sentiment,
    chosen: &[ModelEntry],
    find: &dyn Fn(&Path) -> PathBuf,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    for entry in chosen {
        if !models::find(&entry.name)?.feels() {
            return Err(LabError::Option(format!("\"{}\" does not score texts", entry.name)));
        }
    }
    progress.step("reading", 0, 0);
    let texts = read(task, find)?;
    if texts.is_empty() {
        return Err(LabError::Unusable("there is no text to score".to_owned()));
    }
    let mut report = describe::blank(protocol);
    report.data =
        DataCounts { items: texts.len(), test: texts.len(), cases: texts.len(), ..DataCounts::default() };
    report.method = method(task);
    let compared = texts.iter().filter(|t| t.reference.is_some()).count();
    if task.reference.is_some() {
        report.notes.push(format!("{compared} of {} texts have a reference figure.", texts.len()));
    }
    for entry in chosen {
        progress.step(&entry.label, 0, texts.len() as u64);
        report.models.push(score(protocol, task, entry, &texts));
    }
    report.columns = columns(task).into_iter().map(str::to_owned).collect();
    report.main_columns = report.columns.clone();
    Ok(report)
}

fn columns(task: &Sentiment) -> Vec<&'static str> {
    let own = [
        "pearson",
        "rmse",
        "accuracy",
        "precision",
        "recall",
        "f1",
        "precision_macro",
        "recall_macro",
        "f1_macro",
    ];
    task.reference.iter().map(|_| "equal").chain(own).collect()
}

fn method(task: &Sentiment) -> Vec<String> {
    vec![
        "Nothing is fitted and nothing is chosen.".to_owned(),
        format!(
            "Human ratings are divided by {}; RMSE is between them and the compound figure, Pearson's r too.",
            task.rating_scale
        ),
        format!(
            "Three classes: a compound of at least {0} is positive, of at most −{0} negative; a rating more than {1} \
             above 0 is positive, more than {1} below negative. Precision, recall and F1 are means over the classes, weighted by how often \
             each truly occurs; the figures named macro are plain means.",
            task.threshold, task.neutral_width
        ),
        "Equal means equal as numbers, to the last digit that is written.".to_owned(),
    ]
}

fn read(task: &Sentiment, find: &dyn Fn(&Path) -> PathBuf) -> Result<Vec<Text>, LabError> {
    let mut reference: FxHashMap<String, f64> = FxHashMap::default();
    if let Some(file) = &task.reference {
        let [id, compound] = places(file, ["id", "compound"]);
        file.table.read(&find(&file.path), |_, fields| {
            reference.insert(field(fields, id)?.to_owned(), number(fields, compound)?);
            Ok(())
        })?;
    }
    let [id, rating, text] = places(&task.texts, ["id", "rating", "text"]);
    let mut texts = Vec::new();
    task.texts.table.read(&find(&task.texts.path), |_, fields| {
        texts.push(Text {
            rating: number(fields, rating)? / task.rating_scale,
            text: field(fields, text)?.to_owned(),
            reference: reference.get(field(fields, id)?).copied(),
        });
        Ok(())
    })?;
    Ok(texts)
}

fn places<const N: usize>(file: &DataFile, names: [&str; N]) -> [usize; N] {
    names.map(|name| file.columns.iter().position(|c| c == name).unwrap_or(usize::MAX))
}

fn field<'a>(fields: &[&'a str], at: usize) -> Result<&'a str, String> {
    fields.get(at).copied().ok_or_else(|| format!("has {} fields only", fields.len()))
}

fn number(fields: &[&str], at: usize) -> Result<f64, String> {
    let text = field(fields, at)?.trim();
    text.parse().map_err(|_| format!("\"{text}\" is no number"))
}

fn score(protocol: &Protocol, task: &Sentiment, entry: &ModelEntry, texts: &[Text]) -> ModelResult {
    let (vader, load) = measured(Vader::new);
    let (compounds, cost) = measured(|| texts.iter().map(|t| vader.compound(&t.text)).collect::<Vec<f64>>());
    let all: Vec<usize> = (0..texts.len()).collect();
    let metrics = metrics(task, texts, &compounds, &all);
    ModelResult {
        name: entry.label.clone(),
        model: entry.name.clone(),
        params: serde_json::json!({}),
        chosen: None,
        fit_seconds: load.seconds,
        inference_ms: cost.seconds * 1000.0 / texts.len() as f64,
        peak_mib: cost.peak_mib,
        ci95: intervals(protocol, task, texts, &compounds),
        metrics,
        parts: BTreeMap::new(),
    }
}

/// All measures over the texts with these numbers.
fn metrics(task: &Sentiment, texts: &[Text], compounds: &[f64], which: &[usize]) -> Metrics {
    let scores: Vec<f64> = which.iter().map(|i| compounds[*i]).collect();
    let ratings: Vec<f64> = which.iter().map(|i| texts[*i].rating).collect();
    let predicted: Vec<usize> = scores.iter().map(|s| class(*s, task.threshold, true)).collect();
    let actual: Vec<usize> = ratings.iter().map(|r| class(*r, task.neutral_width, false)).collect();
    let report = classify(&predicted, &actual, 3);
    let mut out = Metrics::from([
        ("pearson".to_owned(), pearson(&scores, &ratings)),
        ("rmse".to_owned(), rmse(&scores, &ratings)),
        ("accuracy".to_owned(), report.weighted.recall),
        ("precision".to_owned(), report.weighted.precision),
        ("recall".to_owned(), report.weighted.recall),
        ("f1".to_owned(), report.weighted.f1),
        ("precision_macro".to_owned(), report.macro_mean.precision),
        ("recall_macro".to_owned(), report.macro_mean.recall),
        ("f1_macro".to_owned(), report.macro_mean.f1),
    ]);
    if task.reference.is_some() {
        let compared: Vec<bool> =
            which.iter().filter_map(|i| Some(texts[*i].reference? == compounds[*i])).collect();
        let equal = compared.iter().filter(|e| **e).count() as f64;
        out.insert("equal".to_owned(), if compared.is_empty() { 0.0 } else { equal / compared.len() as f64 });
    }
    out
}

/// 0 negative, 1 neutral, 2 positive.
fn class(value: f64, width: f64, including: bool) -> usize {
    match value {
        v if v > width || (including && v == width) => 2,
        v if v < -width || (including && v == -width) => 0,
        _ => 1,
    }
}

/// Bootstrap intervals over texts; correlations and class scores are no means, so all is computed again.
fn intervals(
    protocol: &Protocol,
    task: &Sentiment,
    texts: &[Text],
    compounds: &[f64],
) -> BTreeMap<String, [f64; 2]> {
    let rounds = u32::try_from(protocol.resamples).unwrap_or(u32::MAX);
    let draws: Vec<Metrics> = (0..rounds)
        .into_par_iter()
        .map(|round| {
            let mut random = random_for(protocol.seeds[0], RESAMPLE, round);
            let which: Vec<usize> = (0..texts.len()).map(|_| random.random_range(0..texts.len())).collect();
            metrics(task, texts, compounds, &which)
        })
        .collect();
    let names: Vec<String> = draws.first().map(|d| d.keys().cloned().collect()).unwrap_or_default();
    let interval = |name: &String| {
        let mut values: Vec<f64> = draws.iter().map(|d| d[name]).collect();
        values.sort_by(f64::total_cmp);
        [quantile(&values, 0.025), quantile(&values, 0.975)]
    };
    names.iter().map(|name| (name.clone(), interval(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_fall_where_the_documentation_says() {
        assert_eq!([0.05, 0.04, -0.05, -0.04].map(|s| class(s, 0.05, true)), [2, 1, 0, 1]);
        assert_eq!([0.0, 0.1, -0.1].map(|r| class(r, 0.0, false)), [1, 2, 0]);
    }
}
