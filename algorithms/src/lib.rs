//! Pure mathematics: factor models, neighbours, text, groups, mood, sentiment, statistics and metrics.
//!
//! Everything here is a function of its arguments: no clock, file, log, network, actix or tokio; time and
//! randomness are passed in. rayon inside a fit is the only parallelism. Matrices have people as rows and
//! items as columns, everywhere ([`matrix::Csr`]); a person is a *profile*, a list of (item, weight)
//! ([`model::ProfileScorer`]). Start with [`model`] and [`matrix`].

pub mod blend;
mod check;
pub mod content_map;
pub mod diversity;
pub mod domain_map;
pub mod ease;
pub mod emoji;
pub mod group;
pub mod group_filter;
pub mod ials;
pub mod item_knn;
pub mod item_to_item;
pub mod matrix;
pub mod metrics;
pub mod model;
pub mod mood;
pub mod playback;
pub mod popularity;
pub mod sentiment;
mod simd;
pub mod social;
pub mod statistics;
pub mod tfidf;
pub mod topk;
pub mod vectors;
