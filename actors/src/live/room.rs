//! What there is to see in a room.

use super::watch::{Playback, PollView, Queued};
use serde::{Deserialize, Serialize};
use soiree_domain::{
    Control, ItemId, MemberRole, ModelVersion, Mood, RecommendationId, Scored, Strategy, Taste, UserId,
    Visibility, Wait,
};
use std::sync::Arc;

/// Personal recommendations as they were shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Personal {
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    pub version: ModelVersion,
    /// Best first.
    pub items: Vec<Scored>,
    /// Sources that were late or missing.
    pub left_out: Vec<String>,
}

/// A member as others see them.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberView {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they are here.
    pub role: MemberRole,
    /// Whether the word was taken from them.
    pub muted: bool,
    /// Whether a socket of theirs is here now.
    pub online: bool,
}

/// What can be changed about a party, as its members see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartyFace {
    /// Its name.
    pub name: String,
    /// Who can find it.
    pub visibility: Visibility,
    /// Who steers it.
    pub control: Control,
    /// What it is about.
    pub item: Option<ItemId>,
    /// Whom it waits for.
    #[serde(default)]
    pub wait: Wait,
    /// Whether newcomers are kept out.
    #[serde(default)]
    pub locked: bool,
    /// When it begins, Unix milliseconds.
    #[serde(default)]
    pub starts_at_ms: Option<i64>,
    /// What its recommendations should be like.
    #[serde(default)]
    pub taste: Taste,
}

impl PartyFace {
    /// Makes a party look like this.
    pub(crate) fn apply(&self, party: &mut soiree_domain::Party) {
        let Self { name, visibility, control, item, wait, locked, starts_at_ms, taste } = self.clone();
        (party.name, party.visibility, party.control, party.item) = (name, visibility, control, item);
        (party.wait, party.locked, party.starts_at_ms, party.taste) = (wait, locked, starts_at_ms, taste);
    }
}

impl From<&soiree_domain::Party> for PartyFace {
    fn from(party: &soiree_domain::Party) -> Self {
        Self {
            name: party.name.clone(),
            visibility: party.visibility,
            control: party.control,
            item: party.item.clone(),
            wait: party.wait,
            locked: party.locked,
            starts_at_ms: party.starts_at_ms,
            taste: party.taste,
        }
    }
}

/// A line of chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatLine {
    /// Its number.
    pub seq: i64,
    /// Who.
    pub user: UserId,
    /// Their name when they said it.
    pub name: String,
    /// What.
    pub text: String,
    /// The number of the line it answers.
    pub reply_to: Option<i64>,
    /// Members it speaks to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// When.
    pub at_ms: i64,
    /// How it sounds, once scored, -1 to 1.
    pub sentiment: Option<f32>,
}

/// The room's mood and what made it.
#[derive(Debug, Clone, PartialEq)]
pub struct MoodView {
    /// Where on the plane.
    pub mood: Mood,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// What moved it, strongest first, in words.
    pub drivers: Vec<String>,
}

/// Why a round of recommendations was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// It was due.
    Timer,
    /// The room's mood moved.
    MoodShift,
    /// A member did something to an item.
    Event,
    /// What played is over.
    Finished,
    /// A member voted.
    Vote,
    /// A member went.
    MemberLeft,
    /// A member came.
    MemberJoined,
}

impl Because {
    /// The name used in frames and the journal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::MoodShift => "mood-shift",
            Self::Event => "event",
            Self::Finished => "finished",
            Self::Vote => "vote",
            Self::MemberLeft => "member-left",
            Self::MemberJoined => "member-joined",
        }
    }
}

/// One round of group recommendations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Its count in this party, from 1.
    pub round: u32,
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    pub version: ModelVersion,
    /// How members were weighed.
    pub strategy: Strategy,
    /// Why now.
    pub because: Because,
    /// Best first.
    pub items: Vec<RoundItem>,
    /// Each member's satisfaction with the list, 0 to 1.
    pub satisfaction: Vec<(UserId, f32)>,
    /// The least of them.
    pub min_satisfaction: f32,
    /// Their mean.
    pub mean_satisfaction: f32,
    /// The greatest minus the least.
    pub spread: f32,
    /// The age that ratings were held to, if any is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_limit: Option<u8>,
    /// Sources that were late or missing.
    pub left_out: Vec<String>,
}

impl Round {
    /// Whether any reason in it is private to a member.
    #[must_use]
    pub fn has_private(&self) -> bool {
        let mut reasons = self.items.iter().flat_map(|item| &item.scored.reasons);
        reasons.any(|reason| reason.private_to.is_some())
    }

    /// The round without any reason that is private to a member; this is what the journal keeps.
    #[must_use]
    pub fn public(&self) -> Self {
        let mut public = self.clone();
        for item in &mut public.items {
            item.scored.reasons.retain(|reason| reason.private_to.is_none());
        }
        public
    }

    /// The items' ids, best first.
    pub fn item_ids(&self) -> impl Iterator<Item = &ItemId> {
        self.items.iter().map(|item| &item.scored.item)
    }
}

/// One item of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundItem {
    /// Item, group score and reasons (private ones included; the encoder shows them to their owner only).
    pub scored: Scored,
    /// How well it suits each member, 0 to 1.
    pub satisfaction: Vec<(UserId, f32)>,
}

/// A party as somebody sees it who just came in.
#[derive(Debug, Clone, PartialEq)]
pub struct PartySnapshot {
    /// Which.
    pub party: soiree_domain::Party,
    /// The last event's number.
    pub seq: i64,
    /// Who is here.
    pub members: Vec<MemberView>,
    /// Who may not come in, with their names.
    pub banned: Vec<(UserId, String)>,
    /// The last lines, oldest first.
    pub chat: Vec<ChatLine>,
    /// How the room feels.
    pub mood: MoodView,
    /// The last round, with its number and time.
    pub recommendations: Option<(i64, i64, Arc<Round>)>,
    /// What is played, waits and is voted on.
    pub watching: Box<Watching>,
    /// Who looks; decides which private reasons are shown.
    pub viewer: UserId,
}

/// What a party plays, what waits, and what is voted on, as one member sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Watching {
    /// The party's clock.
    pub playback: Playback,
    /// What waits, in order.
    pub queue: Vec<Queued>,
    /// The poll.
    pub poll: PollView,
}
