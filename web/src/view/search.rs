//! Search: what is looked for, and what was found.

use super::{DomainName, limit, questions::domains, recommendations::RecommendedView};
use crate::access::Caller;
use crate::problem::Problem;
use serde::Serialize;
use soiree_actors::recommender::{MAX_PASSED, MAX_QUERY, SearchQuery, Searched};
use soiree_domain::bounds::FieldError;
use soiree_domain::{ModelVersion, RecommendationId, UserId};
use soiree_engine::Catalogue;
use utoipa::{IntoParams, ToSchema};

crate::input! {
    /// What is looked for.
    #[derive(Debug, Clone, IntoParams)]
    #[into_params(parameter_in = Query, style = Form)]
    pub struct SearchParams {
        /// The words, in any order, or a sentence; 1 to 200 characters.
        #[param(min_length = 1, max_length = 200, example = "sad robot story")]
        q: String,
        /// For whom the answer is reranked.
        #[param(value_type = Option<String>, example = "demo:ana")]
        user_id: Option<UserId>,
        /// How many items; 10 when absent.
        #[param(minimum = 1, maximum = 100, example = 10)]
        limit: Option<u32>,
        /// The `next` of the page before.
        cursor: Option<String>,
        /// Which domains, parted by commas; all when absent.
        #[param(explode = false)]
        domains: Option<Vec<DomainName>>,
        /// Whether reasons are wanted; true when absent.
        explain: Option<bool>,
    }
}

impl SearchParams {
    /// The search it asks for.
    ///
    /// # Errors
    /// `invalid-parameters` with one entry per fault.
    pub fn query(self) -> Result<SearchQuery, Problem> {
        let text = self.q.trim().to_owned();
        let mut faults = Vec::new();
        if text.is_empty() || text.chars().count() > MAX_QUERY {
            faults.push(FieldError::new("q", format!("must have from 1 to {MAX_QUERY} characters")));
        }
        let offset = match self.cursor.as_deref().map(str::parse::<usize>) {
            None => 0,
            Some(Ok(offset)) if offset <= MAX_PASSED => offset,
            Some(_) => {
                faults.push(FieldError::new("cursor", "must be the `next` of a page"));
                0
            }
        };
        if !faults.is_empty() {
            return Err(Problem::fields("invalid-parameters", faults));
        }
        Ok(SearchQuery {
            text,
            user: self.user_id,
            limit: limit(self.limit, 10, 100)? as usize,
            offset,
            domains: domains(self.domains),
            explain: self.explain.unwrap_or(true),
        })
    }
}

/// What a search found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SearchResults)]
pub struct SearchView {
    /// To be named in interactions that follow from this answer.
    #[schema(value_type = String)]
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    #[schema(value_type = String)]
    pub version: ModelVersion,
    /// Best first.
    pub items: Vec<RecommendedView>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next: Option<String>,
    /// Ways of searching that were late or missing: `tfidf` (words) or `text` (meaning).
    pub left_out: Vec<String>,
}

impl SearchView {
    /// What was found, as this caller may see it; `passed` items lie before the next page.
    #[must_use]
    pub fn of(found: Searched, passed: usize, catalogue: &Catalogue, caller: &Caller) -> Self {
        Self {
            items: found.items.iter().map(|item| RecommendedView::of(item, catalogue, caller)).collect(),
            recommendation_id: found.recommendation_id,
            version: found.version,
            next: (found.more && passed <= MAX_PASSED).then(|| passed.to_string()),
            left_out: found.left_out,
        }
    }
}
