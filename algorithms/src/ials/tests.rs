use proptest::prelude::*;

use super::*;
use crate::model::Silent;

/// People and items with a little structure, from a seed.
fn some_matrix(people: usize, items: usize, seed: u64) -> Csr {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut cells = Vec::new();
    for person in 0..people as u32 {
        for _ in 0..3 + next() % 9 {
            let item = (next() % items as u64).min(next() % items as u64) as u32;
            cells.push((person, item, 1.0 + (next() % 4) as f32));
        }
    }
    Csr::from_triplets(people, items, &cells)
}

fn small(solver: Solver) -> Params {
    Params { dims: 20, iterations: 4, alpha0: 0.2, lambda: 0.01, solver, ..Params::default() }
}

const SOLVERS: [Solver; 4] = [
    Solver::ConjugateGradient { steps: 3 },
    Solver::ConjugateGradient { steps: 40 },
    Solver::Subspace { block: 16 },
    Solver::Cholesky,
];

#[test]
fn a_single_pair_is_solved_by_hand() {
    // (α₀y² + c·y² + λ(1 + α₀)) x = c·y with y = 2, c = 1, α₀ = 0.5, λ = 0.1: x = 2 / (6 + 0.15).
    let params = Params { dims: 1, alpha0: 0.5, lambda: 0.1, ..Params::default() };
    let model = Ials::from_item_factors(&[2.0], params).unwrap();
    let x = model.fold_in(&[(0, 1.0)])[0];
    assert!((x - 2.0 / 6.15).abs() < 1e-6, "{x}");
    // Hu's form holds only unobserved pairs to 0: (c·y² + λ·1.5) x = c·y.
    let params = Params { zeros: Zeros::Unobserved, ..params };
    let x = Ials::from_item_factors(&[2.0], params).unwrap().fold_in(&[(0, 1.0)])[0];
    assert!((x - 2.0 / 4.15).abs() < 1e-6, "{x}");
}

#[test]
fn the_loss_is_the_sum_over_all_pairs() {
    let matrix = some_matrix(12, 9, 3);
    for zeros in [Zeros::All, Zeros::Unobserved] {
        let confidence = Confidence::Linear { base: 1.0, slope: 0.5 };
        let params = Params { zeros, confidence, nu: 0.5, ..small(Solver::Cholesky) };
        let (model, people) = Ials::fit_with_people(&matrix, params, &Silent).unwrap();
        let mut naive = 0.0;
        for u in 0..12 {
            let profile = matrix.profile(u);
            let norm: f32 = people.row(u).iter().map(|x| x * x).sum();
            naive += f64::from(params.regularisation(profile.len(), 9) * norm);
            for i in 0..9_u32 {
                let y = model.item_vector(i).unwrap();
                let score: f32 = people.row(u).iter().zip(y).map(|(a, b)| a * b).sum();
                let seen = profile.iter().find(|cell| cell.0 == i);
                if let Some(&(_, value)) = seen {
                    naive += f64::from(confidence.weight(value) * (1.0 - score).powi(2));
                }
                if seen.is_none() || zeros == Zeros::All {
                    naive += f64::from(params.alpha0 * score * score);
                }
            }
        }
        for (i, &count) in matrix.column_counts().iter().enumerate() {
            let norm: f32 = model.items.row(i).iter().map(|y| y * y).sum();
            naive += f64::from(params.regularisation(count as usize, 12) * norm);
        }
        let exact = loss(&matrix, &people, &model.items, &params);
        assert!((exact - naive).abs() < 1e-4 * naive, "{exact} against {naive}");
    }
}

#[test]
fn the_loss_falls_with_every_iteration_under_every_solver() {
    let matrix = some_matrix(80, 50, 5);
    for solver in SOLVERS {
        let mut before = f64::INFINITY;
        for iterations in 1..6 {
            let params = Params { iterations, ..small(solver) };
            let (model, people) = Ials::fit_with_people(&matrix, params, &Silent).unwrap();
            let now = loss(&matrix, &people, &model.items, &params);
            assert!(now <= before * 1.000_01, "{solver:?}: {now} after {before}");
            before = now;
        }
    }
}

#[test]
fn solvers_agree_where_each_is_exact() {
    let matrix = some_matrix(60, 40, 9);
    let fit = |solver| Ials::fit(&matrix, small(solver), &Silent).unwrap().item_factors();
    let exact = fit(Solver::Cholesky);
    for solver in [Solver::ConjugateGradient { steps: 60 }, Solver::Subspace { block: 64 }] {
        for (a, b) in fit(solver).iter().zip(&exact) {
            assert!((a - b).abs() < 2e-3, "{solver:?}: {a} against {b}");
        }
    }
}

#[test]
fn threads_do_not_change_the_result() {
    let matrix = some_matrix(300, 200, 1);
    for solver in SOLVERS {
        let fit = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Ials::fit(&matrix, small(solver), &Silent).unwrap())
        };
        assert_eq!(fit(1), fit(3));
    }
}

#[test]
fn a_saved_model_answers_as_before() {
    let matrix = some_matrix(40, 30, 2);
    let model = Ials::fit(&matrix, small(Solver::default()), &Silent).unwrap();
    let again = Ials::from_item_factors(&model.item_factors(), *model.params()).unwrap();
    assert_eq!(again, model);
    assert!(Ials::from_item_factors(&[1.0], *model.params()).is_err());
    assert!(Ials::from_item_factors(&[f32::NAN; 20], *model.params()).is_err());
}

#[test]
fn folding_in_a_person_of_the_fit_gives_their_factors() {
    let matrix = some_matrix(50, 30, 4);
    let params = Params { iterations: 30, ..small(Solver::Cholesky) };
    let (model, people) = Ials::fit_with_people(&matrix, params, &Silent).unwrap();
    for u in 0..50 {
        for (a, b) in model.fold_in(&matrix.profile(u)).iter().zip(people.row(u)) {
            assert!((a - b).abs() < 0.02, "{a} against {b}");
        }
    }
}

#[test]
fn faults_are_refused() {
    let matrix = some_matrix(5, 5, 1);
    let refused = |params| matches!(Ials::fit(&matrix, params, &Silent), Err(FitError::Parameter { .. }));
    let good = Params::default();
    assert!(refused(Params { dims: 0, ..good }));
    assert!(refused(Params { dims: 513, ..good }));
    assert!(refused(Params { iterations: 0, ..good }));
    assert!(refused(Params { alpha0: 0.0, ..good }));
    assert!(refused(Params { lambda: f32::NAN, ..good }));
    assert!(refused(Params { nu: -0.1, ..good }));
    assert!(refused(Params { solver: Solver::ConjugateGradient { steps: 0 }, ..good }));
    assert_eq!(Ials::fit(&Csr::from_triplets(2, 2, &[]), good, &Silent), Err(FitError::Empty));
}

#[test]
fn a_fit_can_be_cancelled_and_tells_how_far_it_is() {
    struct Stop;
    impl Progress for Stop {
        fn report(&self, done: u64, total: u64) {
            assert!(done <= total);
        }
        fn cancelled(&self) -> bool {
            true
        }
    }
    let matrix = some_matrix(50, 30, 4);
    assert_eq!(Ials::fit(&matrix, Params::default(), &Stop), Err(FitError::Cancelled));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn scores_are_finite_for_any_profile(
        profile in prop::collection::btree_map(0_u32..40, 0.0_f32..1e6, 0..20),
        alpha0 in 0.001_f32..2.0,
        lambda in 0.0001_f32..1.0,
    ) {
        let confidence = Confidence::Log { base: 1.0, slope: 1.0, unit: 1.0 };
        let params = Params { alpha0, lambda, confidence, ..small(Solver::default()) };
        let model = Ials::fit(&some_matrix(40, 30, 6), params, &Silent).unwrap();
        let profile: Vec<_> = profile.into_iter().collect();
        let mut scores = vec![f32::NAN; 30];
        model.score(&profile, &mut scores);
        prop_assert!(scores.iter().all(|s| s.is_finite()));
    }
}
