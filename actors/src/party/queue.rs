//! What waits to be played, in order. Nothing waits twice.

use crate::{
    fault::Fault,
    live::watch::{Queued, Work},
};
use soiree_domain::{ItemId, UserId};

/// The queue of one party, at most `most` works long.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Queue {
    entries: Vec<Queued>,
}

impl Queue {
    pub(crate) fn entries(&self) -> &[Queued] {
        &self.entries
    }

    pub(crate) fn restore(entries: Vec<Queued>) -> Self {
        Self { entries }
    }

    pub(crate) fn position(&self, item: &ItemId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.work.item == *item)
    }

    /// Where a work would come in.
    ///
    /// # Errors
    /// When it waits already, or too many do.
    pub(crate) fn place(&self, work: &Work, to: Option<usize>, most: usize) -> Result<usize, Fault> {
        if self.position(&work.item).is_some() {
            return Err(Fault::Conflict("it is in the queue already"));
        }
        if self.entries.len() >= most {
            return Err(Fault::field("item", format!("the queue is full: at most {most} works")));
        }
        Ok(to.unwrap_or(usize::MAX).min(self.entries.len()))
    }

    /// Puts a work at a place, or at the end; one that waits already moves there.
    pub(crate) fn put(&mut self, work: Work, by: UserId, at: usize) {
        self.take(&work.item);
        self.entries.insert(at.min(self.entries.len()), Queued { work, by });
    }

    pub(crate) fn take(&mut self, item: &ItemId) -> Option<Queued> {
        self.position(item).map(|at| self.entries.remove(at))
    }

    /// Moves a work to a place; nothing happens when it is gone.
    pub(crate) fn shift(&mut self, item: &ItemId, to: usize) {
        if let Some(entry) = self.take(item) {
            self.entries.insert(to.min(self.entries.len()), entry);
        }
    }
}
