//! What a client asks.

use super::watch::{PartyAct, Work};
use soiree_domain::{
    Control, Domain, InteractionKind, ItemId, Mood, PartyId, RecommendationId, Taste, UserId, Visibility,
    Wait, Wish,
};

/// What a client asks, after `hello`.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A clock sample; answered with [`Event::Clock`](super::Event::Clock).
    Clock {
        /// The client's stamp, returned as it came.
        t0: f64,
    },
    /// Says what is going on around the person. No answer.
    Context(LiveContext),
    /// A deed on an item; answered with [`Event::Ack`](super::Event::Ack) once durable.
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
    /// Asks for personal recommendations; answered with [`Event::Personal`](super::Event::Personal).
    Recommend {
        /// How many, 1 to 100.
        limit: usize,
        /// Which domains; absent for all.
        domains: Option<Vec<Domain>>,
    },
    /// Opens a party; answered with [`Event::Snapshot`](super::Event::Snapshot).
    Create {
        /// What it is like.
        new: NewParty,
        /// What it opens with, if that is known by its address.
        media: Option<Work>,
    },
    /// Joins a party, answered with [`Event::Snapshot`](super::Event::Snapshot) or [`Event::Resumed`](super::Event::Resumed).
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
    /// Leaves a party; answered with [`Event::Ack`](super::Event::Ack).
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
    /// Changes the party itself; answered with [`Event::Changed`](super::Event::Changed) or [`Event::Ack`](super::Event::Ack).
    Change {
        /// Which.
        party: PartyId,
        /// What.
        change: PartyChange,
    },
    /// Makes an invitation; answered with [`Event::Invitation`](super::Event::Invitation).
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
    /// What is to be done about the mood; going along with it where nothing was said.
    pub wish: Option<Wish>,
    /// Whether what they write and do may count for the mood of their parties; it may unless they say no.
    pub share_mood: Option<bool>,
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
    /// What its recommendations should be like.
    pub taste: Taste,
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
    /// What its recommendations should be like, as a whole.
    pub taste: Option<Taste>,
}
