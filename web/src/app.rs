//! The application: what handlers share, and how everything is put together. `main` and the tests call the same
//! [`configure`].

use crate::{
    access::{
        budget::{Bounds, Budgets},
        guests::Bucket,
        keys::Keyring,
        remote::Proxies,
        tickets::Tickets,
    },
    edge,
    live::{self, LiveSettings},
    openapi, pages,
    problem::Problem,
    route::Route,
    routes,
};
use actix_web::{
    HttpRequest, HttpResponse, Scope,
    middleware::{Compress, from_fn},
    web::{self, Bytes, Data, ServiceConfig},
};
use futures_util::future::BoxFuture;
use soiree_actors::{fault::Fault, house::House};
use soiree_domain::ModelVersion;
use std::{net::IpAddr, sync::Arc};
use tokio_util::sync::CancellationToken;

/// What can be set about the edge.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether people without an account are let in.
    pub guests: bool,
    /// Guests that may come in at once over HTTP; afterwards ten per second.
    pub guest_burst: u32,
    /// Largest body that is read, in bytes.
    pub body_limit_bytes: usize,
    /// What one person may use.
    pub person: Bounds,
    /// What one address may use.
    pub address: Bounds,
    /// The proxies in front of the server.
    pub proxies: Proxies,
    /// The live channel.
    pub live: LiveSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            guests: true,
            guest_burst: 100,
            body_limit_bytes: 1 << 20,
            person: Bounds::PERSON,
            address: Bounds::ADDRESS,
            proxies: Proxies::default(),
            live: LiveSettings::default(),
        }
    }
}

/// Writes the metrics as Prometheus text.
pub type Metrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Steers which models answer. Implemented where models are loaded.
pub trait ModelControl: Send + Sync {
    /// Serves this version from the next question on.
    ///
    /// The future fails with `model-not-found` when there is no such version.
    fn promote(&self, version: ModelVersion) -> BoxFuture<'static, Result<(), Fault>>;
}

/// What all handlers share.
pub struct AppState {
    /// The running server behind the edge.
    pub house: House,
    /// Keys and tokens.
    pub keys: Keyring,
    /// What was set.
    pub settings: Settings,
    /// Cancelled when the server begins to stop; live connections say goodbye then.
    pub stopping: CancellationToken,
    pub(crate) metrics: Metrics,
    pub(crate) models: Option<Arc<dyn ModelControl>>,
    pub(crate) guest_bucket: Bucket,
    pub(crate) tickets: Tickets,
    pub(crate) budgets: Budgets,
    pub(crate) document: Bytes,
}

impl AppState {
    /// The state of an edge around this house.
    #[must_use]
    pub fn new(
        house: House,
        settings: Settings,
        metrics: Metrics,
        models: Option<Arc<dyn ModelControl>>,
    ) -> Self {
        Self {
            keys: Keyring::new(house.store().clone()),
            house,
            guest_bucket: Bucket::new(settings.guest_burst, 100),
            budgets: Budgets::new(settings.person, settings.address),
            settings,
            tickets: Tickets::default(),
            stopping: CancellationToken::new(),
            metrics,
            models,
            document: openapi::json().into(),
        }
    }

    /// The address that a request is counted under.
    pub(crate) fn address(&self, req: &HttpRequest) -> IpAddr {
        self.settings.proxies.counted(req.peer_addr(), req.headers())
    }
}

/// Puts the whole edge into an app: middleware, live channel, routes, and answers for what is not there.
pub fn configure(cfg: &mut ServiceConfig, state: Data<AppState>) {
    let api =
        routes::table().into_iter().fold(Vec::new(), by_path).into_iter().fold(web::scope(""), resource);
    let api = api
        .default_service(web::to(not_found))
        .wrap(from_fn(edge::leave_small_bodies))
        .wrap(Compress::default());
    let all = web::scope("")
        .configure(|cfg| live::configure(cfg, &state))
        .configure(pages::configure)
        .service(api)
        .wrap(from_fn(edge::serve));
    cfg.app_data(state).service(all);
}

fn by_path(mut paths: Vec<(String, Vec<Route>)>, route: Route) -> Vec<(String, Vec<Route>)> {
    match paths.iter_mut().find(|(path, _)| *path == route.path()) {
        Some((_, routes)) => routes.push(route),
        None => paths.push((route.path().to_owned(), vec![route])),
    }
    paths
}

fn resource(scope: Scope, (path, routes): (String, Vec<Route>)) -> Scope {
    let allow: Vec<&str> = routes.iter().map(Route::method).collect();
    let allow = allow.join(", ");
    let mut resource = web::resource(path);
    for route in routes {
        resource = resource.route(route.into_actix());
    }
    let refuse = move || {
        let problem = Problem::method(allow.clone());
        async move { Err::<HttpResponse, _>(problem) }
    };
    scope.service(resource.default_service(web::to(refuse)))
}

async fn not_found() -> Result<HttpResponse, Problem> {
    Err(Problem::new("not-found", "there is no such path; GET /openapi.json lists all"))
}
