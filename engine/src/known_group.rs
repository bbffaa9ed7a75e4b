//! What a group that is known wants as one: asked as one person, and by what groups and their members went on to.

use crate::candidates::Scene;
use crate::group::Member;
use crate::profile::Profile;
use crate::request::Together;
use crate::settings::GroupShares;
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::blend::{pack, reciprocal_ranks};

/// Works had together that make half of what a group's own taste can count.
const HALF_KNOWN: f32 = 3.0;

/// The taste of a group with a past.
pub(crate) struct Ours {
    /// The group asked as one person, who has had what the members had together.
    pub(crate) whole: Member,
    /// The group model's value, 0 to 1, of its best items in each domain, by slot.
    pub(crate) filter: FxHashMap<u32, f32>,
    /// How much is known of the group, 0 to 1.
    pub(crate) known: f32,
}

/// How much is known of a group by what it had: `n / (n + 3)` with n works, weighed.
pub(crate) fn known(together: &[Together]) -> f32 {
    let works: f32 = together.iter().map(Together::weight).sum();
    works / (works + HALF_KNOWN)
}

/// The group model's best items of each domain for a group of this profile, by reciprocal rank within the domain; none
/// where the bundle has no group model. `together` says what only some of the group had: that speaks for itself. What all of
/// it had together, and what too many `had`, takes no rank from what is new to the group.
pub(crate) fn filtered(
    scene: &Scene<'_>,
    profile: &Profile,
    together: &[Together],
    had: impl Fn(u32) -> bool,
) -> FxHashMap<u32, f32> {
    let bundle = scene.served.bundle();
    let Some(links) = bundle.group_links() else { return FxHashMap::default() };
    let slot = |had: &Together| scene.catalogue.index_of(&had.item).and_then(|at| scene.served.slot_of(at));
    let by_some = together.iter().filter(|had| had.some > 0.0);
    let near: Vec<(u32, f32)> = by_some.filter_map(|had| Some((slot(had)?, had.some))).collect();
    let by_all: FxHashSet<u32> = together.iter().filter(|had| had.all > 0.0).filter_map(slot).collect();
    let mut ranked: [Vec<u64>; 5] = Default::default();
    for (slot, score) in links.score(&profile.for_models(bundle.items()), &near) {
        let may = |item: &u32| scene.rules.allows(*item) && !by_all.contains(&slot) && !had(slot);
        if let Some(item) = scene.served.item_of(slot).filter(may) {
            ranked[scene.catalogue.facts(item).domain.index()].push(pack(score, slot));
        }
    }
    let mut out = FxHashMap::default();
    let settings = scene.settings;
    for domain in &mut ranked {
        reciprocal_ranks(domain, settings.group_candidates, settings.rank_constant, |slot, value| {
            out.insert(slot, value);
        });
    }
    out
}

impl Ours {
    /// A member's fits drawn towards the group's: `(a·own + κ(b·whole + c·filter)) / (a + κ(b + c))` with κ how much is known
    /// of the group and `[a, b, c]` the shares; c is 0 where the group model says nothing. What the member turned down stays at
    /// 0. `said` is what [`Ours::says`] gives.
    pub(crate) fn lean(&self, member: &Member, said: &[[f32; 2]], [a, b, c]: GroupShares) -> Vec<f32> {
        let c = if self.filter.is_empty() { 0.0 } else { c };
        let sum = a + self.known * (b + c);
        if sum <= 0.0 {
            return member.fits.clone();
        }
        let each = member.fits.iter().zip(&member.open).zip(said);
        let lean = |((own, &open), [whole, filter]): ((&f32, &bool), &[f32; 2])| {
            if open { (a * own + b * whole + c * filter) / sum } else { 0.0 }
        };
        each.map(lean).collect()
    }

    /// What the group as one person and the group model say of the common candidates, times how much is known of the group.
    pub(crate) fn says(&self, common: &[u32]) -> Vec<[f32; 2]> {
        let each = self.whole.fits.iter().zip(common);
        each.map(|(whole, &slot)| [self.known * whole, self.known * self.filtered(slot)]).collect()
    }

    /// The group model's value of a slot.
    pub(crate) fn filtered(&self, slot: u32) -> f32 {
        self.filter.get(&slot).copied().unwrap_or(0.0)
    }
}
