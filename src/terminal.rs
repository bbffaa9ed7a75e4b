//! What commands print: lines, tables, JSON, and progress bars that keep silent when nobody watches.

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use soiree_algorithms::model::Progress;
use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

/// Prints a line; a closed pipe ends the program quietly.
pub(crate) fn line(text: impl AsRef<str>) {
    if writeln!(io::stdout().lock(), "{}", text.as_ref()).is_err() {
        std::process::exit(0);
    }
}

/// Prints a value as one JSON document.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<(), serde_json::Error> {
    line(serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints rows in columns as wide as they need to be.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..header.len()).map(width).collect();
    let print = |cells: Vec<&str>| {
        let padded: Vec<_> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, w)| format!("{cell}{}", " ".repeat(w - cell.chars().count())))
            .collect();
        line(padded.join("  ").trim_end());
    };
    print(header.to_vec());
    for row in rows {
        print(row.iter().map(String::as_str).collect());
    }
}

/// A bar that appears after two seconds of work, and only on a terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar of `total` steps; `unit` is `bytes` or a plural noun.
    pub(crate) fn new(what: &str, total: u64, unit: &str) -> Self {
        let bar = if io::stderr().is_terminal() { ProgressBar::new(total) } else { ProgressBar::hidden() };
        let count = if unit == "bytes" { "{bytes}/{total_bytes}" } else { "{pos}/{len}" };
        let template = format!("{{msg}} [{{bar:32}}] {{percent}} % {count} {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what.to_owned());
        Self(bar)
    }

    /// Tells how far the work has come.
    pub(crate) fn set(&self, done: u64) {
        // A bar that flashes by for a moment is a nuisance.
        if self.0.elapsed() > Duration::from_secs(2) {
            self.0.set_position(done);
        }
    }

    /// Says what is being done now.
    pub(crate) fn name(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl soiree_engine::Watch for Bar {
    fn stage(&self, name: &'static str) {
        self.name(name);
    }
}

impl Progress for Bar {
    fn report(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.set(done);
    }
}
