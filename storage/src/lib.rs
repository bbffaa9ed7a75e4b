//! SQL (SQLite, PostgreSQL) and model artifacts: everything that outlives the process.
//!
//! [`Store`] is one cheap handle on either database; nobody outside this crate sees SQL or knows which of the two
//! it is. Statements are written once in a common subset and run on typed pools (see [`db`](self) for the seam
//! and `docs/adr/0002-two-databases.md` for the reasons). [`artifacts::Artifacts`] keeps fitted models as folders
//! of checksummed files.
//!
//! This crate knows no clock: times are arguments. It decides nothing about people, parties or models; it keeps
//! what it is given and checks only what must hold between rows.
//!
//! Invariants:
//! - What [`Store::commit`] reports as [`Outcome::Committed`] is on disk.
//! - A party's events are written only by the holder of its current fence.
//! - At most one model is serving.
//! - After [`Store::delete_user`] no table names the person.
//!
//! Start with [`Store`], then [`journal`].

mod db;
mod error;
pub mod evenings;
mod rows;

pub mod access;
pub mod artifacts;
pub mod catalogue;
mod checkpoint;
mod forget;
pub mod interactions;
pub mod invites;
pub mod journal;
pub mod models;
pub mod page;
pub mod parties;
pub mod people;
pub mod records;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use access::{Key, KeyKind, NewKey};
pub use catalogue::ItemFilter;
pub use error::{ErrorKind, FileFault, StorageError};
pub use evenings::{EveningLine, EveningRow};
pub use forget::REMOVED;
pub use interactions::{TrainingRow, TrainingRows};
pub use invites::Invite;
pub use journal::{Entry, Idempotency, Outcome, Snapshot};
pub use models::{ModelRow, ModelStatus};
pub use page::{Page, Paged};
pub use records::{AuditRow, Exposure};
pub use store::{Counts, Store, StoreOptions, Synchronous, Written};
