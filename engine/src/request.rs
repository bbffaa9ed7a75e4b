//! What is asked and what is answered.

use soiree_domain::{
    Domain, InteractionKind, ItemId, ModelVersion, Mood, Reason, Scored, Strategy, Surface, UserId, Wish,
};

/// One deed in a person's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// On what.
    pub item: ItemId,
    /// What.
    pub kind: InteractionKind,
    /// As in [`soiree_domain::Interaction::value`].
    pub value: Option<f32>,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
}

/// A friend and what they did lately.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FriendEvents<'a> {
    /// Who.
    pub user: &'a UserId,
    /// The name that reasons use.
    pub name: &'a str,
    /// Their deeds, in any order.
    pub events: &'a [Event],
    /// Parties that both were in.
    pub evenings: u32,
    /// Whether reasons may name them: friends they are, and not only companions of some evening.
    pub known: bool,
}

/// Somebody to recommend to, as they are at this moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person<'a> {
    /// Who; reasons from their history are private to them.
    pub user: &'a UserId,
    /// Their deeds, in any order; those of the live session count like all others.
    pub history: &'a [Event],
    /// Their friends.
    pub friends: &'a [FriendEvents<'a>],
    /// What they never want to see.
    pub exclude: &'a [ItemId],
    /// The least age they may have, in years, if known. What is rated above it is kept from them, and from a group
    /// that they are in.
    pub age: Option<u8>,
}

impl<'a> Person<'a> {
    /// A person with a history and nothing else.
    #[must_use]
    pub fn new(user: &'a UserId, history: &'a [Event]) -> Self {
        Self { user, history, friends: &[], exclude: &[], age: None }
    }
}

/// Several people who get one list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group<'a> {
    /// Who.
    pub members: &'a [Person<'a>],
    /// How much each counts, in their order; missing ones count 1.
    pub weights: &'a [f32],
    /// How members are weighed against one another.
    pub strategy: Strategy,
    /// What must not come.
    pub vetoes: &'a [ItemId],
    /// What these people have watched together before; empty for people who meet for the first time.
    pub together: &'a [Together],
}

/// A work that a group, or much of it, has had together.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// Which.
    pub item: ItemId,
    /// How much it says about this group by evenings to which all of it came, 0 to 3.
    pub all: f32,
    /// The same by evenings to which only some of it came. Where it is above 0 somebody may not know of it, so that no
    /// reason that all of them read may speak of it.
    pub some: f32,
}

impl Together {
    /// How much it says about this group, 0 to 3.
    #[must_use]
    pub fn weight(&self) -> f32 {
        (self.all + self.some).min(3.0)
    }
}

impl<'a> Group<'a> {
    /// Members of equal weight, without vetoes and without a past.
    #[must_use]
    pub fn new(members: &'a [Person<'a>], strategy: Strategy) -> Self {
        Self { members, weights: &[], strategy, vetoes: &[], together: &[] }
    }
}

/// The moment of the request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// Now, in Unix milliseconds.
    pub now_ms: i64,
    /// Offset of local time from UTC in minutes, if known.
    pub utc_offset_min: Option<i32>,
    /// How the person feels, or the room.
    pub mood: Option<Mood>,
    /// What is to be done about it.
    pub wish: Wish,
    /// What is on now; it is not recommended itself, but its kin are.
    pub now_on: Option<ItemId>,
    /// The device, in the client's words.
    pub device: Option<String>,
}

/// Which items may be in the answer at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// At least one of these genres; empty allows all.
    pub genres: Vec<String>,
    /// Not older than this year. Items without a year do not pass.
    pub year_from: Option<i32>,
    /// Not younger than this year. Items without a year do not pass.
    pub year_to: Option<i32>,
    /// Age rating at most this, in years; items without a rating pass. The ages of people count besides.
    pub max_age_rating: Option<u8>,
    /// Running time at most this, in minutes; items without one pass.
    pub max_duration_min: Option<u32>,
    /// Original language, ISO 639-1.
    pub language: Option<String>,
    /// Never these.
    pub exclude: Vec<ItemId>,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// How many items, at most 500 are given.
    pub limit: usize,
    /// Only these domains, ranked together; `None` mixes all by quota.
    pub domains: Option<Vec<Domain>>,
    /// Which items may come.
    pub filter: Filter,
    /// Whether reasons are wanted.
    pub explain: bool,
    /// Where the answer is shown.
    pub surface: Surface,
}

impl Default for Request {
    fn default() -> Self {
        Self { limit: 10, domains: None, filter: Filter::default(), explain: true, surface: Surface::Home }
    }
}

/// The most items one answer has.
pub const MAX_LIMIT: usize = 500;

/// A personal answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The bundle that made it.
    pub version: ModelVersion,
    /// Best first.
    pub items: Vec<Scored>,
    /// Names of the models that the bundle does not have.
    pub left_out: Vec<&'static str>,
}

/// One item of a group answer.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupItem {
    /// The item.
    pub item: ItemId,
    /// What the strategy made of the members' fits, 0 to 1.
    pub score: f32,
    /// How well it suits each member, 0 to 1, in the order of the request; 1 is the member's best candidate.
    pub satisfaction: Vec<f32>,
    /// Why it is here; those with `private_to` are for that member alone.
    pub reasons: Vec<Reason>,
}

/// An answer for a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupAnswer {
    /// The bundle that made it.
    pub version: ModelVersion,
    /// The strategy that made it.
    pub strategy: Strategy,
    /// Best first.
    pub items: Vec<GroupItem>,
    /// How close the whole list comes to each member's own best list, 0 to 1, in the order of the request.
    pub satisfaction: Vec<f32>,
    /// The least of them.
    pub min_satisfaction: f32,
    /// Their mean.
    pub mean_satisfaction: f32,
    /// Largest less smallest.
    pub spread: f32,
    /// The age that ratings were held to: the youngest member's, or the request's, if either is known.
    pub age_limit: Option<u8>,
    /// Names of the models that the bundle does not have.
    pub left_out: Vec<&'static str>,
}
