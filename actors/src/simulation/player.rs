//! One player: a film that runs, a clock that is wrong, and the rules every client follows to stay in step.

use super::network::Way;
use crate::live::watch::{PlayState, Playback, Status};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use soiree_algorithms::playback::{Advice, ClockFilter, Corrector, DEAD_BAND_MS};

/// How often a player looks at the drift, and how long its speed is meant to last.
pub(super) const TICK_MS: f64 = 250.0;
const HORIZON_MS: f64 = 500.0;
/// After a stall a player that is further behind than this seeks: the break has been noticed anyway.
const SEEK_AFTER_STALL_MS: f64 = 250.0;

/// A newcomer follows once it has so many samples of the server's clock.
const FIRST_SAMPLES: usize = 4;

/// A player. Times are true times unless they say otherwise.
#[derive(Debug, Clone)]
pub(super) struct Player {
    /// To the server and back.
    pub(super) up: Way,
    pub(super) down: Way,
    /// Own time is true time × `pace` + `off_ms`.
    off_ms: f64,
    pace: f64,
    clock: ClockFilter,
    corrector: Corrector,
    party: Option<Playback>,
    /// The film: where it was at `seen_ms`, how fast it runs, whether it should.
    position_ms: f64,
    seen_ms: f64,
    speed: f64,
    runs: bool,
    /// Loading until then, after a seek or a start.
    busy_until_ms: f64,
    /// Loading without a known end.
    stalled: bool,
    was_stalled: bool,
    stalled_from_ms: f64,
    /// How long it has stalled in all.
    pub(super) stalled_ms: f64,
    /// How long a seek takes, and what the player has learned of that.
    slow_ms: f64,
    seek_ms: f64,
    /// When it last was not loading, to tell false waits from true ones.
    pub(super) loaded_ms: f64,
    pub(super) came_ms: f64,
    pub(super) in_step_ms: Option<f64>,
    pub(super) seeks: usize,
}

impl Player {
    pub(super) fn new(clock_off_ms: f64, jitter_ms: f64, now_ms: f64, rng: &mut Xoshiro256PlusPlus) -> Self {
        Self {
            up: Way::new(jitter_ms, rng),
            down: Way::new(jitter_ms, rng),
            off_ms: rng.random_range(-clock_off_ms..=clock_off_ms),
            pace: 1.0 + rng.random_range(-50e-6..50e-6),
            clock: ClockFilter::default(),
            corrector: Corrector::default(),
            party: None,
            position_ms: 0.0,
            seen_ms: now_ms,
            speed: 1.0,
            runs: false,
            busy_until_ms: now_ms,
            stalled: false,
            was_stalled: false,
            stalled_from_ms: now_ms,
            stalled_ms: 0.0,
            slow_ms: rng.random_range(100.0..400.0),
            seek_ms: 250.0,
            loaded_ms: f64::NEG_INFINITY,
            came_ms: now_ms,
            in_step_ms: None,
            seeks: 0,
        }
    }

    pub(super) fn own_ms(&self, now_ms: f64) -> f64 {
        now_ms * self.pace + self.off_ms
    }

    /// Server time as this player knows it, once it does.
    fn server_ms(&self, now_ms: f64) -> Option<f64> {
        Some(self.own_ms(now_ms) + self.clock.offset()?.offset_ms)
    }

    /// The true time at which this player believes the server's clock to say `server_ms`.
    pub(super) fn when(&self, server_ms: f64, now_ms: f64) -> f64 {
        self.server_ms(now_ms).map_or(now_ms, |believed| now_ms + (server_ms - believed).max(0.0))
    }

    pub(super) fn sample(&mut self, t0: f64, t1: f64, t2: f64, t3: f64) {
        self.clock.sample(t0, t1, t2, t3);
    }

    pub(super) fn is_loading(&self, now_ms: f64) -> bool {
        self.stalled || now_ms < self.busy_until_ms
    }

    /// Lets the film run until now.
    pub(super) fn advance(&mut self, now_ms: f64) {
        let from = self.seen_ms.max(self.busy_until_ms.min(now_ms));
        if self.is_loading(now_ms) {
            self.loaded_ms = now_ms;
        }
        if self.runs && !self.stalled {
            self.position_ms += (now_ms - from).max(0.0) * self.speed;
        }
        self.seen_ms = now_ms;
    }

    pub(super) fn stall(&mut self, on: bool, now_ms: f64) {
        self.advance(now_ms);
        self.was_stalled |= self.stalled && !on;
        if on {
            self.stalled_from_ms = now_ms;
        } else {
            self.stalled_ms += now_ms - self.stalled_from_ms;
        }
        self.stalled = on;
    }

    /// The party's clock was set; it is followed from its moment on.
    pub(super) fn follow(&mut self, playback: Playback, now_ms: f64, rng: &mut Xoshiro256PlusPlus) {
        self.advance(now_ms);
        if self.party.as_ref().is_some_and(|party| party.version >= playback.version) {
            return;
        }
        self.party = Some(playback);
        self.corrector = Corrector::default();
        self.tick(now_ms, rng);
    }

    /// Looks where the party is, and does what the table says.
    pub(super) fn tick(&mut self, now_ms: f64, rng: &mut Xoshiro256PlusPlus) {
        self.advance(now_ms);
        // A guess from one round trip would have to be corrected at once.
        if self.clock.samples() < FIRST_SAMPLES {
            return;
        }
        let (Some(party), Some(server_ms)) = (&self.party, self.server_ms(now_ms)) else { return };
        let line = party.timeline();
        let rate = party.rate;
        let target = line.position(server_ms);
        if party.state != PlayState::Playing {
            self.runs = false;
            if !self.is_loading(now_ms) && (self.position_ms - target).abs() >= DEAD_BAND_MS {
                self.seek(target, now_ms, rng);
            }
            return;
        }
        if !self.runs {
            self.runs = true;
            self.speed = rate;
            self.busy_until_ms = self.busy_until_ms.max(now_ms + rng.random_range(10.0..60.0));
        }
        if self.is_loading(now_ms) {
            return;
        }
        let drift = self.position_ms - target;
        let after_stall = std::mem::take(&mut self.was_stalled) && drift.abs() > SEEK_AFTER_STALL_MS;
        match self.corrector.advise(drift, rate, HORIZON_MS) {
            Advice::Seek => self.seek(target + self.seek_ms * rate, now_ms, rng),
            _ if after_stall => self.seek(target + self.seek_ms * rate, now_ms, rng),
            Advice::Keep => self.speed = rate,
            Advice::Speed(speed) => self.speed = speed,
        }
    }

    fn seek(&mut self, to_ms: f64, now_ms: f64, rng: &mut Xoshiro256PlusPlus) {
        // Each player has its own way of being slow, and is about as slow every time.
        let took_ms = self.slow_ms * rng.random_range(0.8..1.2);
        self.position_ms = to_ms.max(0.0);
        self.busy_until_ms = now_ms + took_ms;
        self.seek_ms += 0.5 * (took_ms - self.seek_ms);
        self.seeks += 1;
        self.corrector = Corrector::default();
    }

    /// What it tells the party.
    pub(super) fn status(&mut self, now_ms: f64) -> Status {
        self.advance(now_ms);
        Status {
            position_ms: whole(self.position_ms),
            at_ms: self.server_ms(now_ms).map(whole),
            // A short seek to come back into step is its own affair.
            buffering: self.stalled || self.busy_until_ms - now_ms > 1_000.0,
            rtt_ms: None,
            version: self.party.as_ref().map(|party| party.version),
            duration_ms: None,
        }
    }

    /// Distance from the party's true clock, if the party plays and this player does, too.
    pub(super) fn error_ms(&mut self, party: &Playback, now_ms: f64) -> Option<f64> {
        self.advance(now_ms);
        let plays = party.state == PlayState::Playing && now_ms >= wide(party.at_ms);
        let known = self.party.is_some();
        (plays && known && !self.is_loading(now_ms))
            .then(|| (self.position_ms - party.timeline().position(now_ms)).abs())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "an evening in milliseconds")]
pub(super) fn whole(ms: f64) -> i64 {
    ms.round() as i64
}

#[expect(clippy::cast_precision_loss, reason = "an evening in milliseconds")]
pub(super) fn wide(ms: i64) -> f64 {
    ms as f64
}
