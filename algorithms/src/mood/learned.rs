//! Item mood learned from works whose mood people have told: ridge regression on words.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::item::each_word;
use super::{ItemWords, item_mood};
use crate::model::FitError;

const MOST_ROUNDS: usize = 300;
const STILL: f64 = 1e-10;

/// How a [`LearnedMood`] is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LearnedMoodParams {
    /// Weight of the squared coefficients.
    pub lambda: f64,
    /// Size of the two features of [`item_mood`], each with mean 0 and variance 1 before; larger is shrunk less.
    pub table: f64,
    /// Size of the feature of two neighbouring words of the title; words have 1.
    pub pairs: f64,
    /// Size of the feature of a word in a maker's name.
    pub names: f64,
}

impl Default for LearnedMoodParams {
    fn default() -> Self {
        Self { lambda: 60.0, table: 3.0, pairs: 1.0, names: 1.0 }
    }
}

impl LearnedMoodParams {
    fn check(&self) -> Result<(), FitError> {
        let refuse =
            |name, allowed, found: f64| Err(FitError::Parameter { name, allowed, found: found.to_string() });
        if !(self.lambda > 0.0 && self.lambda <= 1e9) {
            return refuse("lambda", "above 0, at most 1e9", self.lambda);
        }
        for (name, size) in [("table", self.table), ("pairs", self.pairs), ("names", self.names)] {
            if !(0.0..=100.0).contains(&size) {
                return refuse(name, "0 to 100", size);
            }
        }
        Ok(())
    }
}

/// Valence and arousal of items by ridge regression (Hoerl & Kennard, Technometrics 1970). With one row per
/// work in `X` and centred targets `y`, the coefficients are
///
/// ```text
/// argmin |X·w - y|² + λ·|w|²
/// ```
///
/// for each of the two, found by conjugate gradients on the normal equations. Features: words of the title,
/// pairs of neighbouring ones, words of makers' names, genres and themes as they are, and the mood of
/// [`item_mood`] as two numbers. Fit costs O(features in all rows · rounds), at most 300 rounds.
#[derive(Debug, Clone)]
pub struct LearnedMood {
    params: LearnedMoodParams,
    places: FxHashMap<String, u32>,
    coefficients: [Vec<f64>; 2],
    means: [f64; 2],
    table: [Scale; 2],
}

/// Mean and spread of a dense feature in training.
#[derive(Debug, Clone, Copy, Default)]
struct Scale {
    mean: f64,
    spread: f64,
}

type Row = Vec<(u32, f64)>;

impl LearnedMood {
    /// Fits on works with the valence and arousal that were told of them, on any scale.
    ///
    /// # Errors
    /// [`FitError::Parameter`] for a parameter out of range or a target that is no number,
    /// [`FitError::Empty`] without works.
    pub fn fit(works: &[(ItemWords<'_>, [f64; 2])], params: LearnedMoodParams) -> Result<Self, FitError> {
        params.check()?;
        if works.is_empty() {
            return Err(FitError::Empty);
        }
        if let Some(bad) = works.iter().flat_map(|(_, told)| told).find(|told| !told.is_finite()) {
            return Err(FitError::Parameter { name: "target", allowed: "a number", found: bad.to_string() });
        }
        let count = works.len() as f64;
        let tables: Vec<[f64; 2]> = works.iter().map(|(words, _)| table(words)).collect();
        let scales = [0, 1].map(|k| Scale::of(tables.iter().map(|t| t[k])));
        let means = [0, 1].map(|k| works.iter().map(|(_, told)| told[k]).sum::<f64>() / count);
        let mut model = Self {
            params,
            places: FxHashMap::default(),
            coefficients: [Vec::new(), Vec::new()],
            means,
            table: scales,
        };
        let mut rows = Vec::with_capacity(works.len());
        for (words, _) in works {
            let mut places = std::mem::take(&mut model.places);
            let row = model.row(words, |feature| {
                let next = u32::try_from(places.len() + 2).ok()?;
                Some(*places.entry(feature).or_insert(next))
            });
            model.places = places;
            rows.push(row);
        }
        let width = model.places.len() + 2;
        model.coefficients = [0, 1].map(|k| {
            let targets: Vec<f64> = works.iter().map(|(_, told)| told[k] - means[k]).collect();
            ridge(&rows, &targets, width, params.lambda)
        });
        Ok(model)
    }

    /// Valence and arousal of a work, on the scale of the training. Unknown words say nothing.
    #[must_use]
    pub fn predict(&self, words: &ItemWords<'_>) -> [f64; 2] {
        let row = self.row(words, |feature| self.places.get(&feature).copied());
        [0, 1].map(|k| {
            let coefficients = &self.coefficients[k];
            self.means[k] + row.iter().map(|&(at, size)| size * coefficients[at as usize]).sum::<f64>()
        })
    }

    /// The features of a work; places 0 and 1 are the table's.
    fn row(&self, words: &ItemWords<'_>, mut place: impl FnMut(String) -> Option<u32>) -> Row {
        let table = table(words);
        let mut row: Row =
            [0, 1].map(|k| (k as u32, self.params.table * self.table[k].standard(table[k]))).to_vec();
        let mut add = |kind: char, word: &str, size: f64| {
            if size > 0.0
                && let Some(at) = place(format!("{kind}{word}"))
                && row.iter().all(|&(seen, _)| seen != at)
            {
                row.push((at, size));
            }
        };
        let mut before: Option<String> = None;
        for word in each_word(words.title) {
            add('w', &word, 1.0);
            if let Some(before) = before {
                add('p', &format!("{before} {word}"), self.params.pairs);
            }
            before = Some(word);
        }
        for word in words.creators.iter().flat_map(|name| each_word(name)) {
            add('n', &word, self.params.names);
        }
        for label in words.genres.iter().chain(words.themes) {
            add('l', &label.to_lowercase(), 1.0);
        }
        row
    }
}

fn table(words: &ItemWords<'_>) -> [f64; 2] {
    item_mood(words).map_or([0.0; 2], |found| [f64::from(found.mood.valence), f64::from(found.mood.arousal)])
}

impl Scale {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let count = values.clone().count().max(1) as f64;
        let mean = values.clone().sum::<f64>() / count;
        let spread = (values.map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
        Self { mean, spread }
    }

    /// The value in spreads from the mean; 0 for a feature that never varied.
    fn standard(self, value: f64) -> f64 {
        if self.spread > 1e-12 { (value - self.mean) / self.spread } else { 0.0 }
    }
}

/// Solves `(XᵀX + λ)·w = Xᵀ·y` by conjugate gradients (Hestenes & Stiefel 1952).
fn ridge(rows: &[Row], targets: &[f64], width: usize, lambda: f64) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut residual = transposed(rows, targets, width);
    let mut solution = vec![0.0; width];
    let mut direction = residual.clone();
    let mut size = dot(&residual, &residual);
    let enough = STILL * size;
    for _ in 0..MOST_ROUNDS {
        if size <= enough || size == 0.0 {
            break;
        }
        let image: Vec<f64> =
            rows.iter().map(|row| row.iter().map(|&(at, v)| v * direction[at as usize]).sum()).collect();
        let mut product = transposed(rows, &image, width);
        product.iter_mut().zip(&direction).for_each(|(p, d)| *p += lambda * d);
        let step = size / dot(&direction, &product);
        for at in 0..width {
            solution[at] += step * direction[at];
            residual[at] -= step * product[at];
        }
        let next = dot(&residual, &residual);
        direction.iter_mut().zip(&residual).for_each(|(d, r)| *d = r + next / size * *d);
        size = next;
    }
    solution
}

/// `Xᵀ·v`.
fn transposed(rows: &[Row], values: &[f64], width: usize) -> Vec<f64> {
    let mut out = vec![0.0; width];
    for (row, value) in rows.iter().zip(values) {
        for &(at, size) in row {
            out[at as usize] += size * value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> ItemWords<'_> {
        ItemWords { title: text, ..ItemWords::default() }
    }

    #[test]
    fn the_solution_fulfils_the_normal_equations() {
        let rows: Vec<Row> = vec![vec![(0, 1.0), (1, 2.0)], vec![(1, 1.0)], vec![(0, -1.0), (2, 0.5)]];
        let targets = [1.0, -2.0, 0.5];
        let lambda = 0.7;
        let found = ridge(&rows, &targets, 3, lambda);
        let image: Vec<f64> =
            rows.iter().map(|row| row.iter().map(|&(at, v)| v * found[at as usize]).sum()).collect();
        let left = transposed(&rows, &image, 3);
        let right = transposed(&rows, &targets, 3);
        for at in 0..3 {
            assert!((left[at] + lambda * found[at] - right[at]).abs() < 1e-4, "{at}");
        }
    }

    #[test]
    fn words_learn_their_side_and_unknown_ones_say_nothing() {
        let works: Vec<_> = ["zork run", "zork walk", "blik run", "blik walk", "zork", "blik"]
            .map(|text| (title(text), if text.starts_with('z') { [2.0, -1.0] } else { [0.0, 1.0] }))
            .to_vec();
        let params = LearnedMoodParams { lambda: 0.1, table: 0.0, ..LearnedMoodParams::default() };
        let model = LearnedMood::fit(&works, params).unwrap();
        let [valence, arousal] = model.predict(&title("zork tune"));
        assert!(valence > 1.5 && arousal < -0.5, "{valence} {arousal}");
        let [valence, arousal] = model.predict(&title("qqq"));
        assert!((valence - 1.0).abs() < 1e-9 && arousal.abs() < 1e-9, "the means");
        let again = LearnedMood::fit(&works, params).unwrap();
        assert_eq!(again.predict(&title("blik")), model.predict(&title("blik")));
    }

    #[test]
    fn the_table_helps_where_no_word_was_seen() {
        let works: Vec<_> = [
            ("happy", 1.0),
            ("joy", 1.0),
            ("grief", -1.0),
            ("despair", -1.0),
            ("sorrow", -1.0),
            ("party", 1.0),
        ]
        .map(|(text, valence)| (title(text), [valence, 0.0]))
        .to_vec();
        let model =
            LearnedMood::fit(&works, LearnedMoodParams { lambda: 1.0, ..LearnedMoodParams::default() });
        let model = model.unwrap();
        assert!(model.predict(&title("celebration"))[0] > 0.2 + model.predict(&title("misery"))[0]);
    }

    #[test]
    fn parameters_and_targets_out_of_range_are_refused() {
        let one = [(title("a"), [0.0, 0.0])];
        for lambda in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                LearnedMood::fit(&one, LearnedMoodParams { lambda, ..LearnedMoodParams::default() }).is_err()
            );
        }
        assert!(
            LearnedMood::fit(&one, LearnedMoodParams { names: -1.0, ..LearnedMoodParams::default() })
                .is_err()
        );
        assert!(matches!(LearnedMood::fit(&[], LearnedMoodParams::default()), Err(FitError::Empty)));
        assert!(LearnedMood::fit(&[(title("a"), [f64::NAN, 0.0])], LearnedMoodParams::default()).is_err());
    }
}
