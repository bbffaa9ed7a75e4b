//! What people do.

use crate::{
    access::Caller,
    app::AppState,
    input::{Digested, Rows},
    problem::Problem,
    view::interactions::{AcceptedView, NewInteraction, NewInteractions},
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use soiree_domain::{Interaction, bounds::FieldError};
use soiree_storage::Idempotency;

/// How far ahead of the server's clock a deed may lie, in milliseconds; clocks of clients differ.
const MAX_AHEAD_MS: i64 = 300_000;

/// Records what people did
///
/// Answers only after all deeds are durable; all are recorded, or none. They count in the next recommendation.
/// With an `Idempotency-Key`, sending the same body again within 24 hours records it once; keys are per caller.
#[utoipa::path(post, path = "/api/v1/interactions", tag = "interactions", operation_id = "record_interactions",
    request_body = NewInteractions,
    params(("idempotency-key" = Option<String>, Header, description = "The caller's own name for this request, 1 to 128 visible ASCII characters")),
    responses((status = 202, description = "They are durable", body = AcceptedView)))]
pub(crate) async fn record(
    state: Data<AppState>,
    req: HttpRequest,
    caller: Caller,
    sent: Digested<Rows<NewInteraction>>,
) -> Result<HttpResponse, Problem> {
    let now_ms = state.house.clock().now_ms();
    let idempotency = idempotency(&req, &caller, sent.digest, now_ms)?;
    let rows = deeds(sent.body.rows, &caller, now_ms)?;
    let accepted = rows.len();
    state.house.record(rows, idempotency).await?;
    Ok(HttpResponse::Accepted().json(AcceptedView { accepted }))
}

fn idempotency(
    req: &HttpRequest,
    caller: &Caller,
    digest: [u8; 32],
    at_ms: i64,
) -> Result<Option<Idempotency>, Problem> {
    let Some(header) = req.headers().get("idempotency-key") else { return Ok(None) };
    let key = header.to_str().ok().filter(|key| (1..=128).contains(&key.len()));
    match key.filter(|key| key.bytes().all(|b| b.is_ascii_graphic())) {
        Some(key) => {
            Ok(Some(Idempotency { caller: caller.name().to_owned(), key: key.to_owned(), digest, at_ms }))
        }
        None => {
            let fault = FieldError::new("idempotency-key", "must have 1 to 128 visible ASCII characters");
            Err(Problem::fields("invalid-parameters", vec![fault]))
        }
    }
}

/// The deeds with everything filled in, if the caller may tell of all of them.
fn deeds(rows: Vec<NewInteraction>, caller: &Caller, now_ms: i64) -> Result<Vec<Interaction>, Problem> {
    let one = rows.len() == 1;
    let mut faults = Vec::new();
    let mut deeds = Vec::with_capacity(rows.len());
    for (i, row) in rows.into_iter().enumerate() {
        let user = match &row.user {
            Some(user) => user.clone(),
            None => caller.person()?.clone(),
        };
        caller.must_act_for(&user)?;
        let deed = row.into_domain(user, now_ms);
        if deed.at_ms > now_ms + MAX_AHEAD_MS {
            let field = if one { "at".to_owned() } else { format!("interactions[{i}].at") };
            faults.push(FieldError::new(field, "must not lie in the future"));
        }
        deeds.push(deed);
    }
    if faults.is_empty() { Ok(deeds) } else { Err(Problem::fields("invalid-fields", faults)) }
}
