//! Access tokens made by the program itself: the first start's API key, and `soiree user token`.

use crate::{Failure, config::Config};
use soiree_domain::{Role, UserId};
use soiree_storage::{KeyKind, Store};
use soiree_web::access::keys::{Keyring, Prefix, Wish};
use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

/// Name of the key that the first start makes.
const FIRST_KEY: &str = "first-start";

/// Makes a token, keeps its hash, and returns the token, which cannot be read again.
pub(crate) async fn make(
    store: &Store,
    name: &str,
    role: Role,
    user: Option<UserId>,
    now_ms: i64,
    lives_ms: Option<i64>,
) -> Result<String, Failure> {
    let wish = Wish { name: name.to_owned(), role, user, prefix: Prefix::Key, lives_ms };
    let (_, token) = Keyring::new(store.clone()).create(wish, now_ms).await?;
    Ok(token.reveal().to_owned())
}

/// Where the first start leaves its key.
pub(crate) fn key_file(config: &Config) -> PathBuf {
    config.server.data_dir.join("api-key")
}

/// Makes the service key of the first start and leaves it in the data folder, readable by its owner alone.
/// Returns where, when it was made now.
pub(crate) async fn first_start(
    store: &Store,
    config: &Config,
    now_ms: i64,
) -> Result<Option<PathBuf>, Failure> {
    let any = store.keys().await?.iter().any(|key| key.kind == KeyKind::Api);
    if any || !config.access.api_keys {
        return Ok(None);
    }
    let token = make(store, FIRST_KEY, Role::Service, None, now_ms, None).await?;
    let path = key_file(config);
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    writeln!(file, "{token}")?;
    Ok(Some(path))
}

/// Why this configuration must not listen beyond this machine; empty when it may.
pub(crate) async fn exposure_faults(store: &Store, config: &Config) -> Result<Vec<String>, Failure> {
    let mut faults = Vec::new();
    if config.server.listen.ip().is_loopback() {
        return Ok(faults);
    }
    if config.access.guests {
        faults.push("guests are open: set access.guests = false".to_owned());
    }
    let keys = store.keys().await?;
    if config.access.api_keys && keys.iter().any(|key| key.name == FIRST_KEY && key.revoked_at_ms.is_none()) {
        faults.push(
            "the first-start API key stands: make your own with `soiree user token --role service`, then revoke \
             it (DELETE /api/v1/admin/keys/{id}), or set access.api_keys = false"
                .to_owned(),
        );
    }
    Ok(faults)
}
