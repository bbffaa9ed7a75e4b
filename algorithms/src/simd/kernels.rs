//! Loops over the rows of a dense matrix, chosen by a sparse line or taken one after another.

use super::arch::{Kernel, Lane, Simd, dispatch};
use super::matrix::Matrix;

/// Some rows of equal width.
pub(crate) trait Rows: Copy {
    /// How many.
    fn len(self) -> usize;
    /// Row `at` as an array of its lanes; `N` must be the width.
    fn row<const N: usize>(&self, at: usize) -> &[Lane; N];
    /// Lanes in each row.
    fn width(self) -> usize;
    /// Whether rows lie far apart, so that asking for them early pays.
    fn scattered(self) -> bool;
}

/// Rows one after another.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a> {
    pub(crate) width: usize,
    pub(crate) lanes: &'a [Lane],
}

impl Rows for Packed<'_> {
    #[inline(always)]
    fn scattered(self) -> bool {
        false
    }
    #[inline(always)]
    fn len(self) -> usize {
        self.lanes.len() / self.width
    }
    #[inline(always)]
    fn row<const N: usize>(&self, at: usize) -> &[Lane; N] {
        self.lanes[at * N..].first_chunk().expect("every row is whole")
    }
    #[inline(always)]
    fn width(self) -> usize {
        self.width
    }
}

/// The rows of a matrix that a list of indices names.
#[derive(Clone, Copy)]
pub(crate) struct Picked<'a> {
    pub(crate) width: usize,
    pub(crate) lanes: &'a [Lane],
    pub(crate) indices: &'a [u32],
}

impl Rows for Picked<'_> {
    #[inline(always)]
    fn scattered(self) -> bool {
        true
    }
    #[inline(always)]
    fn len(self) -> usize {
        self.indices.len()
    }
    #[inline(always)]
    fn row<const N: usize>(&self, at: usize) -> &[Lane; N] {
        self.lanes[self.indices[at] as usize * N..].first_chunk().expect("every row is whole")
    }
    #[inline(always)]
    fn width(self) -> usize {
        self.width
    }
}

/// Calls `$f::<N, _>` for the width at hand.
macro_rules! for_width {
    ($width:expr, $f:ident($($arg:expr),*)) => {
        match $width {
            1 => $f::<1, _>($($arg),*),
            2 => $f::<2, _>($($arg),*),
            3 => $f::<3, _>($($arg),*),
            4 => $f::<4, _>($($arg),*),
            6 => $f::<6, _>($($arg),*),
            8 => $f::<8, _>($($arg),*),
            12 => $f::<12, _>($($arg),*),
            16 => $f::<16, _>($($arg),*),
            24 => $f::<24, _>($($arg),*),
            32 => $f::<32, _>($($arg),*),
            other => unreachable!("rows are never {other} lanes wide"),
        }
    };
}

/// The weights of [`weigh`]: row i is taken `fixed · shift[i] + sloped · slope[i] · (row_i · point)` times.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a> {
    pub(crate) shift: &'a [f32],
    pub(crate) fixed: f32,
    pub(crate) slope: &'a [f32],
    pub(crate) sloped: f32,
}

/// out += Σᵢ (fixed · shiftᵢ + sloped · slopeᵢ · (rowᵢ · point)) · rowᵢ, reading each row once. With `copy`
/// the rows are also written there one after another, so that the next pass finds them in the cache.
pub(crate) fn weigh<R: Rows>(
    rows: R,
    weights: Weights<'_>,
    point: &[Lane],
    out: &mut [Lane],
    copy: Option<&mut [Lane]>,
) {
    dispatch(Weigh { rows, weights, point, out, copy });
}

struct Weigh<'a, R> {
    rows: R,
    weights: Weights<'a>,
    point: &'a [Lane],
    out: &'a mut [Lane],
    copy: Option<&'a mut [Lane]>,
}

impl<R: Rows> Kernel for Weigh<'_, R> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for_width!(self.rows.width(), weigh_wide(s, self));
    }
}

#[inline(always)]
fn weigh_wide<const N: usize, S: Simd>(s: S, kernel: Weigh<'_, impl Rows>) {
    let Weigh { rows, weights, point, out, mut copy } = kernel;
    let (point, out): (&[Lane; N], &mut [Lane; N]) =
        (point.first_chunk().expect("as wide as a row"), out.first_chunk_mut().expect("as wide as a row"));
    let n = rows.len();
    let (shift, slope) = (&weights.shift[..n], &weights.slope[..n]);
    let mut at = 0;
    while at < n {
        let here = (n - at).min(8);
        // The last group repeats its last row with weight 0.
        let group: [&[Lane; N]; 8] = std::array::from_fn(|k| rows.row::<N>(at + k.min(here - 1)));
        if rows.scattered() && at + 24 <= n {
            for k in 0..8 {
                rows.row::<N>(at + 16 + k).iter().for_each(|lane| s.prefetch(lane));
            }
        }
        let mut sums = [s.zero(); 8];
        for l in 0..N {
            let p = s.load(&point[l]);
            for k in 0..8 {
                sums[k] = s.fma(s.load(&group[k][l]), p, sums[k]);
            }
        }
        let dots = s.sum8(sums);
        let mut taken = [0.0_f32; 8];
        for k in 0..here {
            taken[k] = weights.fixed * shift[at + k] + weights.sloped * slope[at + k] * dots[k];
        }
        let taken = taken.map(|t| s.splat(t));
        for l in 0..N {
            let (mut even, mut odd) = (s.load(&out[l]), s.zero());
            for k in 0..4 {
                even = s.fma(taken[2 * k], s.load(&group[2 * k][l]), even);
                odd = s.fma(taken[2 * k + 1], s.load(&group[2 * k + 1][l]), odd);
            }
            s.store(s.add(even, odd), &mut out[l]);
        }
        if let Some(copy) = copy.as_deref_mut() {
            let copied = &mut copy[at * N..(at + here) * N];
            for (to, from) in copied.chunks_exact_mut(N).zip(group) {
                for l in 0..N {
                    s.store(s.load(&from[l]), &mut to[l]);
                }
            }
        }
        at += here;
    }
}

/// out[i] = row_i · point.
pub(crate) fn rows_dot<R: Rows>(rows: R, point: &[Lane], out: &mut [f32]) {
    dispatch(RowsDot { rows, point, out });
}

struct RowsDot<'a, R> {
    rows: R,
    point: &'a [Lane],
    out: &'a mut [f32],
}

impl<R: Rows> Kernel for RowsDot<'_, R> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for_width!(self.rows.width(), rows_dot_wide(s, self));
    }
}

#[inline(always)]
fn rows_dot_wide<const N: usize, S: Simd>(s: S, kernel: RowsDot<'_, impl Rows>) {
    let RowsDot { rows, point, out } = kernel;
    let point: &[Lane; N] = point.first_chunk().expect("as wide as a row");
    let n = rows.len();
    let out = &mut out[..n];
    for at in (0..n).step_by(8) {
        let here = (n - at).min(8);
        let group: [&[Lane; N]; 8] = std::array::from_fn(|k| rows.row::<N>(at + k.min(here - 1)));
        let mut sums = [s.zero(); 8];
        for l in 0..N {
            let p = s.load(&point[l]);
            for k in 0..8 {
                sums[k] = s.fma(s.load(&group[k][l]), p, sums[k]);
            }
        }
        out[at..at + here].copy_from_slice(&s.sum8(sums)[..here]);
    }
}

/// Dot product of every row of `matrix` with `point`, which has as many floats as the matrix has columns.
pub(crate) fn dots(matrix: &Matrix, point: &[f32], out: &mut [f32]) {
    let point = Matrix::from_rows(matrix.cols(), point);
    rows_dot(Packed { width: matrix.width(), lanes: matrix.lanes() }, point.lanes(), out);
}

/// Copies `width` lanes from `from` on of each picked row of `lanes`, rows one after another.
pub(crate) fn gather(
    lanes: &[Lane],
    row_width: usize,
    indices: &[u32],
    from: usize,
    width: usize,
    out: &mut [Lane],
) {
    for (to, &index) in out.chunks_exact_mut(width).zip(indices) {
        let start = index as usize * row_width + from;
        to.copy_from_slice(&lanes[start..start + width]);
    }
}

/// out += a · x.
pub(crate) fn axpy(a: f32, x: &[Lane], out: &mut [Lane]) {
    for (o, v) in out.iter_mut().zip(x) {
        for k in 0..16 {
            o.0[k] += a * v.0[k];
        }
    }
}

/// a · b.
pub(crate) fn dot(a: &[Lane], b: &[Lane]) -> f32 {
    let mut sums = [0.0_f32; 16];
    for (x, y) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(x.0.iter().zip(&y.0)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// out += square · point, for a symmetric square matrix of 16·width rows.
pub(crate) fn symmetric_product(square: &[Lane], point: &[Lane], out: &mut [Lane]) {
    dispatch(SymmetricProduct { rows: Packed { width: point.len(), lanes: square }, point, out });
}

struct SymmetricProduct<'a> {
    rows: Packed<'a>,
    point: &'a [Lane],
    out: &'a mut [Lane],
}

impl Kernel for SymmetricProduct<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for_width!(self.rows.width, symmetric_product_wide(s, self));
    }
}

#[inline(always)]
fn symmetric_product_wide<const N: usize, S: Simd>(s: S, kernel: SymmetricProduct<'_>) {
    let SymmetricProduct { rows, point, out } = kernel;
    let point = Lane::floats(point);
    // Columns of a symmetric matrix are its rows, so the product is a sum of rows and needs no sums across.
    let mut even: [S::V; N] = std::array::from_fn(|l| s.load(&out[l]));
    let mut odd = [s.zero(); N];
    for j in 0..8 * N {
        let (a, b) = (s.splat(point[2 * j]), s.splat(point[2 * j + 1]));
        let (x, y): (&[Lane; N], &[Lane; N]) = (rows.row(2 * j), rows.row(2 * j + 1));
        for l in 0..N {
            even[l] = s.fma(a, s.load(&x[l]), even[l]);
            odd[l] = s.fma(b, s.load(&y[l]), odd[l]);
        }
    }
    for l in 0..N {
        s.store(s.add(even[l], odd[l]), &mut out[l]);
    }
}

/// out += Σᵢ weightᵢ · rowᵢ rowᵢᵀ in the upper half, lane by lane: of row j of the square the lanes from
/// j / 16 on are right, those before are left alone. Cost n · d² / 2 multiplications.
pub(crate) struct Outer<'a> {
    pub(crate) rows: Packed<'a>,
    pub(crate) weights: &'a [f32],
    pub(crate) out: &'a mut [Lane],
}

impl Outer<'_> {
    /// Adds the products.
    pub(crate) fn add(self) {
        dispatch(self);
    }
}

impl Kernel for Outer<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for_width!(self.rows.width, outer_wide(s, self));
    }
}

/// Rows of the square that one tile covers.
const TILE: usize = 8;

#[inline(always)]
fn outer_wide<const N: usize, S: Simd>(s: S, kernel: Outer<'_>) {
    let Outer { rows, weights, out } = kernel;
    // A block of rows that stays in the first-level cache while every tile reads it.
    let block = (512 / N).max(8);
    for start in (0..rows.len()).step_by(block) {
        let end = (start + block).min(rows.len());
        let part = Packed { width: N, lanes: &rows.lanes[start * N..end * N] };
        let part_weights = &weights[start..end];
        for first in (0..16 * N).step_by(TILE) {
            let mut lane = first / 16;
            while lane < N {
                if S::WIDE && lane + 2 <= N {
                    tile::<N, TILE, 2, S>(s, part, part_weights, first, lane, out);
                    lane += 2;
                } else {
                    tile::<N, { TILE / 2 }, 1, S>(s, part, part_weights, first, lane, out);
                    tile::<N, { TILE / 2 }, 1, S>(s, part, part_weights, first + TILE / 2, lane, out);
                    lane += 1;
                }
            }
        }
    }
}

#[inline(always)]
fn tile<const N: usize, const J: usize, const L: usize, S: Simd>(
    s: S,
    rows: Packed<'_>,
    weights: &[f32],
    first: usize,
    lane: usize,
    out: &mut [Lane],
) {
    let mut sums = [[s.zero(); L]; J];
    for (i, &weight) in weights.iter().enumerate() {
        let row: &[Lane; N] = rows.row(i);
        let weight = s.splat(weight);
        let right: [S::V; L] = std::array::from_fn(|l| s.mul(weight, s.load(&row[lane + l])));
        for j in 0..J {
            let left = s.splat(row[(first + j) / 16].0[(first + j) % 16]);
            for l in 0..L {
                sums[j][l] = s.fma(left, right[l], sums[j][l]);
            }
        }
    }
    for j in 0..J {
        for l in 0..L {
            let place = &mut out[(first + j) * N + lane + l];
            s.store(s.add(s.load(place), sums[j][l]), place);
        }
    }
}
