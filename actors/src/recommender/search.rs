//! Search: words, meaning, and the person's order.

use super::{Circle, MAX_LIMIT, Recommender};
use crate::{fault::Fault, live::LiveContext};
use metrics::histogram;
use soiree_domain::bounds::FieldError;
use soiree_domain::{Domain, ModelVersion, RecommendationId, Scored, Surface, UserId};
use soiree_engine::{Filter, Request};
use std::{sync::Arc, time::Instant};

/// A search.
#[derive(Debug, Clone)]
pub struct SearchQuery {
    /// The words, 1 to [`MAX_QUERY`] characters.
    pub text: String,
    /// For whom the answer is reranked, if for anybody.
    pub user: Option<UserId>,
    /// How many items, 1 to 100.
    pub limit: usize,
    /// How many of the best are passed over, at most [`MAX_PASSED`].
    pub offset: usize,
    /// Which domains; absent means all.
    pub domains: Option<Vec<Domain>>,
    /// Whether reasons are wanted.
    pub explain: bool,
}

/// The longest query, in characters.
pub const MAX_QUERY: usize = 200;
/// How far a search can be paged.
pub const MAX_PASSED: usize = 300;

impl SearchQuery {
    /// Everything that is wrong with it.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let mut faults = Vec::new();
        if self.text.trim().is_empty() || self.text.chars().count() > MAX_QUERY {
            faults.push(FieldError::new("q", format!("must have from 1 to {MAX_QUERY} characters")));
        }
        if !(1..=MAX_LIMIT).contains(&self.limit) {
            faults.push(FieldError::new("limit", format!("must lie from 1 to {MAX_LIMIT}")));
        }
        if self.offset > MAX_PASSED {
            faults.push(FieldError::new("cursor", "leads beyond the last page"));
        }
        if faults.is_empty() { Ok(()) } else { Err(Fault::Invalid(faults)) }
    }
}

/// What a search found, as it was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Searched {
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    pub version: ModelVersion,
    /// Best first.
    pub items: Vec<Scored>,
    /// Whether there is another page.
    pub more: bool,
    /// Ways of searching that were late or missing.
    pub left_out: Vec<String>,
}

impl Recommender {
    /// Searches and logs what was shown; `vector` is that of the query, with that of the probe.
    pub(crate) async fn search(
        &self,
        query: SearchQuery,
        vector: Option<(Vec<f32>, Arc<[f32]>)>,
    ) -> Result<Searched, Fault> {
        let (catalogue, served) = self.ready()?;
        let circle = match &query.user {
            Some(user) => Some(self.circle(user).await?),
            None => None,
        };
        let context = self.context(&LiveContext::default());
        let SearchQuery { text, user, limit, offset, domains, explain } = query;
        let request = Request {
            // One more tells whether there is another page.
            limit: offset + limit + 1,
            domains,
            filter: Filter::default(),
            explain,
            surface: Surface::Search,
        };
        let blend = self.0.settings.blend.clone();
        let started = Instant::now();
        let job = move || {
            let friends = circle.as_ref().map(Circle::friends).unwrap_or_default();
            let person = circle.as_ref().map(|circle| circle.person(&friends));
            let vector = vector.as_ref().map(|(vector, probe)| (vector.as_slice(), &**probe));
            let query = soiree_engine::Query { text: &text, vector, person: person.as_ref() };
            soiree_engine::search(&served, &catalogue, &query, &context, &request, &blend)
        };
        let answer = self.0.pool.run(job).await?;
        histogram!("soiree_recommend_seconds", "kind" => "search").record(started.elapsed().as_secs_f64());
        let more = answer.items.len() > offset + limit;
        let searched = Searched {
            recommendation_id: RecommendationId::fresh(),
            version: answer.version,
            items: answer.items.into_iter().skip(offset).take(limit).collect(),
            more,
            left_out: answer.left_out.into_iter().map(str::to_owned).collect(),
        };
        let shown = searched.items.iter().map(|i| (i.item.clone(), i.score)).collect();
        self.log(&searched.recommendation_id, user, None, Surface::Search, &searched.version, shown);
        Ok(searched)
    }
}
