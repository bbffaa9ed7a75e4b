//! Events as frames: one JSON object each, ready to be written to any socket that may see it.

mod card;
mod views;
mod watch;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

use crate::problem::Problem;
use bytes::Bytes;
use serde::Serialize;
use soiree_actors::{
    live::{
        Encode, Event, PartySnapshot,
        watch::{LeftReason, Verdict},
    },
    outbox::GapFrame,
};
use soiree_domain::{Item, ItemId, PartyId, UserId};
use std::sync::{Arc, OnceLock};
use views::{Four, Line, Seq};

/// Finds an item of the catalogue that is served now.
pub type Lookup = Box<dyn Fn(&ItemId) -> Option<Arc<Item>> + Send + Sync>;

/// The live channel's JSON. Items are shown with title, domain, year and creators once
/// [`JsonFrames::name_items`] was told where to find them.
#[derive(Default)]
pub struct JsonFrames {
    lookup: OnceLock<Lookup>,
}

impl JsonFrames {
    /// Frames that know nothing of items but their ids.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says where items are found. Called once, when the house that uses these frames has been started; later
    /// calls change nothing.
    pub fn name_items(&self, lookup: impl Fn(&ItemId) -> Option<Arc<Item>> + Send + Sync + 'static) {
        let _first_stands = self.lookup.set(Box::new(lookup));
    }

    fn snapshot(&self, snapshot: &PartySnapshot, reference: Option<&str>) -> Bytes {
        let lookup = self.lookup.get();
        let round = snapshot.recommendations.as_ref();
        let body = views::Snapshot {
            party: (&snapshot.party).into(),
            recovered: false,
            epoch: snapshot.party.epoch,
            seq: snapshot.seq,
            members: Seq(|| snapshot.members.iter().map(views::MemberCard::from)),
            banned: Seq(|| {
                let banned = snapshot.banned.iter();
                banned.map(|(user, name)| views::BannedCard { user: user.as_str(), name })
            }),
            chat: Seq(|| snapshot.chat.iter().map(|line| Line::new(None, line))),
            mood: views::Mood::new(None, &snapshot.mood),
            watching: watch::Watching::new(&snapshot.watching, lookup),
            recommendations: round.map(|(seq, at_ms, round)| {
                views::round(None, (*seq, *at_ms), round, &snapshot.viewer, lookup)
            }),
        };
        let room = 1_024
            + 128 * snapshot.members.len()
            + 256
                * (snapshot.chat.len() + snapshot.watching.queue.len() + snapshot.watching.poll.items.len());
        wire::text("party.snapshot", reference, &body, room)
    }
}

impl JsonFrames {
    /// Events about watching together.
    fn watching(&self, event: &Event, reference: Option<&str>) -> Bytes {
        let lookup = self.lookup.get();
        match event {
            Event::Playback { party, seq, playback } => {
                let playback = watch::PlaybackView::new(playback, lookup);
                let body = watch::PlaybackFrame { party: party.as_str(), seq: *seq, playback };
                wire::text("party.playback", reference, &body, 512)
            }
            Event::Correction { party, correction } => {
                let body = watch::CorrectionFrame::new(party.as_str(), correction);
                wire::text("party.correction", reference, &body, 256)
            }
            Event::Sync { party, sync } => {
                wire::text("party.sync", reference, &watch::SyncFrame::new(party.as_str(), sync), 192)
            }
            Event::Queue { party, seq, op, work, index, by } => {
                let body = watch::QueueFrame {
                    party: party.as_str(),
                    seq: *seq,
                    op: op.as_str(),
                    work: watch::WorkView::new(work, lookup),
                    index: *index,
                    by,
                };
                wire::text("party.queue", reference, &body, 512)
            }
            Event::Poll { party, seq, by, item, value, tally, skip, outcome } => {
                let body = watch::PollFrame {
                    party: party.as_str(),
                    seq: *seq,
                    by,
                    value: value.as_str(),
                    item: item.as_ref(),
                    tally: tally.as_ref().map(|tally| watch::TallyView::new(tally, None, lookup)),
                    skip: *skip,
                    outcome: outcome.map(Verdict::as_str),
                };
                wire::text("party.poll", reference, &body, 384)
            }
            Event::Typing { party, user } => wire::text(
                "party.typing",
                reference,
                &watch::TypingFrame { party: party.as_str(), user },
                160,
            ),
            Event::Invitation { party, invite, expires_at_ms, uses } => {
                let body = watch::InvitationFrame {
                    party: party.as_str(),
                    invite,
                    expires_at_ms: *expires_at_ms,
                    uses: *uses,
                };
                wire::text("party.invitation", reference, &body, 256)
            }
            other => self.encode(other, reference),
        }
    }
}

impl Encode for JsonFrames {
    fn encode(&self, event: &Event, reference: Option<&str>) -> Bytes {
        let lookup = self.lookup.get();
        match event {
            Event::Welcome { session, user, name, resume, server_time_ms, heartbeat_s } => {
                let body = views::Welcome {
                    session: session.as_str(),
                    user: user.as_str(),
                    name,
                    resume: resume.as_deref(),
                    server_time_ms: *server_time_ms,
                    heartbeat_s: *heartbeat_s,
                };
                wire::text("welcome", reference, &body, 320)
            }
            Event::Clock { t0, t1, t2 } => {
                wire::text("clock", reference, &views::ClockSample { t0: *t0, t1: *t1, t2: *t2 }, 128)
            }
            Event::Ack => wire::text("ack", reference, &views::Empty {}, 64),
            Event::Personal(answer) => {
                let body = views::personal(answer, lookup);
                wire::text("recommendations", reference, &body, 256 + 384 * answer.items.len())
            }
            Event::Snapshot(snapshot) => self.snapshot(snapshot, reference),
            Event::Resumed { party, epoch, seq, online, mood, watching } => {
                let body = views::Resumed {
                    party: party.as_str(),
                    recovered: true,
                    epoch: *epoch,
                    seq: *seq,
                    online: Seq(|| online.iter().map(UserId::as_str)),
                    mood: views::Mood::new(None, mood),
                    watching: watch::Watching::new(watching, lookup),
                };
                wire::text("party.resumed", reference, &body, 512 + 40 * online.len())
            }
            Event::Member { party, seq, member, change, by, reason } => {
                let body = views::Member {
                    party: party.as_str(),
                    seq: *seq,
                    change: change.as_str(),
                    member: member.into(),
                    by: by.as_ref().map(UserId::as_str),
                    reason: reason.map(LeftReason::as_str),
                };
                wire::text("party.member", reference, &body, 320)
            }
            Event::Chat { party, line } => {
                let body = Line::new(Some(party.as_str()), line);
                wire::text("party.chat", reference, &body, 256 + line.text.len())
            }
            Event::Changed { party, seq, now } => {
                let body = views::Changed {
                    party: party.as_str(),
                    seq: *seq,
                    name: &now.name,
                    visibility: now.visibility.as_str(),
                    control: now.control.as_str(),
                    wait: now.wait.as_str(),
                    locked: now.locked,
                    starts_at_ms: now.starts_at_ms,
                    taste: &now.taste,
                    item: now.item.as_ref().map(ItemId::as_str),
                };
                wire::text("party.changed", reference, &body, 320)
            }
            Event::Removed { party, seq, message } => {
                let message = message.map(views::Id);
                let body = views::Removed { party: party.as_str(), seq: *seq, message };
                wire::text("party.removed", reference, &body, 128)
            }
            Event::Sentiment { party, scores } => {
                let one = |(seq, score): &(i64, f32)| views::Score { seq: *seq, score: Four(*score) };
                let body = views::Sentiment { party: party.as_str(), scores: Seq(|| scores.iter().map(one)) };
                wire::text("party.sentiment", reference, &body, 128 + 40 * scores.len())
            }
            Event::Reaction { party, user, emoji, position_ms, at_ms } => {
                let body = views::Reaction {
                    party: party.as_str(),
                    user: user.as_str(),
                    emoji,
                    position_ms: *position_ms,
                    at_ms: *at_ms,
                };
                wire::text("party.reaction", reference, &body, 256)
            }
            Event::Mood { party, mood } => {
                wire::text("party.mood", reference, &views::Mood::new(Some(party.as_str()), mood), 384)
            }
            Event::Recommendations { party, seq, at_ms, round, viewer } => {
                let body = views::round(Some(party.as_str()), (*seq, *at_ms), round, viewer, lookup);
                wire::text("party.recommendations", reference, &body, 512 + 1_024 * round.items.len())
            }
            Event::Playback { .. }
            | Event::Correction { .. }
            | Event::Sync { .. }
            | Event::Queue { .. }
            | Event::Poll { .. }
            | Event::Typing { .. }
            | Event::Invitation { .. } => self.watching(event, reference),
            Event::Notice { text } => {
                wire::text("notice", reference, &views::Notice { text }, 64 + text.len())
            }
            Event::Problem(fault) => problem(&Problem::from(fault.clone()), reference, None),
        }
    }

    fn gap_frame(&self) -> GapFrame {
        gap
    }
}

/// The `gap` frame of dropped events.
fn gap(party: &PartyId, from: i64, to: i64) -> Bytes {
    wire::text("gap", None, &views::Gap { party: party.as_str(), from, to }, 160)
}

#[derive(Serialize)]
struct ProblemFrame<'a> {
    code: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[crate::problem::FieldView]>::is_empty")]
    errors: &'a [crate::problem::FieldView],
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u32>,
}

/// A `problem` frame: the same object as an HTTP problem, but for `type`, which names the frame.
/// `retry_after_ms` overrides what the table says.
pub(crate) fn problem(problem: &Problem, reference: Option<&str>, retry_after_ms: Option<u32>) -> Bytes {
    let view = problem.view("");
    let body = ProblemFrame {
        code: &view.code,
        title: &view.title,
        status: view.status,
        detail: &view.detail,
        errors: &view.errors,
        retry_after_ms: retry_after_ms.or(view.retry_after_ms),
    };
    wire::text("problem", reference, &body, 320 + view.detail.len())
}

/// The `bye` frame that goes before a close by the server.
pub(crate) fn bye(code: &str, reconnect_after_ms: Option<u32>) -> Bytes {
    wire::text("bye", None, &views::Bye { code, reconnect_after_ms }, 96)
}
