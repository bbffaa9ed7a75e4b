//! Parties and their journal.

use crate::{PartyId, Strategy, UserId, Wish};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// With more people than these a party is a public event: it makes no companions, and says nothing of a few who were there.
pub const CROWD: u32 = 100;

macro_rules! names {
    ($type:ident, $what:literal, $($variant:ident => $name:literal),+) => {
        impl $type {
            /// The name used in JSON and the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
        impl FromStr for $type {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(format!(concat!("unknown ", $what, " {:?}: use one of {}"), text, [$($name),+].join(", "))),
                }
            }
        }
    };
}

/// Who can find a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Listed, and open to everybody.
    #[default]
    Public,
    /// Not listed; whoever knows its id may come.
    Unlisted,
    /// Not listed; a password is asked for.
    Private,
}
names!(Visibility, "visibility", Public => "public", Unlisted => "unlisted", Private => "private");

/// Who may steer playback and the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Control {
    /// The host alone.
    #[default]
    Host,
    /// Everybody.
    Everyone,
    /// By vote.
    Vote,
}
names!(Control, "control", Host => "host", Everyone => "everyone", Vote => "vote");

/// Whom a party waits for while they load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wait {
    /// For everybody who plays.
    All,
    /// When at least half of those who play are loading.
    #[default]
    Quorum,
    /// For nobody.
    Nobody,
}
names!(Wait, "wait policy", All => "all", Quorum => "quorum", Nobody => "nobody");

/// What a member is in a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberRole {
    /// Opened it or was handed it.
    Host,
    /// Keeps order with the host.
    Moderator,
    /// Came along.
    #[default]
    Member,
}
names!(MemberRole, "member role", Host => "host", Moderator => "moderator", Member => "member");

/// What a party wants its recommendations to be like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Taste {
    /// How members are weighed against one another; absent for the server's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// How much the host counts, where others count 1; see [`Taste::HOST_WEIGHT`].
    pub host_weight: f32,
    /// What is done about the room's mood.
    pub mood: Wish,
}

impl Taste {
    /// The least and the greatest weight of a host.
    pub const HOST_WEIGHT: [f32; 2] = [0.25, 4.0];

    /// Whether the host's weight lies in its bounds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (Self::HOST_WEIGHT[0]..=Self::HOST_WEIGHT[1]).contains(&self.host_weight)
    }
}

impl Default for Taste {
    fn default() -> Self {
        Self { strategy: None, host_weight: 1.0, mood: Wish::default() }
    }
}

/// The lasting part of a party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Party {
    /// Its id.
    pub id: PartyId,
    /// Its name.
    pub name: String,
    /// Who can find it.
    pub visibility: Visibility,
    /// Who steers it.
    pub control: Control,
    /// Whom it waits for.
    #[serde(default)]
    pub wait: Wait,
    /// Whether newcomers are kept out.
    #[serde(default)]
    pub locked: bool,
    /// When it is to begin, Unix milliseconds, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at_ms: Option<i64>,
    /// What its recommendations should be like.
    #[serde(default)]
    pub taste: Taste,
    /// Who opened it, or was handed it.
    pub host: UserId,
    /// What it opened with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<crate::ItemId>,
    /// Argon2id hash of the password (PHC string), for private parties; never leaves the server.
    #[serde(default, skip)]
    pub password_hash: Option<String>,
    /// When it was opened, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it was closed for good, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at_ms: Option<i64>,
    /// Which history the sequence numbers belong to; new only when history was lost.
    pub epoch: i64,
    /// The fence that a writer must hold; grows with every new owner.
    pub fence: i64,
}

/// One journalled event of a party. `(party, epoch, seq)` is its key, and `seq` grows by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyEvent {
    /// The party.
    pub party: PartyId,
    /// Its history.
    pub epoch: i64,
    /// Its number, from 1.
    pub seq: i64,
    /// The fence of the writer.
    pub fence: i64,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Who did it; absent for the server itself.
    pub actor: Option<UserId>,
    /// Its kind, such as `chat`, `joined`, `left`, `round`.
    pub kind: String,
    /// Version of the body's shape.
    pub schema: i32,
    /// The body, a JSON object.
    pub body: String,
}
