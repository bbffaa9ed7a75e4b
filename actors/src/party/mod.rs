//! The party's actor: a thin shell that asks [`state::State`] and does what it says.
//!
//! Everything a party does passes through here, so it has exactly one writer. Its mailbox holds
//! [`MAILBOX`] messages; a sender that finds it full hears `overloaded`. A panic in here costs this actor
//! alone: [`Lost`] tells the directory, which rebuilds the party from the journal around the same sockets.

pub(crate) mod mood;
pub(crate) mod record;
pub(crate) mod refresh;
pub(crate) mod release;
pub(crate) mod roster;
pub mod settings;
pub(crate) mod state;

use crate::{
    clock::Clock,
    directory::{Directory, PartyLost},
    fault::Fault,
    journal::Journal,
    live::{Because, Encode, Event, PartySnapshot},
    outbox::{Class, Outbox, StateKind},
    recommender::Recommender,
    sentiment::{Score, Sentiment},
};
use actix::ActorFutureExt;
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, SpawnHandle, WrapFuture};
use metrics::counter;
use record::{Numbered, Record};
use release::Release;
use roster::{Roster, Seat};
use soiree_domain::{Mood, PartyId, UserId};
use soiree_storage::{Entry, Outcome, Snapshot};
use state::{Conn, Effect, Joining, State};
use std::{sync::Arc, time::Duration};

#[cfg(test)]
mod tests;

/// Messages that may wait.
pub(crate) const MAILBOX: usize = 4_096;

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
    pub(crate) reply: Reply,
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

/// Makes the actor panic, to prove that a panic costs one actor.
#[cfg(test)]
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Panic;

/// Whom a party talks to.
#[derive(Clone)]
pub(crate) struct Peers {
    pub(crate) journal: Journal,
    pub(crate) sentiment: Addr<Sentiment>,
    pub(crate) recommender: Recommender,
    pub(crate) directory: Addr<Directory>,
    pub(crate) encode: Arc<dyn Encode>,
    pub(crate) clock: Clock,
}

/// Something that becomes visible in order.
enum Output {
    Announce { event: Numbered, author: Option<(Conn, Option<String>)> },
    Broadcast(Event),
    Latest(StateKind, Event),
    Tell { conn: Conn, event: Event, reference: Option<String> },
    Attach(Seat),
    Detach(Conn),
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
    peers: Peers,
    roster: Arc<Roster>,
    release: Release<Output>,
    /// Connections on their way in: they are attached when the release reaches them.
    arriving: Vec<Seat>,
    timer: Option<(i64, SpawnHandle)>,
    lost: Lost,
    /// The journal refused a write: this actor is about to be replaced.
    broken: bool,
}

impl Party {
    /// A party around a state and the sockets that already sit in it (after a crash of its predecessor).
    pub(crate) fn new(state: State, roster: Arc<Roster>, peers: Peers) -> Self {
        let lost = Lost {
            directory: peers.directory.clone(),
            party: state.party().id.clone(),
            fence: state.party().fence,
            orderly: false,
        };
        Self {
            state,
            peers,
            roster,
            release: Release::default(),
            arriving: Vec::new(),
            timer: None,
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
                Effect::Score { seq, text } => self.score(seq, text, ctx),
                Effect::Recommend(because) => self.recommend(because, ctx),
                Effect::Save(saved) => self.save(&saved),
            }
        }
        self.show();
        self.schedule(ctx);
    }

    fn journal(&mut self, event: &Numbered, ctx: &mut Context<Self>) {
        let party = self.state.party();
        let row = event.row(&party.id, party.epoch, party.fence);
        let seq = event.seq;
        self.release.wait_for(seq);
        match self.peers.journal.submit(Entry::PartyEvent(row)) {
            Ok(receipt) => {
                let done = receipt.into_actor(self).map(move |result, act, ctx| match result {
                    Ok(Ok(Outcome::Committed)) => {
                        act.release.committed(seq);
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

    fn score(&mut self, seq: i64, text: String, ctx: &mut Context<Self>) {
        let score = Score { seq, text, party: ctx.address() };
        if self.peers.sentiment.try_send(score).is_err() {
            counter!("soiree_scores_lost_total").increment(1);
        }
    }

    fn recommend(&mut self, because: Because, ctx: &mut Context<Self>) {
        let now_ms = self.now_ms();
        let members: Vec<UserId> = self.state.online().cloned().collect();
        let mood = self.state.room_mood(now_ms);
        let party = self.state.party().clone();
        let items = self.state.settings().round_items;
        let recommender = self.peers.recommender.clone();
        let ask = async move { recommender.round(&party, members, &mood, because, items).await };
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

    /// Shows everything that may be shown by now.
    fn show(&mut self) {
        while let Some(output) = self.release.next() {
            match output {
                Output::Announce { event, author } => self.announce(&event, author),
                Output::Broadcast(event) => {
                    let class = match &event {
                        Event::Reaction { party, .. } | Event::Sentiment { party, .. } => {
                            Class::Chat { party: party.clone(), seq: None }
                        }
                        _ => Class::Control,
                    };
                    let bytes = self.peers.encode.encode(&event, None);
                    self.roster.broadcast(&class, &bytes, None);
                }
                Output::Latest(kind, event) => {
                    let class = Class::State { party: Some(self.state.party().id.clone()), kind };
                    let bytes = self.peers.encode.encode(&event, None);
                    self.roster.broadcast(&class, &bytes, None);
                }
                Output::Tell { conn, event, reference } => {
                    let bytes = self.peers.encode.encode(&event, reference.as_deref());
                    self.roster.tell(conn, Class::Control, bytes);
                }
                Output::Attach(seat) => self.roster.attach(seat),
                Output::Detach(conn) => self.roster.detach(conn),
            }
        }
    }

    fn announce(&self, event: &Numbered, author: Option<(Conn, Option<String>)>) {
        let party = &self.state.party().id;
        if let Record::Round { .. } = &event.record {
            self.announce_round(event);
        } else {
            let chat = matches!(event.record, Record::Chat { .. });
            let class = if chat {
                Class::Chat { party: party.clone(), seq: Some(event.seq) }
            } else {
                Class::Control
            };
            let viewer = &self.state.party().host;
            let shown = event.event(party, viewer, |user| self.state.member_view(user));
            let reference =
                author.as_ref().and_then(|(conn, reference)| Some((*conn, reference.as_deref()?)));
            if let Some((conn, reference)) = reference {
                self.roster.tell(conn, Class::Control, self.peers.encode.encode(&shown, Some(reference)));
            }
            let bytes = self.peers.encode.encode(&shown, None);
            self.roster.broadcast(&class, &bytes, reference.map(|(conn, _)| conn));
        }
        self.roster.set_told_seq(event.seq);
    }

    /// Rounds differ by viewer: reasons from a person's history are shown to that person alone.
    fn announce_round(&self, event: &Numbered) {
        let party = &self.state.party().id;
        let mut encoded: Vec<(UserId, bytes::Bytes)> = Vec::new();
        for seat in self.roster.seats() {
            let bytes = match encoded.iter().find(|(user, _)| *user == seat.user) {
                Some((_, bytes)) => bytes.clone(),
                None => {
                    let shown = event.event(party, &seat.user, |user| self.state.member_view(user));
                    let bytes = self.peers.encode.encode(&shown, None);
                    encoded.push((seat.user.clone(), bytes.clone()));
                    bytes
                }
            };
            let class = Class::State { party: Some(party.clone()), kind: StateKind::Recommendations };
            seat.outbox.push(class, bytes);
        }
    }

    fn schedule(&mut self, ctx: &mut Context<Self>) {
        let due = self.state.next_due_ms();
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

impl Handler<Join> for Party {
    type Result = Result<(), Fault>;

    fn handle(&mut self, msg: Join, ctx: &mut Self::Context) -> Self::Result {
        let Join { user, name, since, admitted, reply } = msg;
        if !admitted && !self.state.is_member(&user) {
            return Err(Fault::WrongPassword);
        }
        let joining = Joining {
            conn: reply.conn,
            user: user.clone(),
            name: name.clone(),
            since,
            reference: reply.reference,
        };
        let effects = self.state.join(joining, self.peers.clock.now_ms())?;
        self.arriving.push(Seat { conn: reply.conn, user, name, outbox: reply.outbox });
        self.perform(effects, ctx);
        Ok(())
    }
}

impl Handler<Leave> for Party {
    type Result = Result<(), Fault>;

    fn handle(&mut self, msg: Leave, ctx: &mut Self::Context) -> Self::Result {
        let effects = self.state.leave(&msg.user, self.peers.clock.now_ms())?;
        self.perform(effects, ctx);
        Ok(())
    }
}

impl Handler<Disconnect> for Party {
    type Result = ();

    fn handle(&mut self, msg: Disconnect, ctx: &mut Self::Context) {
        let effects = self.state.disconnect(msg.conn, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Post> for Party {
    type Result = ();

    fn handle(&mut self, msg: Post, ctx: &mut Self::Context) {
        let Post { text, reply_to, reply } = msg;
        let now_ms = self.now_ms();
        let result = self.state.chat(reply.conn, text, reply_to, reply.reference.clone(), now_ms);
        self.answer(result, &reply, ctx);
    }
}

impl Handler<React> for Party {
    type Result = ();

    fn handle(&mut self, msg: React, ctx: &mut Self::Context) {
        let React { emoji, position_ms, reply } = msg;
        let now_ms = self.now_ms();
        let result = self.state.react(reply.conn, emoji, position_ms, now_ms);
        self.answer(result, &reply, ctx);
    }
}

impl Handler<SayMood> for Party {
    type Result = ();

    fn handle(&mut self, msg: SayMood, ctx: &mut Self::Context) {
        let effects = self.state.said_mood(&msg.user, msg.mood, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Deed> for Party {
    type Result = ();

    fn handle(&mut self, msg: Deed, ctx: &mut Self::Context) {
        let effects = self.state.deed(&msg.user, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Scored> for Party {
    type Result = ();

    fn handle(&mut self, msg: Scored, ctx: &mut Self::Context) {
        let effects = self.state.scored(msg.seq, msg.compound, self.peers.clock.now_ms());
        self.perform(effects, ctx);
    }
}

impl Handler<Stop> for Party {
    type Result = ();

    fn handle(&mut self, _msg: Stop, ctx: &mut Self::Context) {
        self.save(&self.state.saved());
        self.lost.orderly = true;
        ctx.stop();
    }
}

impl Handler<SnapshotQuery> for Party {
    type Result = actix::MessageResult<SnapshotQuery>;

    fn handle(&mut self, msg: SnapshotQuery, _ctx: &mut Self::Context) -> Self::Result {
        actix::MessageResult(self.state.snapshot(&msg.viewer, self.peers.clock.now_ms()))
    }
}

#[cfg(test)]
impl Handler<Panic> for Party {
    type Result = ();

    #[expect(clippy::panic, reason = "this message exists to prove what a panic costs")]
    fn handle(&mut self, _msg: Panic, _ctx: &mut Self::Context) {
        panic!("planned");
    }
}
