//! Neighbours among items: two items are alike when the same people took both.
//!
//! For every item the `neighbours` items with the largest similarity are kept; a profile scores
//! `out_j = Σ_i weight_i · similarity(i, j)` over the kept pairs. Sarwar et al., *Item-based Collaborative
//! Filtering Recommendation Algorithms*, WWW 2001, with the options of Ferrari Dacrema et al., *A Troubling
//! Analysis of Reproducibility and Progress in Recommender Systems Research*, TOIS 2021.
//!
//! A fit costs O(Σ over people of (their interactions)²) time; beside the matrix and its transpose it needs
//! one float per item and thread and the kept pairs, so it carries far where a dense matrix would not.

mod similarity;

use serde::{Deserialize, Serialize};

use crate::check::require;
use crate::item_to_item::ItemToItem;
use crate::matrix::Csr;
use crate::model::{FitError, Neighbours, Profile, ProfileScorer, Progress};

/// How two items' columns a and b are compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Similarity {
    /// a·b / (|a| |b| + shrink).
    Cosine,
    /// a·b / (|a|^2α |b|^2(1−α) + shrink) with a the source: below ½ popular sources speak louder.
    Asymmetric {
        /// α, 0 to 1.
        alpha: f32,
    },
    /// a·b / (|a|² + |b|² − a·b + shrink).
    Jaccard,
    /// 2 a·b / (|a|² + |b|² + shrink).
    Dice,
}

/// How interactions are weighted before items are compared. People are the documents' words here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// As they are.
    #[default]
    None,
    /// √value · ln(items / items of the person): people who take everything say little.
    TfIdf,
    /// Okapi BM25 with k₁ = 1.2 and b = 0.75, an item being as long as it has people.
    Bm25,
}

/// Parameters of [`ItemKnn`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How many neighbours each item keeps.
    pub neighbours: usize,
    /// How items are compared.
    pub similarity: Similarity,
    /// Added to the denominator, so that few common people count little; at least 0.
    pub shrink: f32,
    /// How interactions are weighted first.
    pub weighting: Weighting,
}

impl Default for Params {
    fn default() -> Self {
        Self { neighbours: 100, similarity: Similarity::Cosine, shrink: 10.0, weighting: Weighting::None }
    }
}

/// The kept similarities, source items as rows.
///
/// ```
/// use soiree_algorithms::item_knn::{ItemKnn, Params};
/// use soiree_algorithms::{matrix::Csr, model::{Neighbours, Silent}};
/// // Items 0 and 1 share one of the two people that each has.
/// let seen = Csr::from_triplets(3, 2, &[(0, 0, 1.0), (1, 0, 1.0), (1, 1, 1.0), (2, 1, 1.0)]);
/// let model = ItemKnn::fit(&seen, Params { shrink: 0.0, ..Params::default() }, &Silent)?;
/// let (other, cosine) = model.neighbours(0, 5)[0];
/// assert!(other == 1 && (cosine - 0.5).abs() < 1e-6);
/// # Ok::<(), soiree_algorithms::model::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ItemKnn {
    links: ItemToItem,
}

impl ItemKnn {
    /// Fits on a matrix of people × items, whose values weigh each interaction.
    ///
    /// # Errors
    /// [`FitError::Parameter`], [`FitError::Empty`] without entries, [`FitError::Cancelled`].
    pub fn fit(matrix: &Csr, params: Params, progress: &dyn Progress) -> Result<Self, FitError> {
        require(params.neighbours > 0, "neighbours", "at least 1", params.neighbours)?;
        require(params.shrink >= 0.0 && params.shrink.is_finite(), "shrink", "at least 0", params.shrink)?;
        if let Similarity::Asymmetric { alpha } = params.similarity {
            require((0.0..=1.0).contains(&alpha), "alpha", "0 to 1", alpha)?;
        }
        if matrix.nnz() == 0 {
            return Err(FitError::Empty);
        }
        let columns = similarity::nearest(matrix, &params, progress)?;
        Ok(Self { links: ItemToItem::from_columns(&columns) })
    }

    /// Takes over saved similarities.
    #[must_use]
    pub fn from_links(links: ItemToItem) -> Self {
        Self { links }
    }

    /// The similarities, for saving and for evidence.
    #[must_use]
    pub fn links(&self) -> &ItemToItem {
        &self.links
    }
}

impl ProfileScorer for ItemKnn {
    fn items(&self) -> usize {
        self.links.items()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.links.score(profile, out);
    }
}

impl Neighbours for ItemKnn {
    fn neighbours(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        self.links.neighbours(item, k)
    }
}

#[cfg(test)]
mod tests;
