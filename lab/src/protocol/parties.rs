//! Keys of the kind `groups` for parties that are drawn from people.

use super::fields::Fields;
use super::{DataFile, data_file};

/// How parties are drawn, and what an evening is.
#[derive(Debug, Clone, PartialEq)]
pub struct Parties {
    /// Columns `user`, `item`, `value`.
    pub interactions: DataFile,
    /// What is written about the items, for their moods.
    pub items: Option<DataFile>,
    /// From this value on somebody likes an item.
    pub liked: f64,
    /// The share of each person's events that is held out, rounded down.
    pub held_out: f64,
    /// Who has fewer liked items held out is in no party.
    pub least: usize,
    /// Members of a party.
    pub sizes: Vec<usize>,
    /// Parties of each make-up and size, for each seed.
    pub parties: usize,
    /// Rounds of an evening, with no item twice.
    pub rounds: usize,
    /// Items in a round.
    pub length: usize,
    /// How many of each member's best items are candidates.
    pub candidates: usize,
}

pub(super) fn read(top: &mut Fields<'_>) -> Parties {
    const WANTED: [&str; 3] = ["user", "item", "value"];
    let mut files = top.table("files");
    let interactions = files
        .as_mut()
        .and_then(|f| f.table("interactions"))
        .map(|f| data_file(f, &WANTED, &WANTED, &["user", "item", "value", "time"]));
    const ITEM: [&str; 7] = ["item", "title", "creator", "genre", "theme", "mood", "text"];
    let items = files
        .as_mut()
        .and_then(|f| f.table("items"))
        .map(|f| data_file(f, &["item", "genre"], &ITEM[..1], &ITEM));
    if let Some(files) = files {
        files.done();
    }
    if interactions.is_none() {
        top.fault("files.interactions", "is missing");
    }
    let sizes = top.numbers("sizes").unwrap_or_else(|| vec![2.0, 4.0, 8.0]);
    if sizes.is_empty() || sizes.iter().any(|s| *s < 2.0 || s.fract() != 0.0) {
        top.fault("sizes", "must be whole numbers of at least 2");
    }
    let held_out = top.number("held_out").unwrap_or(0.2);
    if !(held_out > 0.0 && held_out < 1.0) {
        top.fault("held_out", "must lie between 0 and 1");
    }
    Parties {
        interactions: interactions.unwrap_or_else(DataFile::none),
        items,
        liked: top.number("liked").unwrap_or(4.0),
        held_out,
        least: top.whole("least", 1).unwrap_or(10),
        sizes: sizes.iter().map(|s| *s as usize).collect(),
        parties: top.whole("parties", 1).unwrap_or(20),
        rounds: top.whole("rounds", 1).unwrap_or(5),
        length: top.whole("length", 1).unwrap_or(10),
        candidates: top.whole("candidates", 1).unwrap_or(150),
    }
}
