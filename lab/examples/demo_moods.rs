//! How well the mood of the demo catalogue's works is told without their mood words: Spearman's rank correlation
//! between what the mood words say and what title, genres, themes and description say, per domain.

#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::collections::BTreeMap;

use soiree_algorithms::mood::{ItemWords, item_mood, mood_words};
use soiree_algorithms::statistics::spearman;
use soiree_datasets::demo;

fn main() {
    let mut columns: BTreeMap<String, [Vec<f64>; 4]> = BTreeMap::new();
    let (mut all, mut told) = (0, 0);
    for item in demo::items() {
        let Some(said) = mood_words(&item.moods) else { continue };
        all += 1;
        let creators = if item.domain.to_string() == "music" { item.creators.as_slice() } else { &[] };
        let words = ItemWords {
            title: &item.title,
            creators,
            moods: &[],
            genres: &item.genres,
            themes: &item.themes,
            text: &item.description,
        };
        let Some(found) = item_mood(&words) else { continue };
        told += 1;
        for name in [item.domain.to_string(), "all".to_owned()] {
            let of = columns.entry(name).or_default();
            let values = [said.valence, found.mood.valence, said.arousal, found.mood.arousal];
            of.iter_mut().zip(values).for_each(|(column, value)| column.push(f64::from(value)));
        }
    }
    println!("{told} of {all} works with mood words have other words that tell a mood");
    for (name, [valence, own_valence, arousal, own_arousal]) in &columns {
        println!(
            "{name}: {} works, valence {:.3}, arousal {:.3}",
            valence.len(),
            spearman(valence, own_valence),
            spearman(arousal, own_arousal)
        );
    }
}
