//! Keys and tokens: random texts of which the server keeps only SHA-256.
//!
//! A token has 256 random bits, so a plain hash is enough; there is nothing to guess. Found keys are remembered for
//! [`REMEMBER_MS`], at most [`REMEMBERED`] of them, so that a request costs no read of the database. A key that is
//! taken back on this node stops at once; elsewhere after [`REMEMBER_MS`].

use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use soiree_domain::{Role, UserId};
use soiree_storage::{Key, KeyKind, NewKey, StorageError, Store};
use std::{fmt, sync::Arc};

/// How long a found key is believed, in milliseconds.
pub const REMEMBER_MS: i64 = 3_000;
/// Keys remembered at most.
pub const REMEMBERED: usize = 8_192;
/// Longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 200;

/// What a token opens, told by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// A key of a program or a person.
    Key,
    /// A guest's token.
    Guest,
    /// A guest's way back.
    Resume,
}

impl Prefix {
    fn as_str(self) -> &'static str {
        match self {
            Self::Key => "sk_",
            Self::Guest => "gt_",
            Self::Resume => "rt_",
        }
    }
}

/// A secret that was just made; it is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Makes a token of 256 random bits.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn fresh(prefix: Prefix) -> Result<Self, getrandom::Error> {
        Self::random(prefix.as_str())
    }

    /// Makes a one-time ticket of 256 random bits, which is no key.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn ticket() -> Result<Self, getrandom::Error> {
        Self::random("wt_")
    }

    fn random(prefix: &str) -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(format!("{prefix}{}", hex(&bytes))))
    }

    /// The text to hand out.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What is kept of a token.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
}

/// What a new key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its name, for the audit.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Whom it stands for.
    pub user: Option<UserId>,
    /// What it opens.
    pub prefix: Prefix,
    /// How long it is good, in milliseconds; absent for ever.
    pub lives_ms: Option<i64>,
}

/// Why a key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The system gives no randomness.
    #[error("no randomness")]
    Random(getrandom::Error),
    /// The database failed, or the key's person does not exist.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

struct Remembered {
    key: Arc<Key>,
    until_ms: i64,
}

/// Finds and makes keys. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    store: Store,
    known: Arc<Cache<[u8; 32], Arc<Remembered>>>,
}

impl Keyring {
    /// The keys of this database.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, known: Arc::new(Cache::new(REMEMBERED)) }
    }

    /// The key that this token opens, if it is good at this time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, token: &str, now_ms: i64) -> Result<Option<Arc<Key>>, StorageError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Ok(None);
        }
        self.find_hashed(hash(token), now_ms).await
    }

    /// The key whose token has this hash, if it is good at this time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_hashed(&self, hash: [u8; 32], now_ms: i64) -> Result<Option<Arc<Key>>, StorageError> {
        if let Some(known) = self.known.get(&hash)
            && now_ms < known.until_ms
        {
            return Ok(Some(Arc::clone(&known.key)));
        }
        let Some(key) = self.store.find_key(&hash, now_ms).await? else {
            self.known.remove(&hash);
            return Ok(None);
        };
        let key = Arc::new(key);
        let until_ms = key.expires_at_ms.unwrap_or(i64::MAX).min(now_ms + REMEMBER_MS);
        self.known.insert(hash, Arc::new(Remembered { key: Arc::clone(&key), until_ms }));
        Ok(Some(key))
    }

    /// Makes a key and keeps its hash.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn create(&self, wish: Wish, now_ms: i64) -> Result<(Key, Token), KeyError> {
        let token = Token::fresh(wish.prefix).map_err(KeyError::Random)?;
        let kind = if wish.prefix == Prefix::Resume { KeyKind::Resume } else { KeyKind::Api };
        let new = NewKey {
            id: soiree_domain::SessionId::fresh().to_string(),
            name: wish.name,
            role: wish.role,
            user: wish.user,
            hash: hash(token.reveal()),
            created_at_ms: now_ms,
            expires_at_ms: wish.lives_ms.map(|ms| now_ms.saturating_add(ms)),
            kind,
        };
        self.store.create_key(&new).await?;
        let key = Key {
            id: new.id,
            name: new.name,
            role: new.role,
            user: new.user,
            kind,
            created_at_ms: new.created_at_ms,
            expires_at_ms: new.expires_at_ms,
            revoked_at_ms: None,
        };
        Ok((key, token))
    }

    /// Takes a key back. False when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke(&self, id: &str, now_ms: i64) -> Result<bool, StorageError> {
        let done = self.store.revoke_key(id, now_ms).await?;
        self.forget();
        Ok(done)
    }

    /// Forgets all that is remembered, after keys or people were removed.
    pub fn forget(&self) {
        self.known.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_random_and_never_printed() {
        let (a, b) = (Token::fresh(Prefix::Key).unwrap(), Token::fresh(Prefix::Key).unwrap());
        assert_ne!(a, b);
        assert_eq!(a.reveal().len(), 3 + 64);
        assert!(a.reveal().starts_with("sk_"));
        assert!(!format!("{a:?}").contains(&a.reveal()[3..]));
    }

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(hex(&hash("abc"))[..16], *"ba7816bf8f01cfea");
    }
}
