//! Every instruction set this machine has must agree with plain Rust, and plain Rust with the formula.

use super::arch::{Kernel, Portable, Simd, dispatch};
use super::*;

fn numbers(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..n).map(|_| next()).collect()
}

fn near(a: &[f32], b: &[f32], what: &str) {
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(b) {
        assert!((x - y).abs() <= 2e-4 * (1.0 + y.abs()), "{what}: {x} against {y}");
    }
}

/// The operations one by one.
struct Operations<'a>(&'a [Lane; 8]);

impl Kernel for Operations<'_> {
    type Out = Vec<f32>;

    fn run<S: Simd>(self, s: S) -> Vec<f32> {
        let v = self.0.each_ref().map(|lane| s.load(lane));
        let mut out = s.sum8(v).to_vec();
        for value in [s.add(v[0], v[1]), s.mul(v[2], v[3]), s.fma(v[4], v[5], v[6]), s.splat(2.5), s.zero()] {
            let mut lane = Lane::ZERO;
            s.store(value, &mut lane);
            out.extend(lane.0);
        }
        s.prefetch(&self.0[0]);
        out
    }
}

#[test]
fn instruction_sets_agree() {
    let floats = numbers(128, 7);
    let lanes: [Lane; 8] = std::array::from_fn(|k| Lane(std::array::from_fn(|i| floats[16 * k + i])));
    let plain = Operations(&lanes).run(Portable);
    for (k, sum) in plain[..8].iter().enumerate() {
        assert!((sum - lanes[k].0.iter().sum::<f32>()).abs() < 1e-5);
    }
    near(&dispatch(Operations(&lanes)), &plain, "dispatched");
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has just said that it has AVX2 and FMA.
        near(&unsafe { super::arch::x86::run_avx2(Operations(&lanes)) }, &plain, "AVX2");
    }
}

/// Runs `check` for every supported width and some numbers of rows.
fn for_shapes(check: impl Fn(Matrix, Vec<f32>)) {
    for cols in [1, 16, 17, 40, 64, 96, 128, 192, 250, 300, 512] {
        for rows in [1, 7, 8, 9, 40] {
            check(Matrix::from_rows(cols, &numbers(rows * cols, 3 + cols as u32)), numbers(cols, 5));
        }
    }
}

#[test]
fn dots_are_sums_of_products() {
    for_shapes(|m, point| {
        let mut out = vec![0.0; m.rows()];
        dots(&m, &point, &mut out);
        let naive: Vec<f32> =
            (0..m.rows()).map(|r| m.row(r).iter().zip(&point).map(|(a, b)| a * b).sum()).collect();
        near(&out, &naive, "dots");
    });
}

#[test]
fn weighing_sums_rows_and_keeps_them() {
    for_shapes(|m, point| {
        let indices: Vec<u32> = (0..m.rows() as u32).rev().collect();
        let (shift, slope) = (numbers(m.rows(), 1), numbers(m.rows(), 2));
        let p = Matrix::from_rows(m.cols(), &point);
        let weights = Weights { shift: &shift, fixed: 0.5, slope: &slope, sloped: -1.0 };
        let (mut out, mut copy) = (p.clone(), Matrix::zeros(m.rows(), m.cols()));
        let picked = Picked { width: m.width(), lanes: m.lanes(), indices: &indices };
        weigh(picked, weights, p.lanes(), out.lanes_mut(), Some(copy.lanes_mut()));
        let mut naive = point.clone();
        for (k, &row) in indices.iter().enumerate() {
            let row = m.row(row as usize);
            assert_eq!(copy.row(k), row);
            let product: f32 = row.iter().zip(&point).map(|(a, b)| a * b).sum();
            let taken = 0.5 * shift[k] - slope[k] * product;
            naive.iter_mut().zip(row).for_each(|(sum, value)| *sum += taken * value);
        }
        near(out.row(0), &naive, "weigh");
    });
}

#[test]
fn products_of_rows_solve_to_what_they_were_made_from() {
    for_shapes(|m, x| {
        let width = m.width();
        let weights: Vec<f32> = numbers(m.rows(), 4).iter().map(|w| w + 0.75).collect();
        let mut square = vec![Lane::ZERO; 16 * width * width];
        let rows = Packed { width, lanes: m.lanes() };
        Outer { rows, weights: &weights, out: &mut square }.add();
        let size = 16 * width;
        let floats = Lane::floats_mut(&mut square);
        for j in 0..size {
            floats[j * size + j] += 1.0;
            for k in j + 1..size {
                let naive: f32 = if k < m.cols() {
                    (0..m.rows()).map(|r| weights[r] * m.row(r)[j] * m.row(r)[k]).sum()
                } else {
                    0.0
                };
                assert!((floats[j * size + k] - naive).abs() < 1e-3);
                floats[k * size + j] = floats[j * size + k];
            }
        }
        let x = Matrix::from_rows(m.cols(), &x);
        let mut right = Matrix::zeros(1, m.cols());
        symmetric_product(&square, x.lanes(), right.lanes_mut());
        assert!(Cholesky { square: &mut square, vector: right.lanes_mut() }.solve());
        near(right.row(0), x.row(0), "solved");
        assert!(Lane::floats(right.lanes())[m.cols()..].iter().all(|pad| *pad == 0.0));
    });
}

#[test]
fn a_matrix_that_is_not_positive_is_refused() {
    for bad in [0.0, -1.0, f32::NAN] {
        let mut square = vec![Lane::ZERO; 16];
        square.iter_mut().enumerate().for_each(|(k, lane)| lane.0[k] = if k == 5 { bad } else { 1.0 });
        assert!(!Cholesky { square: &mut square, vector: &mut [Lane::ZERO] }.solve());
    }
}

#[test]
fn padding_stays_out_of_sight() {
    let m = Matrix::from_rows(3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!((m.rows(), m.cols(), m.row(1)), (2, 3, &[4.0, 5.0, 6.0][..]));
    assert_eq!(m.to_rows(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(Matrix::from_rows(0, &[]).rows(), 0);
    let mut out = [1.0, 2.0];
    axpy(2.0, &[], &mut []);
    dots(&m, &[0.0, 0.0, 1.0], &mut out);
    assert_eq!(out, [3.0, 6.0]);
}
