//! What is learned from the items alone: likeness in words and in meaning.

use super::TrainParams;
use crate::bundle::Words;
use crate::meaning::{Meaning, PROBE};
use crate::text::{document, passage};
use crate::{Catalogue, EngineError};
use rayon::prelude::*;
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_algorithms::matrix::Csr;
use soiree_algorithms::model::{ProfileScorer, TextEmbedder};
use soiree_algorithms::tfidf::Tfidf;
use soiree_algorithms::topk::{top_k_of, top_k_where};
use soiree_algorithms::vectors::Vectors;

/// Neighbours that every item keeps in each domain but its own, so that there is a way across.
const ACROSS: usize = 6;
/// Texts handed to the encoder at once.
const BATCH: usize = 256;

/// The vocabulary, and who is like whom by it.
pub(super) fn words(catalogue: &Catalogue, params: &TrainParams) -> Words {
    let documents: Vec<_> = catalogue.iter().map(|(_, item)| document(item)).collect();
    let tfidf = Tfidf::fit(&documents, params.tfidf);
    let near = lists(catalogue, &tfidf, params.neighbours, 0.05);
    Words { tfidf, near }
}

/// Who is like whom by what their texts mean, and the vectors behind it.
pub(super) fn text(
    catalogue: &Catalogue,
    embedder: &dyn TextEmbedder,
    neighbours: usize,
) -> Result<(ItemToItem, Meaning), EngineError> {
    let passages: Vec<String> = catalogue.iter().map(|(_, item)| passage(item)).collect();
    let parts: Result<Vec<Vec<f32>>, _> = passages
        .par_chunks(BATCH)
        .map(|batch| embedder.embed(&batch.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    let vectors = parts.map_err(EngineError::fit("text"))?.concat();
    if vectors.len() != passages.len() * embedder.dimensions() {
        let fault = soiree_algorithms::model::FitError::Embedding("wrong number of vectors".to_owned());
        return Err(EngineError::Fit { model: "text", source: fault });
    }
    let probe = embedder.embed(&[PROBE]).map_err(EngineError::fit("text"))?;
    let vectors = Vectors::new(embedder.dimensions(), &vectors);
    let meaning = Meaning::new(&vectors, passages.len(), probe);
    Ok((lists(catalogue, &vectors, neighbours, 0.2), meaning))
}

/// For each item the nearest of all, half of `most`, and some of each other domain; made symmetric, so that an item
/// that is nobody's nearest can still be reached, then cut to `most`.
fn lists(
    catalogue: &Catalogue,
    model: &(impl ProfileScorer + ?Sized),
    most: usize,
    floor: f32,
) -> ItemToItem {
    let n = catalogue.bound();
    let domains: Vec<usize> = (0..n as u32).map(|at| catalogue.facts(at).domain.index()).collect();
    let own: Vec<Vec<(u32, f32)>> = (0..n as u32)
        .into_par_iter()
        .map_init(
            || vec![0.0; n],
            |scores, item| {
                model.score(&[(item, 1.0)], scores);
                let good = |other: u32| other != item && scores[other as usize] > floor;
                let mut found = top_k_where(scores, most / 2, good);
                for domain in (0..5).filter(|&d| d != domains[item as usize]) {
                    found.extend(top_k_where(scores, ACROSS, |o| good(o) && domains[o as usize] == domain));
                }
                found
            },
        )
        .collect();
    let triplets: Vec<(u32, u32, f32)> = (0_u32..)
        .zip(&own)
        .flat_map(|(item, near)| near.iter().flat_map(move |&(o, v)| [(item, o, v), (o, item, v)]))
        .collect();
    trimmed(&Csr::from_triplets(n, n, &triplets), most)
}

/// At most `most` entries of each row, the largest by absolute value. This bounds what one item of a profile costs.
pub(super) fn trimmed(links: &Csr, most: usize) -> ItemToItem {
    let rows: Vec<Vec<(u32, f32)>> = (0..links.rows())
        .into_par_iter()
        .map(|row| {
            let (cols, values) = links.row(row);
            if cols.len() <= most {
                return links.profile(row);
            }
            let strengths = (0_u32..).zip(values).map(|(at, v)| (at, v.abs()));
            let mut kept: Vec<u32> = top_k_of(strengths, most).into_iter().map(|cell| cell.0).collect();
            kept.sort_unstable();
            kept.into_iter().map(|at| (cols[at as usize], values[at as usize])).collect()
        })
        .collect();
    ItemToItem::new(Csr::from_rows(links.cols(), &rows))
}
