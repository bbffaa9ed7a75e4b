//! Watching together in types: what plays, what waits, what is voted on, and what keeps order.

use serde::{Deserialize, Serialize};
use soiree_algorithms::playback::Timeline;
use soiree_domain::{ItemId, MemberRole, PartyId, UserId};

/// A work that a party plays, reads or listens to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Its id in the catalogue, or one made from its address.
    pub item: ItemId,
    /// What to call it; the catalogue knows its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where players find it. The server never asks there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How long it is, if somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
}

/// What the party's clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlayState {
    /// There is nothing to play.
    Empty,
    /// It advances.
    Playing,
    /// It stands.
    Paused,
    /// It would advance, but waits for members who load.
    Waiting,
}

impl PlayState {
    /// The name used in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Playing => "playing",
            Self::Paused => "paused",
            Self::Waiting => "waiting",
        }
    }
}

/// Why the party's clock was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The party began.
    Start,
    /// Somebody said so.
    Command,
    /// Members are loading.
    Buffering,
    /// They are ready.
    Ready,
    /// They are not, but the others have waited for as long as they have to.
    WaitedEnough,
    /// The work is over.
    Finished,
    /// A vote decided it.
    Vote,
    /// The hour has come.
    Schedule,
    /// Everybody has left.
    Alone,
}

impl Cause {
    /// The name used in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Command => "command",
            Self::Buffering => "buffering",
            Self::Ready => "ready",
            Self::WaitedEnough => "waited-enough",
            Self::Finished => "finished",
            Self::Vote => "vote",
            Self::Schedule => "schedule",
            Self::Alone => "alone",
        }
    }
}

/// The party's clock: `position_ms` at server time `at_ms`, advancing by `rate` while it plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Playback {
    /// What it does.
    pub state: PlayState,
    /// Of which work.
    pub work: Option<Work>,
    /// Which chapter or track, from 0.
    pub part: u32,
    /// Where, in milliseconds inside the part.
    pub position_ms: i64,
    /// Since when, Unix milliseconds of the server's clock; may lie a little ahead.
    pub at_ms: i64,
    /// Base speed, 0.25 to 4.
    pub rate: f64,
    /// Grows by one with every setting.
    pub version: i64,
    /// Why it was set.
    pub because: Cause,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Who is waited for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting_for: Vec<UserId>,
}

impl Playback {
    /// A party that plays nothing.
    #[must_use]
    pub fn empty(now_ms: i64) -> Self {
        Self {
            state: PlayState::Empty,
            work: None,
            part: 0,
            position_ms: 0,
            at_ms: now_ms,
            rate: 1.0,
            version: 0,
            because: Cause::Start,
            by: None,
            waiting_for: Vec::new(),
        }
    }

    /// The clock as a line.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "times in milliseconds fit a double for 285,000 years")]
    pub fn timeline(&self) -> Timeline {
        Timeline {
            position_ms: self.position_ms as f64,
            at_ms: self.at_ms as f64,
            rate: self.rate,
            running: self.state == PlayState::Playing,
        }
    }

    /// The position at a server time, in whole milliseconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "as above, and rounded")]
    pub fn position(&self, now_ms: i64) -> i64 {
        self.timeline().position(now_ms as f64).round() as i64
    }
}

/// How somebody steers the party's clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Steer {
    /// Let it run, from a position if one is given.
    Play {
        /// Where from.
        position_ms: Option<i64>,
    },
    /// Let it stand, at a position if one is given.
    Pause {
        /// Where.
        position_ms: Option<i64>,
    },
    /// Go somewhere.
    Seek {
        /// Where to.
        position_ms: i64,
        /// In which chapter or track; absent for this one.
        part: Option<u32>,
    },
    /// Another base speed.
    Rate(f64),
    /// Another work.
    Load {
        /// Which.
        work: Work,
        /// Where it begins.
        position_ms: i64,
        /// In which chapter or track.
        part: u32,
    },
    /// The queue's next.
    Next,
}

/// What a player says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Status {
    /// Where it is.
    pub position_ms: i64,
    /// At which server time, as far as the player knows.
    pub at_ms: Option<i64>,
    /// Whether it is loading and cannot play on.
    pub buffering: bool,
    /// Its round trip, in milliseconds.
    pub rtt_ms: Option<i64>,
    /// The version of the clock it follows.
    pub version: Option<i64>,
    /// How long it says the work is.
    pub duration_ms: Option<i64>,
}

/// A change of the queue.
#[derive(Debug, Clone, PartialEq)]
pub enum QueueChange {
    /// One more.
    Add {
        /// What.
        work: Work,
        /// At which place; absent for the end.
        to: Option<usize>,
    },
    /// One less.
    Remove(ItemId),
    /// One elsewhere.
    Move {
        /// Which.
        item: ItemId,
        /// To which place.
        to: usize,
    },
}

/// What was done to the queue, as it is told and journalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueueOp {
    /// It came in.
    Add,
    /// It went out.
    Remove,
    /// It went elsewhere.
    Move,
}

impl QueueOp {
    /// The name used in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Move => "move",
        }
    }
}

/// A work that waits its turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    /// What.
    pub work: Work,
    /// Who put it there.
    pub by: UserId,
}

/// What somebody thinks of a work, or of going on with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VoteValue {
    /// For it.
    Up,
    /// Against it.
    Down,
    /// Never in this party.
    Veto,
    /// Nothing any longer.
    Clear,
    /// Away with what plays now.
    Skip,
}

impl VoteValue {
    /// The name used in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Veto => "veto",
            Self::Clear => "clear",
            Self::Skip => "skip",
        }
    }
}

impl std::str::FromStr for VoteValue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Up, Self::Down, Self::Veto, Self::Clear, Self::Skip]
            .into_iter()
            .find(|value| value.as_str() == text)
            .ok_or_else(|| format!("unknown vote {text:?}: use one of up, down, veto, clear, skip"))
    }
}

/// How a work stands in the poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Which work.
    pub item: ItemId,
    /// Members for it.
    pub up: u32,
    /// Members against it.
    pub down: u32,
    /// Members who forbid it.
    pub vetoes: u32,
}

/// How many want to go on to the next work, and how many it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SkipTally {
    /// Members who do.
    pub votes: u32,
    /// Members it takes.
    pub needed: u32,
}

/// What a vote brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// What played is over.
    Skipped,
    /// The work plays.
    Plays,
    /// The work is out.
    Vetoed,
}

impl Verdict {
    /// The name used in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Plays => "plays",
            Self::Vetoed => "vetoed",
        }
    }
}

/// The poll as one member sees it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PollView {
    /// Every work somebody voted on, with the viewer's own vote.
    pub items: Vec<(Tally, Option<VoteValue>)>,
    /// Going on to the next.
    pub skip: SkipTally,
    /// Whether the viewer wants that.
    pub skip_mine: bool,
}

/// How somebody keeps order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Makes a member a moderator.
    Promote(UserId),
    /// Makes a moderator a member.
    Demote(UserId),
    /// Takes the word from somebody.
    Mute(UserId),
    /// Gives it back.
    Unmute(UserId),
    /// Sends somebody out; they may come back.
    Kick(UserId),
    /// Sends somebody out for good.
    Ban(UserId),
    /// Lets them come again.
    Unban(UserId),
    /// Keeps newcomers out.
    Lock,
    /// Lets them in again.
    Unlock,
    /// Hands the party over.
    Transfer(UserId),
    /// Takes a line away.
    DeleteMessage(i64),
}

/// Why somebody is no longer a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LeftReason {
    /// They were sent out.
    Kicked,
    /// They were sent out for good.
    Banned,
}

impl LeftReason {
    /// The name used in frames.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kicked => "kicked",
            Self::Banned => "banned",
        }
    }
}

/// What a player should do to come back to the party's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correction {
    /// The clock it is about.
    pub version: i64,
    /// The player's position minus the party's, in milliseconds.
    pub drift_ms: i64,
    /// Whether to go to `position_ms`; otherwise the speed does it.
    pub seek: bool,
    /// The speed to play at.
    pub rate: f64,
    /// The party's position at `at_ms`.
    pub position_ms: i64,
    /// Server time.
    pub at_ms: i64,
}

/// How well the room plays together, as its players say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncReport {
    /// Players heard of lately.
    pub players: usize,
    /// Half of them are off by at most this.
    pub p50_ms: i64,
    /// Nobody is off by more.
    pub worst_ms: i64,
    /// Members who load, sixteen at most.
    pub buffering: Vec<UserId>,
}

/// What a member does with everybody watching. Each is answered by what everybody is then told.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Steers the clock.
    Steer(Steer),
    /// Says how their player does.
    Status(Status),
    /// Changes the queue.
    Queue(QueueChange),
    /// Votes on a work, or without one on going on.
    Vote {
        /// On which work.
        item: Option<ItemId>,
        /// What they think.
        value: VoteValue,
    },
    /// Keeps order.
    Order(Order),
    /// Is writing.
    Typing,
}

/// What is done in which party.
#[derive(Debug, Clone, PartialEq)]
pub struct PartyAct {
    /// Where.
    pub party: PartyId,
    /// What.
    pub act: Act,
}

/// Somebody's part in a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What they are.
    pub role: MemberRole,
    /// Whether the word was taken from them.
    pub muted: bool,
}
