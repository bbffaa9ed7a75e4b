//! Coming back: members after a broken connection, the party after a restart or a crash of its actor.

use super::{Debts, Effect, Member, State};
use crate::{
    live::{ChatLine, Round, watch::PlayState},
    party::{
        queue::Queue,
        record::{Numbered, Record, Saved, SavedMember},
        roster::Seat,
        settings::PartySettings,
    },
};
use soiree_domain::{MemberRole, Party};
use std::{collections::BTreeSet, sync::Arc};

impl State {
    /// Rebuilds the party from its last snapshot and the events of the recovery window. Events up to the
    /// snapshot's number only fill the window; later ones are applied.
    pub(crate) fn restore(
        party: Party,
        settings: PartySettings,
        saved: Option<Saved>,
        events: Vec<Numbered>,
        now_ms: i64,
    ) -> Self {
        let mut state = Self::new(party, settings);
        if let Some(saved) = saved {
            state.seq = saved.seq;
            state.saved_seq = saved.seq;
            state.rounds = saved.rounds;
            state.last_round = saved.last_round;
            state.chat = saved.chat.into();
            if let Some(face) = saved.face {
                face.apply(&mut state.party);
            }
            state.party.host = saved.host.unwrap_or_else(|| state.party.host.clone());
            state.playback = saved.playback.unwrap_or_else(|| state.playback.clone());
            state.waiting_since_ms = state.playback.at_ms;
            state.queue = Queue::restore(saved.queue);
            state.poll = saved.poll;
            state.bans = saved.bans.into_iter().collect();
            state.debts = Debts::new(saved.debts);
            for member in saved.members {
                let SavedMember { user, name, role, muted, joined_ms } = member;
                let (conns, away_since_ms) = (BTreeSet::new(), Some(now_ms));
                let member = Member {
                    name,
                    role,
                    muted,
                    joined_ms,
                    typing_ms: 0,
                    conns,
                    refusing: BTreeSet::new(),
                    away_since_ms,
                };
                state.members.insert(user, member);
            }
        }
        let last_ms = events.last().map_or(state.playback.at_ms, |event| event.at_ms);
        for event in events {
            if event.seq > state.seq {
                state.seq = event.seq;
                state.apply(&event, now_ms);
            }
            state.tail.push_back(event);
        }
        state.trim(now_ms);
        state.stand_still_after_sleep(last_ms, now_ms);
        state
    }

    /// Members whose server was gone for a moment play on, and so does the clock. After a long sleep nobody does.
    fn stand_still_after_sleep(&mut self, last_ms: i64, now_ms: i64) {
        let moves = matches!(self.playback.state, PlayState::Playing | PlayState::Waiting);
        if moves && now_ms - last_ms.max(self.playback.at_ms) > self.settings.recovery_ms {
            self.playback.position_ms = self.playback.position(last_ms);
            self.playback.at_ms = last_ms;
            self.playback.state = PlayState::Paused;
        }
    }

    /// Takes over the sockets of a predecessor that crashed: nobody is told anything twice, and what had
    /// been written down but not told (numbers above `told_seq`) is told now.
    pub(crate) fn readopt(&mut self, seats: &[Seat], told_seq: i64, now_ms: i64) -> Vec<Effect> {
        let mut effects = Vec::new();
        for seat in seats {
            if !self.members.contains_key(&seat.user) {
                let role = if seat.user == self.party.host { MemberRole::Host } else { MemberRole::Member };
                let record = Record::Joined { user: seat.user.clone(), name: seat.name.clone(), role };
                self.record(record, now_ms, None, &mut effects);
            }
            if let Some(member) = self.members.get_mut(&seat.user) {
                member.conns.insert(seat.conn);
                member.away_since_ms = None;
            }
            self.conns.insert(seat.conn, seat.user.clone());
            if !seat.shares_mood {
                self.consent(seat.conn, &seat.user, false);
            }
        }
        // Who only looks in from outside does not keep the party awake.
        if self.members.is_empty() {
            self.empty_since_ms = Some(now_ms);
        }
        let untold: Vec<_> = self.tail.iter().filter(|e| e.seq > told_seq).cloned().collect();
        let mut first = Vec::new();
        if !seats.is_empty() {
            let announced: BTreeSet<i64> = effects
                .iter()
                .filter_map(|e| if let Effect::Announce { event, .. } = e { Some(event.seq) } else { None })
                .collect();
            for event in untold.into_iter().filter(|e| !announced.contains(&e.seq)) {
                first.push(Effect::Announce { event, author: None });
            }
        }
        first.append(&mut effects);
        self.settle(now_ms, &mut first);
        first
    }

    /// The events after `since`, if every one of them is still here.
    pub(super) fn missed(&self, (epoch, seq): (i64, i64), now_ms: i64) -> Option<Vec<Numbered>> {
        let oldest_ms = now_ms - self.settings.recovery_ms;
        if epoch != self.party.epoch || seq > self.seq || seq < 0 {
            return None;
        }
        let missed: Vec<_> = self.tail.iter().filter(|event| event.seq > seq).cloned().collect();
        let complete = usize::try_from(self.seq - seq) == Ok(missed.len());
        (complete && missed.iter().all(|event| event.at_ms >= oldest_ms)).then_some(missed)
    }

    /// Forgets events that are too old or too many for anybody to come back to.
    pub(super) fn trim(&mut self, now_ms: i64) {
        let oldest_ms = now_ms - self.settings.recovery_ms;
        while self.tail.len() > self.settings.recovery_events
            || self.tail.front().is_some_and(|event| event.at_ms < oldest_ms)
        {
            self.tail.pop_front();
        }
    }

    /// The lasting part of the state.
    pub(crate) fn saved(&self) -> Saved {
        let members = self.members.iter().map(|(user, m)| SavedMember {
            user: user.clone(),
            name: m.name.clone(),
            role: m.role,
            muted: m.muted,
            joined_ms: m.joined_ms,
        });
        let public = |(seq, at_ms, round): &(i64, i64, Arc<Round>)| (*seq, *at_ms, Arc::new(round.public()));
        Saved {
            seq: self.seq,
            members: members.collect(),
            // How lines sound is not for keeping: whoever wrote them may not want it tomorrow.
            chat: self.chat.iter().map(|line| ChatLine { sentiment: None, ..line.clone() }).collect(),
            rounds: self.rounds,
            last_round: self.last_round.as_ref().map(public),
            face: Some((&self.party).into()),
            host: Some(self.party.host.clone()),
            playback: Some(self.playback.clone()),
            queue: self.queue.entries().to_vec(),
            poll: self.poll.clone(),
            bans: self.banned(),
            debts: self.debts.all(),
        }
    }
}
