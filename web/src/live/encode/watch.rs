//! What stands in the frames about watching together.

use super::{Lookup, card::Card, views::Seq};
use serde::{Serialize, Serializer};
use soiree_actors::live::{
    self,
    watch::{Correction, PlayState, PollView, Queued, SkipTally, SyncReport, Tally, VoteValue, Work},
};
use soiree_domain::{ItemId, UserId};

/// A work: what the catalogue knows of it, and where players find it.
pub(super) struct WorkView<'a> {
    work: &'a Work,
    lookup: Option<&'a Lookup>,
}

impl<'a> WorkView<'a> {
    pub(super) fn new(work: &'a Work, lookup: Option<&'a Lookup>) -> Self {
        Self { work, lookup }
    }
}

#[derive(Serialize)]
struct WorkFields<'a> {
    #[serde(flatten)]
    card: Card,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
}

impl Serialize for WorkView<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Work { item, title, url, duration_ms } = self.work;
        let mut card = Card::new(item, self.lookup);
        // The catalogue's own title goes before what somebody calls it; an address is the last resort.
        let last = || url.as_deref().and_then(|url| url.rsplit('/').find(|part| !part.is_empty()));
        card.called = title.as_deref().or_else(last).map(str::to_owned);
        WorkFields { card, url: url.as_deref(), duration_ms: *duration_ms }.serialize(to)
    }
}

/// The party's clock.
#[derive(Serialize)]
pub(super) struct PlaybackView<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<WorkView<'a>>,
    part: u32,
    position_ms: i64,
    at_server_ms: i64,
    rate: f64,
    version: i64,
    because: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a UserId>,
    #[serde(skip_serializing_if = "<[UserId]>::is_empty")]
    waiting_for: &'a [UserId],
}

impl<'a> PlaybackView<'a> {
    pub(super) fn new(playback: &'a live::watch::Playback, lookup: Option<&'a Lookup>) -> Self {
        Self {
            state: playback.state.as_str(),
            work: playback.work.as_ref().map(|work| WorkView::new(work, lookup)),
            part: playback.part,
            position_ms: playback.position_ms,
            at_server_ms: playback.at_ms,
            rate: playback.rate,
            version: playback.version,
            because: playback.because.as_str(),
            by: playback.by.as_ref(),
            waiting_for: if playback.state == PlayState::Waiting { &playback.waiting_for } else { &[] },
        }
    }
}

/// `party.playback`.
#[derive(Serialize)]
pub(super) struct PlaybackFrame<'a> {
    pub(super) party: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<i64>,
    #[serde(flatten)]
    pub(super) playback: PlaybackView<'a>,
}

#[derive(Serialize)]
struct QueuedView<'a> {
    work: WorkView<'a>,
    by: &'a UserId,
}

#[derive(Serialize)]
pub(super) struct TallyView<'a> {
    #[serde(flatten)]
    card: Card,
    up: u32,
    down: u32,
    vetoes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<&'a str>,
}

impl<'a> TallyView<'a> {
    pub(super) fn new(tally: &Tally, mine: Option<VoteValue>, lookup: Option<&'a Lookup>) -> Self {
        let Tally { item, up, down, vetoes } = tally;
        let mine = mine.map(VoteValue::as_str);
        Self { card: Card::new(item, lookup), up: *up, down: *down, vetoes: *vetoes, mine }
    }
}

#[derive(Serialize)]
struct SkipView {
    #[serde(flatten)]
    tally: SkipTally,
    mine: bool,
}

struct PollFields<'a> {
    poll: &'a PollView,
    lookup: Option<&'a Lookup>,
}

#[derive(Serialize)]
struct PollBody<I: Serialize> {
    items: I,
    skip: SkipView,
}

impl Serialize for PollFields<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let items =
            Seq(|| self.poll.items.iter().map(|(tally, mine)| TallyView::new(tally, *mine, self.lookup)));
        let skip = SkipView { tally: self.poll.skip, mine: self.poll.skip_mine };
        PollBody { items, skip }.serialize(to)
    }
}

struct QueueFields<'a> {
    queue: &'a [Queued],
    lookup: Option<&'a Lookup>,
}

impl Serialize for QueueFields<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(
            self.queue
                .iter()
                .map(|entry| QueuedView { work: WorkView::new(&entry.work, self.lookup), by: &entry.by }),
        )
    }
}

/// What is played, waits and is voted on, as part of a snapshot.
#[derive(Serialize)]
pub(super) struct Watching<'a> {
    playback: PlaybackView<'a>,
    queue: QueueFields<'a>,
    poll: PollFields<'a>,
}

impl<'a> Watching<'a> {
    pub(super) fn new(watching: &'a live::Watching, lookup: Option<&'a Lookup>) -> Self {
        Self {
            playback: PlaybackView::new(&watching.playback, lookup),
            queue: QueueFields { queue: &watching.queue, lookup },
            poll: PollFields { poll: &watching.poll, lookup },
        }
    }
}

/// `party.queue`.
#[derive(Serialize)]
pub(super) struct QueueFrame<'a> {
    pub(super) party: &'a str,
    pub(super) seq: i64,
    pub(super) op: &'static str,
    pub(super) work: WorkView<'a>,
    pub(super) index: usize,
    pub(super) by: &'a UserId,
}

/// `party.poll`.
#[derive(Serialize)]
pub(super) struct PollFrame<'a> {
    pub(super) party: &'a str,
    pub(super) seq: i64,
    pub(super) by: &'a UserId,
    pub(super) value: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<&'a ItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tally: Option<TallyView<'a>>,
    pub(super) skip: SkipTally,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<&'static str>,
}

/// `party.correction`.
#[derive(Serialize)]
pub(super) struct CorrectionFrame<'a> {
    party: &'a str,
    version: i64,
    action: &'static str,
    drift_ms: i64,
    rate: f64,
    position_ms: i64,
    at_server_ms: i64,
}

impl<'a> CorrectionFrame<'a> {
    pub(super) fn new(party: &'a str, correction: &Correction) -> Self {
        let Correction { version, drift_ms, seek, rate, position_ms, at_ms } = *correction;
        let action = if seek { "seek" } else { "speed" };
        Self { party, version, action, drift_ms, rate, position_ms, at_server_ms: at_ms }
    }
}

/// `party.sync`.
#[derive(Serialize)]
pub(super) struct SyncFrame<'a> {
    party: &'a str,
    players: usize,
    p50_ms: i64,
    worst_ms: i64,
    buffering: &'a [UserId],
}

impl<'a> SyncFrame<'a> {
    pub(super) fn new(party: &'a str, sync: &'a SyncReport) -> Self {
        let SyncReport { players, p50_ms, worst_ms, buffering } = sync;
        Self { party, players: *players, p50_ms: *p50_ms, worst_ms: *worst_ms, buffering }
    }
}

/// `party.typing`.
#[derive(Serialize)]
pub(super) struct TypingFrame<'a> {
    pub(super) party: &'a str,
    pub(super) user: &'a UserId,
}

/// `party.invitation`.
#[derive(Serialize)]
pub(super) struct InvitationFrame<'a> {
    pub(super) party: &'a str,
    pub(super) invite: &'a str,
    pub(super) expires_at_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uses: Option<i64>,
}
