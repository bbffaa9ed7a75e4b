//! Keeping order: roles, the word, the door, and the party itself.

use super::{Effect, State, watch::Author};
use crate::{
    fault::Fault,
    live::{
        PartyFace,
        watch::{LeftReason, Order},
    },
    party::{
        record::Record,
        rights::{self, Capability},
    },
};
use soiree_domain::{MemberRole, UserId};

impl State {
    /// Whether a member may do something.
    ///
    /// # Errors
    /// [`Fault::NotAMember`], [`Fault::NotAllowed`].
    pub(crate) fn need(&self, user: &UserId, wanted: Capability) -> Result<(), Fault> {
        let member = self.members.get(user).ok_or(Fault::NotAMember)?;
        if rights::may(member.role, member.muted, self.party.control, wanted) {
            Ok(())
        } else {
            Err(rights::refusal(wanted))
        }
    }

    /// Whether somebody may come in who is no member yet.
    pub(super) fn door(&self, user: &UserId) -> Result<(), Fault> {
        if self.bans.contains_key(user) {
            return Err(Fault::Banned);
        }
        if self.party.locked && *user != self.party.host {
            return Err(Fault::Locked);
        }
        if self.members.len() >= self.settings.max_members {
            return Err(Fault::Full(self.settings.max_members));
        }
        Ok(())
    }

    pub(super) fn order(
        &mut self,
        by: &UserId,
        order: Order,
        author: Author,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        let wanted = match &order {
            Order::Promote(_) | Order::Demote(_) | Order::Transfer(_) => Capability::Admin,
            Order::DeleteMessage(seq) if self.said_by(*seq).is_some_and(|author| author == by) => {
                Capability::Chat
            }
            _ => Capability::Moderate,
        };
        self.need(by, wanted)?;
        let author = Some(author);
        match order {
            Order::Promote(user) => {
                self.give_role(user, MemberRole::Moderator, by, author, now_ms, effects)?
            }
            Order::Demote(user) => self.give_role(user, MemberRole::Member, by, author, now_ms, effects)?,
            Order::Transfer(user) => self.hand_over(user, by, author, now_ms, effects)?,
            Order::Mute(user) => self.mute(user, true, by, author, now_ms, effects)?,
            Order::Unmute(user) => self.mute(user, false, by, author, now_ms, effects)?,
            Order::Kick(user) => {
                self.below(by, &user)?;
                self.send_out(&user, Some((by.clone(), LeftReason::Kicked)), author, now_ms, effects);
            }
            Order::Ban(user) => {
                if self.bans.contains_key(&user) {
                    return Err(Fault::Conflict("they are banned already"));
                }
                if self.members.contains_key(&user) {
                    self.below(by, &user)?;
                }
                let record = Record::Ban { user: user.clone(), by: by.clone(), banned: true };
                self.record(record, now_ms, author, effects);
                if self.members.contains_key(&user) {
                    self.send_out(&user, Some((by.clone(), LeftReason::Banned)), None, now_ms, effects);
                }
            }
            Order::Unban(user) => {
                if !self.bans.contains_key(&user) {
                    return Err(Fault::Conflict("they are not banned"));
                }
                self.record(Record::Ban { user, by: by.clone(), banned: false }, now_ms, author, effects);
            }
            Order::Lock | Order::Unlock => {
                self.party.locked = order == Order::Lock;
                self.tell_changed(author, now_ms, effects);
            }
            Order::DeleteMessage(message) => {
                if self.said_by(message).is_none() {
                    return Err(Fault::missing("message", message));
                }
                self.record(Record::Deleted { message, by: by.clone() }, now_ms, author, effects);
                effects.push(Effect::Empty(message));
            }
        }
        Ok(())
    }

    /// Who said a line that can still be seen.
    fn said_by(&self, seq: i64) -> Option<&UserId> {
        let at = self.chat.binary_search_by_key(&seq, |line| line.seq).ok()?;
        Some(&self.chat[at].user)
    }

    /// Refuses to touch a member who stands as high, or oneself.
    fn below(&self, by: &UserId, user: &UserId) -> Result<(), Fault> {
        let member = self.members.get(user).ok_or_else(|| Fault::missing("member", user))?;
        let own = self.members.get(by).ok_or(Fault::NotAMember)?;
        // Roles are ordered from the highest down.
        if own.role < member.role { Ok(()) } else { Err(Fault::NotAllowed("they stand as high as you do")) }
    }

    fn give_role(
        &mut self,
        user: UserId,
        role: MemberRole,
        by: &UserId,
        author: Option<Author>,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        self.below(by, &user)?;
        if self.members.get(&user).is_some_and(|member| member.role == role) {
            return Err(Fault::Conflict("they are that already"));
        }
        self.record(Record::Role { user, role, by: Some(by.clone()) }, now_ms, author, effects);
        Ok(())
    }

    fn hand_over(
        &mut self,
        user: UserId,
        by: &UserId,
        author: Option<Author>,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        self.below(by, &user)?;
        let old = Record::Role { user: by.clone(), role: MemberRole::Moderator, by: Some(by.clone()) };
        self.record(old, now_ms, None, effects);
        let new = Record::Role { user, role: MemberRole::Host, by: Some(by.clone()) };
        self.record(new, now_ms, author, effects);
        effects.push(Effect::Row(self.party.clone()));
        Ok(())
    }

    /// The host has left: the longest-serving moderator takes over, or else the longest-serving member; who is
    /// connected goes first.
    pub(super) fn hand_over_by_itself(&mut self, now_ms: i64, effects: &mut Vec<Effect>) {
        let next = self
            .members
            .iter()
            .min_by_key(|(user, m)| (m.conns.is_empty(), m.role, m.joined_ms, (*user).clone()))
            .map(|(user, _)| user.clone());
        if let Some(user) = next {
            self.record(Record::Role { user, role: MemberRole::Host, by: None }, now_ms, None, effects);
            effects.push(Effect::Row(self.party.clone()));
        }
    }

    fn mute(
        &mut self,
        user: UserId,
        muted: bool,
        by: &UserId,
        author: Option<Author>,
        now_ms: i64,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        self.below(by, &user)?;
        if self.members.get(&user).is_some_and(|member| member.muted == muted) {
            return Err(Fault::Conflict(if muted { "they are muted already" } else { "they are not muted" }));
        }
        self.record(Record::Muted { user, by: by.clone(), muted }, now_ms, author, effects);
        Ok(())
    }

    /// Tells what the party is now, after `self.party` was changed, and has its row written.
    pub(super) fn tell_changed(&mut self, author: Option<Author>, now_ms: i64, effects: &mut Vec<Effect>) {
        let now = PartyFace::from(&self.party);
        effects.push(Effect::Row(self.party.clone()));
        self.record(Record::Changed { now }, now_ms, author, effects);
    }
}
