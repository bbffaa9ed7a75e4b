//! What can be said to a party, and by whom.

use super::state::Conn;
use crate::{
    fault::Fault,
    live::{PartyChange, PartySnapshot, watch::Act},
    outbox::Outbox,
};
use actix::Message;
use soiree_domain::{Mood, UserId};
use tokio::sync::oneshot;

/// How to answer the connection that asked.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) conn: Conn,
    pub(crate) outbox: Outbox,
    pub(crate) reference: Option<String>,
}

/// A session joins. Sent by `Session`; when the party is gone, the session looks it up again.
#[derive(Message)]
#[rtype(result = "Result<(), Fault>")]
pub(crate) struct Join {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) since: Option<(i64, i64)>,
    /// Whether the password, if one is asked for, was right; who is a member already needs none.
    pub(crate) admitted: bool,
    /// Whether what they write and do may count for the room's mood.
    pub(crate) shares_mood: bool,
    pub(crate) reply: Reply,
}

/// A member leaves on purpose. Sent by `Session`.
#[derive(Message)]
#[rtype(result = "Result<(), Fault>")]
pub(crate) struct Leave {
    pub(crate) user: UserId,
}

/// A socket is gone. Sent by `Session` when it stops; must not be lost.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Disconnect {
    pub(crate) conn: Conn,
}

/// A line of chat. Sent by `Session`; the author's copy of the broadcast is the acknowledgement.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Post {
    pub(crate) text: String,
    pub(crate) reply_to: Option<i64>,
    pub(crate) mentions: Vec<UserId>,
    pub(crate) reply: Reply,
}

/// Something done with everybody watching. Sent by `Session`; what everybody is then told is the answer.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Do {
    pub(crate) act: Act,
    pub(crate) reply: Reply,
}

/// Asks whether a member may invite others. Sent by the façade.
#[derive(Message)]
#[rtype(result = "Result<(), Fault>")]
pub(crate) struct MayInvite {
    pub(crate) user: UserId,
}

/// A reaction. Sent by `Session`; never stored.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct React {
    pub(crate) emoji: String,
    pub(crate) position_ms: Option<i64>,
    pub(crate) reply: Reply,
}

/// What a member says of their own mood. Sent by `Session`; the next one makes up for a lost one.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct SayMood {
    pub(crate) user: UserId,
    pub(crate) mood: Mood,
}

/// Whether what a member writes and does may count for the room's mood. Sent by `Session`; must not be lost.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct ShareMood {
    pub(crate) conn: Conn,
    pub(crate) user: UserId,
    pub(crate) shares: bool,
}

/// A member did something to an item. Sent by `Directory`; a lost one delays the next round.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Deed {
    pub(crate) user: UserId,
}

/// A line's score. Sent by `Sentiment`.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Scored {
    pub(crate) seq: i64,
    pub(crate) compound: f32,
}

/// The server is stopping: tell everybody and stop. Sent by `Directory`.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Stop;

/// Asks for the party as `viewer` sees it. Sent by the façade.
#[derive(Message)]
#[rtype(result = "PartySnapshot")]
pub(crate) struct SnapshotQuery {
    pub(crate) viewer: UserId,
}

/// Changes the party itself. Sent by the façade; answers with the party as it is then, and with what tells when that has
/// been journalled and told.
#[derive(Message)]
#[rtype(result = "Result<(soiree_domain::Party, oneshot::Receiver<()>), Fault>")]
pub(crate) struct Change {
    pub(crate) change: PartyChange,
    /// Who asks, if they have to be its host; the caller has looked otherwise.
    pub(crate) by: Option<UserId>,
    /// Argon2 hash of the new password, if there is one.
    pub(crate) password_hash: Option<String>,
}

/// Makes the actor panic, to prove that a panic costs one actor.
#[cfg(test)]
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Panic;
