//! Mood as a point on the circumplex (Russell 1980): valence left to right, arousal bottom to top.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Valence and arousal, each from -1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Mood {
    /// Unpleasant (-1) to pleasant (1).
    pub valence: f32,
    /// Sleepy (-1) to excited (1).
    pub arousal: f32,
}

impl Mood {
    /// A mood with both parts brought into range; what is not a number counts as 0.
    #[must_use]
    pub fn new(valence: f32, arousal: f32) -> Self {
        let bound = |x: f32| if x.is_finite() { x.clamp(-1.0, 1.0) } else { 0.0 };
        Self { valence: bound(valence), arousal: bound(arousal) }
    }

    /// Euclidean distance on the plane, 0 to 2√2.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.valence - other.valence).hypot(self.arousal - other.arousal)
    }

    /// A word for the mood: the sector it lies in, or `neutral` near the middle.
    #[must_use]
    pub fn label(self) -> &'static str {
        if self.valence.hypot(self.arousal) < 0.15 {
            return "neutral";
        }
        let degrees = self.arousal.atan2(self.valence).to_degrees();
        match degrees {
            d if d < -157.5 => "sad",
            d if d < -112.5 => "bored",
            d if d < -67.5 => "sleepy",
            d if d < -22.5 => "calm",
            d if d < 22.5 => "happy",
            d if d < 67.5 => "excited",
            d if d < 112.5 => "alert",
            d if d < 157.5 => "tense",
            _ => "sad",
        }
    }
}

/// What recommendations should do about a mood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Go along with it.
    #[default]
    Match,
    /// Cheer up.
    Lift,
    /// Nothing.
    Ignore,
}

impl Wish {
    /// All of them, in their fixed order.
    pub const ALL: [Self; 3] = [Self::Match, Self::Lift, Self::Ignore];

    /// The name used in JSON and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Lift => "lift",
            Self::Ignore => "ignore",
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Wish {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|wish| wish.as_str() == text)
            .ok_or_else(|| format!("unknown wish {text:?}: use match, lift or ignore"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_circle() {
        let label = |v, a| Mood::new(v, a).label();
        assert_eq!(label(0.0, 0.1), "neutral");
        assert_eq!(label(0.8, 0.0), "happy");
        assert_eq!(label(0.6, 0.6), "excited");
        assert_eq!(label(-0.6, 0.6), "tense");
        assert_eq!(label(-0.8, 0.0), "sad");
        assert_eq!(label(-0.8, -0.01), "sad");
        assert_eq!(label(0.5, -0.5), "calm");
        assert_eq!(label(f32::NAN, 0.0), "neutral");
    }
}
