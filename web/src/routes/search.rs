//! Search over the catalogue.

use crate::{
    access::Caller,
    app::AppState,
    input::Query,
    problem::Problem,
    view::search::{SearchParams, SearchView},
};
use actix_web::{HttpResponse, web::Data};

/// Searches the catalogue
///
/// By the words of the query and by what it means, in all domains; with `user_id` the answer is reranked for that
/// person. `left_out` names `text` when the meaning could not be asked, for want of an encoder or of vectors by it.
#[utoipa::path(get, path = "/api/v1/search", tag = "catalogue", operation_id = "search",
    params(SearchParams),
    responses((status = 200, description = "Best first, with reasons", body = SearchView)))]
pub(crate) async fn search(
    state: Data<AppState>,
    caller: Caller,
    Query(params): Query<SearchParams>,
) -> Result<HttpResponse, Problem> {
    let query = params.query()?;
    if let Some(user) = &query.user {
        caller.must_act_for(user)?;
    }
    let passed = query.offset + query.limit;
    let found = state.house.search(query).await?;
    let catalogue = state.house.recommender().catalogue();
    Ok(HttpResponse::Ok().json(SearchView::of(found, passed, &catalogue, &caller)))
}
