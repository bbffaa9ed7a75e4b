//! What an evaluation found, as JSON, Markdown, HTML and text for the terminal.

mod html;
mod markdown;
mod numbers;
mod svg;
mod terminal;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::error::LabError;
use crate::protocol::{Chosen, PublishedRow};

/// Measures by name, such as `ndcg@10`.
pub type Metrics = BTreeMap<String, f64>;

/// The whole finding. Its JSON form is described by `docs/report.schema.json`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// Name of the protocol.
    pub protocol: String,
    /// Its heading.
    pub title: String,
    /// Its paragraph.
    pub about: String,
    /// Kind of the protocol.
    pub kind: String,
    /// What was counted in the data.
    pub data: DataCounts,
    /// The exact split, candidates, masks and divisors, in words.
    pub method: Vec<String>,
    /// The seeds of the runs.
    pub seeds: Vec<u64>,
    /// Bootstrap resamples behind each interval.
    pub resamples: usize,
    /// One entry per model.
    pub models: Vec<ModelResult>,
    /// Rows that others published.
    pub published: Vec<Published>,
    /// Paired comparisons of models on the same people.
    pub comparisons: Vec<Comparison>,
    /// Tables of `--tune`.
    pub tuning: Vec<Tuning>,
    /// Measures in the order of the tables.
    pub columns: Vec<String>,
    /// The measures of the main table.
    pub main_columns: Vec<String>,
    /// Known faults and remarks.
    pub notes: Vec<String>,
}

/// Counts of the data.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct DataCounts {
    /// People, or 0 where there are none.
    pub users: usize,
    /// Items, or texts.
    pub items: usize,
    /// Training events.
    pub train: usize,
    /// Validation events.
    pub validation: usize,
    /// Test events, or texts that were scored.
    pub test: usize,
    /// Test cases.
    pub cases: usize,
}

/// One model's row.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ModelResult {
    /// Its label.
    pub name: String,
    /// The model behind the label.
    pub model: String,
    /// Every parameter, defaults included.
    pub params: serde_json::Value,
    /// The validation score that chose the parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen: Option<ChosenBy>,
    /// Seconds of one fit, mean over the seeds.
    pub fit_seconds: f64,
    /// Milliseconds of one thread to score one person (or text), mean.
    pub inference_ms: f64,
    /// Largest resident size of the process during fit and test, in MiB.
    pub peak_mib: f64,
    /// The measures, mean over people and seeds.
    pub metrics: Metrics,
    /// 95 % bootstrap intervals over people.
    pub ci95: BTreeMap<String, [f64; 2]>,
    /// Measures of parts, such as each seed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, Metrics>,
}

/// How parameters were chosen, as the protocol says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChosenBy {
    /// The measure.
    pub metric: String,
    /// Its value on the validation part.
    pub score: f64,
    /// Settings tried.
    pub settings: usize,
}

impl From<&Chosen> for ChosenBy {
    fn from(chosen: &Chosen) -> Self {
        Self { metric: chosen.metric.clone(), score: chosen.score, settings: chosen.settings }
    }
}

/// A published row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Published {
    /// The model as its authors call it.
    pub name: String,
    /// Its measures.
    pub metrics: Metrics,
    /// Where it was read.
    pub source: String,
}

impl From<&PublishedRow> for Published {
    fn from(row: &PublishedRow) -> Self {
        Self { name: row.name.clone(), metrics: row.metrics.clone(), source: row.source.clone() }
    }
}

/// Two models on the same people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The measure.
    pub metric: String,
    /// One model.
    pub first: String,
    /// The other.
    pub second: String,
    /// Mean of the first minus mean of the second.
    pub difference: f64,
    /// 95 % paired bootstrap interval of the difference.
    pub ci95: [f64; 2],
    /// Two-sided bootstrap p-value.
    pub p_value: f64,
}

/// What `--tune` tried for one model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tuning {
    /// The model's label.
    pub model: String,
    /// The validation measure.
    pub metric: String,
    /// Every setting, best first.
    pub tried: Vec<Tried>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The parameters that were drawn or given.
    pub params: serde_json::Value,
    /// The validation measure.
    pub score: f64,
    /// Seconds of the fit.
    pub fit_seconds: f64,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl Report {
    /// The report as JSON, by `docs/report.schema.json`.
    ///
    /// # Panics
    /// Never: nothing in a report can fail to be written as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain data")
    }

    /// The report as Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// The report as one HTML page with plots, light and dark, without scripts or anything from outside.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::render(self)
    }

    /// The main tables, aligned for a terminal.
    #[must_use]
    pub fn to_terminal(&self) -> String {
        terminal::render(self)
    }

    /// Writes `report.md`, `report.html` and `report.json` into a folder, which is made if need be.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn write(&self, folder: &Path) -> Result<(), LabError> {
        let fault = |path: &Path, source| LabError::Write { path: path.to_owned(), source };
        std::fs::create_dir_all(folder).map_err(|source| fault(folder, source))?;
        let files = [
            ("report.md", self.to_markdown()),
            ("report.html", self.to_html()),
            ("report.json", self.to_json() + "\n"),
        ];
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|source| fault(&path, source))?;
        }
        Ok(())
    }

    /// Published rows and ours that have something to say in `columns`, published first.
    fn rows<'a>(&'a self, columns: &'a [String]) -> impl Iterator<Item = Row<'a>> {
        let published = self.published.iter().map(|p| Row {
            name: &p.name,
            metrics: &p.metrics,
            source: Some(&p.source),
        });
        let ours = self.models.iter().map(|m| Row { name: &m.name, metrics: &m.metrics, source: None });
        published.filter(move |r| columns.iter().any(|c| r.metrics.contains_key(c))).chain(ours)
    }
}

/// A row of a table: ours, or published with its source.
struct Row<'a> {
    name: &'a str,
    metrics: &'a Metrics,
    source: Option<&'a str>,
}
