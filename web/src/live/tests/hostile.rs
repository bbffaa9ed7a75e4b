//! Clients that mean harm, or cannot do better: the room goes on, memory stays bounded, and they are told by code.

use super::rig::{Got, Rig, code, party};
use futures_util::{SinkExt, task::noop_waker};
use serde_json::{Value, json};
use soiree_actors::{
    clock::Clock,
    live::Command,
    outbox::{Limits, Next, outbox},
    session::Incoming,
};
use soiree_domain::{Principal, Role, User, UserId, UserKind};
use std::{sync::Arc, task::Context};
use tokio_tungstenite::tungstenite::Message;

const NOW_MS: i64 = 1_781_481_600_000;
/// Bytes that may wait for one socket in these tests.
const QUEUE: usize = 16 * 1_024;

async fn small_queues() -> Rig {
    Rig::start_with(Clock::manual(NOW_MS), |edge, inside| {
        (edge.live.frames_burst, edge.live.bytes_burst) = (10_000, 10_000_000);
        inside.outbox.max_bytes = QUEUE;
    })
    .await
}

#[actix_web::test]
async fn who_reads_nothing_delays_nobody_and_misses_the_oldest_lines() {
    let rig = small_queues().await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    let mut bo = rig.guest("Bo").await;
    bo.ask(json!({"type": "party.join", "ref": "j", "party": id})).await;

    // A socket whose reading end is never asked, without the system's own buffers in between.
    let user = User::new(UserId::new("stuck").unwrap(), "Stuck", UserKind::Person);
    rig.state.house.put_users(vec![user.clone()]).await.unwrap();
    let principal = Principal { role: Role::User, user: Some(user.id.clone()), name: "test".into() };
    let house = &rig.state.house;
    let limits = Limits { max_bytes: QUEUE, ..Limits::default() };
    let (sender, mut drain) = outbox(limits, Arc::clone(house.counters()), house.encode().gap_frame());
    let link = house.connect(&principal, user, sender.clone());
    let join = Command::Join { party: id.parse().unwrap(), password: None, invite: None, since: None };
    assert!(link.send(Incoming { command: join, reference: None }).await);
    assert_eq!(ana.until("party.member").await["name"], "Bo");
    assert_eq!(ana.until("party.member").await["name"], "Stuck");

    for n in 0..200 {
        let line = json!({"type": "party.chat", "ref": "c", "party": id, "text": format!("{n} {}", "x".repeat(300))});
        let said = ana.ask(line).await;
        assert_eq!(bo.until("party.chat").await["seq"], said["seq"]);
        assert!(sender.waiting_bytes() <= QUEUE);
    }
    assert!(!sender.is_closed(), "chat gives way; nothing else had to");
    let mut told = Vec::new();
    while let std::task::Poll::Ready(Next::Write(bytes)) =
        drain.poll_next(&mut Context::from_waker(&noop_waker()))
    {
        told.extend_from_slice(&bytes);
    }
    assert!(told.len() <= QUEUE + 1_024, "{} bytes", told.len());
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("\"type\":\"gap\"") && told.contains("199 xxx") && !told.contains(":\"1 xxx"));
    drop(link);
    rig.stop().await;
}

#[actix_web::test]
async fn what_must_not_be_missed_and_does_not_fit_ends_with_4008() {
    let rig = small_queues().await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    for _ in 0..60 {
        let line = json!({"type": "party.chat", "ref": "c", "party": id, "text": "x".repeat(400)});
        ana.ask(line).await;
    }
    // The snapshot of these lines is larger than the queue.
    let mut bo = rig.guest("Bo").await;
    bo.send(json!({"type": "party.join", "ref": "j", "party": id})).await;
    assert_eq!(bo.end().await.1, 4008);
    let said = ana.ask(json!({"type": "party.chat", "ref": "s", "party": id, "text": "on we go"})).await;
    assert_eq!(said["type"], "party.chat");
    rig.stop().await;
}

#[actix_web::test]
async fn a_flooder_is_refused_and_then_closed_with_1008() {
    let rig = Rig::start_with(Clock::manual(NOW_MS), |edge, _| edge.live.frames_burst = 20).await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    let mut flooder = rig.guest("Flo").await;
    // The clock stands still: twenty frames are read, hello among them, eighty are refused, and that is it.
    for _ in 0..101 {
        let _may_be_cut_off = flooder.0.send(Message::text(r#"{"type":"clock","ref":"f","t0":1}"#)).await;
    }
    let (mut read, mut refused) = (0, 0);
    let close = loop {
        match flooder.got().await {
            Got::Frame(frame) if frame["type"] == "clock" => read += 1,
            Got::Frame(frame) if code(&frame) == "rate-limited" && frame["ref"] == "f" => refused += 1,
            Got::Frame(_) | Got::Ping | Got::Pong(_) => {}
            Got::Closed(code) => break code,
            Got::Gone => panic!("closed without a word"),
        }
    };
    assert_eq!((read, refused, close), (19, 80, 1008));
    let said = ana.ask(json!({"type": "party.chat", "ref": "s", "party": id, "text": "calm"})).await;
    assert_eq!(said["type"], "party.chat");
    rig.stop().await;
}

#[actix_web::test]
async fn huge_and_deep_frames_are_refused() {
    let rig = Rig::start_with(Clock::manual(NOW_MS), |edge, _| {
        (edge.live.max_frame_bytes, edge.live.bytes_burst) = (200_000, 1_000_000);
    })
    .await;
    let mut ana = rig.guest("Ana").await;
    for deep in ["[".repeat(100_000), format!("{{\"type\":{}", "[".repeat(100_000)), "{\"a\":".repeat(30_000)]
    {
        ana.0.send(Message::text(deep)).await.unwrap();
        let Got::Frame(told) = ana.got().await else { panic!("must be answered") };
        assert_eq!(code(&told), "bad-json");
    }
    assert_eq!(ana.ask(json!({"type": "clock", "ref": "c", "t0": 1})).await["type"], "clock");
    let _may_be_cut_off = ana.0.send(Message::text("x".repeat(1 << 20))).await;
    assert_eq!(ana.end().await, (vec!["too-large".into(), "too-large".into()], 1009));
    rig.stop().await;
}

#[actix_web::test]
async fn sockets_without_a_hello_are_closed_and_disturb_nobody() {
    let rig = Rig::start(|live| live.hello_s = 1).await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(rig.open().await);
    }
    let said: Value = ana.ask(json!({"type": "party.chat", "ref": "s", "party": id, "text": "hi"})).await;
    assert_eq!(said["type"], "party.chat");
    for mut socket in silent {
        assert_eq!(socket.end().await, (vec!["hello-required".into(), "unauthorized".into()], 4001));
    }
    rig.stop().await;
}
