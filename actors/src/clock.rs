//! The server's time: Unix milliseconds at start plus the monotonic clock, so that it never runs backwards.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Instant, UNIX_EPOCH},
};

/// A source of the server's time, cheap to clone.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System { started_ms: i64, started: Instant },
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The clock of the machine, read once; later jumps of the wall clock do not reach it.
    #[must_use]
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
        let now = std::time::SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Self(Source::System { started_ms, started: Instant::now() })
    }

    /// A clock that stands still until [`Clock::advance`] moves it, for tests and simulations.
    #[must_use]
    pub fn manual(start_ms: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start_ms))))
    }

    /// Unix time in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Source::System { started_ms, started } => {
                started_ms + i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX / 2)
            }
            Source::Manual(now) => now.load(Ordering::Relaxed),
        }
    }

    /// Moves a manual clock on; does nothing to the system's.
    pub fn advance(&self, by_ms: i64) {
        if let Source::Manual(now) = &self.0 {
            now.fetch_add(by_ms, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now_ms())
    }
}
