//! What items mean: one vector of a sentence encoder each, kept in eight bits, for search.

use soiree_algorithms::vectors::Vectors;

/// A text whose vector tells encoders apart: a bundle keeps it, and only an encoder that gives the same one may ask.
pub const PROBE: &str = "two friends share a quiet evening of films, books and songs";

/// The cosine of probes from which on two encoders are taken for the same.
const SAME: f32 = 0.999;

/// One vector per item: whole numbers from −127 to 127, and what each row's numbers are worth. The error of a cosine
/// is about 0.003, the size a byte per dimension and four per item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meaning {
    pub(crate) codes: Vec<i8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) probe: Vec<f32>,
}

impl Meaning {
    pub(crate) fn new(vectors: &Vectors, items: usize, probe: Vec<f32>) -> Self {
        let mut codes = Vec::with_capacity(items * vectors.dimensions());
        let mut scales = Vec::with_capacity(items);
        for item in 0..items as u32 {
            let (row, scale) = rounded(vectors.vector(item).unwrap_or_default());
            codes.extend(row);
            scales.push(scale);
        }
        Self { codes, scales, probe }
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.probe.len()
    }

    /// The vector of an item, up to rounding; empty for an item outside.
    pub(crate) fn vector(&self, slot: u32) -> Vec<f32> {
        let (from, n) = (slot as usize * self.dimensions(), self.dimensions());
        let codes = self.codes.get(from..from + n).unwrap_or_default();
        let scale = self.scales.get(slot as usize).copied().unwrap_or(0.0);
        codes.iter().map(|&code| f32::from(code) * scale).collect()
    }

    /// Whether vectors come from the same encoder, by the vector it gives to [`PROBE`].
    pub(crate) fn is_of(&self, probe: &[f32]) -> bool {
        probe.len() == self.probe.len()
            && probe.iter().zip(&self.probe).map(|(a, b)| a * b).sum::<f32>() > SAME
    }

    /// Writes the cosine of every item with a text's vector of unit length. O(items · dimensions), exact up to
    /// rounding.
    pub(crate) fn score(&self, query: &[f32], out: &mut [f32]) {
        let (query, worth) = rounded(query);
        let rows = self.codes.chunks_exact(self.dimensions().max(1)).zip(&self.scales);
        out.fill(0.0);
        for (score, (row, scale)) in out.iter_mut().zip(rows) {
            let sum: i32 = row.iter().zip(&query).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
            *score = sum as f32 * scale * worth;
        }
    }
}

/// A vector as whole numbers and the worth of one.
fn rounded(vector: &[f32]) -> (Vec<i8>, f32) {
    let most = vector.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    if !(most > 0.0 && most.is_finite()) {
        return (vec![0; vector.len()], 0.0);
    }
    (vector.iter().map(|v| (v / most * 127.0).round() as i8).collect(), most / 127.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_survive_rounding() {
        let row =
            |seed: u32| -> Vec<f32> { (0..64).map(|d| ((seed * 31 + d * 17) % 23) as f32 - 11.0).collect() };
        let all: Vec<f32> = (0..9).flat_map(row).collect();
        let vectors = Vectors::new(64, &all);
        let meaning = Meaning::new(&vectors, 10, vectors.vector(3).unwrap().to_vec());
        let query = vectors.vector(4).unwrap();
        let (mut exact, mut found) = (vec![0.0; 9], vec![9.0; 10]);
        vectors.score_with(query, &mut exact);
        meaning.score(query, &mut found);
        for (a, b) in exact.iter().zip(&found) {
            assert!((a - b).abs() < 0.01, "{a} {b}");
        }
        assert!(meaning.vector(4).iter().zip(query).all(|(a, b)| (a - b).abs() < 0.01));
        assert!(meaning.vector(99).is_empty());
        assert_eq!(found[9], 0.0, "an item without a vector means nothing");
        assert!(meaning.is_of(vectors.vector(3).unwrap()));
        assert!(!meaning.is_of(query) && !meaning.is_of(&[1.0]));
    }
}
