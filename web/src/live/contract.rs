//! Holds the live channel to `docs/asyncapi.yaml`: every frame that the server can emit and every example command.

mod samples;

use super::{
    decode::{self, Asked, Decoded},
    encode::{self, JsonFrames, wire},
    socket::Why,
};
use crate::problem::{CATALOGUE, Problem};
use samples::{events, id};
use serde_json::{Value, json};
use soiree_actors::{live::Encode, outbox::CloseReason};
use soiree_domain::{Domain, Item, ItemId};
use std::sync::Arc;

fn document() -> Value {
    serde_yaml_ng::from_str(include_str!("../../../docs/asyncapi.yaml")).unwrap()
}

/// What is wrong with a value; the part of JSON Schema that the document uses, and a refusal of everything else.
fn faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut need = |ok: bool, what: String| {
        if !ok {
            found.push(format!("{path}: {what}"));
        }
    };
    let number = |key: &str| schema[key].as_f64().unwrap();
    let mut inner = Vec::new();
    for (key, rule) in schema.as_object().unwrap() {
        match key.as_str() {
            "description" | "type" | "required" | "additionalProperties" => {}
            "$ref" => {
                let at = rule.as_str().unwrap().trim_start_matches('#');
                let target = root.pointer(at).unwrap_or_else(|| panic!("{at} leads nowhere"));
                inner.extend(faults(root, target, value, path));
            }
            "const" => need(value == rule, format!("{value} is not {rule}")),
            "enum" => need(rule.as_array().unwrap().contains(value), format!("{value} is not listed")),
            "minimum" => {
                need(value.as_f64().is_some_and(|v| v >= number(key)), format!("{value} is below {rule}"))
            }
            "maximum" => {
                need(value.as_f64().is_some_and(|v| v <= number(key)), format!("{value} is above {rule}"))
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" => {
                let length =
                    value.as_str().map(|s| s.chars().count()).or(value.as_array().map(Vec::len)).unwrap();
                let bound = usize::try_from(rule.as_u64().unwrap()).unwrap();
                let fits = if key.starts_with("min") { length >= bound } else { length <= bound };
                need(fits, format!("has {length}, {key} is {bound}"));
            }
            "items" => {
                for (at, entry) in value.as_array().into_iter().flatten().enumerate() {
                    inner.extend(faults(root, rule, entry, &format!("{path}[{at}]")));
                }
            }
            "properties" => {
                for (name, entry) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(name) {
                        inner.extend(faults(root, rule, entry, &format!("{path}.{name}")));
                    }
                }
            }
            other => panic!("the test does not know the keyword {other}"),
        }
    }
    if let Some(kind) = schema["type"].as_str() {
        let fits = match kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            other => panic!("the test does not know the type {other}"),
        };
        need(fits, format!("{value} is no {kind}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        need(!value[name.as_str().unwrap()].is_null(), format!("{name} is missing"));
    }
    for (name, entry) in value.as_object().into_iter().flatten() {
        if schema["properties"].get(name).is_some() {
            continue;
        }
        match &schema["additionalProperties"] {
            Value::Bool(false) => need(false, format!("{name} is not described")),
            Value::Object(_) => {
                let rule = &schema["additionalProperties"];
                inner.extend(faults(root, rule, entry, &format!("{path}.{name}")));
            }
            _ => {}
        }
    }
    found.extend(inner);
    found
}

/// The messages of an operation as (type, schema).
fn messages(root: &Value, operation: &str) -> Vec<(String, Value, Value)> {
    let listed = root["operations"][operation]["messages"].as_array().unwrap();
    let follow = |value: &Value| {
        root.pointer(value["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap().clone()
    };
    listed
        .iter()
        .map(|reference| {
            let message = follow(&follow(reference));
            let kind = message["name"].as_str().unwrap().to_owned();
            (kind, follow(&message["payload"]), message)
        })
        .collect()
}

fn frames() -> Vec<bytes::Bytes> {
    let named = JsonFrames::new();
    named.name_items(|item: &ItemId| {
        let mut known = Item::new(item.clone(), Domain::Book, "A Book");
        (known.year, known.creators) = (Some(1925), vec!["An Author".into()]);
        (item.as_str() == "demo:a").then(|| Arc::new(known))
    });
    let mut frames: Vec<_> = [None, Some("a \"ref\"")]
        .into_iter()
        .flat_map(|reference| events().into_iter().map(move |event| (event, reference)))
        .map(|(event, reference)| named.encode(&event, reference))
        .collect();
    frames.push((named.gap_frame())(&id("p"), 3, 9));
    for row in CATALOGUE {
        frames.push(encode::problem(&Problem::new(row.code, "it did not work"), Some("1"), Some(20)));
    }
    let reasons = [
        CloseReason::GoingAway,
        CloseReason::SlowConsumer,
        CloseReason::Unauthorized,
        CloseReason::Policy,
        CloseReason::TimedOut,
    ];
    let own = [Why::PROTOCOL, Why::TEXT_ONLY, Why::NOT_UTF8, Why::TOO_LARGE, Why::INTERNAL, Why::TRY_LATER];
    for why in reasons.into_iter().map(Why::from).chain(own) {
        frames.push(encode::bye(why.word, None));
        frames.push(encode::bye(why.word, Some(1_000)));
    }
    frames
}

#[test]
fn every_frame_of_the_server_is_described() {
    let root = document();
    let described = messages(&root, "tell");
    let mut seen = std::collections::BTreeSet::new();
    for frame in frames() {
        let value: Value = serde_json::from_slice(wire::payload(&frame)).unwrap();
        let kind = value["type"].as_str().unwrap();
        let Some((_, schema, _)) = described.iter().find(|(name, ..)| name == kind) else {
            panic!("{kind} is not described");
        };
        assert_eq!(faults(&root, schema, &value, kind), Vec::<String>::new(), "{value}");
        seen.insert(kind.to_owned());
    }
    let listed: std::collections::BTreeSet<_> = described.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(seen, listed, "the document describes exactly what is sent");
}

#[test]
fn every_example_command_is_described_and_read() {
    let root = document();
    let described = messages(&root, "ask");
    let names: Vec<_> = described.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, decode::KNOWN);
    for (kind, schema, message) in &described {
        let examples = message["examples"].as_array().unwrap();
        assert!(!examples.is_empty());
        let mut used = std::collections::BTreeSet::new();
        for example in examples {
            let payload = &example["payload"];
            assert_eq!(faults(&root, schema, payload, kind), Vec::<String>::new(), "{payload}");
            let Ok(Decoded { asked, .. }) = decode::decode(payload.to_string().as_bytes()) else {
                panic!("{payload} is not read");
            };
            assert_eq!(matches!(asked, Asked::Hello(_)), kind == "hello");
            used.extend(payload.as_object().unwrap().keys().cloned());
        }
        // A field that is described but not read would be refused by name.
        let properties: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        for name in properties {
            let mut odd = json!({"type": kind});
            odd[name] = json!([[]]);
            let refused = decode::decode(odd.to_string().as_bytes()).err();
            let told = refused
                .map(|r| r.problem.view(""))
                .map(|view| format!("{:?}", view.errors))
                .unwrap_or_default();
            assert!(!told.contains("is not known here"), "{kind}.{name} is described but not read: {told}");
        }
        assert!(used.contains("type"));
    }
}

#[test]
fn the_check_itself_finds_faults() {
    let root = document();
    let (_, schema, _) = messages(&root, "tell").into_iter().find(|(name, ..)| name == "party.chat").unwrap();
    let wrong = json!({"type": "party.chat", "party": "", "seq": 0, "id": 1, "user": "a", "name": "A", "odd": true,
                       "at_ms": 1});
    let found = faults(&root, &schema, &wrong, "f");
    assert_eq!(found.len(), 5, "{found:?}");
}
