//! Takes the fields of a frame one by one and gathers everything that is wrong with them.

use serde_json::{Map, Value};
use soiree_domain::bounds::{self, FieldError};
use std::{fmt::Display, str::FromStr};

/// A time in an item or party is at most this long: a hundred years in milliseconds.
const MAX_MS: i64 = 3_155_760_000_000;

/// An object's fields on their way to becoming a command.
pub(super) struct Fields {
    map: Map<String, Value>,
    /// What the names are put behind, such as `since.`.
    prefix: &'static str,
    known: Vec<&'static str>,
    faults: Vec<FieldError>,
}

impl Fields {
    pub(super) fn new(map: Map<String, Value>, prefix: &'static str) -> Self {
        Self { map, prefix, known: Vec::new(), faults: Vec::new() }
    }

    pub(super) fn fault(&mut self, name: &str, message: impl Display) {
        self.faults.push(FieldError::new(format!("{}{name}", self.prefix), message));
    }

    /// A field's value; `null` counts as absent.
    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.map.remove(name).filter(|value| !value.is_null())
    }

    fn required<T>(&mut self, name: &'static str, value: Option<T>, stood: bool) -> Option<T> {
        if value.is_none() && !stood {
            self.fault(name, "is missing");
        }
        value
    }

    fn text(&mut self, name: &'static str) -> (Option<String>, bool) {
        match self.take(name) {
            None => (None, false),
            Some(Value::String(text)) => (Some(text), true),
            Some(other) => {
                self.fault(name, format!("must be a text, not {}", kind(&other)));
                (None, true)
            }
        }
    }

    /// A text of at most `most` characters that says something, if it is there.
    pub(super) fn words(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.text(name).0?;
        match bounds::check_text(&text, most) {
            Ok(()) => Some(text),
            Err(error) => {
                self.fault(name, error);
                None
            }
        }
    }

    pub(super) fn required_words(&mut self, name: &'static str, most: usize) -> Option<String> {
        let stood = self.stands(name);
        let words = self.words(name, most);
        self.required(name, words, stood)
    }

    /// A secret: its length in bytes is all that is looked at.
    pub(super) fn secret(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.text(name).0?;
        if text.is_empty() || text.len() > most {
            self.fault(name, format!("must have 1 to {most} bytes"));
            return None;
        }
        Some(text)
    }

    /// A value that is read from its name: an id, a kind, a choice.
    pub(super) fn named<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Option<T> {
        let text = self.text(name).0?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(name, error);
                None
            }
        }
    }

    pub(super) fn required_named<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Option<T> {
        let stood = self.stands(name);
        let value = self.named(name);
        self.required(name, value, stood)
    }

    /// A whole number from `least` to `most`.
    pub(super) fn whole(&mut self, name: &'static str, least: i64, most: i64) -> Option<i64> {
        let value = self.take(name)?;
        match value.as_i64() {
            Some(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                self.fault(name, format!("must be a whole number from {least} to {most}"));
                None
            }
        }
    }

    pub(super) fn required_whole(&mut self, name: &'static str, least: i64, most: i64) -> Option<i64> {
        let stood = self.stands(name);
        let value = self.whole(name, least, most);
        self.required(name, value, stood)
    }

    /// A position in an item, in milliseconds.
    pub(super) fn position_ms(&mut self, name: &'static str) -> Option<i64> {
        self.whole(name, 0, MAX_MS)
    }

    pub(super) fn required_position_ms(&mut self, name: &'static str) -> Option<i64> {
        self.required_whole(name, 0, MAX_MS)
    }

    /// A number from `least` to `most`.
    pub(super) fn number(&mut self, name: &'static str, least: f64, most: f64) -> Option<f64> {
        let value = self.take(name)?;
        match value.as_f64() {
            Some(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                self.fault(name, format!("must be a number from {least} to {most}"));
                None
            }
        }
    }

    pub(super) fn required_number(&mut self, name: &'static str, least: f64, most: f64) -> Option<f64> {
        let stood = self.stands(name);
        let value = self.number(name, least, most);
        self.required(name, value, stood)
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.take(name)?;
        if value.as_bool().is_none() {
            self.fault(name, format!("must be true or false, not {}", kind(&value)));
        }
        value.as_bool()
    }

    /// A positive whole number that was sent as a text, as the ids of lines are.
    pub(super) fn number_text(&mut self, name: &'static str) -> Option<i64> {
        let text = self.text(name).0?;
        let number = text.parse().ok().filter(|number| *number > 0);
        if number.is_none() {
            self.fault(name, "must be the id of a line");
        }
        number
    }

    /// A list of at most `most` names.
    pub(super) fn names<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Option<Vec<T>> {
        let value = self.take(name)?;
        let Value::Array(entries) = value else {
            self.fault(name, format!("must be a list, not {}", kind(&value)));
            return None;
        };
        if entries.is_empty() || entries.len() > most {
            self.fault(name, format!("must have 1 to {most} entries, or be left out"));
            return None;
        }
        let mut list = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            match entry.as_str().map(str::parse) {
                Some(Ok(value)) => list.push(value),
                Some(Err(error)) => self.fault(&format!("{name}[{at}]"), error),
                None => self.fault(&format!("{name}[{at}]"), format!("must be a text, not {}", kind(entry))),
            }
        }
        Some(list)
    }

    /// An object inside the object, read by `read`.
    pub(super) fn object<T>(
        &mut self,
        name: &'static str,
        prefix: &'static str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        let Value::Object(map) = value else {
            self.fault(name, format!("must be an object, not {}", kind(&value)));
            return None;
        };
        let mut inner = Self::new(map, prefix);
        let result = read(&mut inner);
        match inner.finish() {
            Ok(()) => result,
            Err(mut faults) => {
                self.faults.append(&mut faults);
                None
            }
        }
    }

    /// Everything that is wrong, unknown fields included.
    pub(super) fn finish(mut self) -> Result<(), Vec<FieldError>> {
        let strangers: Vec<String> = self.map.keys().take(8).cloned().collect();
        for stranger in strangers {
            let shown: String = stranger.chars().take(40).collect();
            let known = self.known.join(", ");
            let hint = if known.is_empty() { "none is".to_owned() } else { known };
            self.fault(&shown, format!("is not known here; known: {hint}"));
        }
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    fn stands(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|value| !value.is_null())
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
