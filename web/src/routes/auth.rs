//! Tokens.

use crate::{
    access::guests,
    app::AppState,
    input::Body,
    problem::Problem,
    view::people::{GuestView, NewGuest},
};
use actix_web::{HttpResponse, web::Data};

/// Lets a guest in under a name
///
/// The token works like any person's; `resume` brings the guest back as the same person on the live channel.
#[utoipa::path(post, path = "/api/v1/auth/guest", tag = "access", request_body = NewGuest, responses(
    (status = 201, description = "The guest is in", body = GuestView),
))]
pub(crate) async fn guest(state: Data<AppState>, Body(new): Body<NewGuest>) -> Result<HttpResponse, Problem> {
    if !state.settings.guests {
        return Err(Problem::new("guests-closed", "ask the operator for a key"));
    }
    if !state.guest_bucket.take(state.house.clock().now_ms()) {
        return Err(Problem::new("rate-limited", "too many guests come at once"));
    }
    let guest = guests::welcome(&state.house, &state.keys, &new.name).await?;
    let view = GuestView { user: guest.user.id, token: guest.token, resume: guest.resume };
    Ok(HttpResponse::Created().json(view))
}
