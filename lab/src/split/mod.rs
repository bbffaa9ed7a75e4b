//! Splits events into what models see and what they are asked for.
//!
//! Every draw is seeded, person by person, so that a split does not depend on the order of the people.

#[cfg(test)]
mod tests;

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_xoshiro::Xoshiro256PlusPlus;
use rustc_hash::FxHashSet;

use crate::events::{Event, Loaded};
use crate::protocol::{Carve, EventOrder, Rounding, SplitRule};

/// The parts of a split. No event stands in two of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// What models are fitted on.
    pub fit: Vec<Event>,
    /// What parameters may be chosen on; empty when the split has none.
    pub validation: Held,
    /// What is reported.
    pub test: Held,
}

/// Held-out events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Held {
    /// What is shown of held-out people; `None` when their training events are.
    pub shown: Option<Vec<Event>>,
    /// What is asked for.
    pub wanted: Vec<Event>,
}

impl Held {
    fn of(wanted: Vec<Event>) -> Self {
        Self { shown: None, wanted }
    }
}

/// A generator for one purpose and one person.
#[must_use]
pub fn random_for(seed: u64, purpose: u64, user: u32) -> Xoshiro256PlusPlus {
    let mixed = seed ^ purpose.rotate_left(32) ^ u64::from(user).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Xoshiro256PlusPlus::seed_from_u64(mixed)
}

const SPLIT: u64 = 1;
const CARVE: u64 = 2;
const FOLD_IN: u64 = 3;
const PEOPLE: u64 = 4;

/// Splits by the rule.
#[must_use]
pub fn split(rule: &SplitRule, loaded: &Loaded, seed: u64) -> Parts {
    let events = &loaded.interactions;
    match rule {
        SplitRule::Given => Parts {
            fit: loaded.train.clone(),
            validation: Held::of(loaded.validation.clone()),
            test: Held::of(loaded.test.clone()),
        },
        SplitRule::LeaveLastOut(order) => last_out(events, *order, 1),
        SplitRule::LeaveLastTwoOut(order) => last_out(events, *order, 2),
        SplitRule::Random { shares, rounding } => random(events, *shares, *rounding, seed),
        SplitRule::Temporal { quantiles } => temporal(events, *quantiles),
        SplitRule::Strong { shares, fold_in } => strong(events, *shares, *fold_in, seed),
    }
}

/// Each person's events, in the order given, people rising.
fn by_person(events: &[Event]) -> Vec<Vec<Event>> {
    let people = events.iter().map(|e| e.user as usize + 1).max().unwrap_or(0);
    let mut out = vec![Vec::new(); people];
    for event in events {
        out[event.user as usize].push(*event);
    }
    out.retain(|list| !list.is_empty());
    out
}

/// The last event is the test and, when two are left out, the one before the validation. People with no event
/// left to learn from stay in training whole.
fn last_out(events: &[Event], order: EventOrder, left_out: usize) -> Parts {
    let mut parts = Parts::default();
    for mut list in by_person(events) {
        if order == EventOrder::Time {
            list.sort_by_key(|e| e.time_ms);
        }
        if list.len() > left_out {
            parts.test.wanted.extend(list.pop());
            if left_out == 2 {
                parts.validation.wanted.extend(list.pop());
            }
        }
        parts.fit.extend(list);
    }
    parts
}

/// How many of `n` events a share is.
fn counted(n: usize, share: f64, rounding: Rounding) -> usize {
    // 0.29 · 100 is 28.999…96 in binary, and must still be 29 when rounded down.
    let exact = n as f64 * share;
    let whole = match rounding {
        Rounding::Down => (exact + 1e-9).floor(),
        Rounding::Nearest => (exact + 0.5).floor(),
        Rounding::Up => (exact - 1e-9).ceil(),
    };
    (whole.max(0.0) as usize).min(n)
}

fn random(events: &[Event], shares: [f64; 3], rounding: Rounding, seed: u64) -> Parts {
    let mut parts = Parts::default();
    for mut list in by_person(events) {
        let mut random = random_for(seed, SPLIT, list[0].user);
        list.shuffle(&mut random);
        let test = counted(list.len(), shares[2], rounding);
        let validation = counted(list.len(), shares[1], rounding).min(list.len() - test);
        parts.test.wanted.extend(list.drain(..test));
        parts.validation.wanted.extend(list.drain(..validation));
        parts.fit.extend(list);
    }
    parts
}

fn temporal(events: &[Event], quantiles: [f64; 2]) -> Parts {
    let mut times: Vec<i64> = events.iter().map(|e| e.time_ms).collect();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(i64::MAX);
    let (validation_from, test_from) = (at(quantiles[0]), at(quantiles[1]));
    let mut parts = Parts::default();
    for event in events {
        if event.time_ms >= test_from {
            parts.test.wanted.push(*event);
        } else if event.time_ms >= validation_from {
            parts.validation.wanted.push(*event);
        } else {
            parts.fit.push(*event);
        }
    }
    parts
}

fn strong(events: &[Event], shares: [f64; 3], fold_in: f64, seed: u64) -> Parts {
    let mut people = by_person(events);
    people.shuffle(&mut random_for(seed, PEOPLE, 0));
    let test = counted(people.len(), shares[2], Rounding::Nearest);
    let validation = counted(people.len(), shares[1], Rounding::Nearest).min(people.len() - test);
    let mut rest = people.split_off(test + validation);
    rest.sort_by_key(|list| list[0].user);
    let held_validation = people.split_off(test);
    let hold = |lists: Vec<Vec<Event>>| {
        let mut held = Held { shown: Some(Vec::new()), wanted: Vec::new() };
        for mut list in lists {
            // With one event there is nothing to show or nothing to ask.
            if list.len() < 2 {
                continue;
            }
            let mut random = random_for(seed, FOLD_IN, list[0].user);
            list.shuffle(&mut random);
            let shown = counted(list.len(), fold_in, Rounding::Down).clamp(1, list.len() - 1);
            held.wanted.extend(list.drain(shown..));
            held.shown.get_or_insert_default().extend(list);
        }
        held
    };
    Parts { test: hold(people), validation: hold(held_validation), fit: rest.concat() }
}

/// Takes a validation part out of training events: what is left, and what was taken. `None` for
/// [`Carve::Part`], which takes nothing. People with a single event keep it.
#[must_use]
pub fn carve(rule: Carve, fit: &[Event], seed: u64) -> Option<(Vec<Event>, Held)> {
    if rule == Carve::Part {
        return None;
    }
    let (mut left, mut taken) = (Vec::with_capacity(fit.len()), Vec::new());
    for mut list in by_person(fit) {
        let mut random = random_for(seed, CARVE, list[0].user);
        let count = match rule {
            Carve::Share(share) => counted(list.len(), share, Rounding::Down),
            _ => 1,
        };
        for _ in 0..count.min(list.len() - 1) {
            taken.push(list.swap_remove(random.random_range(0..list.len())));
        }
        left.extend(list);
    }
    Some((left, Held::of(taken)))
}

/// How many of the events asked for also stand in the training part; in a clean split none does.
#[must_use]
pub fn leaked(parts: &Parts) -> usize {
    let known: FxHashSet<(u32, u32)> = parts.fit.iter().map(|e| (e.user, e.item)).collect();
    parts.test.wanted.iter().filter(|e| known.contains(&(e.user, e.item))).count()
}
