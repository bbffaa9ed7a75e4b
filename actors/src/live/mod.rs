//! The live channel in types: what clients ask ([`Command`]) and what they are told ([`Event`]).
//!
//! The frames' JSON stands in `web`; here nothing knows how an event is written down. A party asks the
//! injected [`Encode`] once per broadcast and shares the bytes.

pub mod watch;

use crate::fault::Fault;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use soiree_domain::{
    Control, Domain, InteractionKind, ItemId, MemberRole, ModelVersion, Mood, PartyId, RecommendationId,
    Scored, SessionId, Strategy, UserId, Visibility, Wait,
};
use std::sync::Arc;
use watch::{
    Correction, LeftReason, PartyAct, Playback, PollView, QueueOp, Queued, SkipTally, SyncReport, Tally,
    Verdict, VoteValue, Work,
};

/// What a client asks, after `hello`.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A clock sample; answered with [`Event::Clock`].
    Clock {
        /// The client's stamp, returned as it came.
        t0: f64,
    },
    /// Says what is going on around the person. No answer.
    Context(LiveContext),
    /// A deed on an item; answered with [`Event::Ack`] once durable.
    Interaction {
        /// On what.
        item: ItemId,
        /// What.
        kind: InteractionKind,
        /// Stars, share or count.
        value: Option<f32>,
        /// The answer that led to it.
        recommendation_id: Option<RecommendationId>,
    },
    /// Asks for personal recommendations; answered with [`Event::Personal`].
    Recommend {
        /// How many, 1 to 100.
        limit: usize,
        /// Which domains; absent for all.
        domains: Option<Vec<Domain>>,
    },
    /// Opens a party; answered with [`Event::Snapshot`].
    Create {
        /// What it is like.
        new: NewParty,
        /// What it opens with, if that is known by its address.
        media: Option<Work>,
    },
    /// Joins a party, answered with [`Event::Snapshot`] or [`Event::Resumed`].
    Join {
        /// Which.
        party: PartyId,
        /// For private parties.
        password: Option<String>,
        /// What opens it without a password.
        invite: Option<String>,
        /// The last event seen, as (epoch, seq).
        since: Option<(i64, i64)>,
    },
    /// Leaves a party; answered with [`Event::Ack`].
    Leave {
        /// Which.
        party: PartyId,
    },
    /// Says something.
    Chat {
        /// Where.
        party: PartyId,
        /// What, 1 to 2,000 characters.
        text: String,
        /// The number of the line it answers.
        reply_to: Option<i64>,
        /// Members it speaks to.
        mentions: Vec<UserId>,
    },
    /// Does something with everybody watching.
    Act(PartyAct),
    /// Changes the party itself; answered with [`Event::Changed`] or [`Event::Ack`].
    Change {
        /// Which.
        party: PartyId,
        /// What.
        change: PartyChange,
    },
    /// Makes an invitation; answered with [`Event::Invitation`].
    Invite {
        /// To which party.
        party: PartyId,
        /// For how many; absent for any number.
        uses: Option<i64>,
        /// For how long, in milliseconds.
        lives_ms: i64,
    },
    /// Shows a feeling. Never stored.
    React {
        /// Where.
        party: PartyId,
        /// An emoji of at most 32 bytes.
        emoji: String,
        /// Where in the item.
        position_ms: Option<i64>,
    },
}

/// What is going on around a person right now; absent parts stay as they were.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LiveContext {
    /// Free words such as `cooking`.
    pub activity: Option<String>,
    /// What they say of their own mood.
    pub mood: Option<Mood>,
    /// What they are on, such as `tv` or `phone`.
    pub device: Option<String>,
    /// What they are watching, reading or listening to, and where in it (ms).
    pub now_on: Option<(ItemId, i64)>,
    /// Offset of their local time from UTC in minutes.
    pub utc_offset_min: Option<i32>,
}

/// A party that is to be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct NewParty {
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// What it opens with.
    pub item: Option<ItemId>,
    /// Who can find it.
    pub visibility: Visibility,
    /// For private parties.
    pub password: Option<String>,
    /// Who steers it.
    pub control: Control,
    /// Whom it waits for.
    pub wait: Wait,
    /// When it is to begin, Unix milliseconds.
    pub starts_at_ms: Option<i64>,
}

/// What is to change in a party; absent parts stay.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartyChange {
    /// Another name, 1 to 80 characters.
    pub name: Option<String>,
    /// Who can find it.
    pub visibility: Option<Visibility>,
    /// Who steers it.
    pub control: Option<Control>,
    /// What it is about; `Some(None)` takes it away.
    pub item: Option<Option<ItemId>>,
    /// Another password, for private parties. A party that is no longer private has none.
    pub password: Option<String>,
    /// Whom it waits for.
    pub wait: Option<Wait>,
    /// When it begins; `Some(None)` takes that away.
    pub starts_at_ms: Option<Option<i64>>,
}

/// What a client is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The answer to `hello`.
    Welcome {
        /// The live connection.
        session: SessionId,
        /// Who the client is.
        user: UserId,
        /// The name others see.
        name: String,
        /// For guests: what brings them back as the same person.
        resume: Option<String>,
        /// The server's time.
        server_time_ms: i64,
        /// How often the server pings, in seconds.
        heartbeat_s: u64,
    },
    /// A clock sample: the client's stamp, arrival and departure at the server (Unix ms).
    Clock {
        /// As it came.
        t0: f64,
        /// Arrival.
        t1: i64,
        /// Departure.
        t2: i64,
    },
    /// It is done, and durable where it has to be.
    Ack,
    /// Personal recommendations.
    Personal(Arc<Personal>),
    /// A party from scratch.
    Snapshot(Box<PartySnapshot>),
    /// The missed events follow; nothing else was missed.
    Resumed {
        /// Which.
        party: PartyId,
        /// Its history.
        epoch: i64,
        /// The last number there is; the missed events end with it.
        seq: i64,
        /// Members who are connected now: presence is not journalled, so the missed events do not tell.
        online: Vec<UserId>,
        /// How the room feels now, for the same reason.
        mood: MoodView,
        /// What is played, waits and is voted on.
        watching: Box<Watching>,
    },
    /// Somebody came, went or changed.
    Member {
        /// Where.
        party: PartyId,
        /// Its number; absent for presence, which is not journalled.
        seq: Option<i64>,
        /// Who, as they are now.
        member: MemberView,
        /// What happened.
        change: MemberChange,
        /// Who brought it about, if somebody else did.
        by: Option<UserId>,
        /// Why they are no longer here, if they were sent.
        reason: Option<LeftReason>,
    },
    /// Somebody said something.
    Chat {
        /// Where.
        party: PartyId,
        /// The line.
        line: ChatLine,
    },
    /// The party itself was changed.
    Changed {
        /// Where.
        party: PartyId,
        /// Its number.
        seq: i64,
        /// What it is now.
        now: PartyFace,
    },
    /// An event whose content was removed at a person's wish, only its number is left; or a line was taken away.
    Removed {
        /// Where.
        party: PartyId,
        /// Its number.
        seq: i64,
        /// The number of the line that is gone; absent when it is this event itself.
        message: Option<i64>,
    },
    /// The party's clock as it is now.
    Playback {
        /// Where.
        party: PartyId,
        /// Its number; absent for an answer to somebody whose command changed nothing.
        seq: Option<i64>,
        /// The clock.
        playback: Playback,
    },
    /// A player is off.
    Correction {
        /// Where.
        party: PartyId,
        /// What it should do.
        correction: Correction,
    },
    /// How well the room plays together.
    Sync {
        /// Where.
        party: PartyId,
        /// How well.
        sync: SyncReport,
    },
    /// The queue was changed.
    Queue {
        /// Where.
        party: PartyId,
        /// Its number.
        seq: i64,
        /// How.
        op: QueueOp,
        /// Which work.
        work: Work,
        /// Where it came to, or had been.
        index: usize,
        /// By whom.
        by: UserId,
    },
    /// Somebody voted.
    Poll {
        /// Where.
        party: PartyId,
        /// Its number.
        seq: i64,
        /// Who.
        by: UserId,
        /// On which work; absent for going on.
        item: Option<ItemId>,
        /// What.
        value: VoteValue,
        /// How the work stands now.
        tally: Option<Tally>,
        /// How going on stands now.
        skip: SkipTally,
        /// What it brought about.
        outcome: Option<Verdict>,
    },
    /// Somebody is writing.
    Typing {
        /// Where.
        party: PartyId,
        /// Who.
        user: UserId,
    },
    /// An invitation was made.
    Invitation {
        /// To which party.
        party: PartyId,
        /// The secret.
        invite: String,
        /// When it ends, Unix milliseconds.
        expires_at_ms: i64,
        /// For how many; absent for any number.
        uses: Option<i64>,
    },
    /// How chat lines sound.
    Sentiment {
        /// Where.
        party: PartyId,
        /// (number of the line, compound score from -1 to 1).
        scores: Vec<(i64, f32)>,
    },
    /// Somebody showed a feeling.
    Reaction {
        /// Where.
        party: PartyId,
        /// Who.
        user: UserId,
        /// What.
        emoji: String,
        /// Where in the item.
        position_ms: Option<i64>,
        /// When.
        at_ms: i64,
    },
    /// How the room feels.
    Mood {
        /// Where.
        party: PartyId,
        /// How.
        mood: MoodView,
    },
    /// What suits the room.
    Recommendations {
        /// Where.
        party: PartyId,
        /// Its number.
        seq: i64,
        /// When.
        at_ms: i64,
        /// The round as this member may see it.
        round: Arc<Round>,
        /// The member it is for; their private reasons are shown to them alone.
        viewer: UserId,
    },
    /// A line for people.
    Notice {
        /// The line.
        text: String,
    },
    /// A command could not be carried out. The connection goes on.
    Problem(Fault),
}

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

/// What happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    /// Came.
    Joined,
    /// Went.
    Left,
    /// Got another role.
    Role,
    /// Their last socket went, or the first came back.
    Presence,
    /// The word was taken from them.
    Muted,
    /// They have it again.
    Unmuted,
    /// They may not come any longer.
    Banned,
    /// They may come again.
    Unbanned,
}

impl MemberChange {
    /// The name used in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Role => "role",
            Self::Presence => "presence",
            Self::Muted => "muted",
            Self::Unmuted => "unmuted",
            Self::Banned => "banned",
            Self::Unbanned => "unbanned",
        }
    }
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
}

impl PartyFace {
    /// Makes a party look like this.
    pub(crate) fn apply(&self, party: &mut soiree_domain::Party) {
        let Self { name, visibility, control, item, wait, locked, starts_at_ms } = self.clone();
        (party.name, party.visibility, party.control, party.item) = (name, visibility, control, item);
        (party.wait, party.locked, party.starts_at_ms) = (wait, locked, starts_at_ms);
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
    /// Sources that were late or missing.
    pub left_out: Vec<String>,
}

impl Round {
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

/// Writes events down as ready frames. Implemented by `web`.
pub trait Encode: Send + Sync {
    /// The bytes of one event; `reference` is the `ref` of the command it answers.
    fn encode(&self, event: &Event, reference: Option<&str>) -> Bytes;

    /// The `gap` frame of dropped events `from..=to`.
    fn gap_frame(&self) -> crate::outbox::GapFrame;
}
