//! Parties.

use super::{ControlName, MemberRoleName, Stamp, StrategyName, VisibilityName, WaitName, WishName};
use crate::input::Change;
use serde::Serialize;
use serde_json::Value;
use soiree_actors::live::{MemberView, MoodView, NewParty, PartyChange, PartySnapshot};
use soiree_domain::{ItemId, Party, PartyEvent, PartyId, Taste, UserId};
use utoipa::{IntoParams, ToSchema};

/// A party.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Party)]
pub struct PartyView {
    /// Its id.
    #[schema(value_type = String, example = "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f")]
    pub id: PartyId,
    /// Its name.
    #[schema(example = "Gatsby night")]
    pub name: String,
    /// Who can find it.
    pub visibility: VisibilityName,
    /// Who may steer it.
    pub control: ControlName,
    /// Whom it waits for while they load.
    pub wait: WaitName,
    /// Whether it takes nobody in at the moment.
    pub locked: bool,
    /// When it begins, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_at: Option<Stamp>,
    /// What its recommendations should be like.
    pub taste: TasteView,
    /// Who opened it, or was handed it.
    #[schema(value_type = String, example = "demo:ana")]
    pub host: UserId,
    /// What it opened with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "demo:film-the-great-gatsby-2013")]
    pub item: Option<ItemId>,
    /// Whether a password is asked for.
    pub password: bool,
    /// When it was opened.
    pub created_at: Stamp,
    /// When it was closed for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ended_at: Option<Stamp>,
    /// Which history its events' numbers belong to.
    #[schema(example = 1)]
    pub epoch: i64,
}

impl From<Party> for PartyView {
    fn from(party: Party) -> Self {
        Self {
            id: party.id,
            name: party.name,
            visibility: party.visibility.into(),
            control: party.control.into(),
            wait: party.wait.into(),
            locked: party.locked,
            starts_at: party.starts_at_ms.map(Stamp),
            taste: party.taste.into(),
            host: party.host,
            item: party.item,
            password: party.password_hash.is_some(),
            created_at: Stamp(party.created_at_ms),
            ended_at: party.ended_at_ms.map(Stamp),
            epoch: party.epoch,
        }
    }
}

/// What a party wants its recommendations to be like.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PartyTaste)]
pub struct TasteView {
    /// How members are weighed against one another; absent for the server's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub strategy: Option<StrategyName>,
    /// How much the host counts, where others count 1.
    #[schema(example = 1.0, minimum = 0.25, maximum = 4)]
    pub host_weight: f32,
    /// What is done about the room's mood.
    pub mood: WishName,
}

impl From<Taste> for TasteView {
    fn from(taste: Taste) -> Self {
        Self {
            strategy: taste.strategy.map(Into::into),
            host_weight: taste.host_weight,
            mood: taste.mood.into(),
        }
    }
}

crate::input! {
    /// What a party wants its recommendations to be like.
    #[derive(Debug, Clone, Copy, ToSchema)]
    pub struct TasteBody {
        /// How members are weighed against one another; the server's default when absent.
        strategy: Option<StrategyName>,
        /// How much the host counts, where others count 1; 1 when absent.
        #[schema(example = 1.5, minimum = 0.25, maximum = 4)]
        host_weight: Option<f32>,
        /// What is done about the room's mood; `match` when absent.
        mood: Option<WishName>,
    }
}

impl From<TasteBody> for Taste {
    fn from(body: TasteBody) -> Self {
        let usual = Self::default();
        Self {
            strategy: body.strategy.map(|name| name.0),
            host_weight: body.host_weight.unwrap_or(usual.host_weight),
            mood: body.mood.map_or(usual.mood, |name| name.0),
        }
    }
}

/// A member of a party.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberBody {
    /// Who.
    #[schema(value_type = String, example = "demo:ana")]
    pub user: UserId,
    /// Their name.
    #[schema(example = "Ana")]
    pub name: String,
    /// What they are here.
    pub role: MemberRoleName,
    /// Whether the word was taken from them.
    pub muted: bool,
    /// Whether they are connected now.
    pub online: bool,
}

impl From<MemberView> for MemberBody {
    fn from(member: MemberView) -> Self {
        let MemberView { user, name, role, muted, online } = member;
        Self { user, name, role: role.into(), muted, online }
    }
}

/// How a room feels.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Mood)]
pub struct MoodAnswer {
    /// Unpleasant (-1) to pleasant (1).
    #[schema(example = 0.6)]
    pub valence: f32,
    /// Sleepy (-1) to excited (1).
    #[schema(example = 0.3)]
    pub arousal: f32,
    /// A word for it.
    #[schema(example = "happy")]
    pub label: String,
    /// How sure, 0 to 1.
    #[schema(example = 0.8)]
    pub confidence: f32,
    /// What moved it, strongest first, in words.
    pub drivers: Vec<String>,
}

impl From<MoodView> for MoodAnswer {
    fn from(view: MoodView) -> Self {
        Self {
            valence: view.mood.valence,
            arousal: view.mood.arousal,
            label: view.mood.label().to_owned(),
            confidence: view.confidence,
            drivers: view.drivers,
        }
    }
}

/// A party with everybody in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PartyDetail)]
pub struct PartyDetail {
    /// The party.
    #[serde(flatten)]
    pub party: PartyView,
    /// The number of its last event; absent when it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 42)]
    pub seq: Option<i64>,
    /// Who is in it.
    pub members: Vec<MemberBody>,
    /// How the room feels; absent when it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub mood: Option<MoodAnswer>,
}

impl From<PartySnapshot> for PartyDetail {
    fn from(snapshot: PartySnapshot) -> Self {
        Self {
            party: snapshot.party.into(),
            seq: Some(snapshot.seq),
            members: snapshot.members.into_iter().map(Into::into).collect(),
            mood: Some(snapshot.mood.into()),
        }
    }
}

impl From<Party> for PartyDetail {
    fn from(party: Party) -> Self {
        Self { party: party.into(), seq: None, members: Vec::new(), mood: None }
    }
}

crate::input! {
    /// A party to open.
    #[derive(Debug, Clone, ToSchema)]
    pub struct PartyBody {
        /// Its name, 1 to 80 characters.
        #[schema(example = "Gatsby night")]
        name: String,
        /// Who opens it; the caller when absent. Only programs may name somebody else.
        #[schema(value_type = Option<String>, example = "demo:ana")]
        host: Option<UserId>,
        /// What it opens with.
        #[schema(value_type = Option<String>, example = "demo:film-the-great-gatsby-2013")]
        item: Option<ItemId>,
        /// Who can find it; `public` when absent.
        visibility: Option<VisibilityName>,
        /// For private parties.
        password: Option<String>,
        /// Who may steer it; `host` when absent.
        control: Option<ControlName>,
        /// Whom it waits for while they load; `quorum` when absent.
        wait: Option<WaitName>,
        /// When it begins; the clock starts by itself then.
        starts_at: Option<Stamp>,
        /// What its recommendations should be like.
        taste: Option<TasteBody>,
    }
}

impl From<PartyBody> for NewParty {
    fn from(body: PartyBody) -> Self {
        Self {
            name: body.name,
            item: body.item,
            visibility: body.visibility.map(|v| v.0).unwrap_or_default(),
            password: body.password,
            control: body.control.map(|c| c.0).unwrap_or_default(),
            wait: body.wait.map(|w| w.0).unwrap_or_default(),
            starts_at_ms: body.starts_at.map(|at| at.0),
            taste: body.taste.map(Into::into).unwrap_or_default(),
        }
    }
}

crate::input! {
    /// What is to change in a party; absent fields stay.
    #[derive(Debug, Clone, ToSchema)]
    pub struct PartyPatch {
        /// Its name, 1 to 80 characters.
        #[schema(example = "Gatsby night, the sequel")]
        name: Option<String>,
        /// Who can find it. A party that is no longer private forgets its password.
        visibility: Option<VisibilityName>,
        /// Another password, for private parties. Who is a member already stays one.
        password: Option<String>,
        /// Who may steer it.
        control: Option<ControlName>,
        /// What it is about; `null` takes it away.
        #[schema(value_type = Option<String>, example = "demo:film-the-great-gatsby-2013")]
        item: Change<ItemId>,
        /// Whom it waits for while they load.
        wait: Option<WaitName>,
        /// When it begins; `null` takes that away.
        #[schema(value_type = Option<String>, format = DateTime, example = "2026-12-24T20:00:00Z")]
        starts_at: Change<Stamp>,
        /// What its recommendations should be like, as a whole: what is left out gets its default.
        taste: Option<TasteBody>,
    }
}

impl From<PartyPatch> for PartyChange {
    fn from(patch: PartyPatch) -> Self {
        Self {
            name: patch.name,
            visibility: patch.visibility.map(|v| v.0),
            control: patch.control.map(|c| c.0),
            item: match patch.item {
                Change::Keep => None,
                Change::Clear => Some(None),
                Change::Set(item) => Some(Some(item)),
            },
            password: patch.password,
            wait: patch.wait.map(|w| w.0),
            starts_at_ms: match patch.starts_at {
                Change::Keep => None,
                Change::Clear => Some(None),
                Change::Set(at) => Some(Some(at.0)),
            },
            taste: patch.taste.map(Into::into),
        }
    }
}

/// One event of a party's journal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PartyEvent)]
pub struct EventView {
    /// Its number, from 1, without gaps.
    #[schema(example = 7)]
    pub seq: i64,
    /// When.
    pub at: Stamp,
    /// Who; absent for the server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "demo:ana")]
    pub actor: Option<UserId>,
    /// `joined`, `left`, `role`, `muted`, `ban`, `chat`, `deleted`, `playback`, `queue`, `vote`, `round`, `changed` or
    /// `removed`.
    #[schema(example = "chat")]
    pub kind: String,
    /// What happened, by kind. Never holds what is private to one member.
    #[schema(value_type = Object, example = json!({"text": "what a house", "name": "Ana"}))]
    pub body: Value,
}

impl From<PartyEvent> for EventView {
    fn from(event: PartyEvent) -> Self {
        let body = serde_json::from_str(&event.body).unwrap_or(Value::Null);
        let body = if body.is_object() { body } else { Value::Object(serde_json::Map::new()) };
        Self { seq: event.seq, at: Stamp(event.at_ms), actor: event.actor, kind: event.kind, body }
    }
}

/// Part of a party's history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PartyHistory)]
pub struct PartyHistoryView {
    /// Which history the numbers belong to.
    #[schema(example = 1)]
    pub epoch: i64,
    /// Oldest first.
    pub rows: Vec<EventView>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "50")]
    pub next: Option<String>,
}

impl PartyHistoryView {
    /// A page of at most `limit` events, of which one more than that was asked for to see whether there is a next.
    pub(crate) fn page(epoch: i64, mut events: Vec<PartyEvent>, limit: u32) -> Self {
        let more = events.len() > limit as usize;
        events.truncate(limit as usize);
        let next = events.last().filter(|_| more).map(|event| event.seq.to_string());
        Self { epoch, rows: events.into_iter().map(Into::into).collect(), next }
    }
}

crate::input! {
    /// Which part of a party's history is wanted.
    #[derive(Debug, Clone, IntoParams)]
    #[into_params(parameter_in = Query)]
    pub struct PartyHistoryQuery {
        /// `next` of the page before, or the number of the last event you know; absent from the beginning.
        #[param(value_type = Option<String>)]
        cursor: Option<i64>,
        /// At most this many events; 50 when absent.
        #[param(minimum = 1, maximum = 200, example = 50)]
        limit: Option<u32>,
    }
}

crate::input! {
    /// Which part of a party's chat is wanted.
    #[derive(Debug, Clone, IntoParams)]
    #[into_params(parameter_in = Query)]
    pub struct PartyChatQuery {
        /// `next` of the page before, or the number of the first line you know; absent from the latest.
        #[param(value_type = Option<String>)]
        cursor: Option<i64>,
        /// At most this many lines; 50 when absent.
        #[param(minimum = 1, maximum = 200, example = 50)]
        limit: Option<u32>,
    }
}
