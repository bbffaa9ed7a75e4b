//! The sentiment model as an actor: parties ask, and are told afterwards. Chat never waits for it.

use crate::party::{Party, Scored};
use actix::{Actor, Addr, Context, Handler, Message};
use metrics::counter;
use soiree_algorithms::sentiment::{ChatScorer, ChatThread};
use std::sync::Arc;

/// A line to score. Sent by a party after numbering it; when it is lost (a full mailbox, counted), the line
/// simply has no score.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(crate) struct Score {
    /// The line's number.
    pub(crate) seq: i64,
    /// Its words.
    pub(crate) text: String,
    /// The author's line before it, if that was a moment ago: by how many milliseconds, and its words.
    pub(crate) before: Option<(i64, String)>,
    /// Who asks.
    pub(crate) party: Addr<Party>,
}

/// Scores lines of chat, a few microseconds each.
pub(crate) struct Sentiment {
    scorer: Arc<ChatScorer>,
}

/// Lines that may wait to be scored.
const MAILBOX: usize = 16_384;

impl Sentiment {
    pub(crate) fn new(scorer: Arc<ChatScorer>) -> Self {
        Self { scorer }
    }
}

impl Sentiment {
    /// A sentence may begin in the author's line before: "i wouldn't say", "boring".
    fn score(&self, msg: &Score) -> f64 {
        let mut thread = ChatThread::default();
        let gap_ms = msg.before.as_ref().map_or(0, |(gap_ms, text)| {
            self.scorer.follow(&mut thread, 0, text);
            *gap_ms
        });
        self.scorer.follow(&mut thread, gap_ms, &msg.text).compound
    }
}

impl Actor for Sentiment {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Score> for Sentiment {
    type Result = ();

    fn handle(&mut self, msg: Score, _ctx: &mut Self::Context) {
        #[expect(clippy::cast_possible_truncation, reason = "a score needs no more digits")]
        let compound = self.score(&msg) as f32;
        if msg.party.try_send(Scored { seq: msg.seq, compound }).is_err() {
            counter!("soiree_scores_lost_total").increment(1);
        }
    }
}
