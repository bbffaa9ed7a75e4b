//! `kill -9` at random moments under load: nothing that was acknowledged is lost, and nothing is doubled.
//!
//! Ten kills by default; `SOIREE_KILLS=50` for more, `SOIREE_SEED` for other moments.

#![expect(clippy::unwrap_used, reason = "a test says what it needs by failing")]

mod support;

use serde_json::{Value, json};
use soiree_domain::{PartyId, UserId};
use soiree_storage::{Store, StoreOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};
use support::{Server, TempDir};
use tokio::sync::Notify;

const WRITERS: usize = 4;
const TALKERS: usize = 4;

/// What the server has acknowledged so far.
#[derive(Default)]
struct Acknowledged {
    reviews: BTreeSet<String>,
    lines: BTreeMap<i64, String>,
}

/// The acknowledgements, and a bell that rings when enough have come.
#[derive(Default)]
struct Ledger {
    all: Mutex<Acknowledged>,
    bell: Notify,
}

impl Ledger {
    fn add(&self, add: impl FnOnce(&mut Acknowledged)) {
        add(&mut self.all.lock().unwrap());
        self.bell.notify_one();
    }

    fn count(&self) -> usize {
        let all = self.all.lock().unwrap();
        all.reviews.len() + all.lines.len()
    }

    async fn reaches(&self, count: usize) {
        while self.count() < count {
            self.bell.notified().await;
        }
    }
}

/// A small generator of its own: the moments must differ, their quality does not matter.
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % below).unwrap()
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Writes reviews with texts of their own until the server is gone.
async fn write(server: Arc<Server>, key: String, ledger: Arc<Ledger>, run: usize, writer: usize) {
    for n in 0.. {
        let text = format!("review {run}-{writer}-{n}");
        let row =
            json!({ "user": format!("writer{writer}"), "item": "test:item", "kind": "review", "text": text });
        match server.http("POST", "/api/v1/interactions", Some(&key), Some(&row)).await {
            Some(answer) if answer.status == 202 => ledger.add(|all| {
                all.reviews.insert(text);
            }),
            Some(answer) => panic!("{answer:?}"),
            None => return,
        }
    }
}

/// Talks in the party until the server is gone.
async fn talk(
    server: Arc<Server>,
    key: String,
    party: String,
    ledger: Arc<Ledger>,
    run: usize,
    talker: usize,
) {
    let Some(mut socket) = server.socket("talker", Some(&key)).await else { return };
    let join = json!({ "type": "party.join", "party": party, "ref": "join" });
    if socket.send(&join).await.is_none() {
        return;
    }
    if socket.until(|frame| frame["ref"] == "join").await.is_none() {
        return;
    }
    for n in 0.. {
        let reference = format!("{n}");
        let text = format!("line {run}-{talker}-{n}");
        let chat = json!({ "type": "party.chat", "party": party, "text": text, "ref": reference });
        if socket.send(&chat).await.is_none() {
            return;
        }
        let Some(frame) = socket.until(|frame| frame["ref"] == reference.as_str()).await else { return };
        assert_eq!(frame["type"], "party.chat", "{frame}");
        let seq = frame["seq"].as_i64().expect("a chat line has its number");
        ledger.add(|all| {
            let before = all.lines.insert(seq, text);
            assert_eq!(before, None, "number {seq} was given twice");
        });
    }
}

async fn prepare(server: &Server) -> (String, Vec<String>) {
    let key = server.key();
    let item = json!({ "id": "test:item", "domain": "film", "title": "A film" });
    let made = server.http("POST", "/api/v1/items", Some(&key), Some(&item)).await.unwrap();
    assert!(made.status < 300, "{made:?}");
    for n in 0..WRITERS {
        let user = json!({ "id": format!("writer{n}"), "name": "Writer" });
        let made = server.http("POST", "/api/v1/users", Some(&key), Some(&user)).await.unwrap();
        assert!(made.status < 300, "{made:?}");
    }
    let mut tokens = Vec::new();
    let mut host = None;
    for n in 0..TALKERS {
        let guest = json!({ "name": format!("Talker {n}") });
        let made = server.http("POST", "/api/v1/auth/guest", None, Some(&guest)).await.unwrap();
        let token = made.json()["token"].as_str().unwrap_or_else(|| panic!("{made:?}")).to_owned();
        host.get_or_insert(token.clone());
        tokens.push(token);
    }
    let mut socket = server.socket("host", host.as_deref()).await.unwrap();
    let create = json!({ "type": "party.create", "name": "Crash", "visibility": "public", "control": "host", "ref": "c" });
    socket.send(&create).await.unwrap();
    let snapshot: Value = socket.until(|frame| frame["ref"] == "c").await.unwrap();
    let party = snapshot["party"]["id"].as_str().unwrap_or_else(|| panic!("{snapshot}")).to_owned();
    (party, tokens)
}

/// Reads the database of the killed server.
async fn check(dir: &TempDir, party: &str, ledger: &Ledger) {
    let url = format!("sqlite://{}", dir.path().join("soiree.db").display());
    let store = Store::open(&url, &StoreOptions::default()).await.unwrap();
    let mut reviews = Vec::new();
    for n in 0..WRITERS {
        let user = UserId::new(format!("writer{n}")).unwrap();
        let history = store.history(&user, 1_000_000).await.unwrap();
        reviews.extend(history.into_iter().filter_map(|row| row.text));
    }
    let mut lines = BTreeMap::new();
    let (party, mut after) = (PartyId::new(party).unwrap(), 0);
    loop {
        let events = store.events_after(&party, 1, after, 1_000).await.unwrap();
        let Some(last) = events.last() else { break };
        for event in &events {
            assert_eq!(event.seq, after + 1, "the numbers have no gap");
            after = event.seq;
            if event.kind == "chat" {
                let body: Value = serde_json::from_str(&event.body).unwrap();
                lines.insert(event.seq, body["text"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(after, last.seq);
    }
    store.close().await;
    let all = ledger.all.lock().unwrap();
    let distinct: BTreeSet<_> = reviews.iter().cloned().collect();
    assert_eq!(distinct.len(), reviews.len(), "a review is doubled");
    let lost: Vec<_> = all.reviews.difference(&distinct).collect();
    assert!(lost.is_empty(), "acknowledged reviews are lost: {lost:?}");
    for (seq, text) in &all.lines {
        assert_eq!(lines.get(seq), Some(text), "the acknowledged line {seq} is lost or another");
    }
    let texts: BTreeSet<_> = lines.values().collect();
    assert_eq!(texts.len(), lines.len(), "a line is doubled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_nine() {
    let dir = TempDir::new();
    let settings = [("SOIREE__DEMO__ENABLED", "false")];
    let server = Server::start(dir.path(), &settings).await;
    let key = server.key();
    let (party, tokens) = prepare(&server).await;
    let ledger = Arc::new(Ledger::default());
    let mut moments = Moments(number("SOIREE_SEED", 20_261_121));
    let kills = usize::try_from(number("SOIREE_KILLS", 10)).unwrap();
    let mut server = Some(server);
    for run in 0..kills {
        let running = Arc::new(match server.take() {
            Some(first) => first,
            None => Server::start(dir.path(), &settings).await,
        });
        let mut load = Vec::new();
        for writer in 0..WRITERS {
            let (server, key, ledger) = (Arc::clone(&running), key.clone(), Arc::clone(&ledger));
            load.push(tokio::spawn(write(server, key, ledger, run, writer)));
        }
        for (talker, token) in tokens.iter().cloned().enumerate() {
            let (server, party, ledger) = (Arc::clone(&running), party.clone(), Arc::clone(&ledger));
            load.push(tokio::spawn(talk(server, token, party, ledger, run, talker)));
        }
        ledger.reaches(ledger.count() + 20 + moments.next(400)).await;
        let pid = running.pid();
        let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert!(killed.success());
        for task in load {
            task.await.unwrap();
        }
        Arc::into_inner(running).expect("the load has ended").reap().await;
        check(&dir, &party, &ledger).await;
    }
    let all = ledger.all.lock().unwrap();
    println!(
        "{kills} kills: {} reviews and {} lines acknowledged, all there",
        all.reviews.len(),
        all.lines.len()
    );
    assert!(!all.reviews.is_empty() && !all.lines.is_empty(), "the load did something");
}
