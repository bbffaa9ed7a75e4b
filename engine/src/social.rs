//! How much another person's doings say to somebody: taste in common, and evenings spent together.

use crate::request::{Event, FriendEvents};
use crate::settings::BlendSettings;
use rustc_hash::FxHashMap;
use soiree_domain::ItemId;

/// The most deeds of each that are compared.
const MOST_COMPARED: usize = 500;
/// Items in common that make half of the trust that taste can give.
const HALF_TRUST: f32 = 5.0;

/// How much a friend is trusted, 1/4 to 2: `(¼ + ¾ · taste) · (1 + evenings / (evenings + 2))`.
///
/// `taste` is the cosine of what both liked and disliked, shrunk by the number of items in common `n` as
/// `n / (n + 5)` (significance weighting, Herlocker and others 1999), from ½ where nothing is in common; who likes
/// what the other dislikes falls below that. Evenings are parties both were in: who sits together has chosen each
/// other's company. `O(deeds)`.
pub(crate) fn trust(
    mine: &FxHashMap<&ItemId, f32>,
    friend: &FriendEvents<'_>,
    settings: &BlendSettings,
) -> f32 {
    let theirs = tastes(friend.events, settings);
    let (mut both, mut mine_sq, mut theirs_sq, mut common) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    for (item, weight) in &theirs {
        if let Some(own) = mine.get(item) {
            both += own * weight;
            mine_sq += own * own;
            theirs_sq += weight * weight;
            common += 1.0;
        }
    }
    let cosine = if common > 0.0 { both / (mine_sq * theirs_sq).sqrt().max(f32::MIN_POSITIVE) } else { 0.0 };
    let taste = (0.5 + 0.5 * cosine * common / (common + HALF_TRUST)).clamp(0.0, 1.0);
    let evenings = friend.evenings as f32;
    (0.25 + 0.75 * taste) * (1.0 + evenings / (evenings + 2.0))
}

/// What somebody's deeds say about each item, together.
pub(crate) fn tastes<'a>(events: &'a [Event], settings: &BlendSettings) -> FxHashMap<&'a ItemId, f32> {
    let mut tastes: FxHashMap<&ItemId, f32> = FxHashMap::default();
    for event in events.iter().take(MOST_COMPARED) {
        let strength = settings.deeds.strength(event.kind, event.value);
        let sum = tastes.entry(&event.item).or_default();
        *sum = (*sum + strength).clamp(-3.0, 3.0);
    }
    tastes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{did, finished, user};
    use soiree_domain::InteractionKind;

    fn trusts(mine: &[Event], theirs: &[Event], evenings: u32) -> f32 {
        let (settings, them) = (BlendSettings::default(), user("them"));
        let friend = FriendEvents { user: &them, name: "Them", events: theirs, evenings, known: true };
        trust(&tastes(mine, &settings), &friend, &settings)
    }

    #[test]
    fn taste_and_evenings_in_common_make_trust() {
        let works = ["film-s0", "film-s1", "film-s2", "film-s3"];
        let mine = finished(&works);
        let stranger = trusts(&mine, &finished(&["film-r0"]), 0);
        let alike = trusts(&mine, &finished(&works), 0);
        let contrary: Vec<Event> = works.iter().map(|work| did(work, InteractionKind::Dislike)).collect();
        let other = trusts(&mine, &contrary, 0);
        assert!(other < stranger && stranger < alike, "{other} {stranger} {alike}");
        assert!(trusts(&mine, &[], 4) > 1.5 * trusts(&mine, &[], 0));
        for (theirs, evenings) in [(&contrary, 0), (&mine, 0), (&mine, 10_000)] {
            assert!((0.25..=2.0).contains(&trusts(&mine, theirs, evenings)));
        }
    }
}
