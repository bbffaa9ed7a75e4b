//! Items of the catalogue that the bundle does not know.
//!
//! A newcomer is answered by content. Its words are weighed against the bundle's vocabulary at once, and it is placed
//! beside the known items nearest to it. What its text means takes a sentence encoder, which this crate does not have:
//! [`Served::unread`] names the texts, and [`Served::read`] takes their vectors, from which its factors are guessed and by
//! which it is found in a search.

use crate::text::passage;
use crate::{Bundle, Catalogue, Served};
use rayon::prelude::*;
use soiree_domain::{Item, ItemId};
use std::sync::Arc;

/// Known items beside which a newcomer is placed.
const NEAR: usize = 40;

type Row = Arc<[(u32, f32)]>;

/// A newcomer beside what the bundle knows.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) item: Arc<Item>,
    /// Its words, as (term, weight), terms rising.
    words: Row,
    /// The known items like it, as (slot, cosine).
    pub(crate) near: Row,
    /// The vector of its text, once that was read; empty for a text that cannot be.
    vector: Option<Arc<[f32]>>,
    /// Its guessed factors.
    pub(crate) guess: Option<Arc<[f32]>>,
}

impl Placed {
    /// Places an item by its words.
    pub(crate) fn new(bundle: &Bundle, item: &Arc<Item>) -> Self {
        let words = bundle.words_of(item);
        let near = bundle.nearest_by_words(&words, NEAR).into();
        Self { item: Arc::clone(item), words: words.into(), near, vector: None, guess: None }
    }

    fn read(&self, bundle: &Bundle, vector: Vec<f32>) -> Self {
        let guesses = bundle.guesses();
        let guess = guesses.and_then(|all| all.guess(self.item.domain, &vector, self.item.year));
        Self { vector: Some(vector.into()), guess: guess.map(Arc::from), ..self.clone() }
    }

    /// The cosine with a row of words of unit length, terms rising.
    fn alike(&self, query: &[(u32, f32)]) -> f32 {
        let weight =
            |term: u32| self.words.binary_search_by_key(&term, |w| w.0).map_or(0.0, |at| self.words[at].1);
        query.iter().map(|&(term, value)| value * weight(term)).sum()
    }
}

impl Served {
    /// At most so many newcomers whose texts were not read, with these texts; none where the bundle could do nothing with
    /// them.
    #[must_use]
    pub fn unread(&self, most: usize) -> Vec<(ItemId, String)> {
        if self.bundle().meaning().is_none() {
            return Vec::new();
        }
        let unread = self.placed().filter(|(_, placed)| placed.vector.is_none());
        let mut first: Vec<(u32, &Placed)> = unread.collect();
        first.sort_unstable_by_key(|cell| cell.0);
        first.into_iter().take(most).map(|(_, p)| (p.item.id.clone(), passage(&p.item))).collect()
    }

    /// Whether vectors of the encoder that gives `probe` to [`PROBE`](crate::PROBE) can be compared with the bundle's.
    #[must_use]
    pub fn understands(&self, probe: &[f32]) -> bool {
        self.bundle().meaning().is_some_and(|meaning| meaning.is_of(probe))
    }

    /// The same with what these texts mean: vectors of unit length by the encoder that gives `probe` to
    /// [`PROBE`](crate::PROBE), or empty ones for texts that it cannot read. Vectors of another encoder than the bundle's are
    /// taken for unreadable, and so are those of another length. `texts` must be those that [`Served::unread`] gave: an item
    /// that has changed since is left unread.
    #[must_use]
    pub fn read(&self, catalogue: &Catalogue, probe: &[f32], texts: Vec<(ItemId, String, Vec<f32>)>) -> Self {
        let bundle = self.bundle();
        let understood = self.understands(probe);
        let fits = |vector: &Vec<f32>| {
            understood && bundle.meaning().is_some_and(|meaning| vector.len() == meaning.dimensions())
        };
        let read = texts.into_par_iter().filter_map(|(id, text, vector)| {
            let at = catalogue.index_of(&id)?;
            let placed = self.placed_at(at).filter(|placed| passage(&placed.item) == text)?;
            Some((at, placed.read(bundle, if fits(&vector) { vector } else { Vec::new() })))
        });
        self.with_placed(read.collect::<Vec<_>>().into_iter())
    }

    /// Newcomers that share words with a query, a row of unit length with terms rising: (slot, cosine), slots rising.
    pub(crate) fn newcomers_by_words(&self, query: &[(u32, f32)]) -> Vec<(u32, f32)> {
        self.newcomers_by(|placed| placed.alike(query))
    }

    /// Newcomers whose texts were read: (slot, cosine with a vector of unit length), slots rising; those above 0.
    pub(crate) fn newcomers_by_meaning(&self, query: &[f32]) -> Vec<(u32, f32)> {
        self.newcomers_by(|placed| {
            let vector = placed.vector.as_deref().unwrap_or_default();
            vector.iter().zip(query).map(|(a, b)| a * b).sum()
        })
    }

    fn newcomers_by(&self, score: impl Fn(&Placed) -> f32) -> Vec<(u32, f32)> {
        let all = self.placed().map(|(slot, placed)| (slot, score(placed)));
        let mut found: Vec<(u32, f32)> = all.filter(|cell| cell.1 > 0.0).collect();
        found.sort_unstable_by_key(|cell| cell.0);
        found
    }
}
