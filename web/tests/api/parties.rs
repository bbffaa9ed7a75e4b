//! Parties over HTTP; what happens in them live is told by the live channel's own tests.

use crate::world::server;
use serde_json::json;
use soiree_domain::Role;

#[actix_web::test]
async fn a_party_opens_is_seen_and_ends() {
    let server = server().await;
    let (ana, bo) = (server.with(Role::User, Some("ana")).await, server.with(Role::User, Some("bo")).await);
    let body = json!({"name": "Gatsby night", "item": "gatsby-film", "control": "everyone"});
    let reply = ana.post("/api/v1/parties", body).await;
    let location = reply.header("location").to_owned();
    let party = reply.ok(201);
    assert_eq!((party["host"].as_str(), party["visibility"].as_str()), (Some("ana"), Some("public")));
    assert_eq!(
        (party["password"].as_bool(), party["created_at"].as_str()),
        (Some(false), Some("2026-06-15T00:00:00Z"))
    );

    let seen = bo.get(&location).await.ok(200);
    assert_eq!((seen["name"].as_str(), seen["seq"].is_number()), (Some("Gatsby night"), true));
    let mood = bo.get(&format!("{location}/mood")).await.ok(200);
    assert_eq!(mood["label"], "neutral");
    assert_eq!(bo.get(&format!("{location}/recommendations")).await.ok(200), json!({"latest": null}));
    let history = bo.get(&format!("{location}/history?limit=10")).await.ok(200);
    assert_eq!(history["epoch"], 1);
    assert_eq!(bo.get(&format!("{location}/chat?cursor=5&limit=10")).await.ok(200)["rows"], json!([]));
    let listed = bo.get("/api/v1/parties").await.ok(200);
    assert_eq!(listed["rows"][0]["id"], party["id"]);

    assert_eq!(bo.delete(&location).await.code(), "forbidden");
    assert_eq!(ana.delete(&location).await.status, 204);
    assert_eq!(ana.delete(&location).await.code(), "party-ended");
    assert_eq!(bo.get(&location).await.ok(200)["ended_at"], "2026-06-15T00:00:00Z");
    assert_eq!(bo.get(&format!("{location}/mood")).await.code(), "party-ended");
    assert_eq!(bo.get("/api/v1/parties").await.ok(200)["rows"], json!([]));
}

#[actix_web::test]
async fn only_the_host_or_an_operator_ends_it() {
    let server = server().await;
    let service = server.with(Role::Service, None).await;
    let party = service.post("/api/v1/parties", json!({"name": "Night", "host": "ana"})).await.ok(201);
    let path = format!("/api/v1/parties/{}", party["id"].as_str().unwrap());
    assert_eq!(service.delete(&path).await.code(), "forbidden");
    assert_eq!(server.with(Role::Operator, None).await.delete(&path).await.status, 204);
}

#[actix_web::test]
async fn a_change_is_seen_by_everybody_at_once() {
    let server = server().await;
    let (ana, bo) = (server.with(Role::User, Some("ana")).await, server.with(Role::User, Some("bo")).await);
    let party = ana.post("/api/v1/parties", json!({"name": "Night", "item": "gatsby-film"})).await.ok(201);
    let path = format!("/api/v1/parties/{}", party["id"].as_str().unwrap());
    assert_eq!(bo.patch(&path, json!({"name": "Mine"})).await.code(), "forbidden");
    assert_eq!(ana.patch(&path, json!({"name": ""})).await.fields(), ["name"]);
    assert_eq!(ana.patch(&path, json!({"item": "none"})).await.code(), "item-not-found");
    assert_eq!(ana.patch(&path, json!({"visibility": "private"})).await.fields(), ["password"]);
    assert_eq!(ana.patch(&path, json!({"password": "sesame"})).await.fields(), ["password"]);

    let change = json!({"name": "Late night", "control": "vote", "item": null});
    let changed = ana.patch(&path, change).await.ok(200);
    assert_eq!((changed["name"].as_str(), changed["control"].as_str()), (Some("Late night"), Some("vote")));
    assert!(changed.get("item").is_none());
    let seen = bo.get(&path).await.ok(200);
    assert_eq!((seen["name"].as_str(), seen["seq"].as_i64()), (Some("Late night"), Some(1)));
    let event = &bo.get(&format!("{path}/history")).await.ok(200)["rows"][0];
    assert_eq!((event["kind"].as_str(), event["seq"].as_i64()), (Some("changed"), Some(1)));
    assert_eq!(event["body"]["now"]["name"], "Late night");

    let hidden = ana.patch(&path, json!({"visibility": "private", "password": "sesame"})).await.ok(200);
    assert_eq!((hidden["visibility"].as_str(), hidden["password"].as_bool()), (Some("private"), Some(true)));
    assert_eq!(bo.get(&path).await.code(), "party-not-found");
    assert_eq!(ana.patch(&path, json!({"visibility": "unlisted"})).await.ok(200)["password"], json!(false));
    assert_eq!(ana.delete(&path).await.status, 204);
    assert_eq!(ana.patch(&path, json!({"name": "More"})).await.code(), "party-ended");
}

#[actix_web::test]
async fn only_programs_open_for_others() {
    let server = server().await;
    let ana = server.with(Role::User, Some("ana")).await;
    let service = server.with(Role::Service, None).await;
    let path = "/api/v1/parties";
    assert_eq!(ana.post(path, json!({"name": "Night", "host": "bo"})).await.code(), "forbidden");
    assert_eq!(service.post(path, json!({"name": "Night"})).await.code(), "forbidden");
    assert_eq!(service.post(path, json!({"name": "Night", "host": "zed"})).await.code(), "user-not-found");
    assert_eq!(
        service.post(path, json!({"name": "Night", "host": "bo", "item": "none"})).await.code(),
        "item-not-found"
    );
    assert_eq!(ana.post(path, json!({"name": " "})).await.fields(), ["name"]);
    assert_eq!(
        ana.post(path, json!({"name": "Night", "visibility": "secret"})).await.fields(),
        ["visibility"]
    );
}

#[actix_web::test]
async fn a_private_party_is_hidden() {
    let server = server().await;
    let (ana, bo) = (server.with(Role::User, Some("ana")).await, server.with(Role::User, Some("bo")).await);
    let viewer = server.with(Role::Viewer, None).await;
    let service = server.with(Role::Service, None).await;
    let body = json!({"name": "Secret", "visibility": "private", "password": "open sesame"});
    let party = ana.post("/api/v1/parties", body).await;
    assert!(!party.text.contains("sesame") && !party.text.contains("argon2"), "{}", party.text);
    let id = party.ok(201)["id"].as_str().unwrap().to_owned();
    for part in ["", "/mood", "/history", "/chat", "/recommendations"] {
        let path = format!("/api/v1/parties/{id}{part}");
        assert_eq!(bo.get(&path).await.code(), "party-not-found", "{part}");
        assert_ne!(viewer.get(&path).await.status, 200, "{part}");
        assert_eq!(ana.get(&path).await.status, 200, "{part}");
        assert_eq!(service.get(&path).await.status, 200, "{part}");
        assert_eq!(service.get(&format!("/api/v1/parties/none{part}")).await.code(), "party-not-found");
    }
    assert_eq!(bo.delete(&format!("/api/v1/parties/{id}")).await.code(), "party-not-found");
    assert_eq!(viewer.get("/api/v1/parties").await.ok(200)["rows"], json!([]));
}

#[actix_web::test]
async fn a_party_says_what_its_recommendations_should_be_like() {
    let server = server().await;
    let ana = server.with(Role::User, Some("ana")).await;
    let body = json!({"name": "Night", "taste": {"strategy": "gfar", "mood": "lift"}});
    let party = ana.post("/api/v1/parties", body).await.ok(201);
    assert_eq!(party["taste"], json!({"strategy": "gfar", "host_weight": 1.0, "mood": "lift"}));
    let path = format!("/api/v1/parties/{}", party["id"].as_str().unwrap());
    // Given as a whole: what is left out has its default again.
    let changed = ana.patch(&path, json!({"taste": {"host_weight": 2.5}})).await.ok(200);
    assert_eq!(changed["taste"], json!({"host_weight": 2.5, "mood": "match"}));
    assert_eq!(ana.get(&path).await.ok(200)["taste"]["host_weight"], 2.5);
    assert_eq!(ana.patch(&path, json!({"name": "Late"})).await.ok(200)["taste"]["host_weight"], 2.5);
    for (taste, field) in [
        (json!({"host_weight": 9}), "taste.host_weight"),
        (json!({"mood": "party"}), "taste.mood"),
        (json!({"strategy": "dictator"}), "taste.strategy"),
        (json!({"loud": true}), "taste.loud"),
    ] {
        assert_eq!(ana.patch(&path, json!({"taste": taste})).await.fields(), [field]);
    }
    assert_eq!(ana.get(&path).await.ok(200)["taste"]["host_weight"], 2.5, "what was refused changed nothing");
}
