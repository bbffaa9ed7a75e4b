//! Whatever goes wrong, it is a problem of the catalogue.

use crate::world::{server, world};
use actix_web::test::TestRequest;
use serde_json::json;
use soiree_domain::Role;
use soiree_web::testing::{Reply, TestServer};

fn check(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code()), (status, code), "{}", reply.text);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.json["status"], status);
    assert_eq!(reply.json["type"], format!("/problems/{code}"));
    assert_eq!(reply.json["instance"], reply.header("x-request-id"));
    assert!(
        !reply.json["title"].as_str().unwrap().is_empty()
            && !reply.json["detail"].as_str().unwrap().is_empty()
    );
}

#[actix_web::test]
async fn of_the_framework() {
    let server = server().await;
    let door = server.client("");
    check(&door.get("/nowhere").await, 404, "not-found");
    check(&door.get("/api/v1/nowhere").await, 404, "not-found");
    let reply = door.call("DELETE", "/api/v1/items").await;
    check(&reply, 405, "method-not-allowed");
    assert_eq!(reply.header("allow"), "POST, GET");
    check(&door.call("PUT", "/health").await, 405, "method-not-allowed");
    check(&door.get("/api/v1/recommendations/group").await, 405, "method-not-allowed");
}

#[actix_web::test]
async fn of_a_body() {
    let server = TestServer::start({
        let mut world = world();
        world.settings.body_limit_bytes = 200;
        world
    })
    .await;
    let service = server.with(Role::Service, None).await;
    let post = || TestRequest::post().uri("/api/v1/items");
    let json = ("content-type", "application/json");
    check(&service.send(post()).await, 415, "unsupported-media-type");
    check(
        &service.send(post().insert_header(("content-type", "text/plain")).set_payload("{}")).await,
        415,
        "unsupported-media-type",
    );
    check(&service.send(post().insert_header(json).set_payload("{\"id\": ")).await, 400, "bad-json");
    check(
        &service.send(post().insert_header(json).set_payload(&b"{\"id\": \"\xff\"}"[..])).await,
        400,
        "bad-json",
    );
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(300));
    check(&service.send(post().insert_header(json).set_payload(long)).await, 413, "too-large");
    let utf8 = ("content-type", "application/json; charset=utf-8");
    assert_eq!(
        service.send(post().insert_header(utf8).set_payload(r#"{"domain":"film","title":"x"}"#)).await.status,
        200
    );
}

#[actix_web::test]
async fn of_fields_all_at_once() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let reply = service
        .post(
            "/api/v1/items",
            json!([
                {"id": "good", "domain": "film", "title": "Good"},
                {"id": "a b", "domain": "movie", "year": "old", "colour": "red"},
            ]),
        )
        .await;
    check(&reply, 422, "invalid-fields");
    assert_eq!(
        reply.fields(),
        ["items[1].id", "items[1].domain", "items[1].title", "items[1].year", "items[1].colour"]
    );
    assert_eq!(service.get("/api/v1/items/good").await.code(), "item-not-found", "nothing is stored");
}

#[actix_web::test]
async fn of_paths_and_parameters() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    check(&service.get("/api/v1/items/a%20b").await, 400, "invalid-id");
    check(&service.get("/api/v1/items/%2E%2E%2Fetc").await, 400, "invalid-id");
    check(&service.get(&format!("/api/v1/users/{}", "x".repeat(200))).await, 400, "invalid-id");
    for query in
        ["limit=0", "limit=201", "limit=x", "limits=3", "cursor=zzz", "domain=movie", "limit=1&limit=2"]
    {
        check(&service.get(&format!("/api/v1/items?{query}")).await, 400, "invalid-parameters");
    }
}

#[actix_web::test]
async fn request_ids_are_taken_over_when_sane() {
    let server = server().await;
    let door = server.client("");
    let with = |id: &'static str| TestRequest::get().uri("/nowhere").insert_header(("x-request-id", id));
    assert_eq!(door.send(with("my-id.1")).await.json["instance"], "my-id.1");
    assert_ne!(door.send(with("<b>")).await.json["instance"], "<b>");
}

#[actix_web::test]
async fn a_house_without_models_says_so() {
    let mut world = world();
    world.bundle = None;
    let server = TestServer::start(world).await;
    let service = server.with(Role::Service, None).await;
    check(&service.get("/ready").await, 503, "not-ready");
    let reply = service.get("/api/v1/recommendations/ana").await;
    check(&reply, 503, "no-models");
    assert_eq!((reply.header("retry-after"), &reply.json["retry_after_ms"]), ("5", &json!(5_000)));
    check(&service.get("/api/v1/items/space-1/similar").await, 503, "no-models");
}

#[actix_web::test]
async fn kinds_are_explained() {
    let server = server().await;
    for row in soiree_web::problem::CATALOGUE {
        let kind = server.client("").get(&format!("/problems/{}", row.code)).await.ok(200);
        assert_eq!(
            (kind["title"].as_str(), kind["status"].as_u64()),
            (Some(row.title), Some(row.status.into()))
        );
    }
    check(&server.client("").get("/problems/nonsense").await, 404, "not-found");
}
