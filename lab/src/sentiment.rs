//! Runs the kind `sentiment`: every text, beside human ratings and a reference scorer.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use soiree_algorithms::metrics::classes::classify;
use soiree_algorithms::sentiment::{CHAT_THRESHOLD, ChatScorer, ChatThread, Vader};
use soiree_algorithms::statistics::{pearson, rmse};

use crate::error::LabError;
use crate::measure::{Cost, measured};
use crate::protocol::{DataFile, ModelEntry, Protocol, Sentiment};
use crate::report::{DataCounts, Metrics, ModelResult, Report};
use crate::resample;
use crate::{Progress, describe, models};

/// How far apart the lines of a room are taken to be where the file has no times, in milliseconds.
const LINE_MS: i64 = 5_000;

const CLASSES: [&str; 3] = ["negative", "neutral", "positive"];

/// One text with what people and the reference say of it.
#[derive(Default)]
struct Text {
    rating: f64,
    text: String,
    reference: Option<f64>,
    situation: Option<String>,
    room: String,
    author: String,
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
    let mut draws = Vec::new();
    for entry in chosen {
        progress.step(&entry.label, 0, texts.len() as u64);
        let (result, drawn) = score(protocol, task, entry, &texts);
        report.models.push(result);
        draws.push(drawn);
    }
    (report.columns, report.main_columns) = columns(task);
    report.comparisons = resample::against_the_first(&report.models, &draws, &["accuracy", "f1_macro"]);
    Ok(report)
}

fn has(task: &Sentiment, column: &str) -> bool {
    task.texts.columns.iter().any(|c| c == column)
}

/// All measures, and those of the main table: with labels the classes one by one, with ratings the rest.
fn columns(task: &Sentiment) -> (Vec<String>, Vec<String>) {
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
    let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
    let mut main = task.reference.as_ref().map_or_else(Vec::new, |_| owned(&["equal"]));
    main.extend(owned(&own));
    let by_class: Vec<String> =
        CLASSES.iter().flat_map(|c| [format!("precision_{c}"), format!("recall_{c}")]).collect();
    let all: Vec<String> = main.iter().chain(&by_class).cloned().collect();
    if has(task, "label") {
        main = owned(&["accuracy", "f1_macro"]);
        main.extend(by_class);
    }
    (all, main)
}

fn method(task: &Sentiment) -> Vec<String> {
    let mut lines = vec!["Nothing is fitted and nothing is chosen.".to_owned()];
    if has(task, "label") {
        lines.push(format!(
            "Three classes as labelled. VADER's are by a compound of ±{}, the chat scorer's by its own ±{CHAT_THRESHOLD}.",
            task.threshold
        ));
    } else {
        lines.push(format!(
            "Human ratings are divided by {}; RMSE is between them and the compound figure, Pearson's r too.",
            task.rating_scale
        ));
        lines.push(format!(
            "Three classes: a compound of at least {0} is positive, of at most −{0} negative; a rating more than {1} \
             above 0 is positive, more than {1} below negative.",
            task.threshold, task.neutral_width
        ));
    }
    lines.push(
        "Precision, recall and F1 are means over the classes, weighted by how often each truly occurs; the figures named \
         macro are plain means."
            .to_owned(),
    );
    if has(task, "author") {
        lines.push(format!(
            "The chat scorer sees the lines of a room in order, {} s apart, and may read a line with its author's last one.",
            LINE_MS / 1000
        ));
    }
    if task.reference.is_some() {
        lines.push("Equal means equal as numbers, to the last digit that is written.".to_owned());
    }
    lines
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
    let [id, rating, label, text, situation, room, author] =
        places(&task.texts, ["id", "rating", "label", "text", "situation", "room", "author"]);
    let mut texts = Vec::new();
    task.texts.table.read(&find(&task.texts.path), |_, fields| {
        let optional = |at: usize| fields.get(at).copied().unwrap_or_default().to_owned();
        texts.push(Text {
            rating: match field(fields, label) {
                Ok(label) => of_label(label)?,
                Err(_) => number(fields, rating)? / task.rating_scale,
            },
            text: field(fields, text)?.to_owned(),
            reference: reference.get(field(fields, id)?).copied(),
            situation: fields.get(situation).map(|s| (*s).to_owned()),
            room: optional(room),
            author: optional(author),
        });
        Ok(())
    })?;
    Ok(texts)
}

/// −1, 0 or 1 for a class, by its name or the beginning of it.
fn of_label(label: &str) -> Result<f64, String> {
    let label = label.trim();
    let at = CLASSES.iter().position(|class| label.len() >= 3 && class.starts_with(label));
    at.map(|at| at as f64 - 1.0).ok_or_else(|| format!("\"{label}\" is none of {}", CLASSES.join(", ")))
}

/// Where each column stands; beyond the end for one that the file lacks.
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

/// The compound of every text, what making the scorer took, and what scoring took.
fn compounds(model: &str, texts: &[Text]) -> (Vec<f64>, Cost, Cost) {
    if model == "chat" {
        let (chat, load) = measured(ChatScorer::new);
        let (compounds, cost) = measured(|| follow(&chat, texts));
        return (compounds, load, cost);
    }
    let (vader, load) = measured(Vader::new);
    let (compounds, cost) = measured(|| texts.iter().map(|t| vader.compound(&t.text)).collect());
    (compounds, load, cost)
}

/// Every line after those of its room that stand before it. Texts without an author stand alone.
fn follow(chat: &ChatScorer, texts: &[Text]) -> Vec<f64> {
    let mut clocks: FxHashMap<&str, i64> = FxHashMap::default();
    let mut threads: FxHashMap<(&str, &str), ChatThread> = FxHashMap::default();
    let scores = texts.iter().map(|line| {
        if line.author.is_empty() {
            return chat.score(&line.text).compound;
        }
        let clock = clocks.entry(&line.room).or_default();
        *clock += LINE_MS;
        chat.follow(threads.entry((&line.room, &line.author)).or_default(), *clock, &line.text).compound
    });
    scores.collect()
}

fn score(
    protocol: &Protocol,
    task: &Sentiment,
    entry: &ModelEntry,
    texts: &[Text],
) -> (ModelResult, Vec<Metrics>) {
    let (compounds, load, cost) = compounds(&entry.name, texts);
    let threshold = if entry.name == "chat" { CHAT_THRESHOLD } else { task.threshold };
    let measure = |which: &[usize]| metrics(task, texts, &compounds, threshold, which);
    let all: Vec<usize> = (0..texts.len()).collect();
    let mut situations: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        if let Some(situation) = &text.situation {
            situations.entry(format!("situation {situation:>2}")).or_default().push(at);
        }
    }
    let draws = resample::draws(protocol, texts.len(), &measure);
    let result = ModelResult {
        name: entry.label.clone(),
        model: entry.name.clone(),
        params: serde_json::json!({}),
        chosen: None,
        fit_seconds: load.seconds,
        inference_ms: cost.seconds * 1000.0 / texts.len() as f64,
        peak_mib: cost.peak_mib,
        ci95: resample::intervals(&draws),
        metrics: measure(&all),
        parts: situations.into_iter().map(|(name, which)| (name, measure(&which))).collect(),
    };
    (result, draws)
}

/// All measures over the texts with these numbers.
fn metrics(task: &Sentiment, texts: &[Text], compounds: &[f64], threshold: f64, which: &[usize]) -> Metrics {
    let scores: Vec<f64> = which.iter().map(|i| compounds[*i]).collect();
    let ratings: Vec<f64> = which.iter().map(|i| texts[*i].rating).collect();
    let predicted: Vec<usize> = scores.iter().map(|s| class(*s, threshold, true)).collect();
    let actual: Vec<usize> = ratings.iter().map(|r| class(*r, task.neutral_width, false)).collect();
    let report = classify(&predicted, &actual, CLASSES.len());
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
    for (class, scores) in CLASSES.iter().zip(&report.classes) {
        out.insert(format!("precision_{class}"), scores.precision);
        out.insert(format!("recall_{class}"), scores.recall);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_fall_where_the_documentation_says() {
        assert_eq!([0.05, 0.04, -0.05, -0.04].map(|s| class(s, 0.05, true)), [2, 1, 0, 1]);
        assert_eq!([0.0, 0.1, -0.1].map(|r| class(r, 0.0, false)), [1, 2, 0]);
    }

    #[test]
    fn labels_are_classes_or_their_beginnings() {
        assert_eq!(["neg", "neutral", " pos "].map(|l| of_label(l).unwrap()), [-1.0, 0.0, 1.0]);
        for wrong in ["", "ne", "good", "positively"] {
            assert!(of_label(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_is_read_with_its_authors_last_one_in_the_same_room() {
        let line = |room: &str, author: &str, text: &str| Text {
            text: text.to_owned(),
            room: room.to_owned(),
            author: author.to_owned(),
            ..Text::default()
        };
        let chat = ChatScorer::new();
        let second = |author: &str, room: &str| {
            follow(&chat, &[line("a", "x", "i wouldnt say"), line(room, author, "boring")])[1]
        };
        assert!(second("x", "a") > 0.0 && second("y", "a") < 0.0 && second("x", "b") < 0.0);
    }
}
