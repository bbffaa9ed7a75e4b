//! One live connection: who it is, what is going on around them, and the parties they are in.
//!
//! The socket's edge sends one [`Incoming`] at a time and waits for it, which is the back-pressure of the
//! reading side. Answers go into the [`Outbox`]. Joining and leaving hold the later commands back until
//! they are done, so that a chat line never overtakes the join before it.

use crate::{
    directory::{Find, Live, Sits},
    fault::Fault,
    house::House,
    live::{
        Command, Event, LiveContext, NewParty, PartyChange, Personal,
        watch::{Act, PartyAct, Steer, Work},
    },
    outbox::{Class, Outbox, StateKind},
    party::{self, Reply},
    recommender::PersonalQuery,
};
use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, ContextFutureSpawner, Handler, Message,
    WrapFuture,
};
use metrics::gauge;
use soiree_domain::{Domain, Interaction, PartyId, SessionId, Surface, User};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Most parties one connection may be in at a time.
pub const MAX_PARTIES: usize = 16;

/// A command of the client. Sent by the socket's edge, one at a time.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Incoming {
    /// What the client asks.
    pub command: Command,
    /// The command's `ref`, repeated in the answer.
    pub reference: Option<String>,
}

/// The socket is gone. Sent by the socket's edge; must not be lost.
#[derive(Message)]
#[rtype(result = "()")]
struct Gone;

/// The edge's hold on a session; dropping it ends the session.
pub struct SessionLink {
    /// The session's id, told in `welcome`.
    pub id: SessionId,
    pub(crate) addr: Addr<Session>,
}

impl SessionLink {
    /// Hands a command over and waits until the session has taken it. False when the session is gone.
    pub async fn send(&self, incoming: Incoming) -> bool {
        self.addr.send(incoming).await.is_ok()
    }
}

impl Drop for SessionLink {
    fn drop(&mut self) {
        #[expect(clippy::disallowed_methods, reason = "a lifecycle message must not be refused")]
        self.addr.do_send(Gone);
    }
}

static NEXT_CONN: AtomicU64 = AtomicU64::new(1);

/// What opens a private party.
#[derive(Default)]
struct Key {
    password: Option<String>,
    invite: Option<String>,
}

/// The actor of one connection.
pub(crate) struct Session {
    id: SessionId,
    conn: u64,
    user: User,
    outbox: Outbox,
    house: House,
    context: LiveContext,
    parties: BTreeMap<PartyId, Live>,
    /// The last personal question, asked again when something may have changed its answer.
    asked: Option<(usize, Option<Vec<Domain>>)>,
    shown: Option<Arc<Personal>>,
}

impl Session {
    pub(crate) fn new(id: SessionId, user: User, outbox: Outbox, house: House) -> Self {
        Self {
            id,
            conn: NEXT_CONN.fetch_add(1, Ordering::Relaxed),
            user,
            outbox,
            house,
            context: LiveContext::default(),
            parties: BTreeMap::new(),
            asked: None,
            shown: None,
        }
    }

    fn reply(&self, reference: Option<String>) -> Reply {
        Reply { conn: self.conn, outbox: self.outbox.clone(), reference }
    }

    fn tell(&self, event: &Event, reference: Option<&str>) {
        let class = match event {
            Event::Personal(_) if reference.is_none() => {
                Class::State { party: None, kind: StateKind::Personal }
            }
            _ => Class::Control,
        };
        self.outbox.push(class, self.house.encode().encode(event, reference));
    }

    fn answer(&self, result: Result<(), Fault>, reference: Option<&str>) {
        let event = result.map_or_else(Event::Problem, |()| Event::Ack);
        self.tell(&event, reference);
    }

    /// Sends to a party the session is in; a party that was rebuilt meanwhile is looked up again.
    fn pass_on<M>(&mut self, party: &PartyId, message: M, reference: Option<&str>, ctx: &mut Context<Self>)
    where
        M: Message<Result = ()> + Send + 'static,
        party::Party: Handler<M>,
    {
        let Some(live) = self.parties.get(party) else {
            self.tell(&Event::Problem(Fault::NotAMember), reference);
            return;
        };
        let message = match live.addr.try_send(message) {
            Ok(()) => return,
            Err(actix::dev::SendError::Full(_)) => {
                self.tell(&Event::Problem(Fault::Overloaded("this party")), reference);
                return;
            }
            Err(actix::dev::SendError::Closed(message)) => message,
        };
        let find = self.house.directory().send(Find { party: party.clone() });
        let (party, reference) = (party.clone(), reference.map(str::to_owned));
        find.into_actor(self)
            .map(move |found, act, _| match found {
                Ok(Ok(live)) => {
                    if live.addr.try_send(message).is_err() {
                        act.tell(&Event::Problem(Fault::Overloaded("this party")), reference.as_deref());
                    }
                    act.parties.insert(party, live);
                }
                Ok(Err(fault)) => act.tell(&Event::Problem(fault), reference.as_deref()),
                Err(_) => act.tell(&Event::Problem(Fault::Overloaded("the directory")), reference.as_deref()),
            })
            .wait(ctx);
    }

    fn join(
        &mut self,
        party: PartyId,
        key: Key,
        since: Option<(i64, i64)>,
        reference: Option<String>,
        ctx: &mut Context<Self>,
    ) {
        if self.parties.len() >= MAX_PARTIES && !self.parties.contains_key(&party) {
            let fault =
                Fault::field("party", format!("a connection can be in {MAX_PARTIES} parties at a time"));
            self.tell(&Event::Problem(fault), reference.as_deref());
            return;
        }
        let (house, user) = (self.house.clone(), self.user.clone());
        let reply = self.reply(reference.clone());
        let shares_mood = self.context.share_mood.unwrap_or(true);
        let id = party.clone();
        let enter = async move {
            let mut live = house.find_party(&id).await?;
            let admitted = house.admits(&live.party.load_full(), key.password, key.invite).await?;
            let join = || {
                let (user, name, reply) = (user.id.clone(), user.name.clone(), reply.clone());
                party::Join { user, name, since, admitted, shares_mood, reply }
            };
            let mut joined = live.addr.send(join()).await;
            if joined.is_err() {
                // It went to sleep at this very moment.
                live = house.find_party(&id).await?;
                joined = live.addr.send(join()).await;
            }
            joined.map_err(|_| Fault::Overloaded("this party"))??;
            Ok(live)
        };
        enter
            .into_actor(self)
            .map(move |entered: Result<Live, Fault>, act, _| match entered {
                Ok(live) => act.sit(party, live),
                Err(fault) => act.tell(&Event::Problem(fault), reference.as_deref()),
            })
            .wait(ctx);
    }

    fn sit(&mut self, party: PartyId, live: Live) {
        if self.parties.insert(party.clone(), live).is_none() {
            self.tell_directory(party, true);
        }
    }

    fn tell_directory(&self, party: PartyId, here: bool) {
        let sits = Sits { user: self.user.id.clone(), party, here };
        #[expect(clippy::disallowed_methods, reason = "coming and going are lifecycle messages")]
        self.house.directory().do_send(sits);
    }

    /// Opens a party, joins it, and loads what it opens with if that is no work of the catalogue.
    fn create(
        &mut self,
        new: NewParty,
        media: Option<Work>,
        reference: Option<String>,
        ctx: &mut Context<Self>,
    ) {
        let (house, host) = (self.house.clone(), self.user.id.clone());
        let key = Key { password: new.password.clone(), invite: None };
        let open = async move { house.open_party(host, new).await };
        open.into_actor(self)
            .map(move |opened, act, ctx| match opened {
                Ok(party) => {
                    act.join(party.id.clone(), key, None, reference, ctx);
                    if let Some(work) = media {
                        let load = Act::Steer(Steer::Load { work, position_ms: 0, part: 0 });
                        ctx.notify(Later(PartyAct { party: party.id, act: load }));
                    }
                }
                Err(fault) => act.tell(&Event::Problem(fault), reference.as_deref()),
            })
            .wait(ctx);
    }

    fn leave(&mut self, party: PartyId, reference: Option<String>, ctx: &mut Context<Self>) {
        let Some(live) = self.parties.remove(&party) else {
            self.tell(&Event::Problem(Fault::NotAMember), reference.as_deref());
            return;
        };
        self.tell_directory(party, false);
        let leave = live.addr.send(party::Leave { user: self.user.id.clone() });
        leave
            .into_actor(self)
            .map(move |left, act, _| {
                act.answer(left.unwrap_or(Err(Fault::Overloaded("this party"))), reference.as_deref());
            })
            .wait(ctx);
    }

    fn change(
        &mut self,
        party: PartyId,
        change: PartyChange,
        reference: Option<String>,
        ctx: &mut Context<Self>,
    ) {
        let (house, by) = (self.house.clone(), self.user.id.clone());
        let change = async move { house.change_party(&party, change, Some(by)).await };
        ctx.spawn(change.into_actor(self).map(move |changed, act, _| {
            act.answer(changed.map(|_| ()), reference.as_deref());
        }));
    }

    fn invite(
        &mut self,
        party: PartyId,
        uses: Option<i64>,
        lives_ms: i64,
        reference: Option<String>,
        ctx: &mut Context<Self>,
    ) {
        let (house, by, id) = (self.house.clone(), self.user.id.clone(), party.clone());
        let invite = async move { house.invite(&id, by, uses, lives_ms).await };
        ctx.spawn(invite.into_actor(self).map(move |made, act, _| {
            let event = match made {
                Ok((invite, expires_at_ms)) => Event::Invitation { party, invite, expires_at_ms, uses },
                Err(fault) => Event::Problem(fault),
            };
            act.tell(&event, reference.as_deref());
        }));
    }

    fn interaction(&mut self, row: Interaction, reference: Option<String>, ctx: &mut Context<Self>) {
        let house = self.house.clone();
        let record = async move { house.record(vec![row], None).await };
        ctx.spawn(record.into_actor(self).map(move |result, act, ctx| {
            let stored = result.is_ok();
            act.answer(result, reference.as_deref());
            if stored && let Some((limit, domains)) = act.asked.clone() {
                act.recommend(limit, domains, None, ctx);
            }
        }));
    }

    /// Answers a question (`reference` given or first time), or pushes what has changed since.
    fn recommend(
        &mut self,
        limit: usize,
        domains: Option<Vec<Domain>>,
        asked: Option<Option<String>>,
        ctx: &mut Context<Self>,
    ) {
        if asked.is_some() {
            self.asked = Some((limit, domains.clone()));
        }
        let query = PersonalQuery {
            user: self.user.id.clone(),
            limit,
            domains,
            filter: soiree_engine::Filter::default(),
            context: self.context.clone(),
            explain: true,
            surface: Surface::Home,
        };
        let house = self.house.clone();
        let ask = async move { house.recommend(query).await };
        ctx.spawn(ask.into_actor(self).map(move |answer, act, _| match answer {
            Ok(personal) => {
                let ids = |p: &Personal| p.items.iter().map(|i| i.item.clone()).collect::<Vec<_>>();
                let news = act.shown.as_ref().is_none_or(|shown| ids(shown) != ids(&personal));
                if asked.is_some() || news {
                    let personal = Arc::new(personal);
                    act.shown = Some(Arc::clone(&personal));
                    act.tell(&Event::Personal(personal), asked.flatten().as_deref());
                }
            }
            Err(fault) => {
                if let Some(reference) = asked {
                    act.tell(&Event::Problem(fault), reference.as_deref());
                }
            }
        }));
    }

    fn set_context(&mut self, new: LiveContext) {
        if let Some(shares) = new.share_mood {
            for live in self.parties.values() {
                let message = party::ShareMood { conn: self.conn, user: self.user.id.clone(), shares };
                #[expect(clippy::disallowed_methods, reason = "a wish for privacy must not be lost")]
                live.addr.do_send(message);
            }
        }
        if let Some(mood) = new.mood {
            for live in self.parties.values() {
                let _next_makes_up = live.addr.try_send(party::SayMood { user: self.user.id.clone(), mood });
            }
        }
        let old = &mut self.context;
        old.share_mood = new.share_mood.or(old.share_mood);
        old.activity = new.activity.or_else(|| old.activity.take());
        old.mood = new.mood.or(old.mood);
        old.wish = new.wish.or(old.wish);
        old.device = new.device.or_else(|| old.device.take());
        old.now_on = new.now_on.or_else(|| old.now_on.take());
        old.utc_offset_min = new.utc_offset_min.or(old.utc_offset_min);
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, _ctx: &mut Self::Context) {
        gauge!("soiree_sessions").increment(1);
        tracing::debug!(session = %self.id, user = %self.user.id, "session started");
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        gauge!("soiree_sessions").decrement(1);
        for (party, live) in std::mem::take(&mut self.parties) {
            #[expect(clippy::disallowed_methods, reason = "a lifecycle message must not be refused")]
            live.addr.do_send(party::Disconnect { conn: self.conn });
            self.tell_directory(party, false);
        }
    }
}

impl Handler<Gone> for Session {
    type Result = ();

    fn handle(&mut self, _msg: Gone, ctx: &mut Self::Context) {
        ctx.stop();
    }
}

/// Something to do once a join is through. A session tells it to itself.
#[derive(Message)]
#[rtype(result = "()")]
struct Later(PartyAct);

impl Handler<Later> for Session {
    type Result = ();

    fn handle(&mut self, Later(PartyAct { party, act }): Later, ctx: &mut Self::Context) {
        let reply = self.reply(None);
        self.pass_on(&party, party::Do { act, reply }, None, ctx);
    }
}

impl Handler<Incoming> for Session {
    type Result = ();

    fn handle(&mut self, msg: Incoming, ctx: &mut Self::Context) {
        let Incoming { command, reference } = msg;
        match command {
            Command::Clock { t0 } => {
                let now = self.house.clock().now_ms();
                self.tell(&Event::Clock { t0, t1: now, t2: now }, reference.as_deref());
            }
            Command::Context(context) => self.set_context(context),
            Command::Interaction { item, kind, value, recommendation_id } => {
                let now_ms = self.house.clock().now_ms();
                let mut row = Interaction::new(self.user.id.clone(), item, kind, now_ms);
                row.value = value;
                row.recommendation_id = recommendation_id;
                row.party = self.parties.keys().next().filter(|_| self.parties.len() == 1).cloned();
                self.interaction(row, reference, ctx);
            }
            Command::Recommend { limit, domains } => self.recommend(limit, domains, Some(reference), ctx),
            Command::Create { new, media } => self.create(new, media, reference, ctx),
            Command::Join { party, password, invite, since } => {
                self.join(party, Key { password, invite }, since, reference, ctx);
            }
            Command::Leave { party } => self.leave(party, reference, ctx),
            Command::Chat { party, text, reply_to, mentions } => {
                let reply = self.reply(reference.clone());
                let post = party::Post { text, reply_to, mentions, reply };
                self.pass_on(&party, post, reference.as_deref(), ctx);
            }
            Command::Act(PartyAct { party, act }) => {
                let reply = self.reply(reference.clone());
                self.pass_on(&party, party::Do { act, reply }, reference.as_deref(), ctx);
            }
            Command::Change { party, change } => self.change(party, change, reference, ctx),
            Command::Invite { party, uses, lives_ms } => self.invite(party, uses, lives_ms, reference, ctx),
            Command::React { party, emoji, position_ms } => {
                let reply = self.reply(reference.clone());
                self.pass_on(&party, party::React { emoji, position_ms, reply }, reference.as_deref(), ctx);
            }
        }
    }
}
