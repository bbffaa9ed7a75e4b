//! What the models need to know of a person, kept in memory: recent deeds and friends.

use crate::{evenings::played, fault::Fault};
use quick_cache::sync::Cache;
use soiree_domain::{Interaction, ItemId, PartyId, UserId};
use soiree_engine::Event;
use soiree_storage::Store;
use std::{collections::BTreeSet, sync::Arc};

/// Deeds kept per person, newest first.
pub(crate) const HISTORY: u32 = 500;
/// Companions of earlier evenings kept per person.
const COMPANIONS: u32 = 20;
/// Parties kept per person.
const PARTIES: u32 = 50;
/// Parties whose plays are kept.
const EVENINGS: usize = 10_000;
/// Playback events that are looked at per party.
const MOST_PLAYED: u32 = 400;

/// A person as the models see them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Profile {
    pub(crate) name: String,
    /// Newest first, at most [`HISTORY`].
    pub(crate) events: Vec<Event>,
    pub(crate) friends: Vec<UserId>,
    /// Who was at the same parties, and at how many, most first.
    pub(crate) companions: Vec<(UserId, u32)>,
    /// Parties they came to, latest first.
    pub(crate) parties: Vec<PartyId>,
    /// The least age they may have, if known.
    pub(crate) age: Option<u8>,
}

/// A bounded cache over the store; what falls out is read again. Events that were committed are added in
/// place, so that they count in the next answer.
#[derive(Clone)]
pub struct Profiles {
    store: Store,
    cache: Arc<Cache<UserId, Arc<Profile>>>,
    evenings: Arc<Cache<PartyId, Arc<Evening>>>,
}

/// What was played in a party, and how many ever came to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Evening {
    pub(crate) people: u32,
    /// Each work once.
    pub(crate) works: Vec<ItemId>,
}

impl Profiles {
    pub(crate) fn new(store: Store, people: usize) -> Self {
        let evenings = Arc::new(Cache::new(EVENINGS));
        Self { store, cache: Arc::new(Cache::new(people.max(16))), evenings }
    }

    /// The person's profile.
    ///
    /// # Errors
    /// [`Fault::NotFound`] for a person who does not exist.
    pub(crate) async fn get(&self, user: &UserId) -> Result<Arc<Profile>, Fault> {
        self.cache.get_or_insert_async(user, self.read(user)).await
    }

    async fn read(&self, user: &UserId) -> Result<Arc<Profile>, Fault> {
        let person = self.store.user(user).await?.ok_or_else(|| Fault::missing("user", user))?;
        let history = self.store.history(user, HISTORY).await?;
        let friends = self.store.friends_of(user).await?;
        let companions = self.store.companions(user, COMPANIONS).await?;
        let parties = self.store.parties_of(user, PARTIES).await?;
        let events = history.iter().map(event).collect();
        let age = person.least_age();
        Ok(Arc::new(Profile { name: person.name, events, friends, companions, parties, age }))
    }

    /// Adds committed deeds; returns whose they were.
    pub(crate) fn append(&self, rows: &[Interaction]) -> BTreeSet<UserId> {
        let people: BTreeSet<UserId> = rows.iter().map(|row| row.user.clone()).collect();
        for user in &people {
            // A read that is under way may have missed the new rows, so its result must not be kept.
            let Some(old) = self.cache.peek(user) else {
                self.cache.remove(user);
                continue;
            };
            let mut profile = Profile::clone(&old);
            let new = rows.iter().filter(|row| row.user == *user).map(event);
            profile.events.splice(0..0, new);
            profile.events.sort_by_key(|event| std::cmp::Reverse(event.at_ms));
            profile.events.truncate(HISTORY as usize);
            self.cache.insert(user.clone(), Arc::new(profile));
        }
        people
    }

    /// What was played in a party.
    pub(crate) async fn evening(&self, party: &PartyId) -> Result<Arc<Evening>, Fault> {
        let read = async {
            let row = self.store.evening(party, MOST_PLAYED).await?;
            let played = row.played.iter().filter_map(|body| played(body));
            let works: BTreeSet<ItemId> = played.chain(row.had).collect();
            Ok::<_, Fault>(Arc::new(Evening { people: row.people, works: works.into_iter().collect() }))
        };
        self.evenings.get_or_insert_async(party, read).await
    }

    /// Something new is played in a party; the next question about it reads it anew.
    pub(crate) fn played(&self, party: &PartyId) {
        self.evenings.remove(party);
    }

    /// Forgets what is kept of a person; the next question reads it anew.
    pub(crate) fn forget(&self, user: &UserId) {
        self.cache.remove(user);
    }
}

fn event(row: &Interaction) -> Event {
    Event { item: row.item.clone(), kind: row.kind, value: row.value, at_ms: row.at_ms }
}
