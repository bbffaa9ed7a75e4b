//! Satisfaction debt: who came off badly in earlier rounds weighs more in the next.

use soiree_domain::UserId;
use std::collections::BTreeMap;

/// What is left of a debt when the next round comes.
const KEPT: f32 = 0.7;
/// A debt is at most this, either way.
const MOST: f32 = 1.0;

/// Each member's debt, -1 to 1; who is not in it has none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Debts(BTreeMap<UserId, f32>);

impl Debts {
    pub(super) fn new(debts: impl IntoIterator<Item = (UserId, f32)>) -> Self {
        Self(debts.into_iter().collect())
    }

    /// A round was shown: `debt ← 0.7 · debt + mean satisfaction - own satisfaction`, within -1 and 1.
    pub(super) fn round(&mut self, satisfaction: &[(UserId, f32)], mean: f32) {
        for (user, own) in satisfaction {
            let debt = self.0.entry(user.clone()).or_default();
            *debt = (KEPT * *debt + mean - own).clamp(-MOST, MOST);
        }
    }

    /// How much a member counts in the next round: `2^debt`, one half to two.
    pub(super) fn weight(&self, user: &UserId) -> f32 {
        self.0.get(user).copied().unwrap_or_default().exp2()
    }

    pub(super) fn forget(&mut self, user: &UserId) {
        self.0.remove(user);
    }

    pub(super) fn all(&self) -> Vec<(UserId, f32)> {
        self.0.iter().map(|(user, debt)| (user.clone(), *debt)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lost_weighs_more_until_it_is_paid() {
        let [ana, bo] = ["ana", "bo"].map(|id| UserId::new(id).unwrap());
        let mut debts = Debts::default();
        assert!((debts.weight(&ana) - 1.0).abs() < 1e-6);
        debts.round(&[(ana.clone(), 0.9), (bo.clone(), 0.3)], 0.6);
        let owed = debts.weight(&bo);
        assert!(owed > 1.2 && debts.weight(&ana) < 0.85, "{debts:?}");
        for _ in 0..20 {
            debts.round(&[(ana.clone(), 0.6), (bo.clone(), 0.6)], 0.6);
        }
        assert!((debts.weight(&bo) - 1.0).abs() < 1e-2, "it fades");
        for _ in 0..20 {
            debts.round(&[(ana.clone(), 1.0), (bo.clone(), 0.0)], 0.5);
        }
        assert!(
            (debts.weight(&bo) - 2.0).abs() < 1e-6 && (debts.weight(&ana) - 0.5).abs() < 1e-6,
            "it is bounded"
        );
        debts.forget(&bo);
        assert_eq!(debts.all().len(), 1);
    }
}
