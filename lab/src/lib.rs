//! The laboratory behind `soiree evaluate`: reads a protocol file, splits plain data files by it, fits the
//! models, asks them, and writes a report with intervals beside published rows.
//!
//! It needs no server and no database. Nothing here chooses anything on a test part: parameters and blend
//! weights see the validation part alone, and [`Options::tune`] never touches the test part.
//!
//! Start with [`run`], then [`protocol`] (what may be asked), [`split`] and [`cases`] (who is asked what),
//! [`rank`] (how lists are measured) and [`report`].

pub mod cases;
mod cold_start;
mod compare;
mod cross_domain;
mod describe;
mod error;
pub mod events;
mod groups;
mod linked;
mod measure;
pub mod models;
mod mood;
mod parties;
pub mod protocol;
pub mod rank;
mod ranking;
pub mod report;
mod resample;
mod sbert;
mod sentiment;
pub mod split;
pub mod stack;
mod strategies;
#[cfg(test)]
mod tests;
pub mod texts;
mod tune;

use std::path::PathBuf;

pub use error::{Fault, LabError};
pub use report::Report;

use protocol::{ModelEntry, Params, Protocol, Task};

/// What to evaluate, and how. The fields are the options of `soiree evaluate`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// The protocol file.
    pub protocol_path: PathBuf,
    /// Where the files of the protocol lie.
    pub data_dir: PathBuf,
    /// Only these models (labels or names); empty for all of the protocol.
    pub models: Vec<String>,
    /// Parameters that override the protocol's.
    pub set: Vec<Setting>,
    /// Tries this many random settings per model on the validation part instead of running the test.
    pub tune: Option<usize>,
    /// One seed in place of the protocol's.
    pub seed: Option<u64>,
    /// Where `report.md`, `report.html` and `report.json` go, if anywhere.
    pub out: Option<PathBuf>,
}

/// One `--set model.param=value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The model's label or name.
    pub model: String,
    /// The parameter.
    pub param: String,
    /// Its value.
    pub value: serde_json::Value,
}

impl std::str::FromStr for Setting {
    type Err = LabError;

    /// Reads `model.param=value`; the value is any TOML value or a plain word.
    fn from_str(text: &str) -> Result<Self, LabError> {
        let parts =
            text.split_once('=').and_then(|(key, value)| Some((key.trim().split_once('.')?, value.trim())));
        match parts {
            Some(((model, param), value)) if !model.is_empty() && !param.is_empty() => Ok(Self {
                model: model.to_owned(),
                param: param.to_owned(),
                value: protocol::param_from_text(value),
            }),
            _ => Err(LabError::Option(format!("\"{text}\" is not of the form model.param=value"))),
        }
    }
}

/// How a long evaluation tells what it is doing, and hears that it should stop.
pub trait Progress: Sync {
    /// Called from any thread with what is being done, and steps done and in all (0 when unknown).
    fn step(&self, what: &str, done: u64, total: u64);

    /// Whether to stop soon.
    fn cancelled(&self) -> bool {
        false
    }
}

/// A [`Progress`] that says nothing and never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn step(&self, _what: &str, _done: u64, _total: u64) {}
}

/// Runs a protocol and returns its report; also writes it when [`Options::out`] says where.
///
/// # Errors
/// [`LabError`] when the protocol, an option, the data or a fit is at fault.
pub fn run(options: &Options, progress: &dyn Progress) -> Result<Report, LabError> {
    let mut protocol = Protocol::read(&options.protocol_path)?;
    if let Some(seed) = options.seed {
        protocol.seeds = vec![seed];
    }
    let every = override_params(&protocol.models, &options.set)?;
    for entry in &every {
        models::check_params(entry)?;
    }
    let chosen = choose(&every, &options.models)?;
    let find = |path: &std::path::Path| events::resolve(path, &options.protocol_path, &options.data_dir);
    let report = match &protocol.task {
        Task::Ranking(task) | Task::Social(task) => {
            let plan = ranking::Plan { protocol: &protocol, task, every: &every, chosen: &chosen };
            match options.tune {
                Some(settings) => tune::run(&plan, &find, settings, progress)?,
                None => ranking::run(&plan, &find, progress)?,
            }
        }
        Task::Groups(task) => {
            let plan = groups::Plan { protocol: &protocol, task, every: &every, chosen: &chosen };
            match options.tune {
                Some(settings) => groups::tune(&plan, &find, settings, progress)?,
                None => groups::run(&plan, &find, progress)?,
            }
        }
        Task::Parties(_) if options.tune.is_some() => {
            return Err(LabError::Option("parties have nothing to tune".to_owned()));
        }
        Task::Parties(task) => parties::run(&protocol, task, &chosen, &find, progress)?,
        Task::ColdStart(task) => {
            let plan =
                ranking::Plan { protocol: &protocol, task: &task.ranking, every: &every, chosen: &chosen };
            match options.tune {
                Some(settings) => cold_start::tune(&plan, task, &find, settings, progress)?,
                None => cold_start::run(&plan, task, &find, progress)?,
            }
        }
        Task::CrossDomain(task) => {
            let plan =
                ranking::Plan { protocol: &protocol, task: &task.ranking, every: &every, chosen: &chosen };
            cross_domain::run(&plan, task, &find, options.tune, progress)?
        }
        Task::Sentiment(_) if options.tune.is_some() => {
            return Err(LabError::Option("the kind \"sentiment\" has nothing to tune".to_owned()));
        }
        Task::Sentiment(task) => sentiment::run(&protocol, task, &chosen, &find, progress)?,
        Task::Mood(task) => mood::run(&protocol, task, &chosen, &find, options.tune, progress)?,
    };
    if let Some(folder) = &options.out {
        report.write(folder)?;
    }
    Ok(report)
}

/// The entries with the overriding parameters; models the protocol does not name join with their defaults.
fn override_params(entries: &[ModelEntry], set: &[Setting]) -> Result<Vec<ModelEntry>, LabError> {
    let mut out = entries.to_vec();
    for setting in set {
        if !out.iter().any(|m| m.label == setting.model || m.name == setting.model) {
            out.push(plain_entry(&setting.model)?);
        }
        for entry in out.iter_mut().filter(|m| m.label == setting.model || m.name == setting.model) {
            entry.params.insert(setting.param.clone(), setting.value.clone());
            // The protocol's validation score belongs to other parameters.
            entry.chosen = None;
        }
    }
    Ok(out)
}

fn choose(entries: &[ModelEntry], wanted: &[String]) -> Result<Vec<ModelEntry>, LabError> {
    if wanted.is_empty() {
        return Ok(entries.to_vec());
    }
    let mut out: Vec<ModelEntry> = Vec::new();
    for name in wanted {
        let found: Vec<&ModelEntry> =
            entries.iter().filter(|m| m.label == *name || m.name == *name).collect();
        if found.is_empty() {
            out.push(plain_entry(name)?);
        }
        out.extend(found.into_iter().cloned());
    }
    Ok(out)
}

fn plain_entry(name: &str) -> Result<ModelEntry, LabError> {
    models::find(name)?;
    Ok(ModelEntry { name: name.to_owned(), label: name.to_owned(), params: Params::new(), chosen: None })
}
