use super::{Terms, aggregate, fairness, satisfaction};
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
    let scores = aggregate(Strategy::AverageWithoutMisery, &fits, &[1.0, 1.0], &Terms::default());
    assert_eq!(best(&scores), 1);
    let scores = aggregate(Strategy::Average, &fits, &[1.0, 1.0], &Terms::default());
    assert_eq!(best(&scores), 0);
}

#[test]
fn a_heavier_member_pulls_the_list() {
    let fits: [&[f32]; 2] = [&[0.9, 0.4], &[0.4, 0.8]];
    for strategy in Strategy::ALL {
        assert_eq!(best(&aggregate(strategy, &fits, &[4.0, 1.0], &Terms::default())), 0, "{strategy}");
        assert_eq!(best(&aggregate(strategy, &fits, &[1.0, 4.0], &Terms::default())), 1, "{strategy}");
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
            aggregate(strategy, &fits, &weights, &Terms::default())
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
        let scores = aggregate(strategy, &fits, &weights, &Terms::default());
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
        let without = aggregate(strategy, &fits, &weights, &Terms::default());
        let mut more = fits.clone();
        more.push(&silent);
        weights.push(0.0);
        prop_assert_eq!(without, aggregate(strategy, &more, &weights, &Terms::default()));
    }

    #[test]
    fn everything_stays_finite(
        strategy in strategies(),
        cells in prop::collection::vec(prop_oneof![0_f32..1.0, Just(f32::NAN), Just(f32::INFINITY)], 12),
        weights in prop::collection::vec(prop_oneof![0_f32..1e30, Just(f32::NAN), Just(0.0)], 3),
    ) {
        let fits: Vec<&[f32]> = cells.chunks(4).collect();
        prop_assert!(aggregate(strategy, &fits, &weights, &Terms::default()).iter().all(|s| s.is_finite()));
        let s = satisfaction(&cells[..4], &cells[4..8]);
        prop_assert!((0.0..=1.0).contains(&s));
        let f = fairness(&cells);
        prop_assert!(f.min.is_finite() && f.mean.is_finite() && f.spread >= 0.0);
    }
}

/// Three who want the first six items and one who wants the last six, a little less of each the later it stands.
fn majority() -> [Vec<f32>; 4] {
    let wants = |from: usize| -> Vec<f32> {
        (0..12)
            .map(|i| if (from..from + 6).contains(&i) { 1.0 - 0.1 * (i - from) as f32 } else { 0.05 })
            .collect()
    };
    [wants(0), wants(0), wants(0), wants(6)]
}

fn places(strategy: Strategy, members: &[Vec<f32>], weights: &[f32], length: usize) -> Vec<usize> {
    let fits: Vec<&[f32]> = members.iter().map(Vec::as_slice).collect();
    let scores = aggregate(strategy, &fits, weights, &Terms { length, ..Terms::default() });
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order.truncate(length);
    order
}

#[test]
fn lists_that_are_built_give_a_minority_its_places() {
    let minority = |strategy| {
        let list = places(strategy, &majority(), &[1.0; 4], 4);
        list.iter().filter(|&&item| item >= 6).count()
    };
    for strategy in [Strategy::Average, Strategy::Borda, Strategy::Copeland, Strategy::Approval] {
        assert_eq!(minority(strategy), 0, "{strategy}");
    }
    let fair = [
        Strategy::TurnTaking,
        Strategy::SpGreedy,
        Strategy::Gfar,
        Strategy::EpFuzzda,
        Strategy::DiminishingReturns,
    ];
    for strategy in fair {
        assert!(minority(strategy) >= 1, "{strategy}");
    }
}

#[test]
fn what_is_owed_follows_the_weights() {
    let members = [majority()[0].clone(), majority()[3].clone()];
    for strategy in [Strategy::EpFuzzda, Strategy::TurnTaking] {
        let list = places(strategy, &members, &[3.0, 1.0], 4);
        assert_eq!(list.iter().filter(|&&item| item < 6).count(), 3, "{strategy}: {list:?}");
    }
}

#[test]
fn a_majority_elects_what_beats_everything_else() {
    // Item 1 is nobody's first but beats each other item two to one.
    let fits: [&[f32]; 3] = [&[0.9, 0.6, 0.1], &[0.1, 0.6, 0.9], &[0.5, 0.6, 0.4]];
    assert_eq!(best(&aggregate(Strategy::Copeland, &fits, &[1.0; 3], &Terms::default())), 1);
    let scores = aggregate(Strategy::Borda, &fits, &[1.0; 3], &Terms::default());
    assert!(
        scores.iter().zip([0.5, 2.0 / 3.0, 1.0 / 3.0]).all(|(score, wanted)| (score - wanted).abs() < 1e-6)
    );
    let scores = aggregate(Strategy::Multiplicative, &fits, &[1.0; 3], &Terms::default());
    assert!((scores[0] - 0.045_f32.cbrt()).abs() < 1e-6);
}

proptest! {
    /// The lazy search must find what looking at every item for every place finds.
    #[test]
    fn diminishing_returns_takes_the_best_item_for_every_place(
        rows in prop::collection::vec((0.1_f32..2.0, prop::collection::vec(0_u8..30, 14)), 1..5),
    ) {
        let members: Vec<Vec<f32>> = rows.iter().map(|row| row.1.iter().map(|&f| f32::from(f) / 29.0).collect()).collect();
        let weights: Vec<f32> = rows.iter().map(|row| row.0).collect();
        let list = places(Strategy::DiminishingReturns, &members, &weights, 6);
        let shares = super::shares(&weights);
        let discount = |place: usize| 1.0 / (place as f64 + 2.0).log2();
        let worth: Vec<Vec<f64>> = members
            .iter()
            .map(|fits| {
                let sharp: Vec<f64> = fits.iter().map(|f| f64::from(*f).powi(3)).collect();
                let mut best = sharp.clone();
                best.sort_by(|a, b| b.total_cmp(a));
                let whole: f64 = best.iter().take(10).enumerate().map(|(p, w)| discount(p) * w).sum();
                sharp.iter().map(|w| if whole > 0.0 { w / whole } else { 0.0 }).collect()
            })
            .collect();
        let mut had = vec![0.0_f64; members.len()];
        for (place, &taken) in list.iter().enumerate() {
            let welfare = |item: usize| -> f64 {
                let each = had.iter().zip(&worth).zip(&shares);
                each.map(|((had, worth), w)| f64::from(*w) * -(-4.0 * (had + discount(place) * worth[item])).exp()).sum()
            };
            let best = (0..14).filter(|i| !list[..place].contains(i)).map(welfare).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(welfare(taken) >= best - 1e-5, "place {}: {} below {}", place, welfare(taken), best);
            had.iter_mut().zip(&worth).for_each(|(had, worth)| *had += discount(place) * worth[taken]);
        }
    }
}
