use super::*;
use crate::model::Silent;

/// Three domains of four items: books (0) go with films (2), music (1) says nothing about them but is shuffled.
fn world(people: u32) -> (Csr, Vec<u16>) {
    let mut cells = Vec::new();
    for person in 0..people {
        let taste = person % 2;
        for k in 0..2 {
            cells.push((person, 2 * taste + k, 1.0));
            cells.push((person, 4 + (person * 7 / 3 + k * 2) % 4, 1.0));
            cells.push((person, 8 + 2 * taste + k, 1.0));
        }
        // A film that everybody has.
        cells.push((person, 12, 1.0));
    }
    let of_item = (0..13).map(|item| (item / 4).min(2)).collect();
    (Csr::from_triplets(people as usize, 13, &cells), of_item)
}

fn params() -> Params {
    Params { rank: 3, enough: 1, cut: 3, ..Params::default() }
}

#[test]
fn taste_goes_over_and_popularity_stays() {
    let (matrix, of_item) = world(60);
    let map = DomainMap::fit(&matrix, &of_item, 2, params(), &Silent).unwrap();
    let mut scores = [7.0; 13];
    map.score(&[(0, 1.0), (1, 1.0)], &mut scores);
    assert!(scores[8] > scores[10] && scores[9] > scores[11], "{scores:?}");
    assert_eq!(&scores[..8], [0.0; 8], "other domains are not scored");
    let books = map.pairs()[0];
    assert!(books.source == 0 && books.on && books.gain > 0.1 && books.people == 12, "{books:?}");
}

#[test]
fn who_has_nothing_elsewhere_gets_popularity() {
    let (matrix, of_item) = world(60);
    let map = DomainMap::fit(&matrix, &of_item, 2, Params { prior: 0.0, ..params() }, &Silent).unwrap();
    let mut scores = [0.0; 13];
    // A film of one's own and an unknown item are no source.
    map.score(&[(9, 1.0), (99, 1.0)], &mut scores);
    assert!((8..12).all(|film| scores[film] < scores[12]), "{scores:?}");
}

/// People who are held out are the only ones for whom books tell the opposite, so the map must hurt them.
#[test]
fn a_map_that_hurts_is_switched_off() {
    let (matrix, of_item) = world(60);
    let held = DomainMap::fit(&matrix, &of_item, 2, params(), &Silent).unwrap().pairs()[0].people;
    assert_eq!(held, 12);
    let lines = |turned: &dyn Fn(u32) -> bool| {
        let mut cells = Vec::new();
        for person in 0..60_u32 {
            for (item, weight) in matrix.profile(person as usize) {
                let film =
                    if turned(person) && (8..12).contains(&item) { 8 + (item - 8 + 2) % 4 } else { item };
                cells.push((person, film, weight));
            }
        }
        Csr::from_triplets(60, 13, &cells)
    };
    let (_, hidden) = guard_people(&matrix, &of_item);
    let map = DomainMap::fit(&lines(&|p| hidden.contains(&p)), &of_item, 2, params(), &Silent).unwrap();
    let books = map.pairs()[0];
    assert!(!books.on && books.gain < 0.0, "{books:?}");
    let mut scores = [0.0; 13];
    map.score(&[(0, 1.0), (1, 1.0)], &mut scores);
    assert!((scores[8] - scores[10]).abs() < 0.5, "popularity and music only: {scores:?}");
    let unguarded = Params { guard: false, ..params() };
    let map = DomainMap::fit(&matrix, &of_item, 2, unguarded, &Silent).unwrap();
    assert!(map.pairs().iter().all(|pair| pair.on && pair.people == 0));
}

/// The people that the guard holds out, told by what they lose.
fn guard_people(matrix: &Csr, of_item: &[u16]) -> (Csr, Vec<u32>) {
    let (seen, _) = guard::hold_out(matrix, of_item, 2, &params());
    let lost = (0..60).filter(|&p| seen.row(p as usize).0.len() < matrix.row(p as usize).0.len()).collect();
    (seen, lost)
}

#[test]
fn faults_are_refused() {
    let (matrix, of_item) = world(6);
    let refused = |params| {
        matches!(DomainMap::fit(&matrix, &of_item, 2, params, &Silent), Err(FitError::Parameter { .. }))
    };
    assert!(refused(Params { rank: 0, ..params() }));
    assert!(refused(Params { holdout: 1.0, ..params() }));
    assert!(refused(Params { prior: f64::NAN, ..params() }));
    assert!(DomainMap::fit(&matrix, &of_item[1..], 2, params(), &Silent).is_err());
    assert_eq!(DomainMap::fit(&matrix, &of_item, 7, params(), &Silent), Err(FitError::Empty));
}

#[test]
fn its_lists_say_what_the_map_says() {
    let (matrix, of_item) = world(60);
    let unguarded = Params { guard: false, prior: 0.0, ..params() };
    let map = DomainMap::fit(&matrix, &of_item, 2, unguarded, &Silent).unwrap();
    let (sources, films): (Vec<u32>, Vec<u32>) = (0..13).partition(|&item| item < 8);
    let links = map.links(&(0..13).collect::<Vec<_>>(), &films, 13);
    assert!(
        links
            .iter()
            .all(|&(source, film, strength)| sources.contains(&source) && film >= 8 && strength > 0.0)
    );
    let strength = |book: u32, film: u32| {
        links.iter().find(|link| (link.0, link.1) == (book, film)).map_or(0.0, |link| link.2)
    };
    // Both books of a taste together rank the films as the map does.
    let mut scores = [0.0; 13];
    map.score(&[(0, 1.0), (1, 1.0)], &mut scores);
    let both = |film: u32| strength(0, film) + strength(1, film);
    let (mut by_links, mut by_map) = ([10, 12, 8], [10, 12, 8]);
    by_links.sort_by(|a, b| both(*b).total_cmp(&both(*a)));
    by_map.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]));
    assert_eq!(by_links[0], 8);
    assert_eq!(by_links[0], by_map[0]);
    assert!(both(8) > 0.0 && both(10) <= f32::EPSILON, "{links:?}");
    assert_eq!(map.links(&[0], &films, 1).len(), 1);
    let hurting = DomainMap { pairs: vec![], ..map };
    assert!(hurting.links(&sources, &films, 9).is_empty());
}
