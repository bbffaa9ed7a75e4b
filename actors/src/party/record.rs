//! What a party's journal keeps: one record per numbered event, and a snapshot every now and then.

use crate::live::{ChatLine, Event, MemberChange, MemberView, PartyFace, Round};
use serde::{Deserialize, Serialize};
use soiree_domain::{MemberRole, PartyEvent, PartyId, UserId};
use std::sync::Arc;

/// Version of the shapes below; a reader refuses what it does not know.
pub(crate) const SCHEMA: i32 = 1;

/// The body of one journalled event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Record {
    /// Somebody came.
    Joined { user: UserId, name: String, role: MemberRole },
    /// Somebody went.
    Left { user: UserId },
    /// Somebody got another role.
    Role { user: UserId, role: MemberRole },
    /// Somebody said something.
    Chat { user: UserId, name: String, text: String, reply_to: Option<i64> },
    /// A round of recommendations, without anybody's private reasons.
    Round { round: Arc<Round> },
    /// The party was changed; its row in the database holds what it is now.
    Changed { now: PartyFace },
    /// What stood here was removed at a person's wish.
    Removed,
}

impl Record {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::Role { .. } => "role",
            Self::Chat { .. } => "chat",
            Self::Round { .. } => "round",
            Self::Changed { .. } => "changed",
            Self::Removed => "removed",
        }
    }

    pub(crate) fn actor(&self) -> Option<&UserId> {
        match self {
            Self::Joined { user, .. }
            | Self::Left { user }
            | Self::Role { user, .. }
            | Self::Chat { user, .. } => Some(user),
            Self::Round { .. } | Self::Changed { .. } | Self::Removed => None,
        }
    }

    /// Reads a journal row. Bodies that were emptied at a person's wish read as [`Record::Removed`].
    pub(crate) fn read(event: &PartyEvent) -> Result<Self, String> {
        if event.schema != SCHEMA {
            return Err(format!(
                "event {} has schema {}, this program reads {SCHEMA}",
                event.seq, event.schema
            ));
        }
        if event.body == r#"{"removed":true}"# {
            return Ok(Self::Removed);
        }
        serde_json::from_str(&event.body).map_err(|error| format!("event {}: {error}", event.seq))
    }
}

/// A record with its number and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Numbered {
    pub(crate) seq: i64,
    pub(crate) at_ms: i64,
    pub(crate) record: Record,
}

impl Numbered {
    /// The row that the journal stores.
    pub(crate) fn row(&self, party: &PartyId, epoch: i64, fence: i64) -> PartyEvent {
        PartyEvent {
            party: party.clone(),
            epoch,
            seq: self.seq,
            fence,
            at_ms: self.at_ms,
            actor: self.record.actor().cloned(),
            kind: self.record.kind().to_owned(),
            schema: SCHEMA,
            body: serde_json::to_string(&self.record).expect("records are plain values with text keys"),
        }
    }

    /// The event that `viewer` is told; `name_of` and `online` fill in what the journal does not keep.
    pub(crate) fn event(
        &self,
        party: &PartyId,
        viewer: &UserId,
        member: impl Fn(&UserId) -> MemberView,
    ) -> Event {
        let party = party.clone();
        let seq = self.seq;
        let change = |user: &UserId, change| Event::Member {
            party: party.clone(),
            seq: Some(seq),
            member: member(user),
            change,
        };
        match &self.record {
            Record::Joined { user, name, role } => Event::Member {
                party,
                seq: Some(seq),
                member: MemberView {
                    user: user.clone(),
                    name: name.clone(),
                    role: *role,
                    online: member(user).online,
                },
                change: MemberChange::Joined,
            },
            Record::Left { user } => change(user, MemberChange::Left),
            Record::Role { user, role } => Event::Member {
                party,
                seq: Some(seq),
                member: MemberView { role: *role, ..member(user) },
                change: MemberChange::Role,
            },
            Record::Chat { user, name, text, reply_to } => Event::Chat {
                party,
                line: ChatLine {
                    seq,
                    user: user.clone(),
                    name: name.clone(),
                    text: text.clone(),
                    reply_to: *reply_to,
                    at_ms: self.at_ms,
                    sentiment: None,
                },
            },
            Record::Round { round } => Event::Recommendations {
                party,
                seq,
                at_ms: self.at_ms,
                round: Arc::clone(round),
                viewer: viewer.clone(),
            },
            Record::Changed { now } => Event::Changed { party, seq, now: now.clone() },
            Record::Removed => Event::Removed { party, seq },
        }
    }
}

/// The lasting part of a party's state after event `seq`, as stored every so often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) seq: i64,
    pub(crate) members: Vec<SavedMember>,
    pub(crate) chat: Vec<ChatLine>,
    pub(crate) rounds: u32,
    pub(crate) last_round: Option<(i64, i64, Arc<Round>)>,
}

/// A member in [`Saved`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SavedMember {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) role: MemberRole,
    pub(crate) joined_ms: i64,
}
