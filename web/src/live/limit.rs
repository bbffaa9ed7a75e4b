//! How many frames one socket may send.

/// A token bucket in microseconds, and a memory of how often it was empty.
#[derive(Debug)]
pub(crate) struct Limit {
    /// When the bucket is full again.
    full_at_us: i64,
    every_us: i64,
    burst: i64,
    /// Frames refused since the bucket was last full.
    refused: i64,
}

/// What becomes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is read.
    Read,
    /// It is refused; the next one is welcome after so many milliseconds.
    Refuse { retry_after_ms: u32 },
    /// The socket has gone on for too long.
    HangUp,
}

impl Limit {
    /// `per_second` frames on average, `burst` at once.
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        Self {
            full_at_us: 0,
            every_us: 1_000_000 / i64::from(per_second.max(1)),
            burst: i64::from(burst.max(1)),
            refused: 0,
        }
    }

    /// Judges a frame that comes now. Who sends four bursts more than allowed without a pause is cut off.
    pub(crate) fn take(&mut self, now_ms: i64) -> Verdict {
        let now_us = now_ms.saturating_mul(1_000);
        if self.full_at_us <= now_us {
            self.refused = 0;
        }
        let next = self.full_at_us.max(now_us) + self.every_us;
        let over_us = next - now_us - self.burst * self.every_us;
        if over_us <= 0 {
            self.full_at_us = next;
            return Verdict::Read;
        }
        self.refused += 1;
        if self.refused > 4 * self.burst {
            return Verdict::HangUp;
        }
        let retry_after_ms = u32::try_from((over_us + 999) / 1_000).unwrap_or(u32::MAX);
        Verdict::Refuse { retry_after_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate_then_the_end() {
        let mut limit = Limit::new(10, 3);
        let read = |limit: &mut Limit, now| (0..5).filter(|_| limit.take(now) == Verdict::Read).count();
        assert_eq!(read(&mut limit, 1_000), 3);
        assert_eq!(limit.take(1_050), Verdict::Refuse { retry_after_ms: 50 });
        assert_eq!(read(&mut limit, 1_100), 1);
        let verdicts: Vec<_> = (0..40).map(|_| limit.take(1_101)).collect();
        assert_eq!(verdicts.last(), Some(&Verdict::HangUp));
        assert_eq!(limit.take(9_000), Verdict::Read, "a pause is forgiven");
    }
}
