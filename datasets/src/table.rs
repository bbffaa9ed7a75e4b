//! Plain column files: one record a line, fields between separators, gzipped or not.
//!
//! Public sets come as `.csv`, `.tsv`, `user::item::rating::time` and the like. [`Table`] reads them all, tells
//! gzip by its first bytes whatever the name says, reads bytes that are no UTF-8 as Latin-1 (as MovieLens'
//! titles are), and hands every line over with its number, so that a fault can be shown with file and line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

/// Why a column file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// The file cannot be opened, read or unpacked.
    #[error("cannot read {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A line does not fit what the caller expects.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// The file.
        path: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
}

/// Opens a file and unpacks it when it begins like gzip.
///
/// # Errors
/// [`TableFault::Io`] when it cannot be opened.
pub fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, TableFault> {
    let fault = |source| TableFault::Io { path: path.to_owned(), source };
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(fault)?);
    let zipped = file.fill_buf().map_err(fault)?.starts_with(&[0x1f, 0x8b]);
    Ok(if zipped {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    })
}

/// The whole text of a file, gzipped or not.
///
/// # Errors
/// [`TableFault::Io`] when it cannot be read.
pub fn read_text(path: &Path) -> Result<String, TableFault> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).map_err(|source| TableFault::Io { path: path.to_owned(), source })?;
    Ok(decoded(bytes))
}

/// How a column file is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What stands between fields; one or more characters. A single space stands for any run of blanks.
    pub separator: String,
    /// Whether the first line holds names, not values.
    pub header: bool,
    /// Whether fields may stand between double quotes, with `""` for a quote inside. Quoted line ends are not
    /// supported.
    pub quotes: bool,
}

impl Default for Table {
    /// Tab between fields, no header, no quotes.
    fn default() -> Self {
        Self { separator: "\t".to_owned(), header: false, quotes: false }
    }
}

impl Table {
    /// Calls `each(line number, fields)` for every line that is not blank, in order, and returns how many there
    /// were. The first `Err(what)` of `each` stops the reading and comes back with file and line.
    ///
    /// # Errors
    /// [`TableFault`] when the file cannot be read or `each` refuses a line.
    pub fn read(
        &self,
        path: &Path,
        mut each: impl FnMut(u64, &[&str]) -> Result<(), String>,
    ) -> Result<u64, TableFault> {
        let mut input = open(path)?;
        let (mut bytes, mut line, mut rows) = (Vec::new(), 0_u64, 0_u64);
        loop {
            bytes.clear();
            let got = input
                .read_until(b'\n', &mut bytes)
                .map_err(|source| TableFault::Io { path: path.to_owned(), source })?;
            if got == 0 {
                return Ok(rows);
            }
            line += 1;
            while matches!(bytes.last(), Some(b'\n' | b'\r')) {
                bytes.pop();
            }
            let text = match std::str::from_utf8(&bytes) {
                Ok(text) => std::borrow::Cow::Borrowed(text),
                Err(_) => std::borrow::Cow::Owned(decoded(bytes.clone())),
            };
            let text = if line == 1 { text.trim_start_matches('\u{feff}') } else { &text };
            if (line == 1 && self.header) || text.trim().is_empty() {
                continue;
            }
            rows += 1;
            let fault = |what| TableFault::Line { path: path.to_owned(), line, what };
            if self.quotes && text.contains('"') {
                let owned = unquoted(text, &self.separator)
                    .ok_or_else(|| fault("a quote is not closed".to_owned()))?;
                let fields: Vec<&str> = owned.iter().map(String::as_str).collect();
                each(line, &fields).map_err(fault)?;
            } else if self.separator == " " {
                each(line, &text.split_whitespace().collect::<Vec<_>>()).map_err(fault)?;
            } else {
                each(line, &text.split(self.separator.as_str()).collect::<Vec<_>>()).map_err(fault)?;
            }
        }
    }
}

/// Text of bytes: UTF-8, or Latin-1 where they are not.
fn decoded(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|fault| fault.into_bytes().into_iter().map(char::from).collect())
}

/// The fields of a line with quotes; `None` when one is left open.
fn unquoted(text: &str, separator: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = if let Some(inner) = rest.strip_prefix('"') {
            quoted_field(inner)?
        } else {
            let end = rest.find(separator).unwrap_or(rest.len());
            (rest[..end].to_owned(), &rest[end..])
        };
        fields.push(field);
        match after.strip_prefix(separator) {
            Some(next) => rest = next,
            None => return Some(fields),
        }
    }
}

/// The field after an opening quote, and what follows its closing one.
fn quoted_field(inner: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = inner;
    loop {
        let quote = rest.find('"')?;
        field.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Some((field, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn file(name: &str, bytes: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("soiree-table-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn check(name: &str, bytes: &[u8], table: Table, want: &[&[&str]]) {
        let file = Scratch::file(name, bytes);
        let mut got: Vec<Vec<String>> = Vec::new();
        let rows = table
            .read(&file.0, |_, fields| {
                got.push(fields.iter().map(|f| (*f).to_owned()).collect());
                Ok(())
            })
            .unwrap();
        assert_eq!(rows as usize, want.len());
        assert_eq!(
            got,
            want.iter().map(|r| r.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>()).collect::<Vec<_>>()
        );
    }

    fn table(separator: &str, header: bool, quotes: bool) -> Table {
        Table { separator: separator.to_owned(), header, quotes }
    }

    #[test]
    fn the_layouts_of_public_sets_are_read() {
        check("tab", b"1\t2\n\n3\t4\r\n", table("\t", false, false), &[&["1", "2"], &["3", "4"]]);
        check("colons", b"1::2::5\n", table("::", false, false), &[&["1", "2", "5"]]);
        check("blanks", b"1  2 3 \n", table(" ", false, false), &[&["1", "2", "3"]]);
        check("head", b"\xef\xbb\xbfuser,item\n1,2", table(",", true, false), &[&["1", "2"]]);
        check("latin", b"1|Caf\xe9\n", table("|", false, false), &[&["1", "Caf\u{e9}"]]);
        check("quotes", b"1,\"a, \"\"b\"\"\",\n", table(",", false, true), &[&["1", "a, \"b\"", ""]]);
    }

    #[test]
    fn gzip_is_told_by_its_bytes() {
        let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
        zipped.write_all(b"1\t2\n").unwrap();
        check("zip", &zipped.finish().unwrap(), Table::default(), &[&["1", "2"]]);
    }

    #[test]
    fn faults_carry_file_and_line() {
        let file = Scratch::file("fault", b"1\tx\n2\n");
        let fault = Table::default()
            .read(
                &file.0,
                |_, fields| if fields.len() < 2 { Err("two fields wanted".into()) } else { Ok(()) },
            )
            .unwrap_err();
        assert!(fault.to_string().ends_with("line 2: two fields wanted"), "{fault}");
        let gone = read_text(Path::new("/nowhere/at/all")).unwrap_err();
        assert!(matches!(gone, TableFault::Io { .. }));
        let open = Scratch::file("open", b"\"a\tb\n");
        assert!(table("\t", false, true).read(&open.0, |_, _| Ok(())).is_err());
    }
}
