//! What an evening came to.

use serde::Serialize;
use std::fmt;

/// Quantiles of an error in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Quantiles {
    /// How many samples.
    pub samples: usize,
    /// Half of them are below.
    pub p50: f64,
    /// Nine of ten are below.
    pub p90: f64,
    /// Ninety-nine of a hundred are below.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
}

impl Quantiles {
    /// Of unordered samples.
    #[must_use]
    pub fn of(samples: &mut [f32]) -> Self {
        samples.sort_unstable_by(f32::total_cmp);
        let at = |per_mille: usize| {
            let index = (samples.len() * per_mille / 1_000).min(samples.len().saturating_sub(1));
            samples.get(index).map_or(0.0, |value| f64::from(*value))
        };
        Self { samples: samples.len(), p50: at(500), p90: at(900), p99: at(990), max: at(1_000) }
    }
}

/// What an evening came to.
#[derive(Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// Members who played.
    pub members: usize,
    /// Distance from the party's clock while it plays and the player does not load, in milliseconds.
    pub error_ms: Quantiles,
    /// The samples behind it, ten a second per player, in order of size.
    #[serde(skip)]
    pub samples: Vec<f32>,
    /// From coming in to being within the dead band, stalls of its own apart, for each player that came, in milliseconds, in
    /// order of coming.
    pub joins_ms: Vec<f64>,
    /// How often the party waited for members who loaded.
    pub waits: usize,
    /// How often it did so though none of those it waited for had been loading within the half second before.
    pub false_waits: usize,
    /// Seconds the party stood because of that.
    pub waited_s: f64,
    /// Seconds that players spent loading, over all of them.
    pub stalled_s: f64,
    /// Seconds that players played, over all of them.
    pub played_s: f64,
    /// What the host did.
    pub commands: usize,
    /// Seeks that players made to come back into step.
    pub seeks: usize,
}

/// All but the samples, of which there are too many to read.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { members, error_ms, samples: _, joins_ms, waits, false_waits, waited_s, .. } = self;
        write!(
            f,
            "{members} members, {error_ms:?}, in step after {joins_ms:?} ms, {waits} waits ({false_waits} false) of {waited_s} s"
        )
    }
}
