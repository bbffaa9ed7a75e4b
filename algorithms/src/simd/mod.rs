//! The few loops that must run at the speed of the machine: dot products, weighted sums of rows, Gramians
//! and Cholesky factors, in single precision.
//!
//! A build for plain x86-64 knows only SSE2, so each kernel is compiled three times (AVX-512, AVX2 with FMA,
//! portable) and the best one the processor has is taken when it is called. `arch` alone holds `unsafe`;
//! kernels are written once, over the trait [`arch::Simd`]. Rows are padded with zeros to whole [`Lane`]s of
//! sixteen floats, which no formula here notices.

mod arch;
mod cholesky;
mod kernels;
mod matrix;

pub(crate) use arch::Lane;
pub(crate) use cholesky::Cholesky;
pub(crate) use kernels::{
    Outer, Packed, Picked, Weights, axpy, dot, dots, gather, rows_dot, symmetric_product, weigh,
};
pub use matrix::Matrix;

/// Widths, in lanes, for which kernels are unrolled; rows are padded to the next of them.
const WIDTHS: [usize; 10] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/// The largest number of columns a [`Matrix`] can have.
pub(crate) const MAX_COLS: usize = 16 * WIDTHS[WIDTHS.len() - 1];

/// How many lanes a row of `cols` floats takes.
///
/// # Panics
/// When `cols` is above 512.
pub(crate) fn width_of(cols: usize) -> usize {
    let lanes = cols.div_ceil(16);
    WIDTHS.into_iter().find(|&width| width >= lanes).expect("callers keep to the largest width")
}

#[cfg(test)]
mod tests;
