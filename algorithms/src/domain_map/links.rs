//! The map as lists of neighbours: what one item of a source domain says of items of the target domain.

use rayon::prelude::*;

use super::DomainMap;
use crate::topk::top_k_of;

impl DomainMap {
    /// For each of these source items the `k` target items that it speaks for most, as (source, target, strength),
    /// sources in the order given and targets rising. Items of pairs that are off, and of no source, are passed over.
    ///
    /// The map is linear: before [`DomainMap`] standardises, a person's score of a target item is the sum of these
    /// strengths over the profile, times a factor that is the same for all targets. So the lists, uncut and with what
    /// is below 0, rank like the map; a served list drops both. `O(rank · sources · targets)`.
    #[must_use]
    pub fn links(&self, sources: &[u32], targets: &[u32], k: usize) -> Vec<(u32, u32, f32)> {
        let rank = self.halves.rank;
        let domain = |item: u32| self.of_item.get(item as usize).copied();
        let on = |item: u32| self.pairs.iter().any(|pair| pair.on && Some(pair.source) == domain(item));
        let targets: Vec<u32> =
            targets.iter().copied().filter(|&item| domain(item) == Some(self.target)).collect();
        let sources: Vec<u32> = sources.iter().copied().filter(|&item| on(item)).collect();
        let lists = sources.into_par_iter().map(|source| {
            let line = &self.halves.left[source as usize * rank..][..rank];
            let strength = |target: u32| {
                let other = &self.halves.right[target as usize * rank..][..rank];
                let product: f32 = line.iter().zip(other).map(|(a, b)| a * b).sum();
                self.scales[source as usize] * self.scales[target as usize] * product
            };
            let all = targets.iter().map(|&target| (target, strength(target)));
            let mut best = top_k_of(all.filter(|cell| cell.1 > 0.0), k);
            best.sort_unstable_by_key(|cell| cell.0);
            best.into_iter().map(|(target, strength)| (source, target, strength)).collect::<Vec<_>>()
        });
        lists.flatten_iter().collect()
    }
}
