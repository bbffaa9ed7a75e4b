//! The offset between two clocks from round trips: the intersection of what each of them proves.
//!
//! A question cannot arrive before it was sent, nor an answer. One exchange of four stamps (RFC 5905, section 8)
//! therefore proves that the offset lies in [t2 − t3, t1 − t0], whatever the two ways took, and the offset lies in all of
//! these intervals at once. The quickest way there and the quickest way back need not be of the same exchange, which is
//! what makes the intersection so much narrower than the exchange with the least delay (Marzullo and Owicki,
//! "Maintaining the Time in a Distributed System", 1983).

use std::collections::VecDeque;

/// How many exchanges are remembered.
pub const SAMPLES: usize = 32;

/// How fast two clocks may run apart: an interval grows by so much to each side with its age. Quartz is good to 50 ppm.
const DRIFT: f64 = 100e-6;

/// Stamps may be whole milliseconds, rounded down: the server's are, and those of many browsers.
const STAMP_MS: f64 = 1.0;

/// How far the server's clock is ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offset {
    /// Server time minus own time.
    pub offset_ms: f64,
    /// The true offset lies at most this far away.
    pub uncertainty_ms: f64,
}

/// The interval that one exchange proves, and when, by the own clock.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Proof {
    low_ms: f64,
    high_ms: f64,
    at_ms: f64,
}

/// The last [`SAMPLES`] exchanges and what they prove together. O([`SAMPLES`]) per exchange.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClockFilter {
    proofs: VecDeque<Proof>,
    offset: Option<Offset>,
}

impl ClockFilter {
    /// Takes an exchange: sent at `t0` and answered at `t3` by the own clock, arrived at `t1` and answered at `t2` by
    /// the server's. Stamps that contradict each other (an answer before its question) are left out. An exchange that
    /// contradicts those before it means that a clock was set: it alone counts.
    ///
    /// low = max(t2 − t3 − 1 − drift · age), high = min(t1 + 1 − t0 + drift · age), offset = (low + high) / 2
    ///
    /// ```
    /// use soiree_algorithms::playback::ClockFilter;
    /// let mut clock = ClockFilter::default();
    /// clock.sample(0.0, 1_010.0, 1_010.0, 30.0); // 10 ms there, 20 ms back, the server 1 s ahead
    /// let offset = clock.offset().unwrap();
    /// assert_eq!((offset.offset_ms, offset.uncertainty_ms), (995.0, 16.0));
    /// clock.sample(30.0, 1_060.0, 1_060.0, 62.0); // 30 ms there, 2 ms back
    /// assert!(clock.offset().unwrap().uncertainty_ms < 7.1);
    /// ```
    pub fn sample(&mut self, t0: f64, t1: f64, t2: f64, t3: f64) {
        let delay = (t3 - t0) - (t2 - t1);
        if !delay.is_finite() || delay < 0.0 || t2 < t1 {
            return;
        }
        let proof = Proof { low_ms: t2 - t3 - STAMP_MS, high_ms: t1 + STAMP_MS - t0, at_ms: t3 };
        if self.proofs.len() == SAMPLES {
            self.proofs.pop_front();
        }
        self.proofs.push_back(proof);
        self.offset = self.intersection(t3).or_else(|| {
            self.proofs.drain(..self.proofs.len() - 1);
            self.intersection(t3)
        });
    }

    fn intersection(&self, now_ms: f64) -> Option<Offset> {
        let mut all = (f64::NEG_INFINITY, f64::INFINITY);
        for proof in &self.proofs {
            let grown = DRIFT * (now_ms - proof.at_ms).abs();
            all = (all.0.max(proof.low_ms - grown), all.1.min(proof.high_ms + grown));
        }
        let (low, high) = all;
        (low <= high)
            .then(|| Offset { offset_ms: f64::midpoint(low, high), uncertainty_ms: (high - low) / 2.0 })
    }

    /// How many exchanges stand behind the offset.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.proofs.len()
    }

    /// The best that is known; nothing before the first exchange.
    #[must_use]
    pub fn offset(&self) -> Option<Offset> {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nonsense_is_left_out() {
        let mut clock = ClockFilter::default();
        clock.sample(10.0, 0.0, 0.0, 5.0);
        clock.sample(0.0, 5.0, 4.0, 10.0);
        clock.sample(0.0, f64::NAN, 4.0, 10.0);
        assert_eq!(clock.offset(), None);
    }

    #[test]
    fn a_clock_that_was_set_is_believed() {
        let mut clock = ClockFilter::default();
        for at in [0.0, 100.0, 200.0] {
            clock.sample(at, at + 10.0, at + 10.0, at + 20.0);
        }
        clock.sample(300.0, 5_310.0, 5_310.0, 320.0);
        assert_eq!((clock.samples(), clock.offset().unwrap().offset_ms), (1, 5_000.0));
    }

    proptest! {
        #[test]
        fn the_truth_lies_within_the_uncertainty(
            truth in -1e6_f64..1e6,
            pace in -90e-6_f64..90e-6,
            trips in prop::collection::vec((0.0_f64..400.0, 0.0_f64..400.0, 0.0_f64..5.0, 0.0_f64..20_000.0), 1..60),
        ) {
            let mut clock = ClockFilter::default();
            let (mut now, count) = (0.0, trips.len());
            let ahead = |own: f64| truth + own * pace;
            for (there, back, work, pause) in trips {
                let (arrived, left, heard) = (now + there, now + there + work, now + there + work + back);
                let stamp = |own: f64| (own + ahead(own)).floor();
                clock.sample(now.floor(), stamp(arrived), stamp(left), heard.floor());
                let found = clock.offset().unwrap();
                let off = (found.offset_ms - ahead(heard)).abs();
                prop_assert!(off <= found.uncertainty_ms + 1e-6, "{off} > {found:?}");
                now = heard + pause;
            }
            prop_assert_eq!(clock.samples(), count.min(SAMPLES), "no contradiction was found");
        }
    }
}
