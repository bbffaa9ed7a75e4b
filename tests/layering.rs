//! The house's arrows: which of our crates may use which. A forbidden dependency is a failing test.

use std::{collections::BTreeMap, fs, path::Path};

const MAY_USE: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("algorithms", &["domain"]),
    ("datasets", &["domain"]),
    ("neural", &["algorithms", "domain"]),
    ("engine", &["algorithms", "domain"]),
    ("storage", &["domain"]),
    ("lab", &["datasets", "engine", "neural", "algorithms", "domain"]),
    ("actors", &["engine", "neural", "storage", "algorithms", "domain"]),
    ("web", &["actors", "engine", "storage", "domain"]),
    ("", &["web", "actors", "lab", "storage", "engine", "neural", "datasets", "algorithms", "domain"]),
];

/// Crates that are known in one place only.
const FENCED: [(&str, &[&str]); 9] = [
    ("tract-onnx", &["neural"]),
    ("tokenizers", &["neural"]),
    ("sqlx", &["storage"]),
    ("actix-web", &["web", ""]),
    ("actix-http", &["web"]),
    ("actix-codec", &["web"]),
    ("actix-service", &["web"]),
    ("actix", &["actors", "web", ""]),
    ("figment", &[""]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names in `[dependencies]` of a manifest, optional ones included.
fn dependencies(folder: &str) -> Vec<String> {
    let path = root().join(folder).join("Cargo.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let manifest: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let section = manifest.get("dependencies").and_then(toml::Value::as_table);
    section.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn arrows_point_down_only() {
    let allowed: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    for (folder, may_use) in &allowed {
        for name in dependencies(folder) {
            if let Some(to) = name.strip_prefix("soiree-") {
                assert!(may_use.contains(&to), "{folder:?} must not use {to}");
            }
        }
    }
}

#[test]
fn every_crate_of_the_workspace_has_its_arrows() {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    for member in members.iter().filter_map(toml::Value::as_str) {
        assert!(MAY_USE.iter().any(|(folder, _)| *folder == member), "{member} is missing in MAY_USE");
    }
    assert_eq!(members.len() + 1, MAY_USE.len());
}

#[test]
fn outside_crates_stay_behind_their_fence() {
    for (outside, folders) in FENCED {
        for (folder, _) in MAY_USE {
            let uses = dependencies(folder).iter().any(|name| name == outside);
            assert!(!uses || folders.contains(&folder), "{folder:?} must not use {outside}");
        }
    }
}

#[test]
fn the_party_state_knows_no_runtime() {
    for file in
        ["state.rs", "state/recovery.rs", "settings.rs", "record.rs", "refresh.rs", "release.rs", "mood.rs"]
    {
        let text = fs::read_to_string(root().join("actors/src/party").join(file)).unwrap();
        for word in ["actix", "tokio", "Clock", "Instant", "SystemTime"] {
            let uses = text.lines().any(|line| line.trim_start().starts_with("use ") && line.contains(word));
            assert!(!uses, "party/{file} must not use {word}");
        }
    }
}
