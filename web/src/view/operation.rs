//! The server itself, and its problems explained.

use serde::Serialize;
use utoipa::ToSchema;

/// The server lives.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The program's version.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
}

/// A kind of problem.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemKind {
    /// The stable word.
    #[schema(example = "party-not-found")]
    pub code: &'static str,
    /// HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What it is.
    #[schema(example = "No such party")]
    pub title: &'static str,
    /// What it means and what to do.
    pub meaning: &'static str,
}
