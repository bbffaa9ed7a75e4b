//! A dense matrix whose rows are padded to whole lanes.

use super::arch::Lane;
use super::width_of;

/// A dense row-major matrix of 32-bit floats with at most 512 columns, each row starting on a cache line.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    cols: usize,
    width: usize,
    lanes: Vec<Lane>,
}

impl Matrix {
    /// A matrix of zeros.
    ///
    /// # Panics
    /// When there are more than 512 columns.
    #[must_use]
    pub fn zeros(rows: usize, cols: usize) -> Self {
        let width = width_of(cols);
        Self { rows, cols, width, lanes: vec![Lane::ZERO; rows * width] }
    }

    /// Copies row-major values without padding.
    ///
    /// # Panics
    /// When `values` is not a whole number of rows, or there are more than 512 columns.
    #[must_use]
    pub fn from_rows(cols: usize, values: &[f32]) -> Self {
        let rows = values.len().checked_div(cols).unwrap_or(0);
        assert_eq!(rows * cols, values.len(), "a whole number of rows");
        let mut out = Self::zeros(rows, cols);
        for row in 0..rows {
            out.row_mut(row).copy_from_slice(&values[row * cols..(row + 1) * cols]);
        }
        out
    }

    /// Row-major values without padding.
    #[must_use]
    pub fn to_rows(&self) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.rows * self.cols);
        (0..self.rows).for_each(|row| out.extend_from_slice(self.row(row)));
        out
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// One row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        &Lane::floats(self.row_lanes(row))[..self.cols]
    }

    /// One row, to be written.
    #[must_use]
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let range = row * self.width..(row + 1) * self.width;
        &mut Lane::floats_mut(&mut self.lanes[range])[..self.cols]
    }

    /// Lanes in each row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// One row with its padding.
    pub(crate) fn row_lanes(&self, row: usize) -> &[Lane] {
        &self.lanes[row * self.width..(row + 1) * self.width]
    }

    /// All rows with their padding.
    pub(crate) fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// All rows with their padding, to be written; the padding must stay 0.
    pub(crate) fn lanes_mut(&mut self) -> &mut [Lane] {
        &mut self.lanes
    }
}
