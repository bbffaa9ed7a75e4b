//! One suite over every model, on a checkerboard whose right answer is obvious: even people take even items
//! and odd people odd ones, each without one item, which must then be the best unseen one.

use soiree_algorithms::ease::{self, Ease};
use soiree_algorithms::ials::{self, Ials};
use soiree_algorithms::item_knn::{self, ItemKnn};
use soiree_algorithms::matrix::Csr;
use soiree_algorithms::model::{Neighbours, ProfileScorer, Silent};
use soiree_algorithms::popularity::Popularity;
use soiree_algorithms::tfidf::{Document, Field, Tfidf, Weights};
use soiree_algorithms::topk::top_k_unseen;
use soiree_algorithms::vectors::Vectors;

const SIZE: usize = 24;

/// Person p takes every item of their parity except item p.
fn checkerboard() -> Csr {
    let taken = |p: u32, i: u32| p % 2 == i % 2 && p != i;
    let size = SIZE as u32;
    let cells: Vec<_> =
        (0..size).flat_map(|p| (0..size).filter(move |&i| taken(p, i)).map(move |i| (p, i, 1.0))).collect();
    Csr::from_triplets(SIZE, SIZE, &cells)
}

struct Candidate {
    name: &'static str,
    scorer: Box<dyn ProfileScorer>,
    neighbours: Option<Box<dyn Neighbours>>,
    /// Whether scores follow the profile at all.
    personal: bool,
}

fn candidate<M: ProfileScorer + Neighbours + Clone + 'static>(name: &'static str, model: M) -> Candidate {
    Candidate { name, scorer: Box::new(model.clone()), neighbours: Some(Box::new(model)), personal: true }
}

fn ials(name: &'static str, solver: ials::Solver) -> Candidate {
    let params =
        ials::Params { dims: 2, iterations: 20, alpha0: 0.05, lambda: 0.01, solver, ..Default::default() };
    candidate(name, Ials::fit(&checkerboard(), params, &Silent).expect("the checkerboard can be fitted"))
}

fn knn(name: &'static str, similarity: item_knn::Similarity, weighting: item_knn::Weighting) -> Candidate {
    let params = item_knn::Params { similarity, weighting, shrink: 1.0, neighbours: SIZE };
    candidate(name, ItemKnn::fit(&checkerboard(), params, &Silent).expect("the checkerboard can be fitted"))
}

fn candidates() -> Vec<Candidate> {
    use item_knn::{Similarity, Weighting};
    let board = checkerboard();
    let dense =
        Ease::fit(&board, ease::Params { lambda: 1.0 }, &Silent).expect("the checkerboard can be fitted");
    let words: Vec<Document<'_>> =
        (0..SIZE).map(|i| vec![(Field::Theme, ["even things", "odd things"][i % 2])]).collect();
    let vectors: Vec<f32> =
        (0..SIZE).flat_map(|i| if i % 2 == 0 { [1.0, 0.1] } else { [0.1, 1.0] }).collect();
    let popularity = Popularity::from_counts(&board);
    vec![
        Candidate { name: "popularity", scorer: Box::new(popularity), neighbours: None, personal: false },
        ials("ials by conjugate gradient", ials::Solver::ConjugateGradient { steps: 3 }),
        ials("ials by subspace", ials::Solver::Subspace { block: 16 }),
        ials("ials by cholesky", ials::Solver::Cholesky),
        candidate("ease truncated", dense.truncated(SIZE / 3)),
        candidate("ease", dense),
        knn("knn cosine", Similarity::Cosine, Weighting::None),
        knn("knn asymmetric", Similarity::Asymmetric { alpha: 0.5 }, Weighting::Bm25),
        knn("knn jaccard", Similarity::Jaccard, Weighting::TfIdf),
        knn("knn dice", Similarity::Dice, Weighting::None),
        candidate("tfidf", Tfidf::fit(&words, Weights::default())),
        candidate("vectors", Vectors::new(2, &vectors)),
    ]
}

fn scores(candidate: &Candidate, profile: &[(u32, f32)]) -> Vec<f32> {
    let mut out = vec![f32::NAN; candidate.scorer.items()];
    candidate.scorer.score(profile, &mut out);
    out
}

#[test]
fn the_missing_items_of_the_own_colour_come_first() {
    let board = checkerboard();
    for model in candidates().iter().filter(|model| model.personal) {
        assert_eq!(model.scorer.items(), SIZE);
        for person in 0..SIZE {
            let (seen, _) = board.row(person);
            let best = top_k_unseen(&scores(model, &board.profile(person)), 1, seen);
            assert_eq!(best[0].0 as usize, person, "{} for person {person}", model.name);
        }
    }
}

#[test]
fn neighbours_have_the_same_colour() {
    for model in candidates() {
        let Some(neighbours) = &model.neighbours else { continue };
        for item in 0..SIZE as u32 {
            let found = neighbours.neighbours(item, 4);
            assert!(!found.is_empty() && found.len() <= 4, "{} of item {item}", model.name);
            assert!(found.is_sorted_by(|a, b| a.1 >= b.1), "{}", model.name);
            for (other, similarity) in found {
                assert!(
                    other != item && other % 2 == item % 2 && similarity > 0.0,
                    "{} of {item}",
                    model.name
                );
            }
        }
        assert!(
            neighbours.neighbours(10_000, 4).is_empty(),
            "{} knows an item that is not there",
            model.name
        );
        assert!(neighbours.neighbours(0, 0).is_empty());
    }
}

#[test]
fn scoring_is_total() {
    for model in candidates() {
        let profiles: [&[(u32, f32)]; 4] =
            [&[], &[(10_000, 1.0)], &[(0, f32::MIN_POSITIVE)], &[(0, 1e6), (1, 1e-6), (23, 3.0)]];
        for profile in profiles {
            assert!(scores(&model, profile).iter().all(|s| s.is_finite()), "{} on {profile:?}", model.name);
        }
        if model.personal {
            for profile in &profiles[..2] {
                assert_eq!(scores(&model, profile), [0.0; SIZE], "{} on {profile:?}", model.name);
            }
        }
    }
}

#[test]
fn an_unknown_item_changes_little_and_order_nothing() {
    for model in candidates() {
        let near =
            |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(x, y)| (x - y).abs() <= 1e-4 * (1.0 + x.abs()));
        let forwards = scores(&model, &[(0, 1.0), (2, 2.0), (5, 0.5)]);
        let backwards = scores(&model, &[(5, 0.5), (2, 2.0), (0, 1.0)]);
        let with_unknown = scores(&model, &[(0, 1.0), (2, 2.0), (5, 0.5), (10_000, 9.0)]);
        assert!(near(&forwards, &backwards), "{}", model.name);
        assert!(near(&forwards, &with_unknown), "{}", model.name);
    }
}

#[test]
fn models_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Popularity>();
    shared::<Ials>();
    shared::<Ease>();
    shared::<ItemKnn>();
    shared::<Tfidf>();
    shared::<Vectors>();
}
