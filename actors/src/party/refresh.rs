//! When the room's recommendations are made anew: at most one round in flight, one wish waiting.

use crate::live::Because;

/// The state of one party's wishes. A newer wish replaces a waiting one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refresh {
    gap_ms: i64,
    every_ms: i64,
    in_flight: bool,
    waiting: Option<Because>,
    last_ms: Option<i64>,
}

impl Refresh {
    /// `gap_ms` at least between two starts, `every_ms` at most.
    pub(crate) fn new(gap_ms: i64, every_ms: i64) -> Self {
        Self { gap_ms, every_ms, in_flight: false, waiting: None, last_ms: None }
    }

    /// Something happened that may change what suits the room.
    pub(crate) fn wish(&mut self, because: Because) {
        self.waiting = Some(because);
    }

    /// The reason to start now, if it is time; the caller then asks for a round.
    pub(crate) fn start(&mut self, now_ms: i64) -> Option<Because> {
        if self.in_flight || self.last_ms.is_some_and(|last| now_ms < last + self.gap_ms) {
            return None;
        }
        let due = self.last_ms.is_some_and(|last| now_ms >= last + self.every_ms);
        let because = self.waiting.take().or(due.then_some(Because::Timer))?;
        self.in_flight = true;
        self.last_ms = Some(now_ms);
        Some(because)
    }

    /// The round has come or failed.
    pub(crate) fn done(&mut self) {
        self.in_flight = false;
    }

    /// When [`Refresh::start`] should be asked again.
    pub(crate) fn next_due_ms(&self) -> Option<i64> {
        if self.in_flight {
            return None;
        }
        let last = self.last_ms?;
        Some(last + if self.waiting.is_some() { self.gap_ms } else { self.every_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_flight_and_the_newest_wish_waits() {
        let mut refresh = Refresh::new(500, 10_000);
        assert_eq!(refresh.start(0), None);
        refresh.wish(Because::MemberJoined);
        assert_eq!(refresh.start(0), Some(Because::MemberJoined));
        refresh.wish(Because::MoodShift);
        refresh.wish(Because::Event);
        assert_eq!(refresh.start(1_000), None, "one is in flight");
        refresh.done();
        assert_eq!(refresh.next_due_ms(), Some(500));
        assert_eq!(refresh.start(1_000), Some(Because::Event));
        refresh.done();
        assert_eq!(refresh.start(1_100), None, "too soon");
        assert_eq!(refresh.start(11_000), Some(Because::Timer));
    }
}
