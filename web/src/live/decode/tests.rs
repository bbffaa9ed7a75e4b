use super::*;
use proptest::prelude::*;
use serde_json::json;
use soiree_domain::{Control, Visibility};

fn command(value: &Value) -> Result<(Command, Option<String>), Refused> {
    let Decoded { asked, reference } = decode(value.to_string().as_bytes())?;
    match asked {
        Asked::Command(command) => Ok((command, reference)),
        Asked::Hello(_) => panic!("not a hello"),
    }
}

/// (code, fields with their messages) of a refused frame.
fn refusal(frame: &str) -> (String, Vec<String>) {
    let Err(refused) = decode(frame.as_bytes()) else { panic!("must be refused: {frame}") };
    let view = refused.problem.view("");
    (view.code, view.errors.into_iter().map(|e| format!("{}: {}", e.field, e.message)).collect())
}

/// One good frame of every type, with every field.
fn samples() -> Vec<Value> {
    vec![
        json!({"type": "hello", "ref": "1", "token": "sk_x", "name": "Ana", "device": "phone", "locale": "de-DE",
               "utc_offset_min": 120, "share_mood": false}),
        json!({"type": "hello", "resume": "rt_x"}),
        json!({"type": "clock", "t0": 12.5}),
        json!({"type": "context", "activity": "cooking", "mood": {"valence": 0.5, "arousal": -1}, "device": "tv",
               "now_on": {"item": "demo:a", "position_ms": 10}, "utc_offset_min": -60, "wish": "lift", "share_mood": true}),
        json!({"type": "event", "ref": "2", "item": "demo:a", "kind": "rate", "value": 4.5, "recommendation_id": "r1"}),
        json!({"type": "recommend", "surface": "home", "limit": 5, "domains": ["film", "book"]}),
        json!({"type": "party.create", "name": "Friday", "item": "demo:a", "visibility": "private",
               "password": "secret", "control": "vote"}),
        json!({"type": "party.join", "party": "p", "password": "secret", "since": {"epoch": 1, "seq": 9}}),
        json!({"type": "party.leave", "party": "p"}),
        json!({"type": "party.chat", "ref": "3", "party": "p", "text": "wow", "reply_to": 4}),
        json!({"type": "party.react", "party": "p", "emoji": "👍🏽", "position_ms": 7}),
        json!({"type": "party.playback", "party": "p", "action": "load", "url": "https://media.example/a.mp4",
               "title": "Ours", "duration_ms": 9, "position_ms": 1, "part": 2}),
        json!({"type": "party.status", "party": "p", "position_ms": 7, "at_server_ms": 8, "buffering": true,
               "rtt_ms": 3, "version": 1, "duration_ms": 9}),
        json!({"type": "party.queue", "party": "p", "op": "move", "item": "demo:a", "to": 3}),
        json!({"type": "party.vote", "party": "p", "item": "demo:a", "value": "veto"}),
        json!({"type": "party.admin", "party": "p", "op": "delete-message", "message": "41"}),
        json!({"type": "party.admin", "party": "p", "op": "ban", "user": "bo"}),
        json!({"type": "party.change", "party": "p", "name": "Night", "wait": "all", "starts_at_ms": 0,
               "taste": {"strategy": "gfar", "host_weight": 2, "mood": "ignore"}}),
        json!({"type": "party.invite", "party": "p", "uses": 2, "expires_in_s": 60}),
        json!({"type": "party.typing", "party": "p"}),
    ]
}

#[test]
fn every_type_is_read() {
    let mut seen: Vec<String> = Vec::new();
    for frame in samples() {
        assert!(decode(frame.to_string().as_bytes()).is_ok(), "{frame}");
        seen.push(frame["type"].as_str().unwrap().to_owned());
    }
    assert!(KNOWN.iter().all(|kind| seen.iter().any(|s| s == kind)));
    let chat = command(&json!({"type": "party.chat", "ref": "3", "party": "p", "text": "wow"})).unwrap();
    let party = soiree_domain::PartyId::new("p").unwrap();
    assert_eq!(
        chat,
        (Command::Chat { party, text: "wow".into(), reply_to: None, mentions: vec![] }, Some("3".into()))
    );
}

#[test]
fn absent_and_null_are_the_same() {
    let party = json!({"type": "party.create", "name": " Friday ", "item": null, "visibility": null});
    let Ok((Command::Create { new, media: None }, None)) = command(&party) else { panic!("must be read") };
    assert_eq!(
        (new.name.as_str(), new.visibility, new.control),
        ("Friday", Visibility::Public, Control::Host)
    );
    let Ok((Command::Recommend { limit, domains }, _)) = command(&json!({"type": "recommend"})) else {
        panic!("must be read")
    };
    assert_eq!((limit, domains), (10, None));
}

#[test]
fn refusals_name_the_field_and_what_is_allowed() {
    let check = |frame: &str, code: &str, errors: &[&str]| {
        let (found, fields) = refusal(frame);
        assert_eq!(
            (found.as_str(), fields.iter().map(String::as_str).collect::<Vec<_>>()),
            (code, errors.to_vec())
        );
    };
    check("{", "bad-json", &[]);
    check("[1]", "bad-json", &[]);
    check(r#"{"type":"dance"}"#, "unknown-type", &[]);
    check(r#"{"party":"p"}"#, "unknown-type", &[]);
    check(r#"{"type":"clock","ref":7,"t0":1}"#, "invalid-fields", &["ref: must be a text of 1 to 64 bytes"]);
    check(
        r#"{"type":"party.chat","text":5}"#,
        "invalid-fields",
        &["party: is missing", "text: must be a text, not a number"],
    );
    check(
        r#"{"type":"party.join","party":"a b","since":{"epoch":1}}"#,
        "invalid-fields",
        &["party: an id has letters, digits and -_.:~@+ only, found ' '", "since.seq: is missing"],
    );
    check(
        r#"{"type":"party.leave","party":"p","invite":"x"}"#,
        "invalid-fields",
        &["invite: is not known here; known: party"],
    );
    check(
        r#"{"type":"recommend","limit":0,"domains":["film","opera"]}"#,
        "invalid-fields",
        &[
            "limit: must be a whole number from 1 to 100",
            "domains[1]: unknown domain \"opera\": use film, series, book, music or product",
        ],
    );
    check(
        r#"{"type":"hello","token":"a","ticket":"b","resume":"c"}"#,
        "invalid-fields",
        &["ticket: cannot stand beside token", "resume: cannot stand beside token"],
    );
    let refused = decode(br#"{"type":"dance","ref":"9"}"#).err().unwrap();
    assert_eq!(refused.reference.as_deref(), Some("9"));
    assert!(refused.problem.view("").detail.contains("party.react"));
}

#[test]
fn depth_is_bounded_and_bad_utf8_is_refused() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(5_000), "}".repeat(5_000));
    assert_eq!(refusal(&deep).0, "bad-json");
    assert!(decode(b"{\"type\":\"party.chat\",\"text\":\"\xff\"}").is_err());
}

/// Values that are wrong almost everywhere.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(0.5),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("group"),
        json!("é".repeat(3_000)),
        json!("x".repeat(60_000)),
        json!([]),
        json!(vec!["film"; 40]),
        json!([[[]]]),
        json!({}),
        json!({"epoch": "x", "valence": 9, "item": []}),
    ]
}

#[test]
fn every_field_of_every_type_missing_wrong_or_huge_is_answered() {
    for sample in samples() {
        let names: Vec<String> = sample.as_object().unwrap().keys().cloned().collect();
        for name in names {
            let mut without = sample.clone();
            without.as_object_mut().unwrap().remove(&name);
            let _no_panic = decode(without.to_string().as_bytes());
            for odd in odd_values() {
                let mut wrong = sample.clone();
                wrong[&name] = odd;
                if let Err(refused) = decode(wrong.to_string().as_bytes()) {
                    let view = refused.problem.view("");
                    assert!(view.code != "internal", "{wrong}");
                    assert!(view.code != "invalid-fields" || !view.errors.is_empty(), "{wrong}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn damaged_frames_never_panic(which in 0_usize..11, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = samples()[which].to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode(&bytes);
        let _ = decode(&bytes[..at]);
    }
}

#[test]
fn addresses_are_for_players_on_the_web() {
    let load = |url: &str| {
        command(&json!({"type": "party.playback", "party": "p", "action": "load", "url": url}))
            .map(|(command, _)| command)
    };
    for url in ["https://a.example/f.mp4", "http://127.0.0.1:9000/live.m3u8?t=1#x"] {
        let Ok(Command::Act(act)) = load(url) else { panic!("{url} must be read") };
        assert!(format!("{act:?}").contains("url:"), "it got an id of its own");
    }
    for url in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://ana:pw@a.example/",
        "https://a b",
        "x",
    ] {
        assert!(load(url).is_err(), "{url}");
    }
}
