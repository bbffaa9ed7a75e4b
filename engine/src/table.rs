//! The candidates of one person while an answer is made, in memory that is used again and again.

use crate::paths::Path;
use crate::settings::{LEARNED, SOURCES, place};
use soiree_algorithms::blend::pack;
use soiree_domain::Source;
use std::cell::RefCell;

/// One candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) slot: u32,
    /// Index of the item in the catalogue.
    pub(crate) item: u32,
    /// [`soiree_domain::Domain::index`].
    pub(crate) domain: u8,
    /// Whether the collaborative models know the item.
    pub(crate) known: bool,
    /// What each source says, in its own scale.
    pub(crate) raw: [f32; SOURCES],
    /// The same on the common scale, 0 to 1.
    pub(crate) value: [f32; SOURCES],
    /// How much it is like what was disliked.
    pub(crate) aversion: f32,
    /// The blend, 0 to 1.
    pub(crate) score: f32,
}

/// Who may become a candidate: tells item, domain and whether collaborative models know the item.
pub(crate) trait Admit {
    fn admit(&self, slot: u32) -> Option<(u32, u8, bool)>;
}

/// The table. `stamps` has one entry per slot and is never cleared: an entry counts only with the present
/// generation, so that beginning anew costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Table {
    stamps: Vec<(u32, u32)>,
    generation: u32,
    pub(crate) rows: Vec<Row>,
}

const BLOCKED: u32 = u32::MAX;

impl Table {
    pub(crate) fn begin(&mut self, slots: usize) {
        if self.stamps.len() < slots {
            self.stamps.resize(slots, (0, 0));
        }
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.stamps.fill((0, 0));
            self.generation = 1;
        }
        self.rows.clear();
    }

    /// Keeps a slot out.
    pub(crate) fn block(&mut self, slot: u32) {
        self.stamps[slot as usize] = (self.generation, BLOCKED);
    }

    /// The candidate's row, if it is one already.
    pub(crate) fn find(&self, slot: u32) -> Option<usize> {
        let (generation, at) = self.stamps[slot as usize];
        (generation == self.generation && at != BLOCKED).then_some(at as usize)
    }

    /// The candidate's row, made if it may be one.
    pub(crate) fn enter(&mut self, slot: u32, admit: &impl Admit) -> Option<usize> {
        let (generation, at) = self.stamps[slot as usize];
        if generation == self.generation {
            return (at != BLOCKED).then_some(at as usize);
        }
        let Some((item, domain, known)) = admit.admit(slot) else {
            self.block(slot);
            return None;
        };
        let at = self.rows.len();
        self.stamps[slot as usize] = (self.generation, at as u32);
        let zeros = [0.0; SOURCES];
        self.rows.push(Row {
            slot,
            item,
            domain,
            known,
            raw: zeros,
            value: zeros,
            aversion: 0.0,
            score: 0.0,
        });
        Some(at)
    }

    /// Keeps the `most` rows with the highest worth, of equals those that came first; the others are as if they had
    /// never turned up.
    pub(crate) fn keep_best(&mut self, most: usize, order: &mut Vec<u64>, worth: impl Fn(&Row) -> f32) {
        if self.rows.len() <= most || most == 0 {
            return;
        }
        order.clear();
        let last = self.rows.len() as u32;
        order.extend((0_u32..).zip(&self.rows).map(|(at, row)| pack(worth(row).max(0.0), last - at)));
        order.select_nth_unstable_by(most - 1, |a, b| b.cmp(a));
        order.truncate(most);
        order.sort_unstable_by_key(|&packed| last - packed as u32);
        for row in &self.rows {
            self.stamps[row.slot as usize].0 = 0;
        }
        // Places rise, so no row is overwritten before it was moved.
        for (to, &packed) in order.iter().enumerate() {
            let row = self.rows[(last - packed as u32) as usize];
            self.stamps[row.slot as usize] = (self.generation, to as u32);
            self.rows[to] = row;
        }
        self.rows.truncate(most);
    }

    /// Adds to what a source says of a slot.
    pub(crate) fn add(&mut self, slot: u32, source: Source, amount: f32, admit: &impl Admit) {
        if let Some(at) = self.enter(slot, admit) {
            self.rows[at].raw[place(source)] += amount;
        }
    }
}

/// Packed scores per ranked source and domain.
pub(crate) type Ranking = [[Vec<u64>; 5]; LEARNED.len()];

/// Everything an answer needs room for.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) tables: Vec<Table>,
    /// Packed scores per ranked source and domain.
    pub(crate) ranking: Ranking,
    /// One score per bundle item.
    pub(crate) dense: Vec<f32>,
    /// Paths from one item.
    pub(crate) paths: Vec<Path>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Lends this thread's room.
pub(crate) fn with_scratch<R>(f: impl FnOnce(&mut Scratch) -> R) -> R {
    SCRATCH.with(|cell| match cell.try_borrow_mut() {
        Ok(mut scratch) => f(&mut scratch),
        // An answer never asks for another one, but being wrong about that should cost speed only.
        Err(_) => f(&mut Scratch::default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Even;
    impl Admit for Even {
        fn admit(&self, slot: u32) -> Option<(u32, u8, bool)> {
            slot.is_multiple_of(2).then_some((slot + 100, 0, true))
        }
    }

    #[test]
    fn a_new_beginning_forgets_rows_and_blocks() {
        let mut table = Table::default();
        table.begin(10);
        table.block(4);
        for slot in [2, 3, 4, 2] {
            table.add(slot, Source::Ease, 0.5, &Even);
        }
        assert_eq!(table.rows.len(), 1);
        assert_eq!((table.rows[0].item, table.rows[0].raw[place(Source::Ease)]), (102, 1.0));
        table.begin(12);
        assert!(table.find(2).is_none());
        assert_eq!(table.enter(4, &Even), Some(0));
    }

    #[test]
    fn the_best_keep_their_order_and_the_rest_may_come_again() {
        let mut table = Table::default();
        table.begin(20);
        for (slot, worth) in [(2, 0.1), (4, 0.9), (6, 0.5), (8, 0.5), (10, 0.7)] {
            table.add(slot, Source::Ease, worth, &Even);
        }
        table.keep_best(3, &mut Vec::new(), |row| row.raw[place(Source::Ease)]);
        assert_eq!(table.rows.iter().map(|r| r.slot).collect::<Vec<_>>(), [4, 6, 10]);
        assert_eq!((table.find(10), table.find(8)), (Some(2), None));
        assert_eq!(table.enter(8, &Even), Some(3));
    }
}
