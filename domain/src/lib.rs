//! The words that every part of Soirée shares: ids, people, works, interactions, links, parties, moods and roles.
//!
//! This crate holds plain values and their validation. It knows no clock, file, network, database or
//! framework, and nothing of the other crates. Times are Unix milliseconds (`i64`, suffix `_ms`).
//! Start with [`item::Item`], [`interaction::Interaction`] and [`party::PartyEvent`].

pub mod access;
pub mod answer;
pub mod bounds;
pub mod id;
pub mod interaction;
pub mod item;
pub mod link;
pub mod mood;
pub mod party;
pub mod strategy;
pub mod user;

pub use access::{Principal, Role};
pub use answer::{Reason, Scored, Source, Surface};
pub use id::{IdError, ItemId, ModelVersion, PartyId, RecommendationId, SessionId, UserId};
pub use interaction::{Interaction, InteractionKind};
pub use item::{Domain, Item};
pub use link::{Friendship, Relation, RelationKind};
pub use mood::{Mood, Wish};
pub use party::{CROWD, Control, MemberRole, Party, PartyEvent, Taste, Visibility, Wait};
pub use strategy::Strategy;
pub use user::{User, UserKind};
