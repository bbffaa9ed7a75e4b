//! Which pairs of domains help, measured on people whose target events the map has not seen.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::{DomainMap, Pair, Params};
use crate::matrix::Csr;
use crate::metrics::accuracy::{IdealLength, RecallDivisor, measure};
use crate::metrics::ties;
use crate::model::FitError;
use crate::statistics::mean;

/// More people are not held out: the error of the mean recall is small by then, and each of them is asked for every pair.
const MOST_HELD_OUT: usize = 500;

/// Somebody held out.
pub(super) struct Hidden {
    profile: Vec<(u32, f32)>,
    /// Items of the target domain, rising.
    wanted: Vec<u32>,
}

/// Decides for every pair; without a guard, or with nobody to hold out, all are on.
pub(super) fn pairs(
    matrix: &Csr,
    of_item: &[u16],
    target: u16,
    params: &Params,
) -> Result<Vec<Pair>, FitError> {
    let (seen, hidden) = hold_out(matrix, of_item, target, params);
    if !params.guard || hidden.is_empty() {
        return DomainMap::fit_whole(matrix, of_item, target, *params).map(|map| map.pairs);
    }
    let map = DomainMap::fit_whole(&seen, of_item, target, *params)?;
    let recall = |on: &(dyn Fn(u16) -> bool + Sync)| -> f64 {
        mean(&hidden.par_iter().map(|person| recall(&map, person, on, params.cut)).collect::<Vec<f64>>())
    };
    let whole = recall(&|_| true);
    let mut pairs: Vec<Pair> = map
        .pairs
        .iter()
        .map(|pair| {
            let gain = whole - recall(&|domain| domain != pair.source);
            Pair { gain, people: hidden.len(), on: gain >= 0.0, ..*pair }
        })
        .collect();
    let kept: Vec<u16> = pairs.iter().filter(|pair| pair.on).map(|pair| pair.source).collect();
    if recall(&|domain| kept.contains(&domain)) < recall(&|_| false) {
        pairs.iter_mut().for_each(|pair| pair.on = false);
    }
    Ok(pairs)
}

/// A share of the people with enough on both sides loses what it has in the target domain.
pub(super) fn hold_out(matrix: &Csr, of_item: &[u16], target: u16, params: &Params) -> (Csr, Vec<Hidden>) {
    let is_target = |item: u32| of_item[item as usize] == target;
    let enough = |row: &usize| {
        let items = matrix.row(*row).0;
        let ours = items.iter().filter(|&&item| is_target(item)).count();
        ours >= params.enough.max(1) && items.len() - ours >= params.enough.max(1)
    };
    let mut people: Vec<usize> = (0..matrix.rows()).filter(enough).collect();
    people.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(params.seed));
    people.truncate(((people.len() as f64 * params.holdout) as usize).min(MOST_HELD_OUT));
    people.sort_unstable();
    let (mut cells, mut hidden) = (Vec::with_capacity(matrix.nnz()), Vec::new());
    for row in 0..matrix.rows() {
        let profile = matrix.profile(row);
        let held = people.binary_search(&row).is_ok();
        let kept = profile.iter().filter(|cell| !held || !is_target(cell.0));
        cells.extend(kept.clone().map(|&(item, weight)| (row as u32, item, weight)));
        if held {
            let wanted = profile.iter().map(|cell| cell.0).filter(|&item| is_target(item)).collect();
            hidden.push(Hidden { profile: kept.copied().collect(), wanted });
        }
    }
    (Csr::from_triplets(matrix.rows(), matrix.cols(), &cells), hidden)
}

fn recall(map: &DomainMap, person: &Hidden, on: &(dyn Fn(u16) -> bool + Sync), cut: usize) -> f64 {
    let scores = map.target_scores(&person.profile, on);
    let wanted = |item: &u32| person.wanted.binary_search(item).is_ok();
    let mut scored: Vec<(f32, bool)> = scores.into_iter().zip(map.targets.iter().map(wanted)).collect();
    let blocks = ties::blocks(&mut scored, cut);
    measure(&blocks, person.wanted.len(), cut, RecallDivisor::All, IdealLength::Least).recall
}
