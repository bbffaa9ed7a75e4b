//! The leading singular subspace of a product of two sparse matrices that is never written out.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::matrix::Csr;

const ROUNDS: usize = 8;

/// Left and right halves of the best approximation of rank r of `C = ZᵀY − n·z̄·ȳᵀ`, the covariance of what
/// people have on two sides: U with orthonormal columns, and `T = CᵀU`, so that `C ≈ U·Tᵀ`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Halves {
    /// Columns of both halves.
    pub(super) rank: usize,
    /// Columns of Z × rank, row-major.
    pub(super) left: Vec<f32>,
    /// Columns of Y × rank, row-major.
    pub(super) right: Vec<f32>,
}

/// Orthogonal iteration on CCᵀ from a random start; Golub and Van Loan, *Matrix Computations*, section 8.2.4. The
/// directions that are not asked for fade with the square of the ratio of singular values in each of eight rounds.
/// Cost: O(rounds · rank · (entries + rank · columns)).
pub(super) fn halves(z: &Csr, y: &Csr, rank: usize, seed: u64) -> Halves {
    let (z_turned, y_turned) = (z.transpose(), y.transpose());
    let (z_mean, y_sum) =
        (column_means(z), column_means(y).iter().map(|m| m * y.rows() as f32).collect::<Vec<_>>());
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut right: Vec<f32> = (0..y.cols() * rank).map(|_| random.random::<f32>() - 0.5).collect();
    let mut left = Vec::new();
    for _ in 0..ROUNDS {
        left = times(&z_turned, &times(y, &right, rank), rank);
        take_mean(&mut left, &z_mean, &y_sum, &right, rank);
        orthonormalise(&mut left, rank);
        right = times(&y_turned, &times(z, &left, rank), rank);
        take_mean(&mut right, &y_sum, &z_mean, &left, rank);
    }
    Halves { rank, left, right }
}

fn column_means(matrix: &Csr) -> Vec<f32> {
    let mut sums = vec![0_f64; matrix.cols()];
    for (&column, &value) in matrix.indices().iter().zip(matrix.values()) {
        sums[column as usize] += f64::from(value);
    }
    sums.into_iter().map(|sum| (sum / matrix.rows().max(1) as f64) as f32).collect()
}

/// A sparse matrix times a dense block of `rank` columns.
fn times(matrix: &Csr, block: &[f32], rank: usize) -> Vec<f32> {
    let mut out = vec![0_f32; matrix.rows() * rank];
    out.par_chunks_mut(rank.max(1)).enumerate().for_each(|(row, sums)| {
        let (columns, values) = matrix.row(row);
        for (&column, value) in columns.iter().zip(values) {
            let line = &block[column as usize * rank..][..rank];
            sums.iter_mut().zip(line).for_each(|(sum, x)| *sum += value * x);
        }
    });
    out
}

/// Takes `a · (bᵀ · block)` off `out`.
fn take_mean(out: &mut [f32], a: &[f32], b: &[f32], block: &[f32], rank: usize) {
    let mut sums = vec![0_f64; rank];
    for (weight, line) in b.iter().zip(block.chunks_exact(rank.max(1))) {
        sums.iter_mut().zip(line).for_each(|(sum, x)| *sum += f64::from(*weight) * f64::from(*x));
    }
    for (weight, line) in a.iter().zip(out.chunks_exact_mut(rank.max(1))) {
        line.iter_mut().zip(&sums).for_each(|(x, sum)| *x -= (f64::from(*weight) * sum) as f32);
    }
}

/// Gram–Schmidt, twice over, which is enough in single precision. A column that the others span becomes 0.
fn orthonormalise(block: &mut [f32], rank: usize) {
    let rows = block.len() / rank.max(1);
    let mut columns: Vec<Vec<f64>> =
        (0..rank).map(|c| (0..rows).map(|r| f64::from(block[r * rank + c])).collect()).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    for at in 0..rank {
        let (done, rest) = columns.split_at_mut(at);
        let column = &mut rest[0];
        let before = dot(column, column).sqrt();
        for other in done.iter().chain(done.iter()) {
            let share = dot(other, column);
            column.iter_mut().zip(other).for_each(|(x, y)| *x -= share * y);
        }
        let length = dot(column, column).sqrt();
        let scale = if length > 1e-6 * before { 1.0 / length } else { 0.0 };
        column.iter_mut().for_each(|x| *x *= scale);
    }
    for (c, column) in columns.iter().enumerate() {
        column.iter().enumerate().for_each(|(r, x)| block[r * rank + c] = *x as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dense(z: &Csr, y: &Csr) -> Vec<Vec<f64>> {
        let cell = |m: &Csr, r: usize, c: usize| {
            m.profile(r).iter().find(|cell| cell.0 as usize == c).map_or(0.0, |cell| f64::from(cell.1))
        };
        let mean = |m: &Csr, c: usize| (0..m.rows()).map(|r| cell(m, r, c)).sum::<f64>() / m.rows() as f64;
        let product = |i, j| -> f64 { (0..z.rows()).map(|r| cell(z, r, i) * cell(y, r, j)).sum() };
        (0..z.cols())
            .map(|i| {
                (0..y.cols()).map(|j| product(i, j) - z.rows() as f64 * mean(z, i) * mean(y, j)).collect()
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn full_rank_gives_the_covariance_back(
            a in prop::collection::vec((0_u32..9, 0_u32..5, 0.5_f32..2.0), 1..30),
            b in prop::collection::vec((0_u32..9, 0_u32..4, 0.5_f32..2.0), 1..30),
        ) {
            let (z, y) = (Csr::from_triplets(9, 5, &a), Csr::from_triplets(9, 4, &b));
            let found = halves(&z, &y, 5, 1);
            for (i, row) in dense(&z, &y).iter().enumerate() {
                for (j, wanted) in row.iter().enumerate() {
                    let sum: f32 = (0..5).map(|r| found.left[i * 5 + r] * found.right[j * 5 + r]).sum();
                    prop_assert!((f64::from(sum) - wanted).abs() < 1e-3, "{} instead of {}", sum, wanted);
                }
            }
        }
    }

    #[test]
    fn one_direction_is_the_strongest() {
        // Two blocks of taste, the first with three times the people.
        let cells: Vec<(u32, u32, f32)> = (0..8).map(|p| (p, u32::from(p >= 6), 1.0)).collect();
        let both = Csr::from_triplets(8, 2, &cells);
        let found = halves(&both, &both, 1, 3);
        // The covariance is 1.5 · [[1, −1], [−1, 1]].
        for (i, j, wanted) in [(0, 0, 1.5), (0, 1, -1.5), (1, 1, 1.5)] {
            assert!((found.left[i] * found.right[j] - wanted).abs() < 1e-4, "{found:?}");
        }
    }
}
