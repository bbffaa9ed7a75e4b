//! Search by words and by meaning.

use crate::world::server;
use serde_json::{Value, json};
use soiree_domain::Role;

fn items(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["item"].as_str().unwrap()).collect()
}

fn reasons(answer: &Value) -> Vec<&str> {
    let of = |item: &Value| item["reasons"].as_array().unwrap().clone();
    assert!(answer["items"].as_array().unwrap().iter().all(|item| !of(item).is_empty()), "{answer}");
    answer["items"][0]["reasons"].as_array().unwrap().iter().map(|r| r["text"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn words_and_meaning_find_items_and_say_why() {
    let server = server().await;
    let anybody = server.with(Role::Viewer, None).await;
    let answer = anybody.get("/api/v1/search?q=fitzgerald").await.ok(200);
    assert_eq!((items(&answer).len(), answer["version"].as_str()), (3, Some("test-v1")));
    assert_eq!(answer["left_out"], json!([]));
    assert_eq!(reasons(&answer)[0], "Matches “F. Scott Fitzgerald” among its makers");
    let albums = anybody.get("/api/v1/search?q=great%20gatsby&domains=music,product").await.ok(200);
    assert_eq!(items(&albums), ["gatsby-album"]);

    let meant = anybody.get("/api/v1/search?q=marriage&limit=100").await.ok(200);
    assert_eq!(items(&meant).len(), 6, "{meant}");
    assert!(items(&meant).iter().all(|item| item.starts_with("wedding-")));
    assert_eq!(reasons(&meant), ["Close in meaning"]);
    let silent = anybody.get("/api/v1/search?q=marriage&explain=false").await.ok(200);
    assert_eq!(silent["items"][0]["reasons"], json!([]));
    assert_eq!(items(&anybody.get("/api/v1/search?q=zzzz").await.ok(200)), [""; 0]);
}

#[actix_web::test]
async fn a_new_item_is_soon_found_by_what_it_means() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let new = json!({"id": "vows", "domain": "film", "title": "Vows", "description": "A marriage in June."});
    let mut changes = server.state.house.recommender().changes();
    assert_eq!(service.post("/api/v1/items", new).await.status, 200);
    // The query has no word of its text; the sentence encoder reads new items a moment after they came.
    let unread = || server.state.house.recommender().served().unwrap().unread(1);
    let read = async {
        while !unread().is_empty() {
            changes.changed().await.unwrap();
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), read).await.unwrap();
    let found = service.get("/api/v1/search?q=wedding&domains=film").await.ok(200);
    assert_eq!((items(&found), reasons(&found)), (vec!["vows"], vec!["Close in meaning"]));
}

#[actix_web::test]
async fn pages_follow_each_other() {
    let server = server().await;
    let anybody = server.with(Role::Viewer, None).await;
    let whole = anybody.get("/api/v1/search?q=title&limit=100").await.ok(200);
    let (mut paged, mut path) = (Vec::new(), "/api/v1/search?q=title&limit=5".to_owned());
    loop {
        let page = anybody.get(&path).await.ok(200);
        paged.extend(items(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/search?q=title&limit=5&cursor={next}");
    }
    assert_eq!(paged, items(&whole));
    assert_eq!(paged.len(), 12);
}

#[actix_web::test]
async fn a_person_is_reranked_for_by_themselves_and_services_alone() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let rows: Vec<Value> = ["wedding-0", "wedding-1", "wedding-2"]
        .map(|item| json!({"user": "ana", "item": item, "kind": "finish"}))
        .to_vec();
    assert_eq!(service.post("/api/v1/interactions", Value::Array(rows)).await.status, 202);
    let first = |answer: &Value| items(answer)[0].to_owned();
    let ana = server.with(Role::User, Some("ana")).await;
    let path = "/api/v1/search?q=title%20of&user_id=ana";
    let mine = ana.get(path).await.ok(200);
    assert!(first(&mine).starts_with("wedding-"), "{mine}");
    assert_eq!(first(&service.get(path).await.ok(200)), first(&mine));
    for stranger in [server.with(Role::User, Some("bo")).await, server.with(Role::Viewer, None).await] {
        assert_eq!(stranger.get(path).await.code(), "forbidden");
        assert_eq!(stranger.get("/api/v1/search?q=title").await.status, 200);
    }
    assert_eq!(service.get("/api/v1/search?q=title&user_id=zed").await.code(), "user-not-found");
}

#[actix_web::test]
async fn what_was_shown_is_logged() {
    let server = server().await;
    let ana = server.with(Role::User, Some("ana")).await;
    let answer = ana.get("/api/v1/search?q=gatsby&user_id=ana").await.ok(200);
    let deed = json!({"user": "ana", "item": "gatsby-film", "kind": "click",
        "recommendation_id": answer["recommendation_id"]});
    assert_eq!(ana.post("/api/v1/interactions", deed).await.status, 202);
}

#[actix_web::test]
async fn slips_are_told() {
    let server = server().await;
    let anybody = server.with(Role::Viewer, None).await;
    let long = "x".repeat(201);
    for bad in [
        "q=",
        "q=%20",
        &format!("q={long}"),
        "q=a&limit=0",
        "q=a&limit=101",
        "q=a&cursor=x",
        "q=a&cursor=999",
        "q=a&domains=films",
        "limit=3",
        "q=a&page=2",
    ] {
        assert_eq!(anybody.get(&format!("/api/v1/search?{bad}")).await.code(), "invalid-parameters", "{bad}");
    }
}
