//! A learned map from what people like in some domains (books, music) to what they will like in another (films).
//!
//! With profiles `z_ui = x_ui / (n_u^a · n_i^b)` in the source domains and `y_uj = x_uj / (m_u^c · m_j^t)` in the target
//! domain, over everybody who has something in both, the map is the covariance of the two sides cut to its r
//! strongest directions, `C = ZᵀY − n·z̄·ȳᵀ ≈ U·Tᵀ`, which is partial least squares in its SVD form. A person gets
//!
//! `score(j) = standard(z · U · Tᵀ_j · m_j^t) + p · standard(m_j)`
//!
//! where `standard` brings scores over the target items to mean 0 and deviation 1. What popularity explains is
//! not in C, whose means are taken out, and comes back with the weight p; the cut keeps what many pairs of items say
//! together and drops what one pair says by chance, which is nearly all of a raw transfer between sparse domains.
//!
//! The guard: a share of the people with enough in both is held out, and each pair of domains is measured by the
//! recall that its part of the map adds to the others. A pair that hurts is switched off; when all that is left hurts
//! beside popularity, so is that. [`DomainMap::pairs`] tells which are on.
//!
//! Wegelin, *A survey of partial least squares methods, with emphasis on the two-block case* (2000); the idea of a
//! learned map between domains is that of Man et al., *EMCDR* (IJCAI 2017). A fit costs O(rank · entries) a round, a
//! score O(rank · (profile + target items)).

mod guard;
mod links;
mod subspace;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::subspace::{Halves, halves};
use crate::blend::standardise;
use crate::check::require;
use crate::matrix::Csr;
use crate::model::{FitError, Profile, ProfileScorer, Progress};

/// Parameters of [`DomainMap`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// r, from 1: how many directions the map keeps.
    pub rank: usize,
    /// a, from 0: how much long source profiles are toned down.
    pub person_exponent: f64,
    /// b, from 0: how much popular source items are toned down.
    pub source_exponent: f64,
    /// c, from 0: how much people with much in the target domain are toned down.
    pub target_person_exponent: f64,
    /// t, from 0: how much popular target items are toned down while the map is learned.
    pub target_exponent: f64,
    /// p, from 0: the weight of popularity beside the map.
    pub prior: f64,
    /// Whether pairs of domains that hurt are switched off.
    pub guard: bool,
    /// Share of the people with enough on both sides that the guard holds out, above 0 and below 1; at most 500 people.
    pub holdout: f64,
    /// What is enough for the guard: events on either side.
    pub enough: usize,
    /// Length of the lists that the guard measures.
    pub cut: usize,
    /// Seed of the hold-out and of the iteration.
    pub seed: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            rank: 20,
            person_exponent: 0.3,
            source_exponent: 0.2,
            target_person_exponent: 0.5,
            target_exponent: 0.0,
            prior: 0.5,
            guard: true,
            holdout: 0.2,
            enough: 3,
            cut: 20,
            seed: 1,
        }
    }
}

impl Params {
    fn check(&self) -> Result<(), FitError> {
        require(self.rank >= 1, "rank", "at least 1", self.rank)?;
        require(self.cut >= 1, "cut", "at least 1", self.cut)?;
        require(self.holdout > 0.0 && self.holdout < 1.0, "holdout", "between 0 and 1", self.holdout)?;
        for (name, value) in [
            ("person_exponent", self.person_exponent),
            ("source_exponent", self.source_exponent),
            ("target_person_exponent", self.target_person_exponent),
            ("target_exponent", self.target_exponent),
            ("prior", self.prior),
        ] {
            require(value >= 0.0 && value.is_finite(), name, "0 or more", value)?;
        }
        Ok(())
    }
}

/// What the guard found for one pair of domains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// The source domain.
    pub source: u16,
    /// Mean recall that this pair adds to the rest of the map on the people held out; 0 without a guard.
    pub gain: f64,
    /// People who were held out.
    pub people: usize,
    /// Whether the pair takes part.
    pub on: bool,
}

/// The fitted map to one domain.
///
/// ```
/// use soiree_algorithms::domain_map::{DomainMap, Params};
/// use soiree_algorithms::{matrix::Csr, model::{ProfileScorer, Silent}};
/// // Items 0 and 1 are books, 2 and 3 films; who has book 0 has film 2, and book 1 goes with film 3.
/// let cells: Vec<_> = (0..40).flat_map(|p| [(p, p % 2, 1.0), (p, 2 + p % 2, 1.0)]).collect();
/// let has = Csr::from_triplets(40, 4, &cells);
/// let params = Params { rank: 1, enough: 1, cut: 1, ..Params::default() };
/// let map = DomainMap::fit(&has, &[0, 0, 1, 1], 1, params, &Silent)?;
/// let mut scores = [0.0; 4];
/// map.score(&[(1, 1.0)], &mut scores);
/// assert!(scores[3] > scores[2] && map.pairs()[0].on);
/// # Ok::<(), soiree_algorithms::model::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DomainMap {
    params: Params,
    target: u16,
    of_item: Vec<u16>,
    pairs: Vec<Pair>,
    /// The items of the target domain, rising.
    targets: Vec<u32>,
    /// `n_i^-b` of source items, `m_j^t` of target items.
    scales: Vec<f32>,
    /// Standardised popularity of the target items.
    prior: Vec<f32>,
    halves: Halves,
}

impl DomainMap {
    /// Fits on a matrix of people × items whose items belong to domains; the map leads to `target` from all others.
    ///
    /// # Errors
    /// [`FitError::Parameter`], also when there is not one domain per item; [`FitError::Empty`] without events in
    /// the target domain; [`FitError::Cancelled`].
    pub fn fit(
        matrix: &Csr,
        of_item: &[u16],
        target: u16,
        params: Params,
        progress: &dyn Progress,
    ) -> Result<Self, FitError> {
        params.check()?;
        require(of_item.len() == matrix.cols(), "of_item", "one domain per item", of_item.len())?;
        let step = |done| {
            progress.report(done, 2);
            if progress.cancelled() { Err(FitError::Cancelled) } else { Ok(()) }
        };
        step(0)?;
        let pairs = guard::pairs(matrix, of_item, target, &params)?;
        step(1)?;
        let mut map = Self::fit_whole(matrix, of_item, target, params)?;
        map.pairs = pairs;
        step(2)?;
        Ok(map)
    }

    /// Fits with every pair on.
    fn fit_whole(matrix: &Csr, of_item: &[u16], target: u16, params: Params) -> Result<Self, FitError> {
        let counts = matrix.column_counts();
        let is_target = |item: u32| of_item[item as usize] == target;
        let targets: Vec<u32> = (0..matrix.cols() as u32).filter(|&item| is_target(item)).collect();
        if targets.iter().all(|&item| counts[item as usize] == 0) {
            return Err(FitError::Empty);
        }
        let power = |n: u32, exponent: f64| f64::from(n.max(1)).powf(exponent) as f32;
        let scales: Vec<f32> = (0..matrix.cols() as u32)
            .map(|item| match is_target(item) {
                true => power(counts[item as usize], params.target_exponent),
                false => power(counts[item as usize], -params.source_exponent),
            })
            .collect();
        let (z, y) = two_sides(matrix, &is_target, &scales, &params);
        let rank = params.rank.min(targets.len()).min((matrix.cols() - targets.len()).max(1));
        let mut prior: Vec<f32> = targets.iter().map(|&item| counts[item as usize] as f32).collect();
        standardise(&mut prior);
        let mut sources: Vec<u16> = of_item.iter().copied().filter(|&domain| domain != target).collect();
        sources.sort_unstable();
        sources.dedup();
        let pairs = sources.iter().map(|&source| Pair { source, gain: 0.0, people: 0, on: true }).collect();
        let halves = halves(&z, &y, rank, params.seed);
        Ok(Self { params, target, of_item: of_item.to_vec(), pairs, targets, scales, prior, halves })
    }

    /// What the guard found, source domains rising.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Scores of the target items with the source domains that `on` names.
    fn target_scores(&self, profile: Profile<'_>, on: impl Fn(u16) -> bool) -> Vec<f32> {
        let rank = self.halves.rank;
        let known = profile.iter().filter(|cell| {
            self.of_item.get(cell.0 as usize).is_some_and(|&domain| domain != self.target && on(domain))
        });
        let mut point = vec![0_f32; rank];
        let mut length = 0_usize;
        for &(item, weight) in known {
            length += 1;
            let line = &self.halves.left[item as usize * rank..][..rank];
            let weight = weight * self.scales[item as usize];
            point.iter_mut().zip(line).for_each(|(sum, x)| *sum += weight * x);
        }
        let mapped = |item: &u32| {
            let line = &self.halves.right[*item as usize * rank..][..rank];
            self.scales[*item as usize] * point.iter().zip(line).map(|(p, x)| p * x).sum::<f32>()
        };
        let mut scores: Vec<f32> = self.targets.iter().map(mapped).collect();
        standardise(&mut scores);
        if length == 0 {
            // With nothing to go by there is only popularity, whatever its weight.
            scores.copy_from_slice(&self.prior);
        } else {
            let prior = self.params.prior as f32;
            scores.iter_mut().zip(&self.prior).for_each(|(score, p)| *score += prior * p);
        }
        scores
    }
}

/// Z and Y over the people who have something on both sides, with the items of the whole matrix as columns.
fn two_sides(matrix: &Csr, is_target: &impl Fn(u32) -> bool, scales: &[f32], params: &Params) -> (Csr, Csr) {
    let (mut z, mut y, mut people) = (Vec::new(), Vec::new(), 0_u32);
    for row in 0..matrix.rows() {
        let profile = matrix.profile(row);
        let (ours, theirs): (Vec<_>, Vec<_>) = profile.into_iter().partition(|cell| is_target(cell.0));
        if ours.is_empty() || theirs.is_empty() {
            continue;
        }
        let toned = |length: usize, exponent: f64| (length as f64).powf(-exponent) as f32;
        let scale = toned(theirs.len(), params.person_exponent);
        z.extend(theirs.iter().map(|&(item, w)| (people, item, w * scale * scales[item as usize])));
        let scale = toned(ours.len(), params.target_person_exponent);
        y.extend(ours.iter().map(|&(item, w)| (people, item, w * scale / scales[item as usize])));
        people += 1;
    }
    let built = |cells: &[(u32, u32, f32)]| Csr::from_triplets(people as usize, matrix.cols(), cells);
    (built(&z), built(&y))
}

impl ProfileScorer for DomainMap {
    fn items(&self) -> usize {
        self.of_item.len()
    }

    /// Items of other domains get 0, the mean over the target domain.
    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        out.fill(0.0);
        let on = |domain| self.pairs.iter().any(|pair| pair.source == domain && pair.on);
        for (&item, score) in self.targets.iter().zip(self.target_scores(profile, on)) {
            out[item as usize] = score;
        }
    }
}
