//! Tokens.

use crate::{
    access::{Caller, bearer, guests, keys},
    app::AppState,
    input::Body,
    problem::Problem,
    view::{
        Stamp,
        people::{GuestView, NewGuest, TicketView},
    },
};
use actix_web::{HttpRequest, HttpResponse, web::Data};

/// Lets a guest in under a name
///
/// The token works like any person's; `resume` brings the guest back as the same person, on the live channel and here
/// for a new token.
#[utoipa::path(post, path = "/api/v1/auth/guest", tag = "access", request_body = NewGuest, responses(
    (status = 201, description = "The guest is in", body = GuestView),
))]
pub(crate) async fn guest(
    state: Data<AppState>,
    req: HttpRequest,
    Body(new): Body<NewGuest>,
) -> Result<HttpResponse, Problem> {
    if !state.settings.guests {
        return Err(Problem::new("guests-closed", "ask the operator for a key"));
    }
    let now_ms = state.house.clock().now_ms();
    state.budgets.hello_from(state.address(&req), now_ms)?;
    if !state.guest_bucket.take(now_ms) {
        return Err(Problem::new("rate-limited", "too many guests come at once"));
    }
    let guest = match new.resume {
        Some(resume) => guests::renew(&state.house, &state.keys, resume).await?,
        None => guests::welcome(&state.house, &state.keys, &new.name).await?,
    };
    let view = GuestView { user: guest.user.id, token: guest.token, resume: guest.resume };
    Ok(HttpResponse::Created().json(view))
}

/// Gives a one-time ticket for the live channel
///
/// `hello` takes the ticket once, within 30 seconds, and lets the caller in as themselves, so that a page need not
/// hand its token to the socket. Eight of one person may wait.
#[utoipa::path(post, path = "/api/v1/auth/ticket", tag = "access", responses(
    (status = 201, description = "The ticket", body = TicketView),
))]
pub(crate) async fn ticket(
    state: Data<AppState>,
    caller: Caller,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let person = caller.person()?;
    let key = keys::hash(bearer(req.headers())?);
    let (ticket, until_ms) = state.tickets.issue(person, key, state.house.clock().now_ms())?;
    let view = TicketView { ticket: ticket.reveal().to_owned(), expires_at: Stamp(until_ms) };
    Ok(HttpResponse::Created().json(view))
}
