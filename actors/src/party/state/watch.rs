//! Watching together: the clock, the players, the queue and the poll.

use super::{Conn, Effect, State};
use crate::{
    fault::Fault,
    live::{
        Because, Event,
        watch::{
            Act, Cause, PlayState, Playback, QueueChange, QueueOp, Status, Steer, Verdict, VoteValue, Work,
        },
    },
    outbox::StateKind,
    party::{
        clock::{self, Setting},
        mood::Gesture,
        players::{Hold, WAIT_CAP_MS},
        poll,
        record::Record,
        rights::Capability,
    },
};
use soiree_domain::{Control, ItemId, UserId};
use std::collections::BTreeSet;

/// Works that may wait.
pub(crate) const MAX_QUEUE: usize = 200;
/// Least time between two tellings of the room's step.
const SYNC_EVERY_MS: i64 = 1_000;
/// Going back by this much is seeing something again; farther back is finding one's place.
const REWIND_MS: std::ops::RangeInclusive<i64> = 3_000..=90_000;
/// A member is shown writing at most this often.
const TYPING_EVERY_MS: i64 = 2_000;

/// Who asked, and how to answer them.
pub(super) type Author = (Conn, Option<String>);

impl State {
    /// A member does something with everybody watching.
    pub(crate) fn act(
        &mut self,
        conn: Conn,
        act: Act,
        reference: Option<String>,
        now_ms: i64,
    ) -> Result<Vec<Effect>, Fault> {
        let user = self.conns.get(&conn).ok_or(Fault::NotAMember)?.clone();
        let mut effects = Vec::new();
        let author = (conn, reference);
        let gesture = self.gesture(&act, now_ms);
        match act {
            Act::Steer(steer) => self.steer(&user, steer, author, now_ms, &mut effects)?,
            Act::Status(status) => self.status(&user, conn, status, now_ms, &mut effects),
            Act::Queue(change) => self.change_queue(&user, change, author, now_ms, &mut effects)?,
            Act::Vote { item, value } => self.vote(&user, item, value, author, now_ms, &mut effects)?,
            Act::Order(order) => self.order(&user, order, author, now_ms, &mut effects)?,
            Act::Typing => self.typing(&user, now_ms, &mut effects)?,
        }
        if let Some(gesture) = gesture {
            self.mood.did(&user, gesture, now_ms);
        }
        self.settle(now_ms, &mut effects);
        Ok(effects)
    }

    /// What somebody's doing tells of how they feel.
    fn gesture(&self, act: &Act, now_ms: i64) -> Option<Gesture> {
        let at_ms = self.playback.position(now_ms);
        match act {
            Act::Vote { value, .. } => match value {
                VoteValue::Up => Some(Gesture::VoteUp),
                VoteValue::Down => Some(Gesture::VoteDown),
                VoteValue::Veto => Some(Gesture::Veto),
                VoteValue::Skip => Some(Gesture::Skip),
                VoteValue::Clear => None,
            },
            Act::Steer(Steer::Pause { .. }) => Some(Gesture::Pause),
            Act::Steer(Steer::Next) => Some(Gesture::Skip),
            Act::Steer(Steer::Seek { position_ms, .. }) => {
                let back = at_ms - position_ms;
                (REWIND_MS.contains(&back)).then_some(Gesture::Rewind)
            }
            _ => None,
        }
    }

    /// What plays now, if anything does.
    pub(crate) fn playing(&self) -> Option<&ItemId> {
        self.playback.work.as_ref().map(|work| &work.item)
    }

    /// Works that somebody forbids in this party.
    pub(crate) fn vetoed(&self) -> Vec<ItemId> {
        self.poll.vetoed()
    }

    fn steer(
        &mut self,
        user: &UserId,
        steer: Steer,
        author: Author,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        self.need(user, Capability::Control)?;
        let running = matches!(self.playback.state, PlayState::Playing | PlayState::Waiting);
        let setting = match steer {
            Steer::Play { position_ms } => {
                // Who says play while the party waits does not want to wait any longer.
                self.players.give_up_on_loading();
                Setting::Play { position_ms }
            }
            Steer::Pause { position_ms } => Setting::Pause { position_ms },
            Steer::Seek { position_ms, part } => Setting::Seek { position_ms, part },
            Steer::Rate(rate) => Setting::Rate(rate),
            Steer::Load { work, position_ms, part } => {
                if self.poll.is_vetoed(&work.item) {
                    return Err(Fault::Conflict("somebody here has vetoed it"));
                }
                if self.queue.position(&work.item).is_some() {
                    self.unqueue(&work.item, user, now_ms, effects);
                }
                Setting::Load { work, position_ms, part, run: running }
            }
            Steer::Next => {
                let work = self.next_queued().ok_or(Fault::Conflict("the queue is empty"))?;
                self.unqueue(&work.item.clone(), user, now_ms, effects);
                Setting::Load { work, position_ms: 0, part: 0, run: true }
            }
        };
        match clock::set(&self.playback, setting, Cause::Command, Some(user.clone()), now_ms) {
            Some(playback) => self.set_clock(playback, Some(author), now_ms, effects),
            // Nothing changes: whoever asked is told how it stands.
            None => effects.push(Effect::Tell {
                conn: author.0,
                event: self.playback_event(None),
                reference: author.1,
            }),
        }
        Ok(())
    }

    fn set_clock(
        &mut self,
        playback: Playback,
        author: Option<Author>,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) {
        let works = playback.work.as_ref().map(|work| &work.item) != self.playing();
        self.record(Record::Playback { playback }, now_ms, author, effects);
        if works {
            self.refresh.wish(Because::Event);
        }
    }

    /// Sets the clock for the party itself.
    pub(super) fn set(&mut self, setting: Setting, because: Cause, now_ms: i64, effects: &mut Vec<Effect>) {
        if let Some(playback) = clock::set(&self.playback, setting, because, None, now_ms) {
            self.set_clock(playback, None, now_ms, effects);
        }
    }

    fn playback_event(&self, seq: Option<i64>) -> Event {
        Event::Playback { party: self.party.id.clone(), seq, playback: self.playback.clone() }
    }

    fn status(&mut self, user: &UserId, conn: Conn, status: Status, now_ms: i64, effects: &mut Vec<Effect>) {
        let correction = self.players.status(conn, user, status, &self.playback, now_ms);
        if let Some(correction) = correction {
            let event = Event::Correction { party: self.party.id.clone(), correction };
            effects.push(Effect::Tell { conn, event, reference: None });
        }
    }

    fn typing(&mut self, user: &UserId, now_ms: i64, effects: &mut Vec<Effect>) -> Result<(), Fault> {
        self.need(user, Capability::Chat)?;
        let member = self.members.get_mut(user).ok_or(Fault::NotAMember)?;
        if now_ms >= member.typing_ms + TYPING_EVERY_MS {
            member.typing_ms = now_ms;
            let event = Event::Typing { party: self.party.id.clone(), user: user.clone() };
            effects.push(Effect::Broadcast(event));
        }
        Ok(())
    }

    fn change_queue(
        &mut self,
        user: &UserId,
        change: QueueChange,
        author: Author,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        let missing = |item: &ItemId| Fault::missing("item", item);
        let own = match &change {
            QueueChange::Remove(item) => {
                let at = self.queue.position(item).ok_or_else(|| missing(item))?;
                self.queue.entries()[at].by == *user
            }
            _ => false,
        };
        if !own {
            self.need(user, Capability::Queue)?;
        }
        let by = user.clone();
        let record = match change {
            QueueChange::Add { work, to } => {
                if self.poll.is_vetoed(&work.item) {
                    return Err(Fault::Conflict("somebody here has vetoed it"));
                }
                let index = self.queue.place(&work, to, MAX_QUEUE)?;
                Record::Queue { op: QueueOp::Add, work, index, by }
            }
            QueueChange::Remove(item) => {
                let index = self.queue.position(&item).ok_or_else(|| missing(&item))?;
                let work = self.queue.entries()[index].work.clone();
                Record::Queue { op: QueueOp::Remove, work, index, by }
            }
            QueueChange::Move { item, to } => {
                let at = self.queue.position(&item).ok_or_else(|| missing(&item))?;
                let index = to.min(self.queue.entries().len().saturating_sub(1));
                let work = self.queue.entries()[at].work.clone();
                Record::Queue { op: QueueOp::Move, work, index, by }
            }
        };
        self.record(record, now_ms, Some(author), effects);
        Ok(())
    }

    fn unqueue(&mut self, item: &ItemId, by: &UserId, now_ms: i64, effects: &mut Vec<Effect>) {
        let Some(index) = self.queue.position(item) else { return };
        let work = self.queue.entries()[index].work.clone();
        let record = Record::Queue { op: QueueOp::Remove, work, index, by: by.clone() };
        self.record(record, now_ms, None, effects);
    }

    /// What comes next: the first in the queue, or where votes decide, the one with the best balance.
    fn next_queued(&self) -> Option<Work> {
        let entries = self.queue.entries();
        let best = match self.party.control {
            Control::Vote => entries.iter().rev().max_by_key(|entry| self.poll.balance(&entry.work.item)),
            Control::Host | Control::Everyone => entries.first(),
        };
        best.map(|entry| entry.work.clone())
    }

    fn vote(
        &mut self,
        user: &UserId,
        item: Option<ItemId>,
        value: VoteValue,
        author: Author,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        match &item {
            None if !matches!(value, VoteValue::Skip | VoteValue::Clear) => {
                return Err(Fault::field("item", "is missing"));
            }
            None if self.playback.work.is_none() => return Err(Fault::Conflict("nothing plays")),
            Some(item) if !self.poll.knows(item) && self.poll.len() >= poll::MAX_ITEMS => {
                return Err(Fault::Conflict("too many works are voted on already"));
            }
            _ => {}
        }
        self.poll.cast(user, item.as_ref(), value);
        let present: BTreeSet<UserId> = self.online().cloned().collect();
        let skip = self.poll.skip(&present);
        let tally = item.as_ref().map(|item| self.poll.tally(item));
        let outcome = match (&item, value) {
            (None, VoteValue::Skip) => (skip.votes >= skip.needed).then_some(Verdict::Skipped),
            (Some(_), VoteValue::Veto) => Some(Verdict::Vetoed),
            (Some(item), VoteValue::Up) => self.wins(item, skip.needed).then_some(Verdict::Plays),
            _ => None,
        };
        let record = Record::Vote { user: user.clone(), item: item.clone(), value, tally, skip, outcome };
        self.record(record, now_ms, Some(author), effects);
        if let Some(item) = item {
            self.after_vote(user, &item, value, outcome, now_ms, effects);
            self.refresh.wish(Because::Vote);
        } else if outcome == Some(Verdict::Skipped) {
            self.go_on(Cause::Vote, now_ms, effects);
        }
        Ok(())
    }

    /// Whether a work plays because more than half of those present want it, and nothing else is on.
    fn wins(&self, item: &ItemId, needed: u32) -> bool {
        let idle = matches!(self.playback.state, PlayState::Empty | PlayState::Paused);
        self.party.control == Control::Vote
            && idle
            && !self.poll.is_vetoed(item)
            && self.poll.tally(item).up >= needed
    }

    fn after_vote(
        &mut self,
        user: &UserId,
        item: &ItemId,
        value: VoteValue,
        outcome: Option<Verdict>,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) {
        let queued = self.queue.position(item);
        match outcome {
            Some(Verdict::Vetoed) => self.unqueue(item, user, now_ms, effects),
            Some(Verdict::Plays) => {
                let bare = Work { item: item.clone(), title: None, url: None, duration_ms: None };
                let work = queued.map_or(bare, |at| self.queue.entries()[at].work.clone());
                self.unqueue(item, user, now_ms, effects);
                let load = Setting::Load { work, position_ms: 0, part: 0, run: true };
                self.set(load, Cause::Vote, now_ms, effects);
            }
            _ => {
                let wanted = value == VoteValue::Up && self.party.control == Control::Vote;
                let work = Work { item: item.clone(), title: None, url: None, duration_ms: None };
                if wanted
                    && self.playing() != Some(item)
                    && let Ok(index) = self.queue.place(&work, None, MAX_QUEUE)
                    && !self.poll.is_vetoed(item)
                {
                    let record = Record::Queue { op: QueueOp::Add, work, index, by: user.clone() };
                    self.record(record, now_ms, None, effects);
                }
            }
        }
    }

    /// What plays is over: the next of the queue, or nothing more.
    fn go_on(&mut self, because: Cause, now_ms: i64, effects: &mut Vec<Effect>) {
        match self.next_queued() {
            Some(work) => {
                let by = self.party.host.clone();
                self.unqueue(&work.item.clone(), &by, now_ms, effects);
                let load = Setting::Load { work, position_ms: 0, part: 0, run: true };
                self.set(load, because, now_ms, effects);
            }
            None => self.set(Setting::Stop, because, now_ms, effects),
        }
        self.refresh.wish(Because::Finished);
    }

    /// What follows for the clock when time has passed or players have spoken.
    pub(super) fn settle_clock(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        self.begin_on_time(now_ms, effects);
        let hold = self.players.hold(self.party.wait, now_ms);
        match (self.playback.state, hold) {
            (PlayState::Playing, Hold::Stand(users)) => {
                self.set(Setting::Wait(users), Cause::Buffering, now_ms, effects);
            }
            (PlayState::Waiting, Hold::Go) => {
                self.set(Setting::Play { position_ms: None }, Cause::Ready, now_ms, effects);
            }
            (PlayState::Waiting, Hold::Stand(_)) if now_ms >= self.waiting_since_ms + WAIT_CAP_MS => {
                self.players.give_up_on_loading();
                self.set(Setting::Play { position_ms: None }, Cause::WaitedEnough, now_ms, effects);
            }
            _ => {}
        }
        if self.over_ms().is_some_and(|over| now_ms >= over) {
            self.go_on(Cause::Finished, now_ms, effects);
        }
        if let Some(sync) = self.players.sync(SYNC_EVERY_MS, now_ms) {
            let event = Event::Sync { party: self.party.id.clone(), sync };
            effects.push(Effect::Latest(StateKind::Sync, event));
        }
    }

    fn begin_on_time(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        if self.party.starts_at_ms.is_none_or(|at| now_ms < at) {
            return;
        }
        self.party.starts_at_ms = None;
        self.tell_changed(None, now_ms, effects);
        if self.playback.state == PlayState::Paused {
            self.set(Setting::Play { position_ms: None }, Cause::Schedule, now_ms, effects);
        }
    }

    fn over_ms(&self) -> Option<i64> {
        clock::over_ms(&self.playback, self.players.duration_ms())
    }

    /// When [`State::settle_clock`] should look again though nobody says anything.
    pub(super) fn clock_due_ms(&self, now_ms: i64) -> Option<i64> {
        let waiting = self.playback.state == PlayState::Waiting;
        [
            waiting.then_some(self.waiting_since_ms + WAIT_CAP_MS),
            self.over_ms(),
            self.party.starts_at_ms,
            self.players.next_due_ms(now_ms),
            self.players.sync_due_ms(SYNC_EVERY_MS),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
