//! Who does what, and when: sessions, parties, model actors and the journal of one node.
//!
//! [`house::House`] is the façade; everything else is behind it. A party has exactly one writer, its actor;
//! the thinking is done by plain structs (`party::state`), the actors only carry out what those say. This
//! crate knows no HTTP and no JSON frame: events are typed ([`live`]) and written down by an injected
//! [`live::Encode`]. It knows no SQL: everything durable goes through [`journal`] or the store's methods.
//! Start with [`house`], then `party::state`.

pub mod clock;
mod directory;
pub mod encoder;
pub mod evenings;
pub mod fault;
pub mod house;
pub mod invitation;
pub mod journal;
pub mod live;
pub mod outbox;
pub mod party;
mod password;
mod pool;
pub mod profiles;
pub mod recommender;
mod sentiment;
pub mod session;
pub mod simulation;
#[cfg(test)]
mod tests;
mod threads;

pub use directory::Stats;
