//! Latencies as people read them.

use serde::Serialize;

/// Quantiles of a latency in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Latency {
    pub(super) count: usize,
    pub(super) p50_ms: f64,
    pub(super) p90_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) max_ms: f64,
}

impl Latency {
    pub(super) fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_unstable_by(f64::total_cmp);
        let at = |per_cent: usize| {
            let index = (samples.len() * per_cent / 100).min(samples.len().saturating_sub(1));
            samples.get(index).copied().unwrap_or(0.0)
        };
        Self { count: samples.len(), p50_ms: at(50), p90_ms: at(90), p99_ms: at(99), max_ms: at(100) }
    }

    pub(super) fn line(&self, name: &str) -> String {
        format!(
            "{name:16} {:9}  p50 {:8.2}  p90 {:8.2}  p99 {:8.2}  max {:8.2} ms",
            self.count, self.p50_ms, self.p90_ms, self.p99_ms, self.max_ms
        )
    }
}
