//! Several people in one party, on the terminal: each token is a client of its own over a real socket.
//!
//! ```text
//! cargo run --release --example party -- 127.0.0.1:8080 TOKEN TOKEN [TOKEN …]
//! ```
//!
//! Prints what the first of them is told, until a round of recommendations for everybody has come after the chat.

mod client;

use client::{Client, Failure};
use serde_json::{Value, json};
use std::{io::Write, time::Duration};

/// What they say, in turn.
const LINES: [&str; 4] = [
    "good evening! what shall we do tonight?",
    "I had a wonderful day, I LOVE a quiet night in with friends :)",
    "something sad and beautiful would be great",
    "yes! not too long please, and no horror, I hate that",
];

fn say(text: impl AsRef<str>) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{}", text.as_ref())
}

fn show(frame: &Value) -> std::io::Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match frame["type"].as_str().unwrap_or_default() {
        "party.chat" => say(format!("#{} {}: {}", frame["seq"], text(&frame["name"]), text(&frame["text"]))),
        "party.member" => say(format!("   {} {}", text(&frame["name"]), text(&frame["change"]))),
        "party.sentiment" => say(format!("   sentiment {}", frame["scores"])),
        "party.mood" => say(format!(
            "   the room is {} (valence {:.2}, arousal {:.2}, confidence {:.2})",
            text(&frame["label"]),
            frame["valence"].as_f64().unwrap_or_default(),
            frame["arousal"].as_f64().unwrap_or_default(),
            frame["confidence"].as_f64().unwrap_or_default()
        )),
        "party.recommendations" => show_round(frame),
        _ => Ok(()),
    }
}

fn show_round(frame: &Value) -> std::io::Result<()> {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    say(format!(
        "== round {} because {} ({}): satisfaction mean {:.2}, least {:.2}, spread {:.2}",
        frame["round"],
        frame["because"].as_str().unwrap_or_default(),
        frame["strategy"].as_str().unwrap_or_default(),
        number(&frame["mean_satisfaction"]),
        number(&frame["min_satisfaction"]),
        number(&frame["spread"])
    ))?;
    for item in frame["items"].as_array().into_iter().flatten() {
        let title = item["title"].as_str().or(item["item"].as_str()).unwrap_or_default();
        let each: Vec<_> = item["satisfaction"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(user, value)| format!("{user} {:.2}", number(value)))
            .collect();
        say(format!(
            "   {:<8} {title}   [{}]",
            item["domain"].as_str().unwrap_or_default(),
            each.join(", ")
        ))?;
        for reason in item["reasons"].as_array().into_iter().flatten().take(2) {
            say(format!("            {}", reason["text"].as_str().unwrap_or_default()))?;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, tokens @ ..] = arguments.as_slice() else {
        return Err("usage: party ADDRESS TOKEN TOKEN [TOKEN …]".into());
    };
    let mut people = Vec::new();
    for token in tokens {
        people.push(Client::connect(address, "token", token).await?);
    }
    let [first, others @ ..] = people.as_mut_slice() else {
        return Err("at least one token is needed".into());
    };
    let create = json!({ "type": "party.create", "name": "An evening in", "visibility": "public",
        "control": "everyone", "ref": "create" });
    first.send(create).await?;
    let snapshot = first.until(|frame| frame["ref"] == "create").await?;
    let party = snapshot["party"]["id"].as_str().ok_or("a snapshot names its party")?.to_owned();
    say(format!("{} opened “An evening in”", first.user))?;
    for other in others.iter_mut() {
        other.send(json!({ "type": "party.join", "party": party, "ref": "join" })).await?;
        other.until(|frame| frame["ref"] == "join").await?;
    }
    for (n, line) in LINES.iter().enumerate() {
        let chat = json!({ "type": "party.chat", "party": party, "text": line, "ref": "chat" });
        match n % (others.len() + 1) {
            0 => first.send(chat).await?,
            other => others[other - 1].send(chat).await?,
        }
    }
    // The evening is over when the chat, its mood and a round made for it have come, or after five quiet seconds.
    let (mut lines, mut mood) = (0, false);
    while let Ok(frame) = tokio::time::timeout(Duration::from_secs(5), first.next()).await {
        let frame = frame?;
        show(&frame)?;
        match frame["type"].as_str().unwrap_or_default() {
            "party.chat" => lines += 1,
            "party.mood" => mood = lines == LINES.len(),
            "party.recommendations" if mood => break,
            _ => {}
        }
    }
    Ok(())
}
