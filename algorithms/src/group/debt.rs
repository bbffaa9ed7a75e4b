//! Satisfaction debt: who came off badly in earlier rounds weighs more in the next.

use std::borrow::Borrow;
use std::collections::BTreeMap;

/// What is left of a debt when the next round comes.
const KEPT: f32 = 0.7;
/// A debt is at most this, either way.
const MOST: f32 = 1.0;

/// Each member's debt, -1 to 1; who is not in it has none. `K` is whatever tells members apart.
///
/// With every round `debt ← 0.7 · debt + mean satisfaction - own satisfaction`, within -1 and 1, and in the next round
/// a member weighs `2^debt`. Cost: `O(log members)` each.
///
/// ```
/// use soiree_algorithms::group::Debts;
/// let mut debts = Debts::default();
/// debts.round(&[("ana", 0.9), ("bo", 0.3)], 0.6);
/// assert!(debts.weight("bo") > 1.2 && debts.weight("ana") < 0.85);
/// assert_eq!(debts.weight("cy"), 1.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Debts<K>(BTreeMap<K, f32>);

impl<K> Default for Debts<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Debts<K> {
    /// Debts from before.
    pub fn new(debts: impl IntoIterator<Item = (K, f32)>) -> Self {
        Self(debts.into_iter().collect())
    }

    /// A round was shown, with each member's satisfaction and the mean of all.
    pub fn round(&mut self, satisfaction: &[(K, f32)], mean: f32) {
        for (member, own) in satisfaction {
            let debt = self.0.entry(member.clone()).or_default();
            *debt = (KEPT * *debt + mean - own).clamp(-MOST, MOST);
        }
    }

    /// How much a member counts in the next round: `2^debt`, one half to two.
    pub fn weight<Q: Ord + ?Sized>(&self, member: &Q) -> f32
    where
        K: Borrow<Q>,
    {
        self.0.get(member).copied().unwrap_or_default().exp2()
    }

    /// A member has left; their debt goes with them.
    pub fn forget<Q: Ord + ?Sized>(&mut self, member: &Q)
    where
        K: Borrow<Q>,
    {
        self.0.remove(member);
    }

    /// Every debt, by member.
    #[must_use]
    pub fn all(&self) -> Vec<(K, f32)> {
        self.0.iter().map(|(member, debt)| (member.clone(), *debt)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_lost_weighs_more_until_it_is_paid() {
        let mut debts = Debts::default();
        assert!((debts.weight("ana") - 1.0).abs() < 1e-6);
        debts.round(&[("ana", 0.9), ("bo", 0.3)], 0.6);
        let owed = debts.weight("bo");
        assert!(owed > 1.2 && debts.weight("ana") < 0.85, "{debts:?}");
        for _ in 0..20 {
            debts.round(&[("ana", 0.6), ("bo", 0.6)], 0.6);
        }
        assert!((debts.weight("bo") - 1.0).abs() < 1e-2, "it fades");
        debts.forget("bo");
        assert_eq!(debts.all().len(), 1);
    }

    proptest! {
        #[test]
        fn weights_stay_between_a_half_and_two(rounds in prop::collection::vec((0_f32..=1.0, 0_f32..=1.0), 0..30)) {
            let mut debts = Debts::default();
            for (a, b) in rounds {
                debts.round(&[(0, a), (1, b)], f32::midpoint(a, b));
                let weights = [debts.weight(&0), debts.weight(&1)];
                prop_assert!(weights.iter().all(|w| (0.5..=2.0).contains(w)), "{:?}", weights);
                // What one is owed is what the other has had too much.
                prop_assert!((weights[0] * weights[1] - 1.0).abs() < 1e-4);
            }
        }
    }
}
