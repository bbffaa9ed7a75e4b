//! Small data sets in temporary folders, for tests.

use crate::{BadLine, Format, Import, Record};
use flate2::{Compression, write::GzEncoder};
use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// A folder that goes when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Writes files; those whose names end in `.gz` are packed.
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            Self(std::env::temp_dir().join(format!("soiree-datasets-{}-{number}", std::process::id())));
        std::fs::create_dir_all(&folder.0).unwrap();
        for (name, bytes) in files {
            let bytes = if name.ends_with(".gz") { gzip(bytes) } else { bytes.to_vec() };
            folder.write(name, &bytes);
        }
        folder
    }

    /// Writes a file's bytes as they are.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.join(name), bytes).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left in the system's temporary place does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Everything that a folder holds: records, and bad lines as `file:line: message`.
pub(crate) fn read(format: Format, path: &Path) -> (Vec<Record>, Vec<String>) {
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    let mut import = Import::open(format, path).unwrap();
    let mut before = 0;
    while let Some(record) = import.next() {
        assert!(import.bytes_read() >= before, "progress never falls");
        before = import.bytes_read();
        match record {
            Ok(record) => records.push(record),
            Err(BadLine { file, line, message }) => {
                bad.push(format!("{}:{line}: {message}", file.file_name().unwrap().display()));
            }
        }
    }
    assert_eq!(import.bytes_read(), import.total_bytes(), "all bytes are accounted for");
    check_order(&records);
    (records, bad)
}

/// Items come before people, and people before the rest.
fn check_order(records: &[Record]) {
    let rank = |record: &Record| match record {
        Record::Item(_) => 0,
        Record::User(_) => 1,
        _ => 2,
    };
    assert!(records.is_sorted_by_key(rank), "records are out of order");
}

/// Records in short: `item ID TITLE YEAR GENRES THEMES`, `user ID AGE`, `ID KIND VALUE ID AT`, `ID + ID`.
pub(crate) fn brief(records: &[Record]) -> Vec<String> {
    records
        .iter()
        .map(|record| match record {
            Record::Item(i) => {
                let year = i.year.map_or("-".into(), |y| y.to_string());
                format!(
                    "item {} | {} | {year} | {} | {}",
                    i.id,
                    i.title,
                    i.genres.join(" "),
                    i.themes.join(" ")
                )
            }
            Record::User(u) => format!("user {} {}", u.id, u.age_group.as_deref().unwrap_or("-")),
            Record::Interaction(i) => {
                format!("{} {} {} {} {}", i.user, i.kind, i.value.unwrap_or(-1.0), i.item, i.at_ms)
            }
            Record::Friend(f) => format!("{} + {}", f.a, f.b),
            Record::Relation(r) => format!("{} {} {}", r.from, r.kind, r.to),
        })
        .collect()
}
