//! The objective itself, for tests and benches.

use rayon::prelude::*;

use super::fit::gramian;
use super::params::Params;
use crate::matrix::Csr;
use crate::simd::{Lane, Matrix, dot};

/// The exact value of the objective in the module's formula, over all pairs, observed or not:
/// `Σ_all (x_u·y_i)²` is the inner product of the two Gramians, so it costs O(nnz·d + (people + items)·d²).
///
/// # Panics
/// When the factors do not fit the matrix.
#[must_use]
pub fn loss(matrix: &Csr, people: &Matrix, items: &Matrix, params: &Params) -> f64 {
    assert_eq!((people.rows(), items.rows()), (matrix.rows(), matrix.cols()), "one row of factors each");
    let surplus = f64::from(params.surplus());
    let observed: Vec<f64> = (0..matrix.rows())
        .into_par_iter()
        .map(|row| {
            let (cols, values) = matrix.row(row);
            let person = people.row_lanes(row);
            let entries = cols.iter().zip(values).map(|(&col, &value)| {
                let score = f64::from(dot(person, items.row_lanes(col as usize)));
                f64::from(params.confidence.weight(value)) * (1.0 - score).powi(2) - surplus * score * score
            });
            entries.sum()
        })
        .collect();
    let (left, right) = (gramian(people, 1.0), gramian(items, 1.0));
    let pairs = Lane::floats(&left).iter().zip(Lane::floats(&right));
    let everywhere: f64 = pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    let regularised = |factors: &Matrix, counts: &[usize], others: usize| -> f64 {
        let rows = counts.iter().enumerate().map(|(row, &count)| {
            let lanes = factors.row_lanes(row);
            f64::from(params.regularisation(count, others)) * f64::from(dot(lanes, lanes))
        });
        rows.sum()
    };
    let by_person: Vec<usize> = matrix.starts().windows(2).map(|pair| pair[1] - pair[0]).collect();
    let by_item: Vec<usize> = matrix.column_counts().into_iter().map(|count| count as usize).collect();
    observed.iter().sum::<f64>()
        + f64::from(params.alpha0) * everywhere
        + regularised(people, &by_person, matrix.cols())
        + regularised(items, &by_item, matrix.rows())
}
