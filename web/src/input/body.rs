//! The JSON body of a request.

use super::{Mode, Part, read};
use crate::{app::AppState, problem::Problem};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    web::{BytesMut, Data},
};
use futures_util::{StreamExt, future::LocalBoxFuture};
use sha2::{Digest, Sha256};

/// A body that was read without a fault, of at most [`crate::app::Settings::body_limit_bytes`].
#[derive(Debug)]
pub struct Body<T>(pub T);

/// A body together with the SHA-256 of its bytes, which tells whether the same request came twice.
#[derive(Debug)]
pub struct Digested<T> {
    /// The body.
    pub body: T,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
}

impl<T: Part + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = bytes(req, payload);
        Box::pin(async move { parse(&bytes.await?).map(Self) })
    }
}

impl<T: Part + 'static> FromRequest for Digested<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = bytes(req, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            Ok(Self { body: parse(&bytes)?, digest: Sha256::digest(&bytes).into() })
        })
    }
}

fn parse<T: Part>(bytes: &[u8]) -> Result<T, Problem> {
    let value = serde_json::from_slice(bytes).map_err(|error| Problem::new("bad-json", error.to_string()))?;
    read(value, Mode::Json).map_err(|faults| Problem::fields("invalid-fields", faults))
}

/// The body's bytes, if they are announced as JSON and within the limit.
fn bytes(
    req: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<BytesMut, Problem>> + use<> {
    let limit = req.app_data::<Data<AppState>>().map_or(1 << 20, |state| state.settings.body_limit_bytes);
    let is_json = req.mime_type().ok().flatten().is_some_and(|mime| {
        mime.type_() == "application"
            && (mime.subtype() == "json" || mime.suffix().is_some_and(|s| s == "json"))
    });
    let announced =
        req.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let mut payload = payload.take();
    async move {
        if !is_json {
            return Err(Problem::new("unsupported-media-type", "send Content-Type: application/json"));
        }
        if announced.is_some_and(|bytes| bytes > limit) {
            return Err(too_large(limit));
        }
        let mut bytes = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk
                .map_err(|_| Problem::new("bad-request", "the body ended early or is not well-formed"))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new("too-large", format!("at most {limit} bytes are read"))
}
