//! Who is there: a token, a ticket, a guest who comes back, or a new guest.

use super::{decode::Hello, socket::Why};
use crate::{
    access::{budget::Seat, guests},
    app::AppState,
    problem::Problem,
};
use soiree_actors::outbox::CloseReason;
use soiree_domain::{Principal, Role, User, UserId, UserKind};
use soiree_storage::{Key, KeyKind};
use std::{net::IpAddr, sync::Arc};

/// The name of a guest who gives none.
const NAMELESS: &str = "Guest";

/// Somebody who may come in.
pub(super) struct Admitted {
    pub(super) principal: Principal,
    pub(super) user: User,
    /// What brings a guest back.
    pub(super) resume: Option<String>,
    /// Their place among the sockets of this person.
    pub(super) seat: Seat<UserId>,
}

/// Lets somebody in.
///
/// # Errors
/// `unauthorized`, `forbidden`, `guests-closed`, `rate-limited`, `invalid-fields`, and what the store answers.
pub(super) async fn admit(state: &AppState, hello: &Hello, address: IpAddr) -> Result<Admitted, Problem> {
    let now_ms = state.house.clock().now_ms();
    state.budgets.hello_from(address, now_ms)?;
    let Known { principal, user, resume } = know(state, hello, now_ms).await?;
    let seat = state.budgets.seat_person(&user.id, now_ms)?;
    Ok(Admitted { principal, user, resume, seat })
}

/// Somebody who is known now.
struct Known {
    principal: Principal,
    user: User,
    resume: Option<String>,
}

async fn know(state: &AppState, hello: &Hello, now_ms: i64) -> Result<Known, Problem> {
    match hello {
        Hello { token: Some(token), .. } => {
            let key = state.keys.find(token, now_ms).await?;
            by_key(state, key, "this token is not known here, or no longer").await
        }
        Hello { ticket: Some(ticket), .. } => {
            let key = match state.tickets.redeem(ticket, now_ms) {
                Some(key) => state.keys.find_hashed(key, now_ms).await?,
                None => None,
            };
            by_key(state, key, "this ticket was used already, or is too old, or its key is gone").await
        }
        Hello { resume: Some(resume), .. } => come_back(state, resume, hello).await,
        _ => new_guest(state, hello).await,
    }
}

/// How a connection ends that was not let in.
pub(super) fn farewell(problem: &Problem) -> Why {
    match problem.row().status {
        429 | 500.. => Why::TRY_LATER,
        _ => CloseReason::Unauthorized.into(),
    }
}

async fn by_key(state: &AppState, key: Option<Arc<Key>>, otherwise: &str) -> Result<Known, Problem> {
    let Some(key) = key.filter(|key| key.kind == KeyKind::Api) else {
        return Err(Problem::new("unauthorized", otherwise));
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
    Ok(Known { principal, user, resume: None })
}

async fn come_back(state: &AppState, resume: &str, hello: &Hello) -> Result<Known, Problem> {
    let mut user = guests::resume(&state.house, &state.keys, resume).await?.ok_or_else(gone)?;
    if let Some(name) = &hello.name
        && user.kind == UserKind::Guest
        && user.name != *name
    {
        user.name.clone_from(name);
        state.house.put_users(vec![user.clone()]).await?;
    }
    Ok(Known { principal: guest(&user), user, resume: Some(resume.to_owned()) })
}

async fn new_guest(state: &AppState, hello: &Hello) -> Result<Known, Problem> {
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
    Ok(Known { principal, user: guest_in.user, resume: Some(guest_in.resume) })
}

fn guest(user: &User) -> Principal {
    Principal { role: Role::User, user: Some(user.id.clone()), name: "guest".to_owned() }
}

fn gone() -> Problem {
    Problem::new("unauthorized", "this person is not known here, or no longer")
}
