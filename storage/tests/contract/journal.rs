use crate::rig::*;
use soiree_domain::{Interaction, InteractionKind, Surface};
use soiree_storage::{
    AuditRow, Entry, Exposure, Idempotency, Outcome, Page, Snapshot, Store, journal::IDEMPOTENCY_MS,
};

fn like(user: &str, item: &str) -> Interaction {
    deed(user, item, InteractionKind::Like, 5)
}

fn keyed(rows: Vec<Interaction>, caller: &str, key: &str, digest: u8, at_ms: i64) -> Entry {
    let idempotency = Idempotency { caller: caller.into(), key: key.into(), digest: [digest; 32], at_ms };
    Entry::Interactions { rows, idempotency: Some(idempotency) }
}

fn exposure(id: &str, user: Option<&str>) -> Exposure {
    Exposure {
        recommendation_id: id.parse().unwrap(),
        user: user.map(user_id),
        party: Some(party_id("p")),
        surface: Surface::Party,
        at_ms: 77,
        version: "v1".parse().unwrap(),
        items: vec![(item_id("i2"), 0.9), (item_id("i1"), 0.1)],
    }
}

fn audit(action: &str) -> AuditRow {
    AuditRow {
        at_ms: 1,
        actor: "ann".into(),
        action: action.into(),
        object: String::new(),
        detail: String::new(),
    }
}

pub(crate) async fn a_commit_tells_what_became_of_each_entry(store: Store) {
    furnish(&store).await;
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    store.commit(&[Entry::PartyEvent(event("p", 1, 1))]).await.unwrap();
    let snapshot =
        |party: &str, fence| Snapshot { party: party_id(party), epoch: 1, seq: 2, fence, body: "{}".into() };
    let table = [
        (entry(vec![like("ann", "i1")]), Outcome::Committed),
        (entry(vec![]), Outcome::Committed),
        (
            entry(vec![like("ann", "x"), like("ann", "i1"), like("bob", "y"), like("ann", "x")]),
            Outcome::UnknownItems(vec![item_id("x"), item_id("y")]),
        ),
        (entry(vec![like("cyd", "x")]), Outcome::UnknownUsers(vec![user_id("cyd")])),
        (keyed(vec![like("ann", "i1")], "c", "k", 1, 0), Outcome::Committed),
        (keyed(vec![like("ann", "i1")], "c", "k", 1, 1), Outcome::Repeated),
        (keyed(vec![like("ann", "i2")], "c", "k", 2, 1), Outcome::KeyConflict),
        // A key whose entry was turned down is still free.
        (keyed(vec![like("ann", "x")], "c", "k2", 1, 1), Outcome::UnknownItems(vec![item_id("x")])),
        (keyed(vec![like("ann", "i1")], "c", "k2", 2, 1), Outcome::Committed),
        (Entry::PartyEvent(event("p", 1, 1)), Outcome::SeqTaken),
        (Entry::PartyEvent(event("p", 2, 2)), Outcome::Fenced),
        (Entry::PartyEvent(event("q", 2, 1)), Outcome::UnknownParty(party_id("q"))),
        (Entry::PartyEvents(vec![event("p", 2, 1), event("p", 3, 1)]), Outcome::Committed),
        (Entry::PartyEvent(event("p", 3, 1)), Outcome::SeqTaken),
        (Entry::PartyEvents(vec![event("p", 4, 1), event("p", 4, 1)]), Outcome::SeqTaken),
        (Entry::PartyEvent(event("p", 4, 1)), Outcome::Committed),
        (Entry::Snapshot(snapshot("p", 1)), Outcome::Committed),
        (Entry::Snapshot(snapshot("p", 0)), Outcome::Fenced),
        (Entry::Exposure(exposure("r1", Some("ann"))), Outcome::Committed),
        (Entry::Exposure(exposure("r1", None)), Outcome::Committed),
        (Entry::Exposure(exposure("r2", Some("cyd"))), Outcome::UnknownUsers(vec![user_id("cyd")])),
        (Entry::Audit(audit("a")), Outcome::Committed),
    ];
    let (entries, expected): (Vec<_>, Vec<_>) = table.into_iter().unzip();
    assert_eq!(store.commit(&entries).await.unwrap(), expected);
    assert_eq!(store.commit(&[]).await.unwrap(), []);

    assert_eq!(store.counts().await.unwrap().interactions, 3);
    let seqs: Vec<_> =
        store.events_after(&party_id("p"), 1, 0, 99).await.unwrap().iter().map(|e| e.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    assert_eq!(store.audit(&Page::first(9)).await.unwrap().rows, [audit("a")]);
}

pub(crate) async fn a_refused_entry_writes_nothing(store: Store) {
    furnish(&store).await;
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    let outcomes = store
        .commit(&[
            entry(vec![like("ann", "i1"), like("ann", "x")]),
            Entry::PartyEvents(vec![event("p", 1, 1), event("p", 2, 9)]),
            Entry::PartyEvents(vec![event("p", 1, 1), event("q", 2, 1)]),
            Entry::Exposure(exposure("r", Some("nobody"))),
        ])
        .await
        .unwrap();
    assert!(!outcomes.contains(&Outcome::Committed), "{outcomes:?}");
    assert_eq!(store.counts().await.unwrap().interactions, 0);
    assert_eq!(store.last_events(&party_id("p"), 9).await.unwrap(), []);
    assert_eq!(store.exposure(&"r".parse().unwrap()).await.unwrap(), None);
}

pub(crate) async fn a_key_is_remembered_for_a_day(store: Store) {
    furnish(&store).await;
    let send = async |digest, at_ms| {
        let outcomes =
            store.commit(&[keyed(vec![like("ann", "i1")], "c", "k", digest, at_ms)]).await.unwrap();
        outcomes[0].clone()
    };
    let start = 1_000_000;
    assert_eq!(send(1, start).await, Outcome::Committed);
    assert_eq!(send(1, start + IDEMPOTENCY_MS - 1).await, Outcome::Repeated);
    assert_eq!(send(2, start + IDEMPOTENCY_MS - 1).await, Outcome::KeyConflict);
    assert_eq!(send(2, start + IDEMPOTENCY_MS).await, Outcome::Committed);
    assert_eq!(send(2, start + IDEMPOTENCY_MS + 1).await, Outcome::Repeated);
    assert_eq!(store.counts().await.unwrap().interactions, 2);

    // Both sides of the day in one commit.
    let later = start + 3 * IDEMPOTENCY_MS;
    let rows = || vec![like("ann", "i1")];
    let outcomes = store
        .commit(&[keyed(rows(), "c", "k", 3, later), keyed(rows(), "c", "k", 4, later + IDEMPOTENCY_MS)])
        .await
        .unwrap();
    assert_eq!(outcomes, [Outcome::Committed, Outcome::Committed]);
    assert_eq!(send(4, later + IDEMPOTENCY_MS + 1).await, Outcome::Repeated);
}

pub(crate) async fn keys_of_two_callers_never_meet(store: Store) {
    furnish(&store).await;
    let rows = || vec![like("ann", "i1")];
    let entries =
        [keyed(rows(), "a", "k", 1, 0), keyed(rows(), "b", "k", 1, 0), keyed(rows(), "a", "kk", 1, 0)];
    assert_eq!(store.commit(&entries).await.unwrap(), vec![Outcome::Committed; 3]);
    assert_eq!(store.commit(&entries).await.unwrap(), vec![Outcome::Repeated; 3]);
}

pub(crate) async fn what_was_shown_can_be_read_back(store: Store) {
    furnish(&store).await;
    let shown = [exposure("r1", Some("ann")), exposure("r2", None)];
    store.commit(&shown.clone().map(Entry::Exposure)).await.unwrap();
    for exposure in shown {
        assert_eq!(store.exposure(&exposure.recommendation_id).await.unwrap(), Some(exposure));
    }
    assert_eq!(store.exposure(&"other".parse().unwrap()).await.unwrap(), None);
}

pub(crate) async fn the_audit_comes_newest_first(store: Store) {
    let entries: Vec<_> = (0..5).map(|n| Entry::Audit(audit(&n.to_string()))).collect();
    store.commit(&entries).await.unwrap();
    let mut page = Some(Page::first(2));
    let mut seen = String::new();
    while let Some(current) = page {
        let read = store.audit(&current).await.unwrap();
        page = current.after(&read);
        seen.extend(read.rows.into_iter().map(|r| r.action));
    }
    assert_eq!(seen, "43210");
}

pub(crate) async fn odd_texts_survive(store: Store) {
    furnish(&store).await;
    let odd = "'; DROP TABLE users; -- \" \\ \u{1} \u{7f} {rows} $1 👩‍👩‍👧 \u{10FFFF} é";
    let mut review = like("ann", "i1");
    review.text = Some(odd.into());
    let line = AuditRow { detail: odd.into(), ..audit(odd) };
    let cut = AuditRow { detail: "a\0b".into(), ..audit("nul") };
    store.commit(&[entry(vec![review]), Entry::Audit(line.clone()), Entry::Audit(cut)]).await.unwrap();
    assert_eq!(store.history(&user_id("ann"), 1).await.unwrap()[0].text.as_deref(), Some(odd));
    let lines = store.audit(&Page::first(9)).await.unwrap().rows;
    assert_eq!(lines[1], line);
    // PostgreSQL cannot keep U+0000; one such text must not keep a whole commit from being written.
    assert_eq!(lines[0].detail, "a\u{FFFD}b");

    // Numbers that JSON has no word for.
    let mut rows = vec![like("bob", "i1"), like("bob", "i1"), like("bob", "i1")];
    for (row, value) in rows.iter_mut().zip([f32::NAN, f32::MIN_POSITIVE, f32::MAX]) {
        row.value = Some(value);
    }
    store.commit(&[entry(rows)]).await.unwrap();
    let values: Vec<_> =
        store.history(&user_id("bob"), 9).await.unwrap().into_iter().map(|i| i.value).collect();
    assert_eq!(values, [Some(f32::MAX), Some(f32::MIN_POSITIVE), None]);
}

pub(crate) async fn many_writers_at_once_lose_nothing(store: Store) {
    furnish(&store).await;
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8_i64 {
        let store = store.clone();
        writers.spawn(async move {
            let mut won = 0;
            for n in 0..10 {
                // All writers want the same keys and the same numbers; each is given to exactly one.
                let entries = [
                    entry(vec![like("ann", "i1"), like("bob", "i2")]),
                    keyed(vec![like("bob", "i1")], "c", &n.to_string(), writer as u8, 0),
                    Entry::PartyEvent(event("p", n + 1, 1)),
                ];
                let outcomes = store.commit(&entries).await.unwrap();
                assert_eq!(outcomes[0], Outcome::Committed);
                assert!(matches!(outcomes[1], Outcome::Committed | Outcome::KeyConflict));
                assert!(matches!(outcomes[2], Outcome::Committed | Outcome::SeqTaken));
                won += outcomes[1..].iter().filter(|o| **o == Outcome::Committed).count();
            }
            won
        });
    }
    let won: usize = writers.join_all().await.into_iter().sum();
    assert_eq!(won, 20);
    assert_eq!(store.counts().await.unwrap().interactions, 8 * 10 * 2 + 10);
    assert_eq!(store.last_events(&party_id("p"), 99).await.unwrap().len(), 10);
}
