//! From members' wishes to one list, and how content each member is with it.
//!
//! A *fit* is how well an item suits one member, 0 to 1. Weights say how much a member counts; a member of
//! weight 0 has no say. Masthoff, "Group modeling: selecting a sequence of television items" (2004), compares
//! the strategies.

use soiree_domain::Strategy;

/// Below this fit an item is a misery to a member, unless the caller says otherwise.
pub const MISERY: f32 = 0.2;

/// The group's score of every item; higher is better, always finite.
///
/// `fits[m][i]` is member `m`'s fit of item `i`, `weights[m] ≥ 0`. With `w` brought to sum 1 and `v = w / max w`:
/// - average: `Σ_m w_m f_mi`
/// - least misery: `min_m (1 - v_m (1 - f_mi))`, which is the plain minimum when all weigh the same
/// - average without misery: the average where every member with a say has `f_mi ≥ misery`; other items keep
///   their order but come after, as `average - 1`.
///
/// When nobody has a say, all count the same. Cost: `O(members · items)`.
///
/// ```
/// use soiree_algorithms::group::aggregate;
/// use soiree_domain::Strategy;
/// let (ana, ben): (&[f32], &[f32]) = (&[1.0, 0.75], &[0.25, 0.5]);
/// assert_eq!(aggregate(Strategy::LeastMisery, &[ana, ben], &[1.0, 1.0], 0.2), [0.25, 0.5]);
/// assert_eq!(aggregate(Strategy::Average, &[ana, ben], &[1.0, 1.0], 0.2), [0.625, 0.625]);
/// ```
///
/// # Panics
/// When the fits are not equally long, or there is not one weight per member.
#[must_use]
pub fn aggregate(strategy: Strategy, fits: &[&[f32]], weights: &[f32], misery: f32) -> Vec<f32> {
    assert_eq!(fits.len(), weights.len(), "one weight per member");
    let items = fits.first().map_or(0, |f| f.len());
    assert!(fits.iter().all(|f| f.len() == items), "one fit per member and item");
    let weights = shares(weights);
    let most = weights.iter().copied().fold(0.0_f32, f32::max).max(f32::MIN_POSITIVE);
    let fit = |m: usize, i: usize| finite(fits[m][i]);
    let voters: Vec<usize> = (0..fits.len()).filter(|&m| weights[m] > 0.0).collect();
    let mut column = Vec::with_capacity(voters.len());
    (0..items)
        .map(|i| {
            column.clear();
            column.extend(voters.iter().map(|&m| weights[m] * fit(m, i)));
            let average = sum(&mut column);
            match strategy {
                Strategy::Average => average,
                Strategy::LeastMisery => {
                    voters.iter().map(|&m| 1.0 - weights[m] / most * (1.0 - fit(m, i))).fold(1.0, f32::min)
                }
                Strategy::AverageWithoutMisery if voters.iter().all(|&m| fit(m, i) >= misery) => average,
                Strategy::AverageWithoutMisery => average - 1.0,
            }
        })
        .collect()
}

/// Weights brought to sum 1; equal ones when none is above 0.
#[must_use]
pub fn shares(weights: &[f32]) -> Vec<f32> {
    let clean: Vec<f32> = weights.iter().map(|&w| finite(w).max(0.0)).collect();
    let total = sum(&mut clean.clone());
    if total > 0.0 {
        clean.iter().map(|w| w / total).collect()
    } else {
        vec![1.0 / weights.len().max(1) as f32; weights.len()]
    }
}

/// How close a list comes to the member's own best list of the same length, 0 to 1.
///
/// `satisfaction = Σ_p fit(list_p) / log2(p + 2) ÷ Σ_p best_p / log2(p + 2)`, where `best` are the member's highest
/// fits of all candidates, falling. 1 when the member likes nothing at all, since no list could do better.
///
/// ```
/// use soiree_algorithms::group::satisfaction;
/// assert_eq!(satisfaction(&[0.9, 0.4], &[0.9, 0.4]), 1.0);
/// assert!(satisfaction(&[0.4, 0.9], &[0.9, 0.4]) < 1.0);
/// assert_eq!(satisfaction(&[0.0, 0.0], &[0.9, 0.4]), 0.0);
/// ```
#[must_use]
pub fn satisfaction(list: &[f32], best: &[f32]) -> f32 {
    let gain = |fits: &[f32]| -> f32 {
        fits.iter()
            .take(list.len())
            .enumerate()
            .map(|(p, &f)| finite(f).max(0.0) / (p as f32 + 2.0).log2())
            .sum()
    };
    if list.is_empty() {
        return 0.0;
    }
    let ideal = gain(best);
    if ideal <= 0.0 { 1.0 } else { (gain(list) / ideal).clamp(0.0, 1.0) }
}

/// How contentment is shared out over the members with a say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fairness {
    /// The least content member's satisfaction.
    pub min: f32,
    /// The plain mean.
    pub mean: f32,
    /// Largest less smallest.
    pub spread: f32,
}

/// Minimum, mean and spread of the members' satisfactions; zeros for nobody.
#[must_use]
pub fn fairness(satisfactions: &[f32]) -> Fairness {
    if satisfactions.is_empty() {
        return Fairness::default();
    }
    let clean: Vec<f32> = satisfactions.iter().map(|&s| finite(s)).collect();
    let min = clean.iter().copied().fold(f32::INFINITY, f32::min);
    let max = clean.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mean = sum(&mut clean.clone()) / clean.len() as f32;
    Fairness { min, mean, spread: max - min }
}

fn finite(x: f32) -> f32 {
    if x.is_finite() { x } else { 0.0 }
}

/// A sum that does not depend on the order of its terms, so that the order of members cannot matter.
fn sum(terms: &mut [f32]) -> f32 {
    terms.sort_unstable_by(f32::total_cmp);
    terms.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::{MISERY, aggregate, fairness, satisfaction};
    use proptest::prelude::{Just, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
    use soiree_domain::Strategy;

    fn strategies() -> impl proptest::strategy::Strategy<Value = Strategy> {
        prop::sample::select(Strategy::ALL.to_vec())
    }

    fn best(scores: &[f32]) -> usize {
        (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap()
    }

    #[test]
    fn misery_puts_an_item_behind_all_others() {
        let fits: [&[f32]; 2] = [&[1.0, 0.3], &[0.1, 0.3]];
        let scores = aggregate(Strategy::AverageWithoutMisery, &fits, &[1.0, 1.0], MISERY);
        assert_eq!(best(&scores), 1);
        let scores = aggregate(Strategy::Average, &fits, &[1.0, 1.0], MISERY);
        assert_eq!(best(&scores), 0);
    }

    #[test]
    fn a_heavier_member_pulls_the_list() {
        let fits: [&[f32]; 2] = [&[0.9, 0.4], &[0.4, 0.8]];
        for strategy in Strategy::ALL {
            assert_eq!(best(&aggregate(strategy, &fits, &[4.0, 1.0], MISERY)), 0, "{strategy}");
            assert_eq!(best(&aggregate(strategy, &fits, &[1.0, 4.0], MISERY)), 1, "{strategy}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_members_does_not_matter(
            strategy in strategies(), rows in prop::collection::vec((0_f32..3.0, prop::collection::vec(0_f32..1.0, 6)), 1..6), turn in 0_usize..6,
        ) {
            let run = |rows: &[(f32, Vec<f32>)]| {
                let fits: Vec<&[f32]> = rows.iter().map(|r| r.1.as_slice()).collect();
                let weights: Vec<f32> = rows.iter().map(|r| r.0).collect();
                aggregate(strategy, &fits, &weights, MISERY)
            };
            let mut turned = rows.clone();
            turned.rotate_left(turn % rows.len());
            prop_assert_eq!(run(&rows), run(&turned));
        }

        #[test]
        fn those_of_one_mind_get_their_own_order(
            strategy in strategies(), wish in prop::collection::vec(0_u8..20, 6), weights in prop::collection::vec(0.1_f32..3.0, 1..5),
        ) {
            let wish: Vec<f32> = wish.iter().map(|&w| f32::from(w) / 20.0).collect();
            let fits: Vec<&[f32]> = weights.iter().map(|_| wish.as_slice()).collect();
            let scores = aggregate(strategy, &fits, &weights, MISERY);
            for a in 0..6 {
                for b in 0..6 {
                    if wish[a] > wish[b] {
                        prop_assert!(scores[a] > scores[b]);
                    }
                }
            }
        }

        #[test]
        fn weight_zero_has_no_say(
            strategy in strategies(), rows in prop::collection::vec(prop::collection::vec(0_f32..1.0, 5), 1..5), silent in prop::collection::vec(0_f32..1.0, 5),
        ) {
            let fits: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
            let mut weights = vec![1.0; rows.len()];
            let without = aggregate(strategy, &fits, &weights, MISERY);
            let mut more = fits.clone();
            more.push(&silent);
            weights.push(0.0);
            prop_assert_eq!(without, aggregate(strategy, &more, &weights, MISERY));
        }

        #[test]
        fn everything_stays_finite(
            strategy in strategies(),
            cells in prop::collection::vec(prop_oneof![0_f32..1.0, Just(f32::NAN), Just(f32::INFINITY)], 12),
            weights in prop::collection::vec(prop_oneof![0_f32..1e30, Just(f32::NAN), Just(0.0)], 3),
        ) {
            let fits: Vec<&[f32]> = cells.chunks(4).collect();
            prop_assert!(aggregate(strategy, &fits, &weights, MISERY).iter().all(|s| s.is_finite()));
            let s = satisfaction(&cells[..4], &cells[4..8]);
            prop_assert!((0.0..=1.0).contains(&s));
            let f = fairness(&cells);
            prop_assert!(f.min.is_finite() && f.mean.is_finite() && f.spread >= 0.0);
        }
    }
}
