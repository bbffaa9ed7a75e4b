//! A Cholesky solver for one small system after another.

use super::arch::{Kernel, Lane, Simd, dispatch};

/// Solves A·x = b for a symmetric positive definite A of 16·width rows by A = UᵀU.
///
/// Only the upper half of A is read, lane by lane as [`super::Outer`] leaves it; it is overwritten with U.
/// Cost d³/6 multiplications. Golub and Van Loan, *Matrix Computations*, section 4.2.
pub(crate) struct Cholesky<'a> {
    /// A, and afterwards U.
    pub(crate) square: &'a mut [Lane],
    /// b, and afterwards x.
    pub(crate) vector: &'a mut [Lane],
}

impl Cholesky<'_> {
    /// Solves; false, with nothing of use in `vector`, when A is not positive definite.
    pub(crate) fn solve(self) -> bool {
        dispatch(self)
    }
}

impl Kernel for Cholesky<'_> {
    type Out = bool;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> bool {
        let width = self.vector.len();
        let mut inverse = vec![0.0_f32; 16 * width];
        factorise(s, self.square, width, &mut inverse) && {
            substitute(s, self.square, self.vector, &inverse);
            true
        }
    }
}

#[inline(always)]
fn factorise<S: Simd>(s: S, square: &mut [Lane], width: usize, inverse: &mut [f32]) -> bool {
    for k in 0..16 * width {
        let (above, below) = square.split_at_mut((k + 1) * width);
        let row = &mut above[k * width..];
        let pivot = row[k / 16].0[k % 16];
        // This is also false for NaN.
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        inverse[k] = 1.0 / pivot.sqrt();
        // What stands left of the diagonal is zeroed, so that whole lanes can be used from here on.
        row[k / 16].0[..k % 16].fill(0.0);
        let scale = s.splat(inverse[k]);
        for lane in &mut row[k / 16..] {
            s.store(s.mul(scale, s.load(lane)), lane);
        }
        let row = &*row;
        for (i, other) in (k + 1..).zip(below.chunks_exact_mut(width)) {
            let factor = s.splat(-row[i / 16].0[i % 16]);
            for l in i / 16..width {
                s.store(s.fma(factor, s.load(&row[l]), s.load(&other[l])), &mut other[l]);
            }
        }
    }
    true
}

#[inline(always)]
fn substitute<S: Simd>(s: S, square: &[Lane], vector: &mut [Lane], inverse: &[f32]) {
    let width = vector.len();
    // Uᵀz = b: once z_k is known, its share is taken off everything after it. The share it would take off
    // itself is what is left of it, so z is kept apart.
    let mut z = vec![0.0_f32; inverse.len()];
    for (k, row) in square.chunks_exact(width).enumerate() {
        z[k] = vector[k / 16].0[k % 16] * inverse[k];
        let factor = s.splat(-z[k]);
        for l in k / 16..width {
            s.store(s.fma(factor, s.load(&row[l]), s.load(&vector[l])), &mut vector[l]);
        }
    }
    // Ux = z, from the last to the first; what is not known yet is 0.
    vector.fill(Lane::ZERO);
    for (k, row) in square.chunks_exact(width).enumerate().rev() {
        let mut sum = s.zero();
        for l in k / 16..width {
            sum = s.fma(s.load(&row[l]), s.load(&vector[l]), sum);
        }
        let mut lane = Lane::ZERO;
        s.store(sum, &mut lane);
        vector[k / 16].0[k % 16] = (z[k] - lane.0.iter().sum::<f32>()) * inverse[k];
    }
}
