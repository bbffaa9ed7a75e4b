//! A reader of the journal who knows nothing of the state: maps and lists, and the rules written a second time.

use crate::{
    live::{
        PartySnapshot,
        watch::{Act, Order, PlayState, Playback, QueueChange, QueueOp, VoteValue},
    },
    party::record::{Numbered, Record},
};
use soiree_domain::{Control, ItemId, MemberRole, Party, UserId};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Naive {
    /// Role, and whether the word was taken from them.
    pub(super) members: BTreeMap<UserId, (MemberRole, bool)>,
    banned: BTreeSet<UserId>,
    chat: Vec<(i64, String)>,
    queue: Vec<(ItemId, UserId)>,
    votes: BTreeMap<(ItemId, UserId), VoteValue>,
    clock: Option<Playback>,
    locked: bool,
}

impl Naive {
    pub(super) fn read(journal: &[Numbered]) -> Self {
        let mut naive = Self::default();
        for event in journal {
            naive.take(event);
        }
        naive
    }

    fn take(&mut self, event: &Numbered) {
        match event.record.clone() {
            Record::Joined { user, role, .. } => {
                assert!(!self.banned.contains(&user), "a banned person came in");
                assert!(self.members.insert(user, (role, false)).is_none(), "joined twice");
            }
            Record::Left { user, .. } => {
                assert!(self.members.remove(&user).is_some(), "left without being there");
                self.votes.retain(|(_, voter), _| *voter != user);
            }
            Record::Role { user, role, .. } => {
                self.members.get_mut(&user).expect("a role is a member's").0 = role;
            }
            Record::Muted { user, muted, .. } => {
                self.members.get_mut(&user).expect("the word is a member's").1 = muted;
            }
            Record::Ban { user, banned: true, .. } => assert!(self.banned.insert(user)),
            Record::Ban { user, banned: false, .. } => assert!(self.banned.remove(&user)),
            Record::Chat { user, text, .. } => {
                assert_eq!(self.members.get(&user).map(|m| m.1), Some(false), "spoke without a word");
                self.chat.push((event.seq, text));
            }
            Record::Deleted { message, .. } => self.chat.retain(|(seq, _)| *seq != message),
            Record::Queue { op, work, index, by } => {
                let at = self.queue.iter().position(|(item, _)| *item == work.item);
                match op {
                    QueueOp::Add => {
                        assert_eq!(at, None, "nothing waits twice");
                        self.queue.insert(index, (work.item, by));
                    }
                    QueueOp::Remove => {
                        assert_eq!(at, Some(index), "it was elsewhere");
                        self.queue.remove(index);
                    }
                    QueueOp::Move => {
                        let entry = self.queue.remove(at.expect("only what waits can move"));
                        self.queue.insert(index, entry);
                    }
                }
            }
            Record::Vote { user, item: Some(item), value, .. } => {
                match value {
                    VoteValue::Clear => self.votes.remove(&(item, user)),
                    value => self.votes.insert((item, user), value),
                };
            }
            Record::Playback { playback } => {
                let before = self.clock.as_ref().map_or(0, |clock| clock.version);
                assert_eq!(playback.version, before + 1, "the clock's version grows by one");
                assert!(playback.work.is_some() || playback.state == PlayState::Empty);
                let work = |clock: &Playback| clock.work.as_ref().map(|work| work.item.clone());
                if self.clock.as_ref().and_then(work) != work(&playback)
                    && let Some(item) = work(&playback)
                    && !self.vetoed(&item)
                {
                    self.votes.retain(|(voted, _), _| *voted != item);
                }
                self.clock = Some(playback);
            }
            Record::Changed { now } => self.locked = now.locked,
            Record::Vote { item: None, .. } | Record::Round { .. } | Record::Removed => {}
        }
        assert!(
            self.queue.iter().all(|(item, _)| !self.vetoed(item))
                || matches!(event.record, Record::Vote { .. })
        );
    }

    fn vetoed(&self, item: &ItemId) -> bool {
        self.votes.iter().any(|((voted, _), value)| voted == item && *value == VoteValue::Veto)
    }

    pub(super) fn may_enter(&self, user: &UserId, party: &Party) -> bool {
        self.members.contains_key(user)
            || (!self.banned.contains(user) && (!self.locked || *user == party.host))
    }

    pub(super) fn may_speak(&self, user: &UserId) -> bool {
        self.members.get(user).is_some_and(|(_, muted)| !muted)
    }

    /// Whether somebody is allowed to do something; whether it makes sense is another question.
    pub(super) fn may(&self, user: &UserId, act: &Act, party: &Party) -> bool {
        let Some((role, muted)) = self.members.get(user) else { return false };
        let high = *role != MemberRole::Member;
        let above = |other: &UserId| self.members.get(other).is_some_and(|(theirs, _)| role < theirs);
        match act {
            Act::Steer(_) => high || party.control == Control::Everyone,
            Act::Queue(QueueChange::Remove(item)) if self.queue.contains(&(item.clone(), user.clone())) => {
                true
            }
            Act::Queue(_) => high || party.control != Control::Host,
            Act::Status(_) | Act::Vote { .. } => true,
            Act::Typing => !muted,
            Act::Order(Order::Promote(other) | Order::Demote(other) | Order::Transfer(other)) => {
                *role == MemberRole::Host && above(other)
            }
            Act::Order(Order::Mute(other) | Order::Unmute(other) | Order::Kick(other)) => {
                high && above(other)
            }
            // A line's author may take it away; the reader does not know who said what.
            Act::Order(Order::DeleteMessage(_)) => true,
            Act::Order(_) => high,
        }
    }

    /// Compares with what a member is shown.
    pub(super) fn agrees(&self, shown: &PartySnapshot, chat_tail: usize) {
        let members: BTreeMap<_, _> =
            shown.members.iter().map(|m| (m.user.clone(), (m.role, m.muted))).collect();
        assert_eq!(members, self.members);
        // The host may not have come yet; nobody else is host then.
        let hosts: Vec<_> = members.iter().filter(|(_, (role, _))| *role == MemberRole::Host).collect();
        assert_eq!(hosts.len(), usize::from(members.contains_key(&shown.party.host)), "{members:?}");
        assert!(hosts.iter().all(|(user, _)| **user == shown.party.host));
        let lines: Vec<_> = shown.chat.iter().map(|line| line.seq).collect();
        let own: Vec<_> = self.chat.iter().map(|(seq, _)| *seq).collect();
        assert!(own.ends_with(&lines) && lines.len() <= chat_tail, "{lines:?} of {own:?}");
        let queue: Vec<_> =
            shown.watching.queue.iter().map(|entry| (entry.work.item.clone(), entry.by.clone())).collect();
        assert_eq!(queue, self.queue);
        for (tally, _) in &shown.watching.poll.items {
            let count = |wanted| {
                let of = |((item, _), value): &(&(ItemId, UserId), &VoteValue)| {
                    *item == tally.item && **value == wanted
                };
                u32::try_from(self.votes.iter().filter(of).count()).unwrap()
            };
            let counted = (count(VoteValue::Up), count(VoteValue::Down), count(VoteValue::Veto));
            assert_eq!((tally.up, tally.down, tally.vetoes), counted);
        }
        assert_eq!(shown.party.locked, self.locked);
        if let Some(clock) = &self.clock {
            assert_eq!(shown.watching.playback.version, clock.version);
            assert_eq!(shown.watching.playback.work, clock.work);
        }
    }
}
