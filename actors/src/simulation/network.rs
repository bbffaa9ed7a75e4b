//! A connection's two ways: a base delay, jitter on top, and no overtaking.

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

/// One way of one connection.
#[derive(Debug, Clone)]
pub(super) struct Way {
    base_ms: f64,
    jitter_ms: f64,
    last_ms: f64,
}

impl Way {
    pub(super) fn new(jitter_ms: f64, rng: &mut Xoshiro256PlusPlus) -> Self {
        Self { base_ms: rng.random_range(5.0..40.0), jitter_ms, last_ms: 0.0 }
    }

    /// When a message arrives that leaves now.
    pub(super) fn arrival(&mut self, now_ms: f64, rng: &mut Xoshiro256PlusPlus) -> f64 {
        let jitter = if self.jitter_ms > 0.0 { rng.random_range(0.0..self.jitter_ms) } else { 0.0 };
        self.last_ms = self.last_ms.max(now_ms + self.base_ms + jitter);
        self.last_ms
    }
}
