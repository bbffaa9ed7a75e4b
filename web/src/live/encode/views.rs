//! What stands in each frame: thin borrowing views that serialise straight from the typed events.

use super::{Lookup, card::Card, watch::Watching};
use serde::{Serialize, Serializer, ser::SerializeMap};
use soiree_actors::live::{ChatLine, MemberView, MoodView, Personal, Round, RoundItem};
use soiree_domain::{ItemId, Party, Reason, Scored, Taste, UserId};

/// Parties up to this size see every member's satisfaction; in larger ones each sees their own.
pub(crate) const OPEN_SATISFACTION: usize = 16;

/// A number with four digits after the point; what is no number is 0.
#[derive(Clone, Copy)]
pub(crate) struct Four(pub(crate) f32);

impl Serialize for Four {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let rounded = (f64::from(self.0) * 1e4).round() / 1e4;
        to.serialize_f64(if rounded.is_finite() { rounded } else { 0.0 })
    }
}

/// Serialises each entry of an iterator that can be made again.
pub(crate) struct Seq<F>(pub(crate) F);

impl<F, I, T> Serialize for Seq<F>
where
    F: Fn() -> I,
    I: Iterator<Item = T>,
    T: Serialize,
{
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq((self.0)())
    }
}

#[derive(Serialize)]
pub(crate) struct Welcome<'a> {
    pub(crate) session: &'a str,
    pub(crate) user: &'a str,
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resume: Option<&'a str>,
    pub(crate) server_time_ms: i64,
    pub(crate) heartbeat_s: u64,
}

#[derive(Serialize)]
pub(crate) struct ClockSample {
    pub(crate) t0: f64,
    pub(crate) t1: i64,
    pub(crate) t2: i64,
}

#[derive(Serialize)]
pub(crate) struct Empty {}

#[derive(Serialize)]
pub(crate) struct Resumed<'a, S: Serialize> {
    pub(crate) party: &'a str,
    pub(crate) recovered: bool,
    pub(crate) epoch: i64,
    pub(crate) seq: i64,
    pub(crate) online: S,
    pub(crate) mood: Mood<'a>,
    #[serde(flatten)]
    pub(crate) watching: Watching<'a>,
}

#[derive(Serialize)]
pub(crate) struct Member<'a> {
    pub(crate) party: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seq: Option<i64>,
    pub(crate) change: &'static str,
    #[serde(flatten)]
    pub(crate) member: MemberCard<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
}

#[derive(Serialize)]
pub(crate) struct MemberCard<'a> {
    pub(crate) user: &'a str,
    pub(crate) name: &'a str,
    pub(crate) role: &'static str,
    pub(crate) muted: bool,
    pub(crate) online: bool,
}

impl<'a> From<&'a MemberView> for MemberCard<'a> {
    fn from(view: &'a MemberView) -> Self {
        Self {
            user: view.user.as_str(),
            name: &view.name,
            role: view.role.as_str(),
            muted: view.muted,
            online: view.online,
        }
    }
}

/// Somebody who may not come in.
#[derive(Serialize)]
pub(crate) struct BannedCard<'a> {
    pub(crate) user: &'a str,
    pub(crate) name: &'a str,
}

/// A line of chat; `party` is absent inside a snapshot.
#[derive(Serialize)]
pub(crate) struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) party: Option<&'a str>,
    seq: i64,
    id: Id,
    user: &'a str,
    name: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<i64>,
    #[serde(skip_serializing_if = "<[UserId]>::is_empty")]
    mentions: &'a [UserId],
    at_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentiment: Option<Four>,
}

/// A number as text.
pub(crate) struct Id(pub(crate) i64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'a> Line<'a> {
    pub(crate) fn new(party: Option<&'a str>, line: &'a ChatLine) -> Self {
        Self {
            party,
            seq: line.seq,
            id: Id(line.seq),
            user: line.user.as_str(),
            name: &line.name,
            text: &line.text,
            reply_to: line.reply_to,
            mentions: &line.mentions,
            at_ms: line.at_ms,
            sentiment: line.sentiment.map(Four),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Removed<'a> {
    pub(crate) party: &'a str,
    pub(crate) seq: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<Id>,
}

#[derive(Serialize)]
pub(crate) struct Changed<'a> {
    pub(crate) party: &'a str,
    pub(crate) seq: i64,
    pub(crate) name: &'a str,
    pub(crate) visibility: &'static str,
    pub(crate) control: &'static str,
    pub(crate) wait: &'static str,
    pub(crate) locked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) starts_at_ms: Option<i64>,
    pub(crate) taste: &'a Taste,
}

#[derive(Serialize)]
pub(crate) struct Gap<'a> {
    pub(crate) party: &'a str,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

#[derive(Serialize)]
pub(crate) struct Sentiment<'a, S: Serialize> {
    pub(crate) party: &'a str,
    pub(crate) scores: S,
}

#[derive(Serialize)]
pub(crate) struct Score {
    pub(crate) seq: i64,
    pub(crate) score: Four,
}

#[derive(Serialize)]
pub(crate) struct Reaction<'a> {
    pub(crate) party: &'a str,
    pub(crate) user: &'a str,
    pub(crate) emoji: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position_ms: Option<i64>,
    pub(crate) at_ms: i64,
}

/// The room's mood; `party` is absent inside a snapshot.
#[derive(Serialize)]
pub(crate) struct Mood<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<&'a str>,
    valence: Four,
    arousal: Four,
    label: &'static str,
    confidence: Four,
    drivers: &'a [String],
}

impl<'a> Mood<'a> {
    pub(crate) fn new(party: Option<&'a str>, view: &'a MoodView) -> Self {
        Self {
            party,
            valence: Four(view.mood.valence),
            arousal: Four(view.mood.arousal),
            label: view.mood.label(),
            confidence: Four(view.confidence),
            drivers: &view.drivers,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Notice<'a> {
    pub(crate) text: &'a str,
}

#[derive(Serialize)]
pub(crate) struct Bye<'a> {
    pub(crate) code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reconnect_after_ms: Option<u32>,
}

#[derive(Serialize)]
struct ReasonView<'a> {
    source: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a str>,
    /// Whether only the reader sees it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    private: bool,
}

/// The reasons that `viewer` may read; without a viewer only those that everybody may.
fn reasons<'a>(all: &'a [Reason], viewer: Option<&'a UserId>) -> impl Serialize + 'a {
    Seq(move || {
        all.iter()
            .filter(move |reason| reason.private_to.is_none() || reason.private_to.as_ref() == viewer)
            .map(|reason| ReasonView {
                source: reason.source.as_str(),
                text: &reason.text,
                item: reason.item.as_ref().map(ItemId::as_str),
                private: reason.private_to.is_some(),
            })
    })
}

/// Each member's satisfaction that `viewer` may see, as an object.
struct Shares<'a> {
    all: &'a [(UserId, f32)],
    viewer: &'a UserId,
}

impl Serialize for Shares<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let open = self.all.len() <= OPEN_SATISFACTION;
        let mut map = to.serialize_map(None)?;
        for (user, share) in self.all.iter().filter(|(user, _)| open || user == self.viewer) {
            map.serialize_entry(user.as_str(), &Four(*share))?;
        }
        map.end()
    }
}

/// Least, mean and spread of some shares.
#[derive(Serialize)]
struct Spread {
    min_satisfaction: Four,
    mean_satisfaction: Four,
    spread: Four,
}

impl Spread {
    fn of(shares: &[(UserId, f32)]) -> Self {
        let values = || shares.iter().map(|(_, share)| *share);
        let least = values().fold(f32::INFINITY, f32::min);
        let most = values().fold(f32::NEG_INFINITY, f32::max);
        let count = f32::from(u16::try_from(shares.len()).unwrap_or(u16::MAX)).max(1.0);
        Self {
            min_satisfaction: Four(least),
            mean_satisfaction: Four(values().sum::<f32>() / count),
            spread: Four(most - least),
        }
    }
}

#[derive(Serialize)]
struct RoundItemView<'a, R: Serialize> {
    #[serde(flatten)]
    card: Card,
    score: Four,
    satisfaction: Shares<'a>,
    #[serde(flatten)]
    spread: Spread,
    reasons: R,
}

/// A round as one member may see it; `party` is absent inside a snapshot.
#[derive(Serialize)]
pub(crate) struct RoundView<'a, I: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<&'a str>,
    seq: i64,
    at_ms: i64,
    round: u32,
    recommendation_id: &'a str,
    model_version: &'a str,
    strategy: &'static str,
    because: &'static str,
    items: I,
    satisfaction: Shares<'a>,
    min_satisfaction: Four,
    mean_satisfaction: Four,
    spread: Four,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_limit: Option<u8>,
    left_out: &'a [String],
}

pub(crate) fn round<'a>(
    party: Option<&'a str>,
    (seq, at_ms): (i64, i64),
    round: &'a Round,
    viewer: &'a UserId,
    lookup: Option<&'a Lookup>,
) -> impl Serialize + 'a {
    let view = move |item: &'a RoundItem| RoundItemView {
        card: Card::new(&item.scored.item, lookup),
        score: Four(item.scored.score),
        satisfaction: Shares { all: &item.satisfaction, viewer },
        spread: Spread::of(&item.satisfaction),
        reasons: reasons(&item.scored.reasons, Some(viewer)),
    };
    RoundView {
        party,
        seq,
        at_ms,
        round: round.round,
        recommendation_id: round.recommendation_id.as_str(),
        model_version: round.version.as_str(),
        strategy: round.strategy.as_str(),
        because: round.because.as_str(),
        items: Seq(move || round.items.iter().map(view)),
        satisfaction: Shares { all: &round.satisfaction, viewer },
        min_satisfaction: Four(round.min_satisfaction),
        mean_satisfaction: Four(round.mean_satisfaction),
        spread: Four(round.spread),
        age_limit: round.age_limit,
        left_out: &round.left_out,
    }
}

#[derive(Serialize)]
struct PersonalItem<R: Serialize> {
    #[serde(flatten)]
    card: Card,
    score: Four,
    reasons: R,
}

#[derive(Serialize)]
struct PersonalView<'a, I: Serialize> {
    recommendation_id: &'a str,
    model_version: &'a str,
    items: I,
    left_out: &'a [String],
}

pub(crate) fn personal<'a>(answer: &'a Personal, lookup: Option<&'a Lookup>) -> impl Serialize + 'a {
    // The answer is the asker's own, so whatever is private in it is private to them.
    let view = move |scored: &'a Scored| PersonalItem {
        card: Card::new(&scored.item, lookup),
        score: Four(scored.score),
        reasons: Seq(move || {
            scored.reasons.iter().map(|reason| ReasonView {
                source: reason.source.as_str(),
                text: &reason.text,
                item: reason.item.as_ref().map(ItemId::as_str),
                private: reason.private_to.is_some(),
            })
        }),
    };
    PersonalView {
        recommendation_id: answer.recommendation_id.as_str(),
        model_version: answer.version.as_str(),
        items: Seq(move || answer.items.iter().map(view)),
        left_out: &answer.left_out,
    }
}

/// The lasting part of a party, without its secrets.
#[derive(Serialize)]
pub(crate) struct PartyCard<'a> {
    id: &'a str,
    name: &'a str,
    visibility: &'static str,
    control: &'static str,
    wait: &'static str,
    locked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at_ms: Option<i64>,
    taste: &'a Taste,
    host: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a str>,
    created_at_ms: i64,
}

impl<'a> From<&'a Party> for PartyCard<'a> {
    fn from(party: &'a Party) -> Self {
        Self {
            id: party.id.as_str(),
            name: &party.name,
            visibility: party.visibility.as_str(),
            control: party.control.as_str(),
            wait: party.wait.as_str(),
            locked: party.locked,
            starts_at_ms: party.starts_at_ms,
            taste: &party.taste,
            host: party.host.as_str(),
            item: party.item.as_ref().map(ItemId::as_str),
            created_at_ms: party.created_at_ms,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Snapshot<'a, M: Serialize, B: Serialize, C: Serialize, R: Serialize> {
    pub(crate) party: PartyCard<'a>,
    pub(crate) recovered: bool,
    pub(crate) epoch: i64,
    pub(crate) seq: i64,
    pub(crate) members: M,
    pub(crate) banned: B,
    pub(crate) chat: C,
    pub(crate) mood: Mood<'a>,
    #[serde(flatten)]
    pub(crate) watching: Watching<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recommendations: Option<R>,
}
