//! A route: its handler, its documentation and who may call it, in one value.

use crate::access::{Access, Gate, guard};
use actix_web::{FromRequest, Handler, Responder, http::Method, middleware::from_fn, web};
use soiree_domain::Role;
use std::sync::Arc;
use utoipa::openapi::{PathItem, RefOr, Schema, path::Paths};
use utoipa_actix_web::OpenApiFactory;

/// A route that can be registered and documented.
pub struct Route {
    method: &'static str,
    path: String,
    access: Access,
    codes: Vec<&'static str>,
    handler: actix_web::Route,
    document: Box<dyn OpenApiFactory>,
}

impl Route {
    /// A route from the documentation that `#[utoipa::path]` makes beside a handler, who may call it, and the
    /// handler itself.
    ///
    /// # Panics
    /// When the documentation names no method; that is a fault of the program which every test meets.
    pub fn new<D, F, Args>(document: D, access: Access, handler: F) -> Self
    where
        D: OpenApiFactory + utoipa::Path + 'static,
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let method = D::methods().first().map(method_name).expect("a documented path has a method");
        Self {
            method,
            path: D::path(),
            access,
            codes: Vec::new(),
            handler: web::to(handler),
            document: Box::new(document),
        }
    }

    /// Adds problems that this route can answer with, besides those that follow from its access, path and body.
    #[must_use]
    pub fn fails(mut self, codes: &[&'static str]) -> Self {
        self.codes.extend_from_slice(codes);
        self
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// Its path, with ids in braces.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Who may call it.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    /// All problems it can answer with.
    pub(crate) fn codes(&self, takes_body: bool, takes_query: bool) -> Vec<&'static str> {
        let mut codes = self.codes.clone();
        match self.access {
            Access::Public => {}
            // Nothing is below a viewer, so only strangers are refused.
            Access::Least(Role::Viewer) => codes.push("unauthorized"),
            _ => codes.extend(["unauthorized", "forbidden"]),
        }
        if self.path.contains('{') && self.path.starts_with("/api/") {
            codes.push("invalid-id");
        }
        if takes_query {
            codes.extend(["bad-request", "invalid-parameters"]);
        }
        if takes_body {
            codes.extend([
                "bad-request",
                "bad-json",
                "too-large",
                "unsupported-media-type",
                "invalid-fields",
            ]);
        }
        if self.path.starts_with("/api/") {
            codes.extend(["internal", "overloaded", "timeout"]);
        }
        codes
    }

    pub(crate) fn document(&self) -> (Paths, Vec<(String, RefOr<Schema>)>) {
        let mut schemas = Vec::new();
        self.document.schemas(&mut schemas);
        (self.document.paths(), schemas)
    }

    /// The gate and, behind it, the handler.
    pub(crate) fn into_actix(self) -> actix_web::Route {
        let name: Arc<str> = format!("{} {}", self.method, self.path).into();
        let gate = Gate { access: self.access, name };
        let method = Method::from_bytes(self.method.as_bytes()).expect("method names are tokens");
        self.handler.method(method).wrap(from_fn(move |req, next| guard(gate.clone(), req, next)))
    }
}

fn method_name(method: &utoipa::openapi::HttpMethod) -> &'static str {
    use utoipa::openapi::HttpMethod as M;
    match method {
        M::Get => "GET",
        M::Post => "POST",
        M::Put => "PUT",
        M::Delete => "DELETE",
        M::Patch => "PATCH",
        M::Head => "HEAD",
        M::Options => "OPTIONS",
        M::Trace => "TRACE",
    }
}

/// The operation of a path item under a method.
pub(crate) fn operation<'a>(
    item: &'a mut PathItem,
    method: &str,
) -> Option<&'a mut utoipa::openapi::path::Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "DELETE" => item.delete.as_mut(),
        "PATCH" => item.patch.as_mut(),
        _ => None,
    }
}
