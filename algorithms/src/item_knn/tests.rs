use proptest::prelude::*;

use super::*;
use crate::model::Silent;

const SIMILARITIES: [Similarity; 4] =
    [Similarity::Cosine, Similarity::Asymmetric { alpha: 0.3 }, Similarity::Jaccard, Similarity::Dice];

/// Three people, items 0 and 1 taken by two each, one of them common.
fn hand() -> Csr {
    Csr::from_triplets(3, 3, &[(0, 0, 1.0), (1, 0, 1.0), (1, 1, 1.0), (2, 1, 1.0), (2, 2, 1.0)])
}

#[test]
fn similarities_are_as_by_hand() {
    for (similarity, shrink, expected) in [
        (Similarity::Cosine, 0.0, 0.5),
        (Similarity::Cosine, 2.0, 0.25),
        (Similarity::Asymmetric { alpha: 0.5 }, 0.0, 0.5),
        (Similarity::Jaccard, 0.0, 1.0 / 3.0),
        (Similarity::Dice, 0.0, 0.5),
    ] {
        let params = Params { similarity, shrink, ..Params::default() };
        let model = ItemKnn::fit(&hand(), params, &Silent).unwrap();
        let (item, value) = model.neighbours(0, 1)[0];
        assert!(item == 1 && (value - expected).abs() < 1e-6, "{similarity:?}: {value}");
    }
}

#[test]
fn each_target_keeps_so_many_sources() {
    let params = Params { neighbours: 1, shrink: 0.0, ..Params::default() };
    let model = ItemKnn::fit(&hand(), params, &Silent).unwrap();
    assert_eq!(model.links().links().column_counts(), [1, 1, 1]);
    // Item 1 shares one person with each other item, and item 2 has fewer people: 1/√2 beats 1/2.
    assert_eq!(model.neighbours(2, 5)[0].0, 1);
}

#[test]
fn faults_are_refused() {
    let refused = |params| matches!(ItemKnn::fit(&hand(), params, &Silent), Err(FitError::Parameter { .. }));
    let good = Params::default();
    assert!(refused(Params { neighbours: 0, ..good }));
    assert!(refused(Params { shrink: -1.0, ..good }));
    assert!(refused(Params { similarity: Similarity::Asymmetric { alpha: 1.5 }, ..good }));
    assert_eq!(ItemKnn::fit(&Csr::from_triplets(1, 1, &[]), good, &Silent), Err(FitError::Empty));
}

proptest! {
    #[test]
    fn it_equals_the_dense_computation(
        cells in prop::collection::vec((0_u32..9, 0_u32..7, 0.5_f32..3.0), 1..40),
        which in 0_usize..4,
        shrink in 0.0_f32..5.0,
    ) {
        let matrix = Csr::from_triplets(9, 7, &cells);
        let params = Params { similarity: SIMILARITIES[which], shrink, neighbours: 7, ..Params::default() };
        let model = ItemKnn::fit(&matrix, params, &Silent).unwrap();
        let by_item = matrix.transpose();
        let dense = |item: usize| {
            let mut out = [0_f64; 9];
            by_item.profile(item).iter().for_each(|&(person, value)| out[person as usize] = f64::from(value));
            out
        };
        for source in 0..7 {
            let found = model.links().links().profile(source);
            for target in (0..7).filter(|&target| target != source) {
                let (a, b) = (dense(source), dense(target));
                let product: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                let (aa, bb): (f64, f64) = (a.iter().map(|x| x * x).sum(), b.iter().map(|x| x * x).sum());
                let h = f64::from(shrink);
                let expected = match SIMILARITIES[which] {
                    Similarity::Cosine => product / ((aa * bb).sqrt() + h),
                    Similarity::Asymmetric { alpha } =>
                        product / (aa.powf(f64::from(alpha)) * bb.powf(1.0 - f64::from(alpha)) + h),
                    Similarity::Jaccard => product / (aa + bb - product + h),
                    Similarity::Dice => 2.0 * product / (aa + bb + h),
                };
                let value = found.iter().find(|cell| cell.0 == target as u32).map_or(0.0, |cell| cell.1);
                let expected = if expected.is_finite() { expected } else { 0.0 };
                prop_assert!((f64::from(value) - expected).abs() < 1e-4, "{} against {}", value, expected);
            }
        }
    }

    #[test]
    fn weights_never_make_a_score_unfit(
        cells in prop::collection::vec((0_u32..9, 0_u32..7, 0.0_f32..3.0), 1..40),
        weighting in prop_oneof![Just(Weighting::TfIdf), Just(Weighting::Bm25)],
    ) {
        let params = Params { weighting, ..Params::default() };
        let model = ItemKnn::fit(&Csr::from_triplets(9, 7, &cells), params, &Silent).unwrap();
        prop_assert!(model.links().links().values().iter().all(|v| v.is_finite() && *v > 0.0));
    }
}
