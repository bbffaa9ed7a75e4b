//! Recommendations: what is answered, with reasons.
//!
//! A reason that rests on a person's own history is shown to that person alone, and to programs of the product
//! (role `service`) that act on their behalf.

use super::{DomainName, RelationName, SourceName, Stamp, StrategyName};
use crate::access::Caller;
use serde::Serialize;
use soiree_actors::{
    live::{Personal, Round},
    recommender::AcrossAnswered,
};
use soiree_domain::{ItemId, ModelVersion, Reason, RecommendationId, Role, Scored, UserId};
use soiree_engine::{Catalogue, GroupAnswer, Step};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// In larger groups each member is told their own satisfaction only.
pub const MAX_TOLD_MEMBERS: usize = 16;

/// Why an item is in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonView {
    /// What put it there.
    pub source: SourceName,
    /// The sentence for people.
    #[schema(example = "Because you finished “The Great Gatsby”")]
    pub text: String,
    /// The item that the sentence rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "demo:book-the-great-gatsby")]
    pub item: Option<ItemId>,
}

/// The reasons that this caller may read.
pub(crate) fn reasons(reasons: &[Reason], caller: &Caller) -> Vec<ReasonView> {
    let readable = reasons.iter().filter(|reason| caller.may_read(reason));
    readable
        .map(|r| ReasonView { source: r.source.into(), text: r.text.clone(), item: r.item.clone() })
        .collect()
}

/// A recommended item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Recommended)]
pub struct RecommendedView {
    /// The item.
    #[schema(value_type = String, example = "demo:film-the-great-gatsby-2013")]
    pub item: ItemId,
    /// What kind of thing it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub domain: Option<DomainName>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "The Great Gatsby")]
    pub title: Option<String>,
    /// Year of first release or publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 2013)]
    pub year: Option<i32>,
    /// Its score, 0 to 1; comparable within one answer only.
    #[schema(example = 0.87)]
    pub score: f32,
    /// Why it is here, strongest first.
    pub reasons: Vec<ReasonView>,
}

impl RecommendedView {
    fn new(id: &ItemId, score: f32, why: &[Reason], catalogue: &Catalogue, caller: &Caller) -> Self {
        let item = catalogue.get(id);
        Self {
            item: id.clone(),
            domain: item.map(|item| item.domain.into()),
            title: item.map(|item| item.title.clone()),
            year: item.and_then(|item| item.year),
            score,
            reasons: reasons(why, caller),
        }
    }

    /// A scored item as this caller may see it.
    #[must_use]
    pub fn of(scored: &Scored, catalogue: &Catalogue, caller: &Caller) -> Self {
        Self::new(&scored.item, scored.score, &scored.reasons, catalogue, caller)
    }
}

/// Personal recommendations.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Recommendations)]
pub struct PersonalView {
    /// To be named in interactions that follow from this answer.
    #[schema(value_type = String, example = "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f")]
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    #[schema(value_type = String)]
    pub version: ModelVersion,
    /// Best first.
    pub items: Vec<RecommendedView>,
    /// Models that were late or missing.
    pub left_out: Vec<String>,
}

impl PersonalView {
    /// An answer as this caller may see it.
    #[must_use]
    pub fn of(personal: Personal, catalogue: &Catalogue, caller: &Caller) -> Self {
        Self {
            items: personal.items.iter().map(|item| RecommendedView::of(item, catalogue, caller)).collect(),
            recommendation_id: personal.recommendation_id,
            version: personal.version,
            left_out: personal.left_out,
        }
    }
}

/// Items like another one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Similar)]
pub struct SimilarView {
    /// Send it with the interactions that follow.
    #[schema(value_type = String)]
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    #[schema(value_type = String)]
    pub version: ModelVersion,
    /// Most alike first.
    pub items: Vec<RecommendedView>,
}

/// A step of the path from one item to another.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PathStep)]
pub struct StepView {
    /// Where it leads.
    #[schema(value_type = String, example = "demo:film-the-great-gatsby-2013")]
    pub item: ItemId,
    /// The item's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "The Great Gatsby")]
    pub title: Option<String>,
    /// How the two hang together.
    pub kind: RelationName,
    /// Whether the link leads this way; otherwise it was stated from the other end.
    pub forward: bool,
    /// Whether the link was recognised from titles and makers instead of stated.
    pub recognised: bool,
}

/// An item of another domain and the way to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AcrossItem)]
pub struct AcrossItemView {
    /// Item, score and reasons.
    #[serde(flatten)]
    pub item: RecommendedView,
    /// The links that lead to it; empty when words, meaning or people join the two.
    pub path: Vec<StepView>,
}

/// Items of other domains that hang together with one.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Across)]
pub struct AcrossView {
    /// Send it with the interactions that follow.
    #[schema(value_type = String)]
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    #[schema(value_type = String)]
    pub version: ModelVersion,
    /// Best first.
    pub items: Vec<AcrossItemView>,
}

impl AcrossView {
    /// An answer as this caller may see it.
    #[must_use]
    pub fn of(answered: AcrossAnswered, catalogue: &Catalogue, caller: &Caller) -> Self {
        let step = |step: &Step| StepView {
            item: step.item.clone(),
            title: catalogue.get(&step.item).map(|item| item.title.clone()),
            kind: step.kind.into(),
            forward: step.forward,
            recognised: step.recognised,
        };
        let items = answered.items.iter().map(|across| AcrossItemView {
            item: RecommendedView::of(&across.scored, catalogue, caller),
            path: across.path.iter().map(step).collect(),
        });
        Self {
            items: items.collect(),
            recommendation_id: answered.recommendation_id,
            version: answered.version,
        }
    }
}

/// A recommended item and how it suits each member.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = GroupRecommended)]
pub struct GroupItemView {
    /// Item, group score and reasons.
    #[serde(flatten)]
    pub item: RecommendedView,
    /// How well it suits each member, 0 to 1; in groups above 16 your own only.
    #[schema(value_type = std::collections::BTreeMap<String, f32>, example = json!({"demo:ana": 0.9, "demo:bo": 0.7}))]
    pub satisfaction: BTreeMap<UserId, f32>,
}

/// Recommendations for a group.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = GroupRecommendations)]
pub struct GroupView {
    /// To be named in interactions that follow from this answer.
    #[schema(value_type = String, example = "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f")]
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    #[schema(value_type = String)]
    pub version: ModelVersion,
    /// How members were weighed.
    pub strategy: StrategyName,
    /// Best first.
    pub items: Vec<GroupItemView>,
    /// How close the list comes to each member's own best list, 0 to 1; in groups above 16 your own only.
    #[schema(value_type = std::collections::BTreeMap<String, f32>, example = json!({"demo:ana": 0.9, "demo:bo": 0.7}))]
    pub satisfaction: BTreeMap<UserId, f32>,
    /// The least of them.
    #[schema(example = 0.7)]
    pub min_satisfaction: f32,
    /// Their mean.
    #[schema(example = 0.8)]
    pub mean_satisfaction: f32,
    /// The greatest less the least.
    #[schema(example = 0.2)]
    pub spread: f32,
    /// The age that ratings were held to: the youngest member's, if any is known, or the request's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 12)]
    pub age_limit: Option<u8>,
    /// Models that were late or missing.
    pub left_out: Vec<String>,
}

/// What this caller may know of the members' satisfaction.
fn told<'a>(
    values: impl ExactSizeIterator<Item = (&'a UserId, f32)>,
    caller: &Caller,
) -> BTreeMap<UserId, f32> {
    let all = values.len() <= MAX_TOLD_MEMBERS || caller.role() >= Role::Service;
    values.filter(|(user, _)| all || caller.user() == Some(user)).map(|(user, v)| (user.clone(), v)).collect()
}

impl GroupView {
    /// An answer for `members`, as this caller may see it.
    #[must_use]
    pub fn of(
        recommendation_id: RecommendationId,
        members: &[UserId],
        answer: GroupAnswer,
        catalogue: &Catalogue,
        caller: &Caller,
    ) -> Self {
        let by_member = |values: &[f32]| told(members.iter().zip(values.iter().copied()), caller);
        let items = answer.items.iter().map(|item| GroupItemView {
            item: RecommendedView::new(&item.item, item.score, &item.reasons, catalogue, caller),
            satisfaction: by_member(&item.satisfaction),
        });
        Self {
            recommendation_id,
            strategy: answer.strategy.into(),
            items: items.collect(),
            satisfaction: by_member(&answer.satisfaction),
            min_satisfaction: answer.min_satisfaction,
            mean_satisfaction: answer.mean_satisfaction,
            spread: answer.spread,
            age_limit: answer.age_limit,
            left_out: answer.left_out.into_iter().map(str::to_owned).collect(),
            version: answer.version,
        }
    }
}

/// A party's latest round of recommendations.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Round)]
pub struct RoundView {
    /// Its number among the party's events.
    #[schema(example = 17)]
    pub seq: i64,
    /// Its count in this party, from 1.
    #[schema(example = 3)]
    pub round: u32,
    /// When it was made.
    pub at: Stamp,
    /// Why it was made: `member-joined`, `member-left`, `mood-shift`, `event` or `timer`.
    #[schema(example = "mood-shift")]
    pub because: String,
    /// The recommendations.
    #[serde(flatten)]
    pub recommendations: GroupView,
}

impl RoundView {
    /// A round as this caller may see it.
    #[must_use]
    pub fn of(seq: i64, at_ms: i64, round: &Round, catalogue: &Catalogue, caller: &Caller) -> Self {
        let by_member = |values: &[(UserId, f32)]| told(values.iter().map(|(user, v)| (user, *v)), caller);
        let items = round.items.iter().map(|item| GroupItemView {
            item: RecommendedView::of(&item.scored, catalogue, caller),
            satisfaction: by_member(&item.satisfaction),
        });
        let recommendations = GroupView {
            recommendation_id: round.recommendation_id.clone(),
            version: round.version.clone(),
            strategy: round.strategy.into(),
            items: items.collect(),
            satisfaction: by_member(&round.satisfaction),
            min_satisfaction: round.min_satisfaction,
            mean_satisfaction: round.mean_satisfaction,
            spread: round.spread,
            age_limit: round.age_limit,
            left_out: round.left_out.clone(),
        };
        Self {
            seq,
            round: round.round,
            at: Stamp(at_ms),
            because: round.because.as_str().to_owned(),
            recommendations,
        }
    }
}

/// A party's latest recommendations.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PartyRecommendations {
    /// The latest round; `null` until the first was made.
    pub latest: Option<RoundView>,
}
