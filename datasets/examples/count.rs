//! Reads a data set and prints what is in it: `count FORMAT PATH`, or `count demo` for the synthetic people.
//!
//! `cargo run --release -p soiree-datasets --example count -- movielens ml-latest-small`
#![expect(clippy::print_stdout, reason = "an example prints what it counts")]

use soiree_datasets::{Format, Import, Record, demo};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [word] if word == "demo" => count_demo(),
        [format, path] => count(format.parse()?, path)?,
        _ => return Err("usage: count FORMAT PATH, or count demo".into()),
    }
    Ok(())
}

fn count(format: Format, path: &str) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let mut import = Import::open(format, path)?;
    let (mut kinds, mut bad) = ([0_u64; 5], 0);
    for record in &mut import {
        match record {
            Ok(Record::Item(_)) => kinds[0] += 1,
            Ok(Record::User(_)) => kinds[1] += 1,
            Ok(Record::Interaction(_)) => kinds[2] += 1,
            Ok(Record::Friend(_)) => kinds[3] += 1,
            Ok(Record::Relation(_)) => kinds[4] += 1,
            Err(line) => {
                bad += 1;
                if bad <= 10 {
                    println!("{line}");
                }
            }
        }
    }
    let [items, users, interactions, friends, relations] = kinds;
    println!(
        "{}: {items} items, {users} users, {interactions} interactions, {friends} friends, {relations} relations, \
         {bad} bad lines; {:.2} s, {} of {} bytes",
        import.layout(),
        start.elapsed().as_secs_f64(),
        import.bytes_read(),
        import.total_bytes()
    );
    Ok(())
}

fn count_demo() {
    let start = Instant::now();
    let (items, relations) = (demo::items(), demo::relations());
    let read = start.elapsed();
    let start = Instant::now();
    let people = demo::population::populate(
        &items,
        &relations,
        1,
        &demo::PopulationParams::default(),
        1_790_000_000_000,
    );
    println!(
        "{} items and {} links in {:.1} ms; {} people, {} friendships, {} deeds in {:.1} ms",
        items.len(),
        relations.len(),
        read.as_secs_f64() * 1e3,
        people.users.len(),
        people.friends.len(),
        people.interactions.len(),
        start.elapsed().as_secs_f64() * 1e3
    );
}
