//! Records: how one is made, and what it changes. Used live and when the journal is read back.

use super::{Conn, Effect, Member, State};
use crate::{
    live::{
        Because,
        watch::{Cause, LeftReason, PlayState, Playback, QueueOp},
    },
    party::{
        clock::Setting,
        record::{Numbered, Record},
    },
};
use soiree_domain::{MemberRole, UserId};
use std::{collections::BTreeSet, sync::Arc};

impl State {
    /// Numbers a record, applies it, and has it journalled and announced.
    pub(super) fn record(
        &mut self,
        record: Record,
        now_ms: i64,
        author: Option<(Conn, Option<String>)>,
        effects: &mut Vec<Effect>,
    ) -> i64 {
        self.seq += 1;
        let event = Numbered { seq: self.seq, at_ms: now_ms, record };
        self.apply(&event, now_ms);
        let kept = match &event.record {
            // Rounds are large and most hold nothing private: those are shared, not copied.
            Record::Round { round, felt } if round.has_private() => {
                let (round, felt) = (Arc::new(round.public()), felt.clone());
                Numbered { record: Record::Round { round, felt }, ..event.clone() }
            }
            _ => event.clone(),
        };
        self.tail.push_back(kept.clone());
        self.trim(now_ms);
        effects.push(Effect::Journal(kept));
        effects.push(Effect::Announce { event, author });
        if self.seq - self.saved_seq >= self.settings.snapshot_every {
            self.saved_seq = self.seq;
            effects.push(Effect::Save(Box::new(self.saved())));
        }
        self.seq
    }

    /// What an event changes; used live and when the journal is read back.
    pub(super) fn apply(&mut self, event: &Numbered, now_ms: i64) {
        match &event.record {
            Record::Joined { user, name, role } => {
                let member = Member {
                    name: name.clone(),
                    role: *role,
                    muted: false,
                    joined_ms: event.at_ms,
                    typing_ms: 0,
                    conns: BTreeSet::new(),
                    refusing: BTreeSet::new(),
                    away_since_ms: Some(now_ms),
                };
                self.members.insert(user.clone(), member);
                self.empty_since_ms = None;
            }
            Record::Left { user, .. } => {
                self.members.remove(user);
                self.mood.forget(user);
                self.poll.forget(user);
                self.debts.forget(user);
            }
            Record::Role { user, role, .. } => {
                if let Some(member) = self.members.get_mut(user) {
                    member.role = *role;
                }
                if *role == MemberRole::Host {
                    self.party.host = user.clone();
                }
            }
            Record::Muted { user, muted, .. } => {
                if let Some(member) = self.members.get_mut(user) {
                    member.muted = *muted;
                }
            }
            Record::Ban { user, banned: true, .. } => {
                self.bans.insert(user.clone(), self.view(user).name);
            }
            Record::Ban { user, banned: false, .. } => {
                self.bans.remove(user);
            }
            Record::Chat { .. } => {
                self.chat.extend(event.line());
                while self.chat.len() > self.settings.chat_tail {
                    self.chat.pop_front();
                }
            }
            Record::Deleted { message, .. } => {
                self.chat.retain(|line| line.seq != *message);
                for old in self.tail.iter_mut().filter(|old| old.seq == *message) {
                    old.record = Record::Removed;
                }
            }
            Record::Round { round, .. } => {
                self.rounds = self.rounds.max(round.round);
                self.debts.round(&round.satisfaction, round.mean_satisfaction);
                self.last_round = Some((event.seq, event.at_ms, Arc::clone(round)));
            }
            Record::Playback { playback } => self.apply_playback(playback, event.at_ms),
            Record::Queue { op: QueueOp::Add, work, index, by } => {
                self.queue.put(work.clone(), by.clone(), *index);
            }
            Record::Queue { op: QueueOp::Remove, work, .. } => {
                self.queue.take(&work.item);
            }
            Record::Queue { op: QueueOp::Move, work, index, .. } => self.queue.shift(&work.item, *index),
            Record::Vote { user, item, value, .. } => self.poll.cast(user, item.as_ref(), *value),
            Record::Changed { now } => now.apply(&mut self.party),
            Record::Removed => {}
        }
    }

    fn apply_playback(&mut self, playback: &Playback, at_ms: i64) {
        if playback.work != self.playback.work {
            self.players.changed_work();
            self.poll.started(playback.work.as_ref().map(|work| &work.item));
        }
        if playback.state == PlayState::Waiting && self.playback.state != PlayState::Waiting {
            self.waiting_since_ms = at_ms;
        }
        if self.playback.state == PlayState::Waiting && playback.state != PlayState::Waiting {
            self.players.waited(&self.playback.waiting_for, at_ms);
        }
        self.playback = playback.clone();
    }

    /// Takes a member off the list, on their own wish or on somebody's order.
    pub(super) fn send_out(
        &mut self,
        user: &UserId,
        by: Option<(UserId, LeftReason)>,
        author: Option<(Conn, Option<String>)>,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) {
        let conns = self.members.get(user).map(|m| m.conns.clone()).unwrap_or_default();
        let (by, reason) = by.unzip();
        self.record(Record::Left { user: user.clone(), by, reason }, now_ms, author, effects);
        for conn in conns {
            self.conns.remove(&conn);
            self.players.gone(conn);
            effects.push(Effect::Detach(conn));
        }
        self.refresh.wish(Because::MemberLeft);
        if self.members.is_empty() {
            self.empty_since_ms = Some(now_ms);
            // A film that nobody watches does not run on.
            if matches!(self.playback.state, PlayState::Playing | PlayState::Waiting) {
                self.set(Setting::Pause { position_ms: None }, Cause::Alone, now_ms, effects);
            }
        } else if *user == self.party.host {
            self.hand_over_by_itself(now_ms, effects);
        }
    }
}
