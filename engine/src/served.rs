//! A bundle attached to a catalogue: whose item is whose.
//!
//! Models and tables work on *slots*: first the items of the bundle in its own order, then the *newcomers*, the
//! items of the catalogue that the bundle does not know ([`crate::newcomers`]).

use crate::newcomers::Placed;
use crate::{Bundle, Catalogue};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use soiree_domain::{ItemId, ModelVersion};
use std::sync::Arc;

const NONE: u32 = u32::MAX;
/// The most popular items per domain that are kept at hand.
const POPULAR: usize = 800;

/// A bundle that can answer for one catalogue. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Served {
    bundle: Arc<Bundle>,
    maps: Arc<Maps>,
}

#[derive(Debug, Clone)]
struct Maps {
    lineage: Arc<()>,
    /// Catalogue index of each slot, [`NONE`] for what is deleted.
    item_of: Vec<u32>,
    /// Slot of each catalogue index.
    slot_of: Vec<u32>,
    popular: [Vec<u32>; 5],
    /// Both ways: near a newcomer's slot are known items, near a known slot are newcomers.
    near: FxHashMap<u32, Vec<(u32, f32)>>,
    /// What was worked out for each newcomer, by its catalogue index, to be used again while the item stands unchanged.
    placed: FxHashMap<u32, Placed>,
    /// Slots that nobody took and for which factors are guessed, rising.
    guessed: Vec<u32>,
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
    /// The same bundle for another catalogue. Newcomers that stand unchanged are not worked out again.
    #[must_use]
    pub fn reattach(&self, catalogue: &Catalogue) -> Self {
        // What is known of a newcomer rests on the item and the bundle alone, and holds in any catalogue.
        let placed = self.maps.placed.values().map(|placed| (&placed.item.id, placed)).collect();
        let maps = Arc::new(Maps::new(&self.bundle, catalogue, &placed));
        Self { bundle: Arc::clone(&self.bundle), maps }
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

    /// The newcomers with their slots, in no order.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (u32, &Placed)> {
        self.maps.placed.iter().map(|(at, placed)| (self.maps.slot_of[*at as usize], placed))
    }

    /// The same with something learned about some of the newcomers, by catalogue index.
    pub(crate) fn with_placed(&self, learned: impl Iterator<Item = (u32, Placed)>) -> Self {
        let mut maps = Maps::clone(&self.maps);
        maps.placed.extend(learned);
        maps.guessed = guessed(&self.bundle, &maps);
        Self { bundle: Arc::clone(&self.bundle), maps: Arc::new(maps) }
    }

    /// What was worked out for an item of the catalogue that is a newcomer.
    pub(crate) fn placed_at(&self, item: u32) -> Option<&Placed> {
        self.maps.placed.get(&item)
    }

    /// The factors that go with what an item is about, where they can be guessed.
    pub(crate) fn guess(&self, slot: u32) -> Option<&[f32]> {
        let guesses = self.bundle.guesses()?;
        if (slot as usize) < self.bundle.items() {
            return guesses.of(slot);
        }
        self.placed_at(self.item_of(slot)?)?.guess.as_deref()
    }

    /// Slots that nobody took and for which factors are guessed, rising.
    pub(crate) fn guessed(&self) -> &[u32] {
        &self.maps.guessed
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
    fn new(bundle: &Bundle, catalogue: &Catalogue, placed: &FxHashMap<&ItemId, &Placed>) -> Self {
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
                let kept = placed.get(&item.id).filter(|old| old.item == *item);
                (at, kept.map_or_else(|| Placed::new(bundle, item), |old| Placed::clone(old)))
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
        let lineage = Arc::clone(catalogue.lineage());
        let mut maps = Self { lineage, item_of, slot_of, popular, near, placed, guessed: Vec::new() };
        maps.guessed = guessed(bundle, &maps);
        maps
    }
}

fn guessed(bundle: &Bundle, maps: &Maps) -> Vec<u32> {
    let Some(guesses) = bundle.guesses() else { return Vec::new() };
    let can = |&(slot, &at): &(u32, &u32)| {
        at != NONE
            && !bundle.is_known(slot)
            && match maps.placed.get(&at) {
                Some(newcomer) => newcomer.guess.is_some(),
                None => guesses.of(slot).is_some_and(|factors| factors.iter().any(|f| *f != 0.0)),
            }
    };
    (0_u32..).zip(&maps.item_of).filter(can).map(|cell| cell.0).collect()
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
