use crate::rig::*;
use soiree_domain::{Friendship, InteractionKind, Role, Surface};
use soiree_storage::{
    AuditRow, Entry, Exposure, Idempotency, KeyKind, NewKey, Page, REMOVED, Snapshot, Store,
};

const GONE: &str = "person_to-forget";
const NAME: &str = "Zebulon Forgettable";

/// Everything that readers can see of the database, as one text.
async fn everything(store: &Store, bystander: &str) -> String {
    let all = Page::first(1_000);
    let parties = [party_id("theirs"), party_id("other")];
    let mut seen = format!("{:?}", store.users(&all).await.unwrap());
    seen += &format!("{:?}", store.all_friends().await.unwrap());
    seen += &format!("{:?}", store.training_rows().await.unwrap());
    seen += &format!("{:?}", store.history(&user_id(GONE), 99).await.unwrap());
    seen += &format!("{:?}", store.history(&user_id(bystander), 99).await.unwrap());
    seen += &format!("{:?}", store.keys().await.unwrap());
    seen += &format!("{:?}", store.find_key(&[1; 32], 0).await.unwrap());
    seen += &format!("{:?}", store.audit(&all).await.unwrap());
    for party in parties {
        seen += &format!("{:?}", store.party(&party).await.unwrap());
        seen += &format!("{:?}", store.last_events(&party, 99).await.unwrap());
        seen += &format!("{:?}", store.latest_snapshot(&party).await.unwrap());
    }
    for answer in ["r-theirs", "r-other"] {
        seen += &format!("{:?}", store.exposure(&answer.parse().unwrap()).await.unwrap());
    }
    seen
}

async fn leave_traces(store: &Store) {
    furnish(store).await;
    let mut gone = user(GONE);
    gone.name = NAME.into();
    // Somebody whose id begins with the other's must not be touched.
    store.put_users(&[gone, user("person_to-forget2"), user("personXto-forget")], 1).await.unwrap();
    store.put_friends(&[Friendship::new(user_id(GONE), user_id("ann")).unwrap()]).await.unwrap();
    store.import_interactions(&[deed(GONE, "i1", InteractionKind::Play, 3)]).await.unwrap();
    let key = NewKey {
        id: "k".into(),
        name: NAME.into(),
        role: Role::User,
        user: Some(user_id(GONE)),
        hash: [1; 32],
        created_at_ms: 1,
        expires_at_ms: None,
        kind: KeyKind::Resume,
    };
    store.create_key(&key).await.unwrap();
    let mut theirs = party("theirs", GONE, 1);
    theirs.name = format!("{NAME}'s evening");
    store.create_party(&theirs).await.unwrap();
    store.create_party(&party("other", "ann", 1)).await.unwrap();
    store.commit(&traces()).await.unwrap();
}

fn traces() -> Vec<Entry> {
    let mut joined = event("other", 1, 1);
    joined.actor = Some(user_id(GONE));
    joined.kind = "joined".into();
    joined.body = format!("{{\"name\":\"{NAME}\"}}");
    let mut said = event("other", 2, 1);
    said.actor = Some(user_id(GONE));
    said.body = format!("{{\"text\":\"I am {NAME}\"}}");
    let mut round = event("other", 3, 1);
    round.actor = None;
    round.kind = "round".into();
    round.body = format!("{{\"satisfaction\":{{\"{GONE}\":0.5,\"person_to-forget2\":0.6,\"ann\":0.7}}}}");
    let mut hosted = event("theirs", 1, 1);
    hosted.body = format!("{{\"kicked\":\"{GONE}\"}}");
    let snapshot =
        |party: &str, body: String| Snapshot { party: party_id(party), epoch: 1, seq: 2, fence: 1, body };
    let exposure = |id: &str, user: &str| Exposure {
        recommendation_id: id.parse().unwrap(),
        user: Some(user_id(user)),
        party: None,
        surface: Surface::Home,
        at_ms: 1,
        version: "v".parse().unwrap(),
        items: vec![(item_id("i1"), 1.0)],
    };
    let idempotency = Idempotency { caller: GONE.into(), key: "k".into(), digest: [0; 32], at_ms: 0 };
    let line = |actor: &str, object: &str, detail: String| {
        Entry::Audit(AuditRow {
            at_ms: 1,
            actor: actor.into(),
            action: "did".into(),
            object: object.into(),
            detail,
        })
    };
    vec![
        Entry::Interactions {
            rows: vec![
                deed(GONE, "i2", InteractionKind::Like, 4),
                deed("ann", "i2", InteractionKind::Like, 4),
            ],
            idempotency: Some(idempotency),
        },
        Entry::PartyEvents(vec![joined, said, round, hosted]),
        Entry::Snapshot(snapshot("other", format!("{{\"members\":[\"{GONE}\"]}}"))),
        Entry::Snapshot(snapshot("theirs", format!("{{\"members\":[\"{GONE}\"]}}"))),
        Entry::Exposure(exposure("r-theirs", GONE)),
        Entry::Exposure(exposure("r-other", "ann")),
        line(GONE, "x", String::new()),
        line("ann", GONE, format!("{{\"user\":\"{GONE}\"}}")),
        line("ann", "person_to-forget2", String::new()),
    ]
}

pub(crate) async fn nothing_names_a_removed_person(store: Store) {
    leave_traces(&store).await;
    let before = everything(&store, "ann").await;
    assert!(before.matches(GONE).count() > 15 && before.contains(NAME));

    assert!(store.delete_user(&user_id(GONE)).await.unwrap());
    assert!(!store.delete_user(&user_id(GONE)).await.unwrap());

    let after = everything(&store, "ann").await.replace("person_to-forget2", "");
    assert!(!after.contains(GONE) && !after.contains(NAME), "{after}");

    // Others keep what is theirs, and the party keeps its numbers.
    assert_eq!(store.history(&user_id("ann"), 9).await.unwrap().len(), 1);
    assert!(store.exposure(&"r-other".parse().unwrap()).await.unwrap().is_some());
    assert!(store.user(&user_id("personXto-forget")).await.unwrap().is_some());
    assert_eq!(store.counts().await.unwrap().interactions, 1);
    let events = store.last_events(&party_id("other"), 9).await.unwrap();
    for theirs in &events[..2] {
        assert_eq!((theirs.actor.clone(), theirs.body.as_str()), (None, "{\"removed\":true}"));
    }
    assert_eq!(
        events[2].body,
        format!("{{\"satisfaction\":{{\"{REMOVED}\":0.5,\"person_to-forget2\":0.6,\"ann\":0.7}}}}")
    );
    assert_eq!(store.party(&party_id("theirs")).await.unwrap().unwrap().host.as_str(), REMOVED);
    assert_eq!(store.latest_snapshot(&party_id("other")).await.unwrap(), None);
    let objects: Vec<_> =
        store.audit(&Page::first(9)).await.unwrap().rows.into_iter().map(|r| r.object).collect();
    assert_eq!(objects, ["person_to-forget2", REMOVED, "x"]);
}
