//! What a client is told.

use super::{
    ChatLine, MemberView, MoodView, PartyFace, PartySnapshot, Personal, Round, Watching,
    watch::{
        Correction, LeftReason, Playback, QueueOp, SkipTally, SyncReport, Tally, Verdict, VoteValue, Work,
    },
};
use crate::fault::Fault;
use soiree_domain::{ItemId, PartyId, SessionId, UserId};
use std::sync::Arc;

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
