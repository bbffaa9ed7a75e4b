//! The alternation: everybody against fixed items, every item against fixed people.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::params::Params;
use super::row::{Objective, Workspace};
use crate::matrix::Csr;
use crate::model::{FitError, Progress};
use crate::simd::{Lane, Matrix, Outer, Packed};

/// Rows that one task solves: enough to hide its cost, few enough that threads end together.
const ROWS_PER_TASK: usize = 64;

/// Rows whose products are summed in single precision before they join the whole. It is fixed, so that sums
/// do not depend on the number of threads.
const ROWS_PER_SUM: usize = 2048;

/// Runs the fit; gives the factors of people and items.
pub(super) fn alternate(
    matrix: &Csr,
    params: &Params,
    progress: &dyn Progress,
) -> Result<(Matrix, Matrix), FitError> {
    params.check()?;
    if matrix.nnz() == 0 {
        return Err(FitError::Empty);
    }
    let by_item = matrix.transpose();
    let mut people = Matrix::zeros(matrix.rows(), params.dims);
    let mut items = initial(matrix.cols(), params);
    let total = 2 * params.iterations as u64 * matrix.nnz() as u64;
    let meter = Meter { progress, done: AtomicU64::new(0), total };
    for _ in 0..params.iterations {
        solve_side(matrix, &items, &mut people, params, &meter)?;
        solve_side(&by_item, &people, &mut items, params, &meter)?;
    }
    Ok((people, items))
}

/// Item factors drawn evenly from an interval with the wanted standard deviation.
fn initial(items: usize, params: &Params) -> Matrix {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(params.seed);
    let half_width = params.stdev * (3.0 / params.dims as f32).sqrt();
    let mut out = Matrix::zeros(items, params.dims);
    for item in 0..items {
        for factor in out.row_mut(item) {
            let unit = (rng.next_u32() >> 8) as f32 / (1_u32 << 24) as f32;
            *factor = (2.0 * unit - 1.0) * half_width;
        }
    }
    out
}

/// Adds up what has been done, in entries of the matrix.
struct Meter<'a> {
    progress: &'a dyn Progress,
    done: AtomicU64,
    total: u64,
}

/// Solves every row of one side.
fn solve_side(
    rows: &Csr,
    fixed: &Matrix,
    free: &mut Matrix,
    params: &Params,
    meter: &Meter<'_>,
) -> Result<(), FitError> {
    let gramian = gramian(fixed, params.alpha0);
    let objective = Objective { params, fixed, gramian: &gramian };
    let width = free.width();
    let spare: Mutex<Vec<Workspace>> = Mutex::new(Vec::new());
    let failed = AtomicBool::new(false);
    let tasks = free.lanes_mut().par_chunks_mut(ROWS_PER_TASK * width).enumerate().with_max_len(1);
    tasks.for_each(|(task, chunk)| {
        if failed.load(Ordering::Relaxed) || meter.progress.cancelled() {
            return;
        }
        let taken = spare.lock().expect("no holder panics").pop();
        let mut space = taken.unwrap_or_default();
        let first = task * ROWS_PER_TASK;
        for (row, solution) in (first..).zip(chunk.chunks_exact_mut(width)) {
            let (indices, values) = rows.row(row);
            if !objective.solve(indices, values, solution, &mut space) {
                failed.store(true, Ordering::Relaxed);
            }
        }
        let entries = rows.starts()[first + chunk.len() / width] - rows.starts()[first];
        let done = meter.done.fetch_add(entries as u64, Ordering::Relaxed) + entries as u64;
        meter.progress.report(done, meter.total);
        spare.lock().expect("no holder panics").push(space);
    });
    if meter.progress.cancelled() {
        return Err(FitError::Cancelled);
    }
    if failed.into_inner() {
        return Err(FitError::Singular("a row of the alternating least squares; raise lambda"));
    }
    Ok(())
}

/// α₀ YᵀY as a full square of 16·width rows.
pub(super) fn gramian(matrix: &Matrix, alpha0: f32) -> Vec<Lane> {
    let width = matrix.width();
    let parts: Vec<Vec<Lane>> = matrix
        .lanes()
        .par_chunks(ROWS_PER_SUM * width)
        .map(|lanes| {
            let mut out = vec![Lane::ZERO; 16 * width * width];
            let weights = vec![1.0; lanes.len() / width];
            Outer { rows: Packed { width, lanes }, weights: &weights, out: &mut out }.add();
            out
        })
        .collect();
    let mut sums = vec![0_f64; 16 * width * 16 * width];
    for part in &parts {
        for (sum, value) in sums.iter_mut().zip(Lane::floats(part)) {
            *sum += f64::from(*value);
        }
    }
    let mut square = vec![Lane::ZERO; 16 * width * width];
    let (size, out) = (16 * width, Lane::floats_mut(&mut square));
    for j in 0..size {
        for k in j..size {
            let value = (f64::from(alpha0) * sums[j * size + k]) as f32;
            out[j * size + k] = value;
            out[k * size + j] = value;
        }
    }
    square
}
