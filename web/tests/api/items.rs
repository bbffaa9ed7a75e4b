//! The catalogue.

use crate::world::server;
use serde_json::{Value, json};
use soiree_domain::Role;

#[actix_web::test]
async fn items_come_change_and_go() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let one = json!({"id": "shop:1", "domain": "product", "title": "Pearl earrings", "price_cents": 4900,
        "currency": "EUR", "external": {"sku": "77"}});
    let written = service.post("/api/v1/items", one).await.ok(200);
    assert_eq!(written, json!({"inserted": 1, "updated": 0, "unchanged": 0}));
    let many =
        json!([{"id": "shop:1", "domain": "product", "title": "Pearls"}, {"domain": "book", "title": "New"}]);
    assert_eq!(
        service.post("/api/v1/items", many).await.ok(200),
        json!({"inserted": 1, "updated": 1, "unchanged": 0})
    );

    let patch = json!({"available": false, "year": 1922, "provider": "Shop"});
    let changed = service.patch("/api/v1/items/shop:1", patch).await.ok(200);
    assert_eq!((changed["available"].as_bool(), changed["year"].as_i64()), (Some(false), Some(1922)));
    let viewer = server.with(Role::Viewer, None).await;
    assert_eq!(viewer.get("/api/v1/items/shop:1").await.ok(200), changed);
    assert_eq!(service.patch("/api/v1/items/shop:1", json!({"year": 99_999})).await.fields(), ["year"]);
    assert_eq!(service.patch("/api/v1/items/none", json!({})).await.code(), "item-not-found");

    assert_eq!(service.delete("/api/v1/items/shop:1").await.status, 204);
    assert_eq!(viewer.get("/api/v1/items/shop:1").await.code(), "item-not-found");
    assert_eq!(service.delete("/api/v1/items/shop:1").await.code(), "item-not-found");
}

#[actix_web::test]
async fn a_thousand_items_at_a_time_and_no_more() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let rows = |n: usize| Value::Array(vec![json!({"domain": "film", "title": "x"}); n]);
    assert_eq!(service.post("/api/v1/items", rows(1_000)).await.ok(200)["inserted"], 1_000);
    assert_eq!(service.post("/api/v1/items", rows(1_001)).await.fields(), ["items"]);
    assert_eq!(service.post("/api/v1/items", rows(0)).await.fields(), ["items"]);
}

#[actix_web::test]
async fn items_are_listed_and_filtered() {
    let server = server().await;
    let viewer = server.with(Role::Viewer, None).await;
    let ids = |page: &Value| -> Vec<String> {
        page["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let page = viewer.get("/api/v1/items?limit=2&domain=film").await.ok(200);
    assert_eq!(ids(&page), ["gatsby-film", "space-0"]);
    let next = page["next"].as_str().unwrap();
    let page = viewer.get(&format!("/api/v1/items?limit=2&domain=film&cursor={next}")).await.ok(200);
    assert_eq!(ids(&page), ["space-1", "space-2"]);
    assert_eq!(ids(&viewer.get("/api/v1/items?q=fitzGERALD&domain=book").await.ok(200)), ["gatsby-novel"]);
}

#[actix_web::test]
async fn similar_items_come_with_version_and_reasons() {
    let server = server().await;
    let viewer = server.with(Role::Viewer, None).await;
    let similar = viewer.get("/api/v1/items/gatsby-novel/similar?domains=film,music&limit=5").await.ok(200);
    assert_eq!(similar["version"], "test-v1");
    assert!(similar["recommendation_id"].is_string());
    let first = &similar["items"][0];
    assert_eq!((first["item"].as_str(), first["domain"].as_str()), (Some("gatsby-film"), Some("film")));
    assert!(first["reasons"][0]["text"].is_string(), "{first}");
    assert_eq!(viewer.get("/api/v1/items/none/similar").await.code(), "item-not-found");
    assert_eq!(
        viewer.get("/api/v1/items/gatsby-novel/similar?domains=film,movie").await.fields(),
        ["domains[1]"]
    );
}

#[actix_web::test]
async fn items_are_linked() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let link = |from: &str, to: &str, kind: &str| json!({"from": from, "to": to, "kind": kind});
    let many = json!([
        link("gatsby-film", "gatsby-album", "soundtrack"),
        link("gatsby-novel", "gatsby-film", "adaptation")
    ]);
    assert_eq!(
        service.post("/api/v1/relations", many).await.ok(200),
        json!({"inserted": 1, "updated": 0, "unchanged": 1})
    );
    let relations = service.get("/api/v1/items/gatsby-film/relations").await.ok(200);
    assert_eq!(relations["relations"].as_array().unwrap().len(), 2);
    let wrong = json!([link("gatsby-film", "gatsby-album", "sequel"), link("none", "none", "sequel")]);
    let reply = service.post("/api/v1/relations", wrong).await;
    assert_eq!(reply.fields(), ["relations[1].from", "relations[1].to", "relations[1].to"]);
    assert_eq!(service.get("/api/v1/items/none/relations").await.code(), "item-not-found");
}

#[actix_web::test]
async fn other_domains_are_reached_by_a_path() {
    let server = server().await;
    let viewer = server.with(Role::Viewer, None).await;
    let across = viewer.get("/api/v1/items/gatsby-novel/across?limit=20").await.ok(200);
    let rows = across["items"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["domain"] != "book"), "{across}");
    let film = rows.iter().find(|row| row["item"] == "gatsby-film").unwrap();
    let step = json!({"item": "gatsby-film", "title": "The Great Gatsby", "kind": "adaptation", "forward": true,
        "recognised": false});
    assert_eq!(film["path"], json!([step]));
    // The album states no link: the maker it shares with the novel was recognised.
    let album = rows.iter().find(|row| row["item"] == "gatsby-album").unwrap();
    assert_eq!(
        (album["path"][0]["kind"].as_str(), album["path"][0]["recognised"].as_bool()),
        (Some("same_creator"), Some(true))
    );
    let music = viewer.get("/api/v1/items/gatsby-novel/across?domains=music").await.ok(200);
    assert!(music["items"].as_array().unwrap().iter().all(|row| row["domain"] == "music"));
    assert_eq!(viewer.get("/api/v1/items/none/across").await.code(), "item-not-found");
    assert_eq!(viewer.get("/api/v1/items/gatsby-novel/across?limit=0").await.code(), "invalid-parameters");
}
