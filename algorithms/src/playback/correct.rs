//! Bringing a player back to the party's clock without anybody noticing, or by a seek when nothing else helps.

/// Drift below this is left alone by a player that is not correcting already.
pub const DEAD_BAND_MS: f64 = 40.0;
/// A correction goes on until the drift is below this, so that it does not begin again at once.
const SETTLED_MS: f64 = 10.0;
/// Up to this drift the speed changes by at most 5 %, which few people hear.
const GENTLE_UP_TO_MS: f64 = 1_000.0;
/// The bounds of a speed, as a share of the base speed: small drift, large drift, and while arriving.
const GENTLE: f64 = 0.05;
const FIRM: f64 = 0.1;
const ARRIVING: f64 = 0.25;
/// Beyond this drift the player seeks.
pub const SEEK_ABOVE_MS: f64 = 3_000.0;

/// What a player should do now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Advice {
    /// Play at the party's base speed.
    Keep,
    /// Play at this speed until the next advice.
    Speed(f64),
    /// Go to the party's position.
    Seek,
}

/// The state of one player's correction: whether one is under way.
///
/// | drift from the party's clock | action |
/// |---|---|
/// | below 40 ms, and not already correcting | nothing |
/// | up to 1 s | base speed × 0.95 to 1.05 until the drift is below 10 ms |
/// | 1 to 3 s | base speed × 0.9 to 1.1 |
/// | above 3 s | seek |
///
/// Within its bounds the speed would undo the drift in one `horizon`: the time until the next advice, or a little
/// more, so that it never overshoots.
///
/// A player that has just come in or has just sought is still arriving: until it has been within 10 ms once, it corrects
/// whatever it is off by, at base speed × 0.75 to 1.25, since nothing has been heard yet that could sound wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Corrector {
    correcting: bool,
    arrived: bool,
}

impl Corrector {
    /// `drift_ms` is the player's position minus the party's; `base` the party's speed; `horizon_ms` at least the time
    /// until the next call.
    ///
    /// ```
    /// use soiree_algorithms::playback::{Advice, Corrector};
    /// let mut corrector = Corrector::default();
    /// assert_eq!(corrector.advise(150.0, 1.0, 1_000.0), Advice::Speed(0.85), "it is arriving");
    /// assert_eq!(corrector.advise(9.0, 1.0, 1_000.0), Advice::Keep);
    /// assert_eq!(corrector.advise(39.0, 1.0, 1_000.0), Advice::Keep);
    /// assert_eq!(corrector.advise(-45.0, 1.0, 1_500.0), Advice::Speed(1.03));
    /// assert_eq!(corrector.advise(-15.0, 1.0, 1_500.0), Advice::Speed(1.01), "it goes on");
    /// assert_eq!(corrector.advise(-9.0, 1.0, 1_500.0), Advice::Keep);
    /// assert_eq!(corrector.advise(500.0, 2.0, 1_000.0), Advice::Speed(1.9));
    /// assert_eq!(corrector.advise(-2_000.0, 1.0, 1_000.0), Advice::Speed(1.1));
    /// assert_eq!(corrector.advise(3_001.0, 1.0, 1_000.0), Advice::Seek);
    /// ```
    pub fn advise(&mut self, drift_ms: f64, base: f64, horizon_ms: f64) -> Advice {
        let size = drift_ms.abs();
        if !size.is_finite() || size > SEEK_ABOVE_MS {
            *self = Self::default();
            return Advice::Seek;
        }
        self.arrived |= size < SETTLED_MS;
        let under_way = self.correcting || !self.arrived;
        self.correcting = size >= if under_way { SETTLED_MS } else { DEAD_BAND_MS };
        if !self.correcting {
            return Advice::Keep;
        }
        let most = match (self.arrived, size <= GENTLE_UP_TO_MS) {
            (false, _) => ARRIVING,
            (true, true) => GENTLE,
            (true, false) => FIRM,
        };
        Advice::Speed(base * (1.0 - (drift_ms / (horizon_ms * base)).clamp(-most, most)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_comes_home_and_stays(
            start in -3_000.0_f64..3_000.0,
            base in 0.25_f64..4.0,
            step_ms in 100.0_f64..1_000.0,
        ) {
            let mut corrector = Corrector::default();
            let mut drift = start * base.min(1.0);
            let mut since_home = None;
            for step in 0..2_000 {
                let speed = match corrector.advise(drift, base, step_ms.max(500.0)) {
                    Advice::Keep => base,
                    Advice::Speed(speed) => speed,
                    Advice::Seek => panic!("a drift of {drift} ms needs no seek"),
                };
                let before = drift;
                drift += (speed - base) * step_ms;
                prop_assert!(drift.abs() <= before.abs() + 1e-9 && drift * before >= -1e-9, "it never overshoots");
                if drift.abs() < DEAD_BAND_MS {
                    since_home.get_or_insert(step);
                }
            }
            prop_assert!(since_home.is_some(), "still {drift} ms away");
            prop_assert!(drift.abs() < DEAD_BAND_MS);
        }
    }
}
