//! A reader of TOML tables that refuses unknown keys and gathers every fault instead of stopping at the first.

use std::cell::RefCell;

use toml::{Table, Value};

use crate::error::Fault;

/// Where faults are gathered while a protocol is read.
#[derive(Debug, Default)]
pub(super) struct Faults(RefCell<Vec<Fault>>);

impl Faults {
    pub(super) fn add(&self, key: &str, what: impl Into<String>) {
        self.0.borrow_mut().push(Fault { key: key.to_owned(), what: what.into() });
    }

    pub(super) fn into_list(self) -> Vec<Fault> {
        self.0.into_inner()
    }
}

/// One table on its way of being read; what is left at the end is unknown.
pub(super) struct Fields<'f> {
    path: String,
    left: Table,
    asked: Vec<&'static str>,
    faults: &'f Faults,
}

impl<'f> Fields<'f> {
    pub(super) fn new(path: &str, left: Table, faults: &'f Faults) -> Self {
        Self { path: path.to_owned(), left, asked: Vec::new(), faults }
    }

    pub(super) fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn fault(&self, key: &str, what: impl Into<String>) {
        self.faults.add(&self.key(key), what);
    }

    /// Takes a key and converts it; a wrong type is a fault, absence is none.
    fn take<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        convert: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        self.asked.push(key);
        let value = self.left.remove(key)?;
        let found = convert(&value);
        if found.is_none() {
            self.fault(key, format!("must be {wanted}"));
        }
        found
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.take(key, "a text", |v| v.as_str().map(str::to_owned))
    }

    pub(super) fn need_text(&mut self, key: &'static str) -> String {
        let missing = !self.has(key);
        let found = self.text(key);
        if missing {
            self.fault(key, "is missing");
        }
        found.unwrap_or_default()
    }

    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        self.take(key, "true or false", Value::as_bool).unwrap_or(false)
    }

    pub(super) fn number(&mut self, key: &'static str) -> Option<f64> {
        self.take(key, "a number", number_of)
    }

    pub(super) fn whole(&mut self, key: &'static str, least: usize) -> Option<usize> {
        self.take(key, &format!("a whole number of at least {least}"), |v| {
            v.as_integer().and_then(|i| usize::try_from(i).ok()).filter(|i| *i >= least)
        })
    }

    pub(super) fn seed(&mut self, key: &'static str) -> Option<u64> {
        self.take(key, "a whole number of at least 0", |v| v.as_integer().and_then(|i| u64::try_from(i).ok()))
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        self.take(key, "a list of texts", |v| {
            v.as_array()?.iter().map(|e| e.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        })
    }

    pub(super) fn numbers(&mut self, key: &'static str) -> Option<Vec<f64>> {
        self.take(key, "a list of numbers", |v| {
            v.as_array()?.iter().map(number_of).collect::<Option<Vec<_>>>()
        })
    }

    pub(super) fn seeds(&mut self, key: &'static str) -> Option<Vec<u64>> {
        self.take(key, "a list of whole numbers of at least 0", |v| {
            v.as_array()?.iter().map(|e| u64::try_from(e.as_integer()?).ok()).collect::<Option<Vec<_>>>()
        })
    }

    /// One of a closed list of words; `first` when absent.
    pub(super) fn one_of<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> T {
        self.maybe_one_of(key, words).unwrap_or(words[0].1)
    }

    pub(super) fn maybe_one_of<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let listed = words.iter().map(|w| format!("\"{}\"", w.0)).collect::<Vec<_>>().join(", ");
        self.take(key, &format!("one of {listed}"), |v| {
            let text = v.as_str()?;
            words.iter().find(|w| w.0 == text).map(|w| w.1)
        })
    }

    pub(super) fn table(&mut self, key: &'static str) -> Option<Fields<'f>> {
        let path = self.key(key);
        let faults = self.faults;
        self.take(key, "a table", |v| v.as_table().cloned()).map(|t| Fields::new(&path, t, faults))
    }

    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Fields<'f>> {
        let path = self.key(key);
        let faults = self.faults;
        self.take(key, "a list of tables", |v| {
            v.as_array()?.iter().map(|e| e.as_table().cloned()).collect::<Option<Vec<_>>>()
        })
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(|(i, t)| Fields::new(&format!("{path}[{i}]"), t, faults))
        .collect()
    }

    /// Every entry of a table whose keys are free, such as parameters.
    pub(super) fn free(&mut self, key: &'static str) -> Table {
        self.take(key, "a table", |v| v.as_table().cloned()).unwrap_or_default()
    }

    /// Ends the reading: what nobody asked for is unknown.
    pub(super) fn done(self) {
        for key in self.left.keys() {
            self.fault(key, format!("is unknown here; known are {}", self.asked.join(", ")));
        }
    }
}

/// Whole numbers are numbers too.
pub(super) fn number_of(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|i| i as f64)).filter(|n| n.is_finite())
}
