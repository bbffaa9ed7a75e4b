//! People who come in without an account: a name, a token, and a way back as the same person.

use super::keys::{Keyring, Prefix, Wish};
use crate::problem::Problem;
use soiree_actors::house::House;
use soiree_domain::{Role, User, UserId, UserKind};
use soiree_storage::KeyKind;
use std::sync::atomic::{AtomicI64, Ordering};

/// How long a guest's token is good, in milliseconds: one day.
pub const TOKEN_LIVES_MS: i64 = 86_400_000;
/// How long a guest can come back, in milliseconds: 30 days.
pub const RESUME_LIVES_MS: i64 = 30 * 86_400_000;

/// The name of all guests' keys.
pub const KEY_NAME: &str = "guest";

/// A guest who was let in.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Who they are now.
    pub user: User,
    /// Their token for the API and the live channel.
    pub token: String,
    /// What brings them back as the same person.
    pub resume: String,
}

/// Lets a guest in under this name.
///
/// # Errors
/// `invalid-fields` when the name will not do, and what the store answers.
pub async fn welcome(house: &House, keys: &Keyring, name: &str) -> Result<Guest, Problem> {
    let user = User::new(UserId::fresh(), name, UserKind::Guest);
    house.put_users(vec![user.clone()]).await?;
    let now_ms = house.clock().now_ms();
    let wish = |prefix, lives_ms| Wish {
        name: KEY_NAME.to_owned(),
        role: Role::User,
        user: Some(user.id.clone()),
        prefix,
        lives_ms: Some(lives_ms),
    };
    let (_, token) = keys.create(wish(Prefix::Guest, TOKEN_LIVES_MS), now_ms).await?;
    let (_, resume) = keys.create(wish(Prefix::Resume, RESUME_LIVES_MS), now_ms).await?;
    Ok(Guest { user, token: token.reveal().to_owned(), resume: resume.reveal().to_owned() })
}

/// Gives a guest who comes back a new token.
///
/// # Errors
/// `unauthorized` when the way back is not good any longer, and what the store answers.
pub async fn renew(house: &House, keys: &Keyring, back: String) -> Result<Guest, Problem> {
    let unknown = || Problem::new("unauthorized", "this guest is not known here, or no longer");
    let user = resume(house, keys, &back).await?.ok_or_else(unknown)?;
    let wish = Wish {
        name: KEY_NAME.to_owned(),
        role: Role::User,
        user: Some(user.id.clone()),
        prefix: Prefix::Guest,
        lives_ms: Some(TOKEN_LIVES_MS),
    };
    let (_, token) = keys.create(wish, house.clock().now_ms()).await?;
    Ok(Guest { user, token: token.reveal().to_owned(), resume: back })
}

/// The person a resume token brings back, if it is still good.
///
/// # Errors
/// When the store fails.
pub async fn resume(house: &House, keys: &Keyring, token: &str) -> Result<Option<User>, Problem> {
    let found = keys.find(token, house.clock().now_ms()).await?;
    let user = found.filter(|key| key.kind == KeyKind::Resume).and_then(|key| key.user.clone());
    match user {
        Some(user) => Ok(house.store().user(&user).await?),
        None => Ok(None),
    }
}

/// A token bucket on the server's time: so many at once, so many per second on average.
#[derive(Debug)]
pub struct Bucket {
    /// When the bucket is full again, in milliseconds.
    full_at_ms: AtomicI64,
    burst: i64,
    every_ms: i64,
}

impl Bucket {
    /// A bucket of `burst` that refills by one every `every_ms`.
    #[must_use]
    pub fn new(burst: u32, every_ms: u32) -> Self {
        let (burst, every_ms) = (i64::from(burst.max(1)), i64::from(every_ms.max(1)));
        Self { full_at_ms: AtomicI64::new(0), burst, every_ms }
    }

    /// Takes one; false when the bucket is empty.
    pub fn take(&self, now_ms: i64) -> bool {
        let taken = self.full_at_ms.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full_at| {
            let next = full_at.max(now_ms) + self.every_ms;
            (next - now_ms <= self.burst * self.every_ms).then_some(next)
        });
        taken.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let bucket = Bucket::new(3, 100);
        let taken = |now| (0..10).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(1_000), 3);
        assert_eq!(taken(1_099), 0);
        assert_eq!(taken(1_100), 1);
        assert_eq!(taken(99_999), 3);
    }
}
