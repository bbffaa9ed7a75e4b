//! A bundle attached to a catalogue: whose item is whose.
//!
//! Models and tables work on *slots*: first the items of the bundle in its own order, then the *newcomers*, the
//! items of the catalogue that the bundle does not know. A newcomer is answered by content: its words are
//! weighed against the bundle's vocabulary and it is placed beside its nearest known items.

use crate::{Bundle, Catalogue};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use soiree_domain::{Item, ModelVersion};
use std::sync::Arc;

const NONE: u32 = u32::MAX;
/// Known items beside which a newcomer is placed.
const NEAR: usize = 40;
/// The most popular items per domain that are kept at hand.
const POPULAR: usize = 800;

/// A bundle that can answer for one catalogue. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Served {
    bundle: Arc<Bundle>,
    maps: Arc<Maps>,
}

type Near = Arc<[(u32, f32)]>;

#[derive(Debug)]
struct Maps {
    lineage: Arc<()>,
    /// Catalogue index of each slot, [`NONE`] for what is deleted.
    item_of: Vec<u32>,
    /// Slot of each catalogue index.
    slot_of: Vec<u32>,
    popular: [Vec<u32>; 5],
    /// Both ways: near a newcomer's slot are known items, near a known slot are newcomers.
    near: FxHashMap<u32, Vec<(u32, f32)>>,
    /// What was worked out for each newcomer, to be used again while the item stands unchanged.
    placed: FxHashMap<u32, Placed>,
}

/// A newcomer beside what the bundle knows.
#[derive(Debug, Clone)]
struct Placed {
    item: Arc<Item>,
    /// Its words, as (term, weight).
    words: Near,
    /// The known items like it, as (slot, cosine).
    near: Near,
}

impl Bundle {
    /// Attaches the bundle to a catalogue. Items that the catalogue does not have are masked, items that the
    /// bundle does not have are placed by their words. `O(items)`, and one TF-IDF score per newcomer.
    #[must_use]
    pub fn attach(self, catalogue: &Catalogue) -> Served {
        let bundle = Arc::new(self);
        let maps = Arc::new(Maps::new(&bundle, catalogue, &FxHashMap::default()));
        Served { bundle, maps }
    }
}

impl Served {
    /// The same bundle for a later snapshot of the catalogue. Newcomers that stand unchanged cost nothing.
    #[must_use]
    pub fn reattach(&self, catalogue: &Catalogue) -> Self {
        let none = FxHashMap::default();
        let placed = if catalogue.is_kin(&self.maps.lineage) { &self.maps.placed } else { &none };
        Self { bundle: Arc::clone(&self.bundle), maps: Arc::new(Maps::new(&self.bundle, catalogue, placed)) }
    }

    /// Whether the indices of this catalogue are those that were attached.
    #[must_use]
    pub fn fits(&self, catalogue: &Catalogue) -> bool {
        catalogue.is_kin(&self.maps.lineage)
    }

    /// The bundle.
    #[must_use]
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The bundle's version.
    #[must_use]
    pub fn version(&self) -> &ModelVersion {
        self.bundle.version()
    }

    /// How many items the bundle does not know.
    #[must_use]
    pub fn newcomers(&self) -> usize {
        self.maps.item_of.len() - self.bundle.items()
    }

    pub(crate) fn slots(&self) -> usize {
        self.maps.item_of.len()
    }

    pub(crate) fn item_of(&self, slot: u32) -> Option<u32> {
        self.maps.item_of.get(slot as usize).copied().filter(|&at| at != NONE)
    }

    pub(crate) fn slot_of(&self, item: u32) -> Option<u32> {
        self.maps.slot_of.get(item as usize).copied().filter(|&slot| slot != NONE)
    }

    /// Whether collaborative models have seen the item in anybody's hands.
    pub(crate) fn is_known(&self, slot: u32) -> bool {
        self.bundle.is_known(slot)
    }

    pub(crate) fn popular(&self, domain: usize) -> &[u32] {
        &self.maps.popular[domain]
    }

    pub(crate) fn has_newcomers(&self) -> bool {
        !self.maps.near.is_empty()
    }

    pub(crate) fn newcomers_near(&self, slot: u32) -> &[(u32, f32)] {
        self.maps.near.get(&slot).map_or(&[], Vec::as_slice)
    }

    /// Newcomers that share words with a query, a row of unit length with terms rising: (slot, cosine).
    pub(crate) fn newcomers_by_words(&self, query: &[(u32, f32)]) -> Vec<(u32, f32)> {
        let score = |words: &[(u32, f32)]| -> f32 {
            let weight = |term: u32| words.binary_search_by_key(&term, |w| w.0).map_or(0.0, |at| words[at].1);
            query.iter().map(|&(term, value)| value * weight(term)).sum()
        };
        let all = self
            .maps
            .placed
            .iter()
            .map(|(at, placed)| (self.maps.slot_of[*at as usize], score(&placed.words)));
        let mut found: Vec<(u32, f32)> = all.filter(|cell| cell.1 > 0.0).collect();
        found.sort_unstable_by_key(|cell| cell.0);
        found
    }

    /// Calls `each` with what is like an item in words or meaning, by TF-IDF likeness; the same slot may come
    /// more than once.
    pub(crate) fn alike_in_content(&self, slot: u32, mut each: impl FnMut(u32, f32)) {
        if let Some(model) = self.bundle.words()
            && (slot as usize) < self.bundle.items()
        {
            let (slots, values) = model.links().row(slot as usize);
            slots.iter().zip(values).for_each(|(&s, &v)| each(s, v));
        }
        self.newcomers_near(slot).iter().for_each(|&(s, v)| each(s, v));
    }
}

impl Maps {
    fn new(bundle: &Bundle, catalogue: &Catalogue, placed: &FxHashMap<u32, Placed>) -> Self {
        let mut slot_of = vec![NONE; catalogue.bound()];
        let mut item_of: Vec<u32> =
            bundle.ids().iter().map(|id| catalogue.index_of(id).unwrap_or(NONE)).collect();
        for (slot, &at) in (0_u32..).zip(&item_of) {
            if at != NONE {
                slot_of[at as usize] = slot;
            }
        }
        let new: Vec<u32> =
            catalogue.iter().map(|(at, _)| at).filter(|&at| slot_of[at as usize] == NONE).collect();
        for &at in &new {
            slot_of[at as usize] = item_of.len() as u32;
            item_of.push(at);
        }
        let placed: FxHashMap<u32, Placed> = new
            .par_iter()
            .map(|&at| {
                let item = catalogue.item(at);
                let kept = placed.get(&at).filter(|old| Arc::ptr_eq(&old.item, item)).cloned();
                let fresh = || {
                    let words = bundle.words_of(item);
                    let near = bundle.nearest_by_words(&words, NEAR).into();
                    Placed { item: Arc::clone(item), words: words.into(), near }
                };
                (at, kept.unwrap_or_else(fresh))
            })
            .collect();
        let mut near: FxHashMap<u32, Vec<(u32, f32)>> = FxHashMap::default();
        for &at in &new {
            let slot = slot_of[at as usize];
            for &(known, alike) in placed[&at].near.iter() {
                near.entry(known).or_default().push((slot, alike));
                near.entry(slot).or_default().push((known, alike));
            }
        }
        let popular = popular(bundle, catalogue, &item_of);
        Self { lineage: Arc::clone(catalogue.lineage()), item_of, slot_of, popular, near, placed }
    }
}

/// The most popular slots of each domain, best first; of equals the one that came first.
fn popular(bundle: &Bundle, catalogue: &Catalogue, item_of: &[u32]) -> [Vec<u32>; 5] {
    let mut out: [Vec<u32>; 5] = Default::default();
    for (slot, &at) in (0_u32..).zip(item_of) {
        if at != NONE {
            out[catalogue.facts(at).domain.index()].push(slot);
        }
    }
    for slots in &mut out {
        let order = |a: &u32, b: &u32| bundle.popularity(*b).total_cmp(&bundle.popularity(*a)).then(a.cmp(b));
        if slots.len() > POPULAR {
            slots.select_nth_unstable_by(POPULAR - 1, order);
            slots.truncate(POPULAR);
        }
        slots.sort_unstable_by(order);
        slots.shrink_to_fit();
    }
    out
}
