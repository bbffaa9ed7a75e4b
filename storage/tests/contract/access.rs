use crate::rig::*;
use soiree_domain::Role;
use soiree_storage::{Key, KeyKind, NewKey, StorageError, Store};

fn new_key(id: &str, byte: u8, user: Option<&str>, kind: KeyKind, expires_at_ms: Option<i64>) -> NewKey {
    NewKey {
        id: id.into(),
        name: format!("key {id}"),
        role: Role::Service,
        user: user.map(user_id),
        hash: [byte; 32],
        created_at_ms: 10,
        expires_at_ms,
        kind,
    }
}

fn kept(new: &NewKey) -> Key {
    Key {
        id: new.id.clone(),
        name: new.name.clone(),
        role: new.role,
        user: new.user.clone(),
        kind: new.kind,
        created_at_ms: new.created_at_ms,
        expires_at_ms: new.expires_at_ms,
        revoked_at_ms: None,
    }
}

pub(crate) async fn a_key_is_good_until_it_expires_or_is_taken_back(store: Store) {
    furnish(&store).await;
    let lasting = new_key("a", 1, None, KeyKind::Api, None);
    let passing = new_key("b", 2, Some("ann"), KeyKind::Console, Some(100));
    let resume = new_key("c", 255, Some("bob"), KeyKind::Resume, Some(1_000));
    for key in [&lasting, &passing, &resume] {
        store.create_key(key).await.unwrap();
    }
    let nobodys = new_key("d", 4, Some("nobody"), KeyKind::Api, None);
    assert!(matches!(store.create_key(&nobodys).await, Err(StorageError::UnknownUser(_))));
    let same_hash = new_key("e", 1, None, KeyKind::Api, None);
    assert!(matches!(store.create_key(&same_hash).await, Err(StorageError::Database(_))));

    let find = async |byte, now_ms| store.find_key(&[byte; 32], now_ms).await.unwrap();
    assert_eq!(find(1, i64::MAX).await, Some(kept(&lasting)));
    assert_eq!(find(2, 99).await, Some(kept(&passing)));
    assert_eq!(find(2, 100).await, None);
    assert_eq!(find(255, 500).await, Some(kept(&resume)));
    assert_eq!(find(9, 0).await, None);
    assert_eq!(store.keys().await.unwrap(), [kept(&lasting), kept(&passing)]);

    assert!(store.revoke_key("a", 50).await.unwrap());
    assert!(!store.revoke_key("a", 60).await.unwrap());
    assert_eq!(find(1, 0).await, None);
    assert_eq!(store.keys().await.unwrap()[0].revoked_at_ms, Some(50));
}
