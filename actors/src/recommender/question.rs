//! What can be asked of the recommender, and what comes back.

use crate::live::LiveContext;
use soiree_domain::{
    Domain, ItemId, ModelVersion, PartyId, RecommendationId, Scored, Strategy, Surface, UserId,
};
use soiree_engine::{Across, Filter, GroupAnswer};

/// A question about one person.
#[derive(Debug, Clone)]
pub struct PersonalQuery {
    /// Who.
    pub user: UserId,
    /// How many items, 1 to 100.
    pub limit: usize,
    /// Which domains; absent mixes all.
    pub domains: Option<Vec<Domain>>,
    /// What may come at all.
    pub filter: Filter,
    /// What is going on around the person.
    pub context: LiveContext,
    /// Whether reasons are wanted.
    pub explain: bool,
    /// Where it is shown.
    pub surface: Surface,
}

impl PersonalQuery {
    /// The plainest question.
    #[must_use]
    pub fn new(user: UserId, limit: usize) -> Self {
        Self {
            user,
            limit,
            domains: None,
            filter: Filter::default(),
            context: LiveContext::default(),
            explain: true,
            surface: Surface::Home,
        }
    }
}

/// A question about a group.
#[derive(Debug, Clone)]
pub struct GroupQuery {
    /// Who, at least one.
    pub members: Vec<UserId>,
    /// The party they sit in, if any.
    pub party: Option<PartyId>,
    /// How many items, 1 to 100.
    pub limit: usize,
    /// Which domains; absent mixes all.
    pub domains: Option<Vec<Domain>>,
    /// What may come at all.
    pub filter: Filter,
    /// How members are weighed; absent for the configured way.
    pub strategy: Option<Strategy>,
    /// What must not come.
    pub vetoes: Vec<ItemId>,
    /// Members' votes for (`true`) and against works, which count as if they had liked or skipped them just now.
    pub votes: Vec<(UserId, ItemId, bool)>,
    /// One weight per member; absent for equal weights.
    pub weights: Option<Vec<f32>>,
    /// What is going on around the group.
    pub context: LiveContext,
}

/// A member of a party when a round is made.
#[derive(Debug, Clone)]
pub(crate) struct Seated {
    pub(crate) user: UserId,
    /// How much they count.
    pub(crate) weight: f32,
    /// What they have voted for (`true`) and against.
    pub(crate) votes: Vec<(ItemId, bool)>,
}

/// Items like another one, as they were shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    pub version: ModelVersion,
    /// Most alike first.
    pub items: Vec<Scored>,
}

/// Items of other domains that hang together with one, as they were shown.
#[derive(Debug, Clone, PartialEq)]
pub struct AcrossAnswered {
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    pub version: ModelVersion,
    /// Best first, each with the path that leads to it.
    pub items: Vec<Across>,
}

/// A group answer with what feedback and members need.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupAnswered {
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The members, in the order of every per-member list of the answer.
    pub members: Vec<UserId>,
    /// The answer.
    pub answer: GroupAnswer,
}
