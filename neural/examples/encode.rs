//! Measures an encoder on one thread: `encode [MODEL] [LINES] [SECONDS] [VECTORS]` reads one text a line and prints
//! the median milliseconds per sentence and sentences per second, tokenizer included, for batches of 1, 16 and 1,024,
//! what splitting alone costs, and the memory. With VECTORS, the vectors of all lines are written there (f32, little
//! endian, row-major), to be compared with those of another program.
//!
//! `cargo run --release -p soiree-neural --example encode -- built-in texts.txt`
#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use soiree_neural::TextEncoder;
use std::time::{Duration, Instant};

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    let kib: f64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0.0);
    kib / 1024.0
}

/// Milliseconds per text of each batch, until all texts went through twice or the time is up.
fn measure(lines: &[&str], batch: usize, most: Duration, work: impl Fn(&[&str])) -> Vec<f64> {
    let start = Instant::now();
    let mut times = Vec::new();
    for part in lines.chunks_exact(batch.min(lines.len())).chain(lines.chunks_exact(batch.min(lines.len()))) {
        let begin = Instant::now();
        work(part);
        times.push(begin.elapsed().as_secs_f64() * 1e3 / part.len() as f64);
        if start.elapsed() > most {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    times
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let model = args.first().map_or("built-in", String::as_str);
    let text = match args.get(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => "Two friends share an evening of films, songs and a good book by the fire.\n".repeat(20_000),
    };
    let most = Duration::from_secs_f64(args.get(2).map_or(Ok(5.0), |seconds| seconds.parse())?);
    let lines: Vec<&str> = text.lines().collect();
    let before = resident_mib();
    let start = Instant::now();
    let encoder = if model == "built-in" { TextEncoder::built_in()? } else { TextEncoder::open(model)? };
    let load_ms = start.elapsed().as_secs_f64() * 1e3;
    println!("load: {load_ms:.0} ms, {:.1} MiB resident", resident_mib() - before);
    let split = measure(&lines, 1_024, most, |part| {
        std::hint::black_box(part.iter().map(|text| encoder.count_tokens(text).unwrap_or(0)).sum::<usize>());
    });
    println!("splitting: {:.5} ms per sentence", split[split.len() / 2]);
    for batch in [1, 16, 1_024] {
        let times = measure(&lines, batch, most, |part| drop(std::hint::black_box(encoder.encode(part))));
        let median = times[times.len() / 2];
        println!(
            "batch {batch}: {median:.5} ms per sentence, {:.0} sentences per second, {} runs, {:.1} MiB",
            1e3 / median,
            times.len(),
            resident_mib() - before
        );
    }
    if let Some(path) = args.get(3) {
        let bytes: Vec<u8> = encoder.encode(&lines)?.iter().flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(path, bytes)?;
    }
    drop(encoder);
    println!("dropped: {:.1} MiB more than at the start", resident_mib() - before);
    Ok(())
}
