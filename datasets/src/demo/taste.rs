//! What a synthetic person likes: words of works, weighted, and how well a work fits them.

use rand::{Rng, RngExt, seq::IndexedRandom};
use rustc_hash::FxHashMap;
use soiree_domain::{Item, Relation};

/// The catalogue as numbers: every work's words, its links, and how popular it is.
pub(super) struct Shelf {
    /// Per work, the numbers of its genres, themes, moods and creators with the weight of their kind.
    words: Vec<Vec<(u32, f32)>>,
    /// Per work, the works it is linked with.
    pub(super) links: Vec<Vec<u32>>,
    /// Logarithm of each work's popularity.
    pub(super) popularity: Vec<f32>,
    word_count: usize,
}

impl Shelf {
    /// Numbers the words. Popularity falls with the power 0.7 of a random rank, as Zipf's law has it.
    pub(super) fn new(items: &[Item], relations: &[Relation], rng: &mut impl Rng) -> Self {
        let mut numbers = FxHashMap::default();
        let mut number = |kind: u8, word: &str| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry((kind, word.to_lowercase())).or_insert(next)
        };
        let words: Vec<Vec<(u32, f32)>> = items
            .iter()
            .map(|item| {
                let lists =
                    [(&item.genres, 1.0), (&item.themes, 0.8), (&item.moods, 0.5), (&item.creators, 1.2)];
                let all = lists.into_iter().zip(0_u8..).flat_map(|((list, weight), kind)| {
                    list.iter().map(move |word| (kind, word, weight)).collect::<Vec<_>>()
                });
                all.map(|(kind, word, weight)| (number(kind, word), weight)).collect()
            })
            .collect();
        let at: FxHashMap<&str, u32> = items.iter().map(|i| i.id.as_str()).zip(0..).collect();
        let mut links = vec![Vec::new(); items.len()];
        for relation in relations {
            if let (Some(&from), Some(&to)) = (at.get(relation.from.as_str()), at.get(relation.to.as_str())) {
                links[from as usize].push(to);
                links[to as usize].push(from);
            }
        }
        let mut ranks: Vec<usize> = (1..=items.len()).collect();
        shuffle(&mut ranks, rng);
        let popularity = ranks.into_iter().map(|rank| -0.7 * (rank as f32).ln()).collect();
        Self { words, links, popularity, word_count: numbers.len() }
    }

    /// Number of works.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }
}

/// Weights of words.
#[derive(Clone)]
pub(super) struct Taste(Vec<f32>);

impl Taste {
    /// A taste that likes nothing yet.
    pub(super) fn none(shelf: &Shelf) -> Self {
        Self(vec![0.0; shelf.word_count])
    }

    /// Adds the words of some works drawn by chance, and of the works linked with them, so that a taste
    /// reaches over the domains.
    pub(super) fn add_favourites(&mut self, shelf: &Shelf, count: usize, rng: &mut impl Rng) {
        for _ in 0..count {
            let work = rng.random_range(0..shelf.len());
            self.add(shelf, work, 1.0);
            let linked: Vec<u32> = shelf.links[work].sample(rng, 2).copied().collect();
            for other in linked {
                self.add(shelf, other as usize, 0.6);
            }
        }
    }

    fn add(&mut self, shelf: &Shelf, work: usize, strength: f32) {
        for &(word, weight) in &shelf.words[work] {
            self.0[word as usize] += weight * strength;
        }
    }

    /// How well each work fits, 0 to 1 against the best: the mean liking of its words, damped by their number.
    pub(super) fn fit(&self, shelf: &Shelf) -> Vec<f32> {
        let mut fit: Vec<f32> = shelf
            .words
            .iter()
            .map(|words| {
                let sum: f32 = words.iter().map(|&(word, weight)| weight * self.0[word as usize]).sum();
                sum / (2.0 + words.len() as f32)
            })
            .collect();
        let best = fit.iter().copied().fold(0.0, f32::max);
        if best > 0.0 {
            fit.iter_mut().for_each(|f| *f /= best);
        }
        fit
    }
}

/// Fisher and Yates' shuffle.
pub(super) fn shuffle<T>(list: &mut [T], rng: &mut impl Rng) {
    for last in (1..list.len()).rev() {
        list.swap(last, rng.random_range(0..=last));
    }
}

/// A draw of the standard Gumbel distribution; adding it to log weights and taking the largest draws
/// without replacement by those weights (Gumbel 1954; Vieira 2014).
pub(super) fn gumbel(rng: &mut impl Rng) -> f32 {
    let u: f32 = rng.random_range(1e-7..1.0);
    -(-u.ln()).ln()
}

/// A draw of the standard normal distribution (Box and Muller 1958).
pub(super) fn normal(rng: &mut impl Rng) -> f32 {
    let (u, v): (f32, f32) = (rng.random_range(1e-7..1.0), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f32::consts::TAU * v).cos()
}
