//! What is promised about files: artifacts are whole or refused, and a SQLite file survives being closed.

#![expect(clippy::unwrap_used, reason = "a test may panic, also in what its tests share")]

#[path = "contract/rig.rs"]
#[expect(dead_code, reason = "the rig serves the whole contract; this file needs a part of it")]
mod rig;

use rig::*;
use soiree_domain::{InteractionKind, ModelVersion};
use soiree_storage::{
    ErrorKind, FileFault, StorageError, Store, StoreOptions,
    artifacts::{Artifacts, CHECKSUMS},
};
use std::fs;

fn version(text: &str) -> ModelVersion {
    ModelVersion::new(text).unwrap()
}

fn files() -> Vec<(String, Vec<u8>)> {
    vec![("manifest.json".into(), b"{}".to_vec()), ("weights.safetensors".into(), vec![7; 100_000])]
}

#[test]
fn a_model_comes_back_as_it_was_saved() {
    let dir = TempDir::new();
    let artifacts = Artifacts::new(dir.0.join("models"));
    assert_eq!(artifacts.list().unwrap(), []);
    let checksum = artifacts.save(&version("v2"), &files()).unwrap();
    assert_eq!(checksum.len(), 64);
    assert_eq!(artifacts.checksum(&version("v2")).unwrap(), checksum);
    assert_eq!(artifacts.load(&version("v2")).unwrap(), files());
    assert!(matches!(artifacts.save(&version("v2"), &files()), Err(StorageError::ModelExists(_))));

    // The same files give the same checksum; a save that was broken off leaves nothing that is listed or in the way.
    fs::create_dir_all(dir.0.join("models/.saving-v1/rest")).unwrap();
    assert_eq!(artifacts.list().unwrap(), [version("v2")]);
    assert_eq!(artifacts.save(&version("v1"), &files()).unwrap(), checksum);
    assert_eq!(artifacts.list().unwrap(), [version("v1"), version("v2")]);

    assert!(artifacts.remove(&version("v1")).unwrap());
    assert!(!artifacts.remove(&version("v1")).unwrap());
    assert!(matches!(artifacts.load(&version("v1")), Err(StorageError::ModelMissing(_))));
    assert!(matches!(artifacts.checksum(&version("v1")), Err(StorageError::ModelMissing(_))));
}

#[test]
fn a_model_that_was_tampered_with_is_refused() {
    let weights = "weights.safetensors";
    type Tampering = fn(&std::path::Path);
    let table: [(Tampering, &str, FileFault); 8] = [
        (|d| fs::write(d.join("weights.safetensors"), [7; 99_999]).unwrap(), weights, FileFault::Altered),
        (|d| fs::write(d.join("weights.safetensors"), [8; 100_000]).unwrap(), weights, FileFault::Altered),
        (|d| fs::write(d.join("weights.safetensors"), []).unwrap(), weights, FileFault::Altered),
        (|d| fs::remove_file(d.join("weights.safetensors")).unwrap(), weights, FileFault::Missing),
        (|d| fs::write(d.join("more.bin"), []).unwrap(), "more.bin", FileFault::Unexpected),
        (|d| fs::create_dir(d.join("folder")).unwrap(), "folder", FileFault::Unexpected),
        (|d| fs::remove_file(d.join(CHECKSUMS)).unwrap(), CHECKSUMS, FileFault::Missing),
        (
            |d| fs::write(d.join(CHECKSUMS), "{\"../x\":\"\"}").unwrap(),
            "manifest.json",
            FileFault::Unexpected,
        ),
    ];
    let dir = TempDir::new();
    let artifacts = Artifacts::new(&dir.0);
    for (number, (tamper, file, fault)) in table.into_iter().enumerate() {
        let version = version(&format!("v{number}"));
        artifacts.save(&version, &files()).unwrap();
        tamper(&dir.0.join(version.as_str()));
        let error = artifacts.load(&version).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        match error {
            StorageError::ModelFile { file: f, fault: t, .. } => assert_eq!((f.as_str(), t), (file, fault)),
            other => panic!("{number}: {other}"),
        }
    }
}

#[test]
fn names_that_are_paths_are_refused() {
    let dir = TempDir::new();
    let artifacts = Artifacts::new(dir.0.join("models"));
    for name in ["", "..", "../x", "a/b", "a\\b", "/x", ".hidden", "é", "a b", CHECKSUMS, &"x".repeat(129)] {
        let refused = artifacts.save(&version("v"), &[(name.to_owned(), Vec::new())]);
        assert!(matches!(refused, Err(StorageError::FileName(_))), "{name:?}");
    }
    let twice = [("a".to_owned(), Vec::new()), ("a".to_owned(), Vec::new())];
    assert!(matches!(artifacts.save(&version("v"), &twice), Err(StorageError::FileName(_))));
    assert!(matches!(artifacts.save(&version(".saving-v"), &[]), Err(StorageError::FileName(_))));
    assert!(!dir.0.join("models").exists());
}

#[tokio::test]
async fn a_sqlite_file_keeps_what_was_committed() {
    let dir = TempDir::new();
    let path = dir.0.join("a folder").join("soirée.db");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let url = format!("sqlite://{}", path.display());
    let store = Store::open(&url, &StoreOptions::default()).await.unwrap();
    furnish(&store).await;
    store.commit(&[entry(vec![deed("ann", "i1", InteractionKind::Like, 1)])]).await.unwrap();
    // A second process may have the file open at the same time.
    let other = Store::open(&url, &StoreOptions::default()).await.unwrap();
    other.commit(&[entry(vec![deed("ann", "i2", InteractionKind::Like, 2)])]).await.unwrap();
    assert_eq!(store.counts().await.unwrap().interactions, 2);
    other.close().await;
    store.delete_user(&user_id("bob")).await.unwrap();
    store.close().await;
    assert!(matches!(store.ping().await, Err(e) if e.kind() == ErrorKind::Unavailable));

    let store = Store::open(&url, &StoreOptions::default()).await.unwrap();
    assert_eq!(store.counts().await.unwrap().interactions, 2);
    store.close().await;
    // Who was removed leaves no bytes in the file's free pages.
    let bytes = fs::read(&path).unwrap();
    assert!(!bytes.windows(11).any(|window| window == b"Name of bob"));
    assert!(bytes.windows(11).any(|window| window == b"Name of ann"));
}

#[tokio::test]
async fn other_addresses_are_refused() {
    for url in [
        "",
        "sqlite://",
        "sqlite::memory:",
        "sqlite://:memory:",
        "mysql://x",
        "soiree.db",
        "postgres://h:port/db",
    ] {
        let error = Store::open(url, &StoreOptions::default()).await.unwrap_err();
        assert!(matches!(error, StorageError::Url(_)), "{url}: {error}");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
}
