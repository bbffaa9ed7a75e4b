//! The recommender: catalogue and fitted models in, ranked answers out.
//!
//! Everything here is a function of its arguments: no clock, file, log or network, and no setting of threads; times
//! are Unix milliseconds, and the same arguments give the same answer. It runs alike in the server and in the
//! laboratory. It is not a store: what is known of people comes with every request, and no model holds a row per
//! person.
//!
//! - [`Catalogue`]: items, links and moods, an immutable snapshot;
//! - [`train()`] makes a [`Bundle`], [`Bundle::to_files`] and [`Bundle::from_files`] carry it, [`Bundle::attach`] makes
//!   it a [`Served`] one;
//! - [`recommend`], [`recommend_group`] and [`similar`] answer, in five stages that each have their file:
//!   `candidates`, `blend` (features in `context`), `rules`, `list`, `reasons`;
//! - [`search`] finds items by words and meaning, and reranks them with the same stages.
//!
//! **Invariant**: scores of different domains are never compared; each source ranks within a domain, and quotas mix.
//! **Invariant**: a reason that rests on a person's history or friends is private to that person.
//! Start with `personal.rs`, which reads like the order of the stages.

mod blend;
mod bundle;
mod candidates;
mod catalogue;
mod context;
mod entities;
mod error;
mod group;
mod guess;
mod known_group;
mod list;
mod meaning;
mod newcomers;
mod paths;
mod personal;
mod profile;
mod reasons;
mod request;
mod rules;
#[cfg(test)]
mod sample;
mod search;
mod served;
pub mod settings;
mod similar;
mod social;
mod stage;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod training;
mod weights;
mod words;

pub use bundle::{Bundle, FORMAT, HoldOut, HoldOutRow, MODELS, Manifest, OLDEST_FORMAT};
pub use catalogue::{Catalogue, Link};
pub use error::EngineError;
pub use group::recommend_group;
pub use guess::GuessParams;
pub use meaning::PROBE;
pub use personal::recommend;
pub use request::{
    Answer, Context, Event, Filter, FriendEvents, Group, GroupAnswer, GroupItem, MAX_LIMIT, Person, Request,
    Together,
};
pub use search::{Query, search};
pub use served::Served;
pub use settings::BlendSettings;
pub use similar::{Across, Step, across, similar};
pub use soiree_algorithms::model::{FitError, Silent, TextEmbedder};
pub use stage::{Stage, Stages, Untimed};
pub use together::Shared;
pub use training::{Evening, Row, TrainParams, TrainReport, TrainingSet, Watch, train};
