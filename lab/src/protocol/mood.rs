//! Keys of the kind `mood`.

use super::fields::Fields;
use super::{DataFile, data_file};

/// What the kind `mood` reads: works or emoji with the valence and arousal that people told of them.
#[derive(Debug, Clone, PartialEq)]
pub struct MoodTask {
    /// What models are fitted on.
    pub train: Option<DataFile>,
    /// What parameters are chosen on; it joins the training for the test.
    pub validation: Option<DataFile>,
    /// What is measured.
    pub test: DataFile,
    /// Records with a smaller `count` are left out.
    pub min_count: f64,
}

const WORDS: [&str; 6] = ["title", "creator", "genre", "theme", "text", "count"];
const TOLD: [&str; 4] = ["valence", "arousal", "positive", "negative"];

pub(super) fn read(top: &mut Fields<'_>) -> MoodTask {
    let known: Vec<&str> = WORDS.into_iter().chain(TOLD).collect();
    let mut files = top.table("files");
    let mut file = |name: &'static str| {
        let fields = files.as_mut().and_then(|f| f.table(name));
        fields.map(|f| data_file(f, &["title", "valence", "arousal"], &["title"], &known))
    };
    let (train, validation, test) = (file("train"), file("validation"), file("test"));
    if let Some(files) = files {
        files.done();
    }
    for (key, file) in [("files.train", &train), ("files.validation", &validation), ("files.test", &test)] {
        let has = |name: &str| file.as_ref().is_none_or(|f| f.columns.iter().any(|c| c == name));
        if !has("valence") && !["positive", "negative", "count"].into_iter().all(has) {
            top.fault(key, "needs a column \"valence\", or \"positive\", \"negative\" and \"count\"");
        }
    }
    if test.is_none() {
        top.fault("files.test", "is missing");
    }
    let min_count = top.number("min_count").unwrap_or(0.0);
    MoodTask { train, validation, test: test.unwrap_or_else(DataFile::none), min_count }
}
