//! Party passwords: Argon2id, computed on a pool because it is slow on purpose.

use crate::{fault::Fault, pool::Pool};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

/// Hashes a password with a salt of its own; the result is a PHC string.
///
/// # Errors
/// [`Fault::Overloaded`] when the pool is full.
pub(crate) async fn hash(pool: &Pool, password: String) -> Result<String, Fault> {
    pool.run(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Fault::Internal(error.to_string().into()))
    })
    .await?
}

/// Whether the password is the one that was hashed.
///
/// # Errors
/// [`Fault::Overloaded`] when the pool is full.
pub(crate) async fn verify(pool: &Pool, hash: String, password: String) -> Result<bool, Fault> {
    pool.run(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
}
