//! Keys, audit and counts.

use crate::{
    access::{
        Caller,
        keys::{Prefix, Wish},
    },
    app::AppState,
    input::{Body, Id, Query},
    problem::Problem,
    view::{
        PageOf, PageQuery,
        admin::{AuditView, KeyBody, KeyView, KeysView, NewKeyView, StatsView},
    },
};
use actix_web::{HttpResponse, web::Data};
use soiree_actors::fault::Fault;
use soiree_domain::{
    Role,
    bounds::{FieldError, MAX_NAME_CHARS, check_text},
};
use soiree_storage::KeyKind;

const DAY_MS: i64 = 86_400_000;

/// Counts what is stored and what lives on this node
#[utoipa::path(get, path = "/api/v1/admin/stats", tag = "operation", responses(
    (status = 200, description = "The counts", body = StatsView),
))]
pub(crate) async fn stats(state: Data<AppState>) -> Result<HttpResponse, Problem> {
    let counts = state.house.store().counts().await?;
    let live = state.house.stats().await?;
    let serving = state.house.recommender().served().map(|served| served.version().clone());
    Ok(HttpResponse::Ok().json(StatsView::of(counts, live, serving, state.house.clock().now_ms())))
}

/// Reads the audit, newest line first
#[utoipa::path(get, path = "/api/v1/admin/audit", tag = "operation", params(PageQuery), responses(
    (status = 200, description = "One page", body = PageOf<AuditView>),
))]
pub(crate) async fn audit(
    state: Data<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let lines = state.house.store().audit(&query.page()?).await?;
    Ok(HttpResponse::Ok().json(PageOf::of(lines, AuditView::from)))
}

fn wish(body: KeyBody) -> Result<Wish, Problem> {
    let mut faults = Vec::new();
    if let Err(error) = check_text(&body.name, MAX_NAME_CHARS) {
        faults.push(FieldError::new("name", error));
    }
    if body.role.0 == Role::User && body.user.is_none() {
        faults.push(FieldError::new("user", "a key with the role user stands for a person"));
    }
    if body.days.is_some_and(|days| !(1..=3_650).contains(&days)) {
        faults.push(FieldError::new("days", "must be from 1 to 3650"));
    }
    if !faults.is_empty() {
        return Err(Problem::fields("invalid-fields", faults));
    }
    let lives_ms = body.days.map(|days| i64::from(days) * DAY_MS);
    Ok(Wish { name: body.name, role: body.role.0, user: body.user, prefix: Prefix::Key, lives_ms })
}

/// Makes a key
///
/// Its secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/admin/keys", tag = "access", request_body = KeyBody, responses(
    (status = 201, description = "The key and its secret", body = NewKeyView),
))]
pub(crate) async fn create_key(
    state: Data<AppState>,
    caller: Caller,
    Body(body): Body<KeyBody>,
) -> Result<HttpResponse, Problem> {
    let (key, token) = state.keys.create(wish(body)?, state.house.clock().now_ms()).await?;
    let detail = serde_json::json!({ "role": key.role, "user": key.user }).to_string();
    state.house.audit(caller.name(), "key.create", &key.id, &detail);
    let view = NewKeyView { key: key.into(), token: token.reveal().to_owned() };
    Ok(HttpResponse::Created().json(view))
}

/// Lists keys, without their secrets and without guests'
#[utoipa::path(get, path = "/api/v1/admin/keys", tag = "access", responses(
    (status = 200, description = "All keys", body = KeysView),
))]
pub(crate) async fn keys(state: Data<AppState>) -> Result<HttpResponse, Problem> {
    let all = state.house.store().keys().await?.into_iter();
    let shown = all.filter(|key| key.kind == KeyKind::Api && key.name != crate::access::guests::KEY_NAME);
    Ok(HttpResponse::Ok().json(KeysView { keys: shown.map(KeyView::from).collect() }))
}

/// Takes a key back
#[utoipa::path(delete, path = "/api/v1/admin/keys/{id}", tag = "access", responses(
    (status = 204, description = "It opens nothing any more"),
))]
pub(crate) async fn revoke_key(
    state: Data<AppState>,
    Id(id): Id<String>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    if !state.keys.revoke(&id, state.house.clock().now_ms()).await? {
        return Err(Fault::missing("key", id).into());
    }
    state.house.audit(caller.name(), "key.revoke", &id, "");
    Ok(HttpResponse::NoContent().finish())
}
