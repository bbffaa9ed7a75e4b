use proptest::prelude::*;

use super::{Asked, Evidence, GroupFilter, Params};
use crate::matrix::Csr;
use crate::model::{FitError, Silent};

/// Two circles: groups and people of the first do items 0 to 3, of the second 4 to 7.
fn circles() -> (Csr, Csr, Csr) {
    let groups = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 4), (2, 5), (3, 5), (3, 6)];
    let members = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 3), (2, 4), (3, 4), (3, 5)];
    let people =
        [(0, 0), (0, 3), (1, 0), (1, 2), (2, 3), (2, 1), (3, 4), (3, 7), (4, 6), (4, 4), (5, 7), (5, 5)];
    let of = |rows, cols, cells: &[(u32, u32)]| {
        Csr::from_triplets(rows, cols, &cells.iter().map(|c| (c.0, c.1, 1.0)).collect::<Vec<_>>())
    };
    (of(4, 8, &groups), of(4, 6, &members), of(6, 8, &people))
}

fn fitted(params: Params) -> GroupFilter {
    let (groups, members, people) = circles();
    let evidence = Evidence { groups: &groups, members: &members, people: &people };
    GroupFilter::fit(evidence, params, usize::MAX, &Silent).unwrap()
}

fn score(model: &GroupFilter, asked: &Asked<'_>) -> Vec<f32> {
    let mut out = vec![9.0; model.items()];
    model.score(asked, &mut out);
    out
}

#[test]
fn a_group_is_given_what_its_circle_does() {
    let model = fitted(Params::default());
    let asked = Asked { history: &[(0, 1.0), (1, 1.0)], members: &[0, 1], group: Some(0) };
    let scores = score(&model, &asked);
    assert!(scores[2] > 0.0 && scores[3] > 0.0, "{scores:?}");
    assert!(scores[4..].iter().all(|s| *s == 0.0), "{scores:?}");
    let strangers = Asked { history: &[], members: &[3, 5], group: None };
    let scores = score(&model, &strangers);
    assert!(scores[..4].iter().all(|s| *s == 0.0) && scores[4..].iter().any(|s| *s > 0.0), "{scores:?}");
}

#[test]
fn a_group_does_not_speak_for_itself() {
    let only = Params {
        groups_weight: 0.0,
        members_weight: 0.0,
        members_second: 0.0,
        people_weight: 0.0,
        overlap_weight: 1.0,
        ..Params::default()
    };
    let model = fitted(only);
    // Group 1 shares member 1 with group 0; whatever group 0 did may come from nobody else.
    let asked = |group| Asked { history: &[], members: &[0, 1], group };
    assert_eq!(score(&model, &asked(Some(0)))[0], 0.0);
    assert!(score(&model, &asked(Some(0)))[2] > 0.0);
    assert!(score(&model, &asked(None))[0] > 0.0);
}

#[test]
fn one_graph_alone_is_the_formula() {
    let only = Params {
        groups_weight: 1.0,
        groups_rows: 1.0,
        groups_source: 0.5,
        groups_target: 0.5,
        groups_power: 2.0,
        members_weight: 0.0,
        members_second: 0.0,
        people_weight: 0.0,
        overlap_weight: 0.0,
        ..Params::default()
    };
    let scores = score(&fitted(only), &Asked { history: &[(1, 1.0)], ..Asked::default() });
    // Item 1 shares a group of two with item 0 and another with item 2; both links are equal, so each is 1 / √2.
    assert!(
        (scores[0] - 0.5_f32.sqrt()).abs() < 1e-6 && (scores[2] - 0.5_f32.sqrt()).abs() < 1e-6,
        "{scores:?}"
    );
    assert!(scores.iter().enumerate().all(|(i, s)| [0, 2].contains(&i) || *s == 0.0));
}

#[test]
fn lists_of_links_say_what_the_model_says() {
    let params = Params { overlap_weight: 0.0, ..Params::default() };
    let model = fitted(params);
    let (links, history) = (model.links(usize::MAX), [(1, 1.0), (5, 0.5)]);
    let all = score(&model, &Asked { history: &history, members: &[], group: None });
    let mut listed = vec![0.0; model.items()];
    links.score(&history, &[]).into_iter().for_each(|(item, score)| listed[item as usize] = score);
    assert!(all.iter().zip(&listed).all(|(a, b)| (a - b).abs() < 1e-6), "{all:?} {listed:?}");
    // What groups near to it did speaks by itself, at length 1.
    let near = fitted(Params { overlap_weight: 0.25, ..params }).links(2).score(&[], &[(7, 3.0), (99, 1.0)]);
    assert_eq!(near, [(7, 0.25)]);
    // Few links are the strongest ones.
    let few = model.links(1);
    assert!((0..8).all(|item| few.by_members_twice.row(item).0.len() <= 1));
    let (twice, all) = (few.by_members_twice.row(1).1, links.by_members_twice.row(1).1);
    assert_eq!(twice[0], all.iter().copied().fold(0.0, f32::max));
}

#[test]
fn faults_are_refused() {
    let (groups, members, people) = circles();
    let evidence = Evidence { groups: &groups, members: &members, people: &people };
    let fault = |evidence, params| GroupFilter::fit(evidence, params, usize::MAX, &Silent).unwrap_err();
    let none = Csr::from_triplets(4, 8, &[]);
    let nobody = Csr::from_triplets(6, 8, &[]);
    assert_eq!(
        fault(Evidence { groups: &none, people: &nobody, ..evidence }, Params::default()),
        FitError::Empty
    );
    for (params, wrong) in [
        (Params { people_power: 0.0, ..Params::default() }, "people_power"),
        (Params { groups_source: -1.0, ..Params::default() }, "groups_source"),
        (Params { overlap_weight: f32::NAN, ..Params::default() }, "overlap_weight"),
    ] {
        assert!(
            matches!(fault(evidence, params), FitError::Parameter { name, .. } if name == wrong),
            "{wrong}"
        );
    }
    let other = Evidence { people: &groups, ..evidence };
    assert!(matches!(fault(other, Params::default()), FitError::Parameter { name: "people", .. }));
}

proptest! {
    #[test]
    fn scores_are_finite_and_never_negative(
        groups in prop::collection::vec((0_u32..5, 0_u32..6, 0.1_f32..3.0), 1..15),
        members in prop::collection::vec((0_u32..5, 0_u32..7), 0..15),
        people in prop::collection::vec((0_u32..7, 0_u32..6, 0.1_f32..3.0), 0..20),
        history in prop::collection::btree_map(0_u32..9, 0.1_f32..2.0, 0..4),
        asked in prop::collection::vec(0_u32..9, 0..4),
    ) {
        let members: Vec<(u32, u32, f32)> = members.into_iter().map(|(g, u)| (g, u, 1.0)).collect();
        let (groups, members, people) = (
            Csr::from_triplets(5, 6, &groups), Csr::from_triplets(5, 7, &members), Csr::from_triplets(7, 6, &people),
        );
        let evidence = Evidence { groups: &groups, members: &members, people: &people };
        let model = GroupFilter::fit(evidence, Params::default(), usize::MAX, &Silent).unwrap();
        let history: Vec<(u32, f32)> = history.into_iter().collect();
        let scores = score(&model, &Asked { history: &history, members: &asked, group: None });
        prop_assert!(scores.iter().all(|s| s.is_finite() && *s >= 0.0), "{:?}", scores);
        // Every part is brought to length 1, so no score is above the sum of the weights.
        let p = Params::default();
        let most = p.groups_weight + p.members_weight + p.members_second + p.people_weight + p.overlap_weight;
        prop_assert!(scores.iter().all(|s| *s <= most + 1e-4));
        // The same profile twice as loud is the same wish.
        let louder: Vec<(u32, f32)> = history.iter().map(|(i, w)| (*i, 2.0 * w)).collect();
        let again = score(&model, &Asked { history: &louder, members: &asked, group: None });
        prop_assert!(scores.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}
