//! `soiree user …`: people and their access.

use crate::{Failure, app, cli, config::Config, keys, terminal};
use soiree_domain::{Role, User, UserId, UserKind};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

pub(crate) async fn run(which: &cli::User, config: &Config, json: bool) -> Result<(), Failure> {
    let store = app::open_store(config).await?;
    let now_ms = soiree_actors::clock::Clock::system().now_ms();
    match which {
        cli::User::Add { id, name } => {
            let id = UserId::new(id)?;
            let user =
                User::new(id.clone(), name.clone().unwrap_or_else(|| id.to_string()), UserKind::Person);
            if let Some(fault) = user.faults().into_iter().next() {
                return Err(format!("{}: {}", fault.field, fault.message).into());
            }
            let written = store.put_users(&[user], now_ms).await?;
            terminal::line(if written.inserted == 1 {
                format!("{id} was added; `soiree user token {id}` lets them in.")
            } else {
                format!("{id} was there already.")
            });
        }
        cli::User::Token { id, role, days } => {
            let role: Role = role.parse()?;
            let user = id.as_deref().map(UserId::new).transpose()?;
            if let Some(id) = &user
                && store.user(id).await?.is_none()
            {
                return Err(format!("no such person: {id}; `soiree user add {id}` adds them").into());
            }
            if user.is_none() && role <= Role::User {
                return Err(format!("a key with the role {role} must name a person").into());
            }
            let name = user.as_ref().map_or_else(|| format!("{role} key"), ToString::to_string);
            let lives_ms = days.map(|days| i64::from(days) * DAY_MS);
            let token = keys::make(&store, &name, role, user, now_ms, lives_ms).await?;
            if json {
                terminal::json(&serde_json::json!({ "token": token, "role": role }))?;
            } else {
                terminal::line(token);
            }
        }
        cli::User::Role { id, role } => {
            let role: Role = role.parse()?;
            let id = UserId::new(id)?;
            if store.user(&id).await?.is_none() {
                return Err(format!("no such person: {id}; `soiree user add {id}` adds them").into());
            }
            for key in store.keys().await? {
                if key.user.as_ref() == Some(&id) && key.revoked_at_ms.is_none() {
                    store.revoke_key(&key.id, now_ms).await?;
                }
            }
            let token = keys::make(&store, id.as_str(), role, Some(id.clone()), now_ms, None).await?;
            terminal::line(token);
        }
    }
    store.close().await;
    Ok(())
}
