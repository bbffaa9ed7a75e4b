//! A server that dies in the middle of an evening: members come back without a gap, and the film, the queue, the votes
//! and the roles are where they were.

#![expect(clippy::unwrap_used, reason = "a test says what it needs by failing")]

mod support;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};
use support::{Server, Socket, TempDir};
use tokio::process::Command;

/// Sends a command with a `ref` and waits for what carries it.
async fn ask(socket: &mut Socket, mut frame: Value) -> Value {
    frame["ref"] = json!("asked");
    socket.send(&frame).await.unwrap();
    let answer = socket.until(|frame| frame["ref"] == "asked").await.unwrap();
    assert_ne!(answer["type"], "problem", "{frame} was refused: {answer}");
    answer
}

/// A guest's token; with it the same person comes back.
async fn guest(server: &Server, name: &str) -> String {
    let made = server.http("POST", "/api/v1/auth/guest", None, Some(&json!({ "name": name }))).await.unwrap();
    made.json()["token"].as_str().unwrap_or_else(|| panic!("{made:?}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evening_goes_on_after_the_server_died() {
    let dir = TempDir::new();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]).await;
    let (ana_token, bo_token) = (guest(&server, "Ana").await, guest(&server, "Bo").await);
    let mut ana = server.socket("ana", Some(&ana_token)).await.unwrap();
    let create =
        json!({ "type": "party.create", "name": "Evening", "visibility": "public", "control": "vote" });
    let party = ask(&mut ana, create).await["party"]["id"].clone();
    let mut bo = server.socket("bo", Some(&bo_token)).await.unwrap();
    let seen = ask(&mut bo, json!({ "type": "party.join", "party": party })).await;
    let bo_id = bo.welcome["user"].clone();
    // Bo saw everything up to here, and nothing of what follows.
    let since = json!({ "epoch": seen["epoch"], "seq": seen["seq"] });

    let load = json!({ "type": "party.playback", "party": party, "action": "load", "item": "demo:test-pattern",
                       "duration_ms": 600_000, "position_ms": 90_000 });
    ask(&mut ana, load).await;
    let url = "https://media.example/later.mp4";
    ask(
        &mut ana,
        json!({ "type": "party.queue", "party": party, "op": "add", "url": url, "title": "Later" }),
    )
    .await;
    ask(&mut ana, json!({ "type": "party.vote", "party": party, "item": "demo:x", "value": "veto" })).await;
    ask(&mut ana, json!({ "type": "party.admin", "party": party, "op": "promote", "user": bo_id })).await;
    let line =
        ask(&mut ana, json!({ "type": "party.chat", "party": party, "text": "do you hear me?" })).await;
    let last = line["seq"].as_i64().unwrap();

    let killed = Command::new("kill").args(["-9", &server.pid()]).status().await.unwrap();
    assert!(killed.success());
    server.reap().await;
    let server = Server::start(&data, &[]).await;
    let mut bo = server.socket("bo", Some(&bo_token)).await.unwrap();
    let back = ask(&mut bo, json!({ "type": "party.join", "party": party, "since": since })).await;
    assert_eq!((&back["type"], &back["recovered"]), (&json!("party.resumed"), &json!(true)), "{back}");
    let playback = &back["playback"];
    assert_eq!((&playback["state"], &playback["position_ms"]), (&json!("paused"), &json!(90_000)), "{back}");
    assert_eq!(back["queue"][0]["work"]["title"], "Later");
    assert_eq!(back["poll"]["items"][0]["vetoes"], 1);

    let mut next = since["seq"].as_i64().unwrap() + 1;
    let mut kinds = Vec::new();
    while next <= last {
        let missed = bo.until(|frame| frame["seq"].is_i64()).await.unwrap();
        assert_eq!(missed["seq"], next, "every event comes once and in its turn: {missed}");
        kinds.push(missed["type"].as_str().unwrap().trim_start_matches("party.").to_owned());
        next += 1;
    }
    kinds.retain(|kind| kind != "recommendations");
    assert_eq!(kinds, ["playback", "queue", "poll", "member", "chat"]);

    // Bo is a moderator still: what only they may do is done.
    let ana_id = ana.welcome["user"].clone();
    let refused = json!({ "type": "party.admin", "party": party, "op": "mute", "user": ana_id, "ref": "no" });
    bo.send(&refused).await.unwrap();
    let answer = bo.until(|frame| frame["ref"] == "no").await.unwrap();
    assert_eq!(answer["code"], "not-allowed", "nobody touches the host");
    ask(&mut bo, json!({ "type": "party.admin", "party": party, "op": "lock" })).await;
    let mut cleo = server.socket("cleo", Some(&guest(&server, "Cleo").await)).await.unwrap();
    cleo.send(&json!({ "type": "party.join", "party": party, "ref": "in" })).await.unwrap();
    assert_eq!(cleo.until(|frame| frame["ref"] == "in").await.unwrap()["code"], "party-locked");
}

/// What a server must let through that takes a whole house of guests from one address.
const ROOM: [(&str, &str); 4] = [
    ("SOIREE__BUDGET__ADDRESS_SOCKETS", "0"),
    ("SOIREE__BUDGET__ADDRESS_HELLOS_PER_MINUTE", "0"),
    ("SOIREE__BUDGET__ADDRESS_JOINS_PER_MINUTE", "0"),
    ("SOIREE__ACCESS__GUEST_BURST", "1000"),
];

/// `cargo test -p soiree --release --all-features --test resume -- --nocapture` prints how long it took.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_party_is_back_after_the_server_died() {
    const PARTIES: usize = 100;
    let dir = TempDir::new();
    let data = dir.path().join("data");
    let server = Server::start(&data, &ROOM).await;
    let mut parties = Vec::new();
    for number in 0..PARTIES {
        let token = guest(&server, "Host").await;
        let mut host = server.socket("host", Some(&token)).await.unwrap();
        let create =
            json!({ "type": "party.create", "name": format!("Party {number}"), "visibility": "unlisted" });
        let party = ask(&mut host, create).await["party"]["id"].clone();
        let line =
            ask(&mut host, json!({ "type": "party.chat", "party": party, "text": "are we on?" })).await;
        parties.push((token, party, line["seq"].clone()));
    }
    let killed = Command::new("kill").args(["-9", &server.pid()]).status().await.unwrap();
    assert!(killed.success());
    server.reap().await;

    let died = Instant::now();
    let server = Arc::new(Server::start(&data, &ROOM).await);
    let answers = died.elapsed();
    let back = parties.into_iter().map(|(token, party, seq)| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let mut host = server.socket("host", Some(&token)).await.unwrap();
            let join = json!({ "type": "party.join", "party": party, "since": { "epoch": 1, "seq": seq } });
            let resumed = ask(&mut host, join).await;
            assert_eq!(resumed["recovered"], true, "{resumed}");
            died.elapsed()
        })
    });
    let mut back: Vec<_> = try_join_all(back).await.unwrap();
    back.sort_unstable();
    println!(
        "{} parties: the server listens again after {answers:.0?}, the median party is back after {:.0?}, the last after {:.0?}",
        back.len(),
        back[PARTIES / 2],
        back[PARTIES - 1]
    );
}
