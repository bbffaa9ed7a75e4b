//! What friends, and the friends they share with somebody, have.
//!
//! `score(i) = Σ_v M_uv · x_vi / n_v^a` over everybody near person u, with `M = N^-½ (A + sI)² N^-½` as in
//! [`crate::social`]: no taste, only friendships. Massa and Avesani, *Trust-aware recommender systems* (RecSys
//! 2007), with a symmetric kernel in place of trust that decays by the step. A fit costs O(entries), a score the
//! friends of the friends and what they have.

use serde::{Deserialize, Serialize};

use super::circle::Circle;
use crate::check::require;
use crate::matrix::Csr;
use crate::model::{FitError, Profile, ProfileScorer};

/// Parameters of [`FriendKnn`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// s, above 0: two friends without a friend in common are as near as two people with 2s of them.
    pub closeness: f64,
    /// a, from 0: how much people who have much are toned down.
    pub person_exponent: f64,
}

impl Default for Params {
    fn default() -> Self {
        Self { closeness: 2.0, person_exponent: 0.5 }
    }
}

/// The fitted model: friendships, and what everybody has.
///
/// ```
/// use soiree_algorithms::social::friend_knn::{FriendKnn, Params};
/// use soiree_algorithms::{matrix::Csr, model::ProfileScorer};
/// let has = Csr::from_triplets(3, 2, &[(1, 0, 1.0), (2, 1, 1.0)]);
/// let links = Csr::from_triplets(3, 3, &[(0, 1, 1.0), (2, 1, 1.0)]);
/// let model = FriendKnn::fit(&has, &links, Params::default())?;
/// let mut scores = [0.0; 2];
/// model.score_person(0, &[], &mut scores);
/// assert!(scores[0] > scores[1] && scores[1] > 0.0); // A friend's item, and that of a friend's friend.
/// # Ok::<(), soiree_algorithms::model::FitError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FriendKnn {
    circle: Circle,
    said: Csr,
}

impl FriendKnn {
    /// Takes a matrix of people × items and links between people in either direction.
    ///
    /// # Errors
    /// [`FitError::Parameter`].
    pub fn fit(matrix: &Csr, links: &Csr, params: Params) -> Result<Self, FitError> {
        let Params { closeness, person_exponent } = params;
        require(closeness > 0.0 && closeness.is_finite(), "closeness", "above 0", closeness)?;
        let exponent = person_exponent;
        require(exponent >= 0.0 && exponent.is_finite(), "person_exponent", "0 or more", exponent)?;
        let scale = |row: usize| (matrix.row(row).0.len() as f64).powf(-exponent) as f32;
        Ok(Self {
            circle: Circle::new(matrix.rows(), links, closeness as f32),
            said: matrix.map(|row, _, value| value * scale(row)),
        })
    }

    /// Writes what somebody with these friends, rows of the matrix of the fit, hears of each item.
    pub fn score_for(&self, friends: &[u32], row: Option<u32>, out: &mut [f32]) {
        out.fill(0.0);
        let row = row.filter(|&row| (row as usize) < self.said.rows());
        let mut near = vec![0_f32; self.said.rows()];
        self.circle.add(friends, row, 1.0, &mut near);
        for (speaker, weight) in near.iter().enumerate().filter(|n| *n.1 > 0.0 && row != Some(n.0 as u32)) {
            let (items, values) = self.said.row(speaker);
            for (&item, value) in items.iter().zip(values) {
                out[item as usize] += weight * value;
            }
        }
    }
}

impl ProfileScorer for FriendKnn {
    fn items(&self) -> usize {
        self.said.cols()
    }

    /// A profile says nothing about friends, so all scores are 0.
    fn score(&self, _profile: Profile<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn score_person(&self, person: u32, _profile: Profile<'_>, out: &mut [f32]) {
        let known = (person as usize) < self.said.rows();
        let friends = if known { self.circle.friends(person) } else { Vec::new() };
        self.score_for(&friends, Some(person), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_things_are_no_hearsay_and_strangers_hear_nothing() {
        let has = Csr::from_triplets(2, 2, &[(0, 0, 1.0), (1, 1, 4.0)]);
        let model =
            FriendKnn::fit(&has, &Csr::from_triplets(2, 2, &[(1, 0, 1.0)]), Params::default()).unwrap();
        let mut scores = [9.0; 2];
        model.score_person(0, &[(0, 1.0)], &mut scores);
        assert!(scores[0] == 0.0 && scores[1] > 0.0, "{scores:?}");
        model.score_person(7, &[], &mut scores);
        assert_eq!(scores, [0.0; 2]);
        model.score_for(&[1, 99], None, &mut scores);
        assert!(scores[1] > 0.0, "{scores:?}");
    }

    #[test]
    fn faults_are_refused() {
        let nothing = Csr::from_triplets(1, 1, &[]);
        for params in [
            Params { closeness: 0.0, ..Params::default() },
            Params { person_exponent: -1.0, ..Params::default() },
        ] {
            assert!(matches!(FriendKnn::fit(&nothing, &nothing, params), Err(FitError::Parameter { .. })));
        }
    }
}
