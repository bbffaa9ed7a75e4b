//! Reading what clients send, strictly, and telling all faults at once.
//!
//! serde stops at the first fault. Here a body is read as a JSON value, and each field reads its own part
//! ([`Part`]) and adds to one list of faults; unknown fields are faults too. The [`input!`](crate::input!) macro
//! makes a struct, its OpenAPI schema and its reader from one definition. Query strings are read by the same
//! parts, in [`Mode::Text`].

mod body;
mod id;
mod parts;
mod query;

pub use body::{Body, Digested};
pub(crate) use id::parameter;
pub use id::{Id, Other};
pub(crate) use parts::parse;
pub use parts::{Change, RowName, Rows};
pub use query::Query;

use serde_json::{Map, Value};
use soiree_domain::bounds::FieldError;

/// Where a value comes from, which decides how numbers, truths and lists are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// JSON: every value has its type.
    Json,
    /// A query string: every value is a text, and lists are parted by commas.
    Text,
}

/// What is being read: its path, and where faults go.
#[derive(Debug)]
pub struct Place<'a> {
    path: String,
    mode: Mode,
    faults: &'a mut Vec<FieldError>,
}

impl<'a> Place<'a> {
    /// The outermost value.
    pub fn root(mode: Mode, faults: &'a mut Vec<FieldError>) -> Self {
        Self { path: String::new(), mode, faults }
    }

    /// Where the value comes from.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The field of this name.
    pub fn field(&mut self, name: &str) -> Place<'_> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Place { path, mode: self.mode, faults: self.faults }
    }

    /// The element with this number.
    pub fn element(&mut self, index: usize) -> Place<'_> {
        Place { path: format!("{}[{index}]", self.path), mode: self.mode, faults: self.faults }
    }

    /// The same place under another path.
    fn named(&mut self, name: &str) -> Place<'_> {
        Place { path: name.to_owned(), mode: self.mode, faults: self.faults }
    }

    /// Adds a fault and gives nothing.
    pub fn refuse<T>(&mut self, message: impl ToString) -> Option<T> {
        let field = if self.path.is_empty() { "(body)" } else { &self.path };
        self.faults.push(FieldError::new(field, message));
        None
    }
}

/// A value that can be read from a client.
pub trait Part: Sized {
    /// Reads the value; `None` when it is wrong, after adding at least one fault to the place.
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self>;

    /// What an absent field means; `None` when the field is required.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

/// The fields of an object, taken one after the other.
#[derive(Debug)]
pub struct Fields<'p, 'a> {
    map: Map<String, Value>,
    place: &'p mut Place<'a>,
}

impl<'p, 'a> Fields<'p, 'a> {
    /// Opens an object.
    pub fn open(value: Value, place: &'p mut Place<'a>) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Self { map, place }),
            _ => place.refuse("must be an object"),
        }
    }

    /// Takes one field.
    pub fn take<T: Part>(&mut self, name: &str) -> Option<T> {
        let mut place = self.place.field(name);
        match self.map.remove(name) {
            Some(value) => T::read(value, &mut place),
            None => T::absent().or_else(|| place.refuse("is required")),
        }
    }

    /// Refuses every field that nobody took.
    pub fn close(self, known: &[&str]) {
        for name in self.map.keys() {
            let shown: String = name.chars().take(60).collect();
            self.place
                .field(&shown)
                .refuse::<()>(format!("is not known here; known are {}", known.join(", ")));
        }
    }
}

/// Reads a whole value.
///
/// # Errors
/// All faults, in the order of the fields.
pub fn read<T: Part>(value: Value, mode: Mode) -> Result<T, Vec<FieldError>> {
    let mut faults = Vec::new();
    let read = T::read(value, &mut Place::root(mode, &mut faults));
    match read {
        Some(value) if faults.is_empty() => Ok(value),
        _ => Err(faults),
    }
}

/// Makes a struct that clients send: its fields, its OpenAPI schema and its strict reader.
#[macro_export]
macro_rules! input {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* $field:ident : $type:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
        }

        impl $crate::input::Part for $name {
            fn read(value: serde_json::Value, place: &mut $crate::input::Place<'_>) -> Option<Self> {
                let mut fields = $crate::input::Fields::open(value, place)?;
                $( let $field = fields.take::<$type>(stringify!($field)); )*
                fields.close(&[$( stringify!($field) ),*]);
                Some(Self { $( $field: $field?, )* })
            }
        }
    };
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro makes public structs")]
mod tests {
    use super::*;
    use serde_json::json;
    use soiree_domain::{ItemId, UserId};

    input! {
        /// A test subject.
        #[derive(Debug, PartialEq)]
        pub struct Inner {
            /// An id.
            item: ItemId,
            /// Words.
            words: Option<Vec<String>>,
        }
    }

    input! {
        /// A test subject.
        #[derive(Debug, PartialEq)]
        pub struct Outer {
            /// An id.
            user: UserId,
            /// A number.
            limit: Option<u32>,
            /// A truth.
            explain: Option<bool>,
            /// Things.
            inner: Option<Vec<Inner>>,
            /// What may be set, cleared or left.
            name: Change<String>,
        }
    }

    fn faults(value: Value, mode: Mode) -> Vec<(String, String)> {
        read::<Outer>(value, mode).unwrap_err().into_iter().map(|f| (f.field, f.message)).collect()
    }

    #[test]
    fn all_faults_come_together() {
        let body = json!({
            "user": "a b", "limit": -1, "explain": "yes", "surprise": 1,
            "inner": [{"item": "x", "words": ["a"]}, {"words": ["a", 2]}, 3],
        });
        let found = faults(body, Mode::Json);
        let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            fields,
            ["user", "limit", "explain", "inner[1].item", "inner[1].words[1]", "inner[2]", "surprise"]
        );
        assert_eq!(found[3].1, "is required");
        assert!(found[6].1.contains("known are user, limit"), "{found:?}");
    }

    #[test]
    fn a_change_tells_absent_null_and_value_apart() {
        let read = |body| read::<Outer>(body, Mode::Json).unwrap().name;
        assert_eq!(read(json!({"user": "u"})), Change::Keep);
        assert_eq!(read(json!({"user": "u", "name": null})), Change::Clear);
        assert_eq!(read(json!({"user": "u", "name": "n"})), Change::Set("n".to_owned()));
    }

    #[test]
    fn query_strings_are_texts() {
        let value = json!({"user": "u", "limit": "7", "explain": "false"});
        let read = read::<Outer>(value, Mode::Text).unwrap();
        assert_eq!((read.limit, read.explain), (Some(7), Some(false)));
        assert_eq!(faults(json!({"user": "u", "limit": "many"}), Mode::Text)[0].0, "limit");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert_eq!(faults(json!([]), Mode::Json), [("(body)".to_owned(), "must be an object".to_owned())]);
    }
}
