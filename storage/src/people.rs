//! People and their friendships.

use crate::{
    Page, Paged, StorageError, Store, Written,
    db::{Connection, args},
    rows::Rows,
};
use soiree_domain::{Friendship, User, UserId};
use std::{collections::HashMap, fmt::Display, str::FromStr};

type UserRow = (String, String, String, Option<String>, Option<String>, Option<String>);

/// Most rows in one statement; a longer list is written in several transactions.
pub(crate) const CHUNK: usize = 5_000;

/// Reads a stored text back into its type.
pub(crate) fn parse<T: FromStr<Err: Display>>(what: &'static str, text: &str) -> Result<T, StorageError> {
    text.parse().map_err(|error| StorageError::corrupt(what, error))
}

/// Keeps the last of all rows with the same key, in the order of their first coming.
pub(crate) fn last_of_each<'a, T, K: std::hash::Hash + Eq>(
    rows: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> Vec<&'a T> {
    let mut places = HashMap::with_capacity(rows.len());
    let mut kept: Vec<&'a T> = Vec::with_capacity(rows.len());
    for row in rows {
        match places.entry(key(row)) {
            std::collections::hash_map::Entry::Occupied(place) => kept[*place.get()] = row,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(row);
            }
        }
    }
    kept
}

/// The internal keys of those who exist.
pub(crate) async fn user_keys<'a>(
    tx: &mut Connection,
    ids: impl IntoIterator<Item = &'a UserId>,
) -> Result<HashMap<String, i64>, StorageError> {
    let rows = Rows::new().text("id", sorted(ids.into_iter().map(UserId::as_str)));
    let found: Vec<(String, i64)> = tx
        .all_rows("SELECT u.id, u.pk FROM {rows} CROSS JOIN users u WHERE u.id = r.id {share}", &rows)
        .await?;
    Ok(found.into_iter().collect())
}

/// Sorted and distinct, so that all writers lock in the same order.
pub(crate) fn sorted<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut texts: Vec<&str> = texts.into_iter().collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn user((id, name, kind, locale, age_group, region): UserRow) -> Result<User, StorageError> {
    Ok(User { id: parse("user id", &id)?, name, kind: parse("user kind", &kind)?, locale, age_group, region })
}

impl Store {
    /// Writes people, over older values. When one comes twice, the later counts.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn put_users(&self, users: &[User], now_ms: i64) -> Result<Written, StorageError> {
        let mut written = Written::default();
        for chunk in users.chunks(CHUNK) {
            written.add(self.put_user_chunk(&last_of_each(chunk, |u| &u.id), now_ms).await?);
        }
        Ok(written)
    }

    async fn put_user_chunk(&self, users: &[&User], now_ms: i64) -> Result<Written, StorageError> {
        let mut tx = self.db.write().await?;
        let existing = user_keys(&mut tx, users.iter().map(|u| &u.id)).await?.len() as u64;
        let rows = Rows::new()
            .text("id", users.iter().map(|u| u.id.as_str()))
            .text("name", users.iter().map(|u| u.name.as_str()))
            .text("kind", users.iter().map(|u| u.kind.as_str()))
            .text("locale", users.iter().map(|u| u.locale.as_deref()))
            .text("age_group", users.iter().map(|u| u.age_group.as_deref()))
            .text("region", users.iter().map(|u| u.region.as_deref()))
            .int("now_ms", users.iter().map(|_| now_ms));
        let touched = tx
            .run_rows(
                "INSERT INTO users (id, name, kind, locale, age_group, region, created_at_ms, updated_at_ms)
                 SELECT r.id, r.name, r.kind, r.locale, r.age_group, r.region, r.now_ms, r.now_ms FROM {rows} WHERE true
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, locale = excluded.locale,
                     age_group = excluded.age_group, region = excluded.region, updated_at_ms = excluded.updated_at_ms
                 WHERE users.name <> excluded.name OR users.kind <> excluded.kind
                    OR users.locale IS DISTINCT FROM excluded.locale
                    OR users.age_group IS DISTINCT FROM excluded.age_group
                    OR users.region IS DISTINCT FROM excluded.region",
                &rows,
            )
            .await?;
        tx.commit().await?;
        Ok(Written::count(users.len() as u64, existing, touched, 0))
    }

    /// One person.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, StorageError> {
        self.db
            .read()
            .await?
            .first(
                "SELECT id, name, kind, locale, age_group, region FROM users WHERE id = $1",
                args![id.as_str()],
            )
            .await?
            .map(user)
            .transpose()
    }

    /// People in the order of their ids.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`], [`StorageError::Cursor`].
    pub async fn users(&self, page: &Page) -> Result<Paged<User>, StorageError> {
        let [after] = page.key()?.unwrap_or_default();
        let rows: Vec<UserRow> = self
            .db
            .read()
            .await?
            .all(
                "SELECT id, name, kind, locale, age_group, region FROM users WHERE id > $1 ORDER BY id LIMIT $2",
                args![after.as_str(), page.fetch()],
            )
            .await?;
        let Paged { rows, next } = page.cut(rows, |row| [row.0.clone()]);
        Ok(Paged { rows: rows.into_iter().map(user).collect::<Result<_, _>>()?, next })
    }

    /// Writes a person who exists; false when they do not.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn update_user(&self, user: &User, now_ms: i64) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run(
                "UPDATE users SET name = $1, kind = $2, locale = $3, age_group = $4, region = $5, updated_at_ms = $6
                 WHERE id = $7",
                args![
                    user.name.as_str(),
                    user.kind.as_str(),
                    user.locale.as_deref(),
                    user.age_group.as_deref(),
                    user.region.as_deref(),
                    now_ms,
                    user.id.as_str()
                ],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// Writes friendships; those with a person who does not exist are skipped.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn put_friends(&self, friendships: &[Friendship]) -> Result<Written, StorageError> {
        let mut written = Written::default();
        for chunk in friendships.chunks(CHUNK) {
            let mut tx = self.db.write().await?;
            let keys = user_keys(&mut tx, chunk.iter().flat_map(|f| [&f.a, &f.b])).await?;
            let mut pairs: Vec<(i64, i64)> = chunk
                .iter()
                .filter_map(|f| Some((*keys.get(f.a.as_str())?, *keys.get(f.b.as_str())?)))
                .collect();
            let skipped = (chunk.len() - pairs.len()) as u64;
            pairs.sort_unstable();
            pairs.dedup();
            let rows =
                Rows::new().int("a_pk", pairs.iter().map(|p| p.0)).int("b_pk", pairs.iter().map(|p| p.1));
            let inserted = tx
                .run_rows(
                    "INSERT INTO friendships (a_pk, b_pk) SELECT r.a_pk, r.b_pk FROM {rows} WHERE true
                     ON CONFLICT (a_pk, b_pk) DO NOTHING",
                    &rows,
                )
                .await?;
            tx.commit().await?;
            let unchanged = chunk.len() as u64 - skipped - inserted;
            written.add(Written { inserted, updated: 0, unchanged, skipped });
        }
        Ok(written)
    }

    /// A person's friends in the order of their ids.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn friends_of(&self, user: &UserId) -> Result<Vec<UserId>, StorageError> {
        let rows: Vec<(String,)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT o.id AS id FROM users u JOIN friendships f ON f.a_pk = u.pk JOIN users o ON o.pk = f.b_pk
                 WHERE u.id = $1
                 UNION ALL
                 SELECT o.id AS id FROM users u JOIN friendships f ON f.b_pk = u.pk JOIN users o ON o.pk = f.a_pk
                 WHERE u.id = $1
                 ORDER BY id",
                args![user.as_str()],
            )
            .await?;
        rows.iter().map(|(id,)| parse("user id", id)).collect()
    }

    /// All friendships.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn all_friends(&self) -> Result<Vec<Friendship>, StorageError> {
        let rows: Vec<(String, String)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT a.id, b.id FROM friendships f JOIN users a ON a.pk = f.a_pk JOIN users b ON b.pk = f.b_pk
                 ORDER BY f.a_pk, f.b_pk",
                args![],
            )
            .await?;
        rows.iter()
            .map(|(a, b)| Ok(Friendship { a: parse("user id", a)?, b: parse("user id", b)? }))
            .collect()
    }

    /// Ends a friendship; false when there was none.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn remove_friend(&self, friendship: &Friendship) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run(
                "DELETE FROM friendships WHERE a_pk = (SELECT pk FROM users WHERE id = $1)
                 AND b_pk = (SELECT pk FROM users WHERE id = $2)",
                args![friendship.a.as_str(), friendship.b.as_str()],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_each_key_stays_in_its_first_place() {
        let rows = [("a", 1), ("b", 2), ("a", 3)];
        assert_eq!(last_of_each(&rows, |r| r.0), [&("a", 3), &("b", 2)]);
    }
}
