//! The live channel over real sockets on loopback: a house on a fresh database, and clients that speak frames.

mod budgets;
mod fuzz;
mod hostile;
mod rig;
mod tickets;

use crate::access::keys::{Prefix, Wish};
use futures_util::SinkExt;
use rig::{Got, Rig, code, party};
use serde_json::json;
use soiree_domain::{Role, User, UserId, UserKind};
use std::time::Duration;
use tokio::{io::AsyncReadExt, time::timeout};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{
        Error, Message,
        http::HeaderValue,
        protocol::frame::{
            Frame,
            coding::{Data as DataCode, OpCode},
        },
    },
};

#[actix_web::test]
async fn a_guest_comes_back_as_the_same_person() {
    let rig = Rig::start(|_| {}).await;
    let mut client = rig.open().await;
    let hello = json!({"type": "hello", "ref": "1", "name": "Ana", "device": "phone", "locale": "de", "utc_offset_min": 60});
    let first = client.ask(hello).await;
    assert_eq!((&first["heartbeat_s"], &first["name"]), (&json!(25), &json!("Ana")));
    let again = client.ask(json!({"type": "hello", "ref": "2"})).await;
    assert_eq!(code(&again), "conflict");
    let clock = client.ask(json!({"type": "clock", "ref": "3", "t0": 1.5})).await;
    assert_eq!(clock["t0"], 1.5);
    drop(client);
    let mut back = rig.open().await;
    let second =
        back.ask(json!({"type": "hello", "ref": "1", "resume": first["resume"], "name": "Anna"})).await;
    assert_eq!((&second["user"], &second["name"]), (&first["user"], &json!("Anna")));
    assert_ne!(second["session"], first["session"]);
    let mut stranger = rig.open().await;
    stranger.send(json!({"type": "hello", "resume": "rt_nobody"})).await;
    assert_eq!(stranger.end().await, (vec!["unauthorized".into(), "unauthorized".into()], 4001));
    rig.stop().await;
}

#[actix_web::test]
async fn keys_stand_for_their_person() {
    let rig = Rig::start(|_| {}).await;
    let ana = User::new(UserId::new("demo:ana").unwrap(), "Ana", UserKind::Person);
    rig.state.house.put_users(vec![ana.clone()]).await.unwrap();
    let key = async |role, user| {
        let wish = Wish { name: "k".into(), role, user, prefix: Prefix::Key, lives_ms: None };
        rig.state.keys.create(wish, 1).await.unwrap().1.reveal().to_owned()
    };
    let mut client = rig.open().await;
    let token = key(Role::User, Some(ana.id.clone())).await;
    let welcome = client.ask(json!({"type": "hello", "ref": "1", "token": token, "name": "Nobody"})).await;
    assert_eq!((&welcome["user"], &welcome["name"]), (&json!("demo:ana"), &json!("Ana")));
    assert!(welcome.get("resume").is_none());
    for (token, problem) in [
        (key(Role::Service, None).await, "forbidden"),
        (key(Role::Viewer, Some(ana.id.clone())).await, "forbidden"),
        ("sk_wrong".to_owned(), "unauthorized"),
    ] {
        let mut client = rig.open().await;
        client.send(json!({"type": "hello", "token": token})).await;
        assert_eq!(client.end().await, (vec![problem.into(), "unauthorized".into()], 4001));
    }
    rig.stop().await;
}

#[actix_web::test]
async fn a_party_chats_in_order_and_who_was_away_gets_exactly_what_was_missed() {
    let rig = Rig::start(|live| live.frames_burst = 1_000).await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    let mut bo = rig.guest("Bo").await;
    let joined = bo.ask(json!({"type": "party.join", "ref": "j", "party": id})).await;
    assert_eq!(joined["members"].as_array().map(Vec::len), Some(2));
    let came = ana.until("party.member").await;
    assert_eq!((&came["change"], &came["name"]), (&json!("joined"), &json!("Bo")));
    let mut last = 0;
    for n in 0..50 {
        let said = ana.ask(json!({"type": "party.chat", "ref": format!("r{n}"), "party": id, "text": format!("line {n}")})).await;
        assert_eq!(said["type"], "party.chat");
        let heard = bo.until("party.chat").await;
        assert_eq!((&heard["text"], heard["ref"].is_null()), (&json!(format!("line {n}")), true));
        assert_eq!(heard["seq"], said["seq"]);
        assert!(heard["seq"].as_i64() > Some(last));
        last = heard["seq"].as_i64().unwrap();
    }
    drop(bo);
    let mut missed = Vec::new();
    for text in ["while", "you", "were away"] {
        let said = ana.ask(json!({"type": "party.chat", "ref": "x", "party": id, "text": text})).await;
        missed.push((said["seq"].clone(), json!(text)));
    }
    let mut back = rig.guest("Cy").await;
    let since = json!({"epoch": joined["epoch"], "seq": last});
    let resumed = back.ask(json!({"type": "party.join", "ref": "j", "party": id, "since": since})).await;
    assert_eq!((&resumed["type"], &resumed["recovered"]), (&json!("party.resumed"), &json!(true)));
    let mut told = Vec::new();
    while told.len() < missed.len() {
        let line = back.until("party.chat").await;
        told.push((line["seq"].clone(), line["text"].clone()));
    }
    assert_eq!(told, missed);
    let reacted = json!({"type": "party.react", "party": id, "emoji": "🎉"});
    ana.send(reacted).await;
    assert_eq!(back.until("party.reaction").await["emoji"], "🎉");
    let left = back.ask(json!({"type": "party.leave", "ref": "l", "party": id})).await;
    assert_eq!(left["type"], "ack");
    rig.stop().await;
}

#[actix_web::test]
async fn what_cannot_be_read_is_answered_or_ends_with_a_code() {
    let rig = Rig::start(|live| live.max_frame_bytes = 10_000).await;
    let mut ana = rig.guest("Ana").await;
    assert_eq!(code(&ana.ask(json!({"type": "dance", "ref": "1"})).await), "unknown-type");
    assert_eq!(
        code(&ana.ask(json!({"type": "party.chat", "ref": "2", "party": "p"})).await),
        "invalid-fields"
    );
    assert_eq!(
        code(&ana.ask(json!({"type": "party.chat", "ref": "3", "party": "p", "text": "x"})).await),
        "not-a-member"
    );
    assert_eq!(
        code(&ana.ask(json!({"type": "party.join", "ref": "4", "party": "none"})).await),
        "party-not-found"
    );
    let part =
        |code, bytes: &'static [u8], last| Message::Frame(Frame::message(bytes, OpCode::Data(code), last));
    ana.0.send(part(DataCode::Text, b"{\"type\":\"clock\",", false)).await.unwrap();
    ana.0.send(Message::Ping(b"still there?".to_vec().into())).await.unwrap();
    ana.0.send(part(DataCode::Continue, b"\"t0\":", false)).await.unwrap();
    ana.0.send(part(DataCode::Continue, b"7}", true)).await.unwrap();
    assert_eq!(ana.got().await, Got::Pong(b"still there?".to_vec()));
    assert_eq!(ana.until("clock").await["t0"], 7.0);

    let cases: Vec<(Message, &str, &str, u16)> = vec![
        (Message::text("x".repeat(10_001)), "too-large", "too-large", 1009),
        (Message::binary(b"{}".to_vec()), "unsupported-media-type", "text-only", 1003),
        (part(DataCode::Text, b"\"\xff\"", true), "bad-json", "not-utf8", 1007),
        (part(DataCode::Continue, b"x", true), "bad-request", "protocol", 1002),
    ];
    for (message, problem, word, close) in cases {
        let mut client = rig.guest("Bo").await;
        client.0.send(message).await.unwrap();
        assert_eq!(client.end().await, (vec![problem.into(), word.into()], close));
    }
    let mut fragments = rig.guest("Cy").await;
    fragments.0.send(part(DataCode::Text, b"{", false)).await.unwrap();
    for _ in 0..10 {
        let filler = Frame::message(vec![b' '; 2_000], OpCode::Data(DataCode::Continue), false);
        let _may_be_cut_off = fragments.0.send(Message::Frame(filler)).await;
    }
    assert_eq!(fragments.end().await, (vec!["too-large".into(), "too-large".into()], 1009));
    rig.stop().await;
}

#[actix_web::test]
async fn who_does_not_say_hello_is_turned_away() {
    let rig = Rig::start(|live| live.hello_s = 1).await;
    let mut silent = rig.open().await;
    let mut rude = rig.open().await;
    rude.send(json!({"type": "clock", "ref": "1", "t0": 1})).await;
    assert_eq!(rude.end().await, (vec!["hello-required".into(), "unauthorized".into()], 4001));
    let mut large = rig.open().await;
    large.0.send(Message::text("x".repeat(5_000))).await.unwrap();
    assert_eq!(large.end().await.1, 1009);
    assert_eq!(silent.end().await, (vec!["hello-required".into(), "unauthorized".into()], 4001));
    rig.stop().await;
}

#[actix_web::test]
async fn a_silent_client_is_pinged_and_then_closed() {
    let rig = Rig::start(|live| live.heartbeat_s = 1).await;
    let mut raw = rig.guest("Ana").await.0.into_inner();
    let mut heard = Vec::new();
    // This client reads, but answers no ping.
    timeout(Duration::from_secs(10), raw.read_to_end(&mut heard)).await.unwrap().unwrap();
    assert!(heard.starts_with(&[0x89, 0]), "{heard:?}");
    let close = [0x88, 11, 0x0f, 0xa9];
    assert!(heard.windows(4).any(|bytes| bytes == close), "{heard:?}");
    rig.stop().await;
}

#[actix_web::test]
async fn a_flooder_is_limited_and_others_go_on() {
    let rig = Rig::start(|live| (live.frames_per_second, live.frames_burst) = (20, 40)).await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    let mut flooder = rig.guest("Flo").await;
    flooder.ask(json!({"type": "party.join", "ref": "j", "party": id})).await;
    for _ in 0..60 {
        flooder.send(json!({"type": "clock", "ref": "t", "t0": 1})).await;
    }
    let mut limited = 0;
    let mut answered = 0;
    while limited + answered < 60 {
        match flooder.got().await {
            Got::Frame(frame) if frame["ref"] == "t" && frame["type"] == "clock" => answered += 1,
            Got::Frame(frame) if frame["ref"] == "t" => {
                assert_eq!(code(&frame), "rate-limited");
                assert!(frame["retry_after_ms"].as_u64() <= Some(50));
                limited += 1;
            }
            _ => {}
        }
    }
    assert!(answered >= 38 && limited >= 10, "{answered} answered, {limited} limited");
    let said = ana.ask(json!({"type": "party.chat", "ref": "1", "party": id, "text": "calm"})).await;
    assert_eq!(said["type"], "party.chat");
    for _ in 0..400 {
        let flood = Message::text(json!({"type": "clock", "t0": 1}).to_string());
        if flooder.0.send(flood).await.is_err() {
            break;
        }
    }
    assert_eq!(flooder.end().await.1, 1008);
    let said = ana.ask(json!({"type": "party.chat", "ref": "2", "party": id, "text": "still calm"})).await;
    assert_eq!(said["type"], "party.chat");
    rig.stop().await;
}

#[actix_web::test]
async fn subprotocols_and_origins_are_checked() {
    let rig = Rig::start(|live| live.origins = vec!["https://app.example".into()]).await;
    let own = format!("http://{}", rig.addr);
    let check = async |name: &'static str, value: &str, status: u16| {
        let mut request = rig.request();
        request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        match connect_async(request).await {
            Ok((_, response)) => {
                assert_eq!(status, 101, "{name}: {value}");
                response.headers().get("sec-websocket-protocol").map(|v| v.to_str().unwrap().to_owned())
            }
            Err(Error::Http(response)) => {
                assert_eq!(response.status().as_u16(), status, "{name}: {value}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    };
    let agreed = check("sec-websocket-protocol", "chat, soiree.v1.json", 101).await;
    assert_eq!(agreed.as_deref(), Some("soiree.v1.json"));
    check("sec-websocket-protocol", "chat", 400).await;
    check("origin", &own, 101).await;
    check("origin", "https://app.example", 101).await;
    check("origin", "https://evil.example", 403).await;
    check("origin", "null", 403).await;
    rig.stop().await;
}

#[actix_web::test]
async fn a_stopping_server_says_bye_to_everybody() {
    let rig = Rig::start(|_| {}).await;
    let mut clients = Vec::new();
    for n in 0..3 {
        clients.push(rig.guest(&format!("G{n}")).await);
    }
    let Rig { stop, ended, state, dir, .. } = rig;
    stop.unwrap().send(()).unwrap();
    for client in &mut clients {
        let bye = client.until("bye").await;
        assert_eq!(bye["code"], "going-away");
        assert!(bye["reconnect_after_ms"].as_u64() >= Some(1_000));
        assert_eq!(client.got().await, Got::Closed(1001));
    }
    drop(clients);
    timeout(Duration::from_secs(8), ended).await.expect("sockets end at once").unwrap().unwrap();
    state.house.stop().await;
    std::fs::remove_dir_all(&dir).unwrap();
}
