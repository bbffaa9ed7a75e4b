//! Keys of the kind `sentiment`.

use super::fields::Fields;
use super::{DataFile, data_file};

/// What the kind `sentiment` reads and how it labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentiment {
    /// Columns `id`, `text`, and `rating` or `label`; for chat also `situation`, `room`, `author`.
    pub texts: DataFile,
    /// Columns `id`, `compound`: the figures of a scorer to equal.
    pub reference: Option<DataFile>,
    /// The largest human rating; ratings are divided by it to lie between −1 and 1.
    pub rating_scale: f64,
    /// A scorer's figure at or above it is positive, at or below its negative is negative.
    pub threshold: f64,
    /// A human rating further from 0 than this is positive or negative.
    pub neutral_width: f64,
}

pub(super) fn read(top: &mut Fields<'_>) -> Sentiment {
    const KNOWN: [&str; 7] = ["id", "rating", "label", "text", "situation", "room", "author"];
    let mut files = top.table("files");
    let texts = files
        .as_mut()
        .and_then(|f| f.table("texts"))
        .map(|f| data_file(f, &["id", "rating", "text"], &["id", "text"], &KNOWN));
    let has = |name: &str| texts.as_ref().is_some_and(|t| t.columns.iter().any(|c| c == name));
    if texts.is_some() && has("rating") == has("label") {
        top.fault("files.texts.columns", "needs either \"rating\" or \"label\"");
    }
    let reference = files
        .as_mut()
        .and_then(|f| f.table("reference"))
        .map(|f| data_file(f, &["id", "compound"], &["id", "compound"], &["id", "compound"]));
    if let Some(files) = files {
        files.done();
    }
    if texts.is_none() {
        top.fault("files.texts", "is missing");
    }
    let mut scale = top.number("rating_scale").unwrap_or(1.0);
    if scale <= 0.0 {
        top.fault("rating_scale", "must be above 0");
        scale = 1.0;
    }
    Sentiment {
        texts: texts.unwrap_or_else(DataFile::none),
        reference,
        rating_scale: scale,
        threshold: top.number("threshold").unwrap_or(0.05),
        neutral_width: top.number("neutral_width").unwrap_or(0.0),
    }
}
