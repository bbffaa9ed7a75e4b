//! Keys of the kind `cold-start`.

use soiree_algorithms::metrics::accuracy::{IdealLength, RecallDivisor};

use super::data_file;
use super::fields::Fields;
use super::ranking::{self, CandidateRule, Files, Mask, Ranking, Rounding, SplitRule};
use super::validation::{Carve, ValidationRule};

/// What the kind `cold-start` hides, and what it measures.
#[derive(Debug, Clone, PartialEq)]
pub struct ColdStart {
    /// Files, split, cut-offs and divisors; its candidates are those of the kind.
    pub ranking: Ranking,
    /// What is hidden.
    pub hide: Hide,
    /// Share of the items, or people, that is hidden.
    pub share: f64,
}

/// What a model does not see in the part `hidden`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hide {
    /// All events of some items; these alone are ranked.
    Items,
    /// All events of some people, but for this many that are shown at the test; everything is ranked.
    People {
        /// Events of a hidden person that are shown.
        shown: usize,
    },
}

pub(super) fn read(top: &mut Fields<'_>) -> ColdStart {
    let files = files(top);
    #[derive(Clone, Copy)]
    enum What {
        Items,
        People,
    }
    let what = top.one_of("hide", &[("items", What::Items), ("people", What::People)]);
    let shown = top.whole("shown", 1);
    let hide = match what {
        What::Items => {
            if shown.is_some() {
                top.fault("shown", "is used with `hide = \"people\"` only");
            }
            Hide::Items
        }
        What::People => Hide::People { shown: shown.unwrap_or(5) },
    };
    let share = share(top, "share", 0.1);
    let test = share_of_test(top);
    let mut metric = "ndcg@20".to_owned();
    if let Some(mut fields) = top.table("validation") {
        metric = fields.text("metric").unwrap_or(metric);
        if !super::validation::known_metric(&metric) {
            fields.fault("metric", "must be a measure with a cut-off, such as ndcg@20");
        }
        fields.done();
    }
    ColdStart {
        ranking: Ranking {
            files,
            raw_values: false,
            split: SplitRule::Random { shares: [1.0 - test, 0.0, test], rounding: Rounding::Down },
            validation: ValidationRule { carve: Carve::Part, seed: 1, metric, negatives: 0 },
            candidates: CandidateRule::All,
            mask: Mask { train: true, validation: false },
            cutoffs: ranking::cutoffs(top),
            recall_divisor: top
                .one_of("recall_divisor", &[("all", RecallDivisor::All), ("min", RecallDivisor::Least)]),
            ndcg_ideal: top.one_of("ndcg_ideal", &[("min", IdealLength::Least), ("all", IdealLength::All)]),
            optimistic: false,
        },
        hide,
        share,
    }
}

fn share(fields: &mut Fields<'_>, key: &'static str, usual: f64) -> f64 {
    let share = fields.number(key).unwrap_or(usual);
    if share > 0.0 && share < 0.5 {
        return share;
    }
    fields.fault(key, "must lie between 0 and 0.5");
    usual
}

fn share_of_test(top: &mut Fields<'_>) -> f64 {
    let Some(mut fields) = top.table("split") else { return 0.2 };
    let test = share(&mut fields, "test", 0.2);
    fields.done();
    test
}

fn files(top: &mut Fields<'_>) -> Files {
    let Some(mut files) = top.table("files") else {
        top.fault("files", "is missing");
        return Files::default();
    };
    const EVENT: [&str; 4] = ["user", "item", "value", "time"];
    const LINK: [&str; 2] = ["item", "key"];
    let interactions = files.table("interactions").map(|f| data_file(f, &EVENT[..2], &EVENT[..2], &EVENT));
    if interactions.is_none() {
        files.fault("interactions", "is missing");
    }
    let items = files.table("items").map(ranking::items_file);
    let links = files.table("links").map(|f| data_file(f, &LINK, &LINK, &LINK));
    if links.is_some() && items.is_none() {
        files.fault("links", "is used with `items` only");
    }
    files.done();
    Files { interactions, items, links, ..Files::default() }
}
