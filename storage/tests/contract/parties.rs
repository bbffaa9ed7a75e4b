use crate::rig::*;
use soiree_domain::{Control, Party, Visibility, Wait};
use soiree_storage::{Entry, Invite, Outcome, Page, Snapshot, Store};

pub(crate) async fn a_party_is_listed_until_it_ends(store: Store) {
    let mut hidden = party("hidden", "ann", 9);
    hidden.visibility = Visibility::Private;
    hidden.password_hash = Some("ab".into());
    hidden.item = Some(item_id("i1"));
    for party in [&party("a", "ann", 1), &party("b", "ann", 2), &party("c", "bob", 2), &hidden] {
        assert!(store.create_party(party).await.unwrap());
    }
    assert!(!store.create_party(&party("a", "bob", 5)).await.unwrap());
    assert_eq!(store.party(&hidden.id).await.unwrap().as_ref(), Some(&hidden));
    assert_eq!(store.party(&party_id("none")).await.unwrap(), None);

    let listed = async || {
        let mut page = Some(Page::first(1));
        let mut seen = String::new();
        while let Some(current) = page {
            let read = store.parties(&current).await.unwrap();
            page = current.after(&read);
            seen.extend(read.rows.into_iter().map(|p| p.id.to_string()));
        }
        seen
    };
    assert_eq!(listed().await, "cba");
    assert!(store.end_party(&party_id("b"), 50).await.unwrap());
    assert!(!store.end_party(&party_id("b"), 60).await.unwrap());
    assert_eq!(store.party(&party_id("b")).await.unwrap().unwrap().ended_at_ms, Some(50));
    assert_eq!(listed().await, "ca");

    hidden.visibility = Visibility::Public;
    hidden.control = Control::Everyone;
    hidden.password_hash = None;
    hidden.host = user_id("bob");
    hidden.wait = Wait::All;
    hidden.locked = true;
    hidden.starts_at_ms = Some(1_000);
    assert!(store.update_party(&hidden).await.unwrap());
    assert!(!store.update_party(&party("none", "ann", 1)).await.unwrap());
    let fenced = Party { fence: hidden.fence + 1, name: "late".into(), ..hidden.clone() };
    assert!(!store.update_party(&fenced).await.unwrap());
    assert_eq!(store.party(&hidden.id).await.unwrap().as_ref(), Some(&hidden));
    assert_eq!(listed().await, "hiddenca");
}

pub(crate) async fn a_new_owner_fences_the_old_one_off(store: Store) {
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    assert_eq!(store.claim_party(&party_id("none")).await.unwrap(), None);
    assert_eq!(store.claim_party(&party_id("p")).await.unwrap(), Some(2));
    let send = async |seq, fence| {
        store.commit(&[Entry::PartyEvent(event("p", seq, fence))]).await.unwrap()[0].clone()
    };
    assert_eq!(send(1, 2).await, Outcome::Committed);
    assert_eq!(store.claim_party(&party_id("p")).await.unwrap(), Some(3));
    assert_eq!(send(2, 2).await, Outcome::Fenced);
    assert_eq!(send(2, 3).await, Outcome::Committed);
    let fences: Vec<_> =
        store.last_events(&party_id("p"), 9).await.unwrap().iter().map(|e| e.fence).collect();
    assert_eq!(fences, [2, 3]);
}

pub(crate) async fn a_number_is_given_once(store: Store) {
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    store.create_party(&party("q", "ann", 1)).await.unwrap();
    let mut other_epoch = event("p", 1, 1);
    other_epoch.epoch = 2;
    let outcomes = store
        .commit(&[
            Entry::PartyEvent(event("p", 1, 1)),
            Entry::PartyEvent(event("q", 1, 1)),
            Entry::PartyEvent(other_epoch),
            Entry::PartyEvent(event("p", 1, 1)),
        ])
        .await
        .unwrap();
    assert_eq!(outcomes, [Outcome::Committed, Outcome::Committed, Outcome::Committed, Outcome::SeqTaken]);
    assert_eq!(store.commit(&[Entry::PartyEvent(event("q", 1, 1))]).await.unwrap(), [Outcome::SeqTaken]);
}

pub(crate) async fn events_come_back_in_their_order(store: Store) {
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    let mut events: Vec<_> = (1..=300).map(|seq| event("p", seq, 1)).collect();
    events[4].actor = None;
    store.commit(&[Entry::PartyEvents(events.clone())]).await.unwrap();
    let p = party_id("p");
    assert_eq!(store.events_after(&p, 1, 0, 1_000).await.unwrap(), events);
    assert_eq!(store.events_after(&p, 1, 290, 5).await.unwrap(), events[290..295]);
    assert_eq!(store.events_after(&p, 2, 0, 5).await.unwrap(), []);
    assert_eq!(store.last_events(&p, 3).await.unwrap(), events[297..]);
}

pub(crate) async fn two_snapshots_are_kept(store: Store) {
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    let p = party_id("p");
    assert_eq!(store.latest_snapshot(&p).await.unwrap(), None);
    for (epoch, seq) in [(1, 256), (1, 512), (1, 768), (2, 256), (2, 256)] {
        let body = format!("{{\"seq\":{seq}}}");
        let snapshot = Snapshot { party: p.clone(), epoch, seq, fence: 1, body: body.clone() };
        assert_eq!(store.put_snapshot(&snapshot).await.unwrap(), Outcome::Committed);
        assert_eq!(store.latest_snapshot(&p).await.unwrap(), Some((epoch, seq, body)));
    }
    let late = Snapshot { party: p.clone(), epoch: 1, seq: 512, fence: 7, body: "{}".into() };
    assert_eq!(store.put_snapshot(&late).await.unwrap(), Outcome::Fenced);
}

pub(crate) async fn an_invitation_opens_its_party_so_often_and_so_long(store: Store) {
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    store.create_party(&party("q", "ann", 1)).await.unwrap();
    let invite = |byte, expires_at_ms, uses_left| Invite {
        hash: [byte; 32],
        party: party_id("p"),
        created_by: user_id("ann"),
        expires_at_ms,
        uses_left,
    };
    store.add_invite(&invite(1, 100, Some(2)), 0).await.unwrap();
    store.add_invite(&invite(2, 100, None), 0).await.unwrap();
    let enter =
        async |byte, party, now_ms| store.use_invite(&[byte; 32], &party_id(party), now_ms).await.unwrap();
    assert!(!enter(3, "p", 1).await, "nobody made it");
    assert!(!enter(1, "q", 1).await, "it opens another party");
    assert!(enter(1, "p", 1).await && enter(1, "p", 99).await);
    assert!(!enter(1, "p", 99).await, "it is used up");
    assert!(enter(2, "p", 99).await && !enter(2, "p", 100).await, "it ends");
    assert!(store.add_invite(&Invite { party: party_id("none"), ..invite(4, 9, None) }, 0).await.is_err());
    store.delete_user(&user_id("ann")).await.unwrap();
}

pub(crate) async fn an_emptied_event_keeps_its_number_alone(store: Store) {
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    store.commit(&[Entry::PartyEvent(event("p", 1, 1)), Entry::PartyEvent(event("p", 2, 1))]).await.unwrap();
    store.empty_event(&party_id("p"), 1, 1).await.unwrap();
    let events = store.last_events(&party_id("p"), 9).await.unwrap();
    assert_eq!((events[0].seq, events[0].body.as_str()), (1, r#"{"removed":true}"#));
    assert_ne!(events[1].body, events[0].body);
}

pub(crate) async fn chat_is_read_backwards(store: Store) {
    store.create_party(&party("p", "ann", 1)).await.unwrap();
    let events = (1..=6).map(|seq| {
        let kind = if seq == 3 { "vote" } else { "chat" };
        Entry::PartyEvent(soiree_domain::PartyEvent { kind: kind.into(), ..event("p", seq, 1) })
    });
    store.commit(&events.collect::<Vec<_>>()).await.unwrap();
    let before = async |seq, limit| {
        let lines = store.chat_before(&party_id("p"), 1, seq, limit).await.unwrap();
        lines.iter().map(|event| event.seq).collect::<Vec<_>>()
    };
    assert_eq!(before(i64::MAX, 2).await, [6, 5]);
    assert_eq!(before(5, 9).await, [4, 2, 1]);
    assert_eq!(before(1, 9).await, [0_i64; 0]);
}
