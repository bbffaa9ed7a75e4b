//! Opening a database, and the few things that belong to no table in particular.

use crate::{
    StorageError,
    checkpoint::BACKSTOP_PAGES,
    db::{Db, args},
};
use sqlx::{
    ConnectOptions,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Longest wait for a connection or for another process's lock on a SQLite file.
const WAIT: Duration = Duration::from_secs(10);

/// How hard SQLite works to have a commit survive a loss of power. PostgreSQL has its own settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// Each commit is flushed to the disk.
    #[default]
    Full,
    /// A loss of power can cost the last commits; a crash of the process cannot.
    Normal,
}

/// How to open a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// Durability of SQLite's commits.
    pub sqlite_synchronous: Synchronous,
    /// Most connections that read at the same time. SQLite has one more, which writes; PostgreSQL has two more.
    pub max_readers: u32,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { sqlite_synchronous: Synchronous::Full, max_readers: 4 }
    }
}

/// What writing a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Rows that are new.
    pub inserted: u64,
    /// Rows that were there with other values.
    pub updated: u64,
    /// Rows that were there just so.
    pub unchanged: u64,
    /// Rows left out because they name a person or item that does not exist.
    pub skipped: u64,
}

impl Written {
    /// Counts a batch of which `existing` rows were there before and `touched` were written; a row that came
    /// twice in the batch was merged before.
    pub(crate) fn count(rows: u64, existing: u64, touched: u64, skipped: u64) -> Self {
        let inserted = rows.saturating_sub(existing);
        let updated = touched.saturating_sub(inserted);
        Self { inserted, updated, unchanged: rows.saturating_sub(inserted + updated), skipped }
    }

    /// Adds another batch's counts.
    pub(crate) fn add(&mut self, other: Self) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.skipped += other.skipped;
    }
}

/// How much is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// People, guests and synthetic ones included.
    pub users: u64,
    /// Items that were not removed.
    pub items: u64,
    /// Interactions.
    pub interactions: u64,
    /// Links between items.
    pub relations: u64,
    /// Friendships.
    pub friendships: u64,
    /// Parties, ended ones included.
    pub parties: u64,
}

/// The database. Cheap to clone; all clones share one set of connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) db: Db,
}

impl Store {
    /// Opens the database at `sqlite://PATH` (made when absent; its folder must exist) or `postgres://…`, and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// [`StorageError::Url`] for another address, [`StorageError::Migration`] when the schema is newer than the
    /// program or cannot be changed, [`StorageError::Database`] when the database cannot be reached.
    pub async fn open(url: &str, options: &StoreOptions) -> Result<Self, StorageError> {
        let db = if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path.starts_with(":memory:") {
                return Err(StorageError::Url(url.to_owned()));
            }
            open_sqlite(path, options).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url, options).await?
        } else {
            return Err(StorageError::Url(url.to_owned()));
        };
        Ok(Self { db })
    }

    /// Which database this is: `sqlite` or `postgres`.
    #[must_use]
    pub fn backend(&self) -> &'static str {
        match self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }

    /// Asks the database for an answer, to see that it has one.
    ///
    /// # Errors
    /// [`StorageError::Database`] when there is none.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let _: Option<(i64,)> = self.db.read().await?.first("SELECT COUNT(*) FROM meta", args![]).await?;
        Ok(())
    }

    /// Waits for running statements, then closes all connections of all clones.
    pub async fn close(&self) {
        match &self.db {
            // The writer goes last: closing the last connection moves SQLite's log into the file.
            Db::Sqlite { readers, writer, keeper } => {
                keeper.close().await;
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    /// Counts what is stored. Reads the whole of an index for each figure: about a second for twenty million
    /// interactions.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn counts(&self) -> Result<Counts, StorageError> {
        let row: Option<(i64, i64, i64, i64, i64, i64)> = self
            .db
            .read()
            .await?
            .first(
                "SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM items WHERE removed = 0),
                        (SELECT COUNT(*) FROM interactions), (SELECT COUNT(*) FROM relations),
                        (SELECT COUNT(*) FROM friendships), (SELECT COUNT(*) FROM parties)",
                args![],
            )
            .await?;
        let (users, items, interactions, relations, friendships, parties) = row.unwrap_or_default();
        let [users, items, interactions, relations, friendships, parties] =
            [users, items, interactions, relations, friendships, parties].map(i64::unsigned_abs);
        Ok(Counts { users, items, interactions, relations, friendships, parties })
    }

    /// A note of the program about itself.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn meta_get(&self, key: &str) -> Result<Option<String>, StorageError> {
        let row: Option<(String,)> =
            self.db.read().await?.first("SELECT value FROM meta WHERE key = $1", args![key]).await?;
        Ok(row.map(|(value,)| value))
    }

    /// Writes a note, over an older one.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn meta_put(&self, key: &str, value: &str) -> Result<(), StorageError> {
        let mut tx = self.db.write().await?;
        tx.run(
            "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            args![key, value],
        )
        .await?;
        tx.commit().await
    }
}

async fn open_sqlite(path: &str, options: &StoreOptions) -> Result<Db, StorageError> {
    let synchronous = match options.sqlite_synchronous {
        Synchronous::Full => SqliteSynchronous::Full,
        Synchronous::Normal => SqliteSynchronous::Normal,
    };
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(WAIT)
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", "67108864")
        // Who is forgotten leaves no bytes in free pages either.
        .pragma("secure_delete", "on")
        .row_buffer_size(512)
        // Statements over few rows are one for each number of rows.
        .statement_cache_capacity(512)
        .disable_statement_logging();
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(WAIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let connect = connect.pragma("wal_autocheckpoint", BACKSTOP_PAGES.to_string());
    let writer = pool().max_connections(1).connect_with(connect.clone()).await?;
    SQLITE.run(&writer).await?;
    let keeper = pool().max_connections(1).connect_lazy_with(connect.clone());
    let readers = pool()
        .max_connections(options.max_readers.max(1))
        .connect_with(connect.pragma("query_only", "on"))
        .await?;
    Ok(Db::Sqlite { readers, writer, keeper })
}

async fn open_postgres(url: &str, options: &StoreOptions) -> Result<Db, StorageError> {
    let connect = PgConnectOptions::from_str(url)
        .map_err(|_| StorageError::Url(redacted(url)))?
        .application_name("soiree")
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .acquire_timeout(WAIT)
        .max_connections(options.max_readers.max(1) + 2)
        .connect_with(connect)
        .await?;
    POSTGRES.run(&pool).await?;
    Ok(Db::Postgres(pool))
}

/// The address without its password.
fn redacted(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, host)) => format!("postgres://…@{host}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_adds_up() {
        let w = Written::count(10, 6, 5, 1);
        assert_eq!(w, Written { inserted: 4, updated: 1, unchanged: 5, skipped: 1 });
        // Another writer was faster between the counting and the writing.
        assert_eq!(Written::count(2, 0, 1, 0), Written { inserted: 2, ..Written::default() });
    }

    #[test]
    fn a_password_never_reaches_a_message() {
        assert_eq!(redacted("postgres://a:b@c@host/db"), "postgres://…@host/db");
    }
}
