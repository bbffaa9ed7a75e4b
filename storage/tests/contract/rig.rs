//! Opens fresh databases and plays stories on them.

use soiree_domain::{
    Control, Domain, Interaction, InteractionKind, Item, ItemId, Party, PartyEvent, PartyId, User, UserId,
    UserKind, Visibility, Wait,
};
use soiree_storage::{Counts, Entry, Store, StoreOptions, Synchronous, testing::TempPostgres};
use std::{future::Future, path::PathBuf, pin::Pin};

/// A promise, told as a story of one store.
pub(crate) type Story = fn(Store) -> Pin<Box<dyn Future<Output = ()>>>;

/// A story with its name.
#[macro_export]
macro_rules! story {
    ($story:path) => {
        (stringify!($story), |store| Box::pin($story(store)))
    };
}

/// A folder that goes when it is dropped.
pub(crate) struct TempDir(pub PathBuf);

impl TempDir {
    pub(crate) fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("soiree-storage-{}", UserId::fresh()));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Options for tests: nothing here survives the test, so that nothing needs to reach the disk.
pub(crate) fn options() -> StoreOptions {
    StoreOptions { sqlite_synchronous: Synchronous::Normal, max_readers: 2 }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[expect(clippy::print_stdout, reason = "a failing test shows which story it was")]
pub(crate) fn play_on_sqlite(stories: &[(&str, Story)]) {
    let dir = TempDir::new();
    for (number, (name, story)) in stories.iter().enumerate() {
        println!("sqlite: {name}");
        let url = format!("sqlite://{}", dir.0.join(format!("{number}.db")).display());
        block_on(async {
            let store = Store::open(&url, &options()).await.unwrap();
            assert_eq!(store.backend(), "sqlite");
            story(store.clone()).await;
            store.close().await;
        });
    }
}

#[expect(clippy::print_stdout, reason = "a failing test shows which story it was")]
pub(crate) fn play_on_postgres(stories: &[(&str, Story)]) {
    let server = TempPostgres::start().unwrap_or_else(|error| panic!("{error}"));
    for (name, story) in stories {
        println!("postgres: {name}");
        block_on(async {
            let url = server.fresh_database().await.unwrap();
            let store = Store::open(&url, &options()).await.unwrap();
            assert_eq!(store.backend(), "postgres");
            story(store.clone()).await;
            store.close().await;
        });
    }
}

pub(crate) fn user_id(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

pub(crate) fn item_id(text: &str) -> ItemId {
    ItemId::new(text).unwrap()
}

pub(crate) fn party_id(text: &str) -> PartyId {
    PartyId::new(text).unwrap()
}

pub(crate) fn user(id: &str) -> User {
    User::new(user_id(id), format!("Name of {id}"), UserKind::Person)
}

pub(crate) fn item(id: &str) -> Item {
    Item::new(item_id(id), Domain::Film, format!("Title of {id}"))
}

pub(crate) fn deed(user: &str, item: &str, kind: InteractionKind, at_ms: i64) -> Interaction {
    Interaction::new(user_id(user), item_id(item), kind, at_ms)
}

pub(crate) fn party(id: &str, host: &str, created_at_ms: i64) -> Party {
    Party {
        id: party_id(id),
        name: format!("Party {id}"),
        visibility: Visibility::Public,
        control: Control::Host,
        wait: Wait::Quorum,
        locked: false,
        starts_at_ms: None,
        taste: soiree_domain::Taste::default(),
        host: user_id(host),
        item: None,
        password_hash: None,
        created_at_ms,
        ended_at_ms: None,
        epoch: 1,
        fence: 1,
    }
}

pub(crate) fn event(party: &str, seq: i64, fence: i64) -> PartyEvent {
    PartyEvent {
        party: party_id(party),
        epoch: 1,
        seq,
        fence,
        at_ms: 1_000 + seq,
        actor: Some(user_id("ann")),
        kind: "chat".into(),
        schema: 1,
        body: format!("{{\"text\":\"line {seq}\"}}"),
    }
}

/// An entry of one or more deeds without a key.
pub(crate) fn entry(rows: Vec<Interaction>) -> Entry {
    Entry::Interactions { rows, idempotency: None }
}

/// Two people and two items.
pub(crate) async fn furnish(store: &Store) {
    store.put_users(&[user("ann"), user("bob")], 1).await.unwrap();
    store.put_items(&[item("i1"), item("i2")], 1).await.unwrap();
}

pub(crate) async fn counts_and_notes(store: Store) {
    store.ping().await.unwrap();
    assert_eq!(store.counts().await.unwrap(), Counts::default());
    furnish(&store).await;
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    let counts = store.counts().await.unwrap();
    assert_eq!(counts, Counts { users: 2, items: 2, parties: 1, ..Counts::default() });
    assert_eq!(store.meta_get("seed").await.unwrap(), None);
    store.meta_put("seed", "1").await.unwrap();
    store.meta_put("seed", "2").await.unwrap();
    assert_eq!(store.meta_get("seed").await.unwrap().as_deref(), Some("2"));
}
