//! Opening a data set and reading it record by record.

use crate::{
    BadLine, DatasetError, Record, goodbooks, jsonl, lastfm, movielens,
    source::{self, Encoding, Line, Source},
};
use std::{
    collections::VecDeque,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// A family of data sets that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// GroupLens MovieLens: 100K, 1M, 10M, latest, 20M, 25M, 32M.
    Movielens,
    /// goodbooks-10k.
    Goodbooks,
    /// Last.fm of HetRec 2011.
    Lastfm,
    /// Soirée's own lines.
    Jsonl,
}

impl Format {
    /// All formats, in their fixed order.
    pub const ALL: [Self; 4] = [Self::Movielens, Self::Goodbooks, Self::Lastfm, Self::Jsonl];

    /// The name used on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Movielens => "movielens",
            Self::Goodbooks => "goodbooks",
            Self::Lastfm => "lastfm",
            Self::Jsonl => "jsonl",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = DatasetError;
    fn from_str(text: &str) -> Result<Self, DatasetError> {
        Self::ALL
            .into_iter()
            .find(|f| f.as_str() == text)
            .ok_or_else(|| DatasetError::UnknownFormat(text.to_owned()))
    }
}

/// What a file is read for. A file may be read twice, such as ratings: once for the people in it and once
/// for what they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ids in other catalogues.
    Links,
    /// Names of tags.
    TagNames,
    /// Who put which tag on what.
    Tags,
    /// Works.
    Items,
    /// People, out of a file of people or out of what they did.
    Users,
    /// People, out of the file of friends.
    FriendUsers,
    /// Deeds.
    Deeds,
    /// Friends.
    Friends,
    /// Deeds, friends and links between works, as they come.
    Rest,
}

/// One reading of one file.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) file: PathBuf,
    pub(crate) role: Role,
    pub(crate) encoding: Encoding,
    /// Whether the first line names the columns.
    pub(crate) header: bool,
    pub(crate) tells: Tells,
}

/// Which bad lines a pass tells of, so that a file that is read more than once tells of each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    /// All.
    All,
    /// Those that the layout refuses; what cannot be read or decoded was told by an earlier pass.
    Content,
    /// None: a later pass does.
    Nothing,
}

/// A data set's layout: which files are read for what, and what a line of them says.
pub(crate) trait Layout: Send {
    fn name(&self) -> &'static str;

    /// The passes in the order in which they are made: items before people before the rest.
    fn passes(&self) -> Vec<Pass>;

    /// Whether a pass can be left out, as an earlier one has shown.
    fn skips(&self, _pass: &Pass) -> bool {
        false
    }

    /// What one line says; nothing if it only adds to what is known.
    fn read(&mut self, pass: &Pass, line: &str) -> Result<Option<Record>, String>;

    /// Called when a pass is over.
    fn ended(&mut self, _role: Role) {}
}

/// A data set that is being read: an iterator over its records, items first, then people, then the rest.
///
/// A line that cannot be taken comes out as [`BadLine`] and never ends the reading. Files are streamed;
/// what is held in memory are the ids of items and people, the items' tags, and for `goodbooks` one number a
/// rating.
pub struct Import {
    layout: Box<dyn Layout>,
    passes: VecDeque<Pass>,
    current: Option<(Pass, Source)>,
    buffer: Vec<u8>,
    total_bytes: u64,
    /// Bytes of all passes that are over.
    passed_bytes: u64,
    /// Bytes of the current pass.
    current_bytes: Arc<AtomicU64>,
}

impl fmt::Debug for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import").field("layout", &self.layout()).finish_non_exhaustive()
    }
}

impl Import {
    /// Opens a data set: a folder, or for `jsonl` also a single file. The layout is told by the files.
    ///
    /// # Errors
    /// [`DatasetError`] when nothing is there, files are missing, or a header lacks a column.
    pub fn open(format: Format, path: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let path = path.as_ref();
        if !path.exists() {
            return Err(DatasetError::NotFound { path: path.to_owned() });
        }
        if format != Format::Jsonl && !path.is_dir() {
            return Err(DatasetError::NotAFolder { format: format.as_str(), path: path.to_owned() });
        }
        let layout: Box<dyn Layout> = match format {
            Format::Movielens => movielens::open(path)?,
            Format::Goodbooks => goodbooks::open(path)?,
            Format::Lastfm => lastfm::open(path)?,
            Format::Jsonl => jsonl::open(path)?,
        };
        let passes: VecDeque<_> = layout.passes().into();
        let total_bytes = passes.iter().map(|pass| size(&pass.file)).sum();
        Ok(Self {
            layout,
            passes,
            current: None,
            buffer: Vec::new(),
            total_bytes,
            passed_bytes: 0,
            current_bytes: Arc::default(),
        })
    }

    /// What the files turned out to be, such as `MovieLens latest`.
    #[must_use]
    pub fn layout(&self) -> &str {
        self.layout.name()
    }

    /// Bytes that will be read from the disk, as they lie there; a file that is read twice counts twice.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// Bytes of [`Self::total_bytes`] that are behind.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        (self.passed_bytes + self.current_bytes.load(Ordering::Relaxed)).min(self.total_bytes)
    }

    /// Makes the next pass the current one; false when there is none left.
    fn open_next(&mut self) -> Option<Result<(), BadLine>> {
        let pass = self.passes.pop_front()?;
        if self.layout.skips(&pass) {
            self.passed_bytes += size(&pass.file);
            return Some(Ok(()));
        }
        self.current_bytes.store(0, Ordering::Relaxed);
        match Source::open(&pass.file, Arc::clone(&self.current_bytes)) {
            Ok(source) => {
                self.current = Some((pass, source));
                Some(Ok(()))
            }
            Err(error) => {
                self.passed_bytes += size(&pass.file);
                let bad = BadLine { file: pass.file, line: 0, message: source::broken(&error) };
                Some(if pass.tells == Tells::All { Err(bad) } else { Ok(()) })
            }
        }
    }

    fn end_pass(&mut self) {
        if let Some((pass, _)) = self.current.take() {
            self.current_bytes.store(0, Ordering::Relaxed);
            self.passed_bytes += size(&pass.file);
            self.layout.ended(pass.role);
        }
    }
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |m| m.len())
}

/// Longest message of a bad line, in characters; lines may be a megabyte long and be quoted in it.
const MAX_MESSAGE_CHARS: usize = 300;

impl Iterator for Import {
    type Item = Result<Record, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((pass, source)) = self.current.as_mut() else {
                match self.open_next()? {
                    Ok(()) => continue,
                    Err(bad) => return Some(Err(bad)),
                }
            };
            let line = source.next_line(&mut self.buffer);
            let result = match line {
                Ok(Line::End) => {
                    self.end_pass();
                    continue;
                }
                Ok(Line::Text) if self.buffer.is_empty() || (pass.header && source.line() == 1) => continue,
                Ok(Line::Text) => match source::decode(&self.buffer, pass.encoding) {
                    Ok(text) => self.layout.read(pass, &text).map_err(|message| (Tells::Content, message)),
                    Err(message) => Err((Tells::All, message)),
                },
                Ok(Line::TooLong) => {
                    Err((Tells::All, format!("is longer than {} bytes", source::MAX_LINE_BYTES)))
                }
                Err(ref error) => Err((Tells::All, source::broken(error))),
            };
            let (depth, message) = match result {
                Ok(Some(record)) => return Some(Ok(record)),
                Ok(None) => continue,
                Err(fault) => fault,
            };
            let told = pass.tells == Tells::All || pass.tells == depth;
            let bad = BadLine {
                file: pass.file.clone(),
                line: source.line(),
                message: message.chars().take(MAX_MESSAGE_CHARS).collect(),
            };
            if line.is_err() {
                self.end_pass();
            }
            if told {
                return Some(Err(bad));
            }
        }
    }
}

#[cfg(test)]
mod tests;
