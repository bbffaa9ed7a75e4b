//! Which entries may be written.

use super::{Entry, IDEMPOTENCY_MS, Idempotency, Outcome, deeds_of, events_of, key_of};
use crate::{
    StorageError,
    catalogue::item_keys,
    db::Connection,
    people::{sorted, user_keys},
    rows::Rows,
};
use soiree_domain::{Interaction, PartyEvent, PartyId};
use std::collections::{HashMap, HashSet};

/// What the database holds of all that a list of entries names; grows with each entry that is admitted.
pub(super) struct Known {
    users: HashMap<String, i64>,
    items: HashMap<String, i64>,
    /// The fence of each party.
    fences: HashMap<String, i64>,
    /// Digest and time of each (caller, key).
    keys: HashMap<(String, String), (Vec<u8>, i64)>,
    /// The (party, epoch, seq) that are taken.
    taken: HashSet<(String, i64, i64)>,
}

impl Known {
    /// Asks the database. Parties are locked before their numbers are read, so that no other node's writer can come
    /// in between. Only when `careful` is it asked which numbers are taken.
    pub(super) async fn look_up(
        tx: &mut Connection,
        entries: &[Entry],
        careful: bool,
    ) -> Result<Self, StorageError> {
        let fences = fences(tx, entries).await?;
        let taken = if careful { taken(tx, entries).await? } else { HashSet::new() };
        let keys = keys(tx, entries).await?;
        let shown = entries.iter().filter_map(|entry| match entry {
            Entry::Exposure(exposure) => exposure.user.as_ref(),
            _ => None,
        });
        let deeds = || entries.iter().flat_map(deeds_of);
        let users = user_keys(tx, deeds().map(|d| &d.user).chain(shown)).await?;
        let items = item_keys(tx, deeds().map(|d| &d.item)).await?;
        Ok(Self { users, items, fences, keys, taken })
    }

    /// The internal key of a person, if they exist.
    pub(super) fn user(&self, id: &str) -> Option<i64> {
        self.users.get(id).copied()
    }

    /// The internal key of an item, if it exists.
    pub(super) fn item(&self, id: &str) -> Option<i64> {
        self.items.get(id).copied()
    }

    /// Admits an entry and remembers what it takes, or tells why not.
    pub(super) fn check(&mut self, entry: &Entry) -> Result<(), Outcome> {
        match entry {
            Entry::Interactions { rows, idempotency } => {
                if let Some(key) = idempotency {
                    self.check_key(key)?;
                }
                self.check_deeds(rows)?;
                if let Some(key) = idempotency {
                    self.keys.insert((key.caller.clone(), key.key.clone()), (key.digest.to_vec(), key.at_ms));
                }
                Ok(())
            }
            Entry::PartyEvent(_) | Entry::PartyEvents(_) => self.check_events(events_of(entry)),
            Entry::Snapshot(snapshot) => self.check_fence(&snapshot.party, snapshot.fence),
            Entry::Exposure(exposure) => match &exposure.user {
                Some(user) if self.user(user.as_str()).is_none() => {
                    Err(Outcome::UnknownUsers(vec![user.clone()]))
                }
                _ => Ok(()),
            },
            Entry::Audit(_) => Ok(()),
        }
    }

    fn check_key(&self, key: &Idempotency) -> Result<(), Outcome> {
        match self.keys.get(&(key.caller.clone(), key.key.clone())) {
            Some((_, at_ms)) if *at_ms <= key.at_ms.saturating_sub(IDEMPOTENCY_MS) => Ok(()),
            Some((digest, _)) if digest[..] == key.digest[..] => Err(Outcome::Repeated),
            Some(_) => Err(Outcome::KeyConflict),
            None => Ok(()),
        }
    }

    fn check_deeds(&self, deeds: &[Interaction]) -> Result<(), Outcome> {
        let users = absent(deeds.iter().map(|d| &d.user), |id| self.user(id.as_str()).is_some());
        if !users.is_empty() {
            return Err(Outcome::UnknownUsers(users));
        }
        let items = absent(deeds.iter().map(|d| &d.item), |id| self.item(id.as_str()).is_some());
        if !items.is_empty() {
            return Err(Outcome::UnknownItems(items));
        }
        Ok(())
    }

    fn check_fence(&self, party: &PartyId, fence: i64) -> Result<(), Outcome> {
        match self.fences.get(party.as_str()) {
            None => Err(Outcome::UnknownParty(party.clone())),
            Some(held) if *held != fence => Err(Outcome::Fenced),
            Some(_) => Ok(()),
        }
    }

    fn check_events(&mut self, events: &[PartyEvent]) -> Result<(), Outcome> {
        let mut wanted = HashSet::with_capacity(events.len());
        for event in events {
            self.check_fence(&event.party, event.fence)?;
            let number = (event.party.to_string(), event.epoch, event.seq);
            if self.taken.contains(&number) || !wanted.insert(number) {
                return Err(Outcome::SeqTaken);
            }
        }
        self.taken.extend(wanted);
        Ok(())
    }
}

/// The ids that are not there, each once, in the order of their coming.
fn absent<'a, T: Clone + Eq + std::hash::Hash + 'a>(
    ids: impl Iterator<Item = &'a T>,
    exists: impl Fn(&T) -> bool,
) -> Vec<T> {
    let mut seen = HashSet::new();
    ids.filter(|id| !exists(id) && seen.insert(*id)).cloned().collect()
}

async fn fences(tx: &mut Connection, entries: &[Entry]) -> Result<HashMap<String, i64>, StorageError> {
    let parties = entries.iter().flat_map(|entry| {
        let snapshot = match entry {
            Entry::Snapshot(snapshot) => Some(snapshot.party.as_str()),
            _ => None,
        };
        events_of(entry).iter().map(|e| e.party.as_str()).chain(snapshot)
    });
    let rows = Rows::new().text("id", sorted(parties));
    let found: Vec<(String, i64)> = tx
        .all_rows(
            "SELECT p.id, p.fence FROM parties p WHERE p.id IN (SELECT r.id FROM {rows}) ORDER BY p.id {lock}",
            &rows,
        )
        .await?;
    Ok(found.into_iter().collect())
}

async fn taken(tx: &mut Connection, entries: &[Entry]) -> Result<HashSet<(String, i64, i64)>, StorageError> {
    let events = || entries.iter().flat_map(events_of);
    let rows = Rows::new()
        .text("party", events().map(|e| e.party.as_str()))
        .int("epoch", events().map(|e| e.epoch))
        .int("seq", events().map(|e| e.seq));
    let found: Vec<(String, i64, i64)> = tx
        .all_rows(
            "SELECT e.party, e.epoch, e.seq FROM {rows} CROSS JOIN party_events e
             WHERE e.party = r.party AND e.epoch = r.epoch AND e.seq = r.seq",
            &rows,
        )
        .await?;
    Ok(found.into_iter().collect())
}

type Keys = HashMap<(String, String), (Vec<u8>, i64)>;

async fn keys(tx: &mut Connection, entries: &[Entry]) -> Result<Keys, StorageError> {
    let keys = || entries.iter().filter_map(key_of);
    let rows = Rows::new()
        .text("caller", keys().map(|k| k.caller.as_str()))
        .text("key", keys().map(|k| k.key.as_str()));
    let found: Vec<(String, String, Vec<u8>, i64)> = tx
        .all_rows(
            "SELECT k.caller, k.key, k.digest, k.at_ms FROM {rows} CROSS JOIN idempotency k
             WHERE k.caller = r.caller AND k.key = r.key",
            &rows,
        )
        .await?;
    Ok(found.into_iter().map(|(caller, key, digest, at_ms)| ((caller, key), (digest, at_ms))).collect())
}
