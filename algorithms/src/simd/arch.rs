//! The instruction sets, and the only `unsafe` of the crate.

/// Sixteen floats on one cache line.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(C, align(64))]
pub(crate) struct Lane(pub(crate) [f32; 16]);

impl Lane {
    pub(crate) const ZERO: Self = Self([0.0; 16]);

    /// Lanes seen as floats.
    pub(crate) fn floats(lanes: &[Self]) -> &[f32] {
        // SAFETY: a Lane is exactly sixteen floats without padding, and every bit pattern is a float.
        unsafe { std::slice::from_raw_parts(lanes.as_ptr().cast(), lanes.len() * 16) }
    }

    /// Lanes seen as floats that can be written.
    pub(crate) fn floats_mut(lanes: &mut [Self]) -> &mut [f32] {
        // SAFETY: as in `floats`; the exclusive borrow is handed on.
        unsafe { std::slice::from_raw_parts_mut(lanes.as_mut_ptr().cast(), lanes.len() * 16) }
    }
}

/// Arithmetic on sixteen floats. A value of an implementing type proves that the processor has the
/// instructions: only [`dispatch`] makes one, after asking.
pub(crate) trait Simd: Copy {
    /// Sixteen floats in registers.
    type V: Copy;
    /// Whether 32 registers of sixteen floats are there, which decides the tile size of products.
    const WIDE: bool;

    fn splat(self, value: f32) -> Self::V;
    fn load(self, lane: &Lane) -> Self::V;
    fn store(self, value: Self::V, lane: &mut Lane);
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// a·b + c.
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The sums of eight values, each over its sixteen floats.
    fn sum8(self, values: [Self::V; 8]) -> [f32; 8];
    /// Asks for a cache line that will be read soon.
    fn prefetch(self, _lane: &Lane) {}

    #[inline(always)]
    fn zero(self) -> Self::V {
        self.splat(0.0)
    }
}

/// A loop to be compiled for every instruction set.
pub(crate) trait Kernel {
    type Out;
    fn run<S: Simd>(self, simd: S) -> Self::Out;
}

/// Plain Rust, for every processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Simd for Portable {
    type V = [f32; 16];
    const WIDE: bool = false;

    #[inline(always)]
    fn splat(self, value: f32) -> Self::V {
        [value; 16]
    }
    #[inline(always)]
    fn load(self, lane: &Lane) -> Self::V {
        lane.0
    }
    #[inline(always)]
    fn store(self, value: Self::V, lane: &mut Lane) {
        lane.0 = value;
    }
    #[inline(always)]
    fn add(self, a: Self::V, b: Self::V) -> Self::V {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    fn mul(self, a: Self::V, b: Self::V) -> Self::V {
        std::array::from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // `mul_add` would call a library function where the processor has no such instruction.
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    fn sum8(self, values: [Self::V; 8]) -> [f32; 8] {
        values.map(|v| {
            let four: [f32; 4] = std::array::from_fn(|i| (v[i] + v[i + 8]) + (v[i + 4] + v[i + 12]));
            (four[0] + four[2]) + (four[1] + four[3])
        })
    }
}

/// Runs a kernel with the best instructions this processor has.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Out {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has just said that it has AVX-512F.
            return unsafe { x86::run_avx512(kernel) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has just said that it has AVX2 and FMA.
            return unsafe { x86::run_avx2(kernel) };
        }
    }
    kernel.run(Portable)
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    //! Every `unsafe` block below is sound for the same reason: the token it is a method of exists only
    //! inside `run_avx512` or `run_avx2`, whose callers have asked the processor.

    use std::arch::x86_64::*;

    use super::{Kernel, Lane, Simd};

    #[derive(Clone, Copy)]
    pub(crate) struct Avx512(());

    #[derive(Clone, Copy)]
    pub(crate) struct Avx2(());

    /// # Safety
    /// The processor must have AVX-512F.
    #[target_feature(enable = "avx512f")]
    pub(crate) unsafe fn run_avx512<K: Kernel>(kernel: K) -> K::Out {
        kernel.run(Avx512(()))
    }

    /// # Safety
    /// The processor must have AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub(crate) unsafe fn run_avx2<K: Kernel>(kernel: K) -> K::Out {
        kernel.run(Avx2(()))
    }

    impl Simd for Avx512 {
        type V = __m512;
        const WIDE: bool = true;

        #[inline(always)]
        fn splat(self, value: f32) -> __m512 {
            // SAFETY: the token proves AVX-512F.
            unsafe { _mm512_set1_ps(value) }
        }
        #[inline(always)]
        fn load(self, lane: &Lane) -> __m512 {
            // SAFETY: the token proves AVX-512F; a lane is sixteen floats aligned to 64 bytes.
            unsafe { _mm512_load_ps(lane.0.as_ptr()) }
        }
        #[inline(always)]
        fn store(self, value: __m512, lane: &mut Lane) {
            // SAFETY: the token proves AVX-512F; a lane is sixteen floats aligned to 64 bytes.
            unsafe { _mm512_store_ps(lane.0.as_mut_ptr(), value) }
        }
        #[inline(always)]
        fn add(self, a: __m512, b: __m512) -> __m512 {
            // SAFETY: the token proves AVX-512F.
            unsafe { _mm512_add_ps(a, b) }
        }
        #[inline(always)]
        fn mul(self, a: __m512, b: __m512) -> __m512 {
            // SAFETY: the token proves AVX-512F.
            unsafe { _mm512_mul_ps(a, b) }
        }
        #[inline(always)]
        fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
            // SAFETY: the token proves AVX-512F.
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        fn sum8(self, v: [__m512; 8]) -> [f32; 8] {
            // SAFETY: the token proves AVX-512F; `out` has room for the eight floats stored.
            unsafe {
                let pair = |a, b| _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let quad = |a, b| {
                    let (a, b) = (_mm512_castps_pd(a), _mm512_castps_pd(b));
                    let (low, high) = (_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
                    _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high))
                };
                // Each quarter of `x` holds partial sums of values 0 to 3, each of `y` those of 4 to 7.
                let x = quad(pair(v[0], v[1]), pair(v[2], v[3]));
                let y = quad(pair(v[4], v[5]), pair(v[6], v[7]));
                let halves =
                    _mm512_add_ps(_mm512_shuffle_f32x4::<0x88>(x, y), _mm512_shuffle_f32x4::<0xdd>(x, y));
                let whole = _mm512_add_ps(
                    _mm512_shuffle_f32x4::<0x88>(halves, halves),
                    _mm512_shuffle_f32x4::<0xdd>(halves, halves),
                );
                let mut out = [0.0; 8];
                _mm256_storeu_ps(out.as_mut_ptr(), _mm512_castps512_ps256(whole));
                out
            }
        }
        #[inline(always)]
        fn prefetch(self, lane: &Lane) {
            // SAFETY: a prefetch reads nothing; the address is valid besides.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(lane.0.as_ptr().cast()) }
        }
    }

    impl Simd for Avx2 {
        type V = [__m256; 2];
        const WIDE: bool = false;

        #[inline(always)]
        fn splat(self, value: f32) -> Self::V {
            // SAFETY: the token proves AVX2.
            unsafe { [_mm256_set1_ps(value); 2] }
        }
        #[inline(always)]
        fn load(self, lane: &Lane) -> Self::V {
            // SAFETY: the token proves AVX2; both halves lie inside the lane, aligned to 32 bytes.
            unsafe { [_mm256_load_ps(lane.0.as_ptr()), _mm256_load_ps(lane.0.as_ptr().add(8))] }
        }
        #[inline(always)]
        fn store(self, value: Self::V, lane: &mut Lane) {
            // SAFETY: the token proves AVX2; both halves lie inside the lane, aligned to 32 bytes.
            unsafe {
                _mm256_store_ps(lane.0.as_mut_ptr(), value[0]);
                _mm256_store_ps(lane.0.as_mut_ptr().add(8), value[1]);
            }
        }
        #[inline(always)]
        fn add(self, a: Self::V, b: Self::V) -> Self::V {
            // SAFETY: the token proves AVX2.
            unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] }
        }
        #[inline(always)]
        fn mul(self, a: Self::V, b: Self::V) -> Self::V {
            // SAFETY: the token proves AVX2.
            unsafe { [_mm256_mul_ps(a[0], b[0]), _mm256_mul_ps(a[1], b[1])] }
        }
        #[inline(always)]
        fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
            // SAFETY: the token proves FMA.
            unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
        }
        #[inline(always)]
        fn sum8(self, v: [Self::V; 8]) -> [f32; 8] {
            // SAFETY: the token proves AVX2; `out` has room for the eight floats stored.
            unsafe {
                let v = v.map(|[low, high]| _mm256_add_ps(low, high));
                let pair = |a, b| _mm256_hadd_ps(a, b);
                // Each half of `x` holds partial sums of values 0 to 3, each of `y` those of 4 to 7.
                let x = pair(pair(v[0], v[1]), pair(v[2], v[3]));
                let y = pair(pair(v[4], v[5]), pair(v[6], v[7]));
                let whole =
                    _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(x, y), _mm256_permute2f128_ps::<0x31>(x, y));
                let mut out = [0.0; 8];
                _mm256_storeu_ps(out.as_mut_ptr(), whole);
                out
            }
        }
        #[inline(always)]
        fn prefetch(self, lane: &Lane) {
            // SAFETY: a prefetch reads nothing; the address is valid besides.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(lane.0.as_ptr().cast()) }
        }
    }
}
