//! One timer for all sockets of a worker: the deadline of `hello`, pings, and the end of the silent.
//!
//! A hashed wheel (Varghese and Lauck 1987): a socket sits in the slot of its next due tick, and is looked at when
//! the hand comes by. Setting a timer and a tick cost O(1) and O(sockets due).

use super::socket::{Socket, Why};
use crate::problem::Problem;
use actix_web::rt;
use soiree_actors::outbox::CloseReason;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const TICK_MS: u64 = 250;
/// Slots; a longer wait goes round more than once.
const SLOTS: usize = 256;

/// The times the wheel keeps, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) hello_s: u64,
    pub(crate) heartbeat_s: u64,
}

/// For each tick of the wheel the sockets to look at, with their numbers.
type Slots = RefCell<Vec<Vec<(u64, Rc<Socket>)>>>;

/// The wheel of one worker. Its task runs while there are sockets.
pub(crate) struct Wheel {
    started: Instant,
    hello_ticks: u64,
    heartbeat_ticks: u64,
    slots: Slots,
    sockets: Cell<usize>,
    running: Cell<bool>,
    stop: CancellationToken,
}

impl Wheel {
    pub(crate) fn new(times: Times, stop: CancellationToken) -> Self {
        let ticks = |seconds: u64| (seconds.max(1) * 1_000).div_ceil(TICK_MS);
        Self {
            started: Instant::now(),
            hello_ticks: ticks(times.hello_s),
            heartbeat_ticks: ticks(times.heartbeat_s),
            slots: RefCell::new((0..SLOTS).map(|_| Vec::new()).collect()),
            sockets: Cell::new(0),
            running: Cell::new(false),
            stop,
        }
    }

    /// Ticks since the start.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX) / TICK_MS
    }

    /// Whether the server is stopping.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Watches a new socket, which has not said hello yet.
    pub(crate) fn watch(self: &Rc<Self>, socket: Rc<Socket>) {
        self.sockets.set(self.sockets.get() + 1);
        self.put(self.now() + self.hello_ticks.min(self.heartbeat_ticks), socket);
        if !self.running.replace(true) {
            rt::spawn(Rc::clone(self).run());
        }
    }

    fn put(&self, due: u64, socket: Rc<Socket>) {
        let slot = usize::try_from(due % SLOTS as u64).unwrap_or(0);
        self.slots.borrow_mut()[slot].push((due, socket));
    }

    async fn run(self: Rc<Self>) {
        let mut interval = tokio::time::interval(Duration::from_millis(TICK_MS));
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut hand = self.now();
        while self.sockets.get() > 0 {
            tokio::select! {
                _ = interval.tick() => {
                    let now = self.now();
                    // A late hand visits every slot it has missed, each at most once.
                    for tick in hand.max(now.saturating_sub(SLOTS as u64 - 1))..=now {
                        self.visit(tick, now);
                    }
                    hand = now;
                }
                () = self.stop.cancelled() => self.say_bye_to_all(),
            }
        }
        self.running.set(false);
    }

    fn visit(&self, tick: u64, now: u64) {
        let slot = usize::try_from(tick % SLOTS as u64).unwrap_or(0);
        let waiting = std::mem::take(&mut self.slots.borrow_mut()[slot]);
        for (due, socket) in waiting {
            let next = if due > now { Some(due) } else { self.look_at(&socket, now) };
            match next {
                Some(due) => self.put(due, socket),
                None => self.sockets.set(self.sockets.get() - 1),
            }
        }
    }

    /// Does what is due for one socket; the tick of the next look, if there is to be one.
    fn look_at(&self, socket: &Socket, now: u64) -> Option<u64> {
        if socket.outbox.is_closed() {
            // Its writing half may be stuck behind a client that reads nothing; its session ends here.
            socket.stop_reading();
            return None;
        }
        if !socket.greeted.get() {
            // Nobody is pinged before the hello, so this is still the tick of the opening.
            let deadline = socket.pinged_tick.get() + self.hello_ticks;
            if now < deadline {
                return Some(deadline.min(now + self.heartbeat_ticks));
            }
            let problem = Problem::new("hello-required", "no hello came in time");
            socket.refuse(&problem, None, None);
            socket.hang_up(CloseReason::Unauthorized.into(), None);
            return Some(now + self.heartbeat_ticks);
        }
        let silent_until = socket.heard_tick.get() + 2 * self.heartbeat_ticks;
        // Only a ping that was not answered counts as silence: the hand itself may have come late.
        if now >= silent_until && socket.pinged_tick.get() > socket.heard_tick.get() {
            socket.hang_up(CloseReason::TimedOut.into(), None);
            return Some(now + self.heartbeat_ticks);
        }
        if now >= socket.pinged_tick.get() + self.heartbeat_ticks {
            socket.pinged_tick.set(now);
            socket.push(super::encode::wire::ping());
        }
        let next_ping = socket.pinged_tick.get() + self.heartbeat_ticks;
        Some(if silent_until > now { next_ping.min(silent_until) } else { next_ping })
    }

    fn say_bye_to_all(&self) {
        let why = Why::from(CloseReason::GoingAway);
        let slots = std::mem::take(&mut *self.slots.borrow_mut());
        *self.slots.borrow_mut() = (0..SLOTS).map(|_| Vec::new()).collect();
        self.sockets.set(0);
        for (at, (_, socket)) in slots.into_iter().flatten().enumerate() {
            // Spread over four seconds, so that not everybody comes back at the same moment.
            let after_ms = 1_000 + u32::try_from(at % 80).unwrap_or(0) * 50;
            socket.hang_up(why, Some(after_ms));
        }
    }
}
