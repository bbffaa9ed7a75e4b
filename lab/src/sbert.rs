//! The model `sbert`: what the texts of items mean, alone or as a way to guess the factors of items that nobody took.
//!
//! With `map = "none"` a score is the cosine between an item's vector and the mean of the profile's. With
//! `map = "factors"` iALS is fitted, and each item's factors are guessed from its features ([`ContentMap`]): the
//! vector of its text; its year, if known, as bumps eight years apart; how much is written about it; and a constant.
//! Items with events keep their fitted factors, and a person is folded in on these alone.

use serde::{Deserialize, Serialize};
use soiree_algorithms::content_map::{ContentMap, years};
use soiree_algorithms::ials::{self, Ials};
use soiree_algorithms::model::{self, FitError, Profile, ProfileScorer};
use soiree_algorithms::tfidf::Field;
use soiree_algorithms::vectors::Vectors;

use crate::cases::FitData;
use crate::texts::Texts;

/// Parameters of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SbertParams {
    /// `built-in`, or the folder of another sentence encoder.
    encoder: String,
    /// What the vectors are used for.
    map: Use,
    /// The factor model whose factors are guessed.
    ials: ials::Params,
    /// λ of the map, in units of the mean weight.
    lambda: f64,
    /// An item with n events weighs n to this power in the fit of the map.
    weight_power: f32,
    /// How much the text's vector counts.
    vectors: f32,
    /// How much the year counts; 0 leaves it out.
    years: f32,
    /// How much the amount of text counts; 0 leaves it out.
    amount: f32,
}

/// What the vectors are used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Use {
    /// Cosines with the profile's mean.
    None,
    /// The factors of a factor model are guessed.
    Factors,
}

impl Default for SbertParams {
    fn default() -> Self {
        Self {
            encoder: "built-in".to_owned(),
            map: Use::Factors,
            ials: ials::Params { dims: 32, alpha0: 0.1, lambda: 0.03, ..ials::Params::default() },
            lambda: 3.0,
            weight_power: 0.5,
            vectors: 1.0,
            years: 1.0,
            amount: 0.0,
        }
    }
}

/// Fits the model; `texts` are those of the data's items.
pub(crate) fn fit(
    data: &FitData,
    texts: &Texts,
    params: &SbertParams,
    progress: &dyn model::Progress,
) -> Result<Box<dyn ProfileScorer>, FitError> {
    let encoded = texts.vectors(&params.encoder)?;
    if params.map == Use::None {
        return Ok(Box::new(Vectors::new(encoded.dimensions, &encoded.rows)));
    }
    let known = Ials::fit(&data.matrix, params.ials, progress)?;
    let dims = known.dims();
    let (features, width) = features(texts, &encoded.rows, encoded.dimensions, params);
    let counts = data.matrix.column_counts();
    let weight = |count: &u32| if *count == 0 { 0.0 } else { (*count as f32).powf(params.weight_power) };
    let weights: Vec<f32> = counts.iter().map(weight).collect();
    let mut factors = known.item_factors();
    let map = ContentMap::fit(&features, width, &factors, dims, &weights, params.lambda)?;
    for (item, row) in features.chunks_exact(width).enumerate().filter(|(item, _)| counts[*item] == 0) {
        factors[item * dims..][..dims].copy_from_slice(&map.guess(row));
    }
    let guessed = Ials::from_item_factors(&factors, params.ials)?;
    Ok(Box::new(Guessed { known, guessed }))
}

/// Factors of all items, and those of the fit, on which people are folded in.
struct Guessed {
    known: Ials,
    guessed: Ials,
}

impl ProfileScorer for Guessed {
    fn items(&self) -> usize {
        self.guessed.items()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.guessed.score_with(&self.known.fold_in(profile), out);
    }
}

/// Row-major features of all items, and how many there are.
fn features(texts: &Texts, vectors: &[f32], dimensions: usize, params: &SbertParams) -> (Vec<f32>, usize) {
    let scaled = |values: Vec<f32>, by: f32| values.into_iter().map(move |v| v * by);
    let amounts = (params.amount > 0.0).then(|| amounts(texts));
    let mut out = Vec::new();
    for item in 0..texts.len() {
        out.extend(scaled(vectors[item * dimensions..][..dimensions].to_vec(), params.vectors));
        if params.years > 0.0 {
            out.extend(scaled(years(texts.year(item)).to_vec(), params.years));
        }
        if let Some(rows) = &amounts {
            out.extend(scaled(rows[item].to_vec(), params.amount));
        }
        out.push(1.0);
    }
    let width = out.len() / texts.len().max(1);
    (out, width)
}

/// How many themes and makers an item has and how long its description is, as logarithms, each with mean 0 and
/// deviation 1 over the items.
fn amounts(texts: &Texts) -> Vec<[f32; 3]> {
    let count = |item: &[(Field, String)], field| item.iter().filter(|e| e.0 == field).count() as f32;
    let length = |item: &[(Field, String)]| -> f32 {
        item.iter().filter(|e| e.0 == Field::Description).map(|e| e.1.len() as f32).sum()
    };
    let of = |item: &[(Field, String)]| {
        [count(item, Field::Theme), count(item, Field::Creator), length(item)].map(|n| (1.0 + n).ln())
    };
    let mut rows: Vec<[f32; 3]> = texts.iter().map(|item| of(item)).collect();
    let n = rows.len().max(1) as f32;
    for column in 0..3 {
        let mean = rows.iter().map(|row| row[column]).sum::<f32>() / n;
        let spread = (rows.iter().map(|row| (row[column] - mean).powi(2)).sum::<f32>() / n).sqrt();
        let scale = if spread > 1e-6 { 1.0 / spread } else { 0.0 };
        rows.iter_mut().for_each(|row| row[column] = (row[column] - mean) * scale);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use soiree_algorithms::matrix::Csr;
    use soiree_algorithms::model::Silent;

    /// Items of two kinds, told apart by their words; the last of each kind has no events.
    fn world() -> (FitData, Texts) {
        let words = ["a spaceship lands on a distant planet", "two lovers meet in the rain of Paris"];
        let item = |i: usize| vec![(Field::Description, format!("{}, part {i}", words[i % 2]))];
        let texts = Texts::new((0..12).map(item).collect());
        let cells: Vec<(u32, u32, f32)> = (0..40_u32)
            .flat_map(|person| {
                (0..5_u32).filter(move |n| (n + person / 2) % 5 != 0).map(move |n| (person, n))
            })
            .map(|(person, n)| (person, 2 * n + person % 2, 1.0))
            .collect();
        (FitData { matrix: Csr::from_triplets(40, 12, &cells), ..FitData::default() }, texts)
    }

    #[test]
    fn hidden_items_are_found_by_what_they_are_about() {
        let (data, texts) = world();
        let check = |params: SbertParams| {
            let model = fit(&data, &texts, &params, &Silent).unwrap();
            for kind in 0..2_u32 {
                let mut scores = vec![0.0; 12];
                model.score(&[(kind, 1.0), (kind + 2, 1.0)], &mut scores);
                let (own, other) = (scores[10 + kind as usize], scores[11 - kind as usize]);
                assert!(own > other + 0.05, "{params:?}: {own} and {other}");
            }
        };
        let small = ials::Params { dims: 4, ..SbertParams::default().ials };
        let plain = SbertParams { ials: small, lambda: 0.1, ..SbertParams::default() };
        check(SbertParams { map: Use::None, ..plain.clone() });
        check(plain.clone());
        check(SbertParams { years: 0.0, amount: 0.1, ..plain });
    }
}
