//! How many frames and bytes one socket may send.

/// So much on average, so much at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) per_second: u32,
    pub(crate) burst: u32,
}

/// Two token buckets, frames and bytes, and a memory of what was refused.
#[derive(Debug)]
pub(crate) struct Limit {
    frames: Bucket,
    bytes: Bucket,
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
    pub(crate) fn new(frames: Rate, bytes: Rate) -> Self {
        Self { frames: Bucket::new(frames), bytes: Bucket::new(bytes) }
    }

    /// Judges a frame of so many bytes that comes now. Who sends four bursts more than allowed without a pause, of
    /// frames or of bytes, is cut off.
    pub(crate) fn take(&mut self, bytes: usize, now_ms: i64) -> Verdict {
        let now_us = now_ms.saturating_mul(1_000);
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        match self.frames.take(1, now_us) {
            Verdict::Read => self.bytes.take(bytes, now_us),
            refused => refused,
        }
    }
}

/// A token bucket on the server's time.
#[derive(Debug)]
struct Bucket {
    /// When it is full again, in microseconds.
    full_at_us: i64,
    rate: Rate,
    /// Refused since it was last full.
    refused: i64,
}

impl Bucket {
    fn new(Rate { per_second, burst }: Rate) -> Self {
        Self { full_at_us: 0, rate: Rate { per_second: per_second.max(1), burst: burst.max(1) }, refused: 0 }
    }

    fn take(&mut self, amount: i64, now_us: i64) -> Verdict {
        let us = |amount: i64| amount.saturating_mul(1_000_000) / i64::from(self.rate.per_second);
        let burst = i64::from(self.rate.burst);
        if self.full_at_us <= now_us {
            self.refused = 0;
        }
        let next = self.full_at_us.max(now_us).saturating_add(us(amount));
        let over_us = next - now_us - us(burst);
        if over_us <= 0 {
            self.full_at_us = next;
            return Verdict::Read;
        }
        self.refused = self.refused.saturating_add(amount);
        if self.refused > 4 * burst {
            return Verdict::HangUp;
        }
        let retry_after_ms = u32::try_from((over_us + 999) / 1_000).unwrap_or(u32::MAX);
        Verdict::Refuse { retry_after_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: Rate = Rate { per_second: 1_000_000, burst: 1_000_000 };

    #[test]
    fn a_burst_then_the_rate_then_the_end() {
        let mut limit = Limit::new(Rate { per_second: 10, burst: 3 }, MANY);
        let read = |limit: &mut Limit, now| (0..5).filter(|_| limit.take(9, now) == Verdict::Read).count();
        assert_eq!(read(&mut limit, 1_000), 3);
        assert_eq!(limit.take(9, 1_050), Verdict::Refuse { retry_after_ms: 50 });
        assert_eq!(read(&mut limit, 1_100), 1);
        let verdicts: Vec<_> = (0..40).map(|_| limit.take(9, 1_101)).collect();
        assert_eq!(verdicts.last(), Some(&Verdict::HangUp));
        assert_eq!(limit.take(9, 9_000), Verdict::Read, "a pause is forgiven");
    }

    #[test]
    fn bytes_are_limited_beside_frames() {
        let mut limit = Limit::new(MANY, Rate { per_second: 1_000, burst: 4_000 });
        assert_eq!([limit.take(3_000, 0), limit.take(1_000, 0)], [Verdict::Read; 2]);
        assert_eq!(limit.take(500, 0), Verdict::Refuse { retry_after_ms: 500 });
        assert_eq!(limit.take(500, 500), Verdict::Read);
        let refused: Vec<_> = (0..4).map(|_| limit.take(4_000, 500)).collect();
        assert_eq!(refused.last(), Some(&Verdict::HangUp));
        assert_eq!(limit.take(4_000, 60_000), Verdict::Read);
    }
}
