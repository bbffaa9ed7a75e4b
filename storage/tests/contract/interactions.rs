use crate::rig::*;
use soiree_domain::{Domain, Interaction, InteractionKind};
use soiree_storage::{Store, TrainingRow, Written};

fn rated(user: &str, item: &str, stars: f32, at_ms: i64) -> Interaction {
    Interaction { value: Some(stars), ..deed(user, item, InteractionKind::Rate, at_ms) }
}

pub(crate) async fn importing_again_changes_nothing(store: Store) {
    furnish(&store).await;
    let rows = [
        rated("ann", "i1", 4.5, 10),
        rated("ann", "i2", 0.5, 11),
        rated("bob", "i1", 3.3, 12),
        rated("nobody", "i1", 3.0, 13),
        rated("bob", "nothing", 3.0, 14),
    ];
    let first = store.import_interactions(&rows).await.unwrap();
    assert_eq!(first, Written { inserted: 3, updated: 0, unchanged: 0, skipped: 2 });
    let again = store.import_interactions(&rows).await.unwrap();
    assert_eq!(again, Written { inserted: 0, updated: 0, unchanged: 3, skipped: 2 });
    assert_eq!(store.counts().await.unwrap().interactions, 3);
    assert_eq!(store.history(&user_id("bob"), 5).await.unwrap(), rows[2..3]);
}

pub(crate) async fn the_later_value_wins(store: Store) {
    furnish(&store).await;
    // The same time twice in one batch, and again in the next.
    let batch = [rated("ann", "i1", 1.0, 10), rated("ann", "i1", 2.0, 10), rated("ann", "i1", 2.0, 20)];
    let first = store.import_interactions(&batch).await.unwrap();
    assert_eq!(first, Written { inserted: 2, updated: 0, unchanged: 1, skipped: 0 });
    let second = store.import_interactions(&[rated("ann", "i1", 5.0, 10)]).await.unwrap();
    assert_eq!(second, Written { updated: 1, ..Written::default() });
    let stars: Vec<_> =
        store.history(&user_id("ann"), 9).await.unwrap().into_iter().map(|i| i.value).collect();
    assert_eq!(stars, [Some(2.0), Some(5.0)]);

    // Live deeds are never merged, neither with each other nor with imported ones.
    let live = rated("ann", "i1", 4.0, 10);
    store.commit(&[entry(vec![live.clone(), live.clone()]), entry(vec![live])]).await.unwrap();
    assert_eq!(store.counts().await.unwrap().interactions, 5);
}

pub(crate) async fn histories_are_newest_first_and_bounded(store: Store) {
    furnish(&store).await;
    let mut review = deed("ann", "i2", InteractionKind::Review, 30);
    review.text = Some("“So good”".into());
    review.recommendation_id = Some("r1".parse().unwrap());
    review.party = Some(party_id("p1"));
    let rows = vec![
        deed("ann", "i1", InteractionKind::View, 20),
        review.clone(),
        deed("ann", "i1", InteractionKind::Play, 10),
        // Of two at the same time the later written comes first.
        deed("ann", "i1", InteractionKind::Finish, 20),
        deed("bob", "i2", InteractionKind::Skip, 15),
    ];
    store.commit(&[entry(rows)]).await.unwrap();
    let kinds = |rows: &[Interaction]| rows.iter().map(|i| i.kind.as_str()).collect::<Vec<_>>().join(" ");

    let history = store.history(&user_id("ann"), 10).await.unwrap();
    assert_eq!(kinds(&history), "review finish view play");
    assert_eq!(history[0], review);
    assert_eq!(kinds(&store.history(&user_id("ann"), 2).await.unwrap()), "review finish");

    let asked = [user_id("bob"), user_id("ann"), user_id("nobody"), user_id("ann")];
    let both = store.histories(&asked, 3).await.unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(kinds(&both[&user_id("ann")]), "review finish view");
    assert_eq!(both[&user_id("ann")][0], review);
    assert_eq!(kinds(&both[&user_id("bob")]), "skip");
    assert!(store.histories(&[], 3).await.unwrap().is_empty());
}

pub(crate) async fn training_rows_are_everything_but_what_was_removed(store: Store) {
    furnish(&store).await;
    store.put_items(&[item("i3")], 1).await.unwrap();
    let rows = [rated("ann", "i1", 4.5, 1), rated("bob", "i2", 2.0, 2), rated("bob", "i3", 0.1, 3)];
    store.import_interactions(&rows).await.unwrap();
    store.commit(&[entry(vec![deed("ann", "i3", InteractionKind::Buy, 4)])]).await.unwrap();
    store.delete_item(&item_id("i2")).await.unwrap();

    let all = store.training_rows().await.unwrap();
    assert_eq!(all.users, [user_id("ann"), user_id("bob")]);
    assert_eq!(all.items, [item_id("i1"), item_id("i3")]);
    let row = |user, item, kind, value, at_ms| TrainingRow { user, item, kind, value, at_ms };
    assert_eq!(
        all.rows,
        [
            row(0, 0, InteractionKind::Rate, Some(4.5), 1),
            row(1, 1, InteractionKind::Rate, Some(0.1), 3),
            row(0, 1, InteractionKind::Buy, None, 4),
        ]
    );
}

pub(crate) async fn popular_counts_deeds_in_favour(store: Store) {
    furnish(&store).await;
    let mut book = item("b");
    book.domain = Domain::Book;
    store.put_items(&[book], 1).await.unwrap();
    let rows = vec![
        deed("ann", "i1", InteractionKind::Like, 1),
        deed("ann", "i1", InteractionKind::Like, 10),
        deed("ann", "i2", InteractionKind::Play, 10),
        deed("bob", "i2", InteractionKind::Play, 11),
        deed("bob", "b", InteractionKind::Buy, 12),
        deed("bob", "b", InteractionKind::Dislike, 13),
        deed("ann", "b", InteractionKind::Skip, 13),
    ];
    store.commit(&[entry(rows)]).await.unwrap();
    let popular = store.popular(10, None, 2).await.unwrap();
    assert_eq!(popular, [(item_id("i2"), 2), (item_id("b"), 1)]);
    assert_eq!(store.popular(0, Some(Domain::Book), 9).await.unwrap(), [(item_id("b"), 1)]);
}
