//! Items as bags of words: what they are called, who made them, what they are about.
//!
//! In each field a term that occurs n times counts `1 + ln n` times the field's weight; the fields' sum is
//! multiplied by `ln((1 + items) / (1 + items with the term)) + 1`, and each item's row is brought to unit
//! length (Salton and Buckley, *Term-weighting Approaches in Automatic Text Retrieval*, 1988). A profile is the
//! weighted mean of its rows, again at unit length, and a score the cosine with it. Scoring reads only the
//! postings of the profile's terms.

mod tokens;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::matrix::Csr;
use crate::model::{Neighbours, Profile, ProfileScorer};
use crate::topk::top_k_where;
pub use tokens::{is_stop_word, tokens};

/// The part of an item that a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Its title, read word by word.
    Title,
    /// One who made it, taken whole.
    Creator,
    /// A genre, taken whole and word by word.
    Genre,
    /// A theme, taken whole and word by word.
    Theme,
    /// A mood, taken whole and word by word.
    Mood,
    /// What it is about, read word by word.
    Description,
}

/// How much each field counts; 0 leaves it out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// Of [`Field::Title`].
    pub title: f32,
    /// Of [`Field::Creator`].
    pub creator: f32,
    /// Of [`Field::Genre`].
    pub genre: f32,
    /// Of [`Field::Theme`].
    pub theme: f32,
    /// Of [`Field::Mood`].
    pub mood: f32,
    /// Of [`Field::Description`].
    pub description: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { title: 1.0, creator: 2.0, genre: 1.5, theme: 1.5, mood: 0.75, description: 1.0 }
    }
}

impl Weights {
    fn of(&self, field: Field) -> f32 {
        match field {
            Field::Title => self.title,
            Field::Creator => self.creator,
            Field::Genre => self.genre,
            Field::Theme => self.theme,
            Field::Mood => self.mood,
            Field::Description => self.description,
        }
    }
}

/// An item's texts, each with its field; a field may occur often.
pub type Document<'a> = Vec<(Field, &'a str)>;

/// The fitted vocabulary and one sparse unit row per item.
///
/// ```
/// use soiree_algorithms::model::Neighbours;
/// use soiree_algorithms::tfidf::{Field, Tfidf, Weights};
/// let items = [
///     vec![(Field::Title, "The Great Gatsby"), (Field::Theme, "jazz age")],
///     vec![(Field::Title, "A History of Jazz"), (Field::Theme, "jazz age")],
///     vec![(Field::Title, "Dune"), (Field::Theme, "desert planet")],
/// ];
/// let model = Tfidf::fit(&items, Weights::default());
/// let alike = model.neighbours(0, 5);
/// assert_eq!(alike.len(), 1);
/// assert_eq!(alike[0].0, 1);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tfidf {
    weights: Weights,
    /// Terms in rising order; their place is their number.
    terms: Vec<String>,
    idf: Vec<f32>,
    /// Items × terms.
    rows: Csr,
    /// Terms × items.
    postings: Csr,
}

impl Tfidf {
    /// Reads the vocabulary and the rows off the items. O(total length of the texts).
    #[must_use]
    pub fn fit(items: &[Document<'_>], weights: Weights) -> Self {
        let counted: Vec<BTreeMap<String, f32>> =
            items.iter().map(|item| frequencies(item, &weights)).collect();
        let mut known_in: BTreeMap<&str, u32> = BTreeMap::new();
        for term in counted.iter().flat_map(BTreeMap::keys) {
            *known_in.entry(term).or_default() += 1;
        }
        let all = items.len() as f32;
        let idf = known_in.values().map(|&known| ((1.0 + all) / (1.0 + known as f32)).ln() + 1.0).collect();
        let terms: Vec<String> = known_in.into_keys().map(str::to_owned).collect();
        let numbers: FxHashMap<&str, u32> = (0..).zip(&terms).map(|(n, term)| (term.as_str(), n)).collect();
        let idf: Vec<f32> = idf;
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for frequencies in &counted {
            // Both maps go through terms in the same order, so numbers rise.
            let row = frequencies.iter().map(|(term, frequency)| (numbers[term.as_str()], *frequency));
            for (term, value) in unit(row.map(|(term, value)| (term, value * idf[term as usize])).collect()) {
                indices.push(term);
                values.push(value);
            }
            starts.push(indices.len());
        }
        let rows = Csr::from_parts(items.len(), terms.len(), starts, indices, values);
        Self::from_parts(terms, idf, rows, weights)
    }

    /// Rebuilds a saved model.
    ///
    /// # Panics
    /// When terms do not rise, or there is not one idf and one column of `rows` per term.
    #[must_use]
    pub fn from_parts(terms: Vec<String>, idf: Vec<f32>, rows: Csr, weights: Weights) -> Self {
        assert!(terms.is_sorted(), "terms rise");
        assert_eq!((terms.len(), terms.len()), (idf.len(), rows.cols()), "one idf and one column per term");
        let postings = rows.transpose();
        Self { weights, terms, idf, rows, postings }
    }

    /// The terms in rising order; a term's place is its column in [`Tfidf::rows`].
    #[must_use]
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The inverse document frequency of each term.
    #[must_use]
    pub fn idf(&self) -> &[f32] {
        &self.idf
    }

    /// Items × terms, rows of unit length.
    #[must_use]
    pub fn rows(&self) -> &Csr {
        &self.rows
    }

    /// How much each field counts.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The row of a document that need not be among the items: (term, value), terms rising, unit length;
    /// unknown terms are left out. This is how an item newer than the model, or a search, is scored.
    #[must_use]
    pub fn vector(&self, document: &Document<'_>) -> Vec<(u32, f32)> {
        let known = frequencies(document, &self.weights).into_iter().filter_map(|(term, frequency)| {
            let at = self.terms.binary_search(&term).ok()?;
            Some((at as u32, frequency * self.idf[at]))
        });
        unit(known.collect())
    }

    /// The profile's row: the weighted mean of its items' rows at unit length.
    #[must_use]
    pub fn mean(&self, profile: Profile<'_>) -> Vec<(u32, f32)> {
        let mut sums: BTreeMap<u32, f32> = BTreeMap::new();
        for &(item, weight) in profile.iter().filter(|cell| (cell.0 as usize) < self.rows.rows()) {
            let (terms, values) = self.rows.row(item as usize);
            for (&term, &value) in terms.iter().zip(values) {
                *sums.entry(term).or_default() += weight * value;
            }
        }
        unit(sums.into_iter().collect())
    }

    /// Writes the cosine of every item with a row of unit length.
    pub fn score_with(&self, query: &[(u32, f32)], out: &mut [f32]) {
        out.fill(0.0);
        for &(term, weight) in query.iter().filter(|cell| (cell.0 as usize) < self.postings.rows()) {
            let (items, values) = self.postings.row(term as usize);
            for (&item, &value) in items.iter().zip(values) {
                out[item as usize] += weight * value;
            }
        }
    }

    /// The terms that two rows have in common, with their share of the cosine, largest first, at most `k`:
    /// the evidence behind a score.
    #[must_use]
    pub fn common_terms(&self, query: &[(u32, f32)], item: u32, k: usize) -> Vec<(&str, f32)> {
        if item as usize >= self.rows.rows() {
            return Vec::new();
        }
        let (terms, values) = self.rows.row(item as usize);
        let shares = query.iter().filter_map(|&(term, weight)| {
            let at = terms.binary_search(&term).ok()?;
            Some((term, weight * values[at])).filter(|share| share.1 > 0.0)
        });
        let best = crate::topk::top_k_of(shares, k);
        best.into_iter().map(|(term, share)| (self.terms[term as usize].as_str(), share)).collect()
    }
}

/// What each term of a document counts, before its rarity.
fn frequencies(document: &Document<'_>, weights: &Weights) -> BTreeMap<String, f32> {
    let mut counts: BTreeMap<(String, usize), (f32, f32)> = BTreeMap::new();
    for &(field, text) in document {
        let weight = weights.of(field);
        if weight > 0.0 {
            for term in terms_of(field, text) {
                counts.entry((term, field as usize)).or_insert((weight, 0.0)).1 += 1.0;
            }
        }
    }
    let mut out = BTreeMap::new();
    for ((term, _), (weight, count)) in counts {
        *out.entry(term).or_default() += weight * (1.0 + count.ln());
    }
    out
}

/// The terms of one text. A name or label taken whole is marked by its field, so that the creator "King" is
/// not the word "king".
fn terms_of(field: Field, text: &str) -> Vec<String> {
    let words: Vec<String> = tokens(text).collect();
    let whole = match field {
        Field::Title | Field::Description => return words,
        Field::Creator => "creator",
        Field::Genre => "genre",
        Field::Theme => "theme",
        Field::Mood => "mood",
    };
    if words.is_empty() {
        return words;
    }
    let label = format!("{whole}:{}", words.join(" "));
    if field == Field::Creator { vec![label] } else { words.into_iter().chain([label]).collect() }
}

fn unit(mut row: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
    let norm = row.iter().map(|cell| f64::from(cell.1).powi(2)).sum::<f64>().sqrt();
    if !norm.is_normal() {
        return Vec::new();
    }
    row.iter_mut().for_each(|cell| cell.1 = (f64::from(cell.1) / norm) as f32);
    row
}

impl ProfileScorer for Tfidf {
    fn items(&self) -> usize {
        self.rows.rows()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.score_with(&self.mean(profile), out);
    }
}

impl Neighbours for Tfidf {
    fn neighbours(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        if item as usize >= self.rows.rows() {
            return Vec::new();
        }
        let mut scores = vec![0.0; self.items()];
        self.score_with(&self.rows.profile(item as usize), &mut scores);
        top_k_where(&scores, k, |other| other != item && scores[other as usize] > 0.0)
    }
}

#[cfg(test)]
mod tests;
