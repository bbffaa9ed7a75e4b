//! What can go wrong before the first record is read.

use std::path::PathBuf;

/// Why a data set cannot be opened. What is wrong with single lines is told by
/// [`BadLine`](crate::BadLine) instead.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A name that is no format.
    #[error(
        "unknown format {0:?}: use movielens, goodbooks, lastfm or jsonl (amazon and tmdb are not read yet)"
    )]
    UnknownFormat(String),
    /// The path is not there.
    #[error("{path} does not exist", path = path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The path is a file where a folder is needed.
    #[error("{path} is a file: {format} needs the folder that holds the files", path = path.display())]
    NotAFolder {
        /// The format.
        format: &'static str,
        /// The path.
        path: PathBuf,
    },
    /// The folder lacks files.
    #[error("{path} holds no {format} data: looked for {looked_for} (each also with .gz)", path = path.display())]
    Missing {
        /// The format.
        format: &'static str,
        /// The folder.
        path: PathBuf,
        /// The files that would have been taken.
        looked_for: &'static str,
    },
    /// A file lacks columns in its first line.
    #[error("{file}: the header lacks the column {column:?}, it has {found:?}", file = file.display())]
    Header {
        /// The file.
        file: PathBuf,
        /// The first missing column.
        column: &'static str,
        /// The columns found.
        found: String,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read", file = file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
