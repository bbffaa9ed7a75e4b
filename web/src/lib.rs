//! HTTP, WebSocket and the web pages: the outermost ring of the server.
//!
//! This crate alone knows HTTP and JSON. A handler is one sentence: extractors ([`mod@input`], [`access`]) give valid
//! values, the façade ([`soiree_actors::house::House`]) is asked, and a [`view`] is answered; errors are one table
//! ([`problem`]).
//!
//! Invariants:
//! - Every route is a [`route::Route`]: it states who may call it, and its place in the OpenAPI document is made
//!   from the same value. There is no other way to add one under `/api`.
//! - Every error of every route is an RFC 9457 problem, also those of the framework ([`edge`]).
//! - A reason that is private to a person leaves the server towards that person, or from the role `service`
//!   upwards, only.
//!
//! Start with [`routes::table`], then [`app`].

pub mod access;
pub mod app;
pub mod edge;
pub mod input;
pub mod live;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod route;
pub mod routes;
pub mod server;
#[cfg(feature = "testing")]
pub mod testing;
mod upgrade;
pub mod view;
