//! The party as others see it.

use super::State;
use crate::live::{Event, MemberChange, MemberView, PartySnapshot, Watching};
use soiree_domain::{MemberRole, UserId};

impl State {
    pub(super) fn view(&self, user: &UserId) -> MemberView {
        match self.members.get(user) {
            Some(m) => MemberView {
                user: user.clone(),
                name: m.name.clone(),
                role: m.role,
                muted: m.muted,
                online: !m.conns.is_empty(),
            },
            None => MemberView {
                user: user.clone(),
                name: self.bans.get(user).cloned().unwrap_or_default(),
                role: MemberRole::Member,
                muted: false,
                online: false,
            },
        }
    }

    /// How `user` is shown in events about them.
    pub(crate) fn member_view(&self, user: &UserId) -> MemberView {
        self.view(user)
    }

    pub(super) fn presence(&self, user: &UserId) -> Event {
        let party = self.party.id.clone();
        let (member, change) = (self.view(user), MemberChange::Presence);
        Event::Member { party, seq: None, member, change, by: None, reason: None }
    }

    /// The party as `viewer` sees it now.
    pub(crate) fn snapshot(&self, viewer: &UserId, now_ms: i64) -> PartySnapshot {
        PartySnapshot {
            party: self.party.clone(),
            seq: self.seq,
            members: self.members.keys().map(|user| self.view(user)).collect(),
            banned: self.banned(),
            chat: self.chat.iter().cloned().collect(),
            mood: self.mood.view(now_ms),
            recommendations: self.last_round.clone(),
            watching: self.watching(viewer),
            viewer: viewer.clone(),
        }
    }

    /// Who may not come in, with the names they had when they were sent away.
    pub(super) fn banned(&self) -> Vec<(UserId, String)> {
        self.bans.iter().map(|(user, name)| (user.clone(), name.clone())).collect()
    }

    /// What is played, waits and is voted on, as `viewer` sees it.
    pub(super) fn watching(&self, viewer: &UserId) -> Box<Watching> {
        let present = self.online().cloned().collect();
        Box::new(Watching {
            playback: self.playback.clone(),
            queue: self.queue.entries().to_vec(),
            poll: self.poll.view(viewer, &present),
        })
    }
}
