//! What people do with items.

use super::{InteractionName, Stamp};
use crate::input::RowName;
use serde::Serialize;
use soiree_domain::{Interaction, ItemId, PartyId, RecommendationId, UserId};
use utoipa::{IntoParams, ToSchema};

crate::input! {
    /// A deed to record.
    #[derive(Debug, Clone, ToSchema)]
    pub struct NewInteraction {
        /// Who; the caller when absent.
        #[schema(value_type = Option<String>, example = "demo:ana")]
        user: Option<UserId>,
        /// On what.
        #[schema(value_type = String, example = "demo:book-the-great-gatsby")]
        item: ItemId,
        /// What.
        kind: InteractionName,
        /// Stars for `rate` (0.5 to 5), share done for `progress` (0 to 1), count for `play`; otherwise absent.
        #[schema(example = 4.5)]
        value: Option<f32>,
        /// The words of a review.
        text: Option<String>,
        /// When; now when absent.
        at: Option<Stamp>,
        /// The answer that led to it.
        #[schema(value_type = Option<String>)]
        recommendation_id: Option<RecommendationId>,
        /// The party in which it happened.
        #[schema(value_type = Option<String>)]
        party: Option<PartyId>,
    }
}

impl RowName for NewInteraction {
    const ROWS: &'static str = "interactions";
}

impl NewInteraction {
    /// The deed; `user` stands in where the body names nobody.
    #[must_use]
    pub fn into_domain(self, user: UserId, now_ms: i64) -> Interaction {
        Interaction {
            user,
            item: self.item,
            kind: self.kind.0,
            value: self.value,
            text: self.text,
            at_ms: self.at.map_or(now_ms, |at| at.0),
            recommendation_id: self.recommendation_id,
            party: self.party,
        }
    }
}

/// One deed or a list of up to 1,000, as the body of a request.
#[derive(ToSchema)]
#[schema(as = NewInteractions)]
#[serde(untagged)]
pub enum NewInteractions {
    /// One deed.
    One(NewInteraction),
    /// Many deeds; all of them are recorded, or none.
    Many(Vec<NewInteraction>),
}

/// The deeds are durable.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Accepted)]
pub struct AcceptedView {
    /// How many.
    #[schema(example = 1)]
    pub accepted: usize,
}

/// A deed that was recorded.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Interaction)]
pub struct InteractionView {
    /// On what.
    #[schema(value_type = String, example = "demo:book-the-great-gatsby")]
    pub item: ItemId,
    /// What.
    pub kind: InteractionName,
    /// Stars, share or count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 4.5)]
    pub value: Option<f32>,
    /// The words of a review.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// When.
    pub at: Stamp,
    /// The answer that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub recommendation_id: Option<RecommendationId>,
    /// The party in which it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub party: Option<PartyId>,
}

impl From<Interaction> for InteractionView {
    fn from(row: Interaction) -> Self {
        Self {
            item: row.item,
            kind: row.kind.into(),
            value: row.value,
            text: row.text,
            at: Stamp(row.at_ms),
            recommendation_id: row.recommendation_id,
            party: row.party,
        }
    }
}

crate::input! {
    /// Which part of a history is wanted.
    #[derive(Debug, Clone, IntoParams)]
    #[into_params(parameter_in = Query)]
    pub struct HistoryQuery {
        /// `next` of the page before; absent for the first page.
        cursor: Option<String>,
        /// At most this many rows; 50 when absent.
        #[param(minimum = 1, maximum = 1000, example = 50)]
        limit: Option<u32>,
    }
}
