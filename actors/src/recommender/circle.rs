//! A person with those whose doings say something to them: friends, and companions of earlier evenings.

use crate::{
    fault::Fault,
    profiles::{Profile, Profiles},
};
use soiree_domain::{InteractionKind, ItemId, PartyId, UserId};
use soiree_engine::{Event, FriendEvents, Person};
use std::sync::Arc;

/// A person and the people around them, owned, so that a job can take them along.
pub(super) struct Circle {
    pub(super) user: UserId,
    me: Arc<Profile>,
    others: Vec<Other>,
}

struct Other {
    user: UserId,
    profile: Arc<Profile>,
    evenings: u32,
    /// A friend, whom reasons may name.
    friend: bool,
}

impl Circle {
    /// Reads the person and at most `most` others: friends first, then who was at most of the same parties.
    pub(super) async fn read(profiles: &Profiles, user: &UserId, most: usize) -> Result<Self, Fault> {
        let me = profiles.get(user).await?;
        let mut others = Vec::new();
        let evenings = |who: &UserId| {
            me.companions.iter().find(|(companion, _)| companion == who).map_or(0, |(_, evenings)| *evenings)
        };
        let friends = me.friends.iter().map(|friend| (friend, evenings(friend), true));
        let companions = me.companions.iter().filter(|(who, _)| !me.friends.contains(who));
        let around = friends.chain(companions.map(|(who, evenings)| (who, *evenings, false)));
        for (who, evenings, friend) in around.take(most) {
            // Somebody who was deleted a moment ago is simply not there.
            if let Ok(profile) = profiles.get(who).await {
                others.push(Other { user: who.clone(), profile, evenings, friend });
            }
        }
        Ok(Self { user: user.clone(), me, others })
    }

    /// Adds what the person voted for and against a moment ago. A vote against speaks against the work as a skip does: a
    /// dislike would take the work from the whole of a small group, which is what vetoes are for.
    pub(super) fn add_votes(&mut self, votes: impl Iterator<Item = (ItemId, bool)>, now_ms: i64) {
        let events: Vec<Event> = votes
            .map(|(item, up)| {
                let kind = if up { InteractionKind::Like } else { InteractionKind::Skip };
                Event { item, kind, value: None, at_ms: now_ms }
            })
            .collect();
        if !events.is_empty() {
            let mut me = Profile::clone(&self.me);
            me.events.splice(0..0, events);
            self.me = Arc::new(me);
        }
    }

    /// Parties the person came to.
    pub(super) fn parties(&self) -> &[PartyId] {
        &self.me.parties
    }

    pub(super) fn friends(&self) -> Vec<FriendEvents<'_>> {
        self.others
            .iter()
            .map(|other| FriendEvents {
                user: &other.user,
                name: &other.profile.name,
                events: &other.profile.events,
                evenings: other.evenings,
                known: other.friend,
            })
            .collect()
    }

    pub(super) fn person<'a>(&'a self, friends: &'a [FriendEvents<'a>]) -> Person<'a> {
        Person { user: &self.user, history: &self.me.events, friends, exclude: &[], age: self.me.age }
    }
}
