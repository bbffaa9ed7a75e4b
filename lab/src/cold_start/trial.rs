//! One split of the kind `cold-start`, seen twice: with the events of some items or people removed, and kept.

use std::sync::Arc;

use rand::seq::SliceRandom;
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::matrix::Csr;

use crate::cases::{Candidates, Case, FitData, Stage};
use crate::events::{Event, Loaded, Names};
use crate::protocol::{ColdStart, Hide};
use crate::split::{self, random_for};

const HIDE: u64 = 41;
const SHOWN: u64 = 42;
/// Tells the draw of the validation from that of the test.
const INNER: u64 = 0x5EED;

/// The same questions, to models that saw the hidden events and to such that did not.
pub(super) struct Twice {
    /// Fitted without them.
    pub(super) hidden: Stage,
    /// Fitted with them.
    pub(super) warm: Stage,
    /// How many items or people are hidden.
    pub(super) count: usize,
    /// Events asked for.
    pub(super) asked: usize,
    /// People left out because nothing of them would be known.
    pub(super) unknown: usize,
}

/// Everything one seed needs.
pub(super) struct Trial {
    /// What is reported.
    pub(super) test: Twice,
    /// Drawn again from what is left of training when the test's hidden events are gone: for choosing.
    pub(super) validation: Twice,
}

/// Leaves out events of items of which nothing is written, and numbers the rest anew. Returns how many events went.
pub(super) fn keep_described(loaded: &mut Loaded) -> usize {
    let Some(texts) = &loaded.texts else { return 0 };
    let mut order: Vec<u32> = loaded.interactions.iter().map(|e| e.item).collect();
    order.sort_unstable();
    order.dedup();
    order.retain(|&item| texts.get(item as usize).is_some_and(|text| !text.is_empty()));
    let mut names = Names::default();
    let new: FxHashMap<u32, u32> =
        order.iter().map(|&old| (old, names.number(loaded.items.name(old)))).collect();
    let before = loaded.interactions.len();
    loaded.interactions.retain_mut(|event| match new.get(&event.item) {
        Some(&item) => {
            event.item = item;
            true
        }
        None => false,
    });
    loaded.texts = Some(texts.reordered(&order));
    loaded.items = names;
    before - loaded.interactions.len()
}

/// Draws the test, and from what the test leaves the validation.
pub(super) fn trial(task: &ColdStart, loaded: &Loaded, seed: u64) -> Trial {
    let texts = loaded.texts.clone().map(Arc::new);
    let fit_data = |events: Vec<Event>| {
        let cells: Vec<(u32, u32, f32)> = events.iter().map(|e| (e.user, e.item, e.value)).collect();
        let matrix = Csr::from_triplets(loaded.users.len(), loaded.items.len(), &cells);
        Arc::new(FitData { matrix, events, timed: loaded.timed, texts: texts.clone(), ..FitData::default() })
    };
    let drawing = Drawing { task, fit_data: &fit_data, items: loaded.items.len() as u32 };
    let (test, left) = drawing.draw(&loaded.interactions, seed, false);
    let (validation, _) = drawing.draw(&left, seed ^ INNER.rotate_left(24), true);
    Trial { test, validation }
}

struct Drawing<'a> {
    task: &'a ColdStart,
    fit_data: &'a dyn Fn(Vec<Event>) -> Arc<FitData>,
    items: u32,
}

impl Drawing<'_> {
    /// The split seen twice, and the training events without the hidden ones. With `everything`, all events of hidden
    /// items are asked for in the hidden part, not those of the test share alone: there are more of them to learn
    /// from, and no model of that part saw any.
    fn draw(&self, events: &[Event], seed: u64, everything: bool) -> (Twice, Vec<Event>) {
        let whole = Loaded { interactions: events.to_vec(), ..Loaded::default() };
        let parts = split::split(&self.task.ranking.split, &whole, seed);
        let gone = self.choose(events, seed);
        let is_gone = |event: &Event| gone.contains(&self.key(event));
        let left: Vec<Event> = parts.fit.iter().filter(|e| !is_gone(e)).copied().collect();
        let profiles = by_person(&parts.fit);
        let tested = by_person(&parts.test.wanted);
        let all = by_person(events);
        let (hidden_wanted, profiles) =
            if everything && self.task.hide == Hide::Items { (&all, profiles) } else { (&tested, profiles) };
        let hidden = self.cases(hidden_wanted, &profiles, &gone, seed, true);
        let mut warm = self.cases(&tested, &profiles, &gone, seed, false).0;
        // Who cannot be asked without the hidden events is asked in neither part.
        let people: FxHashSet<u32> = hidden.0.iter().map(|case| case.user).collect();
        warm.retain(|case| people.contains(&case.user));
        let twice = Twice {
            asked: hidden.0.iter().map(|case| case.wanted.len()).sum(),
            unknown: hidden.1,
            count: gone.len(),
            hidden: Stage { fit: (self.fit_data)(left.clone()), cases: hidden.0 },
            warm: Stage { fit: (self.fit_data)(parts.fit), cases: warm },
        };
        (twice, left)
    }

    fn key(&self, event: &Event) -> u32 {
        if self.task.hide == Hide::Items { event.item } else { event.user }
    }

    /// The hidden items or people.
    fn choose(&self, events: &[Event], seed: u64) -> FxHashSet<u32> {
        let mut pool: Vec<u32> = events.iter().map(|e| self.key(e)).collect();
        pool.sort_unstable();
        pool.dedup();
        let count = ((pool.len() as f64 * self.task.share).round() as usize).max(1);
        pool.shuffle(&mut random_for(seed, HIDE, 0));
        pool.into_iter().take(count).collect()
    }

    /// One case per person who has something to find, people rising, and how many had nothing to show.
    fn cases(
        &self,
        wanted: &FxHashMap<u32, Vec<u32>>,
        profiles: &FxHashMap<u32, Vec<u32>>,
        gone: &FxHashSet<u32>,
        seed: u64,
        hidden: bool,
    ) -> (Vec<Case>, usize) {
        let mut people: Vec<u32> = wanted.keys().copied().collect();
        people.sort_unstable();
        let (mut out, mut unknown) = (Vec::new(), 0);
        for user in people {
            let profile = profiles.get(&user).map_or(&[][..], Vec::as_slice);
            let case = match self.task.hide {
                Hide::Items => self.among_items(user, &wanted[&user], profile, gone, hidden),
                Hide::People { .. } if !gone.contains(&user) => continue,
                Hide::People { shown } => Case {
                    user,
                    shown: weighted(if hidden { some(profile, shown, seed, user) } else { profile.to_vec() }),
                    wanted: wanted[&user].clone(),
                    candidates: Candidates::AllBut(profile.to_vec()),
                },
            };
            match (case.wanted.is_empty(), case.shown.is_empty()) {
                (true, _) => {}
                (false, true) => unknown += 1,
                (false, false) => out.push(case),
            }
        }
        (out, unknown)
    }

    /// The hidden items alone are ranked, but for those that the person had before.
    fn among_items(
        &self,
        user: u32,
        wanted: &[u32],
        profile: &[u32],
        gone: &FxHashSet<u32>,
        hidden: bool,
    ) -> Case {
        let wanted: Vec<u32> = wanted.iter().copied().filter(|item| gone.contains(item)).collect();
        let others = (0..self.items).filter(|item| {
            gone.contains(item) && wanted.binary_search(item).is_err() && profile.binary_search(item).is_err()
        });
        let candidates = Candidates::Only(others.collect());
        let shown = profile.iter().copied().filter(|item| !hidden || !gone.contains(item)).collect();
        Case { user, shown: weighted(shown), wanted, candidates }
    }
}

fn weighted(items: Vec<u32>) -> Vec<(u32, f32)> {
    items.into_iter().map(|item| (item, 1.0)).collect()
}

/// This many of them at random, rising.
fn some(items: &[u32], count: usize, seed: u64, user: u32) -> Vec<u32> {
    let mut out = items.to_vec();
    out.shuffle(&mut random_for(seed, SHOWN, user));
    out.truncate(count);
    out.sort_unstable();
    out
}

/// Each person's items, rising.
fn by_person(events: &[Event]) -> FxHashMap<u32, Vec<u32>> {
    let mut out: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for event in events {
        out.entry(event.user).or_default().push(event.item);
    }
    for items in out.values_mut() {
        items.sort_unstable();
        items.dedup();
    }
    out
}
