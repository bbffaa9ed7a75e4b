//! Ids in paths.

use crate::problem::Problem;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use std::{
    fmt,
    future::{Ready, ready},
    str::FromStr,
};

/// The first id of the path.
#[derive(Debug, Clone)]
pub struct Id<T>(pub T);

/// The second id of the path.
#[derive(Debug, Clone)]
pub struct Other<T>(pub T);

/// Reads the path's parameter with this number, decoded.
pub(crate) fn parameter<T: FromStr<Err: fmt::Display>>(
    req: &HttpRequest,
    index: usize,
) -> Result<T, Problem> {
    let unreadable = || Problem::new("invalid-id", "the path is not well-formed");
    let all = web::Path::<Vec<String>>::extract(req).into_inner().map_err(|_| unreadable())?;
    let text = all.get(index).ok_or_else(unreadable)?;
    text.parse().map_err(|error: T::Err| Problem::new("invalid-id", error.to_string()))
}

impl<T: FromStr<Err: fmt::Display>> FromRequest for Id<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parameter(req, 0).map(Self))
    }
}

impl<T: FromStr<Err: fmt::Display>> FromRequest for Other<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parameter(req, 1).map(Self))
    }
}
