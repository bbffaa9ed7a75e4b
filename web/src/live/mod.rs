//! The live channel: `GET /ws`, subprotocol `soiree.v1.json`.
//!
//! [`edge`] is the socket: handshake, limits, heartbeat, closing. [`decode`] turns a text frame into a typed
//! command, [`encode`] turns a typed event into a ready WebSocket frame; nothing else in the house knows how a
//! frame looks. `docs/asyncapi.yaml` describes every frame, and a test holds this module to it.
//!
//! Bounds: a frame has at most `max_frame_bytes`, a socket sends at most `frames_burst` and `bytes_burst` at once, its outbound
//! queue is the house's [`soiree_actors::outbox`]. Waits: `hello_s` for the first frame, twice `heartbeat_s` for
//! any. Losses are counted in `soiree_frames_refused_total` and the outbox's counters.

pub mod decode;
pub mod edge;
pub mod encode;
mod hello;
mod limit;
mod socket;
mod wheel;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod tests;

pub use edge::{LiveSettings, SUBPROTOCOL, configure};
pub use encode::JsonFrames;
