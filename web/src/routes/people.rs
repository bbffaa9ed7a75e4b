//! People, their friends and their history.

use crate::{
    access::Caller,
    app::AppState,
    input::{Body, Id, Other, Query},
    problem::Problem,
    view::{
        PageOf, PageQuery,
        interactions::{HistoryQuery, InteractionView},
        limit,
        people::{FriendsView, NewFriend, NewUser, UserPatch, UserView},
    },
};
use actix_web::{HttpResponse, http::header::LOCATION, web::Data};
use soiree_actors::fault::Fault;
use soiree_domain::{Friendship, User, UserId};
use soiree_storage::Page;

async fn known(state: &AppState, id: &UserId) -> Result<User, Problem> {
    Ok(state.house.store().user(id).await?.ok_or_else(|| Fault::missing("user", id))?)
}

/// Adds a person, or replaces the one with this id
#[utoipa::path(post, path = "/api/v1/users", tag = "people", operation_id = "create_user", request_body = NewUser, responses(
    (status = 201, description = "The person is new", body = UserView, headers(("location" = String, description = "Where it is"))),
    (status = 200, description = "The person was there and was replaced", body = UserView),
))]
pub(crate) async fn create(state: Data<AppState>, Body(new): Body<NewUser>) -> Result<HttpResponse, Problem> {
    let user = User::from(new);
    let written = state.house.put_users(vec![user.clone()]).await?;
    let mut response = if written.inserted > 0 { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, format!("/api/v1/users/{}", user.id)));
    Ok(response.json(UserView::from(user)))
}

/// Lists people in the order of their ids
#[utoipa::path(get, path = "/api/v1/users", tag = "people", operation_id = "list_users", params(PageQuery), responses(
    (status = 200, description = "One page", body = PageOf<UserView>),
))]
pub(crate) async fn list(
    state: Data<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let users = state.house.store().users(&query.page()?).await?;
    Ok(HttpResponse::Ok().json(PageOf::of(users, UserView::from)))
}

/// Gives a person
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "people", operation_id = "read_user", responses(
    (status = 200, description = "The person", body = UserView),
))]
pub(crate) async fn read(state: Data<AppState>, Id(id): Id<UserId>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(UserView::from(known(&state, &id).await?)))
}

/// Changes a person
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "people", operation_id = "change_user", request_body = UserPatch, responses(
    (status = 200, description = "The person as they are now", body = UserView),
))]
pub(crate) async fn change(
    state: Data<AppState>,
    Id(id): Id<UserId>,
    Body(patch): Body<UserPatch>,
) -> Result<HttpResponse, Problem> {
    let user = patch.apply(known(&state, &id).await?);
    state.house.put_users(vec![user.clone()]).await?;
    Ok(HttpResponse::Ok().json(UserView::from(user)))
}

/// Removes a person with everything that is theirs
///
/// Their deeds, friendships, keys and chat lines go with them.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "people", operation_id = "remove_user", responses(
    (status = 204, description = "Nothing is left"),
))]
pub(crate) async fn remove(
    state: Data<AppState>,
    Id(id): Id<UserId>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    if !state.house.delete_user(&id).await? {
        return Err(Fault::missing("user", id).into());
    }
    state.keys.forget();
    // The person's own name must not survive in the audit of their removal.
    let actor = if caller.user() == Some(&id) { "the person" } else { caller.name() };
    state.house.audit(actor, "user.remove", "user", "");
    Ok(HttpResponse::NoContent().finish())
}

/// Makes two people friends
///
/// What friends did lately counts in each other's recommendations, so only the product may say who is whose friend.
#[utoipa::path(post, path = "/api/v1/users/{id}/friends", tag = "people", request_body = NewFriend, responses(
    (status = 200, description = "All friends of the person", body = FriendsView),
))]
pub(crate) async fn add_friend(
    state: Data<AppState>,
    Id(id): Id<UserId>,
    Body(new): Body<NewFriend>,
) -> Result<HttpResponse, Problem> {
    known(&state, &id).await?;
    known(&state, &new.friend).await?;
    let friendship = Friendship::new(id.clone(), new.friend)
        .ok_or_else(|| Fault::field("friend", "must be somebody else than the person"))?;
    state.house.put_friends(&[friendship]).await?;
    Ok(HttpResponse::Ok().json(FriendsView { friends: state.house.store().friends_of(&id).await? }))
}

/// Lists a person's friends
#[utoipa::path(get, path = "/api/v1/users/{id}/friends", tag = "people", responses(
    (status = 200, description = "All friends", body = FriendsView),
))]
pub(crate) async fn friends(state: Data<AppState>, Id(id): Id<UserId>) -> Result<HttpResponse, Problem> {
    known(&state, &id).await?;
    Ok(HttpResponse::Ok().json(FriendsView { friends: state.house.store().friends_of(&id).await? }))
}

/// Ends a friendship
#[utoipa::path(delete, path = "/api/v1/users/{id}/friends/{friend}", tag = "people", responses(
    (status = 204, description = "They are no friends, also when they were none before"),
))]
pub(crate) async fn remove_friend(
    state: Data<AppState>,
    Id(id): Id<UserId>,
    Other(friend): Other<UserId>,
) -> Result<HttpResponse, Problem> {
    known(&state, &id).await?;
    if let Some(friendship) = Friendship::new(id, friend) {
        state.house.remove_friend(&friendship).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Lists what a person did, newest first
#[utoipa::path(get, path = "/api/v1/users/{id}/history", tag = "people", params(HistoryQuery), responses(
    (status = 200, description = "One page", body = PageOf<InteractionView>),
))]
pub(crate) async fn history(
    state: Data<AppState>,
    Id(id): Id<UserId>,
    Query(query): Query<HistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let page = Page { limit: limit(query.limit, 50, 1_000)?, cursor: query.cursor };
    known(&state, &id).await?;
    let deeds = state.house.store().history_page(&id, &page).await?;
    Ok(HttpResponse::Ok().json(PageOf::of(deeds, InteractionView::from)))
}
