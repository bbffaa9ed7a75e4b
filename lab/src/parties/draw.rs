//! People with what they like, and parties drawn from them.

use rand::RngExt;
use rand::seq::SliceRandom;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use soiree_algorithms::matrix::Csr;

use crate::cases::FitData;
use crate::events::Loaded;
use crate::protocol::Parties;
use crate::split::random_for;

const HOLD: u64 = 31;
const DRAW: u64 = 32;

/// Who comes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MakeUp {
    /// Somebody and people of like taste.
    Similar,
    /// Anybody.
    Random,
    /// People of like taste and one who shares little with the first of them.
    Outlier,
}

impl MakeUp {
    pub(super) const ALL: [Self; 3] = [Self::Similar, Self::Random, Self::Outlier];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Similar => "similar",
            Self::Random => "random",
            Self::Outlier => "outlier",
        }
    }
}

/// Members, as numbers of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    pub(super) make_up: MakeUp,
    pub(super) members: Vec<u32>,
}

/// One seed's split of everybody's events.
pub(super) struct People {
    /// Liked training events, for the models of people.
    pub(super) fit: FitData,
    /// All training events: what somebody has had.
    pub(super) had: Csr,
    /// Liked held-out items.
    pub(super) wanted: Vec<FxHashSet<u32>>,
}

impl People {
    pub(super) fn split(task: &Parties, loaded: &Loaded, seed: u64) -> Self {
        let (users, items) = (loaded.users.len(), loaded.items.len());
        let mut of = vec![Vec::new(); users];
        loaded.interactions.iter().for_each(|event| of[event.user as usize].push(*event));
        let (mut liked, mut had) = (Vec::new(), Vec::new());
        let mut wanted = vec![FxHashSet::default(); users];
        for (user, mut events) in (0_u32..).zip(of) {
            events.shuffle(&mut random_for(seed, HOLD, user));
            let held_out = (events.len() as f64 * task.held_out) as usize;
            for (at, event) in events.into_iter().enumerate() {
                let likes = f64::from(event.value) >= task.liked;
                if at >= held_out {
                    had.push((user, event.item, 1.0));
                    liked.extend(likes.then_some((user, event.item, 1.0)));
                } else if likes {
                    wanted[user as usize].insert(event.item);
                }
            }
        }
        let fit = FitData { matrix: Csr::from_triplets(users, items, &liked), ..FitData::default() };
        Self { fit, had: Csr::from_triplets(users, items, &had), wanted }
    }

    /// Parties of every make-up and size. Empty when too few people have enough held out.
    pub(super) fn parties(&self, task: &Parties, seed: u64) -> Vec<Party> {
        let able: Vec<u32> = (0..self.wanted.len() as u32)
            .filter(|&u| {
                self.wanted[u as usize].len() >= task.least && !self.fit.matrix.row(u as usize).0.is_empty()
            })
            .collect();
        if task.sizes.iter().any(|&size| able.len() < 5 * size) {
            return Vec::new();
        }
        let kinds =
            MakeUp::ALL.iter().flat_map(|&make_up| task.sizes.iter().map(move |&size| (make_up, size)));
        let numbered: Vec<(u32, MakeUp, usize)> = kinds
            .flat_map(|(make_up, size)| std::iter::repeat_n((make_up, size), task.parties))
            .zip(0..)
            .map(|((make_up, size), number)| (number, make_up, size))
            .collect();
        numbered
            .into_par_iter()
            .map(|(number, make_up, size)| self.draw(&able, number, make_up, size, seed))
            .collect()
    }

    fn draw(&self, able: &[u32], number: u32, make_up: MakeUp, size: usize, seed: u64) -> Party {
        let mut random = random_for(seed, DRAW, number);
        let first = able[random.random_range(0..able.len())];
        let mut others: Vec<u32> = able.iter().copied().filter(|&u| u != first).collect();
        let mut far = Vec::new();
        if make_up == MakeUp::Random {
            others.shuffle(&mut random);
        } else {
            let alike: Vec<f64> = (0..self.wanted.len() as u32).map(|u| self.cosine(first, u)).collect();
            others.sort_by(|&a, &b| alike[b as usize].total_cmp(&alike[a as usize]));
            far = others.split_off(others.len() - others.len() / 5);
            others.truncate((2 * size).max(20));
            others.shuffle(&mut random);
        }
        let mut members = vec![first];
        members.extend(others.into_iter().take(size - 1));
        if make_up == MakeUp::Outlier {
            members[size - 1] = far[random.random_range(0..far.len())];
        }
        Party { make_up, members }
    }

    /// Of two people's liked training items.
    fn cosine(&self, a: u32, b: u32) -> f64 {
        let (left, right) = (self.fit.matrix.row(a as usize).0, self.fit.matrix.row(b as usize).0);
        if left.is_empty() || right.is_empty() {
            return 0.0;
        }
        let shared = left.iter().filter(|item| right.binary_search(item).is_ok()).count();
        shared as f64 / ((left.len() * right.len()) as f64).sqrt()
    }
}
