//! The façade: everything that HTTP routes, sockets and commands may ask of a running server.
//!
//! [`House::start`] wires the actors; each method is one sentence to the right one. Waits have a deadline
//! ([`Settings::deadline_ms`]).

mod parties;

use crate::{
    clock::Clock,
    directory::{self, Directory, Drain, Stats},
    encoder::{EncoderSettings, TextEncoder},
    fault::Fault,
    journal::{Journal, JournalSettings},
    live::{Encode, Personal},
    outbox::{Counters, Limits, Outbox},
    party::settings::PartySettings,
    pool::Pool,
    profiles::Profiles,
    recommender::{
        AcrossAnswered, GroupAnswered, GroupQuery, PersonalQuery, Recommender, RecommenderSettings,
        SearchQuery, Searched, Similar,
    },
    session::{Session, SessionLink},
};
use actix::{Actor, Addr, Arbiter};
use soiree_algorithms::model::TextEmbedder;
use soiree_domain::{
    Domain, Friendship, Interaction, InteractionKind, Item, ItemId, Principal, Relation, SessionId, User,
    UserId,
};
use soiree_engine::{Catalogue, Served};
use soiree_storage::{AuditRow, Entry, Idempotency, Outcome, Store, Written};
use std::{sync::Arc, time::Duration};

/// Everything that can be set about a running house.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The journal's bounds.
    pub journal: JournalSettings,
    /// Parties' bounds and times.
    pub party: PartySettings,
    /// The recommender's bounds and weights.
    pub recommender: RecommenderSettings,
    /// Bounds of each socket's queue.
    pub outbox: Limits,
    /// How long a caller waits for an answer, in milliseconds.
    pub deadline_ms: u64,
    /// How often the server pings a socket, in seconds.
    pub heartbeat_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            journal: JournalSettings::default(),
            party: PartySettings::default(),
            recommender: RecommenderSettings::default(),
            outbox: Limits::default(),
            deadline_ms: 2_000,
            heartbeat_s: 25,
        }
    }
}

/// A running server without its network. Cheap to clone.
#[derive(Clone)]
pub struct House {
    store: Store,
    clock: Clock,
    journal: Journal,
    profiles: Profiles,
    recommender: Recommender,
    directory: Addr<Directory>,
    vault: Pool,
    encoder: Option<TextEncoder>,
    encode: Arc<dyn Encode>,
    counters: Arc<Counters>,
    settings: Arc<Settings>,
}

/// What a house is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The server's time.
    pub clock: Clock,
    /// Writes events down as frames.
    pub encode: Arc<dyn Encode>,
    /// The catalogue as it stands in the database.
    pub catalogue: Catalogue,
    /// The model set to serve first, if there is one.
    pub served: Option<Served>,
    /// Settings.
    pub settings: Settings,
}

impl House {
    /// Wires and starts all actors. Must be called inside an actix system.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(parts: Parts) -> std::io::Result<Self> {
        let Parts { store, clock, encode, catalogue, served, settings } = parts;
        let journal = Journal::start(store.clone(), settings.journal);
        let profiles = Profiles::new(store.clone(), settings.recommender.cached_people);
        let recommender = Recommender::start(
            catalogue,
            served,
            profiles.clone(),
            journal.clone(),
            clock.clone(),
            settings.recommender.clone(),
        )?;
        let start = directory::Start {
            store: store.clone(),
            journal: journal.clone(),
            recommender: recommender.clone(),
            encode: Arc::clone(&encode),
            clock: clock.clone(),
            settings: settings.party,
        };
        let directory = Directory::new(start).start();
        let vault = Pool::start("password", 1, 64)?;
        let counters = Arc::default();
        let settings = Arc::new(settings);
        Ok(Self {
            store,
            clock,
            journal,
            profiles,
            recommender,
            directory,
            vault,
            encoder: None,
            encode,
            counters,
            settings,
        })
    }

    /// The same house with a sentence encoder, so that searches know what they mean, and what new items are about. Must be
    /// called inside an actix system.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn with_encoder(
        mut self,
        embedder: Arc<dyn TextEmbedder>,
        settings: EncoderSettings,
    ) -> std::io::Result<Self> {
        let encoder = TextEncoder::start(embedder, settings)?;
        self.recommender.read_newcomers(encoder.clone());
        self.encoder = Some(encoder);
        Ok(self)
    }

    /// The database, for plain reads.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    #[cfg(test)]
    pub(crate) fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// The server's time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What happened to frames that could not wait, over all sockets.
    #[must_use]
    pub fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// The encoder of frames.
    #[must_use]
    pub fn encode(&self) -> &Arc<dyn Encode> {
        &self.encode
    }

    /// The model set and catalogue that answer now.
    #[must_use]
    pub fn recommender(&self) -> &Recommender {
        &self.recommender
    }

    /// Why the server is not ready; empty when it is.
    pub async fn unready(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Err(error) = self.store.ping().await {
            reasons.push(format!("storage: {error}"));
        }
        if !self.journal.is_healthy() {
            reasons.push("journal: the last commit failed".to_owned());
        }
        if self.recommender.served().is_none() {
            reasons.push("models: none are being served".to_owned());
        }
        reasons
    }

    /// Personal recommendations; logs what was shown.
    ///
    /// # Errors
    /// [`Fault::NotFound`] for an unknown person, [`Fault::NoModels`], [`Fault::Overloaded`], [`Fault::Timeout`].
    pub async fn recommend(&self, query: PersonalQuery) -> Result<Personal, Fault> {
        self.in_time("recommending", self.recommender.personal(query)).await
    }

    /// Group recommendations; logs what was shown.
    ///
    /// # Errors
    /// As [`House::recommend`].
    pub async fn recommend_group(&self, query: GroupQuery) -> Result<GroupAnswered, Fault> {
        self.in_time("recommending", self.recommender.group(query)).await
    }

    /// Items like this one, best first; logs what was shown, to `viewer` if they are a person.
    ///
    /// # Errors
    /// [`Fault::NotFound`] for an unknown item, and as [`House::recommend`].
    pub async fn similar(
        &self,
        item: &ItemId,
        limit: usize,
        domains: Option<Vec<Domain>>,
        viewer: Option<UserId>,
    ) -> Result<Similar, Fault> {
        self.in_time("recommending", self.recommender.similar(item.clone(), limit, domains, viewer)).await
    }

    /// Items of other domains that hang together with this one, each with the path that links them; `viewer` is told the
    /// exposure log.
    ///
    /// # Errors
    /// As for [`House::recommend`].
    pub async fn across(
        &self,
        item: &ItemId,
        limit: usize,
        domains: Option<Vec<Domain>>,
        viewer: Option<UserId>,
    ) -> Result<AcrossAnswered, Fault> {
        self.in_time("recommending", self.recommender.across(item.clone(), limit, domains, viewer)).await
    }

    /// Searches the catalogue by words and meaning; logs what was shown. When the encoder is missing or too busy, words
    /// alone decide.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for a query or page out of bounds, and as [`House::recommend`].
    pub async fn search(&self, query: SearchQuery) -> Result<Searched, Fault> {
        query.check()?;
        let answer = async {
            let vector = match &self.encoder {
                Some(encoder) => {
                    let encoded = encoder.encode(query.text.clone()).await;
                    encoded.ok().map(|encoded| (encoded.vector, encoded.probe))
                }
                None => None,
            };
            self.recommender.search(query, vector).await
        };
        self.in_time("searching", answer).await
    }

    /// Records interactions: they are durable when this returns, and count in the next answer.
    ///
    /// # Errors
    /// [`Fault::Invalid`] with one entry per fault, [`Fault::NotFound`] for unknown people or items,
    /// [`Fault::KeyConflict`], [`Fault::Overloaded`], [`Fault::NotStored`]. Nothing is stored then.
    pub async fn record(
        &self,
        rows: Vec<Interaction>,
        idempotency: Option<Idempotency>,
    ) -> Result<(), Fault> {
        let one = rows.len() == 1;
        let faults: Vec<_> = rows
            .iter()
            .enumerate()
            .flat_map(|(i, row)| {
                row.faults().into_iter().map(move |mut fault| {
                    if !one {
                        fault.field = format!("interactions[{i}].{}", fault.field);
                    }
                    fault
                })
            })
            .collect();
        if !faults.is_empty() {
            return Err(Fault::Invalid(faults));
        }
        match self.journal.write(Entry::Interactions { rows: rows.clone(), idempotency }).await? {
            Outcome::Committed => {
                let people = self.profiles.append(&rows);
                // What was only seen on the way is no reason to give the room another list.
                let deeds = |user: &UserId| {
                    let passing = |kind| matches!(kind, InteractionKind::View | InteractionKind::Click);
                    rows.iter().any(|row| row.user == *user && !passing(row.kind))
                };
                for user in people.into_iter().filter(deeds) {
                    let _lost_means_later = self.directory.try_send(directory::Deed { user });
                }
                Ok(())
            }
            Outcome::Repeated => Ok(()),
            Outcome::KeyConflict => Err(Fault::KeyConflict),
            Outcome::UnknownItems(items) => Err(Fault::missing("item", join(&items))),
            Outcome::UnknownUsers(users) => Err(Fault::missing("user", join(&users))),
            Outcome::UnknownParty(party) => Err(Fault::missing("party", party)),
            Outcome::Fenced | Outcome::SeqTaken => Err(Fault::NotStored),
        }
    }

    /// Adds or changes items; they can be recommended as soon as this returns.
    ///
    /// # Errors
    /// [`Fault::Invalid`] with one entry per fault; nothing is stored then.
    pub async fn put_items(&self, items: Vec<Item>) -> Result<Written, Fault> {
        let one = items.len() == 1;
        let faults: Vec<_> = items
            .iter()
            .enumerate()
            .flat_map(|(i, item)| {
                item.faults().into_iter().map(move |mut fault| {
                    if !one {
                        fault.field = format!("items[{i}].{}", fault.field);
                    }
                    fault
                })
            })
            .collect();
        if !faults.is_empty() {
            return Err(Fault::Invalid(faults));
        }
        let written = self.store.put_items(&items, self.clock.now_ms()).await?;
        self.recommender.change_items(items, &[]);
        Ok(written)
    }

    /// Takes an item out of the catalogue and of every answer. False when there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_item(&self, item: &ItemId) -> Result<bool, Fault> {
        let existed = self.store.delete_item(item).await?;
        self.recommender.change_items(Vec::new(), std::slice::from_ref(item));
        Ok(existed)
    }

    /// Adds or changes people.
    ///
    /// # Errors
    /// [`Fault::Invalid`] with one entry per fault; nothing is stored then.
    pub async fn put_users(&self, users: Vec<User>) -> Result<Written, Fault> {
        let faults: Vec<_> = users.iter().flat_map(User::faults).collect();
        if !faults.is_empty() {
            return Err(Fault::Invalid(faults));
        }
        let written = self.store.put_users(&users, self.clock.now_ms()).await?;
        users.iter().for_each(|user| self.profiles.forget(&user.id));
        Ok(written)
    }

    /// Removes a person with everything that is theirs. False when there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_user(&self, user: &UserId) -> Result<bool, Fault> {
        let existed = self.store.delete_user(user).await?;
        self.profiles.forget(user);
        Ok(existed)
    }

    /// Makes people friends; pairs that name somebody who does not exist are skipped and counted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_friends(&self, friendships: &[Friendship]) -> Result<Written, Fault> {
        let written = self.store.put_friends(friendships).await?;
        friendships.iter().flat_map(|pair| [&pair.a, &pair.b]).for_each(|user| self.profiles.forget(user));
        Ok(written)
    }

    /// Ends a friendship. False when there was none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remove_friend(&self, friendship: &Friendship) -> Result<bool, Fault> {
        let existed = self.store.remove_friend(friendship).await?;
        self.profiles.forget(&friendship.a);
        self.profiles.forget(&friendship.b);
        Ok(existed)
    }

    /// Adds relations between items.
    ///
    /// # Errors
    /// When an end does not exist or the store fails.
    pub async fn put_relations(&self, relations: Vec<Relation>) -> Result<Written, Fault> {
        let written = self.store.put_relations(&relations).await?;
        let items = self.store.all_items().await?;
        let all = self.store.all_relations().await?;
        self.recommender.replace_catalogue(Catalogue::new(items, &all));
        Ok(written)
    }

    /// Counts of what lives on this node.
    ///
    /// # Errors
    /// [`Fault::Overloaded`], [`Fault::Timeout`].
    pub async fn stats(&self) -> Result<Stats, Fault> {
        let answer = self.directory.send(directory::StatsQuery);
        self.in_time("counting", async { answer.await.map_err(|_| Fault::Overloaded("the directory")) }).await
    }

    /// Starts the actor of a live connection on the current thread. The caller has checked who it is.
    #[must_use]
    pub fn connect(&self, principal: &Principal, user: User, outbox: Outbox) -> SessionLink {
        let _ = principal;
        let id = SessionId::fresh();
        let session = Session::new(id.clone(), user, outbox, self.clone());
        SessionLink { id, addr: session.start() }
    }

    /// Has parties live on the current thread too, for as long as it lasts.
    pub fn lend_this_thread(&self) {
        #[expect(clippy::disallowed_methods, reason = "a lifecycle message must not be refused")]
        self.directory.do_send(directory::Lend { thread: Arbiter::current() });
    }

    /// Writes a line into the audit; nobody waits for it.
    pub fn audit(&self, actor: &str, action: &str, object: &str, detail: &str) {
        self.journal.tell(Entry::Audit(AuditRow {
            at_ms: self.clock.now_ms(),
            actor: actor.to_owned(),
            action: action.to_owned(),
            object: object.to_owned(),
            detail: detail.to_owned(),
        }));
    }

    /// Stops parties after they have saved their state, and waits until everything is committed.
    pub async fn stop(&self) {
        let _already_gone = self.directory.send(Drain).await;
        self.journal.flush().await;
    }

    pub(crate) fn directory(&self) -> &Addr<Directory> {
        &self.directory
    }

    async fn ask<T>(
        &self,
        what: &'static str,
        answer: impl Future<Output = Result<Result<T, Fault>, actix::MailboxError>>,
    ) -> Result<T, Fault> {
        self.in_time(what, async { answer.await.unwrap_or(Err(Fault::Overloaded("the directory"))) }).await
    }

    async fn in_time<T>(
        &self,
        what: &'static str,
        answer: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let deadline = Duration::from_millis(self.settings.deadline_ms);
        tokio::time::timeout(deadline, answer).await.unwrap_or(Err(Fault::Timeout(what)))
    }
}

fn join<T: ToString>(ids: &[T]) -> String {
    let shown: Vec<_> = ids.iter().take(10).map(T::to_string).collect();
    shown.join(", ")
}
