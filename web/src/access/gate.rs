//! The gate in front of every handler.

use super::{Access, Caller};
use crate::{app::AppState, input, problem::Problem};
use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap},
    middleware::Next,
    web::Data,
};
use metrics::counter;
use soiree_domain::{Role, UserId};
use soiree_storage::KeyKind;
use std::sync::Arc;

/// What the gate of one route knows.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) access: Access,
    /// The route as the audit and the counters name it, such as `GET /api/v1/users`.
    pub(crate) name: Arc<str>,
}

/// Lets a request through to its handler, or answers with `unauthorized` or `forbidden`.
pub(crate) async fn guard<B: MessageBody + 'static>(
    gate: Gate,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = req.app_data::<Data<AppState>>().expect("configure() puts the state into every app").clone();
    match admit(gate.access, &state, &req).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                req.extensions_mut().insert(Arc::new(caller));
            }
            let response = next.call(req).await?.map_into_boxed_body();
            audit_refusal(&gate, &state, &response);
            Ok(response)
        }
        Err(problem) => {
            refused(&gate, &state, req.extensions().get::<Arc<Caller>>().map(AsRef::as_ref), &problem);
            let response = problem.error_response();
            Ok(req.into_response(response))
        }
    }
}

async fn admit(access: Access, state: &AppState, req: &ServiceRequest) -> Result<Option<Caller>, Problem> {
    let least = match access {
        Access::Public => return Ok(None),
        Access::Least(role) | Access::Checked(role, _) => role,
        Access::Own(_) => Role::User,
    };
    let caller = identify(state, req).await?;
    // The audit wants to know who was refused.
    req.extensions_mut().insert(Arc::new(caller.clone()));
    if caller.role() < least {
        let detail = format!("this needs the role {least}, yours is {}", caller.role());
        return Err(Problem::new("forbidden", detail));
    }
    if let Access::Own(role) = access
        && caller.role() < role
    {
        let owner: UserId = input::parameter(req.request(), 0)?;
        if caller.user() != Some(&owner) {
            return Err(Problem::new(
                "forbidden",
                format!("this is for {owner}, and from the role {role} upwards"),
            ));
        }
    }
    Ok(Some(caller))
}

async fn identify(state: &AppState, req: &ServiceRequest) -> Result<Caller, Problem> {
    let token = bearer(req.headers())?;
    let key = state.keys.find(token, state.house.clock().now_ms()).await?;
    match key {
        // A way back into a session is no key for the API.
        Some(key) if key.kind == KeyKind::Api => Ok(Caller::of(&key)),
        _ => Err(Problem::new("unauthorized", "this key is not known here, or no longer")),
    }
}

/// The token that a request comes with.
///
/// # Errors
/// `unauthorized` when there is none.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return Err(Problem::new("unauthorized", "send Authorization: Bearer <key>"));
    };
    let token = header.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    token.ok_or_else(|| Problem::new("unauthorized", "the Authorization header must read: Bearer <key>"))
}

/// A handler's own refusal goes into the audit like the gate's.
fn audit_refusal(gate: &Gate, state: &AppState, response: &ServiceResponse<BoxBody>) {
    if response.status().as_u16() != 403 {
        return;
    }
    if let Some(problem) = response.response().extensions().get::<Problem>() {
        let extensions = response.request().extensions();
        refused(gate, state, extensions.get::<Arc<Caller>>().map(AsRef::as_ref), problem);
    }
}

/// Callers who are known are named in the audit; strangers are only counted, so that nobody can flood it.
fn refused(gate: &Gate, state: &AppState, caller: Option<&Caller>, problem: &Problem) {
    let code = problem.row().code;
    counter!("soiree_http_refusals_total", "route" => Arc::clone(&gate.name), "code" => code).increment(1);
    if let Some(caller) = caller {
        let detail = serde_json::json!({ "code": code, "key": caller.principal().name }).to_string();
        state.house.audit(caller.name(), "access.refused", &gate.name, &detail);
    }
}
