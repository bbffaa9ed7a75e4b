//! One party's evening: several lists in a row, with nothing twice, and how content everybody was.

use rustc_hash::FxHashSet;
use soiree_algorithms::group::{Debts, Terms, aggregate, fairness, satisfaction};
use soiree_algorithms::model::ProfileScorer;
use soiree_algorithms::statistics::mean;
use soiree_algorithms::topk::{top_k, top_k_unseen};
use soiree_domain::Strategy;

use super::draw::{Party, People};
use super::mood::Moods;
use crate::protocol::Parties;
use crate::rank::ndcg_of;
use crate::strategies::fits;

/// What a party may be shown: common candidates and every member's fit of each.
pub(super) struct Table {
    items: Vec<u32>,
    /// Members × items. What a member has had fits them with 0.
    fits: Vec<Vec<f32>>,
    wanted: Vec<FxHashSet<u32>>,
}

impl Table {
    /// The best candidates of every member, without what that member has had; fits are scores over the highest.
    pub(super) fn new(party: &Party, people: &People, person: &dyn ProfileScorer, most: usize) -> Self {
        let mut all: Vec<Vec<f32>> = Vec::new();
        let mut items: Vec<u32> = Vec::new();
        for &member in &party.members {
            let mut scores = vec![0_f32; person.items()];
            person.score(&people.fit.matrix.profile(member as usize), &mut scores);
            let had = people.had.row(member as usize).0;
            items.extend(top_k_unseen(&scores, most, had).into_iter().map(|found| found.0));
            had.iter().for_each(|&item| scores[item as usize] = 0.0);
            all.push(scores);
        }
        items.sort_unstable();
        items.dedup();
        let of = |scores: &Vec<f32>| {
            let mut own: Vec<f32> = items.iter().map(|&item| scores[item as usize]).collect();
            fits(&mut own);
            own
        };
        let fits = all.iter().map(of).collect();
        let wanted = party.members.iter().map(|&m| people.wanted[m as usize].clone()).collect();
        Self { items, fits, wanted }
    }
}

impl Table {
    /// Mixes the fit to a random mood of the room into every member's fits, as the context of the server's blend does. What a
    /// member has had stays at 0, and the best is 1 again.
    pub(super) fn lean(&mut self, moods: &Moods, share: f32, seed: u64, party: u32) {
        let suits = moods.suits(&self.items, seed, party);
        for fits_of_one in &mut self.fits {
            for (fit, suits) in fits_of_one.iter_mut().zip(&suits).filter(|(fit, _)| **fit > 0.0) {
                *fit = (1.0 - share) * *fit + share * suits;
            }
            fits(fits_of_one);
        }
    }
}

/// Figures of an evening, in the order of [`COLUMNS`].
pub(super) type Figures = [f64; COLUMNS.len()];

/// `least`: the least content member of a round; `mean`; `spread`: most less least in a round, each a mean over the rounds.
/// `evening_least` and `evening_spread`: of the members' means over the evening.
pub(super) const COLUMNS: [&str; 5] = ["least", "mean", "spread", "evening_least", "evening_spread"];

/// Plays an evening. The party sees fits alone; contentment is measured on held-out items: a member's NDCG of the round's
/// list, whose ideal is made of what they want and were not shown yet. Who has nothing left to want is left out of a round.
pub(super) fn play(
    table: &Table,
    task: &Parties,
    strategy: Strategy,
    misery: f32,
    with_debt: bool,
) -> Figures {
    let members = table.fits.len();
    let mut open: Vec<usize> = (0..table.items.len()).collect();
    let mut left = table.wanted.clone();
    let mut debts: Debts<usize> = Debts::default();
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    let mut own: Vec<Vec<f64>> = vec![Vec::new(); members];
    for _ in 0..task.rounds {
        let fits: Vec<Vec<f32>> =
            table.fits.iter().map(|fits| open.iter().map(|&at| fits[at]).collect()).collect();
        let seen: Vec<&[f32]> = fits.iter().map(Vec::as_slice).collect();
        let weights: Vec<f32> =
            (0..members).map(|m| if with_debt { debts.weight(&m) } else { 1.0 }).collect();
        let scores = aggregate(strategy, &seen, &weights, &Terms { misery, length: task.length });
        let list: Vec<usize> =
            top_k(&scores, task.length).into_iter().map(|found| found.0 as usize).collect();
        let expected = expected(&fits, &list, task.length);
        let mean = fairness(&expected).mean;
        debts.round(&expected.into_iter().enumerate().collect::<Vec<_>>(), mean);

        let shown: Vec<u32> = list.iter().map(|&at| table.items[open[at]]).collect();
        let mut round = Vec::new();
        for (member, left) in left.iter_mut().enumerate() {
            if !left.is_empty() {
                let content = ndcg_of(&shown, left, task.length);
                round.push(content);
                own[member].push(content);
                shown.iter().for_each(|item| {
                    left.remove(item);
                });
            }
        }
        rounds.push(round);
        let gone: FxHashSet<usize> = list.into_iter().collect();
        let mut at = 0;
        open.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }
    figures(&rounds, &own)
}

/// What the party itself thinks of its list, from fits alone.
fn expected(fits: &[Vec<f32>], list: &[usize], length: usize) -> Vec<f32> {
    let of = |fits: &Vec<f32>| {
        let given: Vec<f32> = list.iter().map(|&at| fits[at]).collect();
        let best: Vec<f32> = top_k(fits, length).into_iter().map(|found| found.1).collect();
        satisfaction(&given, &best)
    };
    fits.iter().map(of).collect()
}

fn figures(rounds: &[Vec<f64>], own: &[Vec<f64>]) -> Figures {
    let least = |values: &[f64]| values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = |values: &[f64]| values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let rounds: Vec<&Vec<f64>> = rounds.iter().filter(|round| !round.is_empty()).collect();
    let over = |f: &dyn Fn(&[f64]) -> f64| mean(&rounds.iter().map(|round| f(round)).collect::<Vec<_>>());
    let evening: Vec<f64> = own.iter().filter(|m| !m.is_empty()).map(|m| mean(m)).collect();
    if evening.is_empty() {
        return Figures::default();
    }
    [
        over(&least),
        over(&mean),
        over(&|round| most(round) - least(round)),
        least(&evening),
        most(&evening) - least(&evening),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn task() -> Parties {
        let interactions = crate::protocol::DataFile {
            path: PathBuf::new(),
            layout: crate::protocol::Layout::Columns,
            table: soiree_datasets::table::Table::default(),
            columns: Vec::new(),
            min_value: None,
        };
        Parties {
            interactions,
            items: None,
            liked: 4.0,
            held_out: 0.2,
            least: 1,
            sizes: vec![2],
            parties: 1,
            rounds: 2,
            length: 1,
            candidates: 4,
        }
    }

    /// One loves items 0 and 1 above all, the other likes 2 and 3.
    fn table() -> Table {
        Table {
            items: vec![10, 11, 12, 13],
            fits: vec![vec![1.0, 0.9, 0.1, 0.0], vec![0.0, 0.1, 0.7, 0.6]],
            wanted: vec![FxHashSet::from_iter([10, 11]), FxHashSet::from_iter([12])],
        }
    }

    #[test]
    fn nothing_comes_twice_and_a_debt_turns_the_second_round() {
        let [least, mean, spread, evening_least, evening_spread] =
            play(&table(), &task(), Strategy::Average, 0.2, false);
        // The first is given 10 and 11, one of two each time and then the only one left; the other nothing.
        assert!((least - 0.0).abs() < 1e-9 && (mean - 0.5).abs() < 1e-9 && (spread - 1.0).abs() < 1e-9);
        assert!((evening_least - 0.0).abs() < 1e-9 && (evening_spread - 1.0).abs() < 1e-9);
        let with_debt = play(&table(), &task(), Strategy::Average, 0.2, true);
        assert!((with_debt[3] - 0.5).abs() < 1e-9, "{with_debt:?}");
    }

    #[test]
    fn who_has_nothing_left_to_want_is_left_out() {
        let found = figures(&[vec![0.5, 1.0], vec![0.25], vec![]], &[vec![0.5, 0.25], vec![1.0]]);
        let wanted = [0.375, 0.5, 0.25, 0.375, 0.625];
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
    }
}
