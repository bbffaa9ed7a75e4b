//! Files as lines: plain or gzipped, bounded, with the compressed bytes counted.

use crate::DatasetError;
use flate2::bufread::MultiGzDecoder;
use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Longest line, in bytes; what is longer is refused and skipped without being held in memory.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;

/// How a line's bytes become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8; anything else is a bad line.
    Utf8,
    /// UTF-8 where it is valid, otherwise ISO 8859-1: GroupLens published the older sets in the latter,
    /// and copies in both are about.
    Latin1,
}

/// What [`Source::next_line`] found.
pub(crate) enum Line {
    /// A line stands in the buffer, without its end.
    Text,
    /// A line was longer than [`MAX_LINE_BYTES`] and was skipped.
    TooLong,
    /// The file ends.
    End,
}

/// An open file, read line by line.
pub(crate) struct Source {
    reader: Box<dyn BufRead + Send>,
    line: u64,
}

struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Source {
    /// Opens a file; gzip is told by its first two bytes, not by its name. Bytes read from the disk are
    /// added to `bytes`.
    pub(crate) fn open(path: &Path, bytes: Arc<AtomicU64>) -> io::Result<Self> {
        let mut plain = BufReader::with_capacity(1 << 16, Counted { inner: File::open(path)?, bytes });
        let gzipped = plain.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn BufRead + Send> = if gzipped {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(plain)))
        } else {
            Box::new(plain)
        };
        Ok(Self { reader, line: 0 })
    }

    /// Number of the line read last, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next line into the buffer.
    pub(crate) fn next_line(&mut self, buffer: &mut Vec<u8>) -> io::Result<Line> {
        buffer.clear();
        self.line += 1;
        let limit = MAX_LINE_BYTES as u64 + 2;
        if self.reader.by_ref().take(limit).read_until(b'\n', buffer)? == 0 {
            return Ok(Line::End);
        }
        if buffer.last() == Some(&b'\n') {
            buffer.pop();
            if buffer.last() == Some(&b'\r') {
                buffer.pop();
            }
        } else if buffer.len() as u64 == limit {
            self.skip_line()?;
            return Ok(Line::TooLong);
        }
        if self.line == 1 && buffer.starts_with(b"\xef\xbb\xbf") {
            buffer.drain(..3);
        }
        Ok(Line::Text)
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let block = self.reader.fill_buf()?;
            let (used, done) = match block.iter().position(|&b| b == b'\n') {
                Some(end) => (end + 1, true),
                None => (block.len(), block.is_empty()),
            };
            self.reader.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

/// A line's text.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, String> {
    match (std::str::from_utf8(bytes), encoding) {
        (Ok(text), _) => Ok(Cow::Borrowed(text)),
        (Err(_), Encoding::Latin1) => Ok(Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect())),
        (Err(error), Encoding::Utf8) => Err(format!("is not valid UTF-8 after byte {}", error.valid_up_to())),
    }
}

/// Says why a file cannot be read on.
pub(crate) fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file ends in the middle of its gzip data".into(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            format!("the gzip data is damaged ({error})")
        }
        _ => format!("cannot be read on ({error})"),
    }
}

/// The first line of a file, to find its columns.
pub(crate) fn first_line(file: &Path) -> Result<String, DatasetError> {
    let fail = |source| DatasetError::Read { file: file.to_owned(), source };
    let mut buffer = Vec::new();
    let mut source = Source::open(file, Arc::default()).map_err(fail)?;
    source.next_line(&mut buffer).map_err(fail)?;
    Ok(String::from_utf8_lossy(&buffer).into_owned())
}

/// Finds a file of a folder under its plain name or with `.gz`.
pub(crate) fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")].into_iter().map(|n| folder.join(n)).find(|p| p.is_file())
}

/// Finds all files of a folder whose name (without `.gz`) starts and ends like this, sorted by name.
pub(crate) fn find_all(folder: &Path, start: &str, end: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            let plain = name.strip_suffix(".gz").unwrap_or(name);
            plain.starts_with(start) && plain.ends_with(end) && path.is_file()
        })
        .collect();
    files.sort();
    files
}
