//! Compressed sparse rows. By convention rows are people and columns are items.

use rayon::prelude::*;

/// A sparse matrix of `rows × cols`, stored by rows with column indices rising inside each row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Csr {
    rows: usize,
    cols: usize,
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl Csr {
    /// Builds the matrix from (row, column, value) triplets in any order; the last value given for a
    /// place wins.
    ///
    /// # Panics
    /// When a row or column lies outside the stated shape.
    #[must_use]
    pub fn from_triplets(rows: usize, cols: usize, triplets: &[(u32, u32, f32)]) -> Self {
        let mut starts = vec![0_usize; rows + 1];
        for &(row, col, _) in triplets {
            assert!(
                (row as usize) < rows && (col as usize) < cols,
                "({row}, {col}) lies outside {rows} x {cols}"
            );
            starts[row as usize + 1] += 1;
        }
        for i in 0..rows {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut cells = vec![(0_u32, 0_f32); triplets.len()];
        for &(row, col, value) in triplets {
            let at = &mut next[row as usize];
            cells[*at] = (col, value);
            *at += 1;
        }
        let mut out = Self { rows, cols, starts: Vec::with_capacity(rows + 1), ..Self::default() };
        out.indices.reserve(cells.len());
        out.values.reserve(cells.len());
        out.starts.push(0);
        for row in 0..rows {
            let row_cells = &mut cells[starts[row]..starts[row + 1]];
            // The sort is stable, so of equal columns the last given stays last.
            row_cells.sort_by_key(|&(col, _)| col);
            for (i, &(col, value)) in row_cells.iter().enumerate() {
                if row_cells.get(i + 1).is_none_or(|next| next.0 != col) {
                    out.indices.push(col);
                    out.values.push(value);
                }
            }
            out.starts.push(out.indices.len());
        }
        out
    }

    /// Builds the matrix from its rows as lists of (column, value), columns rising.
    ///
    /// # Panics
    /// When a column lies outside the matrix.
    #[must_use]
    pub fn from_rows(cols: usize, rows: &[Vec<(u32, f32)>]) -> Self {
        let mut starts = Vec::with_capacity(rows.len() + 1);
        starts.push(0);
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        for row in rows {
            indices.extend(row.iter().map(|cell| cell.0));
            values.extend(row.iter().map(|cell| cell.1));
            starts.push(indices.len());
        }
        Self::from_parts(rows.len(), cols, starts, indices, values)
    }

    /// Takes over ready parts: `starts` has `rows + 1` rising entries, columns rise inside each row.
    ///
    /// # Panics
    /// When the parts do not fit together.
    #[must_use]
    pub fn from_parts(
        rows: usize,
        cols: usize,
        starts: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<f32>,
    ) -> Self {
        assert_eq!(starts.len(), rows + 1, "one start per row and one end");
        assert_eq!(starts.last().copied(), Some(indices.len()), "the last start is the number of entries");
        assert_eq!(indices.len(), values.len(), "one value per index");
        assert!(indices.iter().all(|&c| (c as usize) < cols), "a column lies outside the matrix");
        Self { rows, cols, starts, indices, values }
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

    /// Number of stored entries.
    #[must_use]
    pub fn nnz(&self) -> usize {
        self.indices.len()
    }

    /// Where each row starts in [`Csr::indices`]; one more entry than rows.
    #[must_use]
    pub fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// All column indices, row after row.
    #[must_use]
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Columns and values of one row.
    #[must_use]
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// One row as a profile of (column, value).
    #[must_use]
    pub fn profile(&self, row: usize) -> Vec<(u32, f32)> {
        let (cols, values) = self.row(row);
        cols.iter().copied().zip(values.iter().copied()).collect()
    }

    /// Number of entries in each column.
    #[must_use]
    pub fn column_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.cols];
        for &col in &self.indices {
            counts[col as usize] += 1;
        }
        counts
    }

    /// The matrix with rows and columns exchanged.
    #[must_use]
    pub fn transpose(&self) -> Self {
        let mut starts = vec![0_usize; self.cols + 1];
        for &col in &self.indices {
            starts[col as usize + 1] += 1;
        }
        for i in 0..self.cols {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut indices = vec![0_u32; self.nnz()];
        let mut values = vec![0_f32; self.nnz()];
        for row in 0..self.rows {
            let (cols, row_values) = self.row(row);
            for (&col, &value) in cols.iter().zip(row_values) {
                let at = &mut next[col as usize];
                indices[*at] = u32::try_from(row).expect("rows fit 32 bits");
                values[*at] = value;
                *at += 1;
            }
        }
        Self { rows: self.cols, cols: self.rows, starts, indices, values }
    }

    /// The same pattern with every value put through `f(row, column, value)`.
    #[must_use]
    pub fn map(&self, f: impl Fn(usize, u32, f32) -> f32 + Sync) -> Self {
        let rows: Vec<Vec<f32>> = (0..self.rows)
            .into_par_iter()
            .map(|row| {
                let (cols, values) = self.row(row);
                cols.iter().zip(values).map(|(&c, &v)| f(row, c, v)).collect()
            })
            .collect();
        Self { values: rows.concat(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_value_of_a_place_wins() {
        let m = Csr::from_triplets(2, 3, &[(1, 2, 1.0), (0, 1, 5.0), (1, 0, 2.0), (1, 2, 9.0)]);
        assert_eq!(m.row(0), (&[1][..], &[5.0][..]));
        assert_eq!(m.row(1), (&[0, 2][..], &[2.0, 9.0][..]));
        assert_eq!(m.nnz(), 3);
    }

    proptest! {
        #[test]
        fn transposing_twice_changes_nothing(cells in prop::collection::vec((0_u32..7, 0_u32..5, 0.1_f32..9.0), 0..40)) {
            let m = Csr::from_triplets(7, 5, &cells);
            prop_assert_eq!(m.transpose().transpose(), m);
        }
    }
}
