//! Readers of public data sets and of Soirée's own JSONL; the demo catalogue and its synthetic people.
//!
//! [`Import`] reads a data set as a stream of [`Record`]s: items first, then people, then the rest. A line that
//! cannot be taken is a [`BadLine`] in the stream and never ends it. `docs/import.md` says what becomes what.
//! [`demo`] is the catalogue that comes with the program. [`table`] reads plain columns for the laboratory.
//! This crate writes nothing and knows no database.

pub mod demo;
pub mod error;
pub mod import;
pub mod record;
pub mod table;

mod cells;
#[cfg(test)]
mod fixture;
mod goodbooks;
mod jsonl;
mod known;
mod lastfm;
mod movielens;
mod source;
mod tags;
mod title;

pub use error::DatasetError;
pub use import::{Format, Import};
pub use record::{BadLine, Record};
