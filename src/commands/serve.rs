//! `soiree serve`: everything, on one machine, until it is told to stop.

use crate::{Failure, app, cli::Common, config::Config, demo, encoder, keys, registry, terminal};
use actix_web::web::Data;
use futures_util::future::BoxFuture;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use soiree_actors::{clock::Clock, encoder::EncoderSettings, fault::Fault, house::House};
use soiree_domain::ModelVersion;
use soiree_storage::artifacts::Artifacts;
use soiree_web::{
    access::budget::Bounds,
    app::{AppState, ModelControl, Settings},
    live::{JsonFrames, LiveSettings},
    server,
};
use std::{sync::Arc, sync::atomic::Ordering, time::Duration};
use tokio::signal::unix::{SignalKind, signal};

/// How often a server looks whether another version was promoted.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Upper bounds of the latency histograms, in seconds.
const BUCKETS: [f64; 14] =
    [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0];

pub(crate) async fn run(config: Config, common: &Common) -> Result<(), Failure> {
    let metrics = start_metrics()?;
    let store = app::open_store(&config).await?;
    let faults = keys::exposure_faults(&store, &config).await?;
    if !faults.is_empty() {
        let listen = config.server.listen;
        return Err(
            format!("will not listen on {listen}, which others can reach: {}", faults.join("; ")).into()
        );
    }
    // The port is taken before the long work, so that a second server ends at once.
    let listener = server::bind(config.server.listen)
        .map_err(|error| format!("cannot listen on {}: {error}", config.server.listen))?;
    let address = listener.local_addr()?;
    let now_ms = Clock::system().now_ms();
    demo::fill_beside(&store, &config, common).await?;
    let new_key = keys::first_start(&store, &config, now_ms).await?;
    let frames = Arc::new(JsonFrames::new());
    let house = app::house(&config, store, Arc::clone(&frames) as _).await?;
    let house = house.with_encoder(encoder::server_encoder(&config)?, EncoderSettings::default())?;
    let recommender = house.recommender().clone();
    frames.name_items(move |id| recommender.catalogue().get(id).cloned());
    let models = Arc::new(Promoter { house: house.clone(), artifacts: app::artifacts(&config) });
    actix::spawn(Arc::clone(&models).follow());

    let counters = Arc::clone(house.counters());
    let prometheus = Arc::new(move || {
        for (name, counter) in [
            ("soiree_frames_dropped_total", &counters.dropped),
            ("soiree_frames_merged_total", &counters.merged),
            ("soiree_sockets_overflowed_total", &counters.overflowed),
        ] {
            metrics::counter!(name).absolute(counter.load(Ordering::Relaxed));
        }
        metrics.render()
    });
    let state = Data::new(AppState::new(house.clone(), edge(&config), prometheus, Some(models)));
    terminal::line(format!("Soirée {} listens on http://{address}", env!("CARGO_PKG_VERSION")));
    if let Some(path) = new_key {
        terminal::line(format!("An API key for services was made; it stands in {}", path.display()));
    }
    let network = server::Settings {
        workers: match config.server.workers {
            0 => server::Settings::default().workers,
            workers => workers,
        },
        shutdown_secs: config.server.shutdown_s,
        ..server::Settings::default()
    };
    server::run(listener, state, network, stop_signal()?).await?;
    house.store().close().await;
    tracing::info!("stopped; everything acknowledged is stored");
    Ok(())
}

/// Ready when the process is told to end.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: sockets are told, parties are saved, the journal is committed");
    })
}

fn start_metrics() -> Result<PrometheusHandle, Failure> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS)?;
    Ok(builder.install_recorder()?)
}

fn edge(config: &Config) -> Settings {
    let budget = &config.budget;
    Settings {
        guests: config.access.guests,
        guest_burst: config.access.guest_burst,
        body_limit_bytes: config.server.max_body_bytes,
        person: Bounds {
            sockets: budget.user_sockets,
            hellos_per_minute: budget.user_hellos_per_minute,
            joins_per_minute: budget.user_joins_per_minute,
        },
        address: Bounds {
            sockets: budget.address_sockets,
            hellos_per_minute: budget.address_hellos_per_minute,
            joins_per_minute: budget.address_joins_per_minute,
        },
        proxies: config.proxies(),
        live: LiveSettings {
            max_frame_bytes: config.live.max_frame_bytes,
            frames_per_second: config.live.frames_per_second,
            frames_burst: config.live.frames_burst,
            bytes_per_second: config.live.bytes_per_second,
            bytes_burst: config.live.bytes_burst,
            heartbeat_s: config.live.heartbeat_s,
            hello_s: config.live.hello_s,
            origins: config.live.origins.clone(),
        },
    }
}

/// Promotes on request, and follows promotions made by others, such as `soiree train --promote`.
struct Promoter {
    house: House,
    artifacts: Artifacts,
}

impl Promoter {
    async fn serve(&self, version: &ModelVersion) -> Result<(), Failure> {
        registry::promote(self.house.store(), &self.artifacts, version).await?;
        self.swap(version).await
    }

    /// Loads a version beside the traffic and swaps it in.
    async fn swap(&self, version: &ModelVersion) -> Result<(), Failure> {
        let (artifacts, version) = (self.artifacts.clone(), version.clone());
        let loaded = tokio::task::spawn_blocking(move || {
            registry::load(&artifacts, &version).map_err(|error| error.to_string())
        });
        let bundle = loaded.await??;
        // Items may have been imported since this server read its catalogue.
        let catalogue = app::catalogue(self.house.store()).await?;
        self.house.recommender().replace_catalogue(catalogue);
        tracing::info!(version = %bundle.version(), "serving another model set");
        self.house.recommender().promote(bundle);
        Ok(())
    }

    async fn follow(self: Arc<Self>) {
        let mut refused = None;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let Ok(Some(row)) = self.house.store().serving().await else { continue };
            let current = self.house.recommender().served().map(|served| served.version().clone());
            if current.as_ref() == Some(&row.version) || refused.as_ref() == Some(&row.version) {
                continue;
            }
            if let Err(error) = self.swap(&row.version).await {
                tracing::error!(version = %row.version, %error, "the old model set goes on serving");
                refused = Some(row.version);
            }
        }
    }
}

impl ModelControl for Promoter {
    fn promote(&self, version: ModelVersion) -> BoxFuture<'static, Result<(), Fault>> {
        let promoter = Self { house: self.house.clone(), artifacts: self.artifacts.clone() };
        let (answer, done) = tokio::sync::oneshot::channel();
        // Loading is not `Send` across its errors, so it runs on this thread and the caller waits.
        actix::spawn(async move {
            let result = match promoter.house.store().model(&version).await {
                Ok(None) => Err(Fault::missing("model", &version)),
                _ => promoter.serve(&version).await.map_err(|error| Fault::field("version", error)),
            };
            let _caller_gone = answer.send(result);
        });
        Box::pin(async move { done.await.unwrap_or(Err(Fault::Timeout("promoting"))) })
    }
}
