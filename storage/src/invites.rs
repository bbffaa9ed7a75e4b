//! Invitations: secrets that open a party without its password. Only their hashes are kept.

use crate::{StorageError, Store, db::args};
use soiree_domain::{PartyId, UserId};

/// One invitation as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// The party it opens.
    pub party: PartyId,
    /// Who made it.
    pub created_by: UserId,
    /// When it ends, Unix milliseconds.
    pub expires_at_ms: i64,
    /// How many may still come in with it; absent for any number.
    pub uses_left: Option<i64>,
}

impl Store {
    /// Keeps an invitation, and drops the party's expired ones.
    ///
    /// # Errors
    /// [`StorageError::Database`], also when there is no such party.
    pub async fn add_invite(&self, invite: &Invite, now_ms: i64) -> Result<(), StorageError> {
        let mut tx = self.db.write().await?;
        let party = invite.party.as_str();
        tx.run("DELETE FROM party_invites WHERE party = $1 AND expires_at_ms <= $2", args![party, now_ms])
            .await?;
        tx.run(
            "INSERT INTO party_invites (hash, party, created_by, expires_at_ms, uses_left) VALUES ($1, $2, $3, $4, $5)",
            args![
                &invite.hash,
                party,
                invite.created_by.as_str(),
                invite.expires_at_ms,
                invite.uses_left
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Uses an invitation once; false when it is not good for this party, or no longer.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn use_invite(
        &self,
        hash: &[u8; 32],
        party: &PartyId,
        now_ms: i64,
    ) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run(
                "UPDATE party_invites SET uses_left = uses_left - 1
                 WHERE hash = $1 AND party = $2 AND expires_at_ms > $3 AND (uses_left IS NULL OR uses_left > 0)",
                args![hash, party.as_str(), now_ms],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// Empties one event of a party, so that only its number is left. The caller is the party's writer.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn empty_event(&self, party: &PartyId, epoch: i64, seq: i64) -> Result<(), StorageError> {
        let mut tx = self.db.write().await?;
        tx.run(
            "UPDATE party_events SET body = '{\"removed\":true}' WHERE party = $1 AND epoch = $2 AND seq = $3",
            args![party.as_str(), epoch, seq],
        )
        .await?;
        tx.commit().await
    }
}
