//! Measures an encoder: `encode [MODEL] [LINES]` reads one text a line and prints sentences per second and
//! the memory that the encoder costs.
//!
//! `cargo run --release -p soiree-neural --example encode -- built-in texts.txt`
#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use soiree_neural::TextEncoder;
use std::time::Instant;

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    let kib: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0.0);
    kib / 1024.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let model = args.next().unwrap_or_else(|| "built-in".into());
    let text = match args.next() {
        Some(path) => std::fs::read_to_string(path)?,
        None => "Two friends share an evening of films, songs and a good book by the fire.\n".repeat(20_000),
    };
    let lines: Vec<&str> = text.lines().collect();
    let before = resident_mib();
    let start = Instant::now();
    let encoder = if model == "built-in" { TextEncoder::built_in()? } else { TextEncoder::open(&model)? };
    println!(
        "load: {:.0} ms, {:.1} MiB resident",
        start.elapsed().as_secs_f64() * 1e3,
        resident_mib() - before
    );
    for batch in [1, 16, 1_024] {
        let start = Instant::now();
        let mut done = 0;
        for part in lines.chunks(batch) {
            encoder.encode(part)?;
            done += part.len();
            if start.elapsed().as_secs_f64() > 5.0 {
                break;
            }
        }
        let rate = done as f64 / start.elapsed().as_secs_f64();
        println!(
            "batches of {batch}: {rate:.0} sentences per second, {:.1} MiB more than at the start",
            resident_mib() - before
        );
    }
    drop(encoder);
    println!("dropped: {:.1} MiB more than at the start", resident_mib() - before);
    Ok(())
}
