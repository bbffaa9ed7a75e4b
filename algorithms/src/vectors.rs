//! Items as unit vectors, such as the embeddings of their texts.
//!
//! A profile is the weighted mean of its items' vectors, brought to unit length; a score is the cosine with
//! it. Both scoring and neighbours cost O(items · dimensions).

use crate::model::{Neighbours, Profile, ProfileScorer};
use crate::simd::{Matrix, dots};
use crate::topk::top_k_where;

/// One vector per item, of length 1, or 0 for items of which nothing is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    rows: Matrix,
}

impl Vectors {
    /// Takes over row-major vectors, `items × dimensions`, and brings each to unit length. A vector that is
    /// zero or not finite becomes zero.
    ///
    /// ```
    /// use soiree_algorithms::{model::{Neighbours, ProfileScorer}, vectors::Vectors};
    /// let vectors = Vectors::new(2, &[3.0, 4.0, 1.0, 0.0, 0.0, 0.0]);
    /// let mut scores = [0.0; 3];
    /// vectors.score(&[(1, 2.0)], &mut scores);
    /// assert_eq!(scores, [0.6, 1.0, 0.0]);
    /// assert_eq!(vectors.neighbours(0, 2), [(1, 0.6)]);
    /// ```
    ///
    /// # Panics
    /// When `vectors` is not a whole number of rows.
    #[must_use]
    pub fn new(dimensions: usize, vectors: &[f32]) -> Self {
        let mut unit = vectors.to_vec();
        if dimensions > 0 {
            unit.chunks_exact_mut(dimensions).for_each(normalise);
        }
        Self { rows: Matrix::from_rows(dimensions, &unit) }
    }

    /// Length of each vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.rows.cols()
    }

    /// All vectors, row-major, for saving.
    #[must_use]
    pub fn to_rows(&self) -> Vec<f32> {
        self.rows.to_rows()
    }

    /// The vector of one item.
    #[must_use]
    pub fn vector(&self, item: u32) -> Option<&[f32]> {
        ((item as usize) < self.rows.rows()).then(|| self.rows.row(item as usize))
    }

    /// The profile's vector, of length 1 or 0.
    #[must_use]
    pub fn mean(&self, profile: Profile<'_>) -> Vec<f32> {
        let mut mean = vec![0.0; self.dimensions()];
        for &(item, weight) in profile {
            for (m, v) in mean.iter_mut().zip(self.vector(item).unwrap_or_default()) {
                *m += weight * v;
            }
        }
        normalise(&mut mean);
        mean
    }

    /// Writes the cosine of every item with `query`, which must have unit length for that.
    pub fn score_with(&self, query: &[f32], out: &mut [f32]) {
        dots(&self.rows, query, out);
    }
}

/// Brings a vector to unit length; zero, if that cannot be done.
fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    let scale = if norm.is_normal() { 1.0 / norm } else { 0.0 };
    for v in vector {
        *v = if scale > 0.0 { (f64::from(*v) * scale) as f32 } else { 0.0 };
    }
}

impl ProfileScorer for Vectors {
    fn items(&self) -> usize {
        self.rows.rows()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.score_with(&self.mean(profile), out);
    }
}

impl Neighbours for Vectors {
    fn neighbours(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        let Some(vector) = self.vector(item) else { return Vec::new() };
        let mut scores = vec![0.0; self.items()];
        self.score_with(vector, &mut scores);
        top_k_where(&scores, k, |other| other != item && scores[other as usize] > 0.0)
    }
}
