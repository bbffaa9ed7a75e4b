//! Everything that can go wrong while keeping things.

use soiree_domain::{ModelVersion, UserId};
use std::path::PathBuf;

/// Why something could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database refused, failed or could not be reached.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the migrations could not be run")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database's address is not one that can be opened.
    #[error("{0:?} is no database address: use sqlite://PATH or postgres://…")]
    Url(String),
    /// A page's cursor was not made here.
    #[error("the cursor is not one that was handed out")]
    Cursor,
    /// A stored value cannot be read back.
    #[error("stored {what} cannot be read: {detail}")]
    Corrupt {
        /// What it should have been.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// A key names a person who does not exist.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// Other writers were in the way too often.
    #[error("other writers were in the way {0} times")]
    Contended(u32),
    /// A file could not be read or written.
    #[error("{path}: the file could not be used")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A name that cannot be a file's.
    #[error("{0:?} cannot be the name of a model file or folder")]
    FileName(String),
    /// A model of this version is already kept.
    #[error("a model {0} is already kept")]
    ModelExists(ModelVersion),
    /// No model of this version is kept.
    #[error("no model {0} is kept")]
    ModelMissing(ModelVersion),
    /// A model's folder does not hold what was saved.
    #[error("model {version}: {file} is {fault}")]
    ModelFile {
        /// The model.
        version: ModelVersion,
        /// The file.
        file: String,
        /// What is wrong with it.
        fault: FileFault,
    },
}

/// What is wrong with a model's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    /// It is not there.
    Missing,
    /// Its bytes are not those that were saved.
    Altered,
    /// It was not saved with the others.
    Unexpected,
}

impl std::fmt::Display for FileFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Unexpected => "unexpected",
        })
    }
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request itself is wrong.
    Invalid,
    /// What it names does not exist, or exists already.
    Conflict,
    /// Try again later.
    Unavailable,
    /// What is stored is damaged.
    Damaged,
    /// A fault of the program or its surroundings.
    Internal,
}

impl StorageError {
    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Url(_) | Self::Cursor | Self::FileName(_) => ErrorKind::Invalid,
            Self::UnknownUser(_) | Self::ModelExists(_) | Self::ModelMissing(_) => ErrorKind::Conflict,
            Self::Contended(_) => ErrorKind::Unavailable,
            Self::Corrupt { .. } | Self::ModelFile { .. } => ErrorKind::Damaged,
            Self::Database(error) => match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => ErrorKind::Unavailable,
                sqlx::Error::Database(inner) if is_passing(inner.code().as_deref()) => ErrorKind::Unavailable,
                _ => ErrorKind::Internal,
            },
            Self::Migration(_) | Self::File { .. } => ErrorKind::Internal,
        }
    }

    /// Whether two writers met and the same transaction may well pass when it is tried again.
    pub(crate) fn is_collision(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.code().is_some_and(|c| c == "40P01" || c == "40001"))
    }

    /// Whether a row was refused because its key is taken.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether a row was refused because a value that it needs is not there.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.kind() == sqlx::error::ErrorKind::NotNullViolation)
    }

    pub(crate) fn corrupt(what: &'static str, detail: impl ToString) -> Self {
        Self::Corrupt { what, detail: detail.to_string() }
    }
}

/// Whether a database's code says that waiting helps: SQLite's busy and locked; PostgreSQL's classes for
/// connections, rollbacks, resources and shutdown.
fn is_passing(code: Option<&str>) -> bool {
    code.is_some_and(|code| {
        matches!(code, "5" | "6" | "261" | "517")
            || code.len() == 5 && matches!(&code[..2], "08" | "40" | "53" | "57")
    })
}
