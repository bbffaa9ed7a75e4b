//! Who is near whom among friends: direct friendship and friends in common, brought to the scale of a cosine.

use crate::matrix::Csr;

/// Friendships as a kernel over people, `M = N^-½ (A + sI)² N^-½`, where A is the symmetric 0/1 matrix of
/// friendships, s weighs a person against one friend, and N has `degree + s²` on its diagonal, so that
/// everybody's likeness to oneself is 1. `(A + sI)² = A² + 2sA + s²I`: friends in common plus 2s for being friends.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Circle {
    /// A + sI.
    links: Csr,
    own: f32,
    /// `(degree + s²)^-½` of everybody.
    scales: Vec<f32>,
}

impl Circle {
    /// Takes links in either direction, each of which makes two people friends; nobody is one's own friend.
    pub(super) fn new(people: usize, links: &Csr, own: f32) -> Self {
        let mut cells = Vec::with_capacity(2 * links.nnz() + people);
        for from in 0..links.rows().min(people) {
            for &to in links.row(from).0.iter().filter(|&&to| (to as usize) < people && to as usize != from) {
                cells.extend([(from as u32, to, 1.0), (to, from as u32, 1.0)]);
            }
        }
        cells.extend((0..people as u32).map(|p| (p, p, own)));
        let links = Csr::from_triplets(people, people, &cells);
        let scales = (0..people).map(|p| scale(links.row(p).0.len() - 1, own)).collect();
        Self { links, own, scales }
    }

    /// The friends of somebody.
    pub(super) fn friends(&self, person: u32) -> Vec<u32> {
        self.links.row(person as usize).0.iter().copied().filter(|&other| other != person).collect()
    }

    /// Adds `weight · M` between somebody with these friends and everybody. `row` is the person's own row, if
    /// there is one.
    pub(super) fn add(&self, friends: &[u32], row: Option<u32>, weight: f32, out: &mut [f32]) {
        let weight = weight * scale(friends.len(), self.own);
        let own = row.iter().map(|&row| (row, self.own));
        for (near, times) in friends.iter().map(|&friend| (friend, 1.0)).chain(own) {
            if near as usize >= self.links.rows() {
                continue;
            }
            let (others, values) = self.links.row(near as usize);
            for (&other, value) in others.iter().zip(values) {
                out[other as usize] += weight * times * value * self.scales[other as usize];
            }
        }
    }
}

fn scale(degree: usize, own: f32) -> f32 {
    1.0 / (degree as f32 + own * own).max(f32::MIN_POSITIVE).sqrt()
}
