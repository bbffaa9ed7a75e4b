//! Scores lines of chat with plain VADER and with the chat scorer, in turns: prints texts per second of both
//! (one thread, texts in memory) and their ratio, the medians of several rounds.
//!
//! `chat_speed FILE`, where FILE has tab-separated lines with the text in the last field.

#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::hint::black_box;
use std::time::Instant;

use soiree_algorithms::sentiment::{ChatScorer, Vader};

const ROUNDS: usize = 15;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: chat_speed FILE")?;
    let file = std::fs::read_to_string(path)?;
    let texts: Vec<&str> = file.lines().skip(1).filter_map(|line| line.rsplit('\t').next()).collect();
    let repeats = 100_000 / texts.len().max(1) + 1;
    let (vader, chat) = (Vader::new(), ChatScorer::new());
    let rate = |score: &dyn Fn(&str) -> f64| {
        let start = Instant::now();
        for text in (0..repeats).flat_map(|_| &texts) {
            black_box(score(black_box(text)));
        }
        (repeats * texts.len()) as f64 / start.elapsed().as_secs_f64()
    };
    let (mut plain, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(rate(&|text| vader.compound(text)));
        ours.push(rate(&|text| chat.score(text).compound));
    }
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    };
    let (plain, ours) = (median(&mut plain), median(&mut ours));
    println!("{} texts: vader {plain:.0}/s, chat {ours:.0}/s, ratio {:.2}", texts.len(), ours / plain);
    Ok(())
}
