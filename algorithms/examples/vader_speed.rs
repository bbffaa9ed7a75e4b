//! Scores the texts of a file with VADER: prints texts per second (one thread, all four figures, texts in
//! memory), or with `--scores` the figures of each text.
//!
//! `vader_speed [--scores] FILE`, where FILE has lines of id, rating and text, separated by tabs.
//! `benches/vader_beside_python.sh` runs it beside the Python package.

#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use soiree_algorithms::sentiment::{Polarity, Vader};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, scores) = match arguments.as_slice() {
        [path] => (path, false),
        [flag, path] if flag == "--scores" => (path, true),
        _ => return Err("usage: vader_speed [--scores] FILE".into()),
    };
    let file = std::fs::read_to_string(path)?;
    let rows: Vec<(&str, &str)> = file
        .split('\n')
        .filter_map(|line| {
            let mut fields = line.trim_end_matches('\r').splitn(3, '\t');
            Some((fields.next()?, fields.nth(1)?))
        })
        .collect();
    let vader = Vader::new();
    if scores {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for (id, text) in rows {
            let Polarity { compound, pos, neu, neg } = vader.score(text);
            writeln!(out, "{id}\t{compound:?}\t{pos:?}\t{neu:?}\t{neg:?}")?;
        }
        return Ok(());
    }
    // Enough rounds for about a second.
    let rounds = 500_000 / rows.len().max(1) + 1;
    for (_, text) in &rows {
        black_box(vader.score(black_box(text)));
    }
    let start = Instant::now();
    for _ in 0..rounds {
        for (_, text) in &rows {
            black_box(vader.score(black_box(text)));
        }
    }
    println!("{:.0}", (rounds * rows.len()) as f64 / start.elapsed().as_secs_f64());
    Ok(())
}
