//! Every type of frame with every field missing, of another type, or huge, over one connection that must go on.
//!
//! Types and fields are read from `docs/asyncapi.yaml`, which [`super::super::contract`] holds to what is decoded, so
//! that a new type is tried here without a word more.

use super::rig::{Client, Got, Rig, code, party};
use crate::live::decode::KNOWN;
use futures_util::SinkExt;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};
use tokio_tungstenite::tungstenite::Message;

/// Frames of random mixtures.
const MIXTURES: usize = 500;

/// A type of frame: a good example with every field that any example has, and all its fields.
struct Kind {
    good: Map<String, Value>,
    fields: Vec<String>,
}

fn kinds(party: &str) -> Vec<Kind> {
    let root: Value = serde_yaml_ng::from_str(include_str!("../../../../docs/asyncapi.yaml")).unwrap();
    let parts = &root["components"];
    let read = |kind: &&str| {
        let named =
            |(_, message): &(&String, &Value)| message["name"] == **kind && !message["examples"].is_null();
        let (_, message) = parts["messages"].as_object().unwrap().iter().find(named).unwrap();
        let mut good = Map::new();
        for example in message["examples"].as_array().unwrap() {
            good.extend(example["payload"].as_object().unwrap().clone());
        }
        if good.contains_key("party") {
            good.insert("party".into(), json!(party));
        }
        let schema = message["payload"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let properties = parts["schemas"][schema]["properties"].as_object().unwrap();
        Kind { good, fields: properties.keys().filter(|name| *name != "type").cloned().collect() }
    };
    KNOWN.iter().map(read).collect()
}

/// Values that hardly a field wants.
fn odd() -> Vec<Value> {
    let deep = (0..100).fold(json!(null), |inner, _| json!([inner]));
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!(""),
        json!(" "),
        json!("nobody"),
        json!("\u{0}\u{7}\u{202e}\u{1f389}"),
        json!("ä".repeat(30_000)),
        json!([]),
        json!(vec![0; 10_000]),
        json!([[]]),
        json!({}),
        json!({"x": {"y": 1}}),
        deep,
    ]
}

/// Sends a frame and reads up to the answer of a clock sample behind it. Whatever comes is no fault of the server.
async fn survives(client: &mut Client, frame: String, number: usize) {
    let mark = format!("mark{number}");
    let shown: String = frame.chars().take(300).collect();
    client.0.send(Message::text(frame)).await.unwrap();
    client.send(json!({"type": "clock", "ref": mark, "t0": 1})).await;
    loop {
        match client.got().await {
            Got::Frame(told) if told["ref"] == json!(mark) => return,
            Got::Frame(told) => {
                assert!(!["internal", "not-stored"].contains(&code(&told)), "{shown}: {told}")
            }
            Got::Ping | Got::Pong(_) => {}
            end => panic!("{shown} ended the connection: {end:?}"),
        }
    }
}

async fn rig() -> Rig {
    Rig::start_with(soiree_actors::clock::Clock::system(), |edge, _| {
        let live = &mut edge.live;
        live.max_frame_bytes = 1 << 20;
        (live.frames_per_second, live.frames_burst) = (1_000_000, 1_000_000);
        (live.bytes_per_second, live.bytes_burst) = (1_000_000_000, 1_000_000_000);
        (edge.person.joins_per_minute, edge.address.joins_per_minute) = (0, 0);
    })
    .await
}

async fn nothing_was_rebuilt(rig: Rig) {
    assert_eq!(rig.state.house.stats().await.unwrap().rebuilt, 0, "no actor of a party panicked");
    rig.stop().await;
}

#[actix_web::test]
async fn every_field_of_every_type_may_be_missing_wrong_or_huge() {
    let rig = rig().await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    let mut number = 0;
    for Kind { good, fields } in kinds(&id) {
        for field in fields {
            let mut frames = vec![good.clone(); 1 + odd().len()];
            frames[0].remove(&field);
            for (frame, value) in frames[1..].iter_mut().zip(odd()) {
                frame.insert(field.clone(), value);
            }
            for frame in frames {
                survives(&mut ana, Value::Object(frame).to_string(), number).await;
                number += 1;
            }
        }
    }
    assert!(number > 20 * KNOWN.len(), "{number} frames were tried");
    nothing_was_rebuilt(rig).await;
}

#[actix_web::test]
async fn mixtures_of_odd_fields_and_broken_texts_are_survived() {
    let rig = rig().await;
    let mut ana = rig.guest("Ana").await;
    let id = party(&mut ana).await;
    let (kinds, odd) = (kinds(&id), odd());
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..5);
    let cut = prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>()));
    let mixture = (any::<prop::sample::Index>(), changes, cut);
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for number in 0..MIXTURES {
        let (kind, changes, cut) = mixture.new_tree(&mut runner).unwrap().current();
        let Kind { good, fields } = kind.get(&kinds);
        let mut frame = good.clone();
        for (field, value) in changes {
            frame.insert(field.get(fields).clone(), value.get(&odd).clone());
        }
        let mut text = Value::Object(frame).to_string().into_bytes();
        if let Some((at, byte)) = cut {
            let at = at.index(text.len());
            text[at] = byte;
        }
        // A text that is no UTF-8 ends the connection, and is tried elsewhere.
        survives(&mut ana, String::from_utf8_lossy(&text).into_owned(), number).await;
    }
    nothing_was_rebuilt(rig).await;
}
