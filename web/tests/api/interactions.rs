//! What people do.

use crate::world::server;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use soiree_domain::Role;
use soiree_web::testing::{Client, Reply};

async fn count(client: &Client<'_>, user: &str) -> usize {
    let history = client.get(&format!("/api/v1/users/{user}/history?limit=1000")).await.ok(200);
    history["rows"].as_array().unwrap().len()
}

#[actix_web::test]
async fn deeds_are_durable_when_acknowledged() {
    let server = server().await;
    let ana = server.with(Role::User, Some("ana")).await;
    let deed = json!({"item": "space-1", "kind": "rate", "value": 4.5, "at": "2026-06-14T22:00:00+02:00"});
    assert_eq!(ana.post("/api/v1/interactions", deed).await.ok(202), json!({"accepted": 1}));
    assert_eq!(
        ana.post("/api/v1/interactions", json!([{"item": "space-2", "kind": "finish"}])).await.status,
        202
    );
    let rows = ana.get("/api/v1/users/ana/history").await.ok(200);
    assert_eq!(
        rows["rows"],
        json!([
            {"item": "space-2", "kind": "finish", "at": "2026-06-15T00:00:00Z"},
            {"item": "space-1", "kind": "rate", "value": 4.5, "at": "2026-06-14T20:00:00Z"},
        ])
    );
    let first = ana.get("/api/v1/users/ana/history?limit=1").await.ok(200);
    assert_eq!((&first["rows"][0], first["rows"].as_array().unwrap().len()), (&rows["rows"][0], 1));
    let cursor = first["next"].as_str().unwrap();
    let second = ana.get(&format!("/api/v1/users/ana/history?limit=1&cursor={cursor}")).await.ok(200);
    assert_eq!((&second["rows"][0], &second["next"]), (&rows["rows"][1], &json!(null)));
    assert_eq!(ana.get("/api/v1/users/ana/history?cursor=no").await.status, 400);
}

#[actix_web::test]
async fn only_for_oneself() {
    let server = server().await;
    let ana = server.with(Role::User, Some("ana")).await;
    let service = server.with(Role::Service, None).await;
    let deed =
        json!([{"item": "space-1", "kind": "like"}, {"user": "bo", "item": "space-1", "kind": "like"}]);
    assert_eq!(ana.post("/api/v1/interactions", deed.clone()).await.code(), "forbidden");
    assert_eq!(
        service.post("/api/v1/interactions", deed).await.code(),
        "forbidden",
        "a program must name people"
    );
    let named = json!({"user": "bo", "item": "space-1", "kind": "like"});
    assert_eq!(service.post("/api/v1/interactions", named).await.status, 202);
    assert_eq!((count(&service, "ana").await, count(&service, "bo").await), (0, 1));
}

#[actix_web::test]
async fn all_faults_at_once_and_nothing_stored() {
    let server = server().await;
    let ana = server.with(Role::User, Some("ana")).await;
    let rows = json!([
        {"item": "space-1", "kind": "like"},
        {"item": "space-1", "kind": "rate"},
        {"item": "space-1", "kind": "review"},
    ]);
    let reply = ana.post("/api/v1/interactions", rows).await;
    assert_eq!((reply.status, reply.fields()), (422, vec!["interactions[1].value", "interactions[2].text"]));
    let future = json!({"item": "space-1", "kind": "like", "at": "2027-01-01T00:00:00Z"});
    assert_eq!(ana.post("/api/v1/interactions", future).await.fields(), ["at"]);
    let unknown = json!([{"item": "space-1", "kind": "like"}, {"item": "none", "kind": "like"}]);
    assert_eq!(ana.post("/api/v1/interactions", unknown).await.code(), "item-not-found");
    assert_eq!(count(&ana, "ana").await, 0);
}

async fn keyed(client: &Client<'_>, key: &'static str, body: Value) -> Reply {
    client
        .send(
            TestRequest::post()
                .uri("/api/v1/interactions")
                .insert_header(("idempotency-key", key))
                .set_json(body),
        )
        .await
}

#[actix_web::test]
async fn the_same_key_records_once() {
    let server = server().await;
    let (ana, bo) = (server.with(Role::User, Some("ana")).await, server.with(Role::User, Some("bo")).await);
    let like = json!({"item": "space-1", "kind": "like"});
    for _ in 0..3 {
        assert_eq!(keyed(&ana, "k1", like.clone()).await.ok(202), json!({"accepted": 1}));
    }
    assert_eq!(count(&ana, "ana").await, 1);
    assert_eq!(
        keyed(&ana, "k1", json!({"item": "space-2", "kind": "like"})).await.code(),
        "idempotency-conflict"
    );
    assert_eq!(
        keyed(&bo, "k1", json!({"item": "space-2", "kind": "like"})).await.status,
        202,
        "keys are per caller"
    );
    assert_eq!(keyed(&ana, "a b", like.clone()).await.fields(), ["idempotency-key"]);
    server.state.house.clock().advance(86_400_001);
    assert_eq!(keyed(&ana, "k1", like).await.status, 202);
    assert_eq!(count(&ana, "ana").await, 2);
}
