//! What people do with items, and what each deed says.

use crate::{
    ItemId, PartyId, RecommendationId, UserId,
    bounds::{self, FieldError},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The closed list of deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InteractionKind {
    /// Looked at its page.
    View,
    /// Followed a recommendation.
    Click,
    /// Started it.
    Play,
    /// Got on with it; the value is the share done, 0 to 1.
    Progress,
    /// Finished it.
    Finish,
    /// Turned it down.
    Skip,
    /// Rated it; the value is 0.5 to 5 stars.
    Rate,
    /// Liked it.
    Like,
    /// Disliked it.
    Dislike,
    /// Passed it on.
    Share,
    /// Put it in the basket.
    Cart,
    /// Bought it.
    Buy,
    /// Wrote about it; the text is required.
    Review,
}

impl InteractionKind {
    /// All kinds, in their fixed order.
    pub const ALL: [Self; 13] = [
        Self::View,
        Self::Click,
        Self::Play,
        Self::Progress,
        Self::Finish,
        Self::Skip,
        Self::Rate,
        Self::Like,
        Self::Dislike,
        Self::Share,
        Self::Cart,
        Self::Buy,
        Self::Review,
    ];

    /// The name used in JSON and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Click => "click",
            Self::Play => "play",
            Self::Progress => "progress",
            Self::Finish => "finish",
            Self::Skip => "skip",
            Self::Rate => "rate",
            Self::Like => "like",
            Self::Dislike => "dislike",
            Self::Share => "share",
            Self::Cart => "cart",
            Self::Buy => "buy",
            Self::Review => "review",
        }
    }

    /// Position in [`InteractionKind::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for InteractionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for InteractionKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|k| k.as_str() == text).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|k| k.as_str()).collect();
            format!("unknown kind {text:?}: use one of {}", all.join(", "))
        })
    }
}

/// One deed of one person on one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interaction {
    /// Who.
    pub user: UserId,
    /// On what.
    pub item: ItemId,
    /// What.
    pub kind: InteractionKind,
    /// Stars for `rate` (0.5 to 5), share done for `progress` (0 to 1), count for `play` (from 1), otherwise absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f32>,
    /// The words of a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// The answer that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation_id: Option<RecommendationId>,
    /// The party in which it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
}

impl Interaction {
    /// An interaction with nothing but what is required.
    #[must_use]
    pub fn new(user: UserId, item: ItemId, kind: InteractionKind, at_ms: i64) -> Self {
        Self { user, item, kind, value: None, text: None, at_ms, recommendation_id: None, party: None }
    }

    /// Everything that is wrong with it; empty when it is well-formed.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let range = match self.kind {
            InteractionKind::Rate => Some((0.5, 5.0, "0.5 to 5 stars")),
            InteractionKind::Progress => Some((0.0, 1.0, "a share from 0 to 1")),
            _ => None,
        };
        match (range, self.value) {
            (Some((low, high, words)), value) if !value.is_some_and(|v| (low..=high).contains(&v)) => {
                faults.push(FieldError::new("value", format!("{} needs {words}", self.kind)));
            }
            (None, Some(v)) if !v.is_finite() || v < 0.0 => {
                faults.push(FieldError::new("value", "must be a finite number from 0"));
            }
            _ => {}
        }
        match (&self.text, self.kind) {
            (None, InteractionKind::Review) => faults.push(FieldError::new("text", "review needs a text")),
            (Some(text), _) => {
                if let Err(error) = bounds::check_text(text, bounds::MAX_REVIEW_CHARS) {
                    faults.push(FieldError::new("text", error));
                }
            }
            _ => {}
        }
        if self.at_ms < 0 {
            faults.push(FieldError::new("at", "must not lie before 1970"));
        }
        faults
    }
}

/// How strongly each kind of deed speaks, signed: what is below zero speaks against the item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights(pub [f32; 13]);

impl Default for Weights {
    fn default() -> Self {
        let mut weights = [0.0; 13];
        for kind in InteractionKind::ALL {
            weights[kind.index()] = match kind {
                InteractionKind::View => 0.3,
                InteractionKind::Click => 0.5,
                InteractionKind::Play => 1.0,
                InteractionKind::Progress => 1.0,
                InteractionKind::Finish => 2.0,
                InteractionKind::Skip => -0.7,
                InteractionKind::Rate => 1.0,
                InteractionKind::Like => 2.0,
                InteractionKind::Dislike => -2.0,
                InteractionKind::Share => 2.0,
                InteractionKind::Cart => 1.5,
                InteractionKind::Buy => 3.0,
                InteractionKind::Review => 1.0,
            };
        }
        Self(weights)
    }
}

impl Weights {
    /// The signed strength of one deed. Stars are centred on 2.75, so that 0.5 is -1 and 5 is +1 times the
    /// weight; progress counts by its share; plays count by the logarithm of their number.
    #[must_use]
    pub fn strength(&self, kind: InteractionKind, value: Option<f32>) -> f32 {
        let weight = self.0[kind.index()];
        match (kind, value) {
            (InteractionKind::Rate, Some(stars)) => weight * (stars - 2.75) / 2.25 * 2.0,
            (InteractionKind::Progress, Some(share)) => weight * share,
            (InteractionKind::Play, Some(count)) => weight * (1.0 + count.max(1.0).ln()),
            _ => weight,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_speak_for_and_against() {
        let w = Weights::default();
        assert!((w.strength(InteractionKind::Rate, Some(5.0)) - 2.0).abs() < 1e-6);
        assert!((w.strength(InteractionKind::Rate, Some(0.5)) + 2.0).abs() < 1e-6);
        assert!((w.strength(InteractionKind::Play, Some(1.0)) - 1.0).abs() < 1e-6);
        assert!(w.strength(InteractionKind::Skip, None) < 0.0);
    }

    #[test]
    fn a_rating_needs_stars_and_a_review_needs_words() {
        let user = UserId::new("u").unwrap();
        let item = ItemId::new("i").unwrap();
        let mut it = Interaction::new(user, item, InteractionKind::Rate, 0);
        assert_eq!(it.faults().len(), 1);
        it.value = Some(6.0);
        assert_eq!(it.faults().len(), 1);
        it.value = Some(4.5);
        assert!(it.faults().is_empty());
        it.kind = InteractionKind::Review;
        assert_eq!(it.faults()[0].field, "text");
    }
}
