//! A fitted model set: one immutable, versioned value, made by [`crate::train()`] or read from files.

mod files;
mod manifest;
mod tensors;
#[cfg(test)]
mod tests;

pub use manifest::{FORMAT, HoldOut, HoldOutRow, MODELS, Manifest, OLDEST_FORMAT};

use crate::Catalogue;
use crate::guess::Guesses;
use crate::meaning::Meaning;
use crate::text::document;
use rayon::prelude::*;
use soiree_algorithms::group_filter::Links as GroupLinks;
use soiree_algorithms::ials::Ials;
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_algorithms::tfidf::Tfidf;
use soiree_algorithms::topk::top_k_of;
use soiree_domain::{Item, ItemId, ModelVersion, Source};
use std::sync::Arc;

/// Everything that was learned, over the bundle's own table of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    pub(crate) manifest: Manifest,
    pub(crate) ids: Vec<ItemId>,
    /// How many people had each item.
    pub(crate) counts: Vec<u32>,
    /// Decayed popularity of each item, at least 0.
    pub(crate) popularity: Vec<f32>,
    pub(crate) ials: Option<Ials>,
    pub(crate) ease: Option<ItemToItem>,
    pub(crate) item_knn: Option<ItemToItem>,
    pub(crate) domain_map: Option<ItemToItem>,
    pub(crate) group_filter: Option<GroupLinks>,
    pub(crate) words: Option<Arc<Words>>,
    pub(crate) text: Option<Arc<ItemToItem>>,
    /// The vectors behind `text`; bundles of earlier programs have none.
    pub(crate) meaning: Option<Arc<Meaning>>,
    pub(crate) guesses: Option<Guesses>,
}

/// The words of the catalogue: the vocabulary, and which items are alike by it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Words {
    pub(crate) tfidf: Tfidf,
    pub(crate) near: ItemToItem,
}

impl Bundle {
    /// Its version; every answer names it.
    #[must_use]
    pub fn version(&self) -> &ModelVersion {
        &self.manifest.version
    }

    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// How many items it knows.
    #[must_use]
    pub fn items(&self) -> usize {
        self.ids.len()
    }

    /// The share of the catalogue's items that the bundle knows, 0 to 1; 1 for an empty catalogue. Below 0.9 the
    /// bundle is of another catalogue, and the caller should refuse it.
    #[must_use]
    pub fn overlap(&self, catalogue: &Catalogue) -> f64 {
        if catalogue.is_empty() {
            return 1.0;
        }
        let shared = self.ids.par_iter().filter(|id| catalogue.index_of(id).is_some()).count();
        shared as f64 / catalogue.len() as f64
    }

    /// Names of the models that it does not have. Maps between domains are not missed where nobody lives in several, the group
    /// model where there are no groups, and guessed factors where too few items were taken to guess from.
    #[must_use]
    pub fn left_out(&self) -> Vec<&'static str> {
        let has = [
            (Source::Ials, self.ials.is_some()),
            (Source::Ease, self.ease.is_some()),
            (Source::ItemKnn, self.item_knn.is_some()),
            (Source::Tfidf, self.words.is_some()),
            (Source::Text, self.text.is_some()),
        ];
        has.into_iter().filter(|(_, there)| !there).map(|(source, _)| source.as_str()).collect()
    }

    pub(crate) fn ids(&self) -> &[ItemId] {
        &self.ids
    }

    pub(crate) fn is_known(&self, slot: u32) -> bool {
        self.counts.get(slot as usize).is_some_and(|&count| count > 0)
    }

    pub(crate) fn popularity(&self, slot: u32) -> f32 {
        self.popularity.get(slot as usize).copied().unwrap_or(0.0)
    }

    pub(crate) fn ials(&self) -> Option<&Ials> {
        self.ials.as_ref()
    }

    pub(crate) fn group_links(&self) -> Option<&GroupLinks> {
        self.group_filter.as_ref()
    }

    pub(crate) fn words(&self) -> Option<&ItemToItem> {
        self.words.as_ref().map(|words| &words.near)
    }

    /// The models that are lists of neighbours, with the source that each speaks for.
    pub(crate) fn neighbour_models(&self) -> impl Iterator<Item = (Source, &ItemToItem)> {
        let all = [
            (Source::Ease, self.ease.as_ref()),
            (Source::ItemKnn, self.item_knn.as_ref()),
            (Source::DomainMap, self.domain_map.as_ref()),
            (Source::Tfidf, self.words()),
            (Source::Text, self.text.as_deref()),
        ];
        all.into_iter().filter_map(|(source, model)| Some((source, model?)))
    }

    pub(crate) fn vocabulary(&self) -> Option<&Tfidf> {
        self.words.as_ref().map(|words| &words.tfidf)
    }

    pub(crate) fn guesses(&self) -> Option<&Guesses> {
        self.guesses.as_ref()
    }

    pub(crate) fn meaning(&self) -> Option<&Meaning> {
        self.meaning.as_deref()
    }

    /// The words of an item that the bundle need not know: (term, weight), terms rising, at unit length.
    pub(crate) fn words_of(&self, item: &Item) -> Vec<(u32, f32)> {
        self.vocabulary().map(|tfidf| tfidf.vector(&document(item))).unwrap_or_default()
    }

    /// The items most like one by its words, as [`Bundle::words_of`] gives them: (slot, cosine), slots rising.
    pub(crate) fn nearest_by_words(&self, vector: &[(u32, f32)], k: usize) -> Vec<(u32, f32)> {
        let Some(tfidf) = self.vocabulary() else { return Vec::new() };
        let mut scores = vec![0.0; self.items()];
        tfidf.score_with(vector, &mut scores);
        let mut near = top_k_of((0_u32..).zip(scores).filter(|cell| cell.1 > 0.05), k);
        near.sort_unstable_by_key(|cell| cell.0);
        near
    }
}
