//! The outermost middleware: request id, problem bodies, security headers, counters and one log line per request.

use crate::problem::{MEDIA_TYPE, Problem};
use actix_web::{
    Error, HttpMessage,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};
use metrics::{counter, histogram};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Carries the request's id, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the vendored documentation pages may load; they style elements inline and run a search worker.
pub(crate) const DOCS_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Everything else is data and may load nothing.
const DATA_POLICY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Bodies below this size are not worth compressing, in bytes.
const SMALL_BYTES: u64 = 1_024;

/// The id of a request, for logs and problems.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

impl RequestId {
    /// The client's id when it is sane, else a fresh one (UUIDv7).
    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let sane = |text: &&str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
        };
        match given.filter(sane) {
            Some(text) => Self(text.into()),
            None => Self(uuid::Uuid::now_v7().to_string().into()),
        }
    }
}

/// Answers a request through everything inside, and finishes the response.
///
/// # Errors
/// What the framework itself refuses before any service is asked.
pub async fn serve<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = RequestId::of(req.headers());
    req.extensions_mut().insert(id.clone());
    let response = next.call(req).await?.map_into_boxed_body();
    let mut response = write_problem(response, &id);
    finish_headers(&response.request().clone(), response.headers_mut(), &id);
    observe(&response, &id, started.elapsed());
    Ok(response)
}

/// Writes the body of an error: the problem that the handler left, or the one of the bare status.
fn write_problem(response: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.response().extensions().get::<Problem>().cloned();
    let problem = problem.unwrap_or_else(|| Problem::of_status(status));
    let body = serde_json::to_vec(&problem.view(&id.0)).expect("a problem is plain texts and numbers");
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    *response.response_mut().status_mut() = actix_web::ResponseError::status_code(&problem);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_ENCODING);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

fn finish_headers(req: &actix_web::HttpRequest, headers: &mut HeaderMap, id: &RequestId) {
    let mut otherwise = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    otherwise(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    otherwise(header::REFERRER_POLICY, "no-referrer");
    otherwise(header::CONTENT_SECURITY_POLICY, DATA_POLICY);
    otherwise(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if req.path().starts_with("/api/") {
        otherwise(header::CACHE_CONTROL, "no-store");
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|value| value == "identity") {
        headers.remove(header::CONTENT_ENCODING);
    }
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
}

fn observe(response: &ServiceResponse<BoxBody>, id: &RequestId, took: Duration) {
    let req = response.request();
    let (method, status) = (req.method().to_string(), response.status());
    let route = req.match_pattern().unwrap_or_else(|| "none".to_owned());
    counter!("soiree_http_requests_total",
        "method" => method.clone(), "route" => route.clone(), "status" => status.as_u16().to_string())
    .increment(1);
    histogram!("soiree_http_seconds", "route" => route.clone()).record(took.as_secs_f64());
    let duration_ms = took.as_secs_f64() * 1e3;
    let (status, request_id) = (status.as_u16(), &*id.0);
    if status >= 500 {
        tracing::warn!(method, route, status, duration_ms, request_id, "request failed");
    } else {
        tracing::debug!(method, route, status, duration_ms, request_id, "request");
    }
}

/// Keeps the compressing middleware, which stands outside of this one, from bodies that are too small to gain.
///
/// # Errors
/// None of its own.
pub async fn leave_small_bodies<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(req).await?;
    if matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0..SMALL_BYTES)) {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sane_request_ids_are_taken_over() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_static(text));
            RequestId::of(&headers).0
        };
        assert_eq!(&*of("abc-1.2:x_Y"), "abc-1.2:x_Y");
        for bad in ["", "a b", "<script>", "x\"y"] {
            assert_eq!(of(bad).len(), 36, "{bad}");
        }
    }
}
