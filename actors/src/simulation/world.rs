//! The order of events: messages that travel, timers, stalls, and a host who cannot sit still.

use super::{
    Simulation,
    player::{Player, TICK_MS, whole, wide},
    report::{Quantiles, Report},
};
use crate::{
    live::{
        Event,
        watch::{Act, PlayState, Playback, Status, Steer, Work},
    },
    party::{
        record::Record,
        settings::PartySettings,
        state::{Conn, Effect, Joining, State},
    },
};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use soiree_algorithms::playback::DEAD_BAND_MS;
use soiree_domain::{Control, ItemId, Party, PartyId, UserId, Visibility};
use std::{cmp::Reverse, collections::BinaryHeap};

/// The evening begins at this server time, so that clocks that are off stay positive.
const START_MS: f64 = 1_000_000.0;
const STATUS_MS: f64 = 2_000.0;
const SAMPLE_MS: f64 = 100.0;
/// A wait is false when none of those waited for had been loading this long before.
const TRUE_WAIT_MS: f64 = 500.0;

/// Something that happens at some time.
enum Happens {
    Comes(usize),
    /// A clock question is asked, has arrived, and is answered.
    AsksClock(usize, u32),
    ClockAsked {
        player: usize,
        t0: f64,
    },
    ClockTold {
        player: usize,
        t0: f64,
        t1: f64,
    },
    TellsStatus(usize),
    StatusTold(usize, Status),
    /// Comes and goes of stalls.
    Stalls(usize, bool),
    Looks(usize),
    /// A setting of the clock arrives, and its moment comes.
    SettingTold(usize, Box<Playback>),
    SettingDue(usize, Box<Playback>),
    HostActs,
    HostTold(Box<Steer>),
    PartyLooks,
    Measured,
}

pub(super) struct World {
    plan: Simulation,
    rng: Xoshiro256PlusPlus,
    now_ms: f64,
    /// What will happen, by time in microseconds and then in the order it was planned.
    heap: BinaryHeap<Reverse<(u64, u64)>>,
    happens: Vec<Option<Happens>>,
    state: State,
    players: Vec<Option<Player>>,
    waiting_since_ms: Option<f64>,
    /// When the party is going to look at the time next.
    looks_ms: f64,
    samples: Vec<f32>,
    report: Report,
}

impl World {
    pub(super) fn new(plan: Simulation) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(plan.seed);
        let party = Party {
            id: PartyId::new("evening").expect("a valid id"),
            name: "Evening".to_owned(),
            visibility: Visibility::Unlisted,
            control: Control::Host,
            wait: plan.wait,
            locked: false,
            starts_at_ms: None,
            taste: soiree_domain::Taste::default(),
            host: user(0),
            item: None,
            password_hash: None,
            created_at_ms: whole(START_MS),
            ended_at_ms: None,
            epoch: 1,
            fence: 1,
        };
        let settings = PartySettings { snapshot_every: i64::MAX, ..PartySettings::default() };
        let mut world = Self {
            plan,
            now_ms: START_MS,
            heap: BinaryHeap::new(),
            happens: Vec::new(),
            state: State::new(party, settings),
            players: (0..plan.members).map(|_| None).collect(),
            waiting_since_ms: None,
            looks_ms: f64::INFINITY,
            samples: Vec::new(),
            report: Report { members: plan.members, ..Report::default() },
            rng: rng.clone(),
        };
        for n in 0..plan.members {
            let late = plan.late && n >= 2;
            let at = if late { rng.random_range(0.0..wide(plan.length_ms) / 2.0) } else { 0.0 };
            world.plan_in(at, Happens::Comes(n));
        }
        world.plan_in(500.0, Happens::HostTold(Box::new(load())));
        world.plan_in(3_000.0, Happens::HostTold(Box::new(Steer::Play { position_ms: None })));
        world.plan_host();
        world.plan_in(SAMPLE_MS, Happens::Measured);
        world.rng = rng;
        world
    }

    pub(super) fn run(mut self) -> Report {
        let end_us = micros(START_MS + wide(self.plan.length_ms));
        while let Some(Reverse((at_us, index))) = self.heap.pop() {
            if at_us > end_us {
                break;
            }
            self.now_ms = millis(at_us);
            let Some(happens) = usize::try_from(index).ok().and_then(|at| self.happens[at].take()) else {
                continue;
            };
            self.take(happens);
        }
        let mut report = self.report;
        report.seeks = self.players.iter().flatten().map(|player| player.seeks).sum();
        report.error_ms = Quantiles::of(&mut self.samples);
        report.samples = self.samples;
        report
    }

    fn plan_in(&mut self, wait_ms: f64, happens: Happens) {
        let at = self.now_ms + wait_ms.max(0.0);
        self.plan_at(at, happens);
    }

    fn plan_at(&mut self, at_ms: f64, happens: Happens) {
        let index = u64::try_from(self.happens.len()).unwrap_or(u64::MAX);
        self.happens.push(Some(happens));
        self.heap.push(Reverse((micros(at_ms.max(self.now_ms)), index)));
    }

    /// A time until the next event of a Poisson process, in milliseconds.
    fn gap(&mut self, mean_ms: f64) -> f64 {
        -mean_ms * (1.0 - self.rng.random::<f64>()).ln()
    }

    fn take(&mut self, happens: Happens) {
        let now_ms = self.now_ms;
        match happens {
            Happens::Comes(n) => self.comes(n),
            Happens::AsksClock(n, asked) => {
                let Some(player) = &mut self.players[n] else { return };
                let (t0, at) = (player.own_ms(now_ms), player.up.arrival(now_ms, &mut self.rng));
                self.plan_at(at, Happens::ClockAsked { player: n, t0 });
                // As the library for browsers does.
                let wait_ms = if asked < 24 { 100.0 } else { 10_000.0 };
                self.plan_in(wait_ms, Happens::AsksClock(n, asked + 1));
            }
            Happens::ClockAsked { player: n, t0 } => {
                let Some(player) = &mut self.players[n] else { return };
                let at = player.down.arrival(now_ms, &mut self.rng);
                // The server's stamps are whole milliseconds.
                self.plan_at(at, Happens::ClockTold { player: n, t0, t1: now_ms.floor() });
            }
            Happens::ClockTold { player: n, t0, t1 } => {
                let Some(player) = &mut self.players[n] else { return };
                let t3 = player.own_ms(now_ms);
                player.sample(t0, t1, t1, t3);
            }
            Happens::TellsStatus(n) => {
                self.send_status(n);
                self.plan_in(STATUS_MS, Happens::TellsStatus(n));
            }
            Happens::StatusTold(n, status) => self.act(n, Act::Status(status)),
            Happens::Stalls(n, on) => self.stalls(n, on),
            Happens::Looks(n) => {
                if let Some(player) = &mut self.players[n] {
                    player.tick(now_ms, &mut self.rng);
                }
                self.plan_in(TICK_MS, Happens::Looks(n));
            }
            Happens::SettingTold(n, playback) => {
                let Some(player) = &self.players[n] else { return };
                let due = player.when(wide(playback.at_ms), now_ms);
                self.plan_at(due, Happens::SettingDue(n, playback));
            }
            Happens::SettingDue(n, playback) => {
                if let Some(player) = &mut self.players[n] {
                    player.follow(*playback, now_ms, &mut self.rng);
                }
            }
            Happens::HostActs => self.host_acts(),
            Happens::HostTold(steer) => self.act(0, Act::Steer(*steer)),
            Happens::PartyLooks => {
                self.looks_ms = f64::INFINITY;
                let effects = self.state.tick(whole(now_ms));
                self.perform(effects);
            }
            Happens::Measured => self.measure(),
        }
    }

    fn comes(&mut self, n: usize) {
        let (off, jitter) = (self.plan.clock_off_ms, self.plan.jitter_ms);
        self.players[n] = Some(Player::new(off, jitter, self.now_ms, &mut self.rng));
        let joining = Joining {
            conn: conn(n),
            user: user(n),
            name: String::new(),
            since: None,
            shares_mood: true,
            reference: None,
        };
        let effects = self.state.join(joining, whole(self.now_ms)).unwrap_or_default();
        self.perform(effects);
        self.plan_in(0.0, Happens::AsksClock(n, 0));
        let first = self.rng.random_range(0.0..STATUS_MS);
        self.plan_in(first, Happens::TellsStatus(n));
        self.plan_in(TICK_MS, Happens::Looks(n));
        self.plan_stall(n);
    }

    fn plan_stall(&mut self, n: usize) {
        if self.plan.stall_every_min > 0.0 {
            let gap = self.gap(self.plan.stall_every_min * 60_000.0);
            self.plan_in(gap, Happens::Stalls(n, true));
        }
    }

    fn stalls(&mut self, n: usize, on: bool) {
        let Some(player) = &mut self.players[n] else { return };
        player.stall(on, self.now_ms);
        self.send_status(n);
        if on {
            let length = self.gap(self.plan.stall_ms).min(20_000.0);
            self.plan_in(length, Happens::Stalls(n, false));
        } else {
            self.plan_stall(n);
        }
    }

    fn send_status(&mut self, n: usize) {
        let Some(player) = &mut self.players[n] else { return };
        let status = player.status(self.now_ms);
        let at = player.up.arrival(self.now_ms, &mut self.rng);
        self.plan_at(at, Happens::StatusTold(n, status));
    }

    fn plan_host(&mut self) {
        if self.plan.command_every_min > 0.0 {
            let gap = self.gap(self.plan.command_every_min * 60_000.0);
            self.plan_in(gap, Happens::HostActs);
        }
    }

    fn host_acts(&mut self) {
        let position_ms = self.clock().position(whole(self.now_ms));
        let jump = self.rng.random_range(-60_000..60_000);
        let steer = match self.rng.random_range(0..4) {
            0 => Steer::Seek { position_ms: (position_ms + jump).max(0), part: None },
            1 => Steer::Rate(if self.rng.random() { 1.0 } else { 1.25 }),
            _ => {
                self.plan_in(8_000.0, Happens::HostTold(Box::new(Steer::Play { position_ms: None })));
                Steer::Pause { position_ms: None }
            }
        };
        self.report.commands += 1;
        self.plan_in(30.0, Happens::HostTold(Box::new(steer)));
        self.plan_host();
    }

    fn clock(&self) -> Playback {
        self.state.snapshot(&user(0), whole(self.now_ms)).watching.playback
    }

    fn act(&mut self, n: usize, act: Act) {
        let effects = self.state.act(conn(n), act, None, whole(self.now_ms)).unwrap_or_default();
        self.perform(effects);
    }

    /// Carries out what the party says: its clock travels to every player, the rest is not looked at.
    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Announce { event, .. } => {
                    if let Record::Playback { playback } = event.record {
                        self.set(&playback);
                    }
                }
                Effect::Tell { conn: to, event: Event::Snapshot(snapshot), .. } => {
                    self.travel(index(to), &snapshot.watching.playback);
                }
                Effect::Recommend(_) => {
                    let effects = self.state.round_ready(None, whole(self.now_ms));
                    self.perform(effects);
                }
                _ => {}
            }
        }
        // A look that comes too early finds nothing to do and plans the next one.
        if let Some(due) =
            self.state.next_due_ms(whole(self.now_ms)).map(|due| wide(due).max(self.now_ms + 1.0))
            && due < self.looks_ms
        {
            self.looks_ms = due;
            self.plan_at(due, Happens::PartyLooks);
        }
    }

    fn set(&mut self, playback: &Playback) {
        if playback.state == PlayState::Waiting && self.waiting_since_ms.is_none() {
            self.report.waits += 1;
            self.waiting_since_ms = Some(self.now_ms);
            let truly = playback.waiting_for.iter().any(|waited| {
                let player = (0..self.players.len()).find(|n| user(*n) == *waited);
                let Some(player) = player.and_then(|n| self.players[n].as_mut()) else { return false };
                player.advance(self.now_ms);
                self.now_ms - player.loaded_ms <= TRUE_WAIT_MS
            });
            self.report.false_waits += usize::from(!truly);
        }
        if playback.state != PlayState::Waiting
            && let Some(since) = self.waiting_since_ms.take()
        {
            self.report.waited_s += (self.now_ms - since) / 1_000.0;
        }
        for n in 0..self.players.len() {
            self.travel(n, playback);
        }
    }

    fn travel(&mut self, n: usize, playback: &Playback) {
        let Some(player) = &mut self.players[n] else { return };
        let at = player.down.arrival(self.now_ms, &mut self.rng);
        self.plan_at(at, Happens::SettingTold(n, Box::new(playback.clone())));
    }

    fn measure(&mut self) {
        let party = self.clock();
        let now_ms = self.now_ms;
        for player in self.players.iter_mut().flatten() {
            if party.state == PlayState::Playing {
                let loading = player.is_loading(now_ms);
                let spent = if loading { &mut self.report.stalled_s } else { &mut self.report.played_s };
                *spent += SAMPLE_MS / 1_000.0;
            }
            let Some(error) = player.error_ms(&party, now_ms) else { continue };
            if player.in_step_ms.is_none() && error < DEAD_BAND_MS {
                player.in_step_ms = Some(now_ms);
                // Who was there before the film began did not come late, and stalls are reported apart.
                let came_ms = player.came_ms.max(wide(party.at_ms)) + player.stalled_ms;
                self.report.joins_ms.push((now_ms - came_ms).max(0.0));
            }
            // Until it has come in, a player is on its way; that time is reported as such.
            if player.in_step_ms.is_some() {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "an error in milliseconds needs no more digits"
                )]
                self.samples.push(error as f32);
            }
        }
        self.plan_in(SAMPLE_MS, Happens::Measured);
    }
}

fn load() -> Steer {
    let item = ItemId::new("film").expect("a valid id");
    let work = Work { item, title: None, url: None, duration_ms: None };
    Steer::Load { work, position_ms: 0, part: 0 }
}

fn user(n: usize) -> UserId {
    UserId::new(format!("m{n}")).expect("a valid id")
}

fn conn(n: usize) -> Conn {
    Conn::try_from(n).unwrap_or(0) + 1
}

fn index(conn: Conn) -> usize {
    usize::try_from(conn).unwrap_or(1) - 1
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and below a day")]
fn micros(ms: f64) -> u64 {
    (ms * 1_000.0).round() as u64
}

#[expect(clippy::cast_precision_loss, reason = "below a day")]
fn millis(us: u64) -> f64 {
    us as f64 / 1_000.0
}
