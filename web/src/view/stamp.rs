//! Times: RFC 3339 outside, Unix milliseconds inside.

use crate::input::{Part, Place};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

/// A moment, in Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(pub i64);

impl Stamp {
    /// The moment as RFC 3339 in UTC; what lies outside the years 0 to 9999 is moved to their edge.
    #[must_use]
    pub fn rfc3339(self) -> String {
        const FIRST_MS: i64 = -62_167_219_200_000;
        const LAST_MS: i64 = 253_402_300_799_999;
        let nanos = i128::from(self.0.clamp(FIRST_MS, LAST_MS)) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok())
            .unwrap_or_default()
    }

    /// Reads RFC 3339 with any offset; parts of a millisecond are cut off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Self)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl Part for Stamp {
    fn read(value: Value, place: &mut Place<'_>) -> Option<Self> {
        match value.as_str().and_then(Self::parse) {
            Some(stamp) => Some(stamp),
            None => place.refuse("must be a time in RFC 3339, such as 2026-01-31T20:15:00Z"),
        }
    }
}

impl PartialSchema for Stamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A moment, RFC 3339."))
            .examples(["2026-01-31T20:15:00.123Z"])
            .into()
    }
}

impl ToSchema for Stamp {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Timestamp")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_round_trip() {
        assert_eq!(Stamp(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Stamp(1_769_890_500_123).rfc3339(), "2026-01-31T20:15:00.123Z");
        assert_eq!(Stamp::parse("2026-01-31T21:15:00.1239+01:00"), Some(Stamp(1_769_890_500_123)));
        assert_eq!(Stamp::parse("2026-01-31"), None);
        assert_eq!(Stamp(i64::MAX).rfc3339(), "9999-12-31T23:59:59.999Z");
    }
}
