//! Parties.

use crate::{
    access::Caller,
    app::AppState,
    input::{Body, Id, Query},
    problem::Problem,
    view::{
        MAX_PAGE, PageOf, PageQuery, limit,
        parties::{
            MoodAnswer, PartyBody, PartyChatQuery, PartyDetail, PartyHistoryQuery, PartyHistoryView,
            PartyPatch, PartyView,
        },
        recommendations::{PartyRecommendations, RoundView},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::header::LOCATION, web::Data};
use soiree_actors::{
    fault::Fault,
    live::{PartyChange, PartySnapshot},
};
use soiree_domain::{Party, PartyId, Role, UserId, Visibility};

/// Whose eyes a party is seen with; a caller who is no person sees it as nobody who could be a member.
pub(super) fn viewer(caller: &Caller) -> UserId {
    caller.user().cloned().unwrap_or_else(UserId::fresh)
}

/// The party, if the caller may know of it. A private party that is not theirs does not exist for them.
async fn visible(state: &AppState, id: &PartyId, caller: &Caller) -> Result<Party, Problem> {
    let party = state.house.store().party(id).await?.ok_or_else(|| Fault::missing("party", id))?;
    let open = party.visibility != Visibility::Private
        || caller.role() >= Role::Service
        || caller.user() == Some(&party.host);
    if open || is_member(state, &party, caller).await? {
        return Ok(party);
    }
    Err(Fault::missing("party", id).into())
}

async fn is_member(state: &AppState, party: &Party, caller: &Caller) -> Result<bool, Problem> {
    let Some(user) = caller.user().filter(|_| party.ended_at_ms.is_none()) else { return Ok(false) };
    let snapshot = state.house.party(&party.id, user.clone()).await?;
    Ok(snapshot.members.iter().any(|member| member.user == *user))
}

/// The party as it lives, if the caller may know of it.
async fn live(state: &AppState, id: &PartyId, caller: &Caller) -> Result<PartySnapshot, Problem> {
    visible(state, id, caller).await?;
    Ok(state.house.party(id, viewer(caller)).await?)
}

/// Opens a party
#[utoipa::path(post, path = "/api/v1/parties", tag = "parties", operation_id = "open_party", request_body = PartyBody, responses(
    (status = 201, description = "It is open", body = PartyView, headers(("location" = String, description = "Where it is"))),
))]
pub(crate) async fn open(
    state: Data<AppState>,
    caller: Caller,
    req: HttpRequest,
    Body(body): Body<PartyBody>,
) -> Result<HttpResponse, Problem> {
    let host = body.host.clone().map_or_else(|| caller.person().cloned(), Ok)?;
    caller.must_act_for(&host)?;
    // A service opens parties for many people from one address.
    if caller.role() < Role::Service {
        state.budgets.join(&host, state.address(&req), state.house.clock().now_ms())?;
    }
    let store = state.house.store();
    store.user(&host).await?.ok_or_else(|| Fault::missing("user", &host))?;
    if let Some(item) = &body.item {
        store.item(item).await?.ok_or_else(|| Fault::missing("item", item))?;
    }
    let party = state.house.open_party(host, body.into()).await?;
    let location = (LOCATION, format!("/api/v1/parties/{}", party.id));
    Ok(HttpResponse::Created().insert_header(location).json(PartyView::from(party)))
}

/// Lists public parties that go on, newest first
#[utoipa::path(get, path = "/api/v1/parties", tag = "parties", operation_id = "list_parties", params(PageQuery), responses(
    (status = 200, description = "One page", body = PageOf<PartyView>),
))]
pub(crate) async fn list(
    state: Data<AppState>,
    Query(query): Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let parties = state.house.store().parties(&query.page()?).await?;
    Ok(HttpResponse::Ok().json(PageOf::of(parties, PartyView::from)))
}

/// Gives a party with its members and mood
#[utoipa::path(get, path = "/api/v1/parties/{id}", tag = "parties", operation_id = "read_party", responses(
    (status = 200, description = "The party", body = PartyDetail),
))]
pub(crate) async fn read(
    state: Data<AppState>,
    Id(id): Id<PartyId>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let party = visible(&state, &id, &caller).await?;
    let detail = match party.ended_at_ms {
        Some(_) => PartyDetail::from(party),
        None => state.house.party(&id, viewer(&caller)).await?.into(),
    };
    Ok(HttpResponse::Ok().json(detail))
}

/// Changes a party
///
/// Its members are told with `party.changed`.
#[utoipa::path(patch, path = "/api/v1/parties/{id}", tag = "parties", operation_id = "change_party", request_body = PartyPatch, responses(
    (status = 200, description = "The party as it is now", body = PartyView),
))]
pub(crate) async fn change(
    state: Data<AppState>,
    Id(id): Id<PartyId>,
    caller: Caller,
    Body(patch): Body<PartyPatch>,
) -> Result<HttpResponse, Problem> {
    own(&state, &id, &caller, "change").await?;
    let change = PartyChange::from(patch);
    if let Some(Some(item)) = &change.item {
        state.house.store().item(item).await?.ok_or_else(|| Fault::missing("item", item))?;
    }
    let party = state.house.change_party(&id, change, None).await?;
    state.house.audit(caller.name(), "party.change", id.as_str(), "");
    Ok(HttpResponse::Ok().json(PartyView::from(party)))
}

/// The party if it goes on and is the caller's to `what`: its host's and the operators'.
async fn own(state: &AppState, id: &PartyId, caller: &Caller, what: &str) -> Result<(), Problem> {
    let party = visible(state, id, caller).await?;
    if caller.role() < Role::Operator && caller.user() != Some(&party.host) {
        return Err(Problem::new("forbidden", format!("only the host may {what} the party")));
    }
    if party.ended_at_ms.is_some() {
        return Err(Fault::Ended.into());
    }
    Ok(())
}

/// Ends a party for good
#[utoipa::path(delete, path = "/api/v1/parties/{id}", tag = "parties", operation_id = "end_party", responses(
    (status = 204, description = "It has ended; its history can still be read"),
))]
pub(crate) async fn end(
    state: Data<AppState>,
    Id(id): Id<PartyId>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    own(&state, &id, &caller, "end").await?;
    state.house.end_party(&id).await?;
    state.house.audit(caller.name(), "party.end", id.as_str(), "");
    Ok(HttpResponse::NoContent().finish())
}

/// Reads a party's journal
///
/// Chat, comings and goings, roles and recommendation rounds, by their numbers. Reasons that are private to a member
/// are never in it.
#[utoipa::path(get, path = "/api/v1/parties/{id}/history", tag = "parties", operation_id = "party_history", params(PartyHistoryQuery), responses(
    (status = 200, description = "One page, oldest first", body = PartyHistoryView),
))]
pub(crate) async fn history(
    state: Data<AppState>,
    Id(id): Id<PartyId>,
    caller: Caller,
    Query(query): Query<PartyHistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit, 50, MAX_PAGE)?;
    let epoch = visible(&state, &id, &caller).await?.epoch;
    let after = query.cursor.unwrap_or(0);
    let events = state.house.store().events_after(&id, epoch, after, limit + 1).await?;
    Ok(HttpResponse::Ok().json(PartyHistoryView::page(epoch, events, limit)))
}

/// Reads a party's chat backwards
///
/// The latest lines first; lines that were taken away are there without their text.
#[utoipa::path(get, path = "/api/v1/parties/{id}/chat", tag = "parties", operation_id = "party_chat", params(PartyChatQuery), responses(
    (status = 200, description = "One page, newest first", body = PartyHistoryView),
))]
pub(crate) async fn chat(
    state: Data<AppState>,
    Id(id): Id<PartyId>,
    caller: Caller,
    Query(query): Query<PartyChatQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit, 50, MAX_PAGE)?;
    let epoch = visible(&state, &id, &caller).await?.epoch;
    let before = query.cursor.unwrap_or(i64::MAX);
    let lines = state.house.store().chat_before(&id, epoch, before, limit + 1).await?;
    Ok(HttpResponse::Ok().json(PartyHistoryView::page(epoch, lines, limit)))
}

/// Tells how a room feels
#[utoipa::path(get, path = "/api/v1/parties/{id}/mood", tag = "parties", operation_id = "party_mood", responses(
    (status = 200, description = "The mood and what moved it", body = MoodAnswer),
))]
pub(crate) async fn mood(
    state: Data<AppState>,
    Id(id): Id<PartyId>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let snapshot = live(&state, &id, &caller).await?;
    Ok(HttpResponse::Ok().json(MoodAnswer::from(snapshot.mood)))
}

/// Gives a party's latest recommendations
#[utoipa::path(get, path = "/api/v1/parties/{id}/recommendations", tag = "parties", operation_id = "party_recommendations", responses(
    (status = 200, description = "The latest round, if there was one", body = PartyRecommendations),
))]
pub(crate) async fn recommendations(
    state: Data<AppState>,
    Id(id): Id<PartyId>,
    caller: Caller,
) -> Result<HttpResponse, Problem> {
    let snapshot = live(&state, &id, &caller).await?;
    let catalogue = state.house.recommender().catalogue();
    let latest = snapshot
        .recommendations
        .map(|(seq, at_ms, round)| RoundView::of(seq, at_ms, &round, &catalogue, &caller));
    Ok(HttpResponse::Ok().json(PartyRecommendations { latest }))
}
