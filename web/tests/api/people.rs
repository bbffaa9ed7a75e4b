//! People and their friends.

use crate::world::server;
use serde_json::json;
use soiree_domain::Role;

#[actix_web::test]
async fn a_person_comes_changes_and_goes() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let reply = service.post("/api/v1/users", json!({"id": "shop:1", "name": "Eve", "locale": "en"})).await;
    assert_eq!(reply.header("location"), "/api/v1/users/shop:1");
    assert_eq!(reply.ok(201), json!({"id": "shop:1", "name": "Eve", "kind": "person", "locale": "en"}));
    assert_eq!(service.post("/api/v1/users", json!({"id": "shop:1", "name": "Eva"})).await.status, 200);
    assert!(
        service.post("/api/v1/users", json!({"name": "No id"})).await.ok(201)["id"].as_str().unwrap().len()
            == 36
    );

    let eve = server.with(Role::User, Some("shop:1")).await;
    let changed =
        eve.patch("/api/v1/users/shop:1", json!({"age_group": "25-34", "locale": null})).await.ok(200);
    assert_eq!(changed, json!({"id": "shop:1", "name": "Eva", "kind": "person", "age_group": "25-34"}));
    assert_eq!(eve.patch("/api/v1/users/shop:1", json!({"name": ""})).await.fields(), ["name"]);
    assert_eq!(eve.get("/api/v1/users/shop%3A1").await.ok(200), changed);

    assert_eq!(eve.delete("/api/v1/users/shop:1").await.status, 204);
    assert_eq!(eve.get("/api/v1/users/shop:1").await.code(), "unauthorized", "the key went with the person");
    assert_eq!(service.get("/api/v1/users/shop:1").await.code(), "user-not-found");
    assert_eq!(service.delete("/api/v1/users/shop:1").await.code(), "user-not-found");
}

#[actix_web::test]
async fn people_are_listed_page_by_page() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/users?limit=3".to_owned();
    loop {
        let page = service.get(&path).await.ok(200);
        seen.extend(
            page["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/users?limit=3&cursor={next}");
    }
    assert_eq!(seen, ["ana", "bo", "cy", "dee"]);
}

#[actix_web::test]
async fn friends_are_made_by_the_product_and_ended_by_either() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let ana = server.with(Role::User, Some("ana")).await;
    assert_eq!(ana.post("/api/v1/users/ana/friends", json!({"friend": "bo"})).await.code(), "forbidden");
    let friends = service.post("/api/v1/users/ana/friends", json!({"friend": "bo"})).await.ok(200);
    assert_eq!(friends, json!({"friends": ["bo"]}));
    assert_eq!(service.get("/api/v1/users/bo/friends").await.ok(200), json!({"friends": ["ana"]}));
    assert_eq!(
        service.post("/api/v1/users/ana/friends", json!({"friend": "ana"})).await.fields(),
        ["friend"]
    );
    assert_eq!(
        service.post("/api/v1/users/ana/friends", json!({"friend": "zed"})).await.code(),
        "user-not-found"
    );
    assert_eq!(ana.delete("/api/v1/users/ana/friends/bo").await.status, 204);
    assert_eq!(ana.get("/api/v1/users/ana/friends").await.ok(200), json!({"friends": []}));
}
