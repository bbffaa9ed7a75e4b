//! Bounds and times of a party.

/// Bounds and times of a party.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartySettings {
    /// Most members at a time.
    pub max_members: usize,
    /// Lines of chat that a newcomer is shown.
    pub chat_tail: usize,
    /// Events kept for members who come back, at most.
    pub recovery_events: usize,
    /// How long events are kept for members who come back, in milliseconds.
    pub recovery_ms: i64,
    /// How long a member without a socket stays a member, in milliseconds.
    pub away_grace_ms: i64,
    /// How long a party without members stays in memory, in milliseconds; it comes back when somebody asks for it.
    pub idle_ms: i64,
    /// Least time between two broadcasts of mood and sentiment, in milliseconds.
    pub mood_interval_ms: i64,
    /// Least time between two refreshes, in milliseconds.
    pub refresh_gap_ms: i64,
    /// Time after which recommendations are looked at again, in milliseconds.
    pub refresh_every_ms: i64,
    /// How far the mood must move on the plane for a refresh, 0 to 2.83.
    pub mood_shift: f32,
    /// Items in a round.
    pub round_items: usize,
    /// Events between two stored snapshots.
    pub snapshot_every: i64,
}

impl Default for PartySettings {
    fn default() -> Self {
        Self {
            max_members: 2_000,
            chat_tail: 100,
            recovery_events: 2_048,
            recovery_ms: 600_000,
            away_grace_ms: 30_000,
            idle_ms: 120_000,
            mood_interval_ms: 1_000,
            refresh_gap_ms: 500,
            refresh_every_ms: 120_000,
            mood_shift: 0.25,
            round_items: 10,
            snapshot_every: 256,
        }
    }
}
