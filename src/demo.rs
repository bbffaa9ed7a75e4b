//! An empty database is filled with the demo catalogue, its synthetic people, and models fitted on them.

use crate::{Failure, cli::Common, config::Config};
use soiree_datasets::demo::{self, PopulationParams};
use soiree_storage::Store;
use std::process::{Command, Stdio};

/// The note that says how far the filling came: when it began, Unix milliseconds, and then `done`.
const NOTE: &str = "demo";
const DONE: &str = "done";

/// Fills an empty database, or goes on with a filling that was broken off; leaves any other database alone.
pub(crate) async fn fill(
    store: &Store,
    config: &Config,
    common: &Common,
    now_ms: i64,
) -> Result<(), Failure> {
    if !config.demo.enabled {
        return Ok(());
    }
    // Everything below may be done twice with the same time and changes nothing the second time.
    let begun_ms = match store.meta_get(NOTE).await? {
        Some(note) => match note.parse() {
            Ok(begun_ms) => begun_ms,
            Err(_) => return Ok(()),
        },
        None if store.counts().await?.items > 0 => return Ok(()),
        None => {
            store.meta_put(NOTE, &now_ms.to_string()).await?;
            now_ms
        }
    };
    let items = demo::items();
    let params = PopulationParams { people: config.demo.people, ..PopulationParams::default() };
    let population = demo::population(config.demo.seed, &params, begun_ms);
    store.put_items(&items, begun_ms).await?;
    store.put_relations(&demo::relations()).await?;
    store.put_users(&population.users, begun_ms).await?;
    store.put_friends(&population.friends).await?;
    store.import_interactions(&population.interactions).await?;
    fit(common)?;
    store.meta_put(NOTE, DONE).await?;
    tracing::info!(
        items = items.len(),
        synthetic_people = population.users.len(),
        interactions = population.interactions.len(),
        "filled the empty database with the demo catalogue"
    );
    Ok(())
}

/// Has `soiree train --promote` fit the models in a process of its own: the memory that a fit needs goes with it,
/// instead of staying with a server that runs for months.
fn fit(common: &Common) -> Result<(), Failure> {
    let mut train = Command::new(std::env::current_exe()?);
    train.args(["train", "--promote"]).stdout(Stdio::null());
    if let Some(file) = &common.config {
        train.arg("--config").arg(file);
    }
    if let Some(dir) = &common.data_dir {
        train.arg("--data-dir").arg(dir);
    }
    let status = train.status().map_err(|error| format!("cannot fit the demo's models: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("fitting the demo's models failed: {status}").into()) }
}
