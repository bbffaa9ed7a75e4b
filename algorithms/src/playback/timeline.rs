//! The party's clock as a straight line.

/// A position that advances with server time, or stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timeline {
    /// Position at `at_ms`.
    pub position_ms: f64,
    /// Server time from which it advances; before it, it stands.
    pub at_ms: f64,
    /// Milliseconds of the work per millisecond of server time.
    pub rate: f64,
    /// Whether it advances at all.
    pub running: bool,
}

impl Timeline {
    /// The position at server time `now_ms`: `position + max(0, now - at) · rate` while it runs.
    ///
    /// ```
    /// use soiree_algorithms::playback::Timeline;
    /// let film = Timeline { position_ms: 1_000.0, at_ms: 500.0, rate: 2.0, running: true };
    /// assert_eq!(film.position(400.0), 1_000.0);
    /// assert_eq!(film.position(600.0), 1_200.0);
    /// ```
    #[must_use]
    pub fn position(&self, now_ms: f64) -> f64 {
        if !self.running {
            return self.position_ms;
        }
        self.position_ms + (now_ms - self.at_ms).max(0.0) * self.rate
    }

    /// When the position will be reached, if it advances.
    #[must_use]
    pub fn reaches(&self, position_ms: f64) -> Option<f64> {
        (self.running && self.rate > 0.0)
            .then(|| self.at_ms + ((position_ms - self.position_ms) / self.rate).max(0.0))
    }
}
