use super::*;
use crate::model::Silent;
use proptest::prelude::*;

fn cells() -> impl Strategy<Value = Vec<(u32, u32, f32)>> {
    prop::collection::vec((0_u32..7, 0_u32..6, Just(1.0_f32)), 1..30)
}

fn links() -> impl Strategy<Value = Vec<(u32, u32, f32)>> {
    prop::collection::vec((0_u32..7, 0_u32..7, Just(1.0_f32)), 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Kernel ridge regression by its other formula: K(K + λI)⁻¹ = I − λ(K + λI)⁻¹, so each row of weights plus λ
    /// times the row of the inverse is a row of the identity. It ties fit, likeness and solver together.
    #[test]
    fn weights_of_known_people_solve_the_system(cells in cells(), links in links(), lambda in 0.3_f64..5.0) {
        let (matrix, links) = (Csr::from_triplets(7, 6, &cells), Csr::from_triplets(7, 7, &links));
        let params = Params { lambda, trust: 0.7, ..Params::default() };
        let model = Social::fit(&matrix, &links, params, &Silent).unwrap();
        for row in 0..7_u32 {
            let profile = matrix.profile(row as usize);
            let trust = model.trust(&Person { profile: &profile, friends: &model.friends(row), row: Some(row) });
            for (v, w) in trust.iter().enumerate() {
                let identity = w + lambda as f32 * model.inverse[row as usize * 7 + v];
                prop_assert!((identity - f32::from(u8::from(v == row as usize))).abs() < 1e-3, "{}", identity);
            }
        }
    }

    /// The likeness among friends is that of the formula, whatever the direction in which links are written.
    #[test]
    fn the_circle_is_a_symmetric_kernel(links in links(), own in 0.5_f32..3.0) {
        let circle = Circle::new(7, &Csr::from_triplets(7, 7, &links), own);
        let turned: Vec<_> = links.iter().map(|&(a, b, v)| (b, a, v)).collect();
        prop_assert_eq!(&circle, &Circle::new(7, &Csr::from_triplets(7, 7, &turned), own));
        let rows: Vec<Vec<f32>> = (0..7_u32)
            .map(|row| {
                let mut out = vec![0.0; 7];
                circle.add(&circle.friends(row), Some(row), 1.0, &mut out);
                out
            })
            .collect();
        for (a, row) in rows.iter().enumerate() {
            prop_assert!((row[a] - 1.0).abs() < 1e-5);
            for (b, &value) in row.iter().enumerate() {
                prop_assert!((value - rows[b][a]).abs() < 1e-5);
                let direct = circle.friends(a as u32).contains(&(b as u32));
                let common = circle.friends(a as u32).iter().any(|f| circle.friends(b as u32).contains(f));
                prop_assert_eq!(value > 0.0, direct || common || a == b);
            }
        }
    }
}

/// Two circles of taste; person 0 shares nothing but item 0, which all have, and is a friend of person 4.
fn model(friends: bool) -> Social {
    let cells: Vec<(u32, u32, f32)> = (0..6)
        .flat_map(|p| [(p, 0, 1.0), (p, if p < 3 { 1 } else { 2 }, 1.0)])
        .filter(|c| c.0 > 0 || c.1 == 0)
        .collect();
    let links = Csr::from_triplets(6, 6, &[(4, 0, 1.0)]);
    Social::fit(&Csr::from_triplets(6, 4, &cells), &links, Params { friends, ..Params::default() }, &Silent)
        .unwrap()
}

#[test]
fn friends_tip_the_scale_and_are_left_out_on_request() {
    let (with, without) = (model(true), model(false));
    let mut scores = [0.0; 4];
    with.score_person(0, &[(0, 1.0)], &mut scores);
    assert!(scores[2] > 1.05 * scores[1] && scores[1] > 0.0, "{scores:?}");
    let trust = with.trust(&Person { profile: &[(0, 1.0)], friends: &[4], row: Some(0) });
    assert_eq!(with.speakers(&trust, 2, 1)[0].0, 4);
    assert_eq!(with.speakers(&trust, 3, 5), []);
    let mut alone = [0.0; 4];
    without.score(&[(0, 1.0)], &mut alone);
    without.score_person(0, &[(0, 1.0)], &mut scores);
    assert_eq!(scores, alone);
    assert!(without.friends(0).is_empty());
}

#[test]
fn strangers_and_unknown_items_are_no_error() {
    let model = model(true);
    let mut scores = [1.0; 4];
    model.score(&[], &mut scores);
    assert_eq!(scores, [0.0; 4]);
    model.score_person(99, &[(77, 1.0)], &mut scores);
    assert_eq!(scores, [0.0; 4]);
    model.score_for(&Person { profile: &[], friends: &[4, 99], row: None }, &mut scores);
    assert!(scores[2] > scores[1], "{scores:?}");
}

#[test]
fn faults_are_refused() {
    let (matrix, none) = (Csr::from_triplets(1, 1, &[(0, 0, 1.0)]), Csr::from_triplets(1, 1, &[]));
    let refused =
        |params| matches!(Social::fit(&matrix, &none, params, &Silent), Err(FitError::Parameter { .. }));
    assert!(refused(Params { lambda: 0.0, ..Params::default() }));
    assert!(refused(Params { closeness: 0.0, ..Params::default() }));
    assert!(refused(Params { trust: f64::NAN, ..Params::default() }));
    assert_eq!(Social::fit(&none, &none, Params::default(), &Silent), Err(FitError::Empty));
}
