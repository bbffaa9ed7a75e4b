//! The recommender as a model actor: one immutable snapshot of catalogue and models, a bounded pool of
//! threads, and questions that are answered from them.
//!
//! A question reads the profiles it needs on the caller's thread (memory, or the store on a miss), then
//! one job on the pool computes the answer. A promotion swaps the snapshot; answers under way finish with
//! the one they began with, and every answer names its version.

use crate::{
    clock::Clock,
    fault::Fault,
    journal::Journal,
    live::{Because, LiveContext, MoodView, Personal, Round, RoundItem},
    pool::Pool,
    profiles::{Profile, Profiles},
};
use arc_swap::ArcSwap;
use futures_util::future::try_join_all;
use metrics::{counter, histogram};
use soiree_domain::{
    Domain, Item, ItemId, ModelVersion, Party, PartyId, RecommendationId, Scored, Strategy, Surface, UserId,
};
use soiree_engine::{
    BlendSettings, Catalogue, Context, Filter, FriendEvents, GroupAnswer, Person, Request, Served,
};
use soiree_storage::{Entry, Exposure};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

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

/// A question about one person.
#[derive(Debug, Clone)]
pub struct PersonalQuery {
    /// Who.
    pub user: UserId,
    /// How many items, 1 to 100.
    pub limit: usize,
    /// Which domains; absent mixes all.
    pub domains: Option<Vec<Domain>>,
    /// What may come at all.
    pub filter: Filter,
    /// What is going on around the person.
    pub context: LiveContext,
    /// Whether reasons are wanted.
    pub explain: bool,
    /// Where it is shown.
    pub surface: Surface,
}

impl PersonalQuery {
    /// The plainest question.
    #[must_use]
    pub fn new(user: UserId, limit: usize) -> Self {
        Self {
            user,
            limit,
            domains: None,
            filter: Filter::default(),
            context: LiveContext::default(),
            explain: true,
            surface: Surface::Home,
        }
    }
}

/// A question about a group.
#[derive(Debug, Clone)]
pub struct GroupQuery {
    /// Who, at least one.
    pub members: Vec<UserId>,
    /// The party they sit in, if any.
    pub party: Option<PartyId>,
    /// How many items, 1 to 100.
    pub limit: usize,
    /// Which domains; absent mixes all.
    pub domains: Option<Vec<Domain>>,
    /// What may come at all.
    pub filter: Filter,
    /// How members are weighed; absent for the configured way.
    pub strategy: Option<Strategy>,
    /// What must not come.
    pub vetoes: Vec<ItemId>,
    /// One weight per member; absent for equal weights.
    pub weights: Option<Vec<f32>>,
    /// What is going on around the group.
    pub context: LiveContext,
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
            let answer = soiree_engine::recommend(&served, &catalogue, &person, &context, &request, &blend);
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
        let circles = try_join_all(query.members.iter().map(|user| self.circle(user))).await?;
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
            soiree_engine::recommend_group(
                &served, &catalogue, &people, &context, &request, strategy, &weights, &vetoes, &blend,
            )
        };
        let answer = self.0.pool.run(job).await?;
        histogram!("soiree_recommend_seconds", "kind" => "group").record(started.elapsed().as_secs_f64());
        Ok(answer)
    }

    /// A round for a party, of each member with how much they count. In very large rooms only some members are considered.
    pub(crate) async fn round(
        &self,
        party: &Party,
        members: Vec<(UserId, f32)>,
        vetoes: Vec<ItemId>,
        mood: &MoodView,
        because: Because,
        items: usize,
    ) -> Result<Round, Fault> {
        let (members, weights) = members.into_iter().take(self.0.settings.max_members).unzip();
        let query = GroupQuery {
            members,
            party: Some(party.id.clone()),
            limit: items,
            domains: None,
            filter: Filter::default(),
            strategy: None,
            vetoes,
            weights: Some(weights),
            context: LiveContext {
                mood: (mood.confidence > 0.0).then_some(mood.mood),
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

    fn ready(&self) -> Result<(Arc<Catalogue>, Arc<Served>), Fault> {
        let snapshot = self.0.snapshot.load();
        let served = snapshot.served.clone().ok_or(Fault::NoModels)?;
        Ok((Arc::clone(&snapshot.catalogue), served))
    }

    /// The person with their friends, as far as they are looked at.
    async fn circle(&self, user: &UserId) -> Result<Circle, Fault> {
        let me = self.0.profiles.get(user).await?;
        let mut friends = Vec::new();
        for friend in me.friends.iter().take(self.0.settings.max_friends) {
            // A friend who was deleted a moment ago is simply not there.
            if let Ok(profile) = self.0.profiles.get(friend).await {
                friends.push((friend.clone(), profile));
            }
        }
        Ok(Circle { user: user.clone(), me, friends })
    }

    fn context(&self, live: &LiveContext) -> Context {
        Context {
            now_ms: self.0.clock.now_ms(),
            utc_offset_min: live.utc_offset_min,
            mood: live.mood,
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

/// Items like another one, as they were shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The model set that made it.
    pub version: ModelVersion,
    /// Most alike first.
    pub items: Vec<Scored>,
}

/// A group answer with what feedback and members need.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupAnswered {
    /// For feedback.
    pub recommendation_id: RecommendationId,
    /// The members, in the order of every per-member list of the answer.
    pub members: Vec<UserId>,
    /// The answer.
    pub answer: GroupAnswer,
}

fn check_limit(limit: usize) -> Result<(), Fault> {
    if (1..=MAX_LIMIT).contains(&limit) {
        Ok(())
    } else {
        Err(Fault::field("limit", format!("must lie from 1 to {MAX_LIMIT}")))
    }
}

/// A person and their friends, owned, so that a job can take them along.
struct Circle {
    user: UserId,
    me: Arc<Profile>,
    friends: Vec<(UserId, Arc<Profile>)>,
}

impl Circle {
    fn friends(&self) -> Vec<FriendEvents<'_>> {
        self.friends
            .iter()
            .map(|(user, profile)| FriendEvents { user, name: &profile.name, events: &profile.events })
            .collect()
    }

    fn person<'a>(&'a self, friends: &'a [FriendEvents<'a>]) -> Person<'a> {
        Person { user: &self.user, history: &self.me.events, friends, exclude: &[] }
    }
}
