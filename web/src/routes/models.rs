//! Model sets.

use crate::{
    access::Caller,
    app::AppState,
    input::Id,
    problem::Problem,
    view::admin::{ModelView, ModelsView},
};
use actix_web::{HttpResponse, web::Data};
use soiree_domain::ModelVersion;

/// Lists model sets, newest first
#[utoipa::path(get, path = "/api/v1/models", tag = "operation", operation_id = "list_models", responses(
    (status = 200, description = "All versions, and the one that answers now", body = ModelsView),
))]
pub(crate) async fn list(state: Data<AppState>) -> Result<HttpResponse, Problem> {
    let models = state.house.store().models().await?.into_iter().map(ModelView::from).collect();
    let serving = state.house.recommender().served().map(|served| served.version().clone());
    Ok(HttpResponse::Ok().json(ModelsView { serving, models }))
}

/// Serves a model set from the next question on
#[utoipa::path(post, path = "/api/v1/admin/models/{version}/promote", tag = "operation", operation_id = "promote_model", responses(
    (status = 204, description = "It is served"),
))]
pub(crate) async fn promote(
    state: Data<AppState>,
    Id(version): Id<ModelVersion>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let control = state.models.as_ref();
    let control =
        control.ok_or_else(|| Problem::new("conflict", "models are steered from the command line here"))?;
    control.promote(version.clone()).await?;
    state.house.audit(caller.name(), "model.promote", version.as_str(), "");
    Ok(HttpResponse::NoContent().finish())
}
