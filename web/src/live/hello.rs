//! Who is there: a token, a guest who comes back, or a new guest.

use super::{decode::Hello, socket::Why};
use crate::{access::guests, app::AppState, problem::Problem};
use soiree_actors::outbox::CloseReason;
use soiree_domain::{Principal, Role, User, UserKind};
use soiree_storage::KeyKind;

/// The name of a guest who gives none.
const NAMELESS: &str = "Guest";

/// Somebody who may come in.
pub(super) struct Admitted {
    pub(super) principal: Principal,
    pub(super) user: User,
    /// What brings a guest back.
    pub(super) resume: Option<String>,
}

/// Lets somebody in.
///
/// # Errors
/// `unauthorized`, `forbidden`, `guests-closed`, `rate-limited`, `invalid-fields`, and what the store answers.
pub(super) async fn admit(state: &AppState, hello: &Hello) -> Result<Admitted, Problem> {
    match (&hello.token, &hello.resume) {
        (Some(token), _) => by_token(state, token).await,
        (None, Some(resume)) => come_back(state, resume, hello).await,
        (None, None) => new_guest(state, hello).await,
    }
}

/// How a connection ends that was not let in.
pub(super) fn farewell(problem: &Problem) -> Why {
    match problem.row().status {
        429 | 500.. => Why::TRY_LATER,
        _ => CloseReason::Unauthorized.into(),
    }
}

async fn by_token(state: &AppState, token: &str) -> Result<Admitted, Problem> {
    let key = state.keys.find(token, state.house.clock().now_ms()).await?;
    let Some(key) = key.filter(|key| key.kind == KeyKind::Api) else {
        return Err(Problem::new("unauthorized", "this token is not known here, or no longer"));
    };
    if key.role < Role::User {
        return Err(Problem::new("forbidden", "the live channel needs the role user or a higher one"));
    }
    let Some(id) = &key.user else {
        return Err(Problem::new(
            "forbidden",
            "this key stands for no person; say hello with a person's token",
        ));
    };
    let user = state.house.store().user(id).await?.ok_or_else(gone)?;
    let principal = Principal { role: key.role, user: Some(id.clone()), name: key.name.clone() };
    Ok(Admitted { principal, user, resume: None })
}

async fn come_back(state: &AppState, resume: &str, hello: &Hello) -> Result<Admitted, Problem> {
    let mut user = guests::resume(&state.house, &state.keys, resume).await?.ok_or_else(gone)?;
    if let Some(name) = &hello.name
        && user.kind == UserKind::Guest
        && user.name != *name
    {
        user.name.clone_from(name);
        state.house.put_users(vec![user.clone()]).await?;
    }
    Ok(Admitted { principal: guest(&user), user, resume: Some(resume.to_owned()) })
}

async fn new_guest(state: &AppState, hello: &Hello) -> Result<Admitted, Problem> {
    if !state.settings.guests {
        return Err(Problem::new("guests-closed", "say hello with a token"));
    }
    if !state.guest_bucket.take(state.house.clock().now_ms()) {
        return Err(Problem::new("rate-limited", "too many guests are coming in at once"));
    }
    let name = hello.name.as_deref().unwrap_or(NAMELESS);
    let mut guest_in = guests::welcome(&state.house, &state.keys, name).await?;
    if hello.locale.is_some() {
        guest_in.user.locale.clone_from(&hello.locale);
        state.house.put_users(vec![guest_in.user.clone()]).await?;
    }
    let principal = guest(&guest_in.user);
    Ok(Admitted { principal, user: guest_in.user, resume: Some(guest_in.resume) })
}

fn guest(user: &User) -> Principal {
    Principal { role: Role::User, user: Some(user.id.clone()), name: "guest".to_owned() }
}

fn gone() -> Problem {
    Problem::new("unauthorized", "this person is not known here, or no longer")
}
