//! The offset between two clocks from round trips: the least-delay filter of NTP (RFC 5905, section 10).

/// How many samples are remembered. With jitter of 0 to 200 ms each way the best of eight is off by more than 40 ms one
/// time in ten, the best of 32 hardly ever; at one every ten seconds a clock that runs 50 ppm fast is off by 16 ms at
/// the far end of them.
pub const SAMPLES: usize = 32;

/// How far the server's clock is ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offset {
    /// Server time minus own time.
    pub offset_ms: f64,
    /// The true offset lies at most this far away: half the round trip, whatever the two ways took.
    pub uncertainty_ms: f64,
}

/// The last [`SAMPLES`] round trips. The one with the least delay counts, since queues only ever add delay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClockFilter {
    samples: [Option<Offset>; SAMPLES],
    next: usize,
}

impl ClockFilter {
    /// Takes a round trip: sent at `t0` and answered at `t3` by the own clock, arrived at `t1` and answered at `t2` by
    /// the server's. Stamps that contradict each other (an answer before its question) are left out.
    ///
    /// offset = ((t1 − t0) + (t2 − t3)) / 2, delay = (t3 − t0) − (t2 − t1)
    ///
    /// ```
    /// use soiree_algorithms::playback::ClockFilter;
    /// let mut clock = ClockFilter::default();
    /// clock.sample(0.0, 1_010.0, 1_010.0, 30.0); // 10 ms there, 20 ms back, the server 1 s ahead
    /// let offset = clock.offset().unwrap();
    /// assert_eq!((offset.offset_ms, offset.uncertainty_ms), (995.0, 15.0));
    /// ```
    pub fn sample(&mut self, t0: f64, t1: f64, t2: f64, t3: f64) {
        let delay = (t3 - t0) - (t2 - t1);
        if !delay.is_finite() || delay < 0.0 || t2 < t1 {
            return;
        }
        let offset_ms = f64::midpoint(t1 - t0, t2 - t3);
        self.samples[self.next] = Some(Offset { offset_ms, uncertainty_ms: delay / 2.0 });
        self.next = (self.next + 1) % SAMPLES;
    }

    /// How many samples stand behind the offset.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.samples.iter().flatten().count()
    }

    /// The best that is known; nothing before the first sample.
    #[must_use]
    pub fn offset(&self) -> Option<Offset> {
        self.samples.iter().flatten().copied().min_by(|a, b| a.uncertainty_ms.total_cmp(&b.uncertainty_ms))
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

    proptest! {
        #[test]
        fn the_truth_lies_within_the_uncertainty(
            truth in -1e6_f64..1e6,
            trips in prop::collection::vec((0.0_f64..400.0, 0.0_f64..400.0, 0.0_f64..5.0), 1..40),
        ) {
            let mut clock = ClockFilter::default();
            let mut now = 0.0;
            for (there, back, work) in trips {
                let (t0, t1) = (now, now + there + truth);
                let (t2, t3) = (t1 + work, now + there + work + back);
                clock.sample(t0, t1, t2, t3);
                now = t3 + 20.0;
            }
            let found = clock.offset().unwrap();
            prop_assert!((found.offset_ms - truth).abs() <= found.uncertainty_ms + 1e-6);
        }
    }
}
