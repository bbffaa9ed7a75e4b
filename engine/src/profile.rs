//! From a history to what the models ask for: positive weights, dislikes, and what was had already.

use crate::Catalogue;
use crate::request::{Event, Together};
use crate::served::Served;
use crate::settings::BlendSettings;
use rustc_hash::FxHashMap;
use soiree_domain::InteractionKind;

/// No deed counts for more than this in a profile.
const MOST: f32 = 3.0;
/// However old a deed is, it keeps this share.
const LEAST_SHARE: f32 = 0.25;
const DAY_MS: f32 = 86_400_000.0;

/// What a person did with one item, all deeds together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Deed {
    /// Position in the served tables.
    pub(crate) slot: u32,
    /// Index in the catalogue.
    pub(crate) item: u32,
    /// Signed strength, decayed and bounded.
    pub(crate) weight: f32,
    /// The deed that says most for it.
    pub(crate) kind: InteractionKind,
    /// The stars of that deed, if it is a rating.
    pub(crate) value: Option<f32>,
    strongest: f32,
    /// Whether it should not be recommended again.
    pub(crate) done: bool,
    pub(crate) at_ms: i64,
}

impl Deed {
    /// A deed of one kind and weight, at no particular time.
    pub(crate) fn plain(slot: u32, item: u32, weight: f32, kind: InteractionKind) -> Self {
        Self { slot, item, weight, kind, value: None, strongest: weight, done: false, at_ms: 0 }
    }
}

/// A person as the models see them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    /// What speaks for itself, slots rising; at most `profile_items`.
    pub(crate) liked: Vec<Deed>,
    /// What was turned down, slots rising; at most 32.
    pub(crate) disliked: Vec<Deed>,
    /// Slots of what was finished, rated, bought or disliked.
    pub(crate) done: Vec<u32>,
}

/// Whether a deed means that the item has been had.
pub(crate) fn is_done(kind: InteractionKind, value: Option<f32>) -> bool {
    use InteractionKind as K;
    match kind {
        K::Finish | K::Rate | K::Buy | K::Dislike | K::Review => true,
        // Almost to the end counts as the end: credits are rarely watched.
        K::Progress => value.is_some_and(|share| share >= 0.9),
        K::View | K::Click | K::Play | K::Skip | K::Like | K::Share | K::Cart => false,
    }
}

impl Profile {
    /// Gathers a history. Items that the catalogue does not have are passed over. `O(events)`.
    pub(crate) fn new(
        served: &Served,
        catalogue: &Catalogue,
        history: &[Event],
        settings: &BlendSettings,
    ) -> Self {
        let newest = history.iter().map(|e| e.at_ms).max().unwrap_or(0);
        let mut deeds: FxHashMap<u32, Deed> = FxHashMap::default();
        deeds.reserve(history.len());
        for event in history {
            let Some(item) = catalogue.index_of(&event.item) else { continue };
            let Some(slot) = served.slot_of(item) else { continue };
            let strength = settings.deeds.strength(event.kind, event.value);
            let age_days = newest.saturating_sub(event.at_ms) as f32 / DAY_MS;
            let share = (-age_days / settings.half_life_days.max(1e-3)).exp2().max(LEAST_SHARE);
            let deed = deeds.entry(slot).or_insert_with(|| Deed {
                value: event.value,
                strongest: f32::NEG_INFINITY,
                at_ms: event.at_ms,
                ..Deed::plain(slot, item, 0.0, event.kind)
            });
            deed.weight += strength * share;
            deed.done |= is_done(event.kind, event.value);
            deed.at_ms = deed.at_ms.max(event.at_ms);
            // Equal strengths are told apart by the kind, so that the order of the history cannot matter.
            if (strength, event.kind) > (deed.strongest, deed.kind) {
                (deed.strongest, deed.kind, deed.value) = (strength, event.kind, event.value);
            }
        }
        Self::sort_out(deeds.into_values(), settings)
    }

    /// The profile of a group as one, from what it has had together.
    pub(crate) fn of_group(
        served: &Served,
        catalogue: &Catalogue,
        together: &[Together],
        settings: &BlendSettings,
    ) -> Self {
        let deeds = together.iter().filter_map(|had| {
            let item = catalogue.index_of(&had.item)?;
            Some(Deed::plain(served.slot_of(item)?, item, had.weight(), InteractionKind::Play))
        });
        Self::sort_out(deeds, settings)
    }

    fn sort_out(deeds: impl Iterator<Item = Deed>, settings: &BlendSettings) -> Self {
        let mut out = Self::default();
        for mut deed in deeds {
            if !deed.weight.is_finite() {
                continue;
            }
            deed.weight = deed.weight.clamp(-MOST, MOST);
            if deed.done {
                out.done.push(deed.slot);
            }
            if deed.weight < 0.0 {
                out.disliked.push(Deed { weight: deed.weight.min(-0.5), ..deed });
            } else if deed.weight > 0.0 {
                out.liked.push(deed);
            }
        }
        keep_strongest(&mut out.liked, settings.profile_items);
        keep_strongest(&mut out.disliked, 32);
        out.done.sort_unstable();
        out
    }

    /// The positive part for models that know `items` items: (item, weight), items rising.
    pub(crate) fn for_models(&self, items: usize) -> Vec<(u32, f32)> {
        self.liked.iter().filter(|d| (d.slot as usize) < items).map(|d| (d.slot, d.weight)).collect()
    }
}

fn keep_strongest(deeds: &mut Vec<Deed>, most: usize) {
    if deeds.len() > most {
        let order = |a: &Deed, b: &Deed| {
            b.weight.abs().total_cmp(&a.weight.abs()).then(b.at_ms.cmp(&a.at_ms)).then(a.slot.cmp(&b.slot))
        };
        deeds.select_nth_unstable_by(most.max(1) - 1, order);
        deeds.truncate(most);
    }
    deeds.sort_unstable_by_key(|d| d.slot);
}
