//! The sentiment model as an actor: parties ask, and are told afterwards. Chat never waits for it.

use crate::party::{Party, Scored};
use actix::{Actor, Addr, Context, Handler, Message};
use metrics::counter;
use soiree_algorithms::sentiment::Vader;
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
    /// Who asks.
    pub(crate) party: Addr<Party>,
}

/// Scores lines with VADER, a few microseconds each.
pub(crate) struct Sentiment {
    vader: Arc<Vader>,
}

/// Lines that may wait to be scored.
const MAILBOX: usize = 16_384;

impl Sentiment {
    pub(crate) fn new(vader: Arc<Vader>) -> Self {
        Self { vader }
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
        #[expect(clippy::cast_possible_truncation, reason = "a score has four decimals")]
        let compound = self.vader.compound(&msg.text) as f32;
        if msg.party.try_send(Scored { seq: msg.seq, compound }).is_err() {
            counter!("soiree_scores_lost_total").increment(1);
        }
    }
}
