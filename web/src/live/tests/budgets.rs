//! What one socket, one person and one address may use, over real sockets.

use super::rig::{Rig, code, party};
use serde_json::json;
use soiree_actors::clock::Clock;
use soiree_domain::Role;
use tokio_tungstenite::{connect_async, tungstenite::Error};

const NOW_MS: i64 = 1_781_481_600_000;

#[actix_web::test]
async fn an_address_opens_so_many_sockets_and_a_closed_one_makes_room() {
    let rig = Rig::start_with(Clock::manual(NOW_MS), |edge, _| edge.address.sockets = 2).await;
    let first = rig.guest("Ana").await;
    let _second = rig.guest("Bo").await;
    let Err(Error::Http(refused)) = connect_async(rig.request()).await else { panic!("must be refused") };
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    drop(first);
    // The server hears of the end of a connection in its own time.
    while connect_async(rig.request()).await.is_err() {
        tokio::task::yield_now().await;
    }
    rig.stop().await;
}

#[actix_web::test]
async fn hellos_and_joins_are_counted_by_person_and_by_address() {
    let clock = Clock::manual(NOW_MS);
    let rig = Rig::start_with(clock.clone(), |edge, _| {
        (edge.person.sockets, edge.person.joins_per_minute) = (1, 2);
        edge.address.hellos_per_minute = 3;
    })
    .await;
    let (_, token) = rig.person("ana", Role::User).await;
    let hello = json!({"type": "hello", "ref": "h", "token": token});
    let mut ana = rig.open().await;
    assert_eq!(ana.ask(hello.clone()).await["type"], "welcome");
    let mut second = rig.open().await;
    second.send(hello.clone()).await;
    assert_eq!(second.end().await, (vec!["rate-limited".into(), "try-later".into()], 1013));

    let id = party(&mut ana).await;
    let join = json!({"type": "party.join", "ref": "j", "party": id});
    assert_eq!(ana.ask(join.clone()).await["type"], "party.snapshot");
    let refused = ana.ask(join.clone()).await;
    assert_eq!((code(&refused), &refused["retry_after_ms"]), ("rate-limited", &json!(30_000)));
    clock.advance(30_000);
    assert_eq!(ana.ask(join).await["type"], "party.snapshot");

    // Thirty seconds gave the address one and a half of the two hellos back.
    rig.guest("Bo").await;
    rig.guest("Cy").await;
    let mut late = rig.open().await;
    late.send(json!({"type": "hello"})).await;
    assert_eq!(late.end().await, (vec!["rate-limited".into(), "try-later".into()], 1013));
    rig.stop().await;
}

#[actix_web::test]
async fn a_socket_sends_so_many_bytes() {
    let rig = Rig::start_with(Clock::manual(NOW_MS), |edge, _| {
        (edge.live.bytes_per_second, edge.live.bytes_burst) = (1_000, 4_000);
    })
    .await;
    let mut ana = rig.guest("Ana").await;
    let large = json!({"type": "clock", "ref": "c", "t0": 1, "pad": "x".repeat(2_900)});
    assert_eq!(code(&ana.ask(large.clone()).await), "invalid-fields", "it was read");
    let refused = ana.ask(large.clone()).await;
    assert_eq!(code(&refused), "rate-limited");
    assert!(refused["retry_after_ms"].as_u64() > Some(1_000), "{refused}");
    for _ in 0..5 {
        ana.send(large.clone()).await;
    }
    assert_eq!(ana.end().await.1, 1008);
    rig.stop().await;
}
