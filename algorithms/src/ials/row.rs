//! One row: the least squares problem of one person, or one item, with the other side fixed.

use super::params::{Params, Solver};
use crate::simd::{
    Cholesky, Lane, Matrix, Outer, Packed, Picked, Weights, axpy, dot, gather, rows_dot, symmetric_product,
    weigh,
};

/// What all rows of a side share.
pub(super) struct Objective<'a> {
    pub(super) params: &'a Params,
    /// The side that is fixed.
    pub(super) fixed: &'a Matrix,
    /// α₀ times the Gramian of the fixed side.
    pub(super) gramian: &'a [Lane],
}

/// Buffers that live longer than a row.
#[derive(Default)]
pub(super) struct Workspace {
    /// c for each entry.
    pull: Vec<f32>,
    /// What each entry's product with itself weighs in the system.
    weight: Vec<f32>,
    /// The fixed rows of the entries, one after another.
    rows: Vec<Lane>,
    square: Vec<Lane>,
    vectors: Vec<Lane>,
    predicted: Vec<f32>,
}

/// Bytes of gathered rows that should stay in a second-level cache.
const CACHE_BYTES: usize = 1 << 20;

/// Rows gathered at once for an exact solution.
const ROWS_AT_ONCE: usize = 128;

/// Up to this width an exact solution of a long row is cheaper than reading it from memory for each step.
const EXACT_WIDTH: usize = 8;

impl Objective<'_> {
    /// Solves the row of these entries as the parameters say, starting from `solution` where the solver
    /// starts from something. False when the system has no solution in single precision.
    pub(super) fn solve(
        &self,
        indices: &[u32],
        values: &[f32],
        solution: &mut [Lane],
        space: &mut Workspace,
    ) -> bool {
        if indices.is_empty() {
            solution.fill(Lane::ZERO);
            return true;
        }
        let fits = indices.len() * self.fixed.width() * size_of::<Lane>() <= CACHE_BYTES;
        match self.params.solver {
            Solver::ConjugateGradient { .. } if !fits && self.fixed.width() <= EXACT_WIDTH => {
                self.solve_exactly(indices, values, solution, space)
            }
            Solver::ConjugateGradient { steps } => {
                self.descend(indices, values, solution, space, steps, fits)
            }
            Solver::Subspace { block } if block < self.params.dims => {
                self.sweep(indices, values, solution, space, block)
            }
            Solver::Subspace { .. } | Solver::Cholesky => {
                self.solve_exactly(indices, values, solution, space)
            }
        }
    }

    fn weigh_entries(&self, values: &[f32], space: &mut Workspace) {
        let surplus = self.params.surplus();
        space.pull.clear();
        space.pull.extend(values.iter().map(|&value| self.params.confidence.weight(value)));
        space.weight.clear();
        space.weight.extend(space.pull.iter().map(|pull| pull - surplus));
    }

    fn regularisation(&self, indices: &[u32]) -> f32 {
        self.params.regularisation(indices.len(), self.fixed.rows())
    }

    /// Conjugate gradient on A·x = b from the x at hand (Hestenes and Stiefel 1952).
    fn descend(
        &self,
        indices: &[u32],
        values: &[f32],
        x: &mut [Lane],
        space: &mut Workspace,
        steps: usize,
        fits: bool,
    ) -> bool {
        self.weigh_entries(values, space);
        let width = self.fixed.width();
        let lambda = self.regularisation(indices);
        let Workspace { pull, weight, rows, vectors, .. } = space;
        vectors.clear();
        vectors.resize(3 * width, Lane::ZERO);
        let (residual, rest) = vectors.split_at_mut(width);
        let (direction, product) = rest.split_at_mut(width);
        let picked = Picked { width, lanes: self.fixed.lanes(), indices };
        if fits && rows.len() < indices.len() * width {
            rows.resize(indices.len() * width, Lane::ZERO);
        }
        // b − A·x, with b = Σ pull·y and A = α₀ YᵀY + λ I + Σ weight·y yᵀ; the rows are kept on the way.
        symmetric_product(self.gramian, x, residual);
        axpy(lambda, x, residual);
        for lane in residual.iter_mut() {
            lane.0 = lane.0.map(|r| -r);
        }
        let first = Weights { shift: pull, fixed: 1.0, slope: weight, sloped: -1.0 };
        weigh(picked, first, x, residual, fits.then_some(&mut rows[..]));
        let packed = Packed { width, lanes: if fits { &rows[..indices.len() * width] } else { &[] } };
        direction.copy_from_slice(residual);
        let mut size = dot(residual, residual);
        for step in 0..steps {
            if size <= f32::MIN_POSITIVE {
                break;
            }
            product.fill(Lane::ZERO);
            symmetric_product(self.gramian, direction, product);
            axpy(lambda, direction, product);
            let next = Weights { shift: pull, fixed: 0.0, slope: weight, sloped: 1.0 };
            if fits {
                weigh(packed, next, direction, product, None);
            } else {
                weigh(picked, next, direction, product, None);
            }
            let curvature = dot(direction, product);
            // A sum that is NaN fails here as well.
            if curvature.is_nan() || curvature <= 0.0 {
                return false;
            }
            let length = size / curvature;
            axpy(length, direction, x);
            if step + 1 == steps {
                break;
            }
            axpy(-length, product, residual);
            let left = dot(residual, residual);
            for (d, r) in direction.iter_mut().zip(residual.iter()) {
                for k in 0..16 {
                    d.0[k] = r.0[k] + left / size * d.0[k];
                }
            }
            size = left;
        }
        x.iter().all(|lane| lane.0.iter().all(|v| v.is_finite()))
    }

    /// Solves the whole system by Cholesky factorisation.
    pub(super) fn solve_exactly(
        &self,
        indices: &[u32],
        values: &[f32],
        solution: &mut [Lane],
        space: &mut Workspace,
    ) -> bool {
        solution.fill(Lane::ZERO);
        if indices.is_empty() {
            return true;
        }
        self.weigh_entries(values, space);
        let width = self.fixed.width();
        let Workspace { pull, weight, rows, square, .. } = space;
        square.clear();
        square.extend_from_slice(self.gramian);
        add_to_diagonal(square, width, self.regularisation(indices));
        if rows.len() < ROWS_AT_ONCE * width {
            rows.resize(ROWS_AT_ONCE * width, Lane::ZERO);
        }
        for start in (0..indices.len()).step_by(ROWS_AT_ONCE) {
            let end = (start + ROWS_AT_ONCE).min(indices.len());
            let picked = Picked { width, lanes: self.fixed.lanes(), indices: &indices[start..end] };
            let right =
                Weights { shift: &pull[start..end], fixed: 1.0, slope: &weight[start..end], sloped: 0.0 };
            let kept = &mut rows[..(end - start) * width];
            // The product with 0 is wasted, and small beside the square.
            let zero = vec![Lane::ZERO; width];
            weigh(picked, right, &zero, solution, Some(kept));
            Outer { rows: Packed { width, lanes: kept }, weights: &weight[start..end], out: square }.add();
        }
        Cholesky { square, vector: solution }.solve()
    }

    /// One sweep over blocks of factors: each block is solved exactly with the others fixed.
    fn sweep(
        &self,
        indices: &[u32],
        values: &[f32],
        x: &mut [Lane],
        space: &mut Workspace,
        block: usize,
    ) -> bool {
        self.weigh_entries(values, space);
        let width = self.fixed.width();
        let lambda = self.regularisation(indices);
        let Workspace { pull, weight, rows, square, vectors, predicted } = space;
        predicted.clear();
        predicted.resize(indices.len(), 0.0);
        rows_dot(Picked { width, lanes: self.fixed.lanes(), indices }, x, predicted);
        let mut from = 0;
        while from < width {
            let part = crate::simd::width_of(block).min(largest_width(width - from));
            // −gradient of the block: Σ (pull − weight·predicted)·y − α₀ YᵀY x − λ x.
            vectors.clear();
            vectors.resize(part, Lane::ZERO);
            for (k, step) in Lane::floats_mut(vectors).iter_mut().enumerate() {
                let row = (16 * from + k) * width;
                *step = -dot(&self.gramian[row..row + width], x);
            }
            axpy(-lambda, &x[from..from + part], vectors);
            if rows.len() < indices.len() * part {
                rows.resize(indices.len() * part, Lane::ZERO);
            }
            let kept = &mut rows[..indices.len() * part];
            gather(self.fixed.lanes(), width, indices, from, part, kept);
            let packed = Packed { width: part, lanes: kept };
            let missing: Vec<f32> =
                pull.iter().zip(&*weight).zip(&*predicted).map(|((c, w), p)| c - w * p).collect();
            let zero = vec![Lane::ZERO; part];
            let right = Weights { shift: &missing, fixed: 1.0, slope: weight, sloped: 0.0 };
            weigh(packed, right, &zero, vectors, None);
            square.clear();
            for row in 16 * from..16 * (from + part) {
                square.extend_from_slice(&self.gramian[row * width + from..row * width + from + part]);
            }
            add_to_diagonal(square, part, lambda);
            Outer { rows: packed, weights: weight, out: square }.add();
            if !(Cholesky { square, vector: vectors }).solve() {
                return false;
            }
            axpy(1.0, vectors, &mut x[from..from + part]);
            let mut change = vec![0.0; indices.len()];
            rows_dot(packed, vectors, &mut change);
            predicted.iter_mut().zip(change).for_each(|(p, c)| *p += c);
            from += part;
        }
        true
    }
}

/// The largest width kernels know that is at most `lanes`.
fn largest_width(lanes: usize) -> usize {
    (1..=lanes).rev().find(|&width| crate::simd::width_of(16 * width) == width).unwrap_or(1)
}

fn add_to_diagonal(square: &mut [Lane], width: usize, value: f32) {
    for (k, row) in square.chunks_exact_mut(width).enumerate() {
        row[k / 16].0[k % 16] += value;
    }
}
