//! Removing a person from every table.

use crate::{
    StorageError, Store,
    catalogue::like,
    db::{Connection, args},
};
use soiree_domain::UserId;

/// What stands where a removed person was named and somebody must be: a party's host, an actor in the audit. A
/// fresh or imported id never starts like this.
pub const REMOVED: &str = "~removed";

impl Store {
    /// Removes a person: their row, interactions, friendships, keys and answers. Their party events stay as empty
    /// shells, so that sequence numbers keep their meaning; where others' events name them, the name is replaced.
    /// Snapshots that name them are dropped and are made anew from the events. False when there was no such person.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn delete_user(&self, id: &UserId) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        forget_in_parties(&mut tx, id.as_str()).await?;
        forget_in_audit(&mut tx, id.as_str()).await?;
        tx.run("DELETE FROM idempotency WHERE caller = $1", args![id.as_str()]).await?;
        // Interactions, friendships, keys and exposures go with the row that they refer to.
        let touched = tx.run("DELETE FROM users WHERE id = $1", args![id.as_str()]).await?;
        if touched == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }
}

async fn forget_in_parties(tx: &mut Connection, id: &str) -> Result<(), StorageError> {
    let parties: Vec<(String,)> = tx
        .all(
            "SELECT party FROM party_events WHERE kind = 'joined' AND actor = $1
             UNION SELECT id FROM parties WHERE host = $1 ORDER BY 1",
            args![id],
        )
        .await?;
    tx.run(
        "UPDATE parties SET host = $2, name = 'removed', password_hash = NULL WHERE host = $1",
        args![id, REMOVED],
    )
    .await?;
    tx.run("DELETE FROM party_invites WHERE created_by = $1", args![id]).await?;
    // An id has no character that JSON would escape, and the quotes keep it from matching inside a longer one.
    let (quoted, instead) = (format!("\"{id}\""), format!("\"{REMOVED}\""));
    let named = like(&quoted);
    for (party,) in &parties {
        tx.run(
            "UPDATE party_events SET actor = NULL, body = '{\"removed\":true}' WHERE party = $1 AND actor = $2",
            args![party.as_str(), id],
        )
        .await?;
        tx.run(
            "UPDATE party_events SET body = REPLACE(body, $2, $3) WHERE party = $1 AND body LIKE $4 ESCAPE '\\'",
            args![party.as_str(), quoted.as_str(), instead.as_str(), named.as_str()],
        )
        .await?;
        tx.run(
            "DELETE FROM party_snapshots WHERE party = $1 AND body LIKE $2 ESCAPE '\\'",
            args![party.as_str(), named.as_str()],
        )
        .await?;
    }
    Ok(())
}

async fn forget_in_audit(tx: &mut Connection, id: &str) -> Result<(), StorageError> {
    tx.run("UPDATE audit SET actor = $2 WHERE actor = $1", args![id, REMOVED]).await?;
    tx.run("UPDATE audit SET object = $2 WHERE object = $1", args![id, REMOVED]).await?;
    let (quoted, instead) = (format!("\"{id}\""), format!("\"{REMOVED}\""));
    tx.run(
        "UPDATE audit SET detail = REPLACE(detail, $1, $2) WHERE detail LIKE $3 ESCAPE '\\'",
        args![quoted.as_str(), instead.as_str(), like(&quoted).as_str()],
    )
    .await?;
    Ok(())
}
