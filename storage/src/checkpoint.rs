//! Moving SQLite's write-ahead log into the database, beside the writers.
//!
//! Left to itself, SQLite does so within a commit, every thousand pages, and everybody whose line is in that commit
//! waits. Here a connection of its own does it, and the writers' own limit
//! ([`BACKSTOP_PAGES`]) is left for writers that nobody looks after, such as an import.

use crate::{StorageError, Store, db::Db};

/// Pages in the log, of 4 KiB, after which the writer itself moves them.
pub(crate) const BACKSTOP_PAGES: u32 = 32_768;

/// Pages in the log after which it begins anew. For that nothing may be written while the rest is moved, which is what was
/// written during the move before: a few milliseconds.
const ANEW_PAGES: i64 = 8_192;

impl Store {
    /// Moves what the log holds into the database. Writers go on meanwhile; of a long log the rest is moved as a writer
    /// among them, so that it can begin anew. Does nothing for PostgreSQL, which looks after itself.
    ///
    /// # Errors
    /// [`StorageError::Database`]; nothing is lost then.
    pub async fn checkpoint(&self) -> Result<(), StorageError> {
        let Db::Sqlite { keeper, writer, .. } = &self.db else { return Ok(()) };
        let (_busy, pages, _moved): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(keeper).await?;
        if pages > ANEW_PAGES {
            // In the writers' queue: other modes would lock writers out, who sleep before they try again.
            sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(writer).await?;
        }
        Ok(())
    }
}
