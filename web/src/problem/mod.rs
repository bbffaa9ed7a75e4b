//! Errors as clients see them: RFC 9457 problem details, built from one table.
//!
//! A [`Problem`] travels as an extension of its response; the outermost middleware ([`crate::edge`]) writes the
//! body once it knows the request id. So whatever goes wrong, also inside the framework, looks the same.

mod catalogue;

pub use catalogue::{CATALOGUE, Row, find, of_status};

use crate::access::keys::KeyError;
use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde::Serialize;
use soiree_actors::fault::Fault;
use soiree_domain::bounds::FieldError;
use std::fmt;
use utoipa::ToSchema;

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What a handler returns when it cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    row: &'static Row,
    detail: String,
    errors: Vec<FieldError>,
    allow: Option<String>,
    retry_after_ms: Option<u32>,
}

impl Problem {
    /// The problem with this code, with a sentence for this occurrence that is safe for strangers.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self { row: find(code), detail: detail.into(), errors: Vec::new(), allow: None, retry_after_ms: None }
    }

    /// The same, with how long to wait this time instead of what the table says.
    #[must_use]
    pub fn retry_after(self, ms: u32) -> Self {
        Self { retry_after_ms: Some(ms), ..self }
    }

    /// When to try again, in milliseconds.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u32> {
        self.retry_after_ms.or(self.row.retry_after_ms)
    }

    /// Fields that are wrong; `code` is `invalid-fields` or `invalid-parameters`.
    #[must_use]
    pub fn fields(code: &str, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.field, only.message),
            many => format!("{} fields are wrong", many.len()),
        };
        Self { errors, ..Self::new(code, detail) }
    }

    /// A method that the path does not know; `allow` lists those it knows.
    #[must_use]
    pub fn method(allow: String) -> Self {
        Self { allow: Some(allow.clone()), ..Self::new("method-not-allowed", format!("use {allow}")) }
    }

    /// The problem of a bare status.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let row = of_status(status.as_u16());
        Self { row, detail: row.meaning.to_owned(), errors: Vec::new(), allow: None, retry_after_ms: None }
    }

    /// Its row in the table.
    #[must_use]
    pub fn row(&self) -> &'static Row {
        self.row
    }

    /// The JSON object, with the request's id.
    #[must_use]
    pub fn view(&self, instance: &str) -> ProblemView {
        ProblemView {
            r#type: format!("/problems/{}", self.row.code),
            title: self.row.title.to_owned(),
            status: self.row.status,
            detail: self.detail.clone(),
            instance: instance.to_owned(),
            code: self.row.code.to_owned(),
            errors: self
                .errors
                .iter()
                .map(|error| FieldView { field: error.field.clone(), message: error.message.clone() })
                .collect(),
            retry_after_ms: self.retry_after_ms(),
        }
    }
}

/// A problem as JSON (RFC 9457), the same for every error of every route and of the live channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// Where this kind of problem is explained.
    #[schema(example = "/problems/invalid-fields", format = "uri-reference")]
    pub r#type: String,
    /// The kind of problem in words, always the same.
    #[schema(example = "Fields are not valid")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    #[schema(example = "title: must not be empty")]
    pub detail: String,
    /// The request's id, also in the `x-request-id` header and the server's log.
    #[schema(example = "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f")]
    pub instance: String,
    /// The stable word to branch on.
    #[schema(example = "invalid-fields")]
    pub code: String,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldView>,
    /// When to try again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 500, nullable = false)]
    pub retry_after_ms: Option<u32>,
}

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub struct FieldView {
    /// Its path in the body, or the name of the parameter.
    #[schema(example = "items[3].title")]
    pub field: String,
    /// What is wrong and what is allowed.
    #[schema(example = "must not be empty")]
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let code = fault.code();
        match fault {
            Fault::Invalid(errors) => Self::fields(code, errors),
            Fault::Internal(cause) => {
                tracing::error!(%cause, "a request failed");
                Self::new(code, "the cause is in the server's log")
            }
            other => Self::new(code, other.to_string()),
        }
    }
}

impl From<soiree_storage::StorageError> for Problem {
    fn from(error: soiree_storage::StorageError) -> Self {
        match error {
            soiree_storage::StorageError::Cursor => {
                let fault = FieldError::new("cursor", "is not one that was handed out here");
                Self::fields("invalid-parameters", vec![fault])
            }
            other => Fault::from(other).into(),
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Storage(soiree_storage::StorageError::UnknownUser(user)) => {
                Fault::missing("user", user).into()
            }
            KeyError::Storage(other) => other.into(),
            KeyError::Random(error) => Fault::Internal(error.to_string().into()).into(),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.row.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The response without its body, which [`crate::edge`] writes.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        let headers = response.headers_mut();
        if let Some(ms) = self.retry_after_ms() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
        }
        if self.row.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"soiree\""));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|list| HeaderValue::from_str(list).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn every_fault() -> Vec<Fault> {
        let missing =
            ["party", "item", "user", "model", "key", "anything"].map(|what| Fault::missing(what, "x"));
        let mut all = Vec::from(missing);
        all.extend([
            Fault::Forbidden("no"),
            Fault::NotAllowed("only the host may do this"),
            Fault::Banned,
            Fault::Locked,
            Fault::Conflict("nothing plays"),
            Fault::WrongPassword,
            Fault::NotAMember,
            Fault::Ended,
            Fault::Full(3),
            Fault::field("title", "must not be empty"),
            Fault::KeyConflict,
            Fault::Overloaded("writing"),
            Fault::Timeout("recommending"),
            Fault::NoModels,
            Fault::NotStored,
            Fault::Internal("secret cause".into()),
        ]);
        // A new variant does not compile here until it is listed above.
        for fault in &all {
            match fault {
                Fault::NotFound { .. }
                | Fault::Forbidden(_)
                | Fault::NotAllowed(_)
                | Fault::Banned
                | Fault::Locked
                | Fault::Conflict(_)
                | Fault::WrongPassword
                | Fault::NotAMember
                | Fault::Ended
                | Fault::Full(_)
                | Fault::Invalid(_)
                | Fault::KeyConflict
                | Fault::Overloaded(_)
                | Fault::Timeout(_)
                | Fault::NoModels
                | Fault::NotStored
                | Fault::Internal(_) => {}
            }
        }
        all
    }

    #[test]
    fn every_fault_has_a_row_of_its_own_code() {
        for fault in every_fault() {
            let code = fault.code();
            let problem = Problem::from(fault);
            assert_eq!(problem.row().code, code);
            assert!(!problem.view("x").detail.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn codes_are_unique_and_statuses_are_errors() {
        let codes: BTreeSet<_> = CATALOGUE.iter().map(|row| row.code).collect();
        assert_eq!(codes.len(), CATALOGUE.len());
        for row in CATALOGUE {
            assert!((400..600).contains(&row.status), "{row:?}");
            assert_eq!(matches!(row.status, 429 | 503), row.retry_after_ms.is_some(), "{row:?}");
        }
    }

    #[test]
    fn a_busy_server_says_when_to_come_back() {
        let response = Problem::from(Fault::Overloaded("writing")).error_response();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers().get("retry-after").unwrap(), "1");
    }

    #[test]
    fn framework_statuses_have_rows() {
        for (status, code) in
            [(404, "not-found"), (418, "bad-request"), (502, "internal"), (405, "method-not-allowed")]
        {
            assert_eq!(of_status(status).code, code);
        }
    }

    #[test]
    fn the_documentation_lists_the_same_errors() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
        let text = std::fs::read_to_string(path).unwrap();
        let listed: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
        let expected: Vec<String> = CATALOGUE
            .iter()
            .map(|row| format!("| `{}` | {} | {} | {} |", row.code, row.status, row.title, row.meaning))
            .collect();
        assert_eq!(listed, expected, "copy the expected lines into docs/errors.md");
    }
}
