use crate::rig::*;
use soiree_domain::{Friendship, Interaction, InteractionKind};
use soiree_storage::{EveningLine, EveningRow, Page, StorageError, Store, Written};

pub(crate) async fn writing_again_changes_only_what_differs(store: Store) {
    let mut users = vec![user("ann"), user("bob")];
    let first = store.put_users(&users, 1).await.unwrap();
    assert_eq!(first, Written { inserted: 2, ..Written::default() });
    users[1].region = Some("DE-BY".into());
    users.push(user("cyd"));
    let second = store.put_users(&users, 2).await.unwrap();
    assert_eq!(second, Written { inserted: 1, updated: 1, unchanged: 1, skipped: 0 });
    assert_eq!(store.user(&user_id("bob")).await.unwrap().as_ref(), Some(&users[1]));
    assert_eq!(store.user(&user_id("nobody")).await.unwrap(), None);

    users[1].name = "Bo".into();
    assert!(store.update_user(&users[1], 3).await.unwrap());
    assert!(!store.update_user(&user("nobody"), 3).await.unwrap());
    assert_eq!(store.user(&user_id("bob")).await.unwrap().unwrap().name, "Bo");

    // Of one who comes twice the later counts.
    let mut twice = user("dan");
    twice.name = "Later".into();
    assert_eq!(store.put_users(&[user("dan"), twice], 4).await.unwrap().inserted, 1);
    assert_eq!(store.user(&user_id("dan")).await.unwrap().unwrap().name, "Later");
    assert_eq!(store.put_users(&[], 5).await.unwrap(), Written::default());
}

pub(crate) async fn pages_reach_everybody_once(store: Store) {
    // Byte order in both databases: capitals before small letters, é after z.
    let ids = ["B", "a:1", "a:10", "a:2", "b", "é"];
    let users: Vec<_> = ids.iter().rev().map(|id| user(id)).collect();
    store.put_users(&users, 1).await.unwrap();
    for limit in 1..=7 {
        let mut page = Some(Page::first(limit));
        let mut seen = Vec::new();
        while let Some(current) = page {
            let read = store.users(&current).await.unwrap();
            assert!(read.rows.len() <= limit as usize && !read.rows.is_empty());
            page = current.after(&read);
            seen.extend(read.rows.into_iter().map(|u| u.id.to_string()));
        }
        assert_eq!(seen, ids, "pages of {limit}");
    }
    let foreign = Page { cursor: Some("zz".into()), limit: 1 };
    assert!(matches!(store.users(&foreign).await, Err(StorageError::Cursor)));
}

pub(crate) async fn friendship_is_mutual_and_needs_two_who_exist(store: Store) {
    store.put_users(&[user("ann"), user("bob"), user("cyd")], 1).await.unwrap();
    let pair = |a: &str, b: &str| Friendship::new(user_id(a), user_id(b)).unwrap();
    let all = [pair("bob", "ann"), pair("cyd", "bob"), pair("ann", "nobody"), pair("ann", "bob")];
    let written = store.put_friends(&all).await.unwrap();
    assert_eq!(written, Written { inserted: 2, updated: 0, unchanged: 1, skipped: 1 });
    let again = store.put_friends(&all).await.unwrap();
    assert_eq!(again, Written { inserted: 0, updated: 0, unchanged: 3, skipped: 1 });

    assert_eq!(store.friends_of(&user_id("bob")).await.unwrap(), [user_id("ann"), user_id("cyd")]);
    assert_eq!(store.friends_of(&user_id("ann")).await.unwrap(), [user_id("bob")]);
    assert_eq!(store.all_friends().await.unwrap(), [pair("ann", "bob"), pair("bob", "cyd")]);

    assert!(store.remove_friend(&pair("ann", "bob")).await.unwrap());
    assert!(!store.remove_friend(&pair("ann", "bob")).await.unwrap());
    assert_eq!(store.friends_of(&user_id("ann")).await.unwrap(), []);
}

pub(crate) async fn evenings_together_are_counted(store: Store) {
    store.put_users(&[user("ann"), user("bob"), user("cyd")], 1).await.unwrap();
    let crowd: Vec<String> = (0..200).map(|n| format!("fan{n}")).collect();
    let fans: Vec<_> = crowd.iter().map(|name| user(name)).collect();
    store.put_users(&fans, 1).await.unwrap();
    let public: Vec<&str> = ["ann"].into_iter().chain(crowd.iter().map(String::as_str)).collect();
    for (party_name, people) in
        [("p1", &["ann", "bob"][..]), ("p2", &["ann", "bob", "cyd"]), ("p3", &["cyd"]), ("p4", &public)]
    {
        store.create_party(&party(party_name, "ann", 1)).await.unwrap();
        let joined = |(seq, who): (i64, &&str)| {
            let body = "{}".to_owned();
            let actor = Some(user_id(who));
            soiree_domain::PartyEvent { actor, kind: "joined".into(), body, ..event(party_name, seq, 1) }
        };
        let mut events: Vec<_> = (1..).zip(people).map(joined).collect();
        // Who comes twice, or a hundred times, was there once.
        for _ in 0..120 {
            events.push(joined((events.len() as i64 + 1, &people[0])));
        }
        let seq = events.len() as i64 + 1;
        let playback = "{\"kind\":\"playback\"}".to_owned();
        events.push(soiree_domain::PartyEvent {
            kind: "playback".into(),
            body: playback,
            ..event(party_name, seq, 1)
        });
        let entries: Vec<_> = events.into_iter().map(soiree_storage::Entry::PartyEvent).collect();
        store.commit(&entries).await.unwrap();
    }
    let companions = store.companions(&user_id("ann"), 10).await.unwrap();
    assert_eq!(companions, [(user_id("bob"), 2), (user_id("cyd"), 1)], "a crowd is no company");
    assert_eq!(store.companions(&user_id("ann"), 1).await.unwrap().len(), 1);
    let parties = store.parties_of(&user_id("cyd"), 10).await.unwrap();
    assert_eq!(parties, [party_id("p3"), party_id("p2")], "where they came last first");
    let evening = store.evening(&party_id("p2"), 10).await.unwrap();
    assert_eq!((evening.people, evening.played.len(), evening.had), (3, 1, vec![]));
    let public = store.evening(&party_id("p4"), 10).await.unwrap();
    assert_eq!(
        public,
        EveningRow { people: 101, ..EveningRow::default() },
        "a crowd's evening is not looked into"
    );
    // Who was removed is counted no more, once or ever.
    store.delete_user(&user_id("bob")).await.unwrap();
    store.delete_user(&user_id("cyd")).await.unwrap();
    assert_eq!(store.evening(&party_id("p2"), 10).await.unwrap().people, 1);
    assert_eq!(store.evening(&party_id("nowhere"), 10).await.unwrap(), EveningRow::default());
}

pub(crate) async fn imported_groups_have_a_past(store: Store) {
    store.put_users(&[user("ann"), user("bob"), user("cyd")], 1).await.unwrap();
    store.put_items(&[item("a"), item("b"), item("c")], 1).await.unwrap();
    let did = |who: &str, what: &str, kind, at_ms| {
        let party = Some(party_id("trip"));
        Interaction { party, ..Interaction::new(user_id(who), item_id(what), kind, at_ms) }
    };
    use InteractionKind as K;
    let alone = Interaction { party: None, ..did("cyd", "c", K::Finish, 9) };
    let deeds =
        [did("ann", "a", K::Finish, 5), did("bob", "a", K::View, 3), did("bob", "b", K::Dislike, 7), alone];
    store.import_interactions(&deeds).await.unwrap();
    // The same deed in another party is another row; imported again it is the same.
    let other = Interaction { party: Some(party_id("walk")), ..deeds[0].clone() };
    assert_eq!(store.import_interactions(std::slice::from_ref(&other)).await.unwrap().inserted, 1);
    assert_eq!(store.import_interactions(&[other, deeds[0].clone()]).await.unwrap().unchanged, 2);
    // What somebody says here and now about a party is no history of a group.
    store.commit(&[entry(vec![did("cyd", "c", K::Finish, 8)])]).await.unwrap();

    let evening = store.evening(&party_id("trip"), 10).await.unwrap();
    assert_eq!(evening, EveningRow { people: 2, played: vec![], had: vec![item_id("a")] });
    assert_eq!(store.parties_of(&user_id("bob"), 10).await.unwrap(), [party_id("trip")]);
    assert_eq!(store.parties_of(&user_id("cyd"), 10).await.unwrap(), []);
    let mut lines = Vec::new();
    store.each_of_evenings(|party, line| lines.push((party.to_owned(), line))).await.unwrap();
    lines.sort_by_key(|line| format!("{line:?}"));
    let of = |party: &str, line| (party.to_owned(), line);
    let wanted = [
        of("trip", EveningLine::Came(user_id("ann"))),
        of("trip", EveningLine::Came(user_id("bob"))),
        of("trip", EveningLine::Had(3, item_id("a"))),
        of("walk", EveningLine::Came(user_id("ann"))),
        of("walk", EveningLine::Had(5, item_id("a"))),
    ];
    assert_eq!(lines, wanted);
}
