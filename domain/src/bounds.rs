//! Limits on texts that come from outside, and the one way to check them.

/// A text that does not fit its bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// Longer than allowed.
    #[error("has {found} characters, at most {most} are allowed")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        most: usize,
    },
    /// A control character other than tab and line feed.
    #[error("has a control character (U+{0:04X})")]
    Control(u32),
}

/// Longest name of a person or party, in characters.
pub const MAX_NAME_CHARS: usize = 80;
/// Longest title of a work, in characters.
pub const MAX_TITLE_CHARS: usize = 300;
/// Longest description of a work, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 8_000;
/// Longest chat line, in characters.
pub const MAX_CHAT_CHARS: usize = 2_000;
/// Longest review, in characters.
pub const MAX_REVIEW_CHARS: usize = 10_000;
/// Longest list of genres, themes, creators or moods.
pub const MAX_LIST: usize = 64;
/// Longest entry of such a list, in characters.
pub const MAX_WORD_CHARS: usize = 120;

/// Checks a text that must say something.
///
/// # Errors
/// [`TextError`] when it is blank, longer than `most` characters, or has control characters.
pub fn check_text(text: &str, most: usize) -> Result<(), TextError> {
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    check_optional_text(text, most)
}

/// Checks a text that may be empty.
///
/// # Errors
/// [`TextError`] when it is longer than `most` characters or has control characters.
pub fn check_optional_text(text: &str, most: usize) -> Result<(), TextError> {
    let found = text.chars().count();
    if found > most {
        return Err(TextError::TooLong { found, most });
    }
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
        Some(c) => Err(TextError::Control(u32::from(c))),
        None => Ok(()),
    }
}

/// One fault of one field, in the words of the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's path, such as `items[3].title`.
    pub field: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl FieldError {
    /// Makes a field error.
    pub fn new(field: impl Into<String>, message: impl ToString) -> Self {
        Self { field: field.into(), message: message.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(check_text("ééé", 3), Ok(()));
        assert_eq!(check_text("éééé", 3), Err(TextError::TooLong { found: 4, most: 3 }));
        assert_eq!(check_text(" \n", 3), Err(TextError::Empty));
        assert_eq!(check_text("a\u{7}", 3), Err(TextError::Control(7)));
    }
}
