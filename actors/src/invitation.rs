//! Invitations' secrets: 256 random bits, of which only the SHA-256 is kept; there is nothing to guess.

use crate::fault::Fault;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A new secret.
///
/// # Errors
/// When the system gives no randomness.
pub(crate) fn fresh() -> Result<String, Fault> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "no randomness for an invitation");
        Fault::Internal(error.to_string().into())
    })?;
    Ok(bytes.iter().fold(String::from("inv_"), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    }))
}

/// What is kept of a secret.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The id of a work that is known by its address alone.
#[must_use]
pub fn id_of_address(url: &str) -> String {
    let digest = Sha256::digest(url.as_bytes());
    digest[..8].iter().fold(String::from("url:"), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
