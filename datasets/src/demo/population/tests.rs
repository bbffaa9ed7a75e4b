use super::*;
use crate::demo;
use std::collections::{BTreeMap, HashSet};

const END_MS: i64 = 1_790_000_000_000;

fn people(seed: u64) -> Population {
    population(seed, &PopulationParams::default(), END_MS)
}

#[test]
fn the_same_seed_gives_the_same_people() {
    assert_eq!(people(7), people(7));
    assert_ne!(people(7).interactions, people(8).interactions);
}

#[test]
fn everybody_is_labelled_and_everything_exists() {
    let made = people(1);
    assert_eq!(made.users.len(), 300);
    assert_eq!(made.users[0].id.as_str(), "synthetic:p0001");
    assert_eq!(made.users[299].id.as_str(), "synthetic:p0300");
    let ids: HashSet<&UserId> = made.users.iter().map(|u| &u.id).collect();
    let works = demo::items();
    let works: HashSet<_> = works.iter().map(|i| &i.id).collect();
    for user in &made.users {
        assert_eq!(user.kind, UserKind::Synthetic);
        assert!(user.faults().is_empty(), "{:?}", user.faults());
    }
    for deed in &made.interactions {
        assert!(ids.contains(&deed.user) && works.contains(&deed.item));
        assert!(deed.faults().is_empty(), "{deed:?}: {:?}", deed.faults());
        assert!(deed.at_ms < END_MS && deed.at_ms >= END_MS - 180 * DAY_MS, "{}", deed.at_ms);
    }
    assert!(made.interactions.is_sorted_by_key(|deed| deed.at_ms));
    let friends: HashSet<_> = made.friends.iter().collect();
    assert_eq!(friends.len(), made.friends.len());
    for friend in &made.friends {
        assert!(friend.a < friend.b && ids.contains(&friend.a) && ids.contains(&friend.b));
    }
}

#[test]
fn lives_are_plausible() {
    let made = people(3);
    let deeds = made.interactions.len();
    assert!((8_000..60_000).contains(&deeds), "{deeds}");
    let degree = 2.0 * made.friends.len() as f32 / 300.0;
    assert!((4.5..7.5).contains(&degree), "{degree} friends on average");

    let mut by_work: BTreeMap<_, HashSet<_>> = BTreeMap::new();
    let mut by_person: BTreeMap<_, HashSet<_>> = BTreeMap::new();
    for deed in &made.interactions {
        by_work.entry(&deed.item).or_default().insert(&deed.user);
        by_person.entry(&deed.user).or_default().insert(&deed.item);
    }
    let mut works: Vec<usize> = by_work.values().map(HashSet::len).collect();
    works.sort_unstable_by(|a, b| b.cmp(a));
    let all: usize = works.iter().sum();
    let top: usize = works.iter().take(works.len() / 10).sum();
    let share = top as f32 / all as f32;
    assert!((0.2..0.6).contains(&share), "the top tenth of the works has {share} of the audience");
    assert!(works.len() > 500, "the tail is reached: {}", works.len());
    let mut activity: Vec<usize> = by_person.values().map(HashSet::len).collect();
    activity.sort_unstable();
    assert_eq!(activity.len(), 300);
    assert!((14..34).contains(&activity[150]), "{}", activity[150]);
    assert!(activity[299] > 3 * activity[150], "some are keen: {}", activity[299]);

    let count = |kind: Kind| made.interactions.iter().filter(|deed| deed.kind == kind).count();
    assert!(count(Kind::Finish) > 2 * count(Kind::Skip), "people mostly finish what they choose");
    for kind in [Kind::Finish, Kind::Like, Kind::Skip, Kind::Rate, Kind::Play, Kind::Progress, Kind::View] {
        assert!(count(kind) > 30, "{kind}: {}", count(kind));
    }
}

/// What friends and the same community share must be more than chance, or no model could learn anything.
#[test]
fn friends_are_more_alike_than_strangers() {
    let made = people(5);
    let mut works: BTreeMap<&UserId, HashSet<_>> = BTreeMap::new();
    for deed in &made.interactions {
        works.entry(&deed.user).or_default().insert(&deed.item);
    }
    let jaccard = |a: &UserId, b: &UserId| {
        let (a, b) = (&works[a], &works[b]);
        let both = a.intersection(b).count() as f32;
        both / (a.len() + b.len()) as f32
    };
    let mean = |pairs: Vec<(&UserId, &UserId)>| {
        pairs.iter().map(|(a, b)| jaccard(a, b)).sum::<f32>() / pairs.len() as f32
    };
    let friends = mean(made.friends.iter().map(|f| (&f.a, &f.b)).collect());
    let strangers = mean(
        (0..300)
            .map(|i| (&made.users[i].id, &made.users[(i * 7 + 151) % 300].id))
            .filter(|(a, b)| a != b)
            .collect(),
    );
    assert!(friends > 1.3 * strangers, "{friends} is not above {strangers}");
}

#[test]
fn odd_parameters_do_no_harm() {
    for params in [
        PopulationParams { people: 0, ..PopulationParams::default() },
        PopulationParams { people: 1, communities: 0, ..PopulationParams::default() },
        PopulationParams { people: 3, communities: 50, friends: 40, days: 0, ..PopulationParams::default() },
    ] {
        let made = population(1, &params, END_MS);
        assert_eq!(made.users.len(), params.people);
    }
    let made = populate(&[], &[], 1, &PopulationParams::default(), END_MS);
    assert!(made.interactions.is_empty() && made.users.len() == 300);
}
