//! What a bundle says of itself, in `manifest.json`.

use crate::settings::{GroupShares, LearnedWeights, NewWeights};
use serde::{Deserialize, Serialize};
use soiree_domain::ModelVersion;
use std::collections::BTreeMap;

/// The version of the folder's format that this program writes.
pub const FORMAT: u32 = 3;

/// The oldest version that it reads: what came since may be missing.
pub const OLDEST_FORMAT: u32 = 2;

/// The names of the models that a bundle can have.
pub const MODELS: [&str; 9] =
    ["popularity", "ials", "ease", "item-knn", "domain-map", "group-filter", "tfidf", "text", "sbert"];

/// The content of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the folder's format: from [`OLDEST_FORMAT`] to [`FORMAT`] in a file, [`FORMAT`] once it was read.
    pub format: u32,
    /// Version of the model set.
    pub version: ModelVersion,
    /// When it was fitted, Unix milliseconds.
    pub made_at_ms: i64,
    /// Items in its table.
    pub items: usize,
    /// People it was fitted on.
    pub people: usize,
    /// Pairs of person and item it was fitted on.
    pub interactions: usize,
    /// The models in it, each with its parameters.
    pub models: BTreeMap<String, serde_json::Value>,
    /// Weights of the blend, learned on the hold-out, in the order of [`crate::settings::LEARNED`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blend: Option<LearnedWeights>,
    /// The same for domains in which nothing is known of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blend_cold: Option<LearnedWeights>,
    /// The same for groups with a past, in the order of [`crate::settings::GROUP_PARTS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blend_group: Option<GroupShares>,
    /// The same for items that nobody took, in the order of [`crate::settings::NEW_SOURCES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blend_new: Option<NewWeights>,
    /// How well it did on the hold-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<HoldOut>,
    /// How well it did for people who lost all they had in one domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout_cold: Option<HoldOut>,
    /// How well it did for groups, one work of each of which was hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout_group: Option<HoldOut>,
    /// How well it did for people whose hidden item was hidden from everybody, among items that nobody took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout_new: Option<HoldOut>,
    /// All other files of the folder.
    pub files: BTreeMap<String, FileEntry>,
}

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// Length of the content in bytes.
    pub bytes: usize,
}

/// Figures from one positive hidden of each of some people, or groups. Those of the blend are crossed: each half is
/// measured with weights learned on the other.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOut {
    /// People, or groups, measured. Format 2 calls them `people`.
    #[serde(alias = "people")]
    pub measured: usize,
    /// One row for each source that says anything, the plain and the learned blend.
    pub rows: Vec<HoldOutRow>,
    /// Whether the learned weights were better than the plain ones and stand in the bundle.
    pub learned: bool,
}

/// One row of the figures. The hidden item is ranked among the candidates of its domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldOutRow {
    /// The model, `blend-plain` or `blend`.
    pub name: String,
    /// Share of people whose hidden item was among the first ten.
    pub hit_rate_at_10: f64,
    /// Mean of `1 / log2(rank + 2)`, 0 beyond the tenth.
    pub ndcg_at_10: f64,
}
