//! The recommender as a model actor: one immutable snapshot of catalogue and models, a bounded pool of
//! threads, and questions that are answered from them.
//!
//! A question reads the profiles it needs on the caller's thread (memory, or the store on a miss), then
//! one job on the pool computes the answer. A promotion swaps the snapshot; answers under way finish with
//! the one they began with, and every answer names its version.

mod circle;
mod question;
mod reader;
mod search;
mod timing;
mod together;

pub use question::{AcrossAnswered, GroupAnswered, GroupQuery, PersonalQuery, Similar};
pub use search::{MAX_PASSED, MAX_QUERY, SearchQuery, Searched};

pub(crate) use question::Seated;

use crate::{
    clock::Clock,
    fault::Fault,
    journal::Journal,
    live::{Because, LiveContext, MoodView, Personal, Round, RoundItem, watch::PlayState},
    party::record::Record,
    pool::Pool,
    profiles::Profiles,
};
use arc_swap::ArcSwap;
use circle::Circle;
use futures_util::future::try_join_all;
use metrics::{counter, histogram};
use soiree_domain::{
    Domain, Item, ItemId, ModelVersion, Party, PartyId, RecommendationId, Scored, Strategy, Surface, UserId,
};
use soiree_engine::{BlendSettings, Catalogue, Context, Filter, Group, GroupAnswer, Request, Served};
use soiree_storage::{Entry, Exposure};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use timing::StageClock;
use tokio::sync::watch;

/// Bounds and weights of the recommender.
#[derive(Debug, Clone)]
pub struct RecommenderSettings {
    /// Threads that compute answers.
    pub threads: usize,
    /// Questions that may wait; more are refused.
    pub max_waiting: usize,
    /// People whose profile is kept in memory.
    pub cached_people: usize,
    /// Friends whose deeds are looked at per person.
    pub max_friends: usize,
    /// Members a group answer considers at most; in larger parties the first by id.
    pub max_members: usize,
    /// How members are weighed unless the question says otherwise.
    pub strategy: Strategy,
    /// The blend.
    pub blend: BlendSettings,
}

impl Default for RecommenderSettings {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(2, usize::from),
            max_waiting: 1_024,
            cached_people: 100_000,
            max_friends: 50,
            max_members: 100,
            strategy: Strategy::default(),
            blend: BlendSettings::default(),
        }
    }
}

/// Catalogue and models that belong together.
struct Snapshot {
    catalogue: Arc<Catalogue>,
    served: Option<Arc<Served>>,
}

impl Snapshot {
    fn with_catalogue(&self, catalogue: Catalogue) -> Self {
        let served = self.served.as_ref().map(|served| Arc::new(served.reattach(&catalogue)));
        Self { catalogue: Arc::new(catalogue), served }
    }
}

struct Inner {
    snapshot: ArcSwap<Snapshot>,
    /// Held while a new snapshot is made, so that no change is lost; readers never take it.
    changing: Mutex<()>,
    /// Tells when there is a new snapshot.
    changed: watch::Sender<()>,
    profiles: Profiles,
    journal: Journal,
    clock: Clock,
    pool: Pool,
    settings: RecommenderSettings,
}

/// A handle on the recommender, cheap to clone.
#[derive(Clone)]
pub struct Recommender(Arc<Inner>);

/// Most items of one answer.
pub const MAX_LIMIT: usize = 100;

impl Recommender {
    pub(crate) fn start(
        catalogue: Catalogue,
        served: Option<Served>,
        profiles: Profiles,
        journal: Journal,
        clock: Clock,
        settings: RecommenderSettings,
    ) -> std::io::Result<Self> {
        let pool = Pool::start("recommend", settings.threads, settings.max_waiting)?;
        let snapshot = Snapshot { catalogue: Arc::new(catalogue), served: served.map(Arc::new) };
        Ok(Self(Arc::new(Inner {
            snapshot: ArcSwap::from_pointee(snapshot),
            changing: Mutex::new(()),
            changed: watch::Sender::default(),
            profiles,
            journal,
            clock,
            pool,
            settings,
        })))
    }

    /// The catalogue that answers now.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.0.snapshot.load().catalogue)
    }

    /// The model set that answers now.
    #[must_use]
    pub fn served(&self) -> Option<Arc<Served>> {
        self.0.snapshot.load().served.clone()
    }

    /// Hears of every new catalogue, model set and reading of new items; ends with the recommender.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// Serves another model set from the next question on.
    pub fn promote(&self, bundle: soiree_engine::Bundle) {
        self.swap(|old| {
            let served = bundle.attach(&old.catalogue);
            Snapshot { catalogue: Arc::clone(&old.catalogue), served: Some(Arc::new(served)) }
        });
    }

    /// Changes and removes items from the next question on.
    pub fn change_items(&self, changed: Vec<Item>, removed: &[ItemId]) {
        self.swap(|old| old.with_catalogue(old.catalogue.with_items(changed, removed)));
    }

    /// Takes over a catalogue that was read anew.
    pub fn replace_catalogue(&self, catalogue: Catalogue) {
        self.swap(|old| old.with_catalogue(catalogue));
    }

    fn swap(&self, change: impl FnOnce(&Snapshot) -> Snapshot) {
        let _one_at_a_time = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let new = change(&self.0.snapshot.load());
        self.0.snapshot.store(Arc::new(new));
        self.0.changed.send_replace(());
    }

    /// Answers for one person and logs what was shown.
    pub(crate) async fn personal(&self, query: PersonalQuery) -> Result<Personal, Fault> {
        check_limit(query.limit)?;
        let (catalogue, served) = self.ready()?;
        let circle = self.circle(&query.user).await?;
        let context = self.context(&query.context);
        let request = Request {
            limit: query.limit,
            domains: query.domains,
            filter: query.filter,
            explain: query.explain,
            surface: query.surface,
        };
        let blend = self.0.settings.blend.clone();
        let started = Instant::now();
        let job = move || {
            let friends = circle.friends();
            let person = circle.person(&friends);
            let stages = StageClock::start();
            let answer =
                soiree_engine::recommend(&served, &catalogue, &person, &context, &request, &blend, &stages);
            (answer, circle.user)
        };
        let (answer, user) = self.0.pool.run(job).await?;
        histogram!("soiree_recommend_seconds", "kind" => "personal").record(started.elapsed().as_secs_f64());
        let personal = Personal {
            recommendation_id: RecommendationId::fresh(),
            version: answer.version,
            items: answer.items,
            left_out: answer.left_out.into_iter().map(str::to_owned).collect(),
        };
        let shown = personal.items.iter().map(|i| (i.item.clone(), i.score)).collect();
        self.log(&personal.recommendation_id, Some(user), None, query.surface, &personal.version, shown);
        Ok(personal)
    }

    /// Answers for a group and logs what was shown.
    pub(crate) async fn group(&self, query: GroupQuery) -> Result<GroupAnswered, Fault> {
        let strategy = query.strategy.unwrap_or(self.0.settings.strategy);
        let surface = if query.party.is_some() { Surface::Party } else { Surface::Group };
        let party = query.party.clone();
        let members = query.members.clone();
        let answer = self.answer_group(query, strategy, surface).await?;
        let recommendation_id = RecommendationId::fresh();
        let shown = answer.items.iter().map(|i| (i.item.clone(), i.score)).collect();
        self.log(&recommendation_id, None, party, surface, &answer.version, shown);
        Ok(GroupAnswered { recommendation_id, members, answer })
    }

    async fn answer_group(
        &self,
        query: GroupQuery,
        strategy: Strategy,
        surface: Surface,
    ) -> Result<GroupAnswer, Fault> {
        check_limit(query.limit)?;
        if query.members.is_empty() {
            return Err(Fault::field("members", "must name at least one person"));
        }
        if query.members.len() > self.0.settings.max_members {
            return Err(Fault::field("members", format!("at most {} people", self.0.settings.max_members)));
        }
        if query.weights.as_ref().is_some_and(|w| w.len() != query.members.len()) {
            return Err(Fault::field("weights", "must have one weight per member"));
        }
        let (catalogue, served) = self.ready()?;
        let mut circles = try_join_all(query.members.iter().map(|user| self.circle(user))).await?;
        let now_ms = self.0.clock.now_ms();
        for circle in &mut circles {
            let own = query.votes.iter().filter(|(user, ..)| *user == circle.user);
            let own: Vec<_> = own.map(|(_, item, up)| (item.clone(), *up)).collect();
            circle.add_votes(own.into_iter(), now_ms);
        }
        let together = together::together(&self.0.profiles, &circles).await?;
        let context = self.context(&query.context);
        let request = Request {
            limit: query.limit,
            domains: query.domains,
            filter: query.filter,
            explain: true,
            surface,
        };
        let weights = query.weights.unwrap_or_else(|| vec![1.0; circles.len()]);
        let (vetoes, blend) = (query.vetoes, self.0.settings.blend.clone());
        let started = Instant::now();
        let job = move || {
            let friends: Vec<_> = circles.iter().map(Circle::friends).collect();
            let people: Vec<_> = circles.iter().zip(&friends).map(|(circle, f)| circle.person(f)).collect();
            let group =
                Group { members: &people, weights: &weights, strategy, vetoes: &vetoes, together: &together };
            let stages = StageClock::start();
            soiree_engine::recommend_group(&served, &catalogue, &group, &context, &request, &blend, &stages)
        };
        let answer = self.0.pool.run(job).await?;
        histogram!("soiree_recommend_seconds", "kind" => "group").record(started.elapsed().as_secs_f64());
        Ok(answer)
    }

    /// A round for a party. In very large rooms only some members are considered.
    pub(crate) async fn round(
        &self,
        party: &Party,
        members: Vec<Seated>,
        vetoes: Vec<ItemId>,
        mood: &MoodView,
        because: Because,
        items: usize,
    ) -> Result<Round, Fault> {
        let members = &members[..members.len().min(self.0.settings.max_members)];
        let votes = members.iter().flat_map(|seated| {
            seated.votes.iter().map(|(item, up)| (seated.user.clone(), item.clone(), *up))
        });
        let query = GroupQuery {
            members: members.iter().map(|seated| seated.user.clone()).collect(),
            party: Some(party.id.clone()),
            limit: items,
            domains: None,
            filter: Filter::default(),
            strategy: party.taste.strategy,
            vetoes,
            votes: votes.collect(),
            weights: Some(members.iter().map(|seated| seated.weight).collect()),
            context: LiveContext {
                mood: (mood.confidence > 0.0).then_some(mood.mood),
                wish: Some(party.taste.mood),
                now_on: party.item.clone().map(|item| (item, 0)),
                ..LiveContext::default()
            },
        };
        let GroupAnswered { recommendation_id, members, answer } = self.group(query).await?;
        let by_member =
            |values: &[f32]| members.iter().cloned().zip(values.iter().copied()).collect::<Vec<_>>();
        let items = answer.items.iter().map(|item| RoundItem {
            scored: Scored { item: item.item.clone(), score: item.score, reasons: item.reasons.clone() },
            satisfaction: by_member(&item.satisfaction),
        });
        Ok(Round {
            round: 0,
            recommendation_id,
            strategy: answer.strategy,
            because,
            items: items.collect(),
            satisfaction: by_member(&answer.satisfaction),
            min_satisfaction: answer.min_satisfaction,
            mean_satisfaction: answer.mean_satisfaction,
            spread: answer.spread,
            age_limit: answer.age_limit,
            left_out: answer.left_out.into_iter().map(str::to_owned).collect(),
            version: answer.version,
        })
    }

    /// Items like this one; logs what was shown, to `viewer` if they are a person.
    pub(crate) async fn similar(
        &self,
        item: ItemId,
        limit: usize,
        domains: Option<Vec<Domain>>,
        viewer: Option<UserId>,
    ) -> Result<Similar, Fault> {
        check_limit(limit)?;
        let (catalogue, served) = self.ready()?;
        if catalogue.index_of(&item).is_none() {
            return Err(Fault::missing("item", item));
        }
        let version = served.version().clone();
        let job = move || soiree_engine::similar(&served, &catalogue, &item, limit, domains.as_deref());
        let items = self.0.pool.run(job).await?;
        let similar = Similar { recommendation_id: RecommendationId::fresh(), version, items };
        let shown = similar.items.iter().map(|i| (i.item.clone(), i.score)).collect();
        self.log(&similar.recommendation_id, viewer, None, Surface::Similar, &similar.version, shown);
        Ok(similar)
    }

    /// Items of other domains that hang together with this one; logs what was shown, to `viewer` if they are a person.
    pub(crate) async fn across(
        &self,
        item: ItemId,
        limit: usize,
        domains: Option<Vec<Domain>>,
        viewer: Option<UserId>,
    ) -> Result<AcrossAnswered, Fault> {
        check_limit(limit)?;
        let (catalogue, served) = self.ready()?;
        if catalogue.index_of(&item).is_none() {
            return Err(Fault::missing("item", item));
        }
        let version = served.version().clone();
        let job = move || soiree_engine::across(&served, &catalogue, &item, limit, domains.as_deref());
        let items = self.0.pool.run(job).await?;
        let across = AcrossAnswered { recommendation_id: RecommendationId::fresh(), version, items };
        let shown = across.items.iter().map(|i| (i.scored.item.clone(), i.scored.score)).collect();
        self.log(&across.recommendation_id, viewer, None, Surface::Similar, &across.version, shown);
        Ok(across)
    }

    /// An event of a party is durable: what was read before it may be out of date.
    pub(crate) fn happened(&self, party: &PartyId, record: &Record) {
        match record {
            // An evening counts from its end on: whoever leaves is read anew, with those they were with.
            Record::Left { user, .. } => self.0.profiles.forget(user),
            // One more was there.
            Record::Joined { .. } => self.0.profiles.played(party),
            Record::Playback { playback } if playback.state == PlayState::Playing => {
                self.0.profiles.played(party);
            }
            _ => {}
        }
    }

    fn ready(&self) -> Result<(Arc<Catalogue>, Arc<Served>), Fault> {
        let snapshot = self.0.snapshot.load();
        let served = snapshot.served.clone().ok_or(Fault::NoModels)?;
        Ok((Arc::clone(&snapshot.catalogue), served))
    }

    async fn circle(&self, user: &UserId) -> Result<Circle, Fault> {
        Circle::read(&self.0.profiles, user, self.0.settings.max_friends).await
    }

    fn context(&self, live: &LiveContext) -> Context {
        Context {
            now_ms: self.0.clock.now_ms(),
            utc_offset_min: live.utc_offset_min,
            mood: live.mood,
            wish: live.wish.unwrap_or_default(),
            now_on: live.now_on.as_ref().map(|(item, _)| item.clone()),
            device: live.device.clone(),
        }
    }

    fn log(
        &self,
        id: &RecommendationId,
        user: Option<UserId>,
        party: Option<PartyId>,
        surface: Surface,
        version: &ModelVersion,
        items: Vec<(ItemId, f32)>,
    ) {
        counter!("soiree_recommendations_total", "surface" => surface.as_str()).increment(1);
        self.0.journal.tell(Entry::Exposure(Exposure {
            recommendation_id: id.clone(),
            user,
            party,
            surface,
            at_ms: self.0.clock.now_ms(),
            version: version.clone(),
            items,
        }));
    }
}

fn check_limit(limit: usize) -> Result<(), Fault> {
    if (1..=MAX_LIMIT).contains(&limit) {
        Ok(())
    } else {
        Err(Fault::field("limit", format!("must lie from 1 to {MAX_LIMIT}")))
    }
}
