//! One-time tickets, from the request to the socket.

use super::rig::Rig;
use crate::access::{keys, tickets::LIVES_MS};
use serde_json::{Value, json};
use soiree_actors::clock::Clock;
use soiree_domain::{Role, UserId};

const NOW_MS: i64 = 1_781_481_600_000;

/// What hello with this ticket comes to: the welcome, or the last word and the close code.
async fn hello(rig: &Rig, ticket: &str) -> Result<Value, (Vec<String>, u16)> {
    let mut client = rig.open().await;
    client.send(json!({"type": "hello", "ref": "h", "ticket": ticket})).await;
    match client.got().await {
        super::Got::Frame(frame) if frame["type"] == "welcome" => Ok(frame),
        super::Got::Frame(frame) => {
            let (mut words, close) = client.end().await;
            words.insert(0, super::code(&frame).to_owned());
            Err((words, close))
        }
        end => panic!("{end:?}"),
    }
}

#[actix_web::test]
async fn a_ticket_opens_one_socket_in_time_while_its_key_is_good() {
    let clock = Clock::manual(NOW_MS);
    let rig = Rig::start_with(clock.clone(), |_, _| {}).await;
    let (key, token) = rig.person("ana", Role::User).await;
    let ana = UserId::new("ana").unwrap();
    let issue = || {
        let (ticket, _) = rig.state.tickets.issue(&ana, keys::hash(&token), clock.now_ms()).unwrap();
        ticket.reveal().to_owned()
    };
    let refused = Err((vec!["unauthorized".to_owned(), "unauthorized".to_owned()], 4001));
    let ticket = issue();
    let welcome = hello(&rig, &ticket).await.unwrap();
    assert_eq!((&welcome["user"], welcome.get("resume")), (&json!("ana"), None));
    assert_eq!(hello(&rig, &ticket).await, refused, "not twice");
    let ticket = issue();
    clock.advance(LIVES_MS);
    assert_eq!(hello(&rig, &ticket).await, refused, "not later");
    let ticket = issue();
    assert!(rig.state.keys.revoke(&key.id, clock.now_ms()).await.unwrap());
    assert_eq!(hello(&rig, &ticket).await, refused, "not after its key");
    assert_eq!(hello(&rig, "wt_guess").await, refused);
    rig.stop().await;
}
