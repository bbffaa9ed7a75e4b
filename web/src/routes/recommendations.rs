//! Personal and group recommendations.

use crate::{
    access::Caller,
    app::AppState,
    input::{Body, Id, Query},
    problem::Problem,
    view::{
        body_limit, limit,
        questions::{GroupBody, PersonalBody, PersonalParams, domains},
        recommendations::{GroupView, PersonalView},
    },
};
use actix_web::{HttpResponse, web::Data};
use soiree_actors::{
    fault::Fault,
    recommender::{GroupQuery, PersonalQuery},
};
use soiree_domain::{Role, UserId};

async fn answer(
    state: &AppState,
    user: UserId,
    body: PersonalBody,
    caller: &Caller,
) -> Result<HttpResponse, Problem> {
    let query = PersonalQuery {
        limit: body_limit(body.limit, 10, 100)? as usize,
        domains: domains(body.domains),
        filter: body.filter.map(Into::into).unwrap_or_default(),
        context: body.context.map(Into::into).unwrap_or_default(),
        explain: body.explain.unwrap_or(true),
        surface: body.surface.map(|name| name.0).unwrap_or_default(),
        user,
    };
    let personal = state.house.recommend(query).await?;
    let catalogue = state.house.recommender().catalogue();
    Ok(HttpResponse::Ok().json(PersonalView::of(personal, &catalogue, caller)))
}

/// Recommends to a person
#[utoipa::path(post, path = "/api/v1/recommendations/{user_id}", tag = "recommendations", operation_id = "recommend",
    request_body = PersonalBody,
    responses((status = 200, description = "Best first, with reasons", body = PersonalView)))]
pub(crate) async fn ask(
    state: Data<AppState>,
    Id(user): Id<UserId>,
    caller: Caller,
    Body(body): Body<PersonalBody>,
) -> Result<HttpResponse, Problem> {
    answer(&state, user, body, &caller).await
}

/// Recommends to a person, asked in the URL
#[utoipa::path(get, path = "/api/v1/recommendations/{user_id}", tag = "recommendations", operation_id = "read_recommendations",
    params(PersonalParams),
    responses((status = 200, description = "Best first, with reasons", body = PersonalView)))]
pub(crate) async fn read(
    state: Data<AppState>,
    Id(user): Id<UserId>,
    caller: Caller,
    Query(params): Query<PersonalParams>,
) -> Result<HttpResponse, Problem> {
    limit(params.limit, 10, 100)?;
    answer(&state, user, params.into(), &caller).await
}

/// Recommends to a group
///
/// Name either `members` or a `party`. The answer tells how well each item and the whole list suit each member, the
/// least satisfied one, and the spread. A member's private reasons are told to that member alone.
#[utoipa::path(post, path = "/api/v1/recommendations/group", tag = "recommendations", operation_id = "recommend_to_group",
    request_body = GroupBody,
    responses((status = 200, description = "Best first, with reasons", body = GroupView)))]
pub(crate) async fn group(
    state: Data<AppState>,
    caller: Caller,
    Body(body): Body<GroupBody>,
) -> Result<HttpResponse, Problem> {
    let query = GroupQuery {
        members: members(&state, &caller, &body).await?,
        party: body.party,
        limit: body_limit(body.limit, 10, 100)? as usize,
        domains: domains(body.domains),
        filter: body.filter.map(Into::into).unwrap_or_default(),
        strategy: body.strategy.map(|name| name.0),
        vetoes: body.vetoes.unwrap_or_default(),
        votes: Vec::new(),
        weights: weights(body.weights)?,
        context: body.context.map(Into::into).unwrap_or_default(),
    };
    let answered = state.house.recommend_group(query).await?;
    let catalogue = state.house.recommender().catalogue();
    let (id, members) = (answered.recommendation_id, answered.members);
    Ok(HttpResponse::Ok().json(GroupView::of(id, &members, answered.answer, &catalogue, &caller)))
}

fn weights(given: Option<Vec<f32>>) -> Result<Option<Vec<f32>>, Problem> {
    match &given {
        Some(weights) if weights.iter().any(|w| *w < 0.0) || weights.iter().all(|w| *w == 0.0) => {
            Err(Fault::field("weights", "must not be negative, nor all zero").into())
        }
        _ => Ok(given),
    }
}

/// Who the group is, if the caller may ask for it.
async fn members(state: &AppState, caller: &Caller, body: &GroupBody) -> Result<Vec<UserId>, Problem> {
    match (&body.members, &body.party) {
        (Some(members), None) => {
            let mut seen = std::collections::BTreeSet::new();
            if !members.iter().all(|user| seen.insert(user)) {
                return Err(Fault::field("members", "names somebody twice").into());
            }
            may_ask_for(state, caller, members).await?;
            Ok(members.clone())
        }
        (None, Some(party)) => {
            let viewer = super::parties::viewer(caller);
            let snapshot = state.house.party(party, viewer.clone()).await?;
            let members: Vec<UserId> = snapshot.members.into_iter().map(|member| member.user).collect();
            if caller.role() < Role::Service && !members.contains(&viewer) {
                return Err(Fault::NotAMember.into());
            }
            Ok(members)
        }
        _ => Err(Fault::field("members", "name either members or a party").into()),
    }
}

/// A person may ask for groups of friends that they are in themselves; a group's answer tells something of each member, and
/// of what they had together.
async fn may_ask_for(state: &AppState, caller: &Caller, members: &[UserId]) -> Result<(), Problem> {
    if caller.role() >= Role::Service {
        return Ok(());
    }
    let me = caller.person()?;
    if !members.contains(me) {
        return Err(Problem::new("forbidden", "you may ask for groups that you are in yourself"));
    }
    let friends = state.house.store().friends_of(me).await?;
    match members.iter().find(|user| *user != me && !friends.contains(user)) {
        None => Ok(()),
        Some(stranger) => {
            Err(Problem::new("forbidden", format!("{stranger} is neither you nor your friend")))
        }
    }
}
