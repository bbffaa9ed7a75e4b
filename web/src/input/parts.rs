//! The values that fields are made of.

use super::{Mode, Part, Place};
use serde_json::Value;
use soiree_domain::{ItemId, ModelVersion, PartyId, RecommendationId, UserId};
use std::{collections::BTreeMap, fmt, str::FromStr};

impl Part for String {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            _ => place.refuse("must be a text"),
        }
    }
}

impl Part for bool {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        match (value, place.mode()) {
            (Value::Bool(truth), _) => Some(truth),
            (Value::String(text), Mode::Text) if text == "true" => Some(true),
            (Value::String(text), Mode::Text) if text == "false" => Some(false),
            _ => place.refuse("must be true or false"),
        }
    }
}

impl Part for f32 {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        let number = match (&value, place.mode()) {
            (Value::Number(number), _) => number.as_f64(),
            (Value::String(text), Mode::Text) => text.parse().ok(),
            _ => None,
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what does not fit becomes infinite and is refused"
        )]
        match number.map(|n| n as Self).filter(|n| n.is_finite()) {
            Some(number) => Some(number),
            None => place.refuse("must be a finite number"),
        }
    }
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Part for $type {
            fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
                let number = match (&value, place.mode()) {
                    (Value::Number(number), _) => number.as_i64().and_then(|n| Self::try_from(n).ok()),
                    (Value::String(text), Mode::Text) => text.parse().ok(),
                    _ => None,
                };
                match number {
                    Some(number) => Some(number),
                    None => place.refuse(format!("must be a whole number from {} to {}", Self::MIN, Self::MAX)),
                }
            }
        }
    )*};
}
whole!(u8, u32, i32, i64);

/// Reads a text that has a form of its own.
pub(crate) fn parse<T: FromStr<Err: fmt::Display>>(value: Value, place: &mut Place<'_>) -> Option<T> {
    match String::read(value, place)?.parse() {
        Ok(parsed) => Some(parsed),
        Err(error) => place.refuse(error),
    }
}

macro_rules! ids {
    ($($type:ty),*) => {$(
        impl Part for $type {
            fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
                parse(value, place)
            }
        }
    )*};
}
ids!(UserId, ItemId, PartyId, RecommendationId, ModelVersion);

/// `null` and absence mean the same.
impl<T: Part> Part for Option<T> {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value, place).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// Every element is read, so that the faults of all are told.
impl<T: Part> Part for Vec<T> {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        let elements = match (value, place.mode()) {
            (Value::Array(elements), _) => elements,
            (Value::String(text), Mode::Text) => {
                text.split(',').map(|part| Value::String(part.trim().to_owned())).collect()
            }
            _ => return place.refuse("must be a list"),
        };
        let read: Vec<Option<T>> = elements
            .into_iter()
            .enumerate()
            .map(|(i, value)| T::read(value, &mut place.element(i)))
            .collect();
        read.into_iter().collect()
    }
}

impl<T: Part> Part for BTreeMap<String, T> {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        let Value::Object(map) = value else { return place.refuse("must be an object") };
        let read: Vec<Option<(String, T)>> = map
            .into_iter()
            .map(|(key, value)| T::read(value, &mut place.field(&key)).map(|value| (key, value)))
            .collect();
        read.into_iter().collect()
    }
}

/// What a `PATCH` says about one field that may be absent in the thing itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// The field is not in the body: it stays as it is.
    #[default]
    Keep,
    /// `null`: it is taken away.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Change<T> {
    /// Changes `target`.
    pub fn apply(self, target: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *target = None,
            Self::Set(value) => *target = Some(value),
        }
    }
}

impl<T: Part> Part for Change<T> {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        if value.is_null() { Some(Self::Clear) } else { T::read(value, place).map(Self::Set) }
    }

    fn absent() -> Option<Self> {
        Some(Self::Keep)
    }
}

/// The most rows of one request.
const MAX_ROWS: usize = 1_000;

/// Name that rows carry in faults.
pub trait RowName {
    /// Plural, such as `items`.
    const ROWS: &'static str;
}

/// One object, or a list of 1 to 1,000. Faults of a list are told as `items[3].title`, those of a single
/// object as `title`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<T> {
    /// What was sent.
    pub rows: Vec<T>,
}

impl<T: Part + RowName> Part for Rows<T> {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        let mut place = if value.is_array() { place.named(T::ROWS) } else { place.named("") };
        match &value {
            Value::Array(rows) if rows.is_empty() => place.refuse("must not be empty"),
            Value::Array(rows) if rows.len() > MAX_ROWS => {
                place.refuse(format!("has {} rows, at most {MAX_ROWS} are taken at a time", rows.len()))
            }
            Value::Array(_) => Vec::read(value, &mut place).map(|rows| Self { rows }),
            _ => T::read(value, &mut place).map(|row| Self { rows: vec![row] }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::read;
    use serde_json::json;

    #[derive(Debug, PartialEq)]
    struct Row(u8);
    impl Part for Row {
        fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
            u8::read(value, &mut place.field("n")).map(Self)
        }
    }
    impl RowName for Row {
        const ROWS: &'static str = "rows";
    }

    #[test]
    fn one_or_many() {
        let ok = |value| read::<Rows<Row>>(value, Mode::Json).map(|r| r.rows);
        assert_eq!(ok(json!(1)), Ok(vec![Row(1)]));
        assert_eq!(ok(json!([1, 2])), Ok(vec![Row(1), Row(2)]));
        let field = |value| ok(value).unwrap_err()[0].field.clone();
        assert_eq!(field(json!([])), "rows");
        assert_eq!(field(json!([1, 300])), "rows[1].n");
        assert_eq!(field(json!(300)), "n");
        assert_eq!(field(json!(vec![1; 1_001])), "rows");
    }

    #[test]
    fn numbers_stay_in_their_range() {
        assert!(read::<f32>(json!(1e300), Mode::Json).is_err());
        assert!(read::<u32>(json!(1.5), Mode::Json).is_err());
        assert!(read::<i32>(json!("5"), Mode::Json).is_err());
        assert_eq!(read::<i32>(json!("-5"), Mode::Text), Ok(-5));
        assert_eq!(read::<Vec<u8>>(json!("1, 2"), Mode::Text), Ok(vec![1, 2]));
    }
}
