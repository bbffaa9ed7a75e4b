//! All similarities of one item at a time, of which only the best are kept.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::{Params, Similarity, Weighting};
use crate::matrix::Csr;
use crate::model::{FitError, Progress};
use crate::topk::top_k_of;

/// Targets that one task handles.
const TARGETS_PER_TASK: usize = 16;

/// For every target item its nearest sources.
pub(super) fn nearest(
    matrix: &Csr,
    params: &Params,
    progress: &dyn Progress,
) -> Result<Vec<Vec<(u32, f32)>>, FitError> {
    let weighted = match params.weighting {
        Weighting::None => None,
        weighting => Some(weigh(matrix, weighting)),
    };
    let matrix = weighted.as_ref().unwrap_or(matrix);
    let by_item = matrix.transpose();
    let items = matrix.cols();
    let squares: Vec<f64> = (0..items)
        .map(|item| by_item.row(item).1.iter().map(|value| f64::from(*value).powi(2)).sum())
        .collect();
    let scale = Scale::new(params, &squares);
    let spare: Mutex<Vec<Overlaps>> = Mutex::new(Vec::new());
    let done = AtomicU64::new(0);
    let mut columns = vec![Vec::new(); items];
    columns.par_chunks_mut(TARGETS_PER_TASK).enumerate().with_max_len(1).for_each(|(task, chunk)| {
        if progress.cancelled() {
            return;
        }
        let taken = spare.lock().expect("no holder panics").pop();
        let mut overlaps = taken.unwrap_or_else(|| Overlaps::new(items));
        for (target, column) in (task * TARGETS_PER_TASK..).zip(chunk.iter_mut()) {
            overlaps.count(matrix, &by_item, target);
            let alike = overlaps.touched.iter().filter(|&&source| source as usize != target);
            let pairs = alike.map(|&source| {
                let product = overlaps.products[source as usize];
                (source, scale.similarity(source as usize, target, product))
            });
            *column = top_k_of(pairs.filter(|pair| pair.1 > 0.0), params.neighbours);
        }
        let part = chunk.len() as u64;
        progress.report(done.fetch_add(part, Ordering::Relaxed) + part, items as u64);
        spare.lock().expect("no holder panics").push(overlaps);
    });
    if progress.cancelled() { Err(FitError::Cancelled) } else { Ok(columns) }
}

/// The products of one item's column with all others that have a person in common.
struct Overlaps {
    products: Vec<f32>,
    touched: Vec<u32>,
    known: Vec<bool>,
}

impl Overlaps {
    fn new(items: usize) -> Self {
        Self { products: vec![0.0; items], touched: Vec::new(), known: vec![false; items] }
    }

    fn count(&mut self, matrix: &Csr, by_item: &Csr, target: usize) {
        for item in self.touched.drain(..) {
            self.products[item as usize] = 0.0;
            self.known[item as usize] = false;
        }
        let (people, values) = by_item.row(target);
        for (&person, &value) in people.iter().zip(values) {
            let (others, weights) = matrix.row(person as usize);
            for (&other, &weight) in others.iter().zip(weights) {
                self.products[other as usize] += value * weight;
                if !self.known[other as usize] {
                    self.known[other as usize] = true;
                    self.touched.push(other);
                }
            }
        }
    }
}

/// What turns a product into a similarity: each item's share of the denominator.
struct Scale {
    similarity: Similarity,
    shrink: f32,
    source: Vec<f32>,
    target: Vec<f32>,
}

impl Scale {
    fn new(params: &Params, squares: &[f64]) -> Self {
        let power = |exponent: f64| squares.iter().map(|square| square.powf(exponent) as f32).collect();
        let (source, target) = match params.similarity {
            Similarity::Cosine => (power(0.5), power(0.5)),
            Similarity::Asymmetric { alpha } => (power(f64::from(alpha)), power(1.0 - f64::from(alpha))),
            Similarity::Jaccard | Similarity::Dice => (power(1.0), power(1.0)),
        };
        Self { similarity: params.similarity, shrink: params.shrink, source, target }
    }

    fn similarity(&self, source: usize, target: usize, product: f32) -> f32 {
        let (a, b) = (self.source[source], self.target[target]);
        let (above, below) = match self.similarity {
            Similarity::Cosine | Similarity::Asymmetric { .. } => (product, a * b),
            Similarity::Jaccard => (product, a + b - product),
            Similarity::Dice => (2.0 * product, a + b),
        };
        let similarity = above / (below + self.shrink);
        if similarity.is_finite() { similarity } else { 0.0 }
    }
}

fn weigh(matrix: &Csr, weighting: Weighting) -> Csr {
    let items = matrix.cols() as f32;
    let rarity: Vec<f32> = matrix
        .starts()
        .windows(2)
        .map(|pair| (items / (1.0 + (pair[1] - pair[0]) as f32)).ln().max(0.0))
        .collect();
    let counts = matrix.column_counts();
    let mean =
        (matrix.nnz() as f32 / counts.iter().filter(|&&count| count > 0).count().max(1) as f32).max(1.0);
    matrix.map(|person, item, value| match weighting {
        Weighting::None => value,
        Weighting::TfIdf => value.max(0.0).sqrt() * rarity[person],
        Weighting::Bm25 => {
            let length = counts[item as usize] as f32 / mean;
            value * 2.2 / (1.2 * (0.25 + 0.75 * length) + value) * rarity[person]
        }
    })
}
