//! The OpenAPI document and its two readers, all from this program: nothing is loaded from elsewhere.

use crate::{
    app::AppState,
    edge::DOCS_POLICY,
    input::Id,
    problem::{CATALOGUE, Problem},
    view::operation::ProblemKind,
};
use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
    web::{Bytes, Data},
};
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

/// ReDoc's own bundle, unchanged; its licence stands beside it.
static REDOC: &[u8] = include_bytes!("../../assets/redoc/redoc.standalone.js");

static SWAGGER: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    Arc::new(Config::from("/openapi.json").try_it_out_enabled(true).persist_authorization(true))
});

/// Gives the OpenAPI document
#[utoipa::path(get, path = "/openapi.json", tag = "documentation", responses(
    (status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"),
))]
pub(crate) async fn openapi(state: Data<AppState>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(state.document.clone())
}

/// Leads to Swagger UI
#[utoipa::path(get, path = "/docs", tag = "documentation", responses((status = 308, description = "It is at `/docs/`")))]
pub(crate) async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Opens Swagger UI
#[utoipa::path(get, path = "/docs/", tag = "documentation", responses(
    (status = 200, description = "The page", body = String, content_type = "text/html"),
))]
pub(crate) async fn docs_index() -> Result<HttpResponse, Problem> {
    swagger("index.html")
}

/// Gives a file of Swagger UI
#[utoipa::path(get, path = "/docs/{file}", tag = "documentation", responses(
    (status = 200, description = "The file", body = String, content_type = "application/octet-stream"),
))]
pub(crate) async fn docs_file(Id(file): Id<String>) -> Result<HttpResponse, Problem> {
    swagger(&file)
}

fn swagger(path: &str) -> Result<HttpResponse, Problem> {
    let file = utoipa_swagger_ui::serve(path, Arc::clone(&SWAGGER)).ok().flatten();
    let file = file.ok_or_else(|| Problem::new("not-found", "Swagger UI has no such file"))?;
    let mut response = page(&file.content_type, Bytes::from(file.bytes.into_owned()));
    if file.gzpipped {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

const REDOC_PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Soirée: the API</title>
<link rel="icon" href="data:,">
</head>
<body>
<redoc spec-url="/openapi.json" hide-hostname="true"></redoc>
<script src="/redoc/redoc.standalone.js"></script>
</body>
</html>
"#;

/// Opens ReDoc
#[utoipa::path(get, path = "/redoc", tag = "documentation", responses(
    (status = 200, description = "The page", body = String, content_type = "text/html"),
))]
pub(crate) async fn redoc() -> HttpResponse {
    page("text/html; charset=utf-8", Bytes::from_static(REDOC_PAGE.as_bytes()))
}

/// Gives a file of ReDoc
#[utoipa::path(get, path = "/redoc/{file}", tag = "documentation", responses(
    (status = 200, description = "The file", body = String, content_type = "text/javascript"),
))]
pub(crate) async fn redoc_file(Id(file): Id<String>) -> Result<HttpResponse, Problem> {
    if file != "redoc.standalone.js" {
        return Err(Problem::new("not-found", "ReDoc has no such file"));
    }
    Ok(page("text/javascript; charset=utf-8", Bytes::from_static(REDOC)))
}

fn page(content_type: &str, bytes: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, DOCS_POLICY))
        .insert_header((header::CACHE_CONTROL, "max-age=3600"))
        .body(bytes)
}

/// Explains a kind of problem
///
/// The `type` of every problem leads here.
#[utoipa::path(get, path = "/problems/{code}", tag = "documentation", responses(
    (status = 200, description = "The explanation", body = ProblemKind),
))]
pub(crate) async fn problem(Id(code): Id<String>) -> Result<HttpResponse, Problem> {
    let row = CATALOGUE.iter().find(|row| row.code == code);
    let row = row.ok_or_else(|| Problem::new("not-found", "no problem has this code"))?;
    let kind = ProblemKind { code: row.code, status: row.status, title: row.title, meaning: row.meaning };
    Ok(HttpResponse::Ok().json(kind))
}
