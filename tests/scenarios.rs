//! Three evenings with the demo catalogue, through HTTP and the live channel of a real `soiree serve`: a reader who has
//! just finished a novel, a melancholic listener, and friends who watch together.

mod support;

use serde_json::{Value, json};
use support::{Server, Socket, TempDir};

const NOVEL: &str = "demo:book-the-great-gatsby-1925";
const FILM: &str = "demo:film-the-great-gatsby-2013";
const SOUNDTRACK: &str = "demo:music-the-great-gatsby-soundtrack-2013";

fn items(answer: &Value) -> Vec<&Value> {
    answer["items"].as_array().unwrap_or_else(|| panic!("no items in {answer}")).iter().collect()
}

fn find<'a>(answer: &'a Value, item: &str) -> &'a Value {
    let ids = || items(answer).iter().map(|i| i["item"].to_string()).collect::<Vec<_>>();
    let found = items(answer).into_iter().find(|i| i["item"] == item);
    found.unwrap_or_else(|| panic!("{item} is not among {:?}", ids()))
}

fn reasons(item: &Value) -> Vec<&str> {
    item["reasons"].as_array().into_iter().flatten().filter_map(|reason| reason["text"].as_str()).collect()
}

/// The moods, genres and themes that the catalogue has for an item.
async fn words(server: &Server, item: &str) -> Vec<String> {
    let path = format!("/api/v1/items/{item}");
    let found = server.http("GET", &path, Some(&server.key()), None).await.expect("an answer").json();
    ["moods", "genres", "themes"]
        .iter()
        .flat_map(|field| found[field].as_array().cloned().unwrap_or_default())
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect()
}

async fn post(server: &Server, path: &str, body: Value) -> Value {
    let answer = server.http("POST", path, Some(&server.key()), Some(&body)).await.expect("an answer");
    assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

async fn told(socket: &mut Socket, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let wait = std::time::Duration::from_secs(60);
    let frame = tokio::time::timeout(wait, socket.until(fits)).await;
    frame.unwrap_or_else(|_| panic!("{what}: nothing came")).expect("the connection lasts")
}

#[actix_web::test]
async fn who_finished_the_novel_is_led_to_its_film_its_music_and_its_authors_stories() {
    let folder = TempDir::new();
    let server = Server::start(folder.path(), &[]).await;
    let mut reader = server.socket("Nick", None).await.expect("a guest comes in");
    let ask = json!({ "type": "recommend", "limit": 12, "ref": "first" });
    reader.send(&ask).await.expect("sent");
    let before = told(&mut reader, "recommendations", |f| f["type"] == "recommendations").await;
    assert!(!items(&before).is_empty(), "a stranger is answered too");

    // The novel is finished: what changes is pushed without being asked for.
    let event = json!({ "type": "event", "item": NOVEL, "kind": "finish", "ref": "done" });
    reader.send(&event).await.expect("sent");
    let pushed =
        told(&mut reader, "the push", |f| f["type"] == "recommendations" && f["ref"].is_null()).await;
    assert_eq!(reasons(find(&pushed, FILM))[0], "The 2013 film of the novel “The Great Gatsby”");
    let music: Vec<_> = items(&pushed).into_iter().filter(|i| i["domain"] == "music").collect();
    let mut jazz = false;
    for album in &music {
        let id = album["item"].as_str().expect("an id");
        jazz |= words(&server, id).await.iter().any(|word| word == "jazz-age" || word == "jazz");
    }
    assert!(jazz, "no jazz among {music:?}");
    let fitzgerald = items(&pushed)
        .into_iter()
        .filter(|i| i["domain"] == "book")
        .any(|book| reasons(book).iter().any(|reason| reason.contains("Also by F. Scott Fitzgerald")));
    assert!(fitzgerald, "{pushed}");

    // The same over HTTP, and all the ways that lead out of the novel.
    let user = reader.welcome["user"].as_str().expect("a guest has an id").to_owned();
    let ask = json!({ "limit": 5, "domains": ["music"] });
    let music = post(&server, &format!("/api/v1/recommendations/{user}"), ask).await;
    assert_eq!(
        reasons(find(&music, SOUNDTRACK))[0],
        "You finished the novel “The Great Gatsby” → its 2013 film → its soundtrack"
    );
    let path = format!("/api/v1/items/{NOVEL}/across?limit=20");
    let across = server.http("GET", &path, Some(&server.key()), None).await.expect("an answer").json();
    let steps = find(&across, SOUNDTRACK)["path"].as_array().expect("a path").clone();
    let kinds: Vec<_> = steps.iter().map(|step| step["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["adaptation", "soundtrack"]);
    assert!(items(&across).iter().all(|i| i["domain"] != "book"), "{across}");
}

#[actix_web::test]
async fn a_melancholic_listener_gets_dramas_books_to_think_about_and_playlists() {
    let folder = TempDir::new();
    let server = Server::start(folder.path(), &[]).await;
    let mut listener = server.socket("Ida", None).await.expect("a guest comes in");
    let albums = [
        "demo:music-elliott-smith-either-or-1997",
        "demo:music-bon-iver-for-emma-forever-ago-2007",
        "demo:music-phoebe-bridgers-stranger-in-the-alps-2017",
        "demo:music-the-national-boxer-2007",
    ];
    for album in albums {
        listener
            .send(&json!({ "type": "event", "item": album, "kind": "finish", "ref": album }))
            .await
            .expect("sent");
        told(&mut listener, "an ack", |f| f["ref"] == album).await;
    }
    let mood = json!({ "valence": -0.5, "arousal": -0.4 });
    listener.send(&json!({ "type": "context", "mood": mood })).await.expect("sent");
    let sad = ["melancholic", "sad", "bittersweet", "reflective", "bleak"];
    let deep = ["philosophy", "existentialism", "identity", "isolation", "mortality", "grief"];
    for (domain, fits, enough) in [
        ("film", &sad[..], 3),
        ("book", &[&sad[..], &deep[..]].concat()[..], 3),
        ("music", &["playlist"][..], 1),
    ] {
        let ask = json!({ "type": "recommend", "limit": 12, "domains": [domain], "ref": domain });
        listener.send(&ask).await.expect("sent");
        let answer = told(&mut listener, domain, |f| f["ref"] == domain).await;
        let mut fitting = 0;
        for item in items(&answer) {
            let words = words(&server, item["item"].as_str().expect("an id")).await;
            fitting += usize::from(words.iter().any(|word| fits.contains(&word.as_str())));
        }
        assert!(fitting >= enough, "{domain}: {fitting} of {answer}");
        assert!(items(&answer).iter().any(|item| !reasons(item).is_empty()), "{answer}");
    }
    // The wish stays until another one is said.
    listener.send(&json!({ "type": "context", "wish": "lift" })).await.expect("sent");
    listener.send(&json!({ "type": "context", "device": "tv" })).await.expect("sent");
    listener
        .send(&json!({ "type": "recommend", "limit": 30, "domains": ["film"], "ref": "lift" }))
        .await
        .expect("sent");
    let lifting = told(&mut listener, "films that lift", |f| f["ref"] == "lift").await;
    // Over HTTP the wish decides what the mood does: going along with it, or lifting it.
    let user = listener.welcome["user"].as_str().expect("a guest has an id").to_owned();
    let path = format!("/api/v1/recommendations/{user}");
    let ask =
        |wish: &str| json!({ "limit": 30, "domains": ["film"], "context": { "mood": mood, "wish": wish } });
    let (matched, lifted) =
        (post(&server, &path, ask("match")).await, post(&server, &path, ask("lift")).await);
    let says = |answer: &Value, text: &str| {
        items(answer).into_iter().flat_map(reasons).any(|reason| reason.starts_with(text))
    };
    assert!(says(&matched, "Fits your mood") && !says(&lifted, "Fits your mood"), "{matched}");
    assert!(says(&lifted, "May lift your mood"), "{lifted}");
    assert!(says(&lifting, "May lift your mood") && !says(&lifting, "Fits your mood"), "{lifting}");
}

#[actix_web::test]
async fn friends_with_different_tastes_get_one_list_that_nobody_forbade() {
    let folder = TempDir::new();
    let server = Server::start(folder.path(), &[("SOIREE__PARTY__REFRESH_GAP_MS", "50")]).await;
    let tastes = [
        ("Ana", vec!["demo:film-arrival-2016", "demo:film-solaris-1972", "demo:film-her-2013"]),
        (
            "Bo",
            vec![
                "demo:film-the-great-gatsby-2013",
                "demo:film-atonement-2007",
                "demo:film-in-the-mood-for-love-2000",
            ],
        ),
        (
            "Cy",
            vec![
                "demo:film-citizen-kane-1941",
                "demo:film-the-searchers-1956",
                "demo:film-sunset-boulevard-1950",
            ],
        ),
    ];
    let mut friends = Vec::new();
    for (name, films) in &tastes {
        let mut friend = server.socket(name, None).await.expect("a guest comes in");
        for film in films {
            friend
                .send(&json!({ "type": "event", "item": film, "kind": "like", "ref": film }))
                .await
                .expect("sent");
            told(&mut friend, "an ack", |f| f["ref"] == *film).await;
        }
        friends.push(friend);
    }
    let create = json!({ "type": "party.create", "name": "Three tastes", "visibility": "public", "control": "everyone",
        "taste": { "host_weight": 1.0, "mood": "lift" }, "ref": "create" });
    friends[0].send(&create).await.expect("sent");
    let opened = told(&mut friends[0], "the party", |f| f["ref"] == "create").await;
    let party = opened["party"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(opened["party"]["taste"]["mood"], "lift");
    for friend in &mut friends[1..] {
        friend.send(&json!({ "type": "party.join", "party": party, "ref": "join" })).await.expect("sent");
        told(friend, "the snapshot", |f| f["ref"] == "join").await;
    }
    let round_of = |n: usize| {
        move |f: &Value| {
            f["type"] == "party.recommendations"
                && f["satisfaction"].as_object().is_some_and(|s| s.len() == n)
        }
    };
    let round = told(&mut friends[0], "a round for three", round_of(3)).await;
    assert_eq!(round["because"], "member-joined");
    for item in items(&round) {
        let each = item["satisfaction"].as_object().expect("one of each");
        assert!(each.len() == 3 && each.values().all(|s| (0.0..=1.0).contains(&s.as_f64().unwrap_or(-1.0))));
        assert!(!reasons(item).is_empty(), "{item}");
    }
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!(number(&round["min_satisfaction"]) > 0.0);
    assert!(number(&round["min_satisfaction"]) <= number(&round["mean_satisfaction"]));
    // Nobody reads what another has done: each member's own reasons are theirs alone.
    for film in &tastes[1].1 {
        let theirs = items(&round).into_iter().flat_map(|i| i["reasons"].as_array().unwrap().clone());
        assert!(theirs.clone().all(|reason| reason["item"] != **film), "{round}");
    }

    // A veto is absolute from the next round on.
    let first = items(&round)[0]["item"].clone();
    let veto = json!({ "type": "party.vote", "party": party, "item": first, "value": "veto", "ref": "veto" });
    friends[2].send(&veto).await.expect("sent");
    let without =
        |f: &Value| f["type"] == "party.recommendations" && items(f).iter().all(|i| i["item"] != first);
    told(&mut friends[0], "a round without what was forbidden", without).await;

    // A child comes in: what is rated above their age goes.
    post(&server, "/api/v1/users", json!({ "id": "kid", "name": "Kid", "age_group": "6-9" })).await;
    let members: Vec<_> = friends.iter().map(|f| f.welcome["user"].clone()).chain([json!("kid")]).collect();
    let group =
        post(&server, "/api/v1/recommendations/group", json!({ "members": members, "limit": 30 })).await;
    assert_eq!(group["age_limit"], 6);
    for item in items(&group) {
        let path = format!("/api/v1/items/{}", item["item"].as_str().expect("an id"));
        let found = server.http("GET", &path, Some(&server.key()), None).await.expect("an answer").json();
        assert!(found["age_rating"].as_i64().unwrap_or(0) <= 6, "{found}");
    }

    // One leaves, and the list is made for those who stay.
    friends[2].send(&json!({ "type": "party.leave", "party": party, "ref": "bye" })).await.expect("sent");
    let round = told(&mut friends[0], "a round for two", round_of(2)).await;
    assert_eq!(round["because"], "member-left");
}
