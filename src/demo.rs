//! An empty database is filled with the demo catalogue, its synthetic people, and models fitted on them.

use crate::{Failure, app, cli::Common, config::Config, registry, terminal};
use soiree_actors::clock::Clock;
use soiree_algorithms::model::Silent;
use soiree_datasets::demo::{self, PopulationParams};
use soiree_storage::Store;
use std::process::{Command, Stdio};

/// The note that says how far the filling came: when it began, Unix milliseconds, and then `done`.
const NOTE: &str = "demo";
const DONE: &str = "done";

/// `soiree demo`.
pub(crate) async fn run(config: &Config, json: bool) -> Result<(), Failure> {
    let store = app::open_store(config).await?;
    let Some(begun_ms) = wanted(&store).await? else {
        return Err("the database is not empty: the demo is for empty ones".into());
    };
    fill(&store, config, begun_ms).await?;
    let counts = store.counts().await?;
    if json {
        terminal::json(&serde_json::json!({
            "items": counts.items, "relations": counts.relations, "synthetic_people": counts.users,
            "interactions": counts.interactions,
        }))?;
    } else {
        terminal::line(format!(
            "The demo catalogue: {} items, {} links, {} synthetic people, {} interactions, and models fitted on them.",
            counts.items, counts.relations, counts.users, counts.interactions
        ));
    }
    store.close().await;
    Ok(())
}

/// Has `soiree demo` fill an empty database, or go on with a filling that was broken off; leaves any other database
/// alone. It is a process of its own so that the memory it needs goes with it, instead of staying with a server that
/// runs for months.
pub(crate) async fn fill_beside(store: &Store, config: &Config, common: &Common) -> Result<(), Failure> {
    if !config.demo.enabled || wanted(store).await?.is_none() {
        return Ok(());
    }
    let mut filling = Command::new(std::env::current_exe()?);
    filling.arg("demo").stdout(Stdio::null());
    if let Some(file) = &common.config {
        filling.arg("--config").arg(file);
    }
    if let Some(dir) = &common.data_dir {
        filling.arg("--data-dir").arg(dir);
    }
    let status = filling.status().map_err(|error| format!("cannot start filling in the demo: {error}"))?;
    if !status.success() {
        return Err(
            format!("filling in the demo failed ({status}); demo.enabled = false serves without").into()
        );
    }
    tracing::info!("filled the empty database with the demo catalogue");
    Ok(())
}

/// When the filling began, or begins now; `None` for a database that is not to be filled.
async fn wanted(store: &Store) -> Result<Option<i64>, Failure> {
    match store.meta_get(NOTE).await? {
        Some(note) => Ok(note.parse().ok()),
        None if store.counts().await?.items > 0 => Ok(None),
        None => Ok(Some(Clock::system().now_ms())),
    }
}

/// Everything in here may be done twice with the same time and changes nothing the second time.
async fn fill(store: &Store, config: &Config, begun_ms: i64) -> Result<(), Failure> {
    store.meta_put(NOTE, &begun_ms.to_string()).await?;
    let params = PopulationParams { people: config.demo.people, ..PopulationParams::default() };
    let population = demo::population(config.demo.seed, &params, begun_ms);
    store.put_items(&demo::items(), begun_ms).await?;
    store.put_relations(&demo::relations()).await?;
    store.put_users(&population.users, begun_ms).await?;
    store.put_friends(&population.friends).await?;
    store.import_interactions(&population.interactions).await?;
    let set = registry::training_set(store).await?;
    let bundle = registry::fit(&set, config, &[], begun_ms, &Silent)?;
    let row = registry::register(store, &app::artifacts(config), &bundle).await?;
    store.set_serving(&row.version).await?;
    Ok(store.meta_put(NOTE, DONE).await?)
}
