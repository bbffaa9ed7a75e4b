//! The evening as a document.

use crate::{PEOPLE, Scene};
use serde_json::Value;
use std::fmt::Write;

/// Items shown of each round.
const SHOWN: usize = 6;

/// The whole document; `names` are (user id, name) of everybody who came, `image` the link of the plot.
pub(crate) fn write(scenes: &[Scene], names: &[(String, String)], image: &str) -> String {
    let mut out = String::from("# An evening\n\n");
    let tastes: Vec<_> = PEOPLE.iter().map(|(name, taste, _)| format!("{name} ({taste})")).collect();
    let _ = writeln!(
        out,
        "Five people whose tastes lie far apart meet in a party, and a sixth comes later: {}. Each has liked four works of\n\
         the demo catalogue before. Everything below is what one socket was told by a running server, written down by\n\
         `cargo run --release --example evening -- ADDRESS docs/evening.md docs/images/evening.svg`; nothing was edited.\n\
         Private reasons are those of Ana, whose socket it is.\n\n![Mood and satisfaction over the evening]({image})\n",
        tastes.join(", ")
    );
    for (number, scene) in scenes.iter().enumerate() {
        write_scene(&mut out, number + 1, scene, names);
    }
    out
}

fn write_scene(out: &mut String, number: usize, scene: &Scene, names: &[(String, String)]) {
    let _ = writeln!(out, "## {number}. {} (second {:.0})\n", scene.heading, scene.begin_s);
    for line in &scene.script {
        let _ = writeln!(out, "> {line}  ");
    }
    if let Some(mood) = &scene.mood {
        let drivers: Vec<_> =
            mood["drivers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let _ = writeln!(
            out,
            "\nThe room is **{}**: valence {:+.2}, arousal {:+.2}, confidence {:.2}. Drivers: {}.",
            text(&mood["label"]),
            number_of(&mood["valence"]),
            number_of(&mood["arousal"]),
            number_of(&mood["confidence"]),
            drivers.join("; ")
        );
    }
    match &scene.round {
        Some(round) => write_round(out, round, scene.rounds, names),
        None => out.push_str("\nNo new round: the list stayed as it was.\n"),
    }
    out.push('\n');
}

fn write_round(out: &mut String, round: &Value, rounds: usize, names: &[(String, String)]) {
    let people: Vec<&(String, String)> =
        names.iter().filter(|(user, _)| round["satisfaction"].get(user).is_some()).collect();
    let _ = writeln!(
        out,
        "\nRound {} ({} in this scene), because `{}`, strategy `{}`: satisfaction mean {:.2}, least {:.2}, spread {:.2}.\n",
        round["round"],
        rounds,
        text(&round["because"]),
        text(&round["strategy"]),
        number_of(&round["mean_satisfaction"]),
        number_of(&round["min_satisfaction"]),
        number_of(&round["spread"])
    );
    let head: Vec<&str> = people.iter().map(|(_, name)| name.as_str()).collect();
    let _ = writeln!(out, "| | work | {} | why |", head.join(" | "));
    let _ = writeln!(out, "|---|---|{}---|", "---:|".repeat(head.len()));
    for item in round["items"].as_array().into_iter().flatten().take(SHOWN) {
        let each: Vec<_> =
            people.iter().map(|(user, _)| format!("{:.2}", number_of(&item["satisfaction"][user]))).collect();
        let why: Vec<_> = item["reasons"]
            .as_array()
            .into_iter()
            .flatten()
            .take(3)
            .map(|reason| text(&reason["text"]))
            .collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            text(&item["domain"]),
            text(&item["title"]),
            each.join(" | "),
            why.join("; ")
        );
    }
    let whole: Vec<_> =
        people.iter().map(|(user, _)| format!("{:.2}", number_of(&round["satisfaction"][user]))).collect();
    let _ = writeln!(out, "| | *the whole list* | {} | |", whole.join(" | "));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number_of(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}
