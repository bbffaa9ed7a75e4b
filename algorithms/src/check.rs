//! The one way parameters are refused.

use crate::model::FitError;

/// Refuses a parameter unless `ok`.
pub(crate) fn require(
    ok: bool,
    name: &'static str,
    allowed: &'static str,
    found: impl ToString,
) -> Result<(), FitError> {
    if ok { Ok(()) } else { Err(FitError::Parameter { name, allowed, found: found.to_string() }) }
}
