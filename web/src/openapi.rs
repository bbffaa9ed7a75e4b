//! The OpenAPI document, made from the routes themselves.
//!
//! `#[utoipa::path]` beside each handler gives summary, body and good answers. The rest follows from the route: who
//! may call it, its path's ids, and every problem it can answer with.

use crate::{
    access::Access,
    problem::{FieldView, MEDIA_TYPE, ProblemView, find},
    route::{self, Route},
    routes, view,
};
use std::collections::BTreeMap;
use utoipa::{
    OpenApi, PartialSchema,
    openapi::{
        ContentBuilder, ObjectBuilder, Ref, RefOr, Required, ResponseBuilder, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Soirée",
        description = "A real-time social recommendation server: watch parties whose recommendations fit the whole \
            group, across films, series, books, music and products.\n\nIds are strings, times RFC 3339, lists are \
            read page by page (`?cursor=&limit=`). Every error is `application/problem+json` (RFC 9457); branch on \
            its `code`. Unknown fields and parameters are refused. Send `Authorization: Bearer <key>`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "people", description = "Users, their friends and their history"),
        (name = "catalogue", description = "Items and the links between them"),
        (name = "interactions", description = "What people do with items"),
        (name = "recommendations", description = "Personal and group answers, with reasons"),
        (name = "parties", description = "Watch, reading and listening parties"),
        (name = "access", description = "Tokens and keys"),
        (name = "operation", description = "Health, metrics, models, audit"),
        (name = "documentation", description = "This document and its readers"),
    ),
)]
struct Frame;

/// The document as JSON.
#[must_use]
pub fn json() -> String {
    document().to_json().expect("the document is plain texts and maps")
}

/// The document of all routes.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let mut schemas: BTreeMap<String, RefOr<utoipa::openapi::Schema>> = BTreeMap::new();
    schemas.insert("Problem".to_owned(), ProblemView::schema());
    schemas.insert("FieldProblem".to_owned(), FieldView::schema());
    schemas.insert("Timestamp".to_owned(), view::Stamp::schema());
    schemas.extend(view::name_schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    for route in routes::table() {
        let (mut paths, used) = route.document();
        schemas.extend(used);
        for item in paths.paths.values_mut() {
            if let Some(operation) = route::operation(item, route.method()) {
                complete(operation, &route);
            }
        }
        document.paths.merge(paths);
    }
    if let Some(components) = &mut document.components {
        components.schemas.extend(schemas);
    }
    document
}

fn complete(operation: &mut Operation, route: &Route) {
    let mut parameters: Vec<RefOr<Parameter>> = path_parameters(route.path());
    let takes_query = operation.parameters.as_ref().is_some_and(|given| !given.is_empty());
    parameters.extend(operation.parameters.take().unwrap_or_default());
    operation.parameters = (!parameters.is_empty()).then_some(parameters);
    let described = operation.description.take().map(|text| format!("{text}\n\n")).unwrap_or_default();
    operation.description = Some(format!("{described}{}", route.access().describe()));
    operation.security = Some(match route.access() {
        Access::Public => Vec::new(),
        _ => vec![SecurityRequirement::new("bearer", Vec::<String>::new())],
    });
    for (status, codes) in by_status(route.codes(operation.request_body.is_some(), takes_query)) {
        let listed: Vec<String> =
            codes.iter().map(|code| format!("`{code}`: {}", find(code).title)).collect();
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description(listed.join("; ")).content(MEDIA_TYPE, content).build();
        operation.responses.responses.insert(status.to_string(), response.into());
    }
}

fn by_status(codes: Vec<&'static str>) -> BTreeMap<u16, Vec<&'static str>> {
    let mut statuses: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for code in codes {
        let listed = statuses.entry(find(code).status).or_default();
        if !listed.contains(&code) {
            listed.push(code);
        }
    }
    statuses
}

/// The ids of a path. They are described by their place: `/users/{id}` is a person's.
fn path_parameters(path: &str) -> Vec<RefOr<Parameter>> {
    let segments: Vec<&str> = path.split('/').collect();
    let named = segments.windows(2).filter_map(|pair| {
        let name = pair[1].strip_prefix('{')?.strip_suffix('}')?;
        let (what, example) = match (pair[0], name) {
            (_, "user_id" | "friend") | ("users", _) => ("A person's id.", "demo:ana"),
            ("items", _) => ("An item's id.", "demo:book-the-great-gatsby"),
            ("parties", _) => ("A party's id.", "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f"),
            ("keys", _) => ("A key's id.", "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f"),
            ("models", _) => ("A model version.", "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f"),
            ("problems", _) => ("The code of a problem.", "party-not-found"),
            _ => ("A file's name.", "index.html"),
        };
        let schema = ObjectBuilder::new().schema_type(Type::String).max_length(Some(128)).min_length(Some(1));
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(what))
            .schema(Some(schema))
            .example(Some(example.into()))
            .build();
        Some(RefOr::T(parameter))
    });
    named.collect()
}
