//! The protocol file: what is read, how it is split, who is asked, and which published rows stand beside.
//!
//! `docs/protocols.md` explains every key. Reading is strict: unknown keys are refused, and all faults of a
//! file are told together.

mod cold_start;
mod cross_domain;
mod fields;
mod groups;
mod mood;
mod parties;
mod ranking;
mod sentiment;
#[cfg(test)]
mod tests;
mod validation;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use soiree_datasets::table::Table;

pub use self::cold_start::{ColdStart, Hide};
pub use self::cross_domain::CrossDomain;
use self::fields::{Faults, Fields, number_of};
pub use self::groups::{GroupLayout, GroupValidation, Groups};
pub use self::mood::MoodTask;
pub use self::parties::Parties;
pub use self::ranking::{CandidateRule, EventOrder, Files, Mask, Ranking, Rounding, SplitRule};
pub use self::sentiment::Sentiment;
pub use self::validation::{Carve, ValidationRule};
use crate::error::{Fault, LabError};

/// A whole protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// Short name, such as `ml1m-ncf`.
    pub name: String,
    /// One line for headings.
    pub title: String,
    /// A paragraph for the report; may be empty.
    pub about: String,
    /// Known faults of the data and choices a reader must know.
    pub notes: Vec<String>,
    /// One run per seed; a random split and random candidates are drawn anew for each.
    pub seeds: Vec<u64>,
    /// Bootstrap resamples behind each interval.
    pub resamples: usize,
    /// The models, in the order of the report.
    pub models: Vec<ModelEntry>,
    /// Rows printed beside ours.
    pub published: Vec<PublishedRow>,
    /// Labels of two models that are compared by every published measure, the first against the second.
    pub compare: Vec<(String, String)>,
    /// What is measured.
    pub task: Task,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Held-out items of known people are ranked.
    Ranking(Box<Ranking>),
    /// Texts are scored for feeling.
    Sentiment(Box<Sentiment>),
    /// Held-out items of given groups are ranked.
    Groups(Box<Groups>),
    /// Parties are drawn from people and shown several lists in a row.
    Parties(Box<Parties>),
    /// Valence and arousal of works are told.
    Mood(Box<MoodTask>),
    /// Items or people without events are ranked, or asked.
    ColdStart(Box<ColdStart>),
    /// The same as a ranking, with friendships between people.
    Social(Box<Ranking>),
    /// Items of one domain are ranked for people who are known from others.
    CrossDomain(Box<CrossDomain>),
}

impl Task {
    /// The word that stands in the file as `kind`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ranking(_) => "ranking",
            Self::Sentiment(_) => "sentiment",
            Self::Groups(_) | Self::Parties(_) => "groups",
            Self::Mood(_) => "mood",
            Self::ColdStart(_) => "cold-start",
            Self::Social(_) => "social",
            Self::CrossDomain(_) => "cross-domain",
        }
    }
}

/// One model of a protocol with the parameters chosen for it.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelEntry {
    /// A name the laboratory knows.
    pub name: String,
    /// What the report calls it, so that one model can stand twice.
    pub label: String,
    /// Parameters that differ from the defaults.
    pub params: Params,
    /// The validation score that chose them.
    pub chosen: Option<Chosen>,
}

/// How parameters were chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The measure.
    pub metric: String,
    /// Its value on the validation part.
    pub score: f64,
    /// How many settings were tried.
    pub settings: usize,
}

/// Parameters by name, as the model's own `Params` reads them.
pub type Params = serde_json::Map<String, serde_json::Value>;

/// A row somebody else published.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedRow {
    /// The model as its authors call it.
    pub name: String,
    /// Measures by name.
    pub metrics: BTreeMap<String, f64>,
    /// Where it was read.
    pub source: String,
}

/// A column file of a protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFile {
    /// Under the data folder, or beside the protocol when it begins with `./` or `../`.
    pub path: PathBuf,
    /// How its records lie in it.
    pub layout: Layout,
    /// Separator, header, quotes.
    pub table: Table,
    /// What each column holds.
    pub columns: Vec<String>,
    /// Records with a smaller value are left out.
    pub min_value: Option<f64>,
}

impl DataFile {
    /// What stands for a file that a faulty protocol does not name.
    fn none() -> Self {
        let (layout, table) = (Layout::Columns, Table::default());
        Self { path: PathBuf::new(), layout, table, columns: Vec::new(), min_value: None }
    }
}

/// How records lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One record a line, in columns.
    Columns,
    /// One person a line: `user item item …`.
    UserLists,
    /// One JSON list of lists; the place in the outer one is the person.
    JsonLists,
    /// One case a line: `(user,item)` and then the negatives.
    Negatives,
}

impl Protocol {
    /// Reads a protocol file.
    ///
    /// # Errors
    /// [`LabError::Unreadable`] or [`LabError::Protocol`] with every fault.
    pub fn read(path: &Path) -> Result<Self, LabError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|faults| LabError::Protocol { path: path.to_owned(), faults })
    }

    /// Reads a protocol from its text.
    ///
    /// # Errors
    /// Every fault of it, with keys.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let table: toml::Table = text.parse().map_err(|fault: toml::de::Error| {
            vec![Fault { key: String::new(), what: fault.to_string().trim().replace('\n', " ") }]
        })?;
        let faults = Faults::default();
        let protocol = read(Fields::new("", table, &faults), &faults);
        let list = faults.into_list();
        match protocol {
            Some(protocol) if list.is_empty() => Ok(protocol),
            _ => Err(list),
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Ranking,
    Sentiment,
    Groups,
    Mood,
    ColdStart,
    Social,
    CrossDomain,
}

fn read(mut top: Fields<'_>, faults: &Faults) -> Option<Protocol> {
    let name = top.need_text("name");
    let title = top.text("title").unwrap_or_else(|| name.clone());
    let about = top.text("about").unwrap_or_default();
    let notes = top.texts("notes").unwrap_or_default();
    let seeds = top.seeds("seeds").unwrap_or_else(|| vec![1]);
    if seeds.is_empty() {
        top.fault("seeds", "must name at least one seed");
    }
    let resamples = top.whole("resamples", 1).unwrap_or(1000);
    let missing = !top.has("kind");
    let kinds = [
        ("ranking", Kind::Ranking),
        ("sentiment", Kind::Sentiment),
        ("groups", Kind::Groups),
        ("mood", Kind::Mood),
        ("cold-start", Kind::ColdStart),
        ("social", Kind::Social),
        ("cross-domain", Kind::CrossDomain),
    ];
    let kind = top.maybe_one_of("kind", &kinds);
    if missing {
        let known = kinds.map(|kind| format!("\"{}\"", kind.0)).join(", ");
        top.fault("kind", format!("is missing; known are {known}"));
    }
    let models = top.tables("models").into_iter().map(|m| model(m, faults)).collect::<Vec<_>>();
    if models.is_empty() {
        top.fault("models", "must name at least one model");
    }
    for (i, entry) in models.iter().enumerate() {
        if models[..i].iter().any(|m| m.label == entry.label) {
            top.fault(&format!("models[{i}].label"), format!("`{}` stands twice", entry.label));
        }
    }
    let published = top.tables("published").into_iter().map(|p| published_row(p, faults)).collect();
    let compare = compared(&mut top, &models);
    // Without a kind the other keys cannot be told from unknown ones.
    let task = match kind? {
        Kind::Ranking => Task::Ranking(Box::new(ranking::read(&mut top))),
        Kind::Sentiment => Task::Sentiment(Box::new(sentiment::read(&mut top))),
        Kind::Groups => groups::read(&mut top),
        Kind::Mood => Task::Mood(Box::new(mood::read(&mut top))),
        Kind::ColdStart => Task::ColdStart(Box::new(cold_start::read(&mut top))),
        Kind::Social => Task::Social(Box::new(ranking::read_social(&mut top))),
        Kind::CrossDomain => Task::CrossDomain(Box::new(cross_domain::read(&mut top))),
    };
    top.done();
    Some(Protocol { name, title, about, notes, seeds, resamples, models, published, compare, task })
}

fn compared(top: &mut Fields<'_>, models: &[ModelEntry]) -> Vec<(String, String)> {
    let mut pair = |mut fields: Fields<'_>| {
        let pair = (fields.need_text("first"), fields.need_text("second"));
        for (key, label) in [("first", &pair.0), ("second", &pair.1)] {
            if !label.is_empty() && !models.iter().any(|m| m.label == *label) {
                fields.fault(key, format!("names no model: \"{label}\""));
            }
        }
        fields.done();
        pair
    };
    top.tables("compare").into_iter().map(&mut pair).collect()
}

fn model(mut fields: Fields<'_>, faults: &Faults) -> ModelEntry {
    let name = fields.need_text("name");
    let label = fields.text("label").unwrap_or_else(|| name.clone());
    let mut params = Params::new();
    for (key, value) in fields.free("params") {
        match param(&value) {
            Some(value) => {
                params.insert(key, value);
            }
            None => faults.add(&fields.key(&format!("params.{key}")), "must not be a date"),
        }
    }
    let chosen = fields.table("chosen").map(|mut c| {
        let chosen = Chosen {
            metric: c.need_text("metric"),
            score: c.number("score").unwrap_or(f64::NAN),
            settings: c.whole("settings", 1).unwrap_or(1),
        };
        if chosen.score.is_nan() {
            c.fault("score", "is missing");
        }
        c.done();
        chosen
    });
    fields.done();
    ModelEntry { name, label, params, chosen }
}

/// A TOML value as a parameter; dates have no meaning here.
fn param(value: &toml::Value) -> Option<serde_json::Value> {
    match value {
        toml::Value::Datetime(_) => None,
        other => serde_json::to_value(other).ok(),
    }
}

/// A parameter as it is written on the command line: any TOML value, or else a plain word.
#[must_use]
pub fn param_from_text(text: &str) -> serde_json::Value {
    let table: Result<toml::Table, _> = format!("value = {text}").parse();
    let read = table.ok().and_then(|t| t.get("value").and_then(param));
    read.unwrap_or_else(|| serde_json::Value::String(text.to_owned()))
}

fn published_row(mut fields: Fields<'_>, faults: &Faults) -> PublishedRow {
    let name = fields.need_text("name");
    let source = fields.need_text("source");
    let mut metrics = BTreeMap::new();
    for (key, value) in fields.free("metrics") {
        match number_of(&value) {
            Some(value) => {
                metrics.insert(key, value);
            }
            None => faults.add(&fields.key(&format!("metrics.{key}")), "must be a number"),
        }
    }
    if metrics.is_empty() {
        fields.fault("metrics", "must hold at least one measure");
    }
    fields.done();
    PublishedRow { name, metrics, source }
}

/// Reads a file's description; `wanted` are the columns it must have and `known` those it may have.
fn data_file(mut fields: Fields<'_>, usual: &[&str], wanted: &[&str], known: &[&str]) -> DataFile {
    let path = PathBuf::from(fields.need_text("path"));
    let layout = fields.one_of(
        "layout",
        &[
            ("columns", Layout::Columns),
            ("user-lists", Layout::UserLists),
            ("json-lists", Layout::JsonLists),
            ("negatives", Layout::Negatives),
        ],
    );
    let default = match path.to_string_lossy() {
        name if name.contains(".csv") => ",",
        _ if layout == Layout::UserLists => " ",
        _ => "\t",
    };
    let table = Table {
        separator: fields.text("separator").unwrap_or_else(|| default.to_owned()),
        header: fields.flag("header"),
        quotes: fields.flag("quotes"),
    };
    if table.separator.is_empty() {
        fields.fault("separator", "must not be empty");
    }
    let min_value = fields.number("min_value");
    let columns = fields.texts("columns").unwrap_or_else(|| usual.iter().map(|c| (*c).to_owned()).collect());
    if layout == Layout::Columns {
        check_columns(&fields, &columns, wanted, known, min_value.is_some());
    }
    fields.done();
    DataFile { path, layout, table, columns, min_value }
}

fn check_columns(
    fields: &Fields<'_>,
    columns: &[String],
    wanted: &[&str],
    known: &[&str],
    needs_value: bool,
) {
    for (i, column) in columns.iter().enumerate() {
        if column != "-" && !known.contains(&column.as_str()) {
            fields
                .fault("columns", format!("has an unknown \"{column}\"; known are {}, -", known.join(", ")));
        }
        if column != "-" && columns[..i].contains(column) {
            fields.fault("columns", format!("names \"{column}\" twice"));
        }
    }
    for name in wanted {
        if !columns.iter().any(|c| c == name) {
            fields.fault("columns", format!("lacks \"{name}\""));
        }
    }
    if needs_value && !columns.iter().any(|c| c == "value") {
        fields.fault("min_value", "needs a \"value\" column");
    }
}
