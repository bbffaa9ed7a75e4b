//! The HTTP API as its callers meet it: one file of stories per noun. Every answer is also held against the OpenAPI
//! document by the client.

#![expect(clippy::unwrap_used, reason = "a story fails where it stands")]

mod access;
mod documents;
mod interactions;
mod items;
mod parties;
mod people;
mod problems;
mod recommendations;
mod search;
mod world;
