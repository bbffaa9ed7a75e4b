use std::path::PathBuf;

use soiree_algorithms::model::FitError;
use soiree_datasets::table::TableFault;

/// Why an evaluation did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A protocol file cannot be read at all.
    #[error("cannot read the protocol {path}")]
    Unreadable {
        /// The protocol file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The protocol has faults; all of them are told together.
    #[error("{path} has {} fault{}: {}", faults.len(), if faults.len() == 1 { "" } else { "s" }, listed(faults))]
    Protocol {
        /// The protocol file.
        path: PathBuf,
        /// Every fault, with its key.
        faults: Vec<Fault>,
    },
    /// An option of the call is wrong, such as an unknown model.
    #[error("{0}")]
    Option(String),
    /// A data file is missing or does not fit its description.
    #[error("data of the protocol: {}", with_source(.0))]
    Data(#[from] TableFault),
    /// The data can be read but not used as the protocol says.
    #[error("data of the protocol: {0}")]
    Unusable(String),
    /// A model could not be fitted.
    #[error("model {model}: {source}")]
    Fit {
        /// The model's label.
        model: String,
        /// Why.
        #[source]
        source: FitError,
    },
    /// The report cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// [`Progress::cancelled`](crate::Progress::cancelled) said so.
    #[error("cancelled")]
    Cancelled,
}

/// One fault of a protocol file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key, with dots between its parts; empty for the file as a whole.
    pub key: String,
    /// What is wrong with it.
    pub what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}", self.what)
        } else {
            write!(f, "`{}` {}", self.key, self.what)
        }
    }
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The command prints one line, so the cause must stand in it.
fn with_source(fault: &TableFault) -> String {
    match fault {
        TableFault::Io { source, .. } => format!("{fault}: {source}"),
        TableFault::Line { .. } => fault.to_string(),
    }
}
