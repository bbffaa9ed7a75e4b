//! What can go wrong for a caller, in the caller's words. `web` maps each to one row of the problem catalogue.

use soiree_domain::bounds::FieldError;
use std::sync::Arc;

/// A refusal or failure that the caller hears of.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The named thing does not exist.
    #[error("no such {what}: {id}")]
    NotFound {
        /// What was looked for, such as `party`.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The caller is known but may not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The caller's part in the party does not allow it.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// The caller was sent out of the party for good.
    #[error("you were sent out of this party")]
    Banned,
    /// The party takes nobody in at the moment.
    #[error("this party is locked at the moment")]
    Locked,
    /// It cannot be done as things stand.
    #[error("{0}")]
    Conflict(&'static str),
    /// The party asks for a password, and this is not it.
    #[error("this party needs its password")]
    WrongPassword,
    /// The caller is not in the party.
    #[error("join the party first")]
    NotAMember,
    /// The party is over.
    #[error("this party has ended")]
    Ended,
    /// The party is full.
    #[error("this party is full: at most {0} members")]
    Full(usize),
    /// Fields are wrong.
    #[error("{}", describe(.0))]
    Invalid(Vec<FieldError>),
    /// The same idempotency key came with another body.
    #[error("this idempotency key was used with another body within the last 24 hours")]
    KeyConflict,
    /// Too much is waiting already.
    #[error("the server is busy with {0}, try again in a moment")]
    Overloaded(&'static str),
    /// No answer in time.
    #[error("{0} took too long")]
    Timeout(&'static str),
    /// No model set is being served.
    #[error("no models are being served yet: run `soiree train --promote`")]
    NoModels,
    /// The journal could not write; nothing was acknowledged.
    #[error("it could not be stored, so it has not happened; try again")]
    NotStored,
    /// Something broke inside; the log has the cause.
    #[error("an internal failure, already logged")]
    Internal(Arc<str>),
}

fn describe(errors: &[FieldError]) -> String {
    let all: Vec<_> = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
    all.join("; ")
}

impl Fault {
    /// The stable word clients branch on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { what, .. } => match *what {
                "party" => "party-not-found",
                "item" => "item-not-found",
                "user" => "user-not-found",
                "model" => "model-not-found",
                "key" => "key-not-found",
                "member" => "member-not-found",
                "message" => "message-not-found",
                _ => "not-found",
            },
            Self::Forbidden(_) => "forbidden",
            Self::NotAllowed(_) => "not-allowed",
            Self::Banned => "banned",
            Self::Locked => "party-locked",
            Self::Conflict(_) => "conflict",
            Self::WrongPassword => "wrong-password",
            Self::NotAMember => "not-a-member",
            Self::Ended => "party-ended",
            Self::Full(_) => "party-full",
            Self::Invalid(_) => "invalid-fields",
            Self::KeyConflict => "idempotency-conflict",
            Self::Overloaded(_) => "overloaded",
            Self::Timeout(_) => "timeout",
            Self::NoModels => "no-models",
            Self::NotStored => "not-stored",
            Self::Internal(_) => "internal",
        }
    }

    /// One fault of one field.
    pub fn field(field: impl Into<String>, message: impl ToString) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// A thing that does not exist.
    pub fn missing(what: &'static str, id: impl ToString) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }
}

impl From<soiree_storage::StorageError> for Fault {
    fn from(error: soiree_storage::StorageError) -> Self {
        tracing::error!(%error, "storage failed");
        Self::Internal(error.to_string().into())
    }
}
