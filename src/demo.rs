//! An empty database is filled with the demo catalogue, its synthetic people, and models fitted on them.

use crate::{Failure, app, config::Config, registry};
use soiree_algorithms::model::Silent;
use soiree_datasets::demo::{self, PopulationParams};
use soiree_storage::Store;

/// Fills an empty database; does nothing to one that has items.
pub(crate) async fn fill(store: &Store, config: &Config, now_ms: i64) -> Result<(), Failure> {
    if !config.demo.enabled || store.counts().await?.items > 0 {
        return Ok(());
    }
    let params = PopulationParams { people: config.demo.people, ..PopulationParams::default() };
    let population = demo::population(config.demo.seed, &params, now_ms);
    store.put_items(&demo::items(), now_ms).await?;
    store.put_relations(&demo::relations()).await?;
    store.put_users(&population.users, now_ms).await?;
    store.put_friends(&population.friends).await?;
    store.import_interactions(&population.interactions).await?;
    let set = registry::training_set(store).await?;
    let bundle = registry::fit(&set, config, &[], now_ms, &Silent)?;
    let artifacts = app::artifacts(config);
    let row = registry::register(store, &artifacts, &bundle).await?;
    store.set_serving(&row.version).await?;
    tracing::info!(
        items = row.items,
        synthetic_people = population.users.len(),
        interactions = row.interactions,
        version = %row.version,
        "filled the empty database with the demo catalogue"
    );
    Ok(())
}
