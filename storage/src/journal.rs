//! The group commit: many entries in one transaction, each of which is written whole or not at all.
//!
//! A commit asks a fixed number of set-based questions (who exists, which fences hold, which numbers and keys are
//! taken), decides every entry in memory in the order of the list, and writes what was admitted with one statement
//! per table. The cost of a commit is one flush to the disk and about a dozen statements, whatever the number of
//! entries; of one that holds nothing but events of parties, one statement.

mod check;
mod write;

use crate::{AuditRow, Exposure, StorageError, Store};
use check::Known;
use soiree_domain::{Interaction, ItemId, PartyEvent, PartyId, UserId};
use write::{Admitted, write_events_alone, write_snapshot_alone};

/// How long an idempotency key is remembered, in milliseconds: 24 hours.
pub const IDEMPOTENCY_MS: i64 = 86_400_000;

/// Most attempts at one commit when other nodes' writers are in the way.
const ATTEMPTS: u32 = 5;

/// A caller's own name for a request, so that sending it twice does it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Whose name it is: a user's id or a key's id. Keys of different callers never meet.
    pub caller: String,
    /// The name.
    pub key: String,
    /// SHA-256 of the request.
    pub digest: [u8; 32],
    /// When the request came, Unix milliseconds.
    pub at_ms: i64,
}

/// A party's state at one point of its history, so that not every event must be played again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The party.
    pub party: PartyId,
    /// Its history.
    pub epoch: i64,
    /// The last event that is in the state.
    pub seq: i64,
    /// The fence of the writer.
    pub fence: i64,
    /// The state, a JSON object.
    pub body: String,
}

/// Something to be made durable.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// What people did, all of it or nothing.
    Interactions {
        /// The deeds.
        rows: Vec<Interaction>,
        /// The caller's name for them, if they gave one.
        idempotency: Option<Idempotency>,
    },
    /// One event of a party.
    PartyEvent(PartyEvent),
    /// Several events, all of them or none.
    PartyEvents(Vec<PartyEvent>),
    /// An answer that was shown.
    Exposure(Exposure),
    /// A line of the audit.
    Audit(AuditRow),
    /// A party's state. Only the two newest of a party are kept.
    Snapshot(Snapshot),
}

/// What became of an entry. Only `Committed` has written anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Committed,
    /// The same caller sent the same under the same key within 24 hours: it was done then, answer as before.
    Repeated,
    /// The same caller used the key for something else within 24 hours.
    KeyConflict,
    /// It names items that do not exist or were removed.
    UnknownItems(Vec<ItemId>),
    /// It names people who do not exist.
    UnknownUsers(Vec<UserId>),
    /// It names a party that does not exist.
    UnknownParty(PartyId),
    /// The party has another fence: somebody else is its writer now.
    Fenced,
    /// The party has an event with this number already.
    SeqTaken,
}

impl Store {
    /// Makes all entries durable in one transaction and tells what became of each, in their order. An entry that is
    /// turned down writes nothing and does not keep the others from being written; an entry sees those before it.
    ///
    /// # Errors
    /// [`StorageError::Database`], and then nothing at all was written, unless the connection was lost while the
    /// commit was under way; [`StorageError::Contended`] when other nodes' writers were in the way too often.
    pub async fn commit(&self, entries: &[Entry]) -> Result<Vec<Outcome>, StorageError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        if self.commit_simply(entries).await? {
            return Ok(vec![Outcome::Committed; entries.len()]);
        }
        for attempt in 0..ATTEMPTS {
            match self.try_commit(entries, attempt > 0).await {
                Ok(Some(outcomes)) => return Ok(outcomes),
                Ok(None) => {}
                Err(error) if error.is_collision() => {}
                Err(error) if attempt == 0 && error.is_duplicate() => {}
                Err(error) => return Err(error),
            }
        }
        Err(StorageError::Contended(ATTEMPTS))
    }

    /// An evening's ordinary cases, nothing but events of parties, or one snapshot, whose fences hold and whose numbers
    /// are free: one statement. False, and nothing written, when it is another case.
    async fn commit_simply(&self, entries: &[Entry]) -> Result<bool, StorageError> {
        let event = |entry: &Entry| matches!(entry, Entry::PartyEvent(_) | Entry::PartyEvents(_));
        let written = if let [Entry::Snapshot(snapshot)] = entries {
            write_snapshot_alone(&mut self.db.write_once().await?, snapshot).await
        } else if entries.iter().all(event) {
            let events: Vec<_> = entries.iter().flat_map(events_of).collect();
            write_events_alone(&mut self.db.write_once().await?, &events).await
        } else {
            return Ok(false);
        };
        match written {
            Ok(()) => Ok(true),
            Err(error) if error.is_missing() || error.is_duplicate() || error.is_collision() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// One attempt; `None` when another node took an idempotency key between the question and the writing. The
    /// first attempt does not ask which numbers of events are taken: a party has one writer, so that none is, and
    /// if one is, the database refuses the group and the next attempt asks.
    async fn try_commit(
        &self,
        entries: &[Entry],
        careful: bool,
    ) -> Result<Option<Vec<Outcome>>, StorageError> {
        let mut tx = self.db.write().await?;
        let mut known = Known::look_up(&mut tx, entries, careful).await?;
        let mut admitted = Admitted::default();
        let outcomes: Vec<Outcome> = entries
            .iter()
            .map(|entry| match known.check(entry) {
                Ok(()) => {
                    admitted.add(entry, &known);
                    Outcome::Committed
                }
                Err(refused) => refused,
            })
            .collect();
        if !admitted.write(&mut tx).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(outcomes))
    }
}

/// The events of an entry.
fn events_of(entry: &Entry) -> &[PartyEvent] {
    match entry {
        Entry::PartyEvent(event) => std::slice::from_ref(event),
        Entry::PartyEvents(events) => events,
        _ => &[],
    }
}

/// The deeds of an entry.
fn deeds_of(entry: &Entry) -> &[Interaction] {
    match entry {
        Entry::Interactions { rows, .. } => rows,
        _ => &[],
    }
}

/// The idempotency key of an entry.
fn key_of(entry: &Entry) -> Option<&Idempotency> {
    match entry {
        Entry::Interactions { idempotency, .. } => idempotency.as_ref(),
        _ => None,
    }
}
