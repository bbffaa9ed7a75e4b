//! One member's mood over time.

use serde::{Deserialize, Serialize};
use soiree_domain::Mood;

use crate::model::FitError;

const MS_PER_MINUTE: f64 = 60_000.0;

/// The most that one observation can weigh.
const HEAVIEST: f64 = 10.0;

/// How fast moods fade, and how much evidence makes one believable.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MoodParams {
    /// Minutes after which an observation weighs half.
    pub half_life_minutes: f32,
    /// Weight of the assumption that somebody who says nothing is neutral, in observations.
    pub neutral_weight: f32,
}

impl Default for MoodParams {
    fn default() -> Self {
        Self { half_life_minutes: 8.0, neutral_weight: 1.0 }
    }
}

impl MoodParams {
    /// Checks that both lie in their range.
    ///
    /// # Errors
    /// [`FitError::Parameter`] for a half-life outside 0.1 to 1440 minutes or a neutral weight outside 0.01
    /// to 100.
    pub fn check(&self) -> Result<(), FitError> {
        let refuse =
            |name, allowed, found: f32| Err(FitError::Parameter { name, allowed, found: found.to_string() });
        if !(0.1..=1440.0).contains(&self.half_life_minutes) {
            return refuse("half_life_minutes", "0.1 to 1440", self.half_life_minutes);
        }
        if !(0.01..=100.0).contains(&self.neutral_weight) {
            return refuse("neutral_weight", "0.01 to 100", self.neutral_weight);
        }
        Ok(())
    }
}

/// A mood and how much evidence stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct MoodEstimate {
    /// The estimated mood, drawn to neutral where evidence is thin.
    pub mood: Mood,
    /// 0 without evidence, towards 1 with much of it.
    pub confidence: f32,
}

/// A member's mood as exponentially decayed evidence. With `w = Σ weight·2^(-age / half-life)` and the
/// neutral weight `k`,
///
/// ```text
/// mood = Σ weight·2^(-age / half-life)·observation / (w + k)      confidence = w / (w + k)
/// ```
///
/// the mean of a belief that starts neutral: it never leaves the hull of what was observed and neutral, and
/// fades to neutral in silence. Observations may come in any order of time. Constant time and memory.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MemberMood {
    params: MoodParams,
    /// The time that the sums refer to; none before the first observation.
    at_ms: Option<i64>,
    weight: f64,
    valence: f64,
    arousal: f64,
}

impl MemberMood {
    /// A member of whom nothing is known yet; `params` should have passed [`MoodParams::check`].
    #[must_use]
    pub fn new(params: MoodParams) -> Self {
        Self { params, at_ms: None, weight: 0.0, valence: 0.0, arousal: 0.0 }
    }

    /// Folds in one observation: a line's mood, a reaction's, or what the member says of themself. A weight
    /// above 10 counts as 10; one that is not above 0 is ignored.
    pub fn observe(&mut self, at_ms: i64, mood: Mood, weight: f32) {
        if weight.is_nan() || weight <= 0.0 {
            return;
        }
        let weight = f64::from(weight).min(HEAVIEST);
        let latest = self.at_ms.map_or(at_ms, |known| known.max(at_ms));
        let kept = self.at_ms.map_or(0.0, |known| self.fading(known, latest));
        let new = weight * self.fading(at_ms, latest);
        let mood = super::bounded(mood);
        self.weight = self.weight * kept + new;
        self.valence = self.valence * kept + new * f64::from(mood.valence);
        self.arousal = self.arousal * kept + new * f64::from(mood.arousal);
        self.at_ms = Some(latest);
    }

    /// The mood at a moment. A moment before the latest observation gives the mood at that observation.
    #[must_use]
    pub fn at(&self, now_ms: i64) -> MoodEstimate {
        let Some(known) = self.at_ms else { return MoodEstimate::default() };
        let kept = self.fading(known, now_ms.max(known));
        let whole = self.weight * kept + f64::from(self.params.neutral_weight);
        let share = |sum: f64| if whole > 0.0 { (sum * kept / whole) as f32 } else { 0.0 };
        MoodEstimate {
            mood: Mood::new(share(self.valence), share(self.arousal)),
            confidence: Mood::new(share(self.weight), 0.0).valence,
        }
    }

    /// What remains at `to_ms` of something observed at `from_ms`, which is not later.
    fn fading(&self, from_ms: i64, to_ms: i64) -> f64 {
        let minutes = to_ms.abs_diff(from_ms) as f64 / MS_PER_MINUTE;
        (-minutes / f64::from(self.params.half_life_minutes)).exp2()
    }
}
