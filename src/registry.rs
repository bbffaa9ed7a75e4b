//! The model registry: fit, register, load, promote, roll back.

use crate::{Failure, config::Config, encoder};
use soiree_algorithms::model::TextEmbedder;
use soiree_domain::ModelVersion;
use soiree_engine::{Bundle, Catalogue, Evening, Row, Served, TrainParams, TrainingSet, Watch};
use soiree_storage::{ModelRow, ModelStatus, Store, artifacts::Artifacts};
use std::collections::HashMap;

/// Where the registry remembers which version served before the serving one.
const PREVIOUS: &str = "models.previous";
/// A bundle that knows less than this share of the catalogue is refused.
const LEAST_OVERLAP: f64 = 0.9;

/// Everything that models are fitted on, as it stands in the database.
pub(crate) async fn training_set(store: &Store) -> Result<TrainingSet, Failure> {
    let items = store.all_items().await?;
    let relations = store.all_relations().await?;
    let rows = store.training_rows().await?;
    let place: HashMap<_, _> = items.iter().zip(0_u32..).map(|(item, at)| (&item.id, at)).collect();
    let places: Vec<Option<u32>> = rows.items.iter().map(|id| place.get(id).copied()).collect();
    let number: HashMap<_, _> = rows.users.iter().zip(0_u32..).collect();
    let users = rows.users.len();
    let deeds = rows.rows.iter().filter_map(|row| {
        let item = places[row.item as usize]?;
        Some(Row { user: row.user, item, kind: row.kind, value: row.value, at_ms: row.at_ms })
    });
    let deeds = deeds.collect();
    let evenings = soiree_actors::evenings::evenings(store).await?;
    let evenings = evenings.iter().map(|evening| Evening {
        people: evening.people.iter().filter_map(|user| number.get(user).copied()).collect(),
        works: evening.works.iter().filter_map(|(id, at_ms)| Some((*place.get(id)?, *at_ms))).collect(),
    });
    let evenings = evenings.collect();
    Ok(TrainingSet { items, relations, users, rows: deeds, evenings })
}

/// A version's name: the time of its making in UTC, and something that keeps two of one second apart.
pub(crate) fn new_version(now_ms: i64) -> ModelVersion {
    let fresh = ModelVersion::fresh();
    let tail = &fresh.as_str()[fresh.as_str().len() - 4..];
    let moment =
        time::OffsetDateTime::from_unix_timestamp(now_ms / 1_000).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (date, clock) = (moment.date(), moment.time());
    let name = format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}-{tail}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    ModelVersion::new(name).unwrap_or(fresh)
}

/// Fits the models; names in `only` override the configured ones.
pub(crate) fn fit(
    set: &TrainingSet,
    config: &Config,
    only: &[String],
    now_ms: i64,
    watch: &dyn Watch,
) -> Result<Bundle, Failure> {
    let names = if only.is_empty() { &config.models.enabled } else { only };
    let params =
        TrainParams { seed: config.models.seed, only: Some(names.to_vec()), ..TrainParams::default() };
    let encoder =
        if names.iter().any(|name| name == "text") { Some(encoder::encoder(config)?) } else { None };
    let embedder = encoder.as_ref().map(|e| e as &dyn TextEmbedder);
    let (bundle, _) = soiree_engine::train(set, &params, embedder, now_ms, new_version(now_ms), watch)?;
    Ok(bundle)
}

/// Writes a bundle's files and its row in the registry.
pub(crate) async fn register(
    store: &Store,
    artifacts: &Artifacts,
    bundle: &Bundle,
) -> Result<ModelRow, Failure> {
    let manifest = bundle.manifest();
    let checksum = artifacts.save(bundle.version(), &bundle.to_files())?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let row = ModelRow {
        version: bundle.version().clone(),
        created_at_ms: manifest.made_at_ms,
        status: ModelStatus::Registered,
        parameters: serde_json::to_string(&manifest.models)?,
        metrics: serde_json::to_string(&manifest.holdout)?,
        checksum,
        items: count(manifest.items),
        users: count(manifest.people),
        interactions: count(manifest.interactions),
    };
    store.register_model(&row).await?;
    Ok(row)
}

/// Reads and checks a version's files.
pub(crate) fn load(artifacts: &Artifacts, version: &ModelVersion) -> Result<Bundle, Failure> {
    let files = artifacts.load(version)?;
    Bundle::from_files(&files).map_err(|error| format!("model {version}: {error}").into())
}

/// The serving version, attached to the catalogue.
pub(crate) async fn serving(
    store: &Store,
    artifacts: &Artifacts,
    catalogue: &Catalogue,
) -> Result<Option<Served>, Failure> {
    let Some(row) = store.serving().await? else { return Ok(None) };
    match load(artifacts, &row.version) {
        Ok(bundle) => Ok(Some(bundle.attach(catalogue))),
        Err(error) => {
            // A server without models still carries parties and chat, and says what is missing.
            tracing::error!(%error, "the serving model set cannot be loaded");
            Ok(None)
        }
    }
}

/// Refuses a bundle that does not fit the catalogue.
pub(crate) fn check_overlap(bundle: &Bundle, catalogue: &Catalogue) -> Result<(), Failure> {
    let overlap = bundle.overlap(catalogue);
    if overlap < LEAST_OVERLAP {
        return Err(format!(
            "model {} knows {:.0} % of the catalogue, at least {:.0} % are asked for: train on this catalogue first",
            bundle.version(),
            overlap * 100.0,
            LEAST_OVERLAP * 100.0
        )
        .into());
    }
    Ok(())
}

/// Makes a version the serving one; running servers notice within seconds.
pub(crate) async fn promote(
    store: &Store,
    artifacts: &Artifacts,
    version: &ModelVersion,
) -> Result<(), Failure> {
    if store.model(version).await?.is_none() {
        return Err(format!("no such model: {version}; `soiree models list` names them").into());
    }
    let bundle = load(artifacts, version)?;
    check_overlap(&bundle, &crate::app::catalogue(store).await?)?;
    let before = store.serving().await?;
    if before.as_ref().is_some_and(|row| row.version == *version) {
        return Ok(());
    }
    store.set_serving(version).await?;
    if let Some(before) = before {
        store.meta_put(PREVIOUS, before.version.as_str()).await?;
    }
    Ok(())
}

/// Serves the version again that served before.
pub(crate) async fn rollback(store: &Store, artifacts: &Artifacts) -> Result<ModelVersion, Failure> {
    let previous = store.meta_get(PREVIOUS).await?.ok_or("no version served before this one")?;
    let version = ModelVersion::new(previous)?;
    promote(store, artifacts, &version).await?;
    Ok(version)
}
