//! `soiree models …`: the registry on the terminal.

use crate::{Failure, app, cli::Models, config::Config, registry, terminal};
use soiree_domain::ModelVersion;
use soiree_engine::Bundle;
use soiree_storage::{ModelRow, ModelStatus, Store, artifacts::Artifacts};
use std::{fs, path::Path};

pub(crate) async fn run(which: &Models, config: &Config, json: bool) -> Result<(), Failure> {
    let store = app::open_store(config).await?;
    let artifacts = app::artifacts(config);
    match which {
        Models::List => list(&store, json).await?,
        Models::Show { version } => show(&store, version).await?,
        Models::Promote { version } => {
            registry::promote(&store, &artifacts, &ModelVersion::new(version)?).await?;
            terminal::line(format!("{version} serves now; running servers take it over within seconds."));
        }
        Models::Rollback => {
            let version = registry::rollback(&store, &artifacts).await?;
            terminal::line(format!("{version} serves again."));
        }
        Models::Prune { keep } => prune(&store, &artifacts, keep.unwrap_or(config.models.keep)).await?,
        Models::Import { path } => {
            let row = import(&store, &artifacts, path).await?;
            terminal::line(format!("{} is registered; `soiree models promote` serves it.", row.version));
        }
        Models::Export { version, path } => {
            export(&artifacts, &ModelVersion::new(version)?, path)?;
            terminal::line(format!("{version} was written to {}.", path.display()));
        }
    }
    store.close().await;
    Ok(())
}

fn as_json(row: &ModelRow) -> serde_json::Value {
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
    serde_json::json!({
        "version": row.version, "status": row.status.as_str(), "created_at_ms": row.created_at_ms,
        "items": row.items, "people": row.users, "interactions": row.interactions,
        "checksum": row.checksum, "models": parsed(&row.parameters), "hold_out": parsed(&row.metrics),
    })
}

async fn list(store: &Store, json: bool) -> Result<(), Failure> {
    let rows = store.models().await?;
    if json {
        return Ok(terminal::json(&rows.iter().map(as_json).collect::<Vec<_>>())?);
    }
    if rows.is_empty() {
        terminal::line("No models yet; `soiree train` makes one.");
        return Ok(());
    }
    let cells: Vec<_> = rows
        .iter()
        .map(|r| {
            let counts = [r.items, r.users, r.interactions].map(|n| n.to_string());
            [r.version.to_string(), r.status.as_str().to_owned()].into_iter().chain(counts).collect()
        })
        .collect();
    terminal::table(&["version", "status", "items", "people", "pairs"], &cells);
    Ok(())
}

async fn show(store: &Store, version: &str) -> Result<(), Failure> {
    let version = ModelVersion::new(version)?;
    let row = store.model(&version).await?.ok_or_else(|| format!("no such model: {version}"))?;
    Ok(terminal::json(&as_json(&row))?)
}

async fn prune(store: &Store, artifacts: &Artifacts, keep: usize) -> Result<(), Failure> {
    let mut deleted = 0;
    for row in store.models().await?.into_iter().skip(keep) {
        if row.status != ModelStatus::Serving {
            store.delete_model(&row.version).await?;
            artifacts.remove(&row.version)?;
            deleted += 1;
        }
    }
    terminal::line(format!("{deleted} version(s) deleted."));
    Ok(())
}

async fn import(store: &Store, artifacts: &Artifacts, path: &Path) -> Result<ModelRow, Failure> {
    let mut files = Vec::new();
    let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && name != "checksums.json" {
            files.push((name, fs::read(entry.path())?));
        }
    }
    let bundle = Bundle::from_files(&files).map_err(|error| format!("{}: {error}", path.display()))?;
    registry::check_overlap(&bundle, &app::catalogue(store).await?)?;
    registry::register(store, artifacts, &bundle).await
}

fn export(artifacts: &Artifacts, version: &ModelVersion, path: &Path) -> Result<(), Failure> {
    let files = artifacts.load(version)?;
    fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    for (name, bytes) in files {
        fs::write(path.join(name), bytes)?;
    }
    Ok(())
}
