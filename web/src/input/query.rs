//! The query string of a request.

use super::{Mode, Part, read};
use crate::problem::Problem;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use serde_json::{Map, Value};
use soiree_domain::bounds::FieldError;
use std::future::{Ready, ready};

/// Query parameters that were read without a fault. Unknown ones are refused, so that a typing error is heard of.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: Part> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(req.query_string()).map(Self))
    }
}

fn parse<T: Part>(text: &str) -> Result<T, Problem> {
    let refuse = |faults| Problem::fields("invalid-parameters", faults);
    let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
        .map_err(|_| Problem::new("bad-request", "the query string is not well-formed"))?;
    let mut map = Map::new();
    for (name, value) in pairs.into_inner() {
        if map.contains_key(&name) {
            return Err(refuse(vec![FieldError::new(name, "is given more than once; part lists by commas")]));
        }
        map.insert(name, Value::String(value));
    }
    read(Value::Object(map), Mode::Text).map_err(refuse)
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro makes public structs")]
mod tests {
    use super::*;

    crate::input! {
        /// A test subject.
        #[derive(Debug, PartialEq)]
        pub struct Search {
            /// How many.
            limit: Option<u32>,
            /// Which.
            q: Option<String>,
        }
    }

    #[test]
    fn reads_parameters_and_names_faults() {
        assert_eq!(parse("limit=3&q=a%20b+c"), Ok(Search { limit: Some(3), q: Some("a b c".into()) }));
        for (text, code) in [
            ("limit=x", "invalid-parameters"),
            ("limits=3", "invalid-parameters"),
            ("limit=1&limit=2", "invalid-parameters"),
        ] {
            assert_eq!(parse::<Search>(text).unwrap_err().row().code, code, "{text}");
        }
    }
}
