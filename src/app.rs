//! Wiring: from a configuration to an open store, a loaded model set and a running house.

use crate::{
    Failure,
    cli::Common,
    config::{self, Config, ConfigFaults},
    registry,
};
use soiree_actors::{
    clock::Clock,
    house::{House, Parts, Settings},
    journal::JournalSettings,
    live::Encode,
    outbox::Limits,
    party::settings::PartySettings,
    recommender::RecommenderSettings,
};
use soiree_engine::Catalogue;
use soiree_storage::{Store, StoreOptions, Synchronous, artifacts::Artifacts};
use std::{fs, io, os::unix::fs::DirBuilderExt, sync::Arc};

/// Flags that every command shares, as configuration keys.
pub(crate) fn common_flags(common: &Common) -> Vec<(&'static str, String)> {
    common.data_dir.iter().map(|dir| ("server.data_dir", dir.display().to_string())).collect()
}

/// The configuration of all layers.
pub(crate) fn configuration(
    common: &Common,
    flags: Vec<(&'static str, String)>,
) -> Result<Config, ConfigFaults> {
    let flags: Vec<_> = common_flags(common).into_iter().chain(flags).collect();
    config::load(common.config.as_ref(), &flags).map(|loaded| loaded.config)
}

/// Starts the log on standard error. Commands other than `serve` log warnings only.
pub(crate) fn start_log(log: &config::Log, serving: bool) -> Result<(), Failure> {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = if serving { log.filter.as_str() } else { "warn" };
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("log.filter: {error}"))?;
    let builder = fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    if log.json {
        builder.json().init()
    } else {
        builder.init()
    }
    Ok(())
}

/// Makes the data folder, for its owner alone.
pub(crate) fn make_data_dir(config: &Config) -> Result<(), Failure> {
    let dir = &config.server.data_dir;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| format!("server.data_dir {}: {error}", dir.display()).into())
}

/// Opens the database and brings its schema up to date.
pub(crate) async fn open_store(config: &Config) -> Result<Store, Failure> {
    make_data_dir(config)?;
    let sqlite_synchronous = match config.storage.sqlite_synchronous.as_str() {
        "normal" => Synchronous::Normal,
        _ => Synchronous::Full,
    };
    let options = StoreOptions { sqlite_synchronous, max_readers: config.storage.max_readers };
    let url = config.storage_url();
    Store::open(&url, &options)
        .await
        .map_err(|error| format!("cannot open {}: {error}", config::redacted(&url)).into())
}

/// The folder of fitted models.
pub(crate) fn artifacts(config: &Config) -> Artifacts {
    Artifacts::new(config.server.data_dir.join("models"))
}

/// The catalogue as it stands in the database.
pub(crate) async fn catalogue(store: &Store) -> Result<Catalogue, Failure> {
    Ok(Catalogue::new(store.all_items().await?, &store.all_relations().await?))
}

/// Starts a house on the database of the configuration, with the serving model set if there is one.
pub(crate) async fn house(config: &Config, store: Store, encode: Arc<dyn Encode>) -> Result<House, Failure> {
    let catalogue = catalogue(&store).await?;
    let served = registry::serving(&store, &artifacts(config), &catalogue).await?;
    let clock = Clock::system();
    Ok(House::start(Parts { store, clock, encode, catalogue, served, settings: settings(config) })?)
}

fn per_core(threads: usize) -> usize {
    match threads {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        threads => threads,
    }
}

/// The house's settings from the configuration.
fn settings(config: &Config) -> Settings {
    let Config { journal, party, recommend, live, .. } = config;
    Settings {
        journal: JournalSettings {
            max_waiting: journal.max_waiting,
            max_group: journal.max_group,
            gather_ms: journal.gather_ms,
        },
        party: PartySettings {
            max_members: party.max_members,
            chat_tail: party.chat_tail,
            recovery_events: party.recovery_events,
            recovery_ms: party.recovery_s * 1_000,
            away_grace_ms: party.away_grace_s * 1_000,
            idle_ms: party.idle_s * 1_000,
            mood_interval_ms: party.mood_interval_ms,
            refresh_gap_ms: party.refresh_gap_ms,
            refresh_every_ms: party.refresh_every_s * 1_000,
            mood_shift: party.mood_shift,
            round_items: party.round_items,
            snapshot_every: party.snapshot_every,
        },
        recommender: RecommenderSettings {
            threads: per_core(recommend.threads),
            max_waiting: recommend.max_waiting,
            cached_people: recommend.cached_people,
            strategy: recommend.strategy,
            ..RecommenderSettings::default()
        },
        outbox: Limits { max_bytes: live.max_queue_bytes, ..Limits::default() },
        deadline_ms: recommend.deadline_ms,
        heartbeat_s: live.heartbeat_s,
    }
}
