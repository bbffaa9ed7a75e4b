//! Whole houses on a real SQLite file: what people in a party see, also when an actor dies.

use crate::{
    clock::Clock,
    directory::Find,
    encoder::EncoderSettings,
    house::{House, Parts, Settings},
    live::{
        Command, Encode, Event, MemberChange, NewParty,
        watch::{Act, PartyAct, QueueChange, Steer, Work},
    },
    outbox::{self, Counters, Drain, GapFrame, Limits, Next},
    party::{Panic, settings::PartySettings},
    session::{Incoming, SessionLink},
};
use bytes::Bytes;
use soiree_domain::{
    Control, Domain, Interaction, InteractionKind, Item, ItemId, Party, PartyId, Principal, Role, User,
    UserId, UserKind, Visibility, Wait,
};
use soiree_engine::{Catalogue, TrainParams, TrainingSet};
use soiree_storage::{Store, StoreOptions};
use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// One plain line per event.
struct Lines;

impl Encode for Lines {
    fn encode(&self, event: &Event, reference: Option<&str>) -> Bytes {
        let reference = reference.map(|r| format!(" ref={r}")).unwrap_or_default();
        let line = match event {
            Event::Snapshot(s) => format!("snapshot {}", s.seq),
            Event::Resumed { seq, .. } => format!("resumed {seq}"),
            Event::Chat { line, .. } => format!("chat {} {}", line.seq, line.text),
            Event::Member { seq: Some(seq), member, change, .. } => {
                let what = if *change == MemberChange::Joined { "joined" } else { "left" };
                format!("{what} {seq} {}", member.name)
            }
            Event::Recommendations { seq, round, .. } => format!("round {seq} {}", round.items.len()),
            Event::Mood { mood, .. } => format!("mood {:.2}", mood.mood.valence),
            Event::Problem(fault) => format!("problem {}", fault.code()),
            Event::Ack => "ack".to_owned(),
            _ => "other".to_owned(),
        };
        Bytes::from(format!("{line}{reference}\n"))
    }

    fn gap_frame(&self) -> GapFrame {
        |_, from, to| Bytes::from(format!("gap {from} {to}\n"))
    }
}

static FOLDERS: AtomicU32 = AtomicU32::new(0);

struct Rig {
    house: House,
    folder: PathBuf,
}

impl Rig {
    async fn new() -> Self {
        Self::with(PartySettings::default()).await
    }

    async fn with(party: PartySettings) -> Self {
        let n = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("soiree-actors-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let url = format!("sqlite://{}", folder.join("test.db").display());
        let store = Store::open(&url, &StoreOptions::default()).await.unwrap();
        let items: Vec<_> = ["one", "two", "three"]
            .map(|id| Item::new(ItemId::new(id).unwrap(), Domain::Film, format!("Film {id}")))
            .into();
        store.put_items(&items, 0).await.unwrap();
        let catalogue = Catalogue::new(items.clone(), &[]);
        let set = TrainingSet { items, ..TrainingSet::default() };
        let version = soiree_domain::ModelVersion::fresh();
        let silent = soiree_algorithms::model::Silent;
        let (bundle, _) =
            soiree_engine::train(&set, &TrainParams::default(), None, 0, version, &silent).unwrap();
        let served = Some(bundle.attach(&catalogue));
        let parts = Parts {
            store,
            clock: Clock::system(),
            encode: Arc::new(Lines),
            catalogue,
            served,
            settings: Settings { deadline_ms: 20_000, party, ..Settings::default() },
        };
        Self { house: House::start(parts).unwrap(), folder }
    }

    async fn guest(&self, name: &str) -> Guest {
        let user = User::new(UserId::new(name).unwrap(), name, UserKind::Guest);
        self.house.put_users(vec![user.clone()]).await.unwrap();
        let (outbox, drain) =
            outbox::outbox(Limits::default(), Arc::new(Counters::default()), Lines.gap_frame());
        let principal = Principal { role: Role::User, user: Some(user.id.clone()), name: name.to_owned() };
        Guest { link: self.house.connect(&principal, user, outbox), drain, lines: VecDeque::new() }
    }

    async fn party(&self, host: &str) -> Party {
        let new = NewParty {
            name: "Evening".into(),
            item: None,
            visibility: Visibility::Public,
            password: None,
            control: Control::Host,
            wait: Wait::Quorum,
            starts_at_ms: None,
            taste: soiree_domain::Taste::default(),
        };
        self.house.open_party(UserId::new(host).unwrap(), new).await.unwrap()
    }

    /// Makes the party's actor panic, and waits until it is gone.
    async fn crash(&self, party: &PartyId) {
        let live = self.house.directory().send(Find { party: party.clone() }).await.unwrap().unwrap();
        assert!(live.addr.send(Panic).await.is_err(), "a panicking actor answers nobody");
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

struct Guest {
    link: SessionLink,
    drain: Drain,
    lines: VecDeque<String>,
}

impl Guest {
    async fn ask(&self, command: Command, reference: &str) {
        assert!(self.link.send(Incoming { command, reference: Some(reference.to_owned()) }).await);
    }

    async fn join(&mut self, party: &PartyId) {
        let command = Command::Join { party: party.clone(), password: None, invite: None, since: None };
        self.ask(command, "join").await;
        self.until("snapshot").await;
    }

    async fn say(&self, party: &PartyId, text: &str) {
        let command =
            Command::Chat { party: party.clone(), text: text.into(), reply_to: None, mentions: Vec::new() };
        self.ask(command, text).await;
    }

    /// Reads on until a line begins with `start`.
    async fn until(&mut self, start: &str) -> String {
        loop {
            while let Some(line) = self.lines.pop_front() {
                if line.starts_with(start) {
                    return line;
                }
            }
            match std::future::poll_fn(|cx| self.drain.poll_next(cx)).await {
                Next::Write(bytes) => {
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    self.lines.extend(text.lines().map(str::to_owned));
                }
                other => panic!("{other:?} while waiting for {start:?}"),
            }
        }
    }
}

#[actix::test]
async fn chat_is_acknowledged_to_its_author_and_told_to_the_others() {
    let rig = Rig::new().await;
    let (mut ana, mut bo) = (rig.guest("ana").await, rig.guest("bo").await);
    let party = rig.party("ana").await.id;
    ana.join(&party).await;
    bo.join(&party).await;
    ana.until("joined").await;
    ana.say(&party, "hello").await;
    let own = ana.until("chat").await;
    let heard = bo.until("chat").await;
    assert!(own.ends_with("hello ref=hello"), "{own}");
    assert!(heard.ends_with(" hello"), "{heard}");
    rig.house.stop().await;
}

#[actix::test]
async fn a_panic_costs_one_actor_and_nobody_misses_a_line() {
    let rig = Rig::new().await;
    let (mut ana, mut bo, mut cy) = (rig.guest("ana").await, rig.guest("bo").await, rig.guest("cy").await);
    let (party, other) = (rig.party("ana").await.id, rig.party("cy").await.id);
    ana.join(&party).await;
    bo.join(&party).await;
    cy.join(&other).await;
    ana.say(&party, "before").await;
    let before = bo.until("chat").await;
    ana.until("chat").await;
    rig.crash(&party).await;
    // The other party goes on, and the panicked one is rebuilt around the same sockets.
    cy.say(&other, "untouched").await;
    cy.until("chat").await;
    ana.say(&party, "after").await;
    let own = ana.until("chat").await;
    let heard = bo.until("chat").await;
    assert!(own.ends_with("after ref=after"), "{own}");
    let number = |line: &str| line.split(' ').nth(1).unwrap().parse::<i64>().unwrap();
    assert!(number(&heard) > number(&before), "{before}, then {heard}");
    assert_eq!(rig.house.stats().await.unwrap().rebuilt, 1);
    let shown = rig.house.party(&party, UserId::new("bo").unwrap()).await.unwrap();
    let texts: Vec<_> = shown.chat.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["before", "after"]);
    rig.house.stop().await;
}

#[actix::test]
async fn a_stopped_house_comes_back_with_its_parties() {
    let rig = Rig::new().await;
    let mut ana = rig.guest("ana").await;
    let party = rig.party("ana").await.id;
    ana.join(&party).await;
    ana.say(&party, "remember me").await;
    ana.until("chat").await;
    rig.house.stop().await;
    let refused = rig.house.party(&party, UserId::new("ana").unwrap()).await;
    assert_eq!(refused.unwrap_err().code(), "overloaded", "a stopping house starts nothing");
    let events = rig.house.store().events_after(&party, 1, 0, 100).await.unwrap();
    assert!(events.iter().any(|event| event.body.contains("remember me")));
}

#[actix::test]
async fn an_idle_party_sleeps_and_comes_back_with_its_film_and_its_queue() {
    let rig = Rig::with(PartySettings { idle_ms: 1, ..PartySettings::default() }).await;
    let mut ana = rig.guest("ana").await;
    let party = rig.party("ana").await.id;
    ana.join(&party).await;
    let work =
        |item: &str| Work { item: ItemId::new(item).unwrap(), title: None, url: None, duration_ms: None };
    let act = |act| Command::Act(PartyAct { party: party.clone(), act });
    ana.ask(act(Act::Steer(Steer::Load { work: work("one"), position_ms: 7_000, part: 0 })), "load").await;
    ana.ask(act(Act::Queue(QueueChange::Add { work: work("two"), to: None })), "queue").await;
    ana.say(&party, "see you tomorrow").await;
    ana.until("chat").await;
    ana.ask(Command::Leave { party: party.clone() }, "bye").await;
    ana.until("ack ref=bye").await;
    // Each question goes through the directory, so that it has time to hear that the party is gone.
    while rig.house.stats().await.unwrap().parties > 0 {}
    ana.join(&party).await;
    let seen = rig.house.party(&party, UserId::new("ana").unwrap()).await.unwrap();
    assert_eq!(seen.chat.last().map(|line| line.text.as_str()), Some("see you tomorrow"));
    assert_eq!(seen.watching.playback.position_ms, 7_000);
    assert_eq!(seen.watching.queue.len(), 1);
    rig.house.stop().await;
}

#[actix::test]
async fn a_deed_is_durable_and_changes_what_the_room_is_offered() {
    let rig = Rig::new().await;
    let mut ana = rig.guest("ana").await;
    let party = rig.party("ana").await.id;
    ana.join(&party).await;
    let first = ana.until("round").await;
    assert!(first.ends_with(" 3"), "all three films are offered: {first}");
    let item = ItemId::new("one").unwrap();
    let deed =
        Command::Interaction { item, kind: InteractionKind::Finish, value: None, recommendation_id: None };
    ana.ask(deed, "deed").await;
    ana.until("ack ref=deed").await;
    let second = ana.until("round").await;
    assert!(second.ends_with(" 2"), "what was finished is not offered again: {second}");
    let history = rig.house.store().history(&UserId::new("ana").unwrap(), 10).await.unwrap();
    assert_eq!(history.len(), 1);
    rig.house.stop().await;
}

#[actix::test]
async fn an_evening_is_known_as_soon_as_it_is_over() {
    let rig = Rig::new().await;
    let (mut ana, mut bo) = (rig.guest("ana").await, rig.guest("bo").await);
    let (me, other) = (UserId::new("ana").unwrap(), UserId::new("bo").unwrap());
    let party = rig.party("ana").await.id;
    ana.join(&party).await;
    bo.join(&party).await;
    let before = rig.house.profiles().get(&me).await.unwrap();
    let act = |act| Command::Act(PartyAct { party: party.clone(), act });
    let work = Work { item: ItemId::new("one").unwrap(), title: None, url: None, duration_ms: None };
    ana.ask(act(Act::Steer(Steer::Load { work, position_ms: 0, part: 0 })), "load").await;
    ana.until("other ref=load").await;
    assert!(rig.house.profiles().evening(&party).await.unwrap().works.is_empty(), "loaded is not played");
    ana.ask(act(Act::Steer(Steer::Play { position_ms: None })), "play").await;
    ana.until("other ref=play").await;
    assert_eq!(rig.house.profiles().evening(&party).await.unwrap().works.len(), 1);
    ana.ask(Command::Leave { party: party.clone() }, "bye").await;
    ana.until("ack ref=bye").await;
    // Whose leaving is durable is read anew; the journal answers a moment after the party does.
    let mut after = before;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while after.companions.is_empty() && std::time::Instant::now() < deadline {
        after = rig.house.profiles().get(&me).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(after.companions, [(other.clone(), 1)]);
    // And a training reads of it.
    let evenings = crate::evenings::evenings(rig.house.store()).await.unwrap();
    let works: Vec<&str> = evenings[0].works.keys().map(ItemId::as_str).collect();
    assert_eq!((evenings.len(), works), (1, vec!["one"]));
    assert_eq!(evenings[0].people.iter().collect::<Vec<_>>(), [&me, &other]);
    rig.house.stop().await;
}

/// Two directions, by what a text says; fails on one that it does not like.
struct Picky;

impl soiree_algorithms::model::TextEmbedder for Picky {
    fn dimensions(&self) -> usize {
        2
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, soiree_algorithms::model::FitError> {
        if texts.iter().any(|text| text.contains("unreadable")) {
            return Err(soiree_algorithms::model::FitError::Embedding("no".to_owned()));
        }
        Ok(texts.iter().flat_map(|t| if t.starts_with("Film") { [1.0, 0.0] } else { [0.0, 1.0] }).collect())
    }
}

#[actix::test]
async fn new_items_are_read_as_they_come_and_one_that_cannot_be_stops_nobody() {
    let rig = Rig::new().await;
    let house = rig.house.clone().with_encoder(Arc::new(Picky), EncoderSettings::default()).unwrap();
    let film = |id: &str, title: &str| Item::new(ItemId::new(id).unwrap(), Domain::Film, title);
    let items: Vec<Item> = ["one", "two", "three"].map(|id| film(id, &format!("Film {id}"))).into();
    let set = TrainingSet { items, ..TrainingSet::default() };
    let (version, silent) = (soiree_domain::ModelVersion::fresh(), soiree_algorithms::model::Silent);
    let fitted = soiree_engine::train(&set, &TrainParams::default(), Some(&Picky), 0, version, &silent);
    house.recommender().promote(fitted.unwrap().0);
    house.put_items(vec![film("four", "Film four"), film("five", "An unreadable film")]).await.unwrap();
    let mut changes = house.recommender().changes();
    let unread = || house.recommender().served().unwrap().unread(9);
    let all_read = async {
        while !unread().is_empty() {
            changes.changed().await.unwrap();
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), all_read).await.unwrap();
    // Relations make a new catalogue; what was read stays.
    let link = soiree_domain::Relation {
        from: ItemId::new("one").unwrap(),
        to: ItemId::new("four").unwrap(),
        kind: soiree_domain::RelationKind::Sequel,
    };
    house.put_relations(vec![link]).await.unwrap();
    assert!(unread().is_empty());
    rig.house.stop().await;
}

#[actix::test]
async fn bad_deeds_are_refused_whole() {
    let rig = Rig::new().await;
    let _ana = rig.guest("ana").await;
    let deed = |item: &str, kind| {
        Interaction::new(UserId::new("ana").unwrap(), ItemId::new(item).unwrap(), kind, 1_000)
    };
    let good = deed("one", InteractionKind::Like);
    for (bad, code) in [
        (deed("nothing", InteractionKind::Like), "item-not-found"),
        (deed("one", InteractionKind::Rate), "invalid-fields"),
        (Interaction { user: UserId::new("nobody").unwrap(), ..good.clone() }, "user-not-found"),
    ] {
        let result = rig.house.record(vec![good.clone(), bad], None).await;
        assert_eq!(result.unwrap_err().code(), code);
    }
    assert!(rig.house.store().history(&UserId::new("ana").unwrap(), 10).await.unwrap().is_empty());
    rig.house.stop().await;
}

#[actix::test]
async fn a_private_party_asks_for_its_password_once() {
    let rig = Rig::new().await;
    let (ana, mut bo) = (rig.guest("ana").await, rig.guest("bo").await);
    let new = NewParty {
        name: "Private".into(),
        item: None,
        visibility: Visibility::Private,
        password: Some("open sesame".into()),
        control: Control::Host,
        wait: Wait::Quorum,
        starts_at_ms: None,
        taste: soiree_domain::Taste::default(),
    };
    let party = rig.house.open_party(UserId::new("bo").unwrap(), new).await.unwrap().id;
    for (password, answer) in [(None, "problem wrong-password"), (Some("no"), "problem wrong-password")] {
        let password = password.map(str::to_owned);
        bo.ask(Command::Join { party: party.clone(), password, invite: None, since: None }, "join").await;
        assert!(bo.until("problem").await.starts_with(answer));
    }
    let password = Some("open sesame".to_owned());
    bo.ask(Command::Join { party: party.clone(), password, invite: None, since: None }, "join").await;
    bo.until("snapshot").await;
    drop(ana);
    rig.house.stop().await;
}
