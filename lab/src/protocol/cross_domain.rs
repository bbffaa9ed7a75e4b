//! Keys of the kind `cross-domain`.

use std::path::PathBuf;

use super::fields::Fields;
use super::ranking::{self, CandidateRule, EventOrder, Files, Mask, Ranking, SplitRule};
use super::validation::{Carve, METRICS, ValidationRule, known_metric};
use super::{DataFile, Layout, data_file};

/// What the kind `cross-domain` reads, whose events it hides, and what it measures.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossDomain {
    /// Columns `user`, `item`, `domain` and perhaps `value` and `time`.
    pub interactions: DataFile,
    /// The domains: what the report calls each, and what stands in the file. Others are left out.
    pub domains: Vec<(String, String)>,
    /// Items with fewer events are left out.
    pub min_item_events: usize,
    /// Events in the target domain that make a person eligible.
    pub min_target: usize,
    /// Events in the other domains together that make a person eligible.
    pub min_source: usize,
    /// Share of the eligible who lose all target events.
    pub hidden: f64,
    /// Share of the other eligible who lose theirs in the validation part.
    pub validation_share: f64,
    /// Cut-offs, divisors, the measure of the validation and the friendships. Its split and candidates are not
    /// looked at.
    pub ranking: Ranking,
}

pub(super) fn read(top: &mut Fields<'_>) -> CrossDomain {
    let (interactions, friends) = files(top);
    let mut domains = Vec::new();
    for (label, value) in top.free("domains") {
        let code = value.as_str().map(str::to_owned).or_else(|| value.as_integer().map(|i| i.to_string()));
        match code {
            Some(code) => domains.push((label, code)),
            None => top.fault("domains", format!("has no text for \"{label}\"")),
        }
    }
    if domains.len() < 2 {
        top.fault("domains", "must name at least two domains");
    }
    let hidden = share(top, "hidden", 0.2);
    let (validation, validation_share) = validation(top);
    CrossDomain {
        interactions,
        domains,
        min_item_events: top.whole("min_item_events", 1).unwrap_or(1),
        min_target: top.whole("min_target", 1).unwrap_or(1),
        min_source: top.whole("min_source", 1).unwrap_or(1),
        hidden,
        validation_share,
        ranking: Ranking {
            files: Files { friends, ..Files::default() },
            raw_values: false,
            split: SplitRule::LeaveLastOut(EventOrder::File),
            validation,
            candidates: CandidateRule::All,
            mask: Mask { train: true, validation: false },
            cutoffs: ranking::cutoffs(top),
            recall_divisor: ranking::recall_divisor(top),
            ndcg_ideal: ranking::ndcg_ideal(top),
            optimistic: top.flag("optimistic"),
        },
    }
}

fn files(top: &mut Fields<'_>) -> (DataFile, Option<DataFile>) {
    const NEEDED: [&str; 3] = ["user", "item", "domain"];
    const KNOWN: [&str; 5] = ["user", "item", "domain", "value", "time"];
    let mut files = top.table("files");
    let interactions =
        files.as_mut().and_then(|f| f.table("interactions")).map(|f| data_file(f, &NEEDED, &NEEDED, &KNOWN));
    let friends = files.as_mut().and_then(ranking::friends_file);
    if let Some(files) = files {
        files.done();
    }
    match &interactions {
        None => top.fault("files.interactions", "is missing"),
        Some(file) if file.layout != Layout::Columns => {
            top.fault("files.interactions.layout", "must be \"columns\"");
        }
        Some(_) => {}
    }
    let nothing = DataFile {
        path: PathBuf::new(),
        layout: Layout::Columns,
        table: soiree_datasets::table::Table::default(),
        columns: Vec::new(),
        min_value: None,
    };
    (interactions.unwrap_or(nothing), friends)
}

fn share(fields: &mut Fields<'_>, key: &'static str, usual: f64) -> f64 {
    let share = fields.number(key).unwrap_or(usual);
    if share > 0.0 && share < 1.0 {
        return share;
    }
    fields.fault(key, "must lie between 0 and 1");
    usual
}

fn validation(top: &mut Fields<'_>) -> (ValidationRule, f64) {
    let mut rule =
        ValidationRule { carve: Carve::Part, seed: 1, metric: "recall@20".to_owned(), negatives: 0 };
    let mut part = 0.2;
    if let Some(mut fields) = top.table("validation") {
        part = share(&mut fields, "share", part);
        rule.seed = fields.seed("seed").unwrap_or(rule.seed);
        rule.metric = fields.text("metric").unwrap_or(rule.metric);
        if !known_metric(&rule.metric) {
            let known = METRICS.join(", ");
            fields.fault("metric", format!("must be one of {known} with a cut-off, such as recall@20"));
        }
        fields.done();
    }
    (rule, part)
}
