//! The catalogue.

use crate::{
    access::Caller,
    app::AppState,
    input::{Body, Id, Query, Rows},
    problem::Problem,
    view::{
        PageOf, PageQuery, WrittenView,
        items::{
            ItemPatch, ItemQuery, ItemView, NewItem, NewItems, NewRelation, NewRelations, RelationsView,
            SimilarQuery,
        },
        limit,
        questions::domains,
        recommendations::{AcrossView, RecommendedView, SimilarView},
    },
};
use actix_web::{HttpResponse, web::Data};
use soiree_actors::{fault::Fault, recommender::Similar};
use soiree_domain::{Item, ItemId, Relation, bounds::FieldError};
use soiree_storage::ItemFilter;

async fn known(state: &AppState, id: &ItemId) -> Result<Item, Problem> {
    Ok(state.house.store().item(id).await?.ok_or_else(|| Fault::missing("item", id))?)
}

/// Adds items, or replaces those whose ids are taken
///
/// All of them are written, or none. They can be recommended as soon as this answers.
#[utoipa::path(post, path = "/api/v1/items", tag = "catalogue", operation_id = "create_items", request_body = NewItems, responses(
    (status = 200, description = "They are written", body = WrittenView),
))]
pub(crate) async fn create(
    state: Data<AppState>,
    Body(new): Body<Rows<NewItem>>,
) -> Result<HttpResponse, Problem> {
    let items = new.rows.into_iter().map(Item::from).collect();
    let written = state.house.put_items(items).await?;
    Ok(HttpResponse::Ok().json(WrittenView::from(written)))
}

/// Lists items in the order of their ids
#[utoipa::path(get, path = "/api/v1/items", tag = "catalogue", operation_id = "list_items", params(ItemQuery), responses(
    (status = 200, description = "One page", body = PageOf<ItemView>),
))]
pub(crate) async fn list(
    state: Data<AppState>,
    Query(query): Query<ItemQuery>,
) -> Result<HttpResponse, Problem> {
    let page = PageQuery { cursor: query.cursor, limit: query.limit }.page()?;
    let filter =
        ItemFilter { domain: query.domain.map(|name| name.0), text: query.q.filter(|q| !q.is_empty()) };
    let items = state.house.store().items(&page, &filter).await?;
    Ok(HttpResponse::Ok().json(PageOf::of(items, ItemView::from)))
}

/// Gives an item
#[utoipa::path(get, path = "/api/v1/items/{id}", tag = "catalogue", operation_id = "read_item", responses(
    (status = 200, description = "The item", body = ItemView),
))]
pub(crate) async fn read(state: Data<AppState>, Id(id): Id<ItemId>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(ItemView::from(known(&state, &id).await?)))
}

/// Changes an item
#[utoipa::path(patch, path = "/api/v1/items/{id}", tag = "catalogue", operation_id = "change_item", request_body = ItemPatch, responses(
    (status = 200, description = "The item as it is now", body = ItemView),
))]
pub(crate) async fn change(
    state: Data<AppState>,
    Id(id): Id<ItemId>,
    Body(patch): Body<ItemPatch>,
) -> Result<HttpResponse, Problem> {
    let item = patch.apply(known(&state, &id).await?);
    state.house.put_items(vec![item.clone()]).await?;
    Ok(HttpResponse::Ok().json(ItemView::from(item)))
}

/// Takes an item out of the catalogue and of every answer
#[utoipa::path(delete, path = "/api/v1/items/{id}", tag = "catalogue", operation_id = "remove_item", responses(
    (status = 204, description = "It is out"),
))]
pub(crate) async fn remove(
    state: Data<AppState>,
    Id(id): Id<ItemId>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    if !state.house.delete_item(&id).await? {
        return Err(Fault::missing("item", id).into());
    }
    state.house.audit(caller.name(), "item.remove", id.as_str(), "");
    Ok(HttpResponse::NoContent().finish())
}

/// Lists items like this one, across domains
#[utoipa::path(get, path = "/api/v1/items/{id}/similar", tag = "catalogue", operation_id = "similar_items", params(SimilarQuery), responses(
    (status = 200, description = "Most alike first", body = SimilarView),
))]
pub(crate) async fn similar(
    state: Data<AppState>,
    Id(id): Id<ItemId>,
    Query(query): Query<SimilarQuery>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit, 10, 100)? as usize;
    let viewer = caller.user().cloned();
    let alike = state.house.similar(&id, limit, domains(query.domains), viewer).await?;
    let catalogue = state.house.recommender().catalogue();
    let items = alike.items.iter().map(|scored| RecommendedView::of(scored, &catalogue, &caller)).collect();
    let Similar { recommendation_id, version, .. } = alike;
    Ok(HttpResponse::Ok().json(SimilarView { recommendation_id, version, items }))
}

/// Lists items of other domains that hang together with one
///
/// From a novel to its film, from the film to the soundtrack: each item comes with the path of links that leads to it.
/// Where no link does, words, meaning or people join the two, and the reasons say so.
#[utoipa::path(get, path = "/api/v1/items/{id}/across", tag = "catalogue", operation_id = "items_across", params(SimilarQuery), responses(
    (status = 200, description = "Best first, with the path that leads there", body = AcrossView),
))]
pub(crate) async fn across(
    state: Data<AppState>,
    Id(id): Id<ItemId>,
    Query(query): Query<SimilarQuery>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit, 10, 100)? as usize;
    let viewer = caller.user().cloned();
    let across = state.house.across(&id, limit, domains(query.domains), viewer).await?;
    let catalogue = state.house.recommender().catalogue();
    Ok(HttpResponse::Ok().json(AcrossView::of(across, &catalogue, &caller)))
}

/// Lists the links from and to an item
#[utoipa::path(get, path = "/api/v1/items/{id}/relations", tag = "catalogue", operation_id = "item_relations", responses(
    (status = 200, description = "All links", body = RelationsView),
))]
pub(crate) async fn relations(state: Data<AppState>, Id(id): Id<ItemId>) -> Result<HttpResponse, Problem> {
    known(&state, &id).await?;
    let relations = state.house.store().relations_of(&id).await?;
    Ok(HttpResponse::Ok().json(RelationsView { relations: relations.into_iter().map(Into::into).collect() }))
}

/// Links items
///
/// All links are written, or none.
#[utoipa::path(post, path = "/api/v1/relations", tag = "catalogue", operation_id = "create_relations", request_body = NewRelations, responses(
    (status = 200, description = "They are written", body = WrittenView),
))]
pub(crate) async fn relate(
    state: Data<AppState>,
    Body(new): Body<Rows<NewRelation>>,
) -> Result<HttpResponse, Problem> {
    let relations: Vec<Relation> = new.rows.into_iter().map(Relation::from).collect();
    check_ends(&state, &relations)?;
    let written = state.house.put_relations(relations).await?;
    Ok(HttpResponse::Ok().json(WrittenView::from(written)))
}

fn check_ends(state: &AppState, relations: &[Relation]) -> Result<(), Problem> {
    let catalogue = state.house.recommender().catalogue();
    let one = relations.len() == 1;
    let mut faults = Vec::new();
    for (i, relation) in relations.iter().enumerate() {
        let field = |name: &str| if one { name.to_owned() } else { format!("relations[{i}].{name}") };
        for (name, end) in [("from", &relation.from), ("to", &relation.to)] {
            if catalogue.index_of(end).is_none() {
                faults.push(FieldError::new(field(name), format!("no such item: {end}")));
            }
        }
        if relation.from == relation.to {
            faults.push(FieldError::new(field("to"), "must be another item"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Problem::fields("invalid-fields", faults)) }
}
