//! Search on the demo catalogue, as the program starts out of the box: words and meaning by the encoder that ships.

#![expect(clippy::unwrap_used, reason = "a test says what it needs by failing")]

mod support;

use serde_json::Value;
use support::{Server, TempDir};

async fn search(server: &Server, query: &str) -> Value {
    let path = format!("/api/v1/search?{query}");
    let answer = server.http("GET", &path, Some(&server.key()), None).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn told(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    let line = |item: &Value| {
        let reasons = item["reasons"].as_array().unwrap().iter().map(|r| r["text"].as_str().unwrap());
        format!("{} ({})", item["item"].as_str().unwrap(), reasons.collect::<Vec<_>>().join("; "))
    };
    items.iter().map(line).collect()
}

#[tokio::test]
async fn words_and_meaning_find_sensible_things() {
    let dir = TempDir::new();
    let mut server = Server::start(&dir.path().join("data"), &[("SOIREE__DEMO__PEOPLE", "40")]).await;
    let check = |answer: &Value, wanted: &[&str]| {
        let found = told(answer);
        assert_eq!(answer["left_out"], serde_json::json!([]));
        assert!(found.iter().all(|line| !line.ends_with("()")), "everything has a reason: {found:#?}");
        assert!(
            wanted.iter().any(|id| found.iter().any(|line| line.contains(id))),
            "{wanted:?} in {found:#?}"
        );
    };
    let robots = search(&server, "q=sad%20robot%20story&domains=film&limit=5").await;
    check(&robots, &["wall-e", "iron-giant", "metropolis"]);
    let jazz = search(&server, "q=jazz%20age%20parties").await;
    check(&jazz, &["great-gatsby"]);
    assert!(
        told(&jazz).iter().any(|line| line.contains("Matches “jazz age” in its themes")),
        "{:#?}",
        told(&jazz)
    );
    assert!(server.stop().await);
}

#[tokio::test]
async fn an_encoder_that_is_not_there_is_told() {
    let dir = TempDir::new();
    let output = tokio::process::Command::new(support::soiree())
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir.path().join("data"))
        .env("SOIREE__MODELS__ENCODER", "no/such/folder")
        .env("SOIREE__DEMO__ENABLED", "false")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("models.encoder no/such/folder"), "{said}");
}
