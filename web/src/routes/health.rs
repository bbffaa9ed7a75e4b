//! Whether the server lives, whether it is ready, and what it counts.

use crate::{app::AppState, problem::Problem, view::operation::Health};
use actix_web::{HttpResponse, web::Data};

const ALIVE: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Tells that the process lives
#[utoipa::path(get, path = "/health", tag = "operation", responses(
    (status = 200, description = "It lives; it may not be ready yet", body = Health),
))]
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(ALIVE)
}

/// Tells whether requests can be answered
///
/// It takes a database that answers, a journal whose last commit went through, and a model set that is served.
#[utoipa::path(get, path = "/ready", tag = "operation", responses(
    (status = 200, description = "Ready", body = Health),
))]
pub(crate) async fn ready(state: Data<AppState>) -> Result<HttpResponse, Problem> {
    if state.stopping.is_cancelled() {
        return Err(Problem::new("not-ready", "the server is stopping"));
    }
    let reasons = state.house.unready().await;
    if reasons.is_empty() {
        return Ok(HttpResponse::Ok().json(ALIVE));
    }
    Err(Problem::new("not-ready", reasons.join("; ")))
}

/// Gives the counters as Prometheus text
#[utoipa::path(get, path = "/metrics", tag = "operation", responses(
    (status = 200, description = "Prometheus text exposition", body = String, content_type = "text/plain; version=0.0.4"),
))]
pub(crate) async fn metrics(state: Data<AppState>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body((state.metrics)())
}
