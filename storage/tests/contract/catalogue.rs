use crate::rig::*;
use soiree_domain::{Domain, InteractionKind, Relation, RelationKind};
use soiree_storage::{ItemFilter, Outcome, Page, Store, Written};

pub(crate) async fn items_keep_every_field(store: Store) {
    let mut full = item("gatsby");
    full.year = Some(1925);
    full.creators = vec!["F. Scott Fitzgerald".into()];
    full.genres = vec!["novel".into()];
    full.themes = vec!["the american dream".into()];
    full.moods = vec!["melancholic".into()];
    full.description = "A “green light”, and\nwhat it costs \\ '".into();
    full.price_cents = Some(999);
    full.currency = Some("EUR".into());
    full.available = false;
    full.external.insert("isbn".into(), "9780743273565".into());
    let first = store.put_items(&[full.clone(), item("plain")], 1).await.unwrap();
    assert_eq!(first, Written { inserted: 2, ..Written::default() });
    assert_eq!(store.item(&full.id).await.unwrap().as_ref(), Some(&full));

    let again = store.put_items(&[full.clone(), item("plain")], 2).await.unwrap();
    assert_eq!(again, Written { unchanged: 2, ..Written::default() });
    full.year = None;
    let changed = store.put_items(&[full.clone(), item("plain"), item("new")], 3).await.unwrap();
    assert_eq!(changed, Written { inserted: 1, updated: 1, unchanged: 1, skipped: 0 });
    assert_eq!(store.all_items().await.unwrap(), [full, item("new"), item("plain")]);
}

pub(crate) async fn lists_filter_by_domain_and_words(store: Store) {
    let mut book = item("b1");
    book.domain = Domain::Book;
    book.title = "ÉLAN 100%".into();
    book.creators = vec!["Ann Onymous".into(), "J. Under_Score".into()];
    store.put_items(&[item("f1"), item("f2"), item("f3"), book], 1).await.unwrap();
    let find = async |domain, text: Option<&str>| {
        let filter = ItemFilter { domain, text: text.map(str::to_owned) };
        let read = store.items(&Page::first(10), &filter).await.unwrap();
        read.rows.into_iter().map(|i| i.id.to_string()).collect::<Vec<_>>()
    };
    for (domain, text, expected) in [
        (None, None, &["b1", "f1", "f2", "f3"][..]),
        (Some(Domain::Film), None, &["f1", "f2", "f3"]),
        (None, Some("élan"), &["b1"]),
        (None, Some("onymous"), &["b1"]),
        (None, Some("100%"), &["b1"]),
        (None, Some("title%f1"), &[]),
        (None, Some("r_s"), &["b1"]),
        (None, Some("e_of"), &[]),
        (None, Some("TITLE OF F"), &["f1", "f2", "f3"]),
        (Some(Domain::Book), Some("title"), &[]),
    ] {
        assert_eq!(find(domain, text).await, expected, "{domain:?} {text:?}");
    }
    let filter = ItemFilter { domain: Some(Domain::Film), text: None };
    let first = store.items(&Page::first(2), &filter).await.unwrap();
    let second = store.items(&Page::first(2).after(&first).unwrap(), &filter).await.unwrap();
    assert_eq!(second.rows, [item("f3")]);
    assert_eq!(second.next, None);
}

pub(crate) async fn a_removed_item_vanishes_and_comes_back_with_its_deeds(store: Store) {
    furnish(&store).await;
    let link = Relation { from: item_id("i1"), to: item_id("i2"), kind: RelationKind::Sequel };
    store.put_relations(&[link]).await.unwrap();
    store.commit(&[entry(vec![deed("ann", "i1", InteractionKind::Like, 5)])]).await.unwrap();

    assert!(store.delete_item(&item_id("i1")).await.unwrap());
    assert!(!store.delete_item(&item_id("i1")).await.unwrap());
    assert_eq!(store.item(&item_id("i1")).await.unwrap(), None);
    assert_eq!(store.all_items().await.unwrap(), [item("i2")]);
    assert_eq!(store.all_relations().await.unwrap(), []);
    assert_eq!(store.history(&user_id("ann"), 10).await.unwrap(), []);
    let counts = store.counts().await.unwrap();
    assert_eq!((counts.items, counts.interactions), (1, 1));
    let refused = store.commit(&[entry(vec![deed("ann", "i1", InteractionKind::Like, 6)])]).await.unwrap();
    assert_eq!(refused, [Outcome::UnknownItems(vec![item_id("i1")])]);

    assert_eq!(store.put_items(&[item("i1")], 7).await.unwrap().inserted, 1);
    assert_eq!(store.history(&user_id("ann"), 10).await.unwrap().len(), 1);
}

pub(crate) async fn relations_need_items_that_exist(store: Store) {
    furnish(&store).await;
    store.put_items(&[item("i3")], 1).await.unwrap();
    let link = |from: &str, to: &str, kind| Relation { from: item_id(from), to: item_id(to), kind };
    let all = [
        link("i1", "i2", RelationKind::Adaptation),
        link("i1", "i2", RelationKind::SameCreator),
        link("i3", "i1", RelationKind::BelongsTo),
        link("i1", "nothing", RelationKind::Sequel),
    ];
    assert_eq!(
        store.put_relations(&all).await.unwrap(),
        Written { inserted: 3, updated: 0, unchanged: 0, skipped: 1 }
    );
    assert_eq!(
        store.put_relations(&all).await.unwrap(),
        Written { inserted: 0, updated: 0, unchanged: 3, skipped: 1 }
    );
    assert_eq!(store.all_relations().await.unwrap(), all[..3]);
    assert_eq!(store.relations_of(&item_id("i1")).await.unwrap(), all[..3]);
    assert_eq!(store.relations_of(&item_id("i3")).await.unwrap(), all[2..3]);
    assert_eq!(store.relations_of(&item_id("nothing")).await.unwrap(), []);
}
