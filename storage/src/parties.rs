//! Parties, and reading their journals. Events are written through [`Store::commit`] alone.

use crate::{Entry, Outcome, Page, Paged, Snapshot, StorageError, Store, db::args, people::parse};
use soiree_domain::{ItemId, Party, PartyEvent, PartyId};

type PartyRow = (
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    i64,
    Option<i64>,
    i64,
    i64,
    String,
    i64,
    Option<i64>,
    String,
);
type EventRow = (String, i64, i64, i64, i64, Option<String>, String, i64, String);

fn party(row: PartyRow) -> Result<Party, StorageError> {
    let (
        id,
        name,
        visibility,
        control,
        host,
        item,
        password_hash,
        created_at_ms,
        ended_at_ms,
        epoch,
        fence,
        wait,
        locked,
        starts_at_ms,
        taste,
    ) = row;
    Ok(Party {
        id: parse("party id", &id)?,
        name,
        visibility: parse("visibility", &visibility)?,
        control: parse("control", &control)?,
        wait: parse("wait policy", &wait)?,
        locked: locked != 0,
        starts_at_ms,
        taste: serde_json::from_str(&taste).map_err(|e| StorageError::corrupt("taste", e))?,
        host: parse("user id", &host)?,
        item: item.map(|text| parse("item id", &text)).transpose()?,
        password_hash,
        created_at_ms,
        ended_at_ms,
        epoch,
        fence,
    })
}

fn taste(party: &Party) -> String {
    serde_json::to_string(&party.taste).expect("names and a number")
}

fn event(row: EventRow) -> Result<PartyEvent, StorageError> {
    let (party, epoch, seq, fence, at_ms, actor, kind, schema, body) = row;
    Ok(PartyEvent {
        party: parse("party id", &party)?,
        epoch,
        seq,
        fence,
        at_ms,
        actor: actor.map(|text| parse("user id", &text)).transpose()?,
        kind,
        schema: i32::try_from(schema).map_err(|e| StorageError::corrupt("schema version", e))?,
        body,
    })
}

impl Store {
    /// Writes a new party; false when its id is taken.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn create_party(&self, party: &Party) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run(
                "INSERT INTO parties (id, name, visibility, control, host, item, password_hash, created_at_ms, ended_at_ms,
                     epoch, fence, wait, locked, starts_at_ms, taste)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (id) DO NOTHING",
                args![
                    party.id.as_str(),
                    party.name.as_str(),
                    party.visibility.as_str(),
                    party.control.as_str(),
                    party.host.as_str(),
                    party.item.as_ref().map(ItemId::as_str),
                    party.password_hash.as_deref(),
                    party.created_at_ms,
                    party.ended_at_ms,
                    party.epoch,
                    party.fence,
                    party.wait.as_str(),
                    i64::from(party.locked),
                    party.starts_at_ms,
                    taste(party).as_str()
                ],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// One party.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn party(&self, id: &PartyId) -> Result<Option<Party>, StorageError> {
        self.db
            .read()
            .await?
            .first(
                "SELECT id, name, visibility, control, host, item, password_hash, created_at_ms, ended_at_ms, epoch, fence,
                     wait, locked, starts_at_ms, taste
                 FROM parties WHERE id = $1",
                args![id.as_str()],
            )
            .await?
            .map(party)
            .transpose()
    }

    /// Public parties that go on, newest first.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`], [`StorageError::Cursor`].
    pub async fn parties(&self, page: &Page) -> Result<Paged<Party>, StorageError> {
        let (at_ms, id) = match page.key::<2>()? {
            Some([at_ms, id]) => (at_ms.parse().map_err(|_| StorageError::Cursor)?, id),
            None => (i64::MAX, String::new()),
        };
        let rows: Vec<PartyRow> = self
            .db
            .read()
            .await?
            .all(
                "SELECT id, name, visibility, control, host, item, password_hash, created_at_ms, ended_at_ms, epoch, fence,
                     wait, locked, starts_at_ms, taste
                 FROM parties
                 WHERE visibility = 'public' AND ended_at_ms IS NULL AND (created_at_ms, id) < ($1, $2)
                 ORDER BY created_at_ms DESC, id DESC LIMIT $3",
                args![at_ms, id.as_str(), page.fetch()],
            )
            .await?;
        let Paged { rows, next } = page.cut(rows, |row| [row.7.to_string(), row.0.clone()]);
        Ok(Paged { rows: rows.into_iter().map(party).collect::<Result<_, _>>()?, next })
    }

    /// Writes what can change in a party: name, visibility, control, host, item, password, epoch, whom it waits for,
    /// whether it is locked and when it begins. The fence is
    /// changed by [`Store::claim_party`], the end by [`Store::end_party`]. False when there is no such party, or it
    /// has another fence.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn update_party(&self, party: &Party) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run(
                "UPDATE parties SET name = $2, visibility = $3, control = $4, host = $5, item = $6, password_hash = $7,
                     epoch = $8, wait = $10, locked = $11, starts_at_ms = $12, taste = $13 WHERE id = $1 AND fence = $9",
                args![
                    party.id.as_str(),
                    party.name.as_str(),
                    party.visibility.as_str(),
                    party.control.as_str(),
                    party.host.as_str(),
                    party.item.as_ref().map(ItemId::as_str),
                    party.password_hash.as_deref(),
                    party.epoch,
                    party.fence,
                    party.wait.as_str(),
                    i64::from(party.locked),
                    party.starts_at_ms,
                    taste(party).as_str()
                ],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// Closes a party for good; false when there is none or it is over already.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn end_party(&self, id: &PartyId, at_ms: i64) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run(
                "UPDATE parties SET ended_at_ms = $2 WHERE id = $1 AND ended_at_ms IS NULL",
                args![id.as_str(), at_ms],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// Makes the caller the only writer of a party: raises the fence and returns the new one. When this returns, every
    /// event of the writer before is either in the journal or will be turned down. `None` when there is no such party.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn claim_party(&self, id: &PartyId) -> Result<Option<i64>, StorageError> {
        let mut tx = self.db.write().await?;
        let fence: Option<(i64,)> = tx
            .first("UPDATE parties SET fence = fence + 1 WHERE id = $1 RETURNING fence", args![id.as_str()])
            .await?;
        tx.commit().await?;
        Ok(fence.map(|(fence,)| fence))
    }

    /// A party's events after a number, in their order.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn events_after(
        &self,
        party: &PartyId,
        epoch: i64,
        after_seq: i64,
        limit: u32,
    ) -> Result<Vec<PartyEvent>, StorageError> {
        self.db
            .read()
            .await?
            .all(
                "SELECT party, epoch, seq, fence, at_ms, actor, kind, schema_version, body FROM party_events
                 WHERE party = $1 AND epoch = $2 AND seq > $3 ORDER BY seq LIMIT $4",
                args![party.as_str(), epoch, after_seq, limit],
            )
            .await?
            .into_iter()
            .map(event)
            .collect()
    }

    /// A party's chat before a number, the latest lines first.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn chat_before(
        &self,
        party: &PartyId,
        epoch: i64,
        before_seq: i64,
        limit: u32,
    ) -> Result<Vec<PartyEvent>, StorageError> {
        self.db
            .read()
            .await?
            .all(
                "SELECT party, epoch, seq, fence, at_ms, actor, kind, schema_version, body FROM party_events
                 WHERE party = $1 AND epoch = $2 AND seq < $3 AND kind = 'chat' ORDER BY seq DESC LIMIT $4",
                args![party.as_str(), epoch, before_seq, limit],
            )
            .await?
            .into_iter()
            .map(event)
            .collect()
    }

    /// A party's last events, oldest of them first.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn last_events(&self, party: &PartyId, limit: u32) -> Result<Vec<PartyEvent>, StorageError> {
        let rows: Vec<EventRow> = self
            .db
            .read()
            .await?
            .all(
                "SELECT party, epoch, seq, fence, at_ms, actor, kind, schema_version, body FROM party_events
                 WHERE party = $1 ORDER BY epoch DESC, seq DESC LIMIT $2",
                args![party.as_str(), limit],
            )
            .await?;
        rows.into_iter().rev().map(event).collect()
    }

    /// Writes a party's state outside of the journal's group commit, with the same checks.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<Outcome, StorageError> {
        let outcomes = self.commit(&[Entry::Snapshot(snapshot.clone())]).await?;
        Ok(outcomes.into_iter().next().unwrap_or(Outcome::Fenced))
    }

    /// A party's newest state: its epoch, the last event in it, and the body.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn latest_snapshot(&self, party: &PartyId) -> Result<Option<(i64, i64, String)>, StorageError> {
        self.db
            .read()
            .await?
            .first(
                "SELECT epoch, seq, body FROM party_snapshots WHERE party = $1 ORDER BY epoch DESC, seq DESC LIMIT 1",
                args![party.as_str()],
            )
            .await
    }
}
