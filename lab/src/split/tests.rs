use proptest::prelude::*;

use super::*;

fn events(max_users: u32, max_items: u32) -> impl Strategy<Value = Vec<Event>> {
    prop::collection::btree_set((0..max_users, 0..max_items), 1..120).prop_flat_map(|pairs| {
        let pairs: Vec<(u32, u32)> = pairs.into_iter().collect();
        prop::collection::vec(0_i64..50, pairs.len()).prop_map(move |times| {
            let at = pairs.iter().zip(times);
            at.map(|(&(user, item), time_ms)| Event { user, item, value: 1.0, time_ms }).collect()
        })
    })
}

fn rules() -> Vec<SplitRule> {
    let mut rules = vec![
        SplitRule::LeaveLastOut(EventOrder::Time),
        SplitRule::LeaveLastTwoOut(EventOrder::File),
        SplitRule::Temporal { quantiles: [0.6, 0.8] },
        SplitRule::Strong { shares: [0.5, 0.2, 0.3], fold_in: 0.6 },
    ];
    for rounding in [Rounding::Down, Rounding::Nearest, Rounding::Up] {
        rules.push(SplitRule::Random { shares: [0.7, 0.1, 0.2], rounding });
    }
    rules
}

fn loaded(events: &[Event]) -> Loaded {
    Loaded { interactions: events.to_vec(), ..Loaded::default() }
}

fn pairs(events: &[Event]) -> Vec<(u32, u32)> {
    let mut out: Vec<(u32, u32)> = events.iter().map(|e| (e.user, e.item)).collect();
    out.sort_unstable();
    out
}

/// Every event of every part, in one list.
fn everything(parts: &Parts) -> Vec<(u32, u32)> {
    let mut all = parts.fit.clone();
    for held in [&parts.validation, &parts.test] {
        all.extend(held.shown.iter().flatten().chain(&held.wanted));
    }
    pairs(&all)
}

proptest! {
    #[test]
    fn parts_are_disjoint_and_lose_nothing(events in events(12, 15), seed in 0_u64..20) {
        for rule in rules() {
            let parts = split(&rule, &loaded(&events), seed);
            let all = everything(&parts);
            let mut once = all.clone();
            once.dedup();
            prop_assert_eq!(&once, &all, "an event stands in two parts of {:?}", rule);
            if !matches!(rule, SplitRule::Strong { .. }) {
                prop_assert_eq!(all, pairs(&events), "{:?}", rule);
            }
            prop_assert_eq!(leaked(&parts), 0);
            prop_assert_eq!(split(&rule, &loaded(&events), seed), parts, "the same seed splits the same");
        }
    }

    #[test]
    fn counts_follow_the_rounding_rule(events in events(6, 40), seed in 0_u64..20) {
        let rule = SplitRule::Random { shares: [0.8, 0.1, 0.1], rounding: Rounding::Down };
        let parts = split(&rule, &loaded(&events), seed);
        for user in 0..6 {
            let of = |list: &[Event]| list.iter().filter(|e| e.user == user).count();
            let n = of(&events);
            prop_assert_eq!(of(&parts.test.wanted), n / 10);
            prop_assert_eq!(of(&parts.validation.wanted), n / 10);
            prop_assert_eq!(of(&parts.fit), n - 2 * (n / 10));
        }
    }

    #[test]
    fn the_last_is_the_last(events in events(8, 15)) {
        let parts = split(&SplitRule::LeaveLastTwoOut(EventOrder::Time), &loaded(&events), 0);
        for asked in &parts.test.wanted {
            for other in parts.fit.iter().chain(&parts.validation.wanted).filter(|e| e.user == asked.user) {
                prop_assert!(other.time_ms <= asked.time_ms);
            }
            prop_assert!(parts.fit.iter().any(|e| e.user == asked.user), "somebody is asked who has no training");
        }
    }

    #[test]
    fn time_never_runs_backwards(events in events(8, 15)) {
        let parts = split(&SplitRule::Temporal { quantiles: [0.5, 0.75] }, &loaded(&events), 0);
        let latest = |list: &[Event]| list.iter().map(|e| e.time_ms).max().unwrap_or(i64::MIN);
        let first = |list: &[Event]| list.iter().map(|e| e.time_ms).min().unwrap_or(i64::MAX);
        prop_assert!(latest(&parts.fit) < first(&parts.validation.wanted));
        prop_assert!(latest(&parts.fit).max(latest(&parts.validation.wanted)) < first(&parts.test.wanted));
    }

    #[test]
    fn held_out_people_are_never_trained_on(events in events(12, 15), seed in 0_u64..20) {
        let parts = split(&SplitRule::Strong { shares: [0.5, 0.2, 0.3], fold_in: 0.6 }, &loaded(&events), seed);
        for held in [&parts.validation, &parts.test] {
            let shown = held.shown.as_deref().unwrap_or_default();
            for event in &held.wanted {
                prop_assert!(parts.fit.iter().all(|e| e.user != event.user));
                prop_assert!(shown.iter().any(|e| e.user == event.user), "nothing of this person is shown");
            }
        }
    }

    #[test]
    fn carving_takes_one_event_of_everybody_who_has_two(events in events(8, 15), seed in 0_u64..20) {
        let (left, taken) = carve(Carve::OnePerUser, &events, seed).unwrap();
        prop_assert_eq!(left.len() + taken.wanted.len(), events.len());
        for user in 0..8 {
            let of = |list: &[Event]| list.iter().filter(|e| e.user == user).count();
            prop_assert_eq!(of(&taken.wanted), usize::from(of(&events) > 1));
        }
        prop_assert!(carve(Carve::Part, &events, seed).is_none());
    }
}

#[test]
fn shares_become_counts_by_the_book() {
    assert_eq!(counted(100, 0.29, Rounding::Down), 29);
    assert_eq!(counted(19, 0.1, Rounding::Down), 1);
    assert_eq!(counted(15, 0.1, Rounding::Nearest), 2);
    assert_eq!(counted(30, 0.1, Rounding::Up), 3);
    assert_eq!(counted(31, 0.1, Rounding::Up), 4);
}

#[test]
fn other_seeds_split_differently() {
    let events: Vec<Event> = (0..50).map(|item| Event { user: 0, item, value: 1.0, time_ms: 0 }).collect();
    let rule = SplitRule::Random { shares: [0.8, 0.1, 0.1], rounding: Rounding::Down };
    let of = |seed| pairs(&split(&rule, &loaded(&events), seed).test.wanted);
    assert_ne!(of(1), of(2));
}
