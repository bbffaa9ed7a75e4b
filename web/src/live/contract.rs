//! Holds the live channel to `docs/asyncapi.yaml`: every frame that the server can emit and every example command.

use super::{
    decode::{self, Asked, Decoded},
    encode::{self, JsonFrames, wire},
    socket::Why,
};
use crate::problem::{CATALOGUE, Problem};
use serde_json::{Value, json};
use soiree_actors::{
    fault::Fault,
    live::{
        Because, ChatLine, Encode, Event, MemberChange, MemberView, MoodView, PartyFace, PartySnapshot,
        Personal, Round, RoundItem, Watching,
        watch::{
            Cause, Correction, LeftReason, PlayState, Playback, PollView, QueueOp, Queued, SkipTally,
            SyncReport, Tally, Verdict, VoteValue, Work,
        },
    },
    outbox::CloseReason,
};
use soiree_domain::{
    Control, Domain, Item, ItemId, MemberRole, ModelVersion, Mood, PartyId, Reason, RecommendationId, Scored,
    SessionId, Source, Strategy, UserId, Visibility, Wait, bounds::FieldError,
};
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

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn member() -> MemberView {
    MemberView { user: id("ana"), name: "Ana".into(), role: MemberRole::Host, muted: false, online: true }
}

fn line(full: bool) -> ChatLine {
    ChatLine {
        seq: 3,
        user: id("ana"),
        name: "Ana".into(),
        text: "wow".into(),
        reply_to: full.then_some(2),
        mentions: if full { vec![id("bo")] } else { vec![] },
        at_ms: 5,
        sentiment: full.then_some(-0.5),
    }
}

fn mood() -> MoodView {
    MoodView {
        mood: Mood::new(-0.4, 0.7),
        confidence: 0.5,
        drivers: vec!["pleasant chat of 2 members".into()],
    }
}

fn scored() -> Scored {
    let reason = |private_to| Reason {
        source: Source::ItemKnn,
        text: "Because you liked it".into(),
        item: Some(id("demo:b")),
        private_to,
    };
    Scored { item: id("demo:a"), score: 0.75, reasons: vec![reason(None), reason(Some(id("ana")))] }
}

fn round(members: usize, because: Because, strategy: Strategy) -> Arc<Round> {
    let shares: Vec<(UserId, f32)> = (0..members).map(|n| (id(&format!("u{n}")), 0.5)).collect();
    Arc::new(Round {
        round: 1,
        recommendation_id: id::<RecommendationId>("r"),
        version: id::<ModelVersion>("m"),
        strategy,
        because,
        items: vec![RoundItem { scored: scored(), satisfaction: shares.clone() }],
        satisfaction: shares,
        min_satisfaction: 0.5,
        mean_satisfaction: 0.5,
        spread: 0.0,
        left_out: vec!["ease".into()],
    })
}

fn snapshot(full: bool) -> PartySnapshot {
    PartySnapshot {
        party: soiree_domain::Party {
            id: id("p"),
            name: "Friday".into(),
            visibility: if full { Visibility::Private } else { Visibility::Public },
            control: if full { Control::Vote } else { Control::Everyone },
            wait: Wait::All,
            locked: full,
            starts_at_ms: full.then_some(99),
            host: id("ana"),
            item: full.then(|| id("demo:a")),
            password_hash: full.then(|| "secret".into()),
            created_at_ms: 1,
            ended_at_ms: None,
            epoch: 1,
            fence: 1,
        },
        seq: if full { 9 } else { 0 },
        members: vec![member()],
        chat: if full { vec![line(false), line(true)] } else { vec![] },
        mood: mood(),
        recommendations: full.then(|| (8, 7, round(2, Because::Timer, Strategy::Average))),
        watching: watching(full),
        viewer: id("u1"),
    }
}

fn work(full: bool) -> Work {
    let known = if full { "demo:a" } else { "url:0011223344556677" };
    let url = "https://media.example/film.mp4".to_owned();
    let title = full.then(|| "Our film".to_owned());
    Work { item: id(known), title, url: Some(url), duration_ms: full.then_some(5) }
}

fn playback(full: bool) -> Playback {
    let mut playback = Playback::empty(5);
    if full {
        playback.state = PlayState::Waiting;
        playback.work = Some(work(true));
        playback.by = Some(id("ana"));
        playback.waiting_for = vec![id("bo")];
    }
    playback
}

fn tally() -> Tally {
    Tally { item: id("demo:a"), up: 1, down: 0, vetoes: 0 }
}

fn watching(full: bool) -> Box<Watching> {
    let queue = if full { vec![Queued { work: work(false), by: id("ana") }] } else { vec![] };
    let items = if full { vec![(tally(), Some(VoteValue::Up)), (tally(), None)] } else { vec![] };
    let poll = PollView { items, skip: SkipTally { votes: 0, needed: 2 }, skip_mine: full };
    Box::new(Watching { playback: playback(full), queue, poll })
}

/// Events about watching together.
fn shared_events(party: &PartyId) -> Vec<Event> {
    let party = || party.clone();
    let skip = SkipTally { votes: 2, needed: 2 };
    let mut all = vec![
        Event::Playback { party: party(), seq: None, playback: playback(false) },
        Event::Typing { party: party(), user: id("ana") },
        Event::Sync {
            party: party(),
            sync: SyncReport { players: 3, p50_ms: 12, worst_ms: 90, buffering: vec![id("bo")] },
        },
        Event::Removed { party: party(), seq: 8, message: Some(3) },
    ];
    for state in [PlayState::Empty, PlayState::Playing, PlayState::Paused, PlayState::Waiting] {
        all.push(Event::Playback {
            party: party(),
            seq: Some(4),
            playback: Playback { state, ..playback(true) },
        });
    }
    for because in [
        Cause::Start,
        Cause::Command,
        Cause::Buffering,
        Cause::Ready,
        Cause::WaitedEnough,
        Cause::Finished,
        Cause::Vote,
        Cause::Schedule,
        Cause::Alone,
    ] {
        all.push(Event::Playback {
            party: party(),
            seq: Some(4),
            playback: Playback { because, ..playback(true) },
        });
    }
    for seek in [false, true] {
        let correction = Correction { version: 3, drift_ms: -80, seek, rate: 1.04, position_ms: 5, at_ms: 6 };
        all.push(Event::Correction { party: party(), correction });
    }
    for op in [QueueOp::Add, QueueOp::Remove, QueueOp::Move] {
        all.push(Event::Queue { party: party(), seq: 5, op, work: work(true), index: 0, by: id("ana") });
    }
    for value in [VoteValue::Up, VoteValue::Down, VoteValue::Veto, VoteValue::Clear, VoteValue::Skip] {
        let item = (value != VoteValue::Skip).then(|| id("demo:a"));
        for outcome in [None, Some(Verdict::Skipped), Some(Verdict::Plays), Some(Verdict::Vetoed)] {
            let (item, tally) = (item.clone(), item.as_ref().map(|_| tally()));
            all.push(Event::Poll {
                party: party(),
                seq: 6,
                by: id("ana"),
                item,
                value,
                tally,
                skip,
                outcome,
            });
        }
    }
    for uses in [None, Some(3)] {
        all.push(Event::Invitation { party: party(), invite: "inv_0f".into(), expires_at_ms: 9, uses });
    }
    all
}

fn face(item: Option<soiree_domain::ItemId>) -> PartyFace {
    PartyFace {
        name: "Night".into(),
        visibility: Visibility::Unlisted,
        control: Control::Vote,
        starts_at_ms: item.is_some().then_some(7),
        item,
        wait: Wait::Nobody,
        locked: true,
    }
}

/// Every variant of every event, with and without what is optional.
fn events() -> Vec<Event> {
    let party: PartyId = id("p");
    let session: SessionId = id("s");
    let mut all = vec![
        Event::Clock { t0: 1.5, t1: 2, t2: 3 },
        Event::Ack,
        Event::Personal(Arc::new(Personal {
            recommendation_id: id("r"),
            version: id("m"),
            items: vec![scored(), Scored { item: id("demo:gone"), score: 0.0, reasons: vec![] }],
            left_out: vec![],
        })),
        Event::Snapshot(Box::new(snapshot(false))),
        Event::Snapshot(Box::new(snapshot(true))),
        Event::Resumed {
            party: party.clone(),
            epoch: 1,
            seq: 4,
            online: vec![id("ana")],
            mood: mood(),
            watching: watching(true),
        },
        Event::Chat { party: party.clone(), line: line(false) },
        Event::Chat { party: party.clone(), line: line(true) },
        Event::Removed { party: party.clone(), seq: 3, message: None },
        Event::Changed { party: party.clone(), seq: 3, now: face(Some(id("demo:i1"))) },
        Event::Changed { party: party.clone(), seq: 4, now: face(None) },
        Event::Sentiment { party: party.clone(), scores: vec![(1, 0.5), (2, -1.0)] },
        Event::Mood { party: party.clone(), mood: mood() },
        Event::Notice { text: "the server restarts at nine".into() },
    ];
    for resume in [None, Some("rt_1".to_owned())] {
        let (session, user) = (session.clone(), id("ana"));
        all.push(Event::Welcome {
            session,
            user,
            name: "Ana".into(),
            resume,
            server_time_ms: 1,
            heartbeat_s: 25,
        });
    }
    for change in [
        MemberChange::Joined,
        MemberChange::Left,
        MemberChange::Role,
        MemberChange::Presence,
        MemberChange::Muted,
        MemberChange::Unmuted,
        MemberChange::Banned,
        MemberChange::Unbanned,
    ] {
        let (party, member) = (party.clone(), member());
        let seq = (change != MemberChange::Presence).then_some(2);
        let reason = (change == MemberChange::Left).then_some(LeftReason::Kicked);
        let by = seq.map(|_| id("bo"));
        all.push(Event::Member { party, seq, member, change, by, reason });
    }
    all.extend(shared_events(&party));
    for position_ms in [None, Some(5)] {
        let (party, user) = (party.clone(), id("ana"));
        all.push(Event::Reaction { party, user, emoji: "🎉".into(), position_ms, at_ms: 1 });
    }
    let because = [
        Because::Timer,
        Because::MoodShift,
        Because::Event,
        Because::Vote,
        Because::Finished,
        Because::MemberLeft,
        Because::MemberJoined,
    ];
    for (at, because) in because.into_iter().enumerate() {
        let round = round(1 + 20 * (at % 2), because, Strategy::ALL[at % 3]);
        all.push(Event::Recommendations { party: party.clone(), seq: 4, at_ms: 1, round, viewer: id("u0") });
    }
    for fault in [
        Fault::missing("party", "p"),
        Fault::Forbidden("not yours"),
        Fault::WrongPassword,
        Fault::NotAllowed("only the host may do this"),
        Fault::Banned,
        Fault::Locked,
        Fault::Conflict("nothing plays"),
        Fault::missing("member", "bo"),
        Fault::missing("message", 4),
        Fault::NotAMember,
        Fault::Ended,
        Fault::Full(5),
        Fault::Invalid(vec![FieldError::new("text", "is missing")]),
        Fault::Overloaded("a party"),
        Fault::Timeout("hashing"),
        Fault::NoModels,
        Fault::NotStored,
        Fault::Internal("secret cause".into()),
    ] {
        all.push(Event::Problem(fault));
    }
    all
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
