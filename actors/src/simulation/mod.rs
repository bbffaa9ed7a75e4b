//! Watching together on virtual time: the real party state, and players with wrong clocks, slow networks and stalls.
//!
//! Nothing here sleeps or asks a clock; an hour of fifty players takes a second or two. The error is what nobody can
//! measure in a living room: the distance between where a player *is* and where the party's clock *says*, on the true
//! clock, ten times a second, while the party plays and this player is not loading. Time spent loading is reported
//! apart. Everything random comes from one seed.

mod network;
mod player;
mod report;
mod world;

pub use report::{Quantiles, Report};

use soiree_domain::Wait;

/// What is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulation {
    /// Members who play, the host included; 1 or more.
    pub members: usize,
    /// How long, in milliseconds of virtual time.
    pub length_ms: i64,
    /// Whom the party waits for.
    pub wait: Wait,
    /// Players' clocks are off by up to this, either way, in milliseconds; they also run up to 50 ppm fast or slow.
    pub clock_off_ms: f64,
    /// Each way takes 5 to 40 ms (drawn once per player) and up to this on top, drawn anew for every message. Messages
    /// of one connection never overtake each other.
    pub jitter_ms: f64,
    /// A player stalls this often, on average, in minutes (a Poisson process); 0 for never.
    pub stall_every_min: f64,
    /// For so long on average, in milliseconds (exponential, at most 20 s).
    pub stall_ms: f64,
    /// The host pauses, seeks or changes the speed this often, on average, in minutes; 0 for never.
    pub command_every_min: f64,
    /// Players beyond the first two come in during the first half, one after the other; otherwise all at the start.
    pub late: bool,
    /// Everything random comes from it.
    pub seed: u64,
}

impl Default for Simulation {
    fn default() -> Self {
        Self {
            members: 8,
            length_ms: 3_600_000,
            wait: Wait::Quorum,
            clock_off_ms: 5_000.0,
            jitter_ms: 200.0,
            stall_every_min: 20.0,
            stall_ms: 2_000.0,
            command_every_min: 5.0,
            late: true,
            seed: 1,
        }
    }
}

impl Simulation {
    /// Plays it.
    #[must_use]
    pub fn run(&self) -> Report {
        world::World::new(*self).run()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_evening_is_in_step() {
        let quiet = Simulation {
            members: 4,
            length_ms: 600_000,
            stall_every_min: 0.0,
            command_every_min: 0.0,
            ..Simulation::default()
        };
        let report = quiet.run();
        assert!(report.error_ms.p50 <= 40.0, "{report:?}");
        assert_eq!((report.waits, report.false_waits), (0, 0), "nobody loads, nobody waits");
        assert_eq!(report.joins_ms.len(), 4);
    }

    #[test]
    fn the_same_seed_is_the_same_evening() {
        let short =
            Simulation { members: 3, length_ms: 300_000, stall_every_min: 1.0, ..Simulation::default() };
        assert_eq!(short.run(), short.run());
        assert_ne!(short.run(), Simulation { seed: 2, ..short }.run());
    }

    #[test]
    fn the_party_waits_only_for_players_that_load() {
        for (seed, wait) in [(1, Wait::All), (2, Wait::Quorum), (3, Wait::All)] {
            let rough = Simulation {
                members: 3,
                length_ms: 900_000,
                wait,
                stall_every_min: 1.0,
                seed,
                ..Simulation::default()
            };
            let report = rough.run();
            assert!(report.waits > 0 && report.stalled_s > 0.0, "{report:?}");
            assert_eq!(report.false_waits, 0, "{report:?}");
        }
    }
}
