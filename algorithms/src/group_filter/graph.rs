//! Item graphs: how strongly having one item speaks for another.

use rayon::prelude::*;

use super::params::Graph;
use crate::matrix::Csr;
use crate::topk::top_k_of;

/// Builds `S_ji = (d_j^-a · Σ_r R_rj R_ri |r|^-γ · d_i^-b)^p` with an empty diagonal, from `events` with rows `r` and items
/// as columns; `d` and `|r|` are the sums of columns and rows. Sources are rows of the answer. The largest entry is 1
/// before the power is taken, so that powers neither overflow nor vanish. Each row keeps its `keep` largest entries.
/// Cost: `O(Σ_r nnz(r)²)`.
pub(super) fn filter(events: &Csr, graph: Graph, keep: usize) -> Csr {
    let items = events.cols();
    let by_item = events.transpose();
    let speaks: Vec<f32> =
        (0..events.rows()).map(|row| power(events.row(row).1.iter().sum(), -graph.rows)).collect();
    let sums: Vec<f32> = (0..items).map(|item| by_item.row(item).1.iter().sum()).collect();
    let target: Vec<f32> = sums.iter().map(|&sum| power(sum, -graph.target)).collect();
    let rows: Vec<Vec<(u32, f32)>> = (0..items)
        .into_par_iter()
        .map_init(
            || (vec![0_f32; items], Vec::new()),
            |(products, touched), source| {
                let (people, values) = by_item.row(source);
                for (&person, &value) in people.iter().zip(values) {
                    let (others, weights) = events.row(person as usize);
                    for (&other, &weight) in others.iter().zip(weights) {
                        if products[other as usize] == 0.0 {
                            touched.push(other);
                        }
                        products[other as usize] += value * weight * speaks[person as usize];
                    }
                }
                touched.sort_unstable();
                touched.dedup();
                let own = power(sums[source], -graph.source);
                let mut row = Vec::with_capacity(touched.len());
                for other in touched.drain(..) {
                    let product = std::mem::take(&mut products[other as usize]);
                    if other as usize != source && product > 0.0 {
                        row.push((other, own * product * target[other as usize]));
                    }
                }
                strongest(row, keep)
            },
        )
        .collect();
    sharpen(rows, items, graph.power)
}

/// The `keep` largest entries, columns rising.
pub(super) fn strongest(row: Vec<(u32, f32)>, keep: usize) -> Vec<(u32, f32)> {
    if row.len() <= keep {
        return row;
    }
    let mut kept = top_k_of(row, keep);
    kept.sort_unstable_by_key(|cell| cell.0);
    kept
}

fn sharpen(mut rows: Vec<Vec<(u32, f32)>>, items: usize, exponent: f32) -> Csr {
    let most = rows.iter().flatten().map(|cell| cell.1).fold(f32::MIN_POSITIVE, f32::max);
    for cell in rows.iter_mut().flatten() {
        cell.1 = (cell.1 / most).powf(exponent);
    }
    Csr::from_rows(items, &rows)
}

/// `x^e`, and 0 for nothing.
pub(super) fn power(x: f32, exponent: f32) -> f32 {
    if x > 0.0 { x.powf(exponent) } else { 0.0 }
}

/// Adds `weight` times the rows of the profile.
pub(super) fn step(filter: &Csr, profile: impl IntoIterator<Item = (u32, f32)>, out: &mut [f32]) {
    for (item, weight) in profile {
        if (item as usize) < filter.rows() {
            let (targets, values) = filter.row(item as usize);
            for (&target, &value) in targets.iter().zip(values) {
                out[target as usize] += weight * value;
            }
        }
    }
}
