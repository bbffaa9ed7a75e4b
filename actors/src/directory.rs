//! Where parties live on this node: starts them, finds them, brings them back after a crash, stops them.
//!
//! Parties are spread over the threads that there are ([`Threads`]). A party that is asked for while it is being read from
//! the journal is read once; everybody who asks waits for the same result. The mailbox holds [`MAILBOX`]
//! messages.

use crate::{
    clock::Clock,
    fault::Fault,
    journal::Journal,
    live::{Encode, NewParty},
    party::{
        Party, Peers, Stop, change::check_new, restore::restore, roster::Roster, settings::PartySettings,
    },
    recommender::Recommender,
    sentiment::Sentiment,
    threads::{Thread, Threads},
};
use actix::{
    Actor, ActorFutureExt, Addr, ArbiterHandle, AsyncContext, Context, Handler, Message, ResponseActFuture,
    ResponseFuture, WrapFuture,
};
use arc_swap::ArcSwap;
use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared, join_all},
};
use metrics::{counter, gauge};
use rustc_hash::FxHashMap;
use soiree_domain::{PartyId, UserId};
use soiree_storage::Store;
use std::sync::Arc;

/// Messages that may wait.
const MAILBOX: usize = 16_384;

/// A party that is alive on this node.
#[derive(Clone)]
pub(crate) struct Live {
    /// Its actor.
    pub(crate) addr: Addr<Party>,
    /// Its lasting part as it is now.
    pub(crate) party: Arc<ArcSwap<soiree_domain::Party>>,
}

/// Opens a party. Sent by the façade.
#[derive(Message)]
#[rtype(result = "Result<soiree_domain::Party, Fault>")]
pub(crate) struct Open {
    pub(crate) host: UserId,
    pub(crate) new: NewParty,
    /// Argon2 hash of the password, for private parties.
    pub(crate) password_hash: Option<String>,
}

/// Finds a party, starting it when it sleeps. Sent by the façade and by sessions.
#[derive(Message)]
#[rtype(result = "Result<Live, Fault>")]
pub(crate) struct Find {
    pub(crate) party: PartyId,
}

/// Ends a party for good. Sent by the façade.
#[derive(Message)]
#[rtype(result = "Result<(), Fault>")]
pub(crate) struct End {
    pub(crate) party: PartyId,
}

/// A party's actor is gone. Sent by the party itself while it is dropped; must not be lost.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct PartyLost {
    pub(crate) party: PartyId,
    pub(crate) fence: i64,
    pub(crate) orderly: bool,
}

/// A person sits down in a party, or gets up. Sent by sessions.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Sits {
    pub(crate) user: UserId,
    pub(crate) party: PartyId,
    pub(crate) here: bool,
}

/// A person did something to an item: their parties want to know. Sent by the façade.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Deed {
    pub(crate) user: UserId,
}

/// Parties may live on one more thread. Sent by the façade when a worker of the network begins; must not be lost.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Lend {
    pub(crate) thread: ArbiterHandle,
}

/// Stops every party after it has saved its state. Sent by the façade when the server stops.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Drain;

/// Asks for counts.
#[derive(Message)]
#[rtype(result = "Stats")]
pub(crate) struct StatsQuery;

/// Counts of what lives on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Parties in memory.
    pub parties: usize,
    /// Connections attached to them.
    pub connections: usize,
    /// Parties that had to be rebuilt after a crash since the start.
    pub rebuilt: u64,
}

type Starting = Shared<LocalBoxFuture<'static, Result<Live, Fault>>>;

struct Slot {
    roster: Arc<Roster>,
    starting: Starting,
    fence: Option<i64>,
}

/// The actor.
pub(crate) struct Directory {
    store: Store,
    journal: Journal,
    recommender: Recommender,
    encode: Arc<dyn Encode>,
    clock: Clock,
    settings: PartySettings,
    threads: Threads,
    slots: FxHashMap<PartyId, Slot>,
    /// How many connections of a person sit in which party.
    sitting: FxHashMap<UserId, Vec<(PartyId, u32)>>,
    rebuilt: u64,
    stopping: bool,
}

/// What a directory needs to begin.
pub(crate) struct Start {
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) recommender: Recommender,
    pub(crate) encode: Arc<dyn Encode>,
    pub(crate) clock: Clock,
    pub(crate) settings: PartySettings,
}

impl Directory {
    pub(crate) fn new(start: Start) -> Self {
        let Start { store, journal, recommender, encode, clock, settings } = start;
        Self {
            store,
            journal,
            recommender,
            encode,
            clock,
            settings,
            threads: Threads::new(),
            slots: FxHashMap::default(),
            sitting: FxHashMap::default(),
            rebuilt: 0,
            stopping: false,
        }
    }

    fn peers(&self, sentiment: Addr<Sentiment>, directory: Addr<Self>) -> Peers {
        Peers {
            store: self.store.clone(),
            journal: self.journal.clone(),
            sentiment,
            recommender: self.recommender.clone(),
            directory,
            encode: Arc::clone(&self.encode),
            clock: self.clock.clone(),
        }
    }

    /// The party's start, shared by everybody who asks meanwhile.
    fn find(&mut self, party: &PartyId, ctx: &mut Context<Self>) -> Starting {
        // A party that has just gone to sleep is still listed until it has said so.
        let gone =
            |started: &Result<Live, Fault>| started.as_ref().map_or(true, |live| !live.addr.connected());
        if let Some(slot) = self.slots.get(party)
            && !slot.starting.peek().is_some_and(gone)
        {
            return slot.starting.clone();
        }
        self.start_around(party, Arc::default(), ctx)
    }

    /// Reads a party from the journal and starts its actor around the sockets of `roster`.
    fn start_around(&mut self, party: &PartyId, roster: Arc<Roster>, ctx: &mut Context<Self>) -> Starting {
        let Thread { arbiter, sentiment } = self.threads.next();
        let peers = self.peers(sentiment, ctx.address());
        let (store, id, settings) = (self.store.clone(), party.clone(), self.settings);
        let seats = Arc::clone(&roster);
        let starting = async move {
            let state = restore(&store, &id, settings, peers.clock.now_ms()).await?;
            let party = Arc::new(ArcSwap::from_pointee(state.party().clone()));
            let lasting = Arc::clone(&party);
            let addr = Party::start_in_arbiter(&arbiter, move |_| Party::new(state, lasting, seats, peers));
            Ok(Live { addr, party })
        };
        let starting = starting.boxed_local().shared();
        self.slots.insert(party.clone(), Slot { roster, starting: starting.clone(), fence: None });
        gauge!("soiree_parties").set(count(self.slots.len()));
        let id = party.clone();
        ctx.spawn(starting.clone().into_actor(self).map(move |result, act, _| match result {
            Ok(live) => {
                if let Some(slot) = act.slots.get_mut(&id) {
                    slot.fence = Some(live.party.load().fence);
                }
            }
            Err(fault) => {
                if !matches!(fault, Fault::NotFound { .. } | Fault::Ended) {
                    tracing::error!(party = %id, %fault, "a party could not be started");
                }
                act.slots.remove(&id);
            }
        }));
        starting
    }
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

impl Actor for Directory {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Open> for Directory {
    type Result = ResponseFuture<Result<soiree_domain::Party, Fault>>;

    fn handle(&mut self, msg: Open, _ctx: &mut Self::Context) -> Self::Result {
        let Open { host, new, password_hash } = msg;
        let (store, now_ms) = (self.store.clone(), self.clock.now_ms());
        Box::pin(async move {
            check_new(&new)?;
            let party = soiree_domain::Party {
                id: PartyId::fresh(),
                name: new.name,
                visibility: new.visibility,
                control: new.control,
                wait: new.wait,
                locked: false,
                starts_at_ms: new.starts_at_ms,
                taste: new.taste,
                host,
                item: new.item,
                password_hash,
                created_at_ms: now_ms,
                ended_at_ms: None,
                epoch: 1,
                fence: 0,
            };
            store.create_party(&party).await?;
            Ok(party)
        })
    }
}

impl Handler<Find> for Directory {
    type Result = ResponseFuture<Result<Live, Fault>>;

    fn handle(&mut self, msg: Find, ctx: &mut Self::Context) -> Self::Result {
        if self.stopping {
            return Box::pin(async { Err(Fault::Overloaded("stopping")) });
        }
        Box::pin(self.find(&msg.party, ctx))
    }
}

impl Handler<End> for Directory {
    type Result = ResponseActFuture<Self, Result<(), Fault>>;

    fn handle(&mut self, msg: End, _ctx: &mut Self::Context) -> Self::Result {
        let (store, now_ms) = (self.store.clone(), self.clock.now_ms());
        let id = msg.party.clone();
        let end = async move {
            if store.end_party(&id, now_ms).await? { Ok(()) } else { Err(Fault::missing("party", &id)) }
        };
        Box::pin(end.into_actor(self).map(move |result, act, _| {
            if result.is_ok()
                && let Some(slot) = act.slots.remove(&msg.party)
                && let Some(Ok(live)) = slot.starting.peek()
            {
                #[expect(clippy::disallowed_methods, reason = "a lifecycle message must not be refused")]
                live.addr.do_send(Stop);
            }
            result
        }))
    }
}

impl Handler<PartyLost> for Directory {
    type Result = ();

    fn handle(&mut self, msg: PartyLost, ctx: &mut Self::Context) {
        let PartyLost { party, fence, orderly } = msg;
        let Some(slot) = self.slots.get(&party) else { return };
        // A newer actor has taken its place already, or is about to.
        if slot.fence.map_or(orderly, |current| current > fence) {
            return;
        }
        let roster = Arc::clone(&slot.roster);
        self.slots.remove(&party);
        gauge!("soiree_parties").set(count(self.slots.len()));
        if orderly || self.stopping {
            return;
        }
        self.rebuilt += 1;
        counter!("soiree_parties_rebuilt_total").increment(1);
        tracing::warn!(%party, "a party's actor was lost");
        if roster.len() > 0 {
            let _in_slots = self.start_around(&party, roster, ctx);
        }
    }
}

impl Handler<Sits> for Directory {
    type Result = ();

    fn handle(&mut self, msg: Sits, _ctx: &mut Self::Context) {
        let Sits { user, party, here } = msg;
        let parties = self.sitting.entry(user.clone()).or_default();
        match (parties.iter().position(|(p, _)| *p == party), here) {
            (Some(at), true) => parties[at].1 += 1,
            (None, true) => parties.push((party, 1)),
            (Some(at), false) if parties[at].1 > 1 => parties[at].1 -= 1,
            (Some(at), false) => {
                parties.swap_remove(at);
            }
            (None, false) => {}
        }
        if parties.is_empty() {
            self.sitting.remove(&user);
        }
    }
}

impl Handler<Deed> for Directory {
    type Result = ();

    fn handle(&mut self, msg: Deed, _ctx: &mut Self::Context) {
        for (party, _) in self.sitting.get(&msg.user).into_iter().flatten() {
            if let Some(Ok(live)) = self.slots.get(party).and_then(|slot| slot.starting.peek()) {
                let deed = crate::party::Deed { user: msg.user.clone() };
                if live.addr.try_send(deed).is_err() {
                    counter!("soiree_deeds_lost_total").increment(1);
                }
            }
        }
    }
}

impl Handler<Lend> for Directory {
    type Result = ();

    fn handle(&mut self, msg: Lend, _ctx: &mut Self::Context) {
        self.threads.lend(msg.thread);
    }
}

impl Handler<Drain> for Directory {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _msg: Drain, _ctx: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        let stops: Vec<_> = self
            .slots
            .values()
            .filter_map(|slot| slot.starting.peek()?.as_ref().ok().map(|live| live.addr.send(Stop)))
            .collect();
        Box::pin(async move {
            let _gone_already = join_all(stops).await;
        })
    }
}

impl Handler<StatsQuery> for Directory {
    type Result = actix::MessageResult<StatsQuery>;

    fn handle(&mut self, _msg: StatsQuery, _ctx: &mut Self::Context) -> Self::Result {
        actix::MessageResult(Stats {
            parties: self.slots.len(),
            connections: self.slots.values().map(|slot| slot.roster.len()).sum(),
            rebuilt: self.rebuilt,
        })
    }
}
