//! From a deed to the changed recommendations on every member's screen.

use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A deed that brings no other list within this time has changed nothing.
const GIVEN_UP: Duration = Duration::from_secs(2);

/// What one party waits for: one deed at a time, so that it is certain which round answers it.
#[derive(Clone, Default)]
pub(super) struct Pushes(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    /// When the deed that no round has answered yet was told.
    told: Option<Instant>,
    /// The round that answered the last one, and when that one was told.
    answered: Option<(u64, Instant)>,
    /// What the party was shown last.
    items: Vec<String>,
    next: usize,
    unchanged: usize,
}

impl Pushes {
    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The item that the next deed is about; nothing while another deed waits for its round.
    pub(super) fn begin(&self) -> Option<String> {
        let mut open = self.lock();
        if let Some(told) = open.told {
            if told.elapsed() < GIVEN_UP {
                return None;
            }
            open.unchanged += 1;
        }
        let item = open.items.get(open.next % open.items.len().max(1))?.clone();
        open.next += 1;
        open.told = Some(Instant::now());
        Some(item)
    }

    /// A member was told a round: the milliseconds since the deed that it answers, if it answers one.
    pub(super) fn heard(&self, frame: &Value) -> Option<f64> {
        let mut open = self.lock();
        let round = frame["round"].as_u64()?;
        if open.answered.is_none_or(|(last, _)| last < round) {
            open.items = items(frame);
            if frame["because"] == "event"
                && let Some(told) = open.told.take()
            {
                open.answered = Some((round, told));
            }
        }
        let (_, told) = open.answered.filter(|(last, _)| *last == round)?;
        Some(told.elapsed().as_secs_f64() * 1e3)
    }

    /// Takes works from a personal answer, for a party that has heard no round yet.
    pub(super) fn learn(&self, frame: &Value) {
        let mut open = self.lock();
        if open.items.is_empty() {
            open.items = items(frame);
        }
    }

    /// Whether there is no work yet that a deed could be about.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().items.is_empty()
    }

    /// Deeds that changed nothing.
    pub(super) fn unchanged(&self) -> usize {
        self.lock().unchanged
    }
}

fn items(frame: &Value) -> Vec<String> {
    let items = frame["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["item"].as_str().map(str::to_owned)).collect()
}
