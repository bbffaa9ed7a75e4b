use super::*;
use serde_json::{Value, json};
use soiree_actors::{
    fault::Fault,
    live::{
        Because, ChatLine, MemberView, MoodView, Personal, Round, RoundItem, Watching,
        watch::{Playback, PollView},
    },
};
use soiree_domain::{
    Domain, MemberRole, ModelVersion, Mood, Reason, RecommendationId, Scored, Source, Strategy, UserId,
};

fn user(text: &str) -> UserId {
    UserId::new(text).unwrap()
}

fn party() -> PartyId {
    PartyId::new("p").unwrap()
}

fn read(frame: &Bytes) -> Value {
    serde_json::from_slice(wire::payload(frame)).unwrap()
}

/// A round for these members, with one public reason and one that is private to the first.
fn round(members: &[UserId]) -> Arc<Round> {
    let share = |at: usize| [0.9_f32, 0.5, 0.7][at % 3];
    let shares: Vec<_> = members.iter().enumerate().map(|(at, user)| (user.clone(), share(at))).collect();
    let reason = |text: &str, private_to: Option<UserId>| Reason {
        source: Source::Ials,
        text: text.to_owned(),
        item: None,
        private_to,
    };
    let reasons = vec![reason("liked by all", None), reason("because you read it", members.first().cloned())];
    let scored = Scored { item: ItemId::new("demo:a").unwrap(), score: 0.123_456, reasons };
    Arc::new(Round {
        round: 2,
        recommendation_id: RecommendationId::new("r").unwrap(),
        version: ModelVersion::new("m").unwrap(),
        strategy: Strategy::AverageWithoutMisery,
        because: Because::MoodShift,
        items: vec![RoundItem { scored, satisfaction: shares.clone() }],
        satisfaction: shares,
        min_satisfaction: 0.5,
        mean_satisfaction: 0.7,
        spread: 0.4,
        age_limit: None,
        left_out: vec![],
    })
}

fn named() -> JsonFrames {
    let frames = JsonFrames::new();
    frames.name_items(|id| {
        let mut item = Item::new(id.clone(), Domain::Film, "A Film");
        item.year = Some(1999);
        (id.as_str() == "demo:a").then(|| Arc::new(item))
    });
    frames
}

fn seen_by(viewer: &UserId, members: &[UserId]) -> Value {
    let event = Event::Recommendations {
        party: party(),
        seq: 7,
        at_ms: 1,
        round: round(members),
        viewer: viewer.clone(),
    };
    read(&named().encode(&event, None))
}

#[test]
fn private_reasons_are_shown_to_their_owner_alone() {
    let members = [user("ana"), user("bo")];
    let texts = |value: &Value| -> Vec<String> {
        let reasons = value["items"][0]["reasons"].as_array().unwrap();
        reasons.iter().map(|reason| reason["text"].as_str().unwrap().to_owned()).collect()
    };
    let ana = seen_by(&members[0], &members);
    assert_eq!(texts(&ana), ["liked by all", "because you read it"]);
    assert_eq!(ana["items"][0]["reasons"][1]["private"], true);
    assert_eq!(texts(&seen_by(&members[1], &members)), ["liked by all"]);
}

#[test]
fn items_are_named_and_numbers_are_short() {
    let members = [user("ana"), user("bo")];
    let item = seen_by(&members[0], &members)["items"][0].clone();
    assert_eq!(item["title"], "A Film");
    assert_eq!(
        (&item["domain"], &item["year"], &item["score"]),
        (&json!("film"), &json!(1999), &json!(0.1235))
    );
    assert_eq!(item["satisfaction"], json!({"ana": 0.9, "bo": 0.5}));
    assert_eq!((&item["min_satisfaction"], &item["mean_satisfaction"]), (&json!(0.5), &json!(0.7)));
    let bare = Event::Personal(Arc::new(Personal {
        recommendation_id: RecommendationId::new("r").unwrap(),
        version: ModelVersion::new("m").unwrap(),
        items: vec![Scored { item: ItemId::new("demo:b").unwrap(), score: f32::NAN, reasons: vec![] }],
        left_out: vec![],
    }));
    let bare = read(&named().encode(&bare, Some("1")));
    assert_eq!(bare["items"], json!([{"item": "demo:b", "title": "demo:b", "score": 0.0, "reasons": []}]));
}

#[test]
fn large_parties_see_their_own_satisfaction_only() {
    let members: Vec<_> = (0..17).map(|n| user(&format!("u{n}"))).collect();
    let small = seen_by(&members[1], &members[..16]);
    assert_eq!(small["satisfaction"].as_object().unwrap().len(), 16);
    let large = seen_by(&members[1], &members);
    assert_eq!(large["satisfaction"], json!({"u1": 0.5}));
    assert_eq!(large["items"][0]["satisfaction"], json!({"u1": 0.5}));
    assert_eq!(large["min_satisfaction"], 0.5);
}

#[test]
fn a_snapshot_hides_the_password_and_carries_the_reference() {
    let snapshot = PartySnapshot {
        party: soiree_domain::Party {
            id: party(),
            name: "Friday".into(),
            visibility: soiree_domain::Visibility::Private,
            control: soiree_domain::Control::Host,
            wait: soiree_domain::Wait::Quorum,
            locked: false,
            starts_at_ms: None,
            taste: soiree_domain::Taste::default(),
            host: user("ana"),
            item: None,
            password_hash: Some("secret".into()),
            created_at_ms: 5,
            ended_at_ms: None,
            epoch: 1,
            fence: 3,
        },
        seq: 2,
        members: vec![MemberView {
            user: user("ana"),
            name: "Ana".into(),
            role: MemberRole::Host,
            muted: false,
            online: true,
        }],
        banned: vec![(user("rowdy"), "Rowdy".into())],
        chat: vec![ChatLine {
            seq: 2,
            user: user("ana"),
            name: "Ana".into(),
            text: "hi\n\"there\"".into(),
            reply_to: None,
            mentions: vec![],
            at_ms: 9,
            sentiment: Some(0.5),
        }],
        mood: MoodView { mood: Mood::new(0.5, 0.25), confidence: 0.1, drivers: vec!["chat".into()] },
        recommendations: Some((1, 8, round(&[user("ana")]))),
        watching: Box::new(Watching {
            playback: Playback::empty(5),
            queue: vec![],
            poll: PollView::default(),
        }),
        viewer: user("ana"),
    };
    let frame = read(&JsonFrames::new().encode(&Event::Snapshot(Box::new(snapshot)), Some("9")));
    assert_eq!((&frame["type"], &frame["ref"]), (&json!("party.snapshot"), &json!("9")));
    assert_eq!(frame["chat"][0]["text"], "hi\n\"there\"");
    assert_eq!(frame["banned"], json!([{"user": "rowdy", "name": "Rowdy"}]));
    assert!(frame["chat"][0]["party"].is_null() && frame["mood"]["party"].is_null());
    assert_eq!(frame["recommendations"]["items"][0]["item"], "demo:a");
    assert!(!frame.to_string().contains("secret"));
}

#[test]
fn problems_are_the_same_object_as_over_http() {
    let frame =
        read(&JsonFrames::new().encode(&Event::Problem(Fault::field("text", "is missing")), Some("4")));
    assert_eq!(
        frame,
        json!({"type": "problem", "ref": "4", "code": "invalid-fields", "title": "Fields are not valid",
               "status": 422, "detail": "text: is missing",
               "errors": [{"field": "text", "message": "is missing"}]})
    );
    let busy = read(&JsonFrames::new().encode(&Event::Problem(Fault::Overloaded("a party")), None));
    assert_eq!(busy["retry_after_ms"], 500);
}

#[test]
fn gaps_and_farewells_are_short_frames() {
    let gap = (JsonFrames::new().gap_frame())(&party(), 3, 9);
    assert_eq!(read(&gap), json!({"type": "gap", "party": "p", "from": 3, "to": 9}));
    assert_eq!(read(&bye("going-away", Some(1_000)))["reconnect_after_ms"], 1_000);
}
