//! Identifiers: short strings, `source:external-id` for imports and UUIDv7 otherwise.

use serde::{Deserialize, Serialize};
use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

/// Longest identifier, in bytes.
pub const MAX_ID_BYTES: usize = 128;

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than [`MAX_ID_BYTES`].
    #[error("an id has at most {MAX_ID_BYTES} bytes, this one has {0}")]
    TooLong(usize),
    /// The text has a character outside the allowed set.
    #[error("an id has letters, digits and -_.:~@+ only, found {0:?}")]
    Character(char),
    /// The text has a meaning of its own in a URL.
    #[error("{0:?} is reserved and cannot be an id")]
    Reserved(String),
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > MAX_ID_BYTES {
        return Err(IdError::TooLong(text.len()));
    }
    let allowed = |c: char| c.is_alphanumeric() || "-_.:~@+".contains(c);
    if let Some(c) = text.chars().find(|&c| !allowed(c)) {
        return Err(IdError::Character(c));
    }
    // `/recommendations/group` is a route, and a path of dots would be normalised away.
    if matches!(text, "group" | "." | "..") {
        return Err(IdError::Reserved(text.to_owned()));
    }
    Ok(())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps a text.
            ///
            /// # Errors
            /// [`IdError`] when the text is empty, too long, reserved or has a character that is not allowed.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                check(text).map(|()| Self(Arc::from(text)))
            }

            /// Makes a fresh id that sorts by time of making (UUIDv7).
            #[must_use]
            pub fn fresh() -> Self {
                Self(Arc::from(uuid::Uuid::now_v7().to_string()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

id! {
    /// A person, a guest or a synthetic person.
    UserId
}
id! {
    /// A work or product of the catalogue.
    ItemId
}
id! {
    /// A watch, reading or listening party.
    PartyId
}
id! {
    /// One live connection.
    SessionId
}
id! {
    /// One answer that was shown; feedback names it.
    RecommendationId
}
id! {
    /// One fitted, immutable set of models.
    ModelVersion
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_imported_and_fresh_ids() {
        for text in ["movielens:1", "a", "demo:film-the-great-gatsby-2013", "élan"] {
            assert_eq!(ItemId::new(text).map(|id| id.to_string()), Ok(text.to_owned()));
        }
        assert_ne!(UserId::fresh(), UserId::fresh());
    }

    #[test]
    fn refuses_what_breaks_urls_or_limits() {
        assert_eq!(ItemId::new(""), Err(IdError::Empty));
        assert_eq!(ItemId::new("a/b"), Err(IdError::Character('/')));
        assert_eq!(ItemId::new("a b"), Err(IdError::Character(' ')));
        assert_eq!(UserId::new("group"), Err(IdError::Reserved("group".into())));
        assert_eq!(ItemId::new("x".repeat(129)), Err(IdError::TooLong(129)));
        assert!(serde_json::from_str::<UserId>("\"a\\u0000\"").is_err());
    }
}
