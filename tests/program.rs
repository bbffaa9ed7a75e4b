//! The program as its users meet it: commands, exit codes, a whole line from import to answer, both databases.

#![expect(clippy::unwrap_used, reason = "a test says what it needs by failing")]

mod support;

use serde_json::{Value, json};
use soiree_storage::{Store, StoreOptions, testing::TempPostgres};
use std::{fs, path::Path, process::Output};
use support::{Server, TempDir, soiree};
use tokio::process::Command;

async fn run(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(soiree());
    command.args(arguments).arg("--data-dir").arg(dir.join("data"));
    command.output().await.unwrap()
}

async fn ok(dir: &Path, arguments: &[&str]) -> String {
    let output = run(dir, arguments).await;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {err}");
    out.into_owned()
}

async fn json_of(dir: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&ok(dir, arguments).await).unwrap()
}

/// Two tastes: people of the first half watch even films, the others odd ones.
fn write_data(path: &Path) {
    let mut lines = Vec::new();
    for n in 0..20 {
        let genre = if n % 2 == 0 { "drama" } else { "comedy" };
        lines.push(json!({ "type": "item", "id": format!("t:i{n}"), "domain": "film",
            "title": format!("Film {n}"), "year": 2000 + n, "genres": [genre] }));
    }
    for u in 0..30 {
        lines.push(json!({ "type": "user", "id": format!("t:u{u}"), "name": format!("User {u}") }));
    }
    for u in 0..30 {
        for step in 0..6 {
            let film = (2 * (u + step) + usize::from(u >= 15)) % 20;
            lines.push(
                json!({ "type": "interaction", "user": format!("t:u{u}"), "item": format!("t:i{film}"),
                "kind": "finish", "at_ms": 1_700_000_000_000_i64 + i64::try_from(u * 10 + step).unwrap() }),
            );
        }
    }
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    fs::write(path, text.join("\n") + "\nnot json\n").unwrap();
}

#[tokio::test]
async fn wrong_usage_ends_with_two_and_failures_with_one() {
    let dir = TempDir::new();
    for (arguments, code, says) in [
        (vec!["nonsense"], 2, "unrecognized subcommand"),
        (vec!["recommend", "t:u1", "--limit", "0"], 2, "1..=100"),
        (vec!["import", "csv", "nowhere"], 1, "movielens"),
        (vec!["import", "movielens", "/nowhere"], 1, "/nowhere"),
        (vec!["recommend", "nobody"], 1, "soiree train"),
        (vec!["models", "promote", "never"], 1, "never"),
        (vec!["models", "rollback"], 1, "no version"),
        (vec!["serve", "--listen", "0.0.0.0:0"], 1, "access.guests"),
        (vec!["evaluate", "/nowhere.toml"], 1, "/nowhere.toml"),
        (vec!["user", "token", "nobody"], 1, "user add"),
    ] {
        let output = run(dir.path(), &arguments).await;
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {err}");
        assert!(err.contains(says), "{arguments:?} says {err:?}, not {says:?}");
    }
}

#[tokio::test]
async fn every_command_has_help_with_an_example_or_a_list() {
    for command in [
        "serve",
        "import",
        "train",
        "models",
        "evaluate",
        "recommend",
        "similar",
        "party-recommend",
        "user",
        "config",
    ] {
        let output = Command::new(soiree()).args([command, "--help"]).output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success());
        assert!(text.contains("Example") || text.contains("Commands"), "{command}: {text}");
    }
}

#[tokio::test]
async fn from_import_to_answer_on_the_terminal() {
    let dir = TempDir::new();
    let data = dir.path().join("data.jsonl");
    write_data(&data);
    let data = data.to_str().unwrap();
    let first = json_of(dir.path(), &["import", "jsonl", data, "--json"]).await;
    assert_eq!((&first["items"]["inserted"], &first["interactions"]["inserted"]), (&json!(20), &json!(180)));
    assert_eq!(first["bad_lines"], 1);
    let again = json_of(dir.path(), &["import", "jsonl", data, "--json"]).await;
    assert_eq!((&again["items"]["inserted"], &again["interactions"]["inserted"]), (&json!(0), &json!(0)));
    let strict = run(dir.path(), &["import", "jsonl", data, "--strict"]).await;
    assert_eq!(strict.status.code(), Some(1));

    let trained = json_of(dir.path(), &["train", "--promote", "--json"]).await;
    let models = json_of(dir.path(), &["models", "list", "--json"]).await;
    assert_eq!((&models[0]["version"], &models[0]["status"]), (&trained["version"], &json!("serving")));

    let answer = json_of(dir.path(), &["recommend", "t:u1", "--limit", "4", "--json"]).await;
    assert_eq!(answer["version"], trained["version"]);
    let numbers: Vec<u32> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["item"].as_str().unwrap().trim_start_matches("t:i").parse().unwrap())
        .collect();
    assert_eq!(numbers.len(), 4);
    assert!(numbers.iter().all(|n| n % 2 == 0), "a friend of even films is offered even ones: {numbers:?}");
    let group = json_of(dir.path(), &["party-recommend", "t:u1,t:u20", "--limit", "5", "--json"]).await;
    assert_eq!(group["satisfaction"].as_array().unwrap().len(), 2);
    let like = ok(dir.path(), &["similar", "t:i0", "--limit", "3"]).await;
    assert!(like.contains("Like Film 0 (2000), film:"), "{like}");

    let second = json_of(dir.path(), &["train", "--promote", "--json"]).await;
    assert_ne!(second["version"], trained["version"]);
    ok(dir.path(), &["models", "rollback"]).await;
    let models = json_of(dir.path(), &["models", "list", "--json"]).await;
    let serving = models.as_array().unwrap().iter().find(|m| m["status"] == "serving").unwrap();
    assert_eq!(serving["version"], trained["version"]);
}

#[tokio::test]
async fn a_running_server_follows_a_promotion_and_stops_in_order() {
    let dir = TempDir::new();
    let data = dir.path().join("data.jsonl");
    write_data(&data);
    ok(dir.path(), &["import", "jsonl", data.to_str().unwrap()]).await;
    let first = json_of(dir.path(), &["train", "--promote", "--json"]).await;
    let mut server = Server::start(&dir.path().join("data"), &[]).await;
    let key = server.key();
    let path = "/api/v1/recommendations/t:u1?limit=3";
    let before = server.http("GET", path, Some(&key), None).await.unwrap();
    assert_eq!((before.status, &before.json()["version"]), (200, &first["version"]), "{before:?}");
    let second = json_of(dir.path(), &["train", "--promote", "--json"]).await;
    // The server looks every two seconds; each question takes its time, so this ends.
    let mut asked = 0;
    loop {
        let now = server.http("GET", path, Some(&key), None).await.unwrap();
        assert_eq!(now.status, 200, "answers go on through the swap: {now:?}");
        if now.json()["version"] == second["version"] {
            break;
        }
        asked += 1;
        assert!(asked < 100_000, "the promotion was not noticed");
    }
    for path in ["/health", "/ready", "/metrics", "/openapi.json", "/docs/", "/redoc", "/"] {
        assert_eq!(server.http("GET", path, None, None).await.unwrap().status, 200, "{path}");
    }
    let mut socket = server.socket("Ana", None).await.unwrap();
    assert!(server.stop().await, "a stopped server ends well");
    let bye = socket.until(|frame| frame["type"] == "bye").await;
    assert!(bye.is_some(), "sockets are told");
}

#[tokio::test]
async fn a_first_start_that_was_broken_off_is_finished_by_the_next() {
    let dir = TempDir::new();
    let data = dir.path().join("data");
    let few = [("SOIREE__DEMO__PEOPLE", "40")];
    let mut whole = Server::start(&data, &few).await;
    assert!(whole.stop().await);
    let url = format!("sqlite://{}", data.join("soiree.db").display());
    let store = Store::open(&url, &StoreOptions::default()).await.unwrap();
    let before = store.counts().await.unwrap();
    assert_eq!(store.meta_get("demo").await.unwrap().as_deref(), Some("done"));

    // Another folder, in which a start wrote down when it began and some items, and was killed.
    let other = dir.path().join("other");
    fs::create_dir_all(&other).unwrap();
    let url = format!("sqlite://{}", other.join("soiree.db").display());
    let broken = Store::open(&url, &StoreOptions::default()).await.unwrap();
    broken.meta_put("demo", "1790000000000").await.unwrap();
    let items = store.all_items().await.unwrap();
    broken.put_items(&items[..300], 1_790_000_000_000).await.unwrap();
    broken.close().await;
    let mut server = Server::start(&other, &few).await;
    assert_eq!(server.http("GET", "/ready", None, None).await.unwrap().status, 200);
    assert!(server.stop().await);
    let mended = Store::open(&url, &StoreOptions::default()).await.unwrap();
    assert_eq!(mended.counts().await.unwrap(), before);
    assert!(mended.serving().await.unwrap().is_some());
}

#[tokio::test]
async fn the_same_program_on_postgresql() {
    let postgres = tokio::task::spawn_blocking(TempPostgres::start).await.unwrap().unwrap();
    let url = postgres.fresh_database().await.unwrap();
    let dir = TempDir::new();
    let settings = [("SOIREE__STORAGE__URL", url.as_str()), ("SOIREE__DEMO__PEOPLE", "40")];
    let mut server = Server::start(&dir.path().join("data"), &settings).await;
    let key = server.key();
    let answer = server
        .http("GET", "/api/v1/recommendations/synthetic:p0001?limit=3", Some(&key), None)
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), 3);
    let mut ana = server.socket("Ana", None).await.unwrap();
    let create =
        json!({ "type": "party.create", "name": "P", "visibility": "public", "control": "host", "ref": "c" });
    ana.send(&create).await.unwrap();
    let party = ana.until(|frame| frame["ref"] == "c").await.unwrap()["party"]["id"].clone();
    let chat = json!({ "type": "party.chat", "party": party, "text": "hello", "ref": "1" });
    ana.send(&chat).await.unwrap();
    let own = ana.until(|frame| frame["ref"] == "1").await.unwrap();
    assert_eq!((&own["type"], &own["text"]), (&json!("party.chat"), &json!("hello")));
    assert!(server.stop().await);
    assert!(!dir.path().join("data/soiree.db").exists(), "nothing was written beside PostgreSQL");
}
