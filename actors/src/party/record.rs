//! What a party's journal keeps: one record per numbered event, and a snapshot every now and then.

use super::poll::Poll;
use crate::live::{
    ChatLine, Event, MemberChange, MemberView, MoodView, PartyFace, Round,
    watch::{LeftReason, Playback, QueueOp, Queued, SkipTally, Tally, Verdict, VoteValue, Work},
};
use serde::{Deserialize, Serialize};
use soiree_domain::{ItemId, MemberRole, PartyEvent, PartyId, UserId};
use std::sync::Arc;

/// Version of the shapes below; a reader refuses what it does not know.
pub(crate) const SCHEMA: i32 = 1;

/// The body of one journalled event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Record {
    /// Somebody came.
    Joined { user: UserId, name: String, role: MemberRole },
    /// Somebody went, or was sent.
    Left {
        user: UserId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<LeftReason>,
    },
    /// Somebody got another role; without `by` because the host had left.
    Role {
        user: UserId,
        role: MemberRole,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
    /// The word was taken from somebody, or given back.
    Muted { user: UserId, by: UserId, muted: bool },
    /// Somebody may not come any longer, or may again.
    Ban { user: UserId, by: UserId, banned: bool },
    /// Somebody said something.
    Chat {
        user: UserId,
        name: String,
        text: String,
        reply_to: Option<i64>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
    },
    /// A line was taken away.
    Deleted { message: i64, by: UserId },
    /// A round of recommendations, without anybody's private reasons, and how the room felt then.
    Round {
        round: Arc<Round>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        felt: Option<Felt>,
    },
    /// The party's clock was set.
    Playback { playback: Playback },
    /// The queue was changed; `index` is where the work came to, or had been.
    Queue { op: QueueOp, work: Work, index: usize, by: UserId },
    /// Somebody voted; with what it came to.
    Vote {
        user: UserId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<ItemId>,
        value: VoteValue,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tally: Option<Tally>,
        skip: SkipTally,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Verdict>,
    },
    /// The party was changed.
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
            Self::Muted { .. } => "muted",
            Self::Ban { .. } => "ban",
            Self::Chat { .. } => "chat",
            Self::Deleted { .. } => "deleted",
            Self::Playback { .. } => "playback",
            Self::Queue { .. } => "queue",
            Self::Vote { .. } => "vote",
            Self::Round { .. } => "round",
            Self::Changed { .. } => "changed",
            Self::Removed => "removed",
        }
    }

    pub(crate) fn actor(&self) -> Option<&UserId> {
        match self {
            Self::Joined { user, .. }
            | Self::Left { user, .. }
            | Self::Role { user, .. }
            | Self::Muted { user, .. }
            | Self::Ban { user, .. }
            | Self::Chat { user, .. }
            | Self::Vote { user, .. } => Some(user),
            Self::Queue { by, .. } | Self::Deleted { by, .. } => Some(by),
            Self::Playback { playback } => playback.by.as_ref(),
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

/// How a room felt at a moment, to look back on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Felt {
    pub(crate) valence: f32,
    pub(crate) arousal: f32,
    pub(crate) label: String,
}

impl Felt {
    /// Nothing is felt before anybody has shown anything.
    pub(crate) fn of(view: &MoodView) -> Option<Self> {
        let mood = view.mood;
        (view.confidence > 0.0).then(|| Self {
            valence: mood.valence,
            arousal: mood.arousal,
            label: mood.label().to_owned(),
        })
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

    /// The line of chat, if it is one.
    pub(crate) fn line(&self) -> Option<ChatLine> {
        let Record::Chat { user, name, text, reply_to, mentions } = &self.record else { return None };
        Some(ChatLine {
            seq: self.seq,
            user: user.clone(),
            name: name.clone(),
            text: text.clone(),
            reply_to: *reply_to,
            mentions: mentions.clone(),
            at_ms: self.at_ms,
            sentiment: None,
        })
    }

    /// The event that `viewer` is told; `member` fills in what the journal does not keep.
    pub(crate) fn event(
        &self,
        party: &PartyId,
        viewer: &UserId,
        member: impl Fn(&UserId) -> MemberView,
    ) -> Event {
        let (party, seq) = (party.clone(), self.seq);
        match &self.record {
            Record::Joined { .. }
            | Record::Left { .. }
            | Record::Role { .. }
            | Record::Muted { .. }
            | Record::Ban { .. } => self.member_event(party, member),
            Record::Chat { .. } => match self.line() {
                Some(line) => Event::Chat { party, line },
                None => Event::Removed { party, seq, message: None },
            },
            Record::Round { round, .. } => Event::Recommendations {
                party,
                seq,
                at_ms: self.at_ms,
                round: Arc::clone(round),
                viewer: viewer.clone(),
            },
            Record::Playback { playback } => {
                Event::Playback { party, seq: Some(seq), playback: playback.clone() }
            }
            Record::Queue { op, work, index, by } => {
                Event::Queue { party, seq, op: *op, work: work.clone(), index: *index, by: by.clone() }
            }
            Record::Vote { user, item, value, tally, skip, outcome } => Event::Poll {
                party,
                seq,
                by: user.clone(),
                item: item.clone(),
                value: *value,
                tally: tally.clone(),
                skip: *skip,
                outcome: *outcome,
            },
            Record::Changed { now } => Event::Changed { party, seq, now: now.clone() },
            Record::Deleted { message, .. } => Event::Removed { party, seq, message: Some(*message) },
            Record::Removed => Event::Removed { party, seq, message: None },
        }
    }

    fn member_event(&self, party: PartyId, member: impl Fn(&UserId) -> MemberView) -> Event {
        let (mut reason, mut by) = (None, None);
        let (view, change) = match &self.record {
            Record::Joined { user, name, role } => {
                let online = member(user).online;
                let (user, name) = (user.clone(), name.clone());
                (MemberView { user, name, role: *role, muted: false, online }, MemberChange::Joined)
            }
            Record::Role { user, role, by: who } => {
                by.clone_from(who);
                (MemberView { role: *role, ..member(user) }, MemberChange::Role)
            }
            Record::Muted { user, by: who, muted } => {
                by = Some(who.clone());
                let change = if *muted { MemberChange::Muted } else { MemberChange::Unmuted };
                (MemberView { muted: *muted, ..member(user) }, change)
            }
            Record::Ban { user, by: who, banned } => {
                by = Some(who.clone());
                (member(user), if *banned { MemberChange::Banned } else { MemberChange::Unbanned })
            }
            Record::Left { user, by: who, reason: why } => {
                by.clone_from(who);
                reason = *why;
                (member(user), MemberChange::Left)
            }
            other => unreachable!("{} is no event of a member", other.kind()),
        };
        Event::Member { party, seq: Some(self.seq), member: view, change, by, reason }
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
    #[serde(default)]
    pub(crate) face: Option<PartyFace>,
    #[serde(default)]
    pub(crate) host: Option<UserId>,
    #[serde(default)]
    pub(crate) playback: Option<Playback>,
    #[serde(default)]
    pub(crate) queue: Vec<Queued>,
    #[serde(default)]
    pub(crate) poll: Poll,
    #[serde(default)]
    pub(crate) debts: Vec<(UserId, f32)>,
    #[serde(default)]
    pub(crate) bans: Vec<(UserId, String)>,
}

/// A member in [`Saved`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SavedMember {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) role: MemberRole,
    #[serde(default)]
    pub(crate) muted: bool,
    pub(crate) joined_ms: i64,
}
