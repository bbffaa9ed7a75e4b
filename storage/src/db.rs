//! The two databases behind one small face: a connection that runs a statement with plain arguments.
//!
//! Statements are written once. What the dialects do not share stands in braces and is filled in here:
//! `{rows}` is a batch of rows (see [`crate::rows`]), `{share}` and `{lock}` are row locks that PostgreSQL needs
//! and SQLite, whose only writer excludes all others, does not have.

use crate::{StorageError, rows::Rows};
use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction, pool::PoolConnection,
    postgres::PgRow, sqlite::SqliteRow,
};
use std::borrow::Cow;

/// A row that both databases can give.
pub(crate) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}
impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{
}

/// One argument of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arg<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
    Bytes(&'a [u8]),
}

impl From<i64> for Arg<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<u32> for Arg<'_> {
    fn from(value: u32) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}
impl From<Option<i64>> for Arg<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}
impl<'a> From<&'a str> for Arg<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(value))
    }
}
impl<'a> From<Option<&'a str>> for Arg<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a [u8; 32]> for Arg<'a> {
    fn from(value: &'a [u8; 32]) -> Self {
        Self::Bytes(value)
    }
}

/// Makes an argument list from values of any kind.
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Arg::from($value)),*] };
}
pub(crate) use args;

/// PostgreSQL cannot keep U+0000 in a text and SQLite's JSON functions would cut there, so that it becomes U+FFFD.
pub(crate) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

macro_rules! bound {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match *arg {
                Arg::Int(value) => query.bind(value),
                Arg::Text(value) => query.bind(value.map(storable)),
                Arg::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

/// The pools. SQLite has one connection that writes, so that writers queue in order instead of meeting, and one that
/// keeps its log short.
#[derive(Debug, Clone)]
pub(crate) enum Db {
    Sqlite { readers: SqlitePool, writer: SqlitePool, keeper: SqlitePool },
    Postgres(PgPool),
}

impl Db {
    /// A connection to read with.
    pub(crate) async fn read(&self) -> Result<Connection, StorageError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Connection::Sqlite(readers.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// A connection for one statement that writes and is a transaction of its own.
    pub(crate) async fn write_once(&self) -> Result<Connection, StorageError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Connection::Sqlite(writer.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction to write in. Dropped without [`Connection::commit`], it leaves nothing.
    pub(crate) async fn write(&self) -> Result<Connection, StorageError> {
        Ok(match self {
            // Taking the write lock at once, instead of at the first write, cannot fail half-way.
            Self::Sqlite { writer, .. } => {
                Connection::SqliteWrite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(pool) => Connection::PostgresWrite(pool.begin().await?),
        })
    }
}

/// A connection of either database, in a transaction or not.
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    SqliteWrite(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

macro_rules! on {
    ($self:expr, $db:ident, $connection:ident => $body:expr) => {
        match $self {
            Connection::Sqlite(held) => {
                type $db = Sqlite;
                let $connection = &mut **held;
                $body
            }
            Connection::SqliteWrite(held) => {
                type $db = Sqlite;
                let $connection = &mut **held;
                $body
            }
            Connection::Postgres(held) => {
                type $db = Postgres;
                let $connection = &mut **held;
                $body
            }
            Connection::PostgresWrite(held) => {
                type $db = Postgres;
                let $connection = &mut **held;
                $body
            }
        }
    };
}

impl Connection {
    /// Makes the transaction's writes last.
    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::SqliteWrite(tx) => tx.commit().await?,
            Self::PostgresWrite(tx) => tx.commit().await?,
            Self::Sqlite(_) | Self::Postgres(_) => {}
        }
        Ok(())
    }

    /// Runs a statement; tells how many rows it touched.
    pub(crate) async fn run(&mut self, sql: &'static str, args: &[Arg<'_>]) -> Result<u64, StorageError> {
        Ok(
            on!(self, DB, connection => bound!(sqlx::query::<DB>(sql), args).execute(connection).await?.rows_affected()),
        )
    }

    /// All rows of a query.
    pub(crate) async fn all<T: Record>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>, StorageError> {
        Ok(
            on!(self, DB, connection => bound!(sqlx::query_as::<DB, T>(sql), args).fetch_all(connection).await?),
        )
    }

    /// The first row of a query.
    pub(crate) async fn first<T: Record>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
    ) -> Result<Option<T>, StorageError> {
        Ok(
            on!(self, DB, connection => bound!(sqlx::query_as::<DB, T>(sql), args).fetch_optional(connection).await?),
        )
    }

    /// Hands over every row of a query as it comes, so that no more than a few are held at a time.
    pub(crate) async fn each<T: Record>(
        &mut self,
        sql: &'static str,
        args: &[Arg<'_>],
        mut take: impl FnMut(T) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        on!(self, DB, connection => {
            let mut rows = bound!(sqlx::query_as::<DB, T>(sql), args).fetch(connection);
            while let Some(row) = rows.try_next().await? {
                take(row)?;
            }
        });
        Ok(())
    }

    /// Runs a statement over a batch of rows; tells how many rows it touched. Nothing is done for an empty batch.
    pub(crate) async fn run_rows(
        &mut self,
        template: &'static str,
        rows: &Rows<'_>,
    ) -> Result<u64, StorageError> {
        if rows.is_empty() {
            return Ok(0);
        }
        let sql = AssertSqlSafe(self.sql(template, rows));
        Ok(match self {
            Self::Sqlite(c) => {
                sqlx::query_with(sql, rows.sqlite_arguments()?).execute(&mut **c).await?.rows_affected()
            }
            Self::SqliteWrite(c) => {
                sqlx::query_with(sql, rows.sqlite_arguments()?).execute(&mut **c).await?.rows_affected()
            }
            Self::Postgres(c) => {
                sqlx::query_with(sql, rows.arguments()?).execute(&mut **c).await?.rows_affected()
            }
            Self::PostgresWrite(c) => {
                sqlx::query_with(sql, rows.arguments()?).execute(&mut **c).await?.rows_affected()
            }
        })
    }

    /// All rows of a query over a batch of rows; none for an empty batch.
    pub(crate) async fn all_rows<T: Record>(
        &mut self,
        template: &'static str,
        rows: &Rows<'_>,
    ) -> Result<Vec<T>, StorageError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let sql = AssertSqlSafe(self.sql(template, rows));
        Ok(match self {
            Self::Sqlite(c) => sqlx::query_as_with(sql, rows.sqlite_arguments()?).fetch_all(&mut **c).await?,
            Self::SqliteWrite(c) => {
                sqlx::query_as_with(sql, rows.sqlite_arguments()?).fetch_all(&mut **c).await?
            }
            Self::Postgres(c) => sqlx::query_as_with(sql, rows.arguments()?).fetch_all(&mut **c).await?,
            Self::PostgresWrite(c) => sqlx::query_as_with(sql, rows.arguments()?).fetch_all(&mut **c).await?,
        })
    }

    fn sql(&self, template: &'static str, rows: &Rows<'_>) -> String {
        match self {
            Self::Sqlite(_) | Self::SqliteWrite(_) => {
                template.replace("{rows}", &rows.sqlite_table()).replace("{share}", "").replace("{lock}", "")
            }
            Self::Postgres(_) | Self::PostgresWrite(_) => template
                .replace("{rows}", &rows.postgres_table())
                .replace("{share}", "FOR KEY SHARE")
                .replace("{lock}", "FOR NO KEY UPDATE"),
        }
    }
}
