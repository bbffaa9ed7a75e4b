//! The live channel in types: what clients ask ([`Command`]) and what they are told ([`Event`]).
//!
//! The frames' JSON stands in `web`; here nothing knows how an event is written down. A party asks the
//! injected [`Encode`] once per broadcast and shares the bytes.

mod command;
mod event;
mod room;
pub mod watch;

pub use command::{Command, LiveContext, NewParty, PartyChange};
pub use event::{Event, MemberChange};
pub use room::{
    Because, ChatLine, MemberView, MoodView, PartyFace, PartySnapshot, Personal, Round, RoundItem, Watching,
};

use bytes::Bytes;

/// Writes events down as ready frames. Implemented by `web`.
pub trait Encode: Send + Sync {
    /// The bytes of one event; `reference` is the `ref` of the command it answers.
    fn encode(&self, event: &Event, reference: Option<&str>) -> Bytes;

    /// The `gap` frame of dropped events `from..=to`.
    fn gap_frame(&self) -> crate::outbox::GapFrame;
}
