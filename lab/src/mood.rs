//! Runs the kind `mood`: valence and arousal of works or emoji, beside what people told of them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use soiree_algorithms::emoji;
use soiree_algorithms::mood::{ItemWords, LearnedMood, LearnedMoodParams, item_mood};
use soiree_algorithms::statistics::{pearson, spearman};

use crate::error::LabError;
use crate::measure::measured;
use crate::models::{self, MoodModel};
use crate::protocol::{DataFile, ModelEntry, MoodTask, Protocol};
use crate::report::{DataCounts, Metrics, ModelResult, Report, Tried, Tuning};
use crate::resample;
use crate::split::random_for;
use crate::{Progress, describe};

type Find<'a> = &'a dyn Fn(&Path) -> PathBuf;

const TUNE: u64 = 9;
/// What `--tune` maximises: the mean of both correlations, or the one there is.
const CHOOSES: &str = "spearman_mean";

/// One work with what people told of it.
#[derive(Debug, Default)]
struct Work {
    title: String,
    creators: Vec<String>,
    genres: Vec<String>,
    themes: Vec<String>,
    text: String,
    valence: f64,
    arousal: Option<f64>,
}

impl Work {
    fn words(&self) -> ItemWords<'_> {
        ItemWords {
            title: &self.title,
            creators: &self.creators,
            moods: &[],
            genres: &self.genres,
            themes: &self.themes,
            text: &self.text,
        }
    }
}

/// What is known of the works by part.
struct Parts {
    train: Vec<Work>,
    validation: Vec<Work>,
    test: Vec<Work>,
}

pub(crate) fn run(
    protocol: &Protocol,
    task: &MoodTask,
    chosen: &[ModelEntry],
    find: Find<'_>,
    tune: Option<usize>,
    progress: &dyn Progress,
) -> Result<Report, LabError> {
    progress.step("reading", 0, 0);
    let part =
        |file: &Option<DataFile>| file.as_ref().map_or(Ok(Vec::new()), |f| read(f, task.min_count, find));
    let parts = Parts {
        train: part(&task.train)?,
        validation: part(&task.validation)?,
        test: read(&task.test, task.min_count, find)?,
    };
    if parts.test.is_empty() {
        return Err(LabError::Unusable("there is nothing to measure".to_owned()));
    }
    let mut report = describe::blank(protocol);
    let counts = [&parts.train, &parts.validation, &parts.test].map(Vec::len);
    report.data = DataCounts {
        items: counts.iter().sum(),
        train: counts[0],
        validation: counts[1],
        test: counts[2],
        cases: counts[2],
        ..DataCounts::default()
    };
    report.method = method(task);
    match tune {
        Some(settings) => tune_all(&mut report, protocol, chosen, &parts, settings, progress)?,
        None => measure_all(&mut report, protocol, chosen, parts, progress)?,
    }
    Ok(report)
}

fn method(task: &MoodTask) -> Vec<String> {
    let mut lines = vec![
        "Spearman's rank correlation (mean ranks for ties) and Pearson's between what a model says and what people told, \
         over the works that the model has an answer for; the share of these is `answered`."
            .to_owned(),
    ];
    if task.train.is_some() {
        lines.push(
            "Models that learn are chosen on the validation part and then fitted on training and validation together."
                .to_owned(),
        );
    }
    if task.min_count > 0.0 {
        lines.push(format!("Records with a count below {} are left out.", task.min_count));
    }
    lines
}

fn read(file: &DataFile, min_count: f64, find: Find<'_>) -> Result<Vec<Work>, LabError> {
    let at = |name: &str| file.columns.iter().position(|c| c == name);
    let places = ["title", "creator", "genre", "theme", "text"].map(at);
    let [valence, arousal, positive, negative, count] =
        ["valence", "arousal", "positive", "negative", "count"].map(at);
    let mut works = Vec::new();
    file.table.read(&find(&file.path), |_, fields| {
        let number = |at: Option<usize>| -> Result<Option<f64>, String> {
            let Some(at) = at else { return Ok(None) };
            let text = fields.get(at).ok_or_else(|| format!("has {} fields only", fields.len()))?.trim();
            text.parse().map(Some).map_err(|_| format!("\"{text}\" is no number"))
        };
        let counted = number(count)?;
        if counted.is_some_and(|n| n < min_count) {
            return Ok(());
        }
        let of_counts = match (number(positive)?, number(negative)?, counted) {
            (Some(positive), Some(negative), Some(n)) if n > 0.0 => Some((positive - negative) / n),
            _ => None,
        };
        let told = number(valence)?.or(of_counts).ok_or("has a count of 0")?;
        let [title, creator, genre, theme, text] =
            places.map(|at| at.and_then(|at| fields.get(at)).copied().unwrap_or_default());
        let list = |text: &str| {
            text.split('|').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        works.push(Work {
            title: title.to_owned(),
            creators: list(creator),
            genres: list(genre),
            themes: list(theme),
            text: text.to_owned(),
            valence: told,
            arousal: number(arousal)?,
        });
        Ok(())
    })?;
    Ok(works)
}

/// A model that can answer; `None` where it has nothing to say.
enum Ready {
    Table,
    Emoji,
    Learned(Box<LearnedMood>),
}

impl Ready {
    fn answer(&self, work: &Work) -> Option<[f64; 2]> {
        let point = |valence: f32, arousal: f32| [f64::from(valence), f64::from(arousal)];
        match self {
            // A work without a known word is told to be neutral, as a served one would be.
            Self::Table => {
                Some(item_mood(&work.words()).map_or([0.0; 2], |m| point(m.mood.valence, m.mood.arousal)))
            }
            Self::Emoji => emoji::mood(work.title.trim()).map(|m| point(m.valence, m.arousal)),
            Self::Learned(model) => Some(model.predict(&work.words())),
        }
    }
}

/// Makes a model ready and tells its parameters, defaults included.
fn ready(entry: &ModelEntry, train: &[&Work]) -> Result<(Ready, Value), LabError> {
    let Some(kind) = models::find(&entry.name)?.mood() else {
        return Err(LabError::Option(format!("\"{}\" does not tell moods", entry.name)));
    };
    match kind {
        MoodModel::Table => Ok((Ready::Table, json!({}))),
        MoodModel::Emoji => Ok((Ready::Emoji, json!({}))),
        MoodModel::Learned => {
            let params: LearnedMoodParams = models::read(&entry.params).map_err(|t| t.of(entry))?;
            let told: Option<Vec<_>> =
                train.iter().map(|w| Some((w.words(), [w.valence, w.arousal?]))).collect();
            let told = told.filter(|told| !told.is_empty()).ok_or_else(|| {
                LabError::Unusable(format!("model {} needs works to learn from", entry.label))
            })?;
            let model = LearnedMood::fit(&told, params)
                .map_err(|source| LabError::Fit { model: entry.label.clone(), source })?;
            Ok((Ready::Learned(Box::new(model)), serde_json::to_value(params).unwrap_or_default()))
        }
    }
}

/// All measures over the works with these numbers.
fn metrics(works: &[Work], answers: &[Option<[f64; 2]>], which: &[usize]) -> Metrics {
    let known: Vec<(usize, [f64; 2])> = which.iter().filter_map(|at| Some((*at, answers[*at]?))).collect();
    let mut out = Metrics::new();
    let mut put = |name: &str, told: &[f64], found: &[f64]| {
        out.insert(format!("spearman_{name}"), spearman(found, told));
        out.insert(format!("pearson_{name}"), pearson(found, told));
    };
    let column = |k: usize| known.iter().map(|(_, a)| a[k]).collect::<Vec<f64>>();
    put("valence", &known.iter().map(|(at, _)| works[*at].valence).collect::<Vec<_>>(), &column(0));
    let arousals: Option<Vec<f64>> = known.iter().map(|(at, _)| works[*at].arousal).collect();
    if let Some(arousals) = arousals {
        put("arousal", &arousals, &column(1));
    }
    let mean = match out.get("spearman_arousal") {
        Some(arousal) => f64::midpoint(out["spearman_valence"], *arousal),
        None => out["spearman_valence"],
    };
    out.insert(CHOOSES.to_owned(), mean);
    out.insert("answered".to_owned(), known.len() as f64 / which.len().max(1) as f64);
    out
}

fn measure_all(
    report: &mut Report,
    protocol: &Protocol,
    chosen: &[ModelEntry],
    parts: Parts,
    progress: &dyn Progress,
) -> Result<(), LabError> {
    let Parts { train, validation, test } = parts;
    let train: Vec<&Work> = train.iter().chain(&validation).collect();
    let all: Vec<usize> = (0..test.len()).collect();
    let mut draws = Vec::new();
    for entry in chosen {
        if progress.cancelled() {
            return Err(LabError::Cancelled);
        }
        progress.step(&entry.label, 0, test.len() as u64);
        let (model, fit) = measured(|| ready(entry, &train));
        let (model, params) = model?;
        let (answers, cost) = measured(|| test.iter().map(|work| model.answer(work)).collect::<Vec<_>>());
        let drawn = resample::draws(protocol, test.len(), &|which| metrics(&test, &answers, which));
        report.models.push(ModelResult {
            name: entry.label.clone(),
            model: entry.name.clone(),
            params,
            chosen: entry.chosen.as_ref().map(Into::into),
            fit_seconds: fit.seconds,
            inference_ms: cost.seconds * 1000.0 / test.len() as f64,
            peak_mib: fit.peak_mib.max(cost.peak_mib),
            metrics: metrics(&test, &answers, &all),
            ci95: resample::intervals(&drawn),
            ..ModelResult::default()
        });
        draws.push(drawn);
    }
    let columns = ["spearman_valence", "spearman_arousal", "pearson_valence", "pearson_arousal", "answered"];
    let present = |c: &str| report.models.iter().any(|m| m.metrics.contains_key(c));
    report.columns = columns.into_iter().filter(|c| present(c)).map(str::to_owned).collect();
    report.main_columns = report.columns.iter().filter(|c| !c.starts_with("pearson")).cloned().collect();
    report.comparisons =
        resample::against_the_first(&report.models, &draws, &["spearman_valence", "spearman_arousal"]);
    Ok(())
}

/// Random search on the validation part; the test part is not looked at.
fn tune_all(
    report: &mut Report,
    protocol: &Protocol,
    chosen: &[ModelEntry],
    parts: &Parts,
    settings: usize,
    progress: &dyn Progress,
) -> Result<(), LabError> {
    if parts.validation.is_empty() {
        return Err(LabError::Unusable("there is no validation part to tune on".to_owned()));
    }
    let train: Vec<&Work> = parts.train.iter().collect();
    let all: Vec<usize> = (0..parts.validation.len()).collect();
    for entry in chosen {
        let space = (models::find(&entry.name)?.space)();
        let mut random = random_for(protocol.seeds[0], TUNE, 0);
        let mut tried = Vec::new();
        for round in 0..=if space.is_empty() { 0 } else { settings } {
            if progress.cancelled() {
                return Err(LabError::Cancelled);
            }
            let mut drawn = entry.clone();
            for dimension in space.iter().filter(|_| round > 0) {
                drawn.params.insert(dimension.param.to_owned(), dimension.search.draw(&mut random));
            }
            progress.step(&entry.label, round as u64, settings as u64);
            let (model, cost) = measured(|| ready(&drawn, &train));
            let (model, params) = model?;
            let answers: Vec<_> = parts.validation.iter().map(|work| model.answer(work)).collect();
            let score = metrics(&parts.validation, &answers, &all)[CHOOSES];
            tried.push(Tried { params, score, fit_seconds: cost.seconds, fault: None });
        }
        tried.sort_by(|a, b| b.score.total_cmp(&a.score));
        report.tuning.push(Tuning { model: entry.label.clone(), metric: CHOOSES.to_owned(), tried });
    }
    report.notes.push("This run looked at the validation part only.".to_owned());
    Ok(())
}
