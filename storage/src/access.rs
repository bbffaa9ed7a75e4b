//! Keys and tokens. Only their hashes are kept.

use crate::{StorageError, Store, db::args, people::parse};
use soiree_domain::{Role, UserId};
use std::str::FromStr;

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A key of a program or a person for the API.
    Api,
    /// A guest's way back into their session.
    Resume,
    /// Opens the console.
    Console,
}

impl KeyKind {
    /// The name used in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Resume => "resume",
            Self::Console => "console",
        }
    }
}

impl FromStr for KeyKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Api, Self::Resume, Self::Console]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("unknown kind of key {text:?}: use api, resume or console"))
    }
}

/// A key to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its public id.
    pub id: String,
    /// Its name, for the audit and the list of keys.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Whom it stands for, if for a person.
    pub user: Option<UserId>,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// When it was made, Unix milliseconds.
    pub created_at_ms: i64,
    /// Until when it is good, Unix milliseconds; absent for ever.
    pub expires_at_ms: Option<i64>,
    /// What it is for.
    pub kind: KeyKind,
}

/// A key that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its public id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Whom it stands for, if for a person.
    pub user: Option<UserId>,
    /// What it is for.
    pub kind: KeyKind,
    /// When it was made, Unix milliseconds.
    pub created_at_ms: i64,
    /// Until when it is good, Unix milliseconds; absent for ever.
    pub expires_at_ms: Option<i64>,
    /// When it was taken back, Unix milliseconds.
    pub revoked_at_ms: Option<i64>,
}

type KeyRow = (String, String, String, Option<String>, String, i64, Option<i64>, Option<i64>);

fn key(row: KeyRow) -> Result<Key, StorageError> {
    let (id, name, role, user, kind, created_at_ms, expires_at_ms, revoked_at_ms) = row;
    Ok(Key {
        id,
        name,
        role: parse("role", &role)?,
        user: user.map(|text| parse("user id", &text)).transpose()?,
        kind: parse("key kind", &kind)?,
        created_at_ms,
        expires_at_ms,
        revoked_at_ms,
    })
}

impl Store {
    /// Keeps a key.
    ///
    /// # Errors
    /// [`StorageError::UnknownUser`] when its person does not exist; [`StorageError::Database`], also when its id or
    /// hash is kept already.
    pub async fn create_key(&self, key: &NewKey) -> Result<(), StorageError> {
        let mut tx = self.db.write().await?;
        let user_pk: Option<i64> = match &key.user {
            None => None,
            Some(user) => {
                let found: Option<(i64,)> =
                    tx.first("SELECT pk FROM users WHERE id = $1", args![user.as_str()]).await?;
                let (pk,) = found.ok_or_else(|| StorageError::UnknownUser(user.clone()))?;
                Some(pk)
            }
        };
        tx.run(
            "INSERT INTO api_keys (id, name, role, kind, user_pk, hash, created_at_ms, expires_at_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                key.id.as_str(),
                key.name.as_str(),
                key.role.as_str(),
                key.kind.as_str(),
                user_pk,
                &key.hash,
                key.created_at_ms,
                key.expires_at_ms
            ],
        )
        .await?;
        tx.commit().await
    }

    /// The key with this hash, unless it was taken back or its time is over.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn find_key(&self, hash: &[u8; 32], now_ms: i64) -> Result<Option<Key>, StorageError> {
        self.db
            .read()
            .await?
            .first(
                "SELECT k.id, k.name, k.role, u.id, k.kind, k.created_at_ms, k.expires_at_ms, k.revoked_at_ms
                 FROM api_keys k LEFT JOIN users u ON u.pk = k.user_pk
                 WHERE k.hash = $1 AND k.revoked_at_ms IS NULL AND (k.expires_at_ms IS NULL OR k.expires_at_ms > $2)",
                args![hash, now_ms],
            )
            .await?
            .map(key)
            .transpose()
    }

    /// All keys but guests' resume tokens, of which there is one per guest, oldest first.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn keys(&self) -> Result<Vec<Key>, StorageError> {
        self.db
            .read()
            .await?
            .all(
                "SELECT k.id, k.name, k.role, u.id, k.kind, k.created_at_ms, k.expires_at_ms, k.revoked_at_ms
                 FROM api_keys k LEFT JOIN users u ON u.pk = k.user_pk
                 WHERE k.kind <> 'resume' ORDER BY k.created_at_ms, k.id",
                args![],
            )
            .await?
            .into_iter()
            .map(key)
            .collect()
    }

    /// Takes a key back; false when there is none or it was taken back before.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn revoke_key(&self, id: &str, now_ms: i64) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run(
                "UPDATE api_keys SET revoked_at_ms = $2 WHERE id = $1 AND revoked_at_ms IS NULL",
                args![id, now_ms],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }
}
