//! The demo catalogue that comes with the program, and its synthetic people.

mod names;
pub mod population;
mod taste;

pub use population::{Population, PopulationParams, population};

use crate::{BadLine, Record, jsonl};
use soiree_domain::{Item, Relation};
use std::path::PathBuf;

/// The catalogue's files, kept in the program: name and lines.
const FILES: [(&str, &str); 6] = [
    ("films.jsonl", include_str!("../demo/films.jsonl")),
    ("series.jsonl", include_str!("../demo/series.jsonl")),
    ("books.jsonl", include_str!("../demo/books.jsonl")),
    ("music.jsonl", include_str!("../demo/music.jsonl")),
    ("products.jsonl", include_str!("../demo/products.jsonl")),
    ("relations.jsonl", include_str!("../demo/relations.jsonl")),
];

/// The mood words of the demo catalogue, a closed list.
pub const MOODS: [&str; 24] = [
    "angry",
    "bittersweet",
    "bleak",
    "calm",
    "dark",
    "dreamy",
    "eerie",
    "energetic",
    "epic",
    "funny",
    "glamorous",
    "hopeful",
    "joyful",
    "melancholic",
    "nostalgic",
    "playful",
    "reflective",
    "romantic",
    "sad",
    "suspenseful",
    "tense",
    "uplifting",
    "warm",
    "whimsical",
];

/// The works of the demo catalogue, films, series, books, music, products.
#[must_use]
pub fn items() -> Vec<Item> {
    lines().filter_map(|line| if let Ok(Record::Item(item)) = line { Some(item) } else { None }).collect()
}

/// The links between them.
#[must_use]
pub fn relations() -> Vec<Relation> {
    lines().filter_map(|line| if let Ok(Record::Relation(link)) = line { Some(link) } else { None }).collect()
}

/// Every line of the catalogue; a test keeps the bad ones away.
fn lines() -> impl Iterator<Item = Result<Record, BadLine>> {
    FILES.into_iter().flat_map(|(file, text)| {
        text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()).map(move |(line, number)| {
            jsonl::parse(line).map_err(|message| BadLine { file: PathBuf::from(file), line: number, message })
        })
    })
}

#[cfg(test)]
mod tests;
