//! Writing what was admitted, one statement per table.

use super::{Entry, IDEMPOTENCY_MS, Idempotency, Snapshot, check::Known, events_of, key_of};
use crate::{
    AuditRow, Exposure, StorageError,
    db::{Connection, args},
    interactions::{Keyed, append},
    records::{write_audit, write_exposures},
    rows::Rows,
};
use soiree_domain::{PartyEvent, UserId};

/// The rows of all admitted entries, by table.
#[derive(Default)]
pub(super) struct Admitted<'a> {
    deeds: Vec<Keyed<'a>>,
    keys: Vec<&'a Idempotency>,
    events: Vec<&'a PartyEvent>,
    snapshots: Vec<&'a Snapshot>,
    exposures: Vec<(&'a Exposure, Option<i64>)>,
    audit: Vec<&'a AuditRow>,
}

impl<'a> Admitted<'a> {
    /// Takes up an entry that was checked.
    pub(super) fn add(&mut self, entry: &'a Entry, known: &Known) {
        match entry {
            Entry::Interactions { rows, .. } => {
                self.deeds.extend(rows.iter().filter_map(|deed| {
                    Some((deed, known.user(deed.user.as_str())?, known.item(deed.item.as_str())?))
                }));
                self.keys.extend(key_of(entry));
            }
            Entry::PartyEvent(_) | Entry::PartyEvents(_) => self.events.extend(events_of(entry)),
            Entry::Snapshot(snapshot) => self.snapshots.push(snapshot),
            Entry::Exposure(exposure) => {
                let user = exposure.user.as_ref().and_then(|user| known.user(user.as_str()));
                self.exposures.push((exposure, user));
            }
            Entry::Audit(line) => self.audit.push(line),
        }
    }

    /// Writes everything; false when another node has just taken one of the idempotency keys.
    pub(super) async fn write(&self, tx: &mut Connection) -> Result<bool, StorageError> {
        if !write_keys(tx, &self.keys).await? {
            return Ok(false);
        }
        append(tx, &self.deeds).await?;
        write_events(tx, &self.events).await?;
        for snapshot in &self.snapshots {
            write_snapshot(tx, snapshot).await?;
        }
        write_exposures(tx, &self.exposures).await?;
        write_audit(tx, &self.audit).await?;
        Ok(true)
    }
}

async fn write_keys(tx: &mut Connection, keys: &[&Idempotency]) -> Result<bool, StorageError> {
    let Some(oldest) = keys.iter().map(|k| k.at_ms).min() else { return Ok(true) };
    tx.run("DELETE FROM idempotency WHERE at_ms <= $1", args![oldest.saturating_sub(IDEMPOTENCY_MS)]).await?;
    // Sorted, so that two nodes that want the same keys wait for each other in one order. Of one key that came twice
    // in this commit, 24 hours apart, the later counts.
    let mut keys = keys.to_vec();
    keys.sort_by(|a, b| (&a.caller, &a.key, b.at_ms).cmp(&(&b.caller, &b.key, a.at_ms)));
    keys.dedup_by(|later, kept| (&later.caller, &later.key) == (&kept.caller, &kept.key));
    let rows = Rows::new()
        .text("caller", keys.iter().map(|k| k.caller.as_str()))
        .text("key", keys.iter().map(|k| k.key.as_str()))
        .bytes("digest", keys.iter().map(|k| &k.digest[..]))
        .int("at_ms", keys.iter().map(|k| k.at_ms));
    let touched = tx
        .run_rows(
            "INSERT INTO idempotency (caller, key, digest, at_ms)
             SELECT r.caller, r.key, r.digest, r.at_ms FROM {rows} WHERE true
             ON CONFLICT (caller, key) DO UPDATE SET digest = excluded.digest, at_ms = excluded.at_ms
             WHERE idempotency.at_ms <= excluded.at_ms - 86400000",
            &rows,
        )
        .await?;
    Ok(touched == keys.len() as u64)
}

fn event_rows<'a>(events: &[&'a PartyEvent]) -> Rows<'a> {
    Rows::new()
        .text("party", events.iter().map(|e| e.party.as_str()))
        .int("epoch", events.iter().map(|e| e.epoch))
        .int("seq", events.iter().map(|e| e.seq))
        .int("fence", events.iter().map(|e| e.fence))
        .int("at_ms", events.iter().map(|e| e.at_ms))
        .text("actor", events.iter().map(|e| e.actor.as_ref().map(UserId::as_str)))
        .text("kind", events.iter().map(|e| e.kind.as_str()))
        .int("schema_version", events.iter().map(|e| i64::from(e.schema)))
        .text("body", events.iter().map(|e| e.body.as_str()))
}

async fn write_events(tx: &mut Connection, events: &[&PartyEvent]) -> Result<(), StorageError> {
    tx.run_rows(
        "INSERT INTO party_events (party, epoch, seq, fence, at_ms, actor, kind, schema_version, body)
         SELECT r.party, r.epoch, r.seq, r.fence, r.at_ms, r.actor, r.kind, r.schema_version, r.body
         FROM {rows} WHERE true",
        &event_rows(events),
    )
    .await?;
    Ok(())
}

/// Writes events, and nothing else, with one statement that is a transaction of its own: all of them, or none. The
/// fence is read as it is written: one that does not hold becomes NULL, which its column refuses.
pub(super) async fn write_events_alone(
    connection: &mut Connection,
    events: &[&PartyEvent],
) -> Result<(), StorageError> {
    connection
        .run_rows(
            "INSERT INTO party_events (party, epoch, seq, fence, at_ms, actor, kind, schema_version, body)
             SELECT r.party, r.epoch, r.seq,
                    (SELECT p.fence FROM parties p WHERE p.id = r.party AND p.fence = r.fence {lock}),
                    r.at_ms, r.actor, r.kind, r.schema_version, r.body
             FROM {rows} WHERE true",
            &event_rows(events),
        )
        .await?;
    Ok(())
}

async fn write_snapshot(tx: &mut Connection, snapshot: &Snapshot) -> Result<(), StorageError> {
    tx.run(
        "INSERT INTO party_snapshots (party, epoch, seq, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (party, epoch, seq) DO UPDATE SET body = excluded.body",
        args![snapshot.party.as_str(), snapshot.epoch, snapshot.seq, snapshot.body.as_str()],
    )
    .await?;
    forget_old_snapshots(tx, snapshot).await
}

/// Writes one snapshot, and nothing else, without a transaction around it; the fence is held as in
/// [`write_events_alone`]. An old snapshot that is left behind by a crash in between goes with the next one.
pub(super) async fn write_snapshot_alone(
    connection: &mut Connection,
    snapshot: &Snapshot,
) -> Result<(), StorageError> {
    let row = Rows::new()
        .text("party", [snapshot.party.as_str()])
        .int("epoch", [snapshot.epoch])
        .int("seq", [snapshot.seq])
        .int("fence", [snapshot.fence])
        .text("body", [snapshot.body.as_str()]);
    connection
        .run_rows(
            "INSERT INTO party_snapshots (party, epoch, seq, body)
             SELECT r.party, r.epoch, r.seq,
                    (SELECT r.body FROM parties p WHERE p.id = r.party AND p.fence = r.fence {lock})
             FROM {rows} WHERE true
             ON CONFLICT (party, epoch, seq) DO UPDATE SET body = excluded.body",
            &row,
        )
        .await?;
    forget_old_snapshots(connection, snapshot).await
}

async fn forget_old_snapshots(tx: &mut Connection, snapshot: &Snapshot) -> Result<(), StorageError> {
    // The second newest is kept in case the newest turns out to be unreadable.
    tx.run(
        "DELETE FROM party_snapshots WHERE party = $1 AND (epoch, seq) <
             (SELECT s.epoch, s.seq FROM party_snapshots s WHERE s.party = $1
              ORDER BY s.epoch DESC, s.seq DESC LIMIT 1 OFFSET 1)",
        args![snapshot.party.as_str()],
    )
    .await?;
    Ok(())
}
