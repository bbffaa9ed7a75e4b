use soiree_storage::{ModelRow, ModelStatus, StorageError, Store};

fn row(version: &str, created_at_ms: i64) -> ModelRow {
    ModelRow {
        version: version.parse().unwrap(),
        created_at_ms,
        status: ModelStatus::Registered,
        parameters: "{\"factors\":64}".into(),
        metrics: "{}".into(),
        checksum: "00".into(),
        items: 1,
        users: 2,
        interactions: 3,
    }
}

pub(crate) async fn exactly_one_model_serves(store: Store) {
    assert_eq!(store.serving().await.unwrap(), None);
    for (version, at) in [("v1", 1), ("v2", 2), ("v3", 3)] {
        store.register_model(&row(version, at)).await.unwrap();
    }
    assert!(matches!(store.register_model(&row("v1", 9)).await, Err(StorageError::ModelExists(_))));
    assert_eq!(store.model(&"v2".parse().unwrap()).await.unwrap(), Some(row("v2", 2)));

    let statuses = async || {
        let models = store.models().await.unwrap();
        models.iter().map(|m| format!("{}:{}", m.version, m.status.as_str())).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(statuses().await, "v3:registered v2:registered v1:registered");
    assert!(store.set_serving(&"v1".parse().unwrap()).await.unwrap());
    assert!(store.set_serving(&"v2".parse().unwrap()).await.unwrap());
    assert!(store.set_serving(&"v2".parse().unwrap()).await.unwrap());
    assert_eq!(statuses().await, "v3:registered v2:serving v1:retired");
    // What does not exist changes nothing.
    assert!(!store.set_serving(&"v9".parse().unwrap()).await.unwrap());
    assert_eq!(store.serving().await.unwrap().unwrap().version.as_str(), "v2");

    assert!(!store.delete_model(&"v2".parse().unwrap()).await.unwrap());
    assert!(store.delete_model(&"v1".parse().unwrap()).await.unwrap());
    let serving = ModelRow { status: ModelStatus::Serving, ..row("v4", 4) };
    store.register_model(&serving).await.unwrap();
    assert_eq!(statuses().await, "v4:serving v3:registered v2:retired");
}
