//! Personal and group recommendations.

use crate::world::server;
use serde_json::{Value, json};
use soiree_domain::Role;
use soiree_web::testing::{Client, TestServer};

async fn finish(client: &Client<'_>, user: &str, items: &[&str]) {
    let rows: Vec<Value> =
        items.iter().map(|item| json!({"user": user, "item": item, "kind": "finish"})).collect();
    assert_eq!(client.post("/api/v1/interactions", Value::Array(rows)).await.status, 202);
}

async fn with_tastes(server: &TestServer) -> Client<'_> {
    let service = server.with(Role::Service, None).await;
    finish(&service, "ana", &["space-0", "space-1", "space-2"]).await;
    finish(&service, "bo", &["wedding-0", "wedding-1", "wedding-2"]).await;
    service
}

fn items(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["item"].as_str().unwrap()).collect()
}

fn reasons(answer: &Value) -> usize {
    answer["items"].as_array().unwrap().iter().map(|item| item["reasons"].as_array().unwrap().len()).sum()
}

#[actix_web::test]
async fn a_person_gets_their_taste_with_reasons() {
    let server = server().await;
    with_tastes(&server).await;
    let ana = server.with(Role::User, Some("ana")).await;
    let body = json!({"surface": "home", "limit": 3, "domains": ["film"], "context": {"mood": {"valence": 0.5, "arousal": 0}}});
    let answer = ana.post("/api/v1/recommendations/ana", body).await.ok(200);
    assert_eq!(answer["version"], "test-v1");
    assert_eq!(answer["recommendation_id"].as_str().unwrap().len(), 36);
    assert!(items(&answer).iter().take(2).all(|item| item.starts_with("space-")), "{answer}");
    assert!(answer["items"][0]["title"].is_string() && reasons(&answer) > 0);

    let again = ana.get("/api/v1/recommendations/ana?limit=3&domains=film&explain=false").await.ok(200);
    assert_eq!((items(&again).len(), reasons(&again)), (3, 0));
    assert_eq!(ana.post("/api/v1/recommendations/ana", json!({"limit": 101})).await.code(), "invalid-fields");
    assert_eq!(ana.get("/api/v1/recommendations/ana?limit=0").await.code(), "invalid-parameters");
}

#[actix_web::test]
async fn unknown_people_are_told() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    assert_eq!(service.get("/api/v1/recommendations/zed").await.code(), "user-not-found");
    let reply = service.post("/api/v1/recommendations/group", json!({"members": ["ana", "zed"]})).await;
    assert_eq!(reply.code(), "user-not-found");
}

#[actix_web::test]
async fn a_group_hears_of_every_member() {
    let server = server().await;
    let service = with_tastes(&server).await;
    let body =
        json!({"members": ["ana", "bo"], "strategy": "least-misery", "limit": 4, "vetoes": ["space-3"]});
    let answer = service.post("/api/v1/recommendations/group", body).await.ok(200);
    assert_eq!(
        (answer["strategy"].as_str(), answer["version"].as_str()),
        (Some("least-misery"), Some("test-v1"))
    );
    assert!(
        answer["satisfaction"]["ana"].is_number() && answer["items"][0]["satisfaction"]["bo"].is_number()
    );
    let (min, mean) =
        (answer["min_satisfaction"].as_f64().unwrap(), answer["mean_satisfaction"].as_f64().unwrap());
    assert!(0.0 <= min && min <= mean && mean <= 1.0 && answer["spread"].is_number());
    assert!(!items(&answer).contains(&"space-3"), "a veto is absolute");
    for (body, field) in [
        (json!({}), "members"),
        (json!({"members": []}), "members"),
        (json!({"members": ["ana", "ana"]}), "members"),
        (json!({"members": ["ana"], "party": "p"}), "members"),
        (json!({"members": ["ana", "bo"], "weights": [1]}), "weights"),
        (json!({"members": ["ana", "bo"], "weights": [1, -1]}), "weights"),
        (json!({"members": ["ana"], "strategy": "dictator"}), "strategy"),
    ] {
        let reply = service.post("/api/v1/recommendations/group", body.clone()).await;
        assert_eq!(reply.fields(), [field], "{body}");
    }
}

#[actix_web::test]
async fn private_reasons_stay_with_their_person() {
    let server = server().await;
    let service = with_tastes(&server).await;
    service.post("/api/v1/users/ana/friends", json!({"friend": "bo"})).await.ok(200);
    let body = json!({"members": ["ana", "bo"], "limit": 8});
    let all = service.post("/api/v1/recommendations/group", body.clone()).await.ok(200);
    let ana = server.with(Role::User, Some("ana")).await;
    let hers = ana.post("/api/v1/recommendations/group", body).await.ok(200);
    assert_eq!(items(&all), items(&hers));
    assert!(reasons(&hers) < reasons(&all), "{hers}");
    let text = hers.to_string();
    assert!(
        !text.contains("\"item\":\"wedding-0\",\"source\"") && !text.contains("Title of wedding-0"),
        "{text}"
    );
}

#[actix_web::test]
async fn a_group_is_oneself_and_friends() {
    let server = server().await;
    let service = with_tastes(&server).await;
    let ana = server.with(Role::User, Some("ana")).await;
    let body = json!({"members": ["ana", "bo"]});
    assert_eq!(ana.post("/api/v1/recommendations/group", body.clone()).await.code(), "forbidden");
    service.post("/api/v1/users/ana/friends", json!({"friend": "bo"})).await.ok(200);
    assert_eq!(ana.post("/api/v1/recommendations/group", body).await.status, 200);
    // Of a group that she is not in she would learn what they had together.
    let others = json!({"members": ["bo"]});
    assert_eq!(ana.post("/api/v1/recommendations/group", others).await.code(), "forbidden");
    let party = service.post("/api/v1/parties", json!({"name": "Night", "host": "bo"})).await.ok(201);
    let reply = ana.post("/api/v1/recommendations/group", json!({"party": party["id"]})).await;
    assert_eq!(reply.code(), "not-a-member");
    assert_eq!(
        service.post("/api/v1/recommendations/group", json!({"party": "none"})).await.code(),
        "party-not-found"
    );
}
