//! Coming and going: over a first connection, again after a break, on one more device, for good.

use super::{Conn, Effect, State};
use crate::{
    fault::Fault,
    live::{Because, Event},
    party::record::Record,
};
use soiree_domain::{MemberRole, UserId};

/// Who joins, as the session tells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Joining {
    pub(crate) conn: Conn,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) since: Option<(i64, i64)>,
    /// Whether what they write and do may count for the room's mood.
    pub(crate) shares_mood: bool,
    pub(crate) reference: Option<String>,
}

impl State {
    /// Somebody comes in over a connection: for the first time, again, or on one more device.
    pub(crate) fn join(&mut self, joining: Joining, now_ms: i64) -> Result<Vec<Effect>, Fault> {
        let Joining { conn, user, name, since, shares_mood, reference } = joining;
        if self.party.ended_at_ms.is_some() {
            return Err(Fault::Ended);
        }
        let known = self.members.contains_key(&user);
        if !known {
            self.door(&user)?;
        }
        let missed = since.and_then(|since| self.missed(since, now_ms));
        let mut effects = Vec::new();
        if !known {
            let role = if user == self.party.host { MemberRole::Host } else { MemberRole::Member };
            self.record(Record::Joined { user: user.clone(), name, role }, now_ms, None, &mut effects);
        }
        let member = self.members.get_mut(&user).expect("recorded just above or known before");
        let alone = member.conns.is_empty();
        member.conns.insert(conn);
        member.away_since_ms = None;
        if alone {
            // What was said over connections that are gone holds until somebody is back, and no longer.
            member.refusing.clear();
        }
        self.consent(conn, &user, shares_mood);
        let was_away = known && alone;
        self.conns.insert(conn, user.clone());
        if was_away {
            effects.push(Effect::Broadcast(self.presence(&user)));
        }
        effects.push(Effect::Attach(conn));
        match missed {
            Some(mut missed) => {
                // Whoever comes back after having been taken off the list also sees the event of coming back.
                missed.extend(self.tail.iter().filter(|e| !known && e.seq == self.seq).cloned());
                let event = Event::Resumed {
                    party: self.party.id.clone(),
                    epoch: self.party.epoch,
                    seq: self.seq,
                    online: self.online().cloned().collect(),
                    mood: self.mood.view(now_ms),
                    watching: self.watching(&user),
                };
                effects.push(Effect::Tell { conn, event, reference });
                for event in missed {
                    let event = event.event(&self.party.id, &user, |u| self.view(u));
                    effects.push(Effect::Tell { conn, event, reference: None });
                }
            }
            None => {
                let event = Event::Snapshot(Box::new(self.snapshot(&user, now_ms)));
                effects.push(Effect::Tell { conn, event, reference });
            }
        }
        if !known || was_away {
            self.refresh.wish(Because::MemberJoined);
        }
        self.settle(now_ms, &mut effects);
        Ok(effects)
    }

    /// Somebody leaves on purpose, with all devices.
    pub(crate) fn leave(&mut self, user: &UserId, now_ms: i64) -> Result<Vec<Effect>, Fault> {
        if !self.members.contains_key(user) {
            return Err(Fault::NotAMember);
        }
        let mut effects = Vec::new();
        self.send_out(user, None, None, now_ms, &mut effects);
        self.settle(now_ms, &mut effects);
        Ok(effects)
    }

    /// A socket went away; the member stays for the grace time.
    pub(crate) fn disconnect(&mut self, conn: Conn, now_ms: i64) -> Vec<Effect> {
        let Some(user) = self.conns.remove(&conn) else { return Vec::new() };
        let mut effects = vec![Effect::Detach(conn)];
        self.players.gone(conn);
        if let Some(member) = self.members.get_mut(&user) {
            member.conns.remove(&conn);
            if member.conns.is_empty() {
                member.away_since_ms = Some(now_ms);
                effects.push(Effect::Broadcast(self.presence(&user)));
            }
        }
        self.settle(now_ms, &mut effects);
        effects
    }
}
