//! What clients send and receive, separate from the domain's types so that either can change alone.

pub mod admin;
pub mod interactions;
pub mod items;
mod names;
pub mod operation;
pub mod parties;
pub mod people;
pub mod questions;
pub mod recommendations;
pub mod search;
mod stamp;

pub use names::{
    ControlName, DomainName, InteractionName, MemberRoleName, RelationName, RoleName, SourceName,
    StrategyName, SurfaceName, UserKindName, VisibilityName, WaitName, WishName,
};
pub use stamp::Stamp;

pub(crate) use names::schemas as name_schemas;

use crate::problem::Problem;
use serde::Serialize;
use soiree_domain::bounds::FieldError;
use soiree_storage::{Page, Paged, Written};
use utoipa::{IntoParams, ToSchema};

/// Most rows of one page.
pub const MAX_PAGE: u32 = 200;

crate::input! {
    /// Which part of a list is wanted.
    #[derive(Debug, Clone, Default, IntoParams)]
    #[into_params(parameter_in = Query)]
    pub struct PageQuery {
        /// `next` of the page before; absent for the first page.
        cursor: Option<String>,
        /// At most this many rows; 50 when absent.
        #[param(minimum = 1, maximum = 200, example = 50)]
        limit: Option<u32>,
    }
}

impl PageQuery {
    /// The page it asks for.
    ///
    /// # Errors
    /// `invalid-parameters` when the limit is out of its bounds.
    pub fn page(self) -> Result<Page, Problem> {
        Ok(Page { cursor: self.cursor, limit: limit(self.limit, 50, MAX_PAGE)? })
    }
}

/// Checks a `limit` parameter.
///
/// # Errors
/// `invalid-parameters` when it is 0 or more than `most`.
pub fn limit(given: Option<u32>, otherwise: u32, most: u32) -> Result<u32, Problem> {
    check_limit(given, otherwise, most).map_err(|fault| Problem::fields("invalid-parameters", vec![fault]))
}

/// Checks the `limit` field of a body.
///
/// # Errors
/// `invalid-fields` when it is 0 or more than `most`.
pub fn body_limit(given: Option<u32>, otherwise: u32, most: u32) -> Result<u32, Problem> {
    check_limit(given, otherwise, most).map_err(|fault| Problem::fields("invalid-fields", vec![fault]))
}

fn check_limit(given: Option<u32>, otherwise: u32, most: u32) -> Result<u32, FieldError> {
    match given.unwrap_or(otherwise) {
        n if (1..=most).contains(&n) => Ok(n),
        _ => Err(FieldError::new("limit", format!("must be from 1 to {most}"))),
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next: Option<String>,
}

impl<T> PageOf<T> {
    /// The page as clients see it.
    pub fn of<R>(paged: Paged<R>, view: impl FnMut(R) -> T) -> Self {
        Self { rows: paged.rows.into_iter().map(view).collect(), next: paged.next }
    }
}

/// What writing one or many rows came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Written)]
pub struct WrittenView {
    /// Rows that are new.
    #[schema(example = 2)]
    pub inserted: u64,
    /// Rows that were there with other values.
    #[schema(example = 1)]
    pub updated: u64,
    /// Rows that were there just so.
    #[schema(example = 0)]
    pub unchanged: u64,
}

impl From<Written> for WrittenView {
    fn from(written: Written) -> Self {
        Self { inserted: written.inserted, updated: written.updated, unchanged: written.unchanged }
    }
}
