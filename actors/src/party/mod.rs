//! The party's actor: a thin shell that asks [`state::State`] and does what it says.
//!
//! Everything a party does passes through here, so it has exactly one writer. Its mailbox holds
//! [`MAILBOX`] messages; a sender that finds it full hears `overloaded`. A panic in here costs this actor
//! alone: [`Lost`] tells the directory, which rebuilds the party from the journal around the same sockets.

pub(crate) mod change;
mod clock;
mod handlers;
mod messages;
pub(crate) mod mood;
mod players;
mod poll;
mod queue;
pub(crate) mod record;
pub(crate) mod refresh;
pub(crate) mod release;
pub(crate) mod restore;
pub(crate) mod rights;
pub(crate) mod roster;
pub mod settings;
mod show;
pub(crate) mod state;

use crate::{
    clock::Clock,
    directory::{Directory, PartyLost},
    fault::Fault,
    journal::Journal,
    live::{Because, Encode, Event},
    outbox::{Class, StateKind},
    recommender::{Recommender, Seated},
    sentiment::{Score, Sentiment},
};
use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, SpawnHandle, WrapFuture};
use arc_swap::ArcSwap;
use metrics::counter;
use record::{Numbered, Record};
use release::Release;
use roster::{Roster, Seat};
use soiree_domain::{ItemId, PartyId, UserId};
use soiree_storage::{Entry, Outcome, Snapshot, Store};
use state::{Conn, Effect, State};
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use messages::Panic;
pub(crate) use messages::{
    Change, Deed, Disconnect, Do, Join, Leave, MayInvite, Post, React, Reply, SayMood, Scored, ShareMood,
    SnapshotQuery, Stop,
};

/// Messages that may wait.
pub(crate) const MAILBOX: usize = 4_096;

/// Whom a party talks to.
#[derive(Clone)]
pub(crate) struct Peers {
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) sentiment: Addr<Sentiment>,
    pub(crate) recommender: Recommender,
    pub(crate) directory: Addr<Directory>,
    pub(crate) encode: Arc<dyn Encode>,
    pub(crate) clock: Clock,
}

/// Something that becomes visible in order.
enum Output {
    Announce {
        event: Numbered,
        author: Option<(Conn, Option<String>)>,
    },
    Broadcast(Event),
    Latest(StateKind, Event),
    Tell {
        conn: Conn,
        event: Event,
        reference: Option<String>,
    },
    Attach(Seat),
    Detach(Conn),
    /// The content of this event goes from the journal.
    Empty(i64),
    /// Everything before it has been written and told.
    Reached(oneshot::Sender<()>),
}

/// Tells the directory when the actor is gone, also when a panic unwinds through it.
struct Lost {
    directory: Addr<Directory>,
    party: PartyId,
    fence: i64,
    /// Whether the actor ended as it should.
    orderly: bool,
}

impl Drop for Lost {
    fn drop(&mut self) {
        let lost = PartyLost { party: self.party.clone(), fence: self.fence, orderly: self.orderly };
        #[expect(clippy::disallowed_methods, reason = "a lifecycle message must not be refused")]
        self.directory.do_send(lost);
    }
}

/// The actor of one party.
pub(crate) struct Party {
    state: State,
    /// The party's lasting part, for those who do not want to wait for the actor.
    lasting: Arc<ArcSwap<soiree_domain::Party>>,
    peers: Peers,
    roster: Arc<Roster>,
    release: Release<Output>,
    /// Connections on their way in: they are attached when the release reaches them.
    arriving: Vec<Seat>,
    timer: Option<(i64, SpawnHandle)>,
    /// The work whose mood was told to the state last.
    on_air: Option<ItemId>,
    lost: Lost,
    /// The journal refused a write: this actor is about to be replaced.
    broken: bool,
}

impl Party {
    /// A party around a state and the sockets that already sit in it (after a crash of its predecessor).
    pub(crate) fn new(
        state: State,
        lasting: Arc<ArcSwap<soiree_domain::Party>>,
        roster: Arc<Roster>,
        peers: Peers,
    ) -> Self {
        let lost = Lost {
            directory: peers.directory.clone(),
            party: state.party().id.clone(),
            fence: state.party().fence,
            orderly: false,
        };
        Self {
            state,
            lasting,
            peers,
            roster,
            release: Release::default(),
            arriving: Vec::new(),
            timer: None,
            on_air: None,
            lost,
            broken: false,
        }
    }

    fn now_ms(&self) -> i64 {
        self.peers.clock.now_ms()
    }

    /// The only function that sends, stores or schedules.
    fn perform(&mut self, effects: Vec<Effect>, ctx: &mut Context<Self>) {
        for effect in effects {
            match effect {
                Effect::Journal(event) => self.journal(&event, ctx),
                Effect::Announce { event, author } => self.release.put(Output::Announce { event, author }),
                Effect::Broadcast(event) => self.release.put(Output::Broadcast(event)),
                Effect::Latest(kind, event) => self.release.put(Output::Latest(kind, event)),
                Effect::Tell { conn, event, reference } => {
                    self.release.put(Output::Tell { conn, event, reference });
                }
                Effect::Attach(conn) => {
                    if let Some(at) = self.arriving.iter().position(|seat| seat.conn == conn) {
                        let seat = self.arriving.swap_remove(at);
                        self.release.put(Output::Attach(seat));
                    }
                }
                Effect::Detach(conn) => self.release.put(Output::Detach(conn)),
                Effect::Score { seq, text, before } => self.score(seq, text, before, ctx),
                Effect::Recommend(because) => self.recommend(because, ctx),
                Effect::Save(saved) => self.save(&saved),
                Effect::Row(party) => self.write_row(party, ctx),
                Effect::Empty(seq) => self.release.put(Output::Empty(seq)),
                Effect::Sleep => self.sleep(ctx),
            }
        }
        self.look_at_what_is_on();
        self.show();
        self.schedule(ctx);
    }

    /// A work that begins brings its own mood, which the state cannot look up.
    fn look_at_what_is_on(&mut self) {
        if self.state.playing() == self.on_air.as_ref() {
            return;
        }
        self.on_air = self.state.playing().cloned();
        let catalogue = self.peers.recommender.catalogue();
        let mood = self.on_air.as_ref().and_then(|item| catalogue.mood(catalogue.index_of(item)?));
        let now_ms = self.now_ms();
        self.state.on_air(mood, now_ms);
    }

    fn journal(&mut self, event: &Numbered, ctx: &mut Context<Self>) {
        let party = self.state.party();
        let row = event.row(&party.id, party.epoch, party.fence);
        let seq = event.seq;
        // A busy chat is not copied for this.
        let telling = matches!(event.record, Record::Left { .. } | Record::Playback { .. });
        let record = telling.then(|| event.record.clone());
        self.release.wait_for(seq);
        match self.peers.journal.submit(Entry::PartyEvent(row)) {
            Ok(receipt) => {
                let done = receipt.into_actor(self).map(move |result, act, ctx| match result {
                    Ok(Ok(Outcome::Committed)) => {
                        act.release.committed(seq);
                        if let Some(record) = &record {
                            act.peers.recommender.happened(&act.state.party().id, record);
                        }
                        act.show();
                    }
                    failed => act.give_up(seq, &format!("{failed:?}"), ctx),
                });
                ctx.spawn(done);
            }
            Err(fault) => self.give_up(seq, fault.code(), ctx),
        }
    }

    /// An event could not be written, so this state is ahead of the truth. The actor stops and is rebuilt
    /// from the journal; authors of what was not stored are told.
    fn give_up(&mut self, seq: i64, why: &str, ctx: &mut Context<Self>) {
        if self.broken {
            return;
        }
        self.broken = true;
        let party = &self.state.party().id;
        tracing::error!(%party, seq, why, "a party could not write its journal and is rebuilt");
        let mut release = std::mem::take(&mut self.release);
        release.drain_all(|output| {
            if let Output::Announce { author: Some((conn, Some(reference))), .. } = output {
                let bytes = self.peers.encode.encode(&Event::Problem(Fault::NotStored), Some(&reference));
                self.roster.tell(conn, Class::Control, bytes);
            }
        });
        ctx.stop();
    }

    fn score(&mut self, seq: i64, text: String, before: Option<(i64, String)>, ctx: &mut Context<Self>) {
        let score = Score { seq, text, before, party: ctx.address() };
        if self.peers.sentiment.try_send(score).is_err() {
            counter!("soiree_scores_lost_total").increment(1);
        }
    }

    fn recommend(&mut self, because: Because, ctx: &mut Context<Self>) {
        let now_ms = self.now_ms();
        let seated = |user: &UserId| Seated {
            user: user.clone(),
            weight: self.state.weight(user, now_ms),
            votes: self.state.votes(user),
        };
        let members = self.state.online().map(seated).collect();
        let mood = self.state.room_mood(now_ms);
        let mut party = self.state.party().clone();
        party.item = self.state.playing().cloned().or(party.item);
        let items = self.state.settings().round_items;
        let vetoes = self.state.vetoed();
        let recommender = self.peers.recommender.clone();
        let ask = async move { recommender.round(&party, members, vetoes, &mood, because, items).await };
        ctx.spawn(ask.into_actor(self).map(|round, act, ctx| {
            let round = round.inspect_err(|fault| tracing::debug!(%fault, "a round was left out")).ok();
            let now_ms = act.now_ms();
            let effects = act.state.round_ready(round, now_ms);
            act.perform(effects, ctx);
        }));
    }

    fn save(&self, saved: &record::Saved) {
        let party = self.state.party();
        let body = serde_json::to_string(saved).expect("a saved state is plain values with text keys");
        self.peers.journal.tell(Entry::Snapshot(Snapshot {
            party: party.id.clone(),
            epoch: party.epoch,
            seq: saved.seq,
            fence: party.fence,
            body,
        }));
    }

    /// Writes the party's row. The journal has the change already, so that a failure is mended by the next change;
    /// nothing else is handled meanwhile, so that rows are written in their order.
    fn write_row(&self, party: soiree_domain::Party, ctx: &mut Context<Self>) {
        self.lasting.store(Arc::new(party.clone()));
        let store = self.peers.store.clone();
        let write = async move { (store.update_party(&party).await, party.id) };
        ctx.wait(write.into_actor(self).map(|(written, party), _, _| {
            if !matches!(written, Ok(true)) {
                tracing::warn!(%party, ?written, "a party's row was not written");
            }
        }));
    }

    fn schedule(&mut self, ctx: &mut Context<Self>) {
        let due = self.state.next_due_ms(self.now_ms());
        if self.timer.map(|(at, _)| at) == due {
            return;
        }
        if let Some((_, handle)) = self.timer.take() {
            ctx.cancel_future(handle);
        }
        if let Some(due) = due {
            let wait_ms = u64::try_from(due - self.now_ms()).unwrap_or(0).max(1);
            let handle = ctx.run_later(Duration::from_millis(wait_ms), |act, ctx| {
                act.timer = None;
                let now_ms = act.now_ms();
                let effects = act.state.tick(now_ms);
                act.perform(effects, ctx);
            });
            self.timer = Some((due, handle));
        }
    }

    /// Saves everything and stops; the directory starts the party again when somebody asks for it.
    fn sleep(&mut self, ctx: &mut Context<Self>) {
        tracing::debug!(party = %self.state.party().id, "a party goes to sleep");
        counter!("soiree_parties_slept_total").increment(1);
        self.save(&self.state.saved());
        self.lost.orderly = true;
        ctx.stop();
    }

    fn refuse(&self, reply: &Reply, fault: Fault) {
        let bytes = self.peers.encode.encode(&Event::Problem(fault), reply.reference.as_deref());
        reply.outbox.push(Class::Control, bytes);
    }

    fn answer(&mut self, result: Result<Vec<Effect>, Fault>, reply: &Reply, ctx: &mut Context<Self>) {
        match result {
            Ok(effects) => self.perform(effects, ctx),
            Err(fault) => self.refuse(reply, fault),
        }
    }
}

impl Actor for Party {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        let now_ms = self.now_ms();
        // After a crash the sockets are still there: they hear what they had not been told.
        let effects = self.state.readopt(&self.roster.seats(), self.roster.told_seq(), now_ms);
        self.perform(effects, ctx);
    }
}
