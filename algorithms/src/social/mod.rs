//! Trust-weighted neighbours: people speak for what they have, and how loudly each speaks for whom is learned
//! from what both have and from their friendships together.
//!
//! Kernel ridge regression over people. With profiles `x̂_ui = x_ui / (n_u^a · n_i^b)` (n_u the length of a
//! profile, n_i the people of an item), the likeness of two people is
//!
//! `K = X̂X̂ᵀ / c + τ·M`, `M = N^-½ (A + sI)² N^-½`,
//!
//! where c makes the mean of the first diagonal 1, A is the matrix of friendships and N that of their degrees plus
//! s². The weights with which everybody speaks for a person are `w = (K + λI)⁻¹ k`, k being the likeness of
//! that person to everybody, and `score(i) = Σ_v w_v · x_vi / (n_v^a · n_i^t)`. The inverse is what turns likeness
//! into trust: a friend whose taste others already tell counts little, one who adds something counts much.
//! Without friends (`friends = false`) the second term of K is 0 and nothing else changes.
//!
//! Saunders, Gammerman and Vovk, *Ridge Regression Learning Algorithm in Dual Variables* (ICML 1998); for one
//! kernel from several relations Fouss et al., *An experimental investigation of kernels on graphs for
//! collaborative recommendation* (Neural Networks 31, 2012). With a = b = t = 0 it is the unconstrained sibling of
//! EASE, solved over people instead of items.
//!
//! A fit costs O(people³) time and 20 bytes · people² at its peak, so it is for some thousands of people
//! ([`MAX_PEOPLE`]); a score costs O(people² + entries of the matrix).

mod circle;
pub mod friend_knn;
#[cfg(test)]
mod tests;

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, Side};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::circle::Circle;
use crate::check::require;
use crate::matrix::Csr;
use crate::model::{FitError, Profile, ProfileScorer, Progress};
use crate::topk::top_k_of;

/// The largest number of people that a [`Social`] is fitted on; its matrix takes 1 GiB then.
pub const MAX_PEOPLE: usize = 16_384;

/// Parameters of [`Social`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Whether friendships count.
    pub friends: bool,
    /// λ, the regularisation, above 0, in units of the mean likeness of a person to oneself.
    pub lambda: f64,
    /// a, from 0: how much long profiles are toned down.
    pub person_exponent: f64,
    /// b, from 0: how little a popular item says about two people being alike.
    pub item_exponent: f64,
    /// t, from 0: how much the scores of popular items are toned down.
    pub popularity_exponent: f64,
    /// τ, from 0: the weight of friendship beside taste.
    pub trust: f64,
    /// s, above 0: two friends without a friend in common are as near as two people with 2s of them.
    pub closeness: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            friends: true,
            lambda: 1.8,
            person_exponent: 0.5,
            item_exponent: 0.2,
            popularity_exponent: 0.1,
            trust: 0.1,
            closeness: 2.0,
        }
    }
}

impl Params {
    fn check(&self) -> Result<(), FitError> {
        require(self.lambda > 0.0 && self.lambda.is_finite(), "lambda", "above 0", self.lambda)?;
        require(self.closeness > 0.0 && self.closeness.is_finite(), "closeness", "above 0", self.closeness)?;
        for (name, value) in [
            ("person_exponent", self.person_exponent),
            ("item_exponent", self.item_exponent),
            ("popularity_exponent", self.popularity_exponent),
            ("trust", self.trust),
        ] {
            require(value >= 0.0 && value.is_finite(), name, "0 or more", value)?;
        }
        Ok(())
    }
}

/// Somebody to score for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Person<'a> {
    /// What the person has.
    pub profile: Profile<'a>,
    /// The friends, as rows of the matrix of the fit.
    pub friends: &'a [u32],
    /// The person's own row of that matrix, if there is one.
    pub row: Option<u32>,
}

/// The fitted model.
///
/// ```
/// use soiree_algorithms::social::{Params, Person, Social};
/// use soiree_algorithms::{matrix::Csr, model::Silent};
/// let has = Csr::from_triplets(3, 4, &[(0, 0, 1.0), (1, 0, 1.0), (1, 1, 1.0), (2, 0, 1.0), (2, 2, 1.0)]);
/// let links = Csr::from_triplets(3, 3, &[(0, 2, 1.0)]);
/// let model = Social::fit(&has, &links, Params::default(), &Silent)?;
/// let mut scores = [0.0; 4];
/// // Somebody new who has item 0 and is a friend of person 2, who has item 2.
/// let newcomer = Person { profile: &[(0, 1.0)], friends: &[2], row: None };
/// model.score_for(&newcomer, &mut scores);
/// assert!(scores[2] > scores[1] && scores[3] == 0.0);
/// # Ok::<(), soiree_algorithms::model::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Social {
    params: Params,
    /// X̂ᵀ / c.
    alike: Csr,
    /// `n_i^-b`.
    item_scales: Vec<f32>,
    circle: Circle,
    /// (K + λI)⁻¹, row-major.
    inverse: Vec<f32>,
    /// What each person says, `x_vi / (n_v^a · n_i^t)`.
    said: Csr,
}

impl Social {
    /// Fits on a matrix of people × items and one of links from people to people; a link in either direction
    /// makes two people friends.
    ///
    /// # Errors
    /// [`FitError::Parameter`], also with more than [`MAX_PEOPLE`]; [`FitError::Empty`] without entries;
    /// [`FitError::Singular`], [`FitError::Cancelled`].
    pub fn fit(matrix: &Csr, links: &Csr, params: Params, progress: &dyn Progress) -> Result<Self, FitError> {
        params.check()?;
        let people = matrix.rows();
        require(people <= MAX_PEOPLE, "people", "at most 16384", people)?;
        if matrix.nnz() == 0 {
            return Err(FitError::Empty);
        }
        let step = |done| {
            progress.report(done, 4);
            if progress.cancelled() { Err(FitError::Cancelled) } else { Ok(()) }
        };
        step(0)?;
        let counts = matrix.column_counts();
        let powers = |exponent: f64| -> Vec<f32> {
            counts.iter().map(|&n| f64::from(n.max(1)).powf(-exponent) as f32).collect()
        };
        let toned = matrix.map(|row, _, value| value * length_scale(matrix.row(row).0.len(), &params));
        let (item_scales, said_scales) = (powers(params.item_exponent), powers(params.popularity_exponent));
        let features = toned.map(|_, item, value| value * item_scales[item as usize]);
        let squares: f64 = features.values().iter().map(|v| f64::from(*v).powi(2)).sum();
        let unit = (people as f64 / squares) as f32;
        let mut model = Self {
            params,
            alike: features.map(|_, _, value| value * unit).transpose(),
            item_scales,
            circle: Circle::default(),
            inverse: Vec::new(),
            said: toned.map(|_, item, value| value * said_scales[item as usize]),
        };
        if params.friends {
            model.circle = Circle::new(people, links, params.closeness as f32);
        }
        let likeness = model.likeness_of_all(matrix);
        step(1)?;
        let factor = likeness.llt(Side::Lower).map_err(|_| FitError::Singular("K + λI; raise lambda"))?;
        drop(likeness);
        step(2)?;
        let inverse = factor.inverse();
        model.inverse = (0..people).flat_map(|v| inverse.col(v).iter().map(|x| *x as f32)).collect();
        step(4)?;
        Ok(model)
    }

    /// K + λI.
    fn likeness_of_all(&self, matrix: &Csr) -> Mat<f64> {
        let mut out = Mat::<f64>::zeros(matrix.rows(), matrix.rows());
        out.par_col_iter_mut().enumerate().for_each(|(row, column)| {
            let cells =
                column.try_as_col_major_mut().expect("columns of a matrix are contiguous").as_slice_mut();
            let alike = self.likeness(&matrix.profile(row), &self.friends(row as u32), Some(row as u32));
            for (cell, value) in cells.iter_mut().zip(alike) {
                *cell = f64::from(value);
            }
            cells[row] += self.params.lambda;
        });
        out
    }

    /// k, the likeness of somebody to everybody.
    fn likeness(&self, profile: Profile<'_>, friends: &[u32], row: Option<u32>) -> Vec<f32> {
        let mut out = vec![0_f32; self.said.rows()];
        let scale = length_scale(profile.len(), &self.params);
        for &(item, weight) in profile.iter().filter(|cell| (cell.0 as usize) < self.item_scales.len()) {
            let (people, values) = self.alike.row(item as usize);
            let weight = weight * scale * self.item_scales[item as usize];
            for (&person, value) in people.iter().zip(values) {
                out[person as usize] += weight * value;
            }
        }
        if self.params.friends && !(friends.is_empty() && row.is_none()) {
            self.circle.add(friends, row, self.params.trust as f32, &mut out);
        }
        out
    }

    /// The friends that the fit knows of somebody; nobody without friendships.
    #[must_use]
    pub fn friends(&self, row: u32) -> Vec<u32> {
        if self.params.friends && (row as usize) < self.said.rows() {
            self.circle.friends(row)
        } else {
            Vec::new()
        }
    }

    /// w: how loudly each person of the fit speaks for this one. Below 0, what they have speaks against.
    #[must_use]
    pub fn trust(&self, person: &Person<'_>) -> Vec<f32> {
        let row = person.row.filter(|&row| (row as usize) < self.said.rows());
        let alike = self.likeness(person.profile, person.friends, row);
        let dot = |line: &[f32]| line.iter().zip(&alike).map(|(a, b)| a * b).sum();
        self.inverse.chunks_exact(alike.len().max(1)).map(dot).collect()
    }

    /// Writes one score per item.
    pub fn score_for(&self, person: &Person<'_>, out: &mut [f32]) {
        out.fill(0.0);
        for (speaker, weight) in self.trust(person).into_iter().enumerate() {
            let (items, values) = self.said.row(speaker);
            for (&item, value) in items.iter().zip(values) {
                out[item as usize] += weight * value;
            }
        }
    }

    /// Who speaks for an item, with their shares of its score, loudest first and at most `k`: the evidence for
    /// an explanation. `trust` is what [`Social::trust`] said.
    #[must_use]
    pub fn speakers(&self, trust: &[f32], item: u32, k: usize) -> Vec<(u32, f32)> {
        if item as usize >= self.alike.rows() {
            return Vec::new();
        }
        let share = |person: u32| {
            let (items, values) = self.said.row(person as usize);
            items.binary_search(&item).map_or(0.0, |at| values[at] * trust[person as usize])
        };
        let shares = self.alike.row(item as usize).0.iter().map(|&person| (person, share(person)));
        top_k_of(shares.filter(|s| s.1 > 0.0), k)
    }
}

/// `n^-a` of a profile of n items.
fn length_scale(length: usize, params: &Params) -> f32 {
    (length.max(1) as f64).powf(-params.person_exponent) as f32
}

impl ProfileScorer for Social {
    fn items(&self) -> usize {
        self.item_scales.len()
    }

    fn score(&self, profile: Profile<'_>, out: &mut [f32]) {
        self.score_for(&Person { profile, ..Person::default() }, out);
    }

    fn score_person(&self, person: u32, profile: Profile<'_>, out: &mut [f32]) {
        self.score_for(&Person { profile, friends: &self.friends(person), row: Some(person) }, out);
    }
}
