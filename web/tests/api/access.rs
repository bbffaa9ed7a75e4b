//! Who may call what: every route of the table, tried by callers who may not.

use crate::world::server;
use serde_json::json;
use soiree_domain::Role;
use soiree_web::{
    access::Access,
    route::Route,
    routes,
    testing::{Client, Reply, TestServer},
};

/// The route's path with ids filled in; the first person is `ana`.
fn concrete(route: &Route) -> String {
    route
        .path()
        .replace("{user_id}", "ana")
        .replace("/users/{id}", "/users/ana")
        .replace("/items/{id}", "/items/space-1")
        .replace("{friend}", "bo")
        .replace("{version}", "test-v1")
        .replace("{code}", "internal")
        .replace("{file}", "index.html")
        .replace("{id}", "nothing")
}

async fn call(client: &Client<'_>, route: &Route) -> Reply {
    client.call(route.method(), &concrete(route)).await
}

async fn refused(client: &Client<'_>, route: &Route, status: u16, code: &str) {
    let reply = call(client, route).await;
    assert_eq!((reply.status, reply.code()), (status, code), "{} {}", route.method(), route.path());
}

async fn audit(server: &TestServer) -> String {
    // The journal commits in order: when a later entry is durable, so are the lines of the audit.
    let deed = json!({"user": "cy", "item": "space-1", "kind": "view"});
    server.with(Role::Service, None).await.post("/api/v1/interactions", deed).await.ok(202);
    server.with(Role::Operator, None).await.get("/api/v1/admin/audit?limit=200").await.text
}

#[actix_web::test]
async fn strangers_are_refused_everywhere_but_at_the_door() {
    let server = server().await;
    for route in routes::table() {
        match route.access() {
            Access::Public => {
                assert_ne!(call(&server.client(""), &route).await.status, 401, "{}", route.path())
            }
            _ => {
                refused(&server.client(""), &route, 401, "unauthorized").await;
                refused(&server.client("sk_made_up"), &route, 401, "unauthorized").await;
            }
        }
    }
}

#[actix_web::test]
async fn every_role_stops_below_what_a_route_asks_for() {
    let server = server().await;
    for role in Role::ALL {
        let user = (role == Role::User).then_some("dee");
        let client = server.with(role, user).await;
        for route in routes::table() {
            let enough = match route.access() {
                Access::Public => true,
                Access::Least(least) | Access::Checked(least, _) | Access::Own(least) => role >= least,
            };
            if !enough {
                refused(&client, &route, 403, "forbidden").await;
            }
        }
    }
    let lines = audit(&server).await;
    assert!(lines.contains("access.refused") && lines.contains("POST /api/v1/admin/keys"), "{lines}");
}

#[actix_web::test]
async fn a_person_reaches_their_own_things_and_nobody_elses() {
    let server = server().await;
    let (ana, bo) = (server.with(Role::User, Some("ana")).await, server.with(Role::User, Some("bo")).await);
    let viewer = server.with(Role::Viewer, Some("ana")).await;
    for route in routes::table().into_iter().filter(|route| matches!(route.access(), Access::Own(_))) {
        refused(&bo, &route, 403, "forbidden").await;
        refused(&viewer, &route, 403, "forbidden").await;
        if route.method() != "DELETE" {
            assert!(call(&ana, &route).await.status < 300, "{} {}", route.method(), route.path());
        }
    }
}

/// Routes whose rule the handler applies: the rules' own stories stand with their nouns, this list is complete.
#[test]
fn every_checked_route_has_a_story() {
    let stories = [
        "POST /api/v1/auth/ticket",           // tickets_are_for_people
        "GET /api/v1/search", // search::a_person_is_reranked_for_by_themselves_and_services_alone
        "POST /api/v1/interactions", // interactions::only_for_oneself
        "POST /api/v1/recommendations/group", // recommendations::a_group_is_oneself_and_friends
        "POST /api/v1/parties", // parties::only_programs_open_for_others
        "GET /api/v1/parties/{id}", // parties::a_private_party_is_hidden, like the next
        "PATCH /api/v1/parties/{id}", // parties::a_change_is_seen_by_everybody_at_once
        "DELETE /api/v1/parties/{id}", // parties::only_the_host_or_an_operator_ends_it
        "GET /api/v1/parties/{id}/history",
        "GET /api/v1/parties/{id}/chat",
        "GET /api/v1/parties/{id}/mood",
        "GET /api/v1/parties/{id}/recommendations",
    ];
    let checked: Vec<String> = routes::table()
        .iter()
        .filter(|route| matches!(route.access(), Access::Checked(..)))
        .map(|route| format!("{} {}", route.method(), route.path()))
        .collect();
    assert_eq!(checked, stories);
}

#[actix_web::test]
async fn keys_are_made_listed_and_taken_back() {
    let server = server().await;
    let admin = server.with(Role::Admin, None).await;
    let body = json!({"name": "shop", "role": "service", "days": 30});
    let made = admin.post("/api/v1/admin/keys", body).await.ok(201);
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    assert!(token.starts_with("sk_"));
    let shop = server.client(token);
    assert_eq!(shop.get("/api/v1/users").await.status, 200);

    let listed = admin.get("/api/v1/admin/keys").await;
    assert!(listed.text.contains(id) && !listed.text.contains(token));
    assert_eq!(admin.delete(&format!("/api/v1/admin/keys/{id}")).await.status, 204);
    assert_eq!(shop.get("/api/v1/users").await.code(), "unauthorized");
    assert_eq!(admin.delete(&format!("/api/v1/admin/keys/{id}")).await.code(), "key-not-found");

    let lines = audit(&server).await;
    assert!(lines.contains("key.create") && lines.contains("key.revoke") && !lines.contains(token));
}

#[actix_web::test]
async fn a_key_is_checked_before_it_is_made() {
    let server = server().await;
    let admin = server.with(Role::Admin, None).await;
    let reply = admin.post("/api/v1/admin/keys", json!({"name": " ", "role": "user", "days": 0})).await;
    assert_eq!((reply.code(), reply.fields()), ("invalid-fields", vec!["name", "user", "days"]));
    let reply =
        admin.post("/api/v1/admin/keys", json!({"name": "x", "role": "user", "user": "nobody"})).await;
    assert_eq!(reply.code(), "user-not-found");
}

#[actix_web::test]
async fn keys_end_with_their_time() {
    let server = server().await;
    let admin = server.with(Role::Admin, None).await;
    let made =
        admin.post("/api/v1/admin/keys", json!({"name": "x", "role": "viewer", "days": 1})).await.ok(201);
    let viewer = server.client(made["token"].as_str().unwrap());
    assert_eq!(viewer.get("/api/v1/items").await.status, 200);
    server.state.house.clock().advance(86_400_000);
    assert_eq!(viewer.get("/api/v1/items").await.code(), "unauthorized");
}

#[actix_web::test]
async fn guests_come_in_with_a_name() {
    let server = server().await;
    let guest = server.client("").post("/api/v1/auth/guest", json!({"name": "Bo"})).await.ok(201);
    let (id, token) = (guest["user"].as_str().unwrap(), guest["token"].as_str().unwrap());
    assert!(token.starts_with("gt_"));
    let bo = server.client(token);
    let seen = bo.get(&format!("/api/v1/users/{id}")).await.ok(200);
    assert_eq!((seen["name"].as_str(), seen["kind"].as_str()), (Some("Bo"), Some("guest")));
    // The way back is no key for the API.
    let resume = server.client(guest["resume"].as_str().unwrap());
    assert_eq!(resume.get(&format!("/api/v1/users/{id}")).await.code(), "unauthorized");
    let back = json!({"name": "Bo", "resume": guest["resume"]});
    let again = server.client("").post("/api/v1/auth/guest", back).await.ok(201);
    assert_eq!((&again["user"], &again["resume"]), (&guest["user"], &guest["resume"]));
    assert_ne!(again["token"], guest["token"]);
    let path = format!("/api/v1/users/{}", guest["user"].as_str().unwrap());
    server.client(again["token"].as_str().unwrap()).get(&path).await.ok(200);
    let stranger = json!({"name": "Bo", "resume": guest["token"]});
    assert_eq!(server.client("").post("/api/v1/auth/guest", stranger).await.code(), "unauthorized");
    assert_eq!(server.client("").post("/api/v1/auth/guest", json!({"name": ""})).await.fields(), ["name"]);
}

#[actix_web::test]
async fn guests_can_be_kept_out_and_slowed_down() {
    let mut world = crate::world::world();
    world.settings.guests = false;
    let closed = TestServer::start(world).await;
    assert_eq!(
        closed.client("").post("/api/v1/auth/guest", json!({"name": "Bo"})).await.code(),
        "guests-closed"
    );

    let mut world = crate::world::world();
    world.settings.guest_burst = 2;
    let slow = TestServer::start(world).await;
    let door = slow.client("");
    for expected in [201, 201, 429] {
        let reply = door.post("/api/v1/auth/guest", json!({"name": "Bo"})).await;
        assert_eq!(reply.status, expected);
        assert_eq!(reply.header("retry-after"), if expected == 429 { "1" } else { "" });
    }
}

#[actix_web::test]
async fn tickets_are_for_people() {
    let server = server().await;
    let reply = server.with(Role::User, Some("ana")).await.call("POST", "/api/v1/auth/ticket").await.ok(201);
    assert!(reply["ticket"].as_str().unwrap().starts_with("wt_"));
    assert_eq!(reply["expires_at"], "2026-06-15T00:00:30Z");
    for (role, user) in [(Role::Service, None), (Role::Viewer, Some("ana"))] {
        let refused = server.with(role, user).await.call("POST", "/api/v1/auth/ticket").await;
        assert_eq!((refused.status, refused.code()), (403, "forbidden"), "{role}");
    }
    let ana = server.with(Role::User, Some("ana")).await;
    let many: Vec<_> = [(); 9].map(|()| ana.call("POST", "/api/v1/auth/ticket")).into();
    let mut codes = Vec::new();
    for reply in many {
        codes.push(reply.await.status);
    }
    assert_eq!(codes, [201, 201, 201, 201, 201, 201, 201, 429, 429]);
}

#[actix_web::test]
async fn parties_and_guests_of_one_address_have_a_budget() {
    let mut world = crate::world::world();
    world.settings.person.joins_per_minute = 2;
    world.settings.address.hellos_per_minute = 2;
    let server = TestServer::start(world).await;
    let ana = server.with(Role::User, Some("ana")).await;
    for expected in [201, 201, 429] {
        assert_eq!(ana.post("/api/v1/parties", json!({"name": "Night"})).await.status, expected);
    }
    for expected in [(201, ""), (201, ""), (429, "30")] {
        let reply = server.client("").post("/api/v1/auth/guest", json!({"name": "Bo"})).await;
        assert_eq!((reply.status, reply.header("retry-after")), expected);
    }
}
