//! The document, its readers, health and headers.

use crate::world::server;
use actix_web::test::TestRequest;
use serde_json::Value;
use soiree_domain::Role;
use soiree_web::{openapi, routes};
use std::collections::BTreeSet;

fn document() -> Value {
    serde_json::from_str(&openapi::json()).unwrap()
}

#[test]
fn routes_and_documented_paths_are_the_same() {
    let registered: BTreeSet<String> =
        routes::table().iter().map(|r| format!("{} {}", r.method().to_lowercase(), r.path())).collect();
    let document = document();
    let documented: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    assert_eq!(registered.len(), routes::table().len(), "no route is there twice");
    assert_eq!(registered, documented);
}

#[test]
fn every_operation_is_fully_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(ids.insert(id.clone()), "{name}: the id {id} is there twice");
            assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{name}");
            assert!(operation["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
            assert!(operation["security"].is_array(), "{name}");
            let names: Vec<_> =
                path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}')).collect();
            let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            for name in names {
                assert!(
                    parameters.iter().any(|p| p["name"] == name && p["in"] == "path"),
                    "{method} {path}: {name}"
                );
            }
            for parameter in parameters {
                assert!(parameter["description"].is_string(), "{method} {path}: {parameter}");
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_problem = !response["content"]["application/problem+json"].is_null();
                assert_eq!(is_problem, status.as_str() >= "400", "{method} {path} {status}");
            }
        }
    }
}

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[actix_web::test]
async fn the_readers_load_nothing_from_elsewhere() {
    let server = server().await;
    let door = server.client("");
    assert_eq!(door.get("/openapi.json").await.ok(200)["openapi"], "3.1.0");
    assert_eq!(door.get("/docs").await.header("location"), "/docs/");
    for (path, kind) in [
        ("/docs/", "text/html"),
        ("/docs/index.html", "text/html"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/swagger-initializer.js", "text/javascript"),
        ("/redoc", "text/html"),
        ("/redoc/redoc.standalone.js", "text/javascript"),
    ] {
        let reply = door.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.header("content-type").starts_with(kind), "{path}: {}", reply.header("content-type"));
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && !policy.contains("http"), "{path}: {policy}");
        if kind == "text/html" {
            let mut links = reply
                .text
                .split(['"', '\''])
                .filter(|text| text.starts_with("http") || text.starts_with("//"));
            assert_eq!(links.next(), None, "{path}");
            assert!(!reply.text.contains("<script>"), "{path} has an inline script");
        }
    }
    assert!(door.get("/docs/swagger-initializer.js").await.text.contains("/openapi.json"));
    assert_eq!(door.get("/docs/nothing.js").await.code(), "not-found");
    assert_eq!(door.get("/redoc/LICENSE").await.code(), "not-found");
}

#[actix_web::test]
async fn health_readiness_and_metrics() {
    let server = server().await;
    let door = server.client("");
    assert_eq!(door.get("/health").await.ok(200)["status"], "ok");
    assert_eq!(door.get("/ready").await.ok(200)["status"], "ok");
    let metrics = door.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4") && metrics.status == 200);
    server.state.stopping.cancel();
    assert_eq!(door.get("/ready").await.code(), "not-ready");
}

#[actix_web::test]
async fn answers_carry_security_headers_and_big_ones_are_compressed() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let get = |path| TestRequest::get().uri(path).insert_header(("accept-encoding", "gzip"));
    let small = service.send(get("/api/v1/users/ana")).await;
    assert_eq!((small.status, small.header("content-encoding")), (200, ""));
    assert_eq!(small.header("x-content-type-options"), "nosniff");
    assert_eq!(small.header("referrer-policy"), "no-referrer");
    assert_eq!(small.header("cache-control"), "no-store");
    assert!(small.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(service.send(get("/api/v1/items")).await.header("content-encoding"), "gzip");
    assert_eq!(service.send(get("/openapi.json")).await.header("content-encoding"), "gzip");
    assert_eq!(service.get("/api/v1/items").await.header("content-encoding"), "");
}

#[actix_web::test]
async fn operators_see_counts_and_models() {
    let server = server().await;
    let operator = server.with(Role::Operator, None).await;
    let stats = operator.get("/api/v1/admin/stats").await.ok(200);
    assert_eq!(
        (stats["users"].as_u64(), stats["items"].as_u64(), stats["relations"].as_u64()),
        (Some(4), Some(15), Some(1))
    );
    assert_eq!(
        (stats["serving"].as_str(), stats["now"].as_str()),
        (Some("test-v1"), Some("2026-06-15T00:00:00Z"))
    );
    let models = operator.get("/api/v1/models").await.ok(200);
    assert_eq!(
        (models["serving"].as_str(), models["models"].as_array().unwrap().len()),
        (Some("test-v1"), 0)
    );
    let admin = server.with(Role::Admin, None).await;
    assert_eq!(admin.call("POST", "/api/v1/admin/models/test-v1/promote").await.code(), "conflict");
}
