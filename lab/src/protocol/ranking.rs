//! Keys of the kind `ranking`.

use soiree_algorithms::metrics::accuracy::{IdealLength, RecallDivisor};

use super::fields::Fields;
use super::validation::{self, ValidationRule};
use super::{DataFile, Layout, data_file};

/// What the kind `ranking` reads, how it splits and what it measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The files.
    pub files: Files,
    /// Whether values count (`raw`) or every event weighs 1 (`binary`).
    pub raw_values: bool,
    /// How training, validation and test parts come about.
    pub split: SplitRule,
    /// What parameters and blend weights are chosen on.
    pub validation: ValidationRule,
    /// What is ranked for a test case.
    pub candidates: CandidateRule,
    /// Which parts are left out of the candidates `all` and `sampled`.
    pub mask: Mask,
    /// List lengths, rising.
    pub cutoffs: Vec<usize>,
    /// What recall is divided by.
    pub recall_divisor: RecallDivisor,
    /// How long NDCG's ideal list is.
    pub ndcg_ideal: IdealLength,
    /// Whether the figures with won ties stand beside.
    pub optimistic: bool,
}

/// The files of a ranking.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Files {
    /// All events, for every split but `given`.
    pub interactions: Option<DataFile>,
    /// Training events of the split `given`.
    pub train: Option<DataFile>,
    /// Validation events of the split `given`.
    pub validation: Option<DataFile>,
    /// Test events of the split `given`.
    pub test: Option<DataFile>,
    /// Published negatives.
    pub negatives: Option<DataFile>,
    /// Texts of the items, for models that read them.
    pub items: Option<DataFile>,
    /// Pairs of an item's name and its name in the file of texts, where they differ.
    pub links: Option<DataFile>,
    /// Who is a friend of whom, or trusts whom.
    pub friends: Option<DataFile>,
}

/// How events are split.
#[derive(Debug, Clone, PartialEq)]
pub enum SplitRule {
    /// By the files `train`, `test` and perhaps `validation`.
    Given,
    /// The last event of each person is the test.
    LeaveLastOut(EventOrder),
    /// The last is the test, the one before is the validation.
    LeaveLastTwoOut(EventOrder),
    /// Each person's events are shuffled and shared out.
    Random {
        /// Shares of training, validation and test; they sum to 1.
        shares: [f64; 3],
        /// How validation and test counts are rounded; the rest is training.
        rounding: Rounding,
    },
    /// By two quantiles of all times: before, between, after.
    Temporal {
        /// Shares of all events before the validation and before the test.
        quantiles: [f64; 2],
    },
    /// Some people are held out whole; a share of their events is shown at the test, the rest is asked.
    Strong {
        /// Shares of training, validation and test people; they sum to 1.
        shares: [f64; 3],
        /// Share of a held-out person's events that is shown.
        fold_in: f64,
    },
}

/// What "last" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrder {
    /// By the column `time`; equal times keep the order of the file.
    Time,
    /// By the line of the file.
    File,
}

/// How a share of a person's events becomes a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards 0.
    Down,
    /// To the nearest, halves up.
    Nearest,
    /// Away from 0.
    Up,
}

/// What is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateRule {
    /// Every item that is not masked.
    All,
    /// The test items and the negatives of a file.
    Published,
    /// The test items and this many random others.
    Sampled(usize),
}

/// Which known events are left out of the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mask {
    /// The person's training events (or what is shown of a held-out person).
    pub train: bool,
    /// The person's validation events, at the test.
    pub validation: bool,
}

pub(super) fn read(top: &mut Fields<'_>) -> Ranking {
    let files = files(top);
    let split = split(top, &files);
    let chosen_on = validation::read(top, &split, &files);
    let (candidates, mask) = candidates(top, &files);
    let validation = ValidationRule {
        negatives: chosen_on.1.unwrap_or(validation::default_negatives(candidates)),
        ..chosen_on.0
    };
    let (cutoffs, raw_values) = (cutoffs(top), top.one_of("values", &[("binary", false), ("raw", true)]));
    Ranking {
        files,
        raw_values,
        split,
        validation,
        candidates,
        mask,
        cutoffs,
        recall_divisor: recall_divisor(top),
        ndcg_ideal: ndcg_ideal(top),
        optimistic: top.flag("optimistic"),
    }
}

/// Keys of the kind `social`: those of a ranking, and friendships.
pub(super) fn read_social(top: &mut Fields<'_>) -> Ranking {
    let ranking = read(top);
    if ranking.files.friends.is_none() {
        top.fault("files.friends", "is missing");
    }
    ranking
}

fn files(top: &mut Fields<'_>) -> Files {
    const KNOWN: [&str; 4] = ["user", "item", "value", "time"];
    const LINK: [&str; 2] = ["item", "key"];
    let Some(mut files) = top.table("files") else {
        top.fault("files", "is missing");
        return Files::default();
    };
    let mut events = |key| files.table(key).map(|f| data_file(f, &KNOWN[..2], &KNOWN[..2], &KNOWN));
    let mut out = Files {
        interactions: events("interactions"),
        train: events("train"),
        validation: events("validation"),
        test: events("test"),
        negatives: events("negatives"),
        items: None,
        links: None,
        friends: None,
    };
    out.items = files.table("items").map(items_file);
    out.links = files.table("links").map(|f| data_file(f, &LINK, &LINK, &LINK));
    out.friends = friends_file(&mut files);
    for (key, file) in [("interactions", &out.interactions), ("train", &out.train), ("test", &out.test)] {
        if file.as_ref().is_some_and(|f| f.layout == Layout::Negatives) {
            files.fault(key, "cannot have the layout \"negatives\"");
        }
    }
    files.done();
    out
}

/// A file of what is written about items.
pub(super) fn items_file(fields: Fields<'_>) -> DataFile {
    const ITEM: [&str; 8] = ["item", "title", "creator", "genre", "theme", "mood", "text", "year"];
    data_file(fields, &["item", "text"], &ITEM[..1], &ITEM)
}

/// The file of friendships.
pub(super) fn friends_file(files: &mut Fields<'_>) -> Option<DataFile> {
    const PAIR: [&str; 2] = ["from", "to"];
    files.table("friends").map(|f| data_file(f, &PAIR, &PAIR, &PAIR))
}

#[derive(Clone, Copy, PartialEq)]
enum Method {
    Given,
    LastOut,
    LastTwoOut,
    Random,
    Temporal,
    Strong,
}

fn split(top: &mut Fields<'_>, files: &Files) -> SplitRule {
    let Some(mut fields) = top.table("split") else {
        top.fault("split", "is missing");
        return SplitRule::Given;
    };
    let methods = [
        ("given", Method::Given),
        ("leave-last-out", Method::LastOut),
        ("leave-last-two-out", Method::LastTwoOut),
        ("random", Method::Random),
        ("temporal", Method::Temporal),
        ("strong", Method::Strong),
    ];
    if !fields.has("method") {
        fields.fault("method", "is missing");
    }
    let method = fields.one_of("method", &methods);
    let rule = match method {
        Method::Given => SplitRule::Given,
        Method::LastOut => SplitRule::LeaveLastOut(order(&mut fields)),
        Method::LastTwoOut => SplitRule::LeaveLastTwoOut(order(&mut fields)),
        Method::Random => SplitRule::Random {
            shares: shares(&mut fields),
            rounding: fields.one_of(
                "rounding",
                &[("down", Rounding::Down), ("nearest", Rounding::Nearest), ("up", Rounding::Up)],
            ),
        },
        Method::Temporal => SplitRule::Temporal { quantiles: quantiles(&mut fields) },
        Method::Strong => SplitRule::Strong { shares: shares(&mut fields), fold_in: fold_in(&mut fields) },
    };
    fields.done();
    for (key, file, needed) in [
        ("files.train", &files.train, method == Method::Given),
        ("files.test", &files.test, method == Method::Given),
        ("files.interactions", &files.interactions, method != Method::Given),
    ] {
        match file {
            None if needed => top.fault(key, "is missing for this split"),
            Some(_) if !needed => top.fault(key, "is not used by this split"),
            _ => {}
        }
    }
    if method != Method::Given && files.validation.is_some() {
        top.fault("files.validation", "is not used by this split");
    }
    let by_time = matches!(
        rule,
        SplitRule::LeaveLastOut(EventOrder::Time)
            | SplitRule::LeaveLastTwoOut(EventOrder::Time)
            | SplitRule::Temporal { .. }
    );
    if by_time && files.interactions.as_ref().is_some_and(|f| !f.columns.iter().any(|c| c == "time")) {
        top.fault("files.interactions.columns", "lacks \"time\", which this split needs");
    }
    rule
}

fn order(fields: &mut Fields<'_>) -> EventOrder {
    fields.one_of("order", &[("time", EventOrder::Time), ("file", EventOrder::File)])
}

fn shares(fields: &mut Fields<'_>) -> [f64; 3] {
    let found = fields.numbers("shares").unwrap_or_else(|| vec![0.8, 0.1, 0.1]);
    match <[f64; 3]>::try_from(found) {
        Ok(shares) if shares.iter().all(|s| *s >= 0.0) && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 => {
            shares
        }
        _ => {
            fields.fault("shares", "must be three numbers from 0 that sum to 1: training, validation, test");
            [1.0, 0.0, 0.0]
        }
    }
}

fn quantiles(fields: &mut Fields<'_>) -> [f64; 2] {
    let found = fields.numbers("quantiles").unwrap_or_else(|| vec![0.8, 0.9]);
    match <[f64; 2]>::try_from(found) {
        Ok([a, b]) if 0.0 < a && a <= b && b < 1.0 => [a, b],
        _ => {
            fields.fault("quantiles", "must be two rising numbers between 0 and 1");
            [0.8, 0.9]
        }
    }
}

fn fold_in(fields: &mut Fields<'_>) -> f64 {
    let share = fields.number("fold_in").unwrap_or(0.8);
    if !(share > 0.0 && share < 1.0) {
        fields.fault("fold_in", "must lie between 0 and 1");
    }
    share
}

fn candidates(top: &mut Fields<'_>, files: &Files) -> (CandidateRule, Mask) {
    #[derive(Clone, Copy)]
    enum From {
        All,
        Published,
        Sampled,
    }
    let mut mask = Mask { train: true, validation: false };
    let mut rule = CandidateRule::All;
    if let Some(mut fields) = top.table("candidates") {
        let from = fields.one_of(
            "from",
            &[("all", From::All), ("published", From::Published), ("sampled", From::Sampled)],
        );
        rule = match from {
            From::All => CandidateRule::All,
            From::Published => CandidateRule::Published,
            From::Sampled => match fields.whole("negatives", 1) {
                Some(n) => CandidateRule::Sampled(n),
                None => {
                    fields.fault("negatives", "is missing");
                    CandidateRule::Sampled(1)
                }
            },
        };
        if let Some(parts) = fields.texts("mask") {
            mask = Mask { train: false, validation: false };
            for part in parts {
                match part.as_str() {
                    "train" => mask.train = true,
                    "validation" => mask.validation = true,
                    _ => fields
                        .fault("mask", format!("has an unknown \"{part}\"; known are train, validation")),
                }
            }
        }
        fields.done();
    }
    match (rule, &files.negatives) {
        (CandidateRule::Published, None) => {
            top.fault("files.negatives", "is missing for published candidates")
        }
        (CandidateRule::All | CandidateRule::Sampled(_), Some(_)) => {
            top.fault("files.negatives", "is used by published candidates only");
        }
        _ => {}
    }
    (rule, mask)
}

pub(super) fn cutoffs(top: &mut Fields<'_>) -> Vec<usize> {
    let found = top.numbers("cutoffs").unwrap_or_else(|| vec![10.0, 20.0]);
    let mut out: Vec<usize> =
        found.iter().filter(|k| **k >= 1.0 && k.fract() == 0.0).map(|k| *k as usize).collect();
    if out.len() != found.len() || out.is_empty() {
        top.fault("cutoffs", "must be whole numbers of at least 1");
        out = vec![10];
    }
    out.sort_unstable();
    out.dedup();
    out
}

pub(super) fn recall_divisor(top: &mut Fields<'_>) -> RecallDivisor {
    top.one_of("recall_divisor", &[("all", RecallDivisor::All), ("min", RecallDivisor::Least)])
}

pub(super) fn ndcg_ideal(top: &mut Fields<'_>) -> IdealLength {
    top.one_of("ndcg_ideal", &[("min", IdealLength::Least), ("all", IdealLength::All)])
}
