use crate::sample::{NOW_MS, finished, now, params, user};
use crate::training::{Evening, Row, TrainParams, TrainReport, TrainingSet};
use crate::{
    BlendSettings, Bundle, Catalogue, EngineError, Group, Person, Request, Together, Untimed,
    recommend_group, train,
};
use soiree_algorithms::model::Silent;
use soiree_domain::{Domain, InteractionKind, Item, ItemId, ModelVersion, Source, Strategy};

/// Circles of three people. What they see by themselves says nothing of what they see together: that is one of
/// three kinds, by the circle. The first eighteen works are seen alone, then come twelve of each kind.
fn circles(count: u32) -> TrainingSet {
    let item = |n: u32| {
        let name =
            if n < 18 { format!("alone-{n}") } else { format!("kind-{}-{}", (n - 18) / 12, (n - 18) % 12) };
        Item::new(ItemId::new(&name).unwrap(), Domain::Film, name.replace('-', ""))
    };
    let mut set = TrainingSet {
        items: (0..54).map(item).collect(),
        users: count as usize * 3,
        ..TrainingSet::default()
    };
    for circle in 0..count {
        let people: Vec<u32> = (0..3).map(|n| circle * 3 + n).collect();
        let works: Vec<(u32, i64)> = (0..4)
            .map(|n| (18 + circle % 3 * 12 + (circle / 3 + n * n) % 12, NOW_MS - i64::from(circle * 4 + n)))
            .collect();
        for &person in &people {
            let alone = (0..4).map(|n| ((person * 5 + n * 3) % 18, NOW_MS - i64::from(person)));
            let (user, kind, value) = (person, InteractionKind::Finish, None);
            set.rows.extend(alone.map(|(item, at_ms)| Row { user, item, kind, value, at_ms }));
        }
        // Of every second circle a second evening, without one of them.
        let again =
            (circle % 2 == 0).then(|| Evening { people: people[1..].to_vec(), works: works[2..].to_vec() });
        set.evenings.push(Evening { people, works });
        set.evenings.extend(again);
    }
    // A crowd is no company, and neither is one person.
    set.evenings.push(Evening { people: (0..101).collect(), works: vec![(0, NOW_MS)] });
    set.evenings.push(Evening { people: vec![1], works: vec![(1, NOW_MS)] });
    set
}

fn run(set: &TrainingSet, params: &TrainParams) -> Result<(Bundle, TrainReport), EngineError> {
    train(set, params, None, NOW_MS, ModelVersion::new("v").unwrap(), &Silent)
}

fn measured() -> TrainParams {
    TrainParams { holdout_min_people: 1_000, ..params() }
}

#[test]
fn what_groups_had_is_found_again_by_what_groups_had() {
    let set = circles(240);
    let (bundle, report) = run(&set, &measured()).unwrap();
    let found = report.holdout_group.unwrap();
    assert!(found.measured >= 50, "{found:?}");
    let figure = |name: &str| found.rows.iter().find(|row| row.name == name).unwrap().ndcg_at_10;
    assert!(figure("group-filter") > figure("members") + 0.2, "{found:?}");
    assert!(figure("blend") > figure("members") + 0.2, "{found:?}");
    assert!(report.models.iter().any(|&(name, links)| name == "group-filter" && links > 0));
    let weights =
        bundle.manifest().blend_group.expect("learned weights are better where members know nothing");
    assert!(weights[2] > 0.4, "{weights:?}");
    assert_eq!(run(&set, &measured()).unwrap().0, bundle, "the same seed gives the same bundle");
    assert_eq!(Bundle::from_files(&bundle.to_files()).unwrap().group_filter, bundle.group_filter);
}

#[test]
fn a_group_with_a_past_is_answered_by_what_groups_went_on_to() {
    let (bundle, report) = run(&circles(90), &measured()).unwrap();
    assert!(report.holdout_group.is_none(), "twenty lost works are too few");
    let catalogue = Catalogue::new(circles(90).items, &[]);
    let served = bundle.attach(&catalogue);
    let (ana, ben) = (user("ana"), user("ben"));
    let history = finished(&["alone-1", "alone-4"]);
    let people = [Person::new(&ana, &history), Person::new(&ben, &history)];
    let had = |some: f32| {
        ["kind-2-0", "kind-2-1", "kind-2-4"].map(|work| Together {
            item: ItemId::new(work).unwrap(),
            all: 1.0 - some,
            some,
        })
    };
    let ask = |together: &[Together], settings: &BlendSettings| {
        let group = Group { together, ..Group::new(&people, Strategy::Average) };
        let request = Request { limit: 54, ..Request::default() };
        recommend_group(&served, &catalogue, &group, &now(), &request, settings, &Untimed)
    };
    let theirs = |name: &str| name.starts_with("kind-2");
    let told = |answer: &crate::GroupAnswer| {
        let reasons = answer.items.iter().flat_map(|item| &item.reasons);
        reasons.filter(|reason| reason.source == Source::GroupFilter).cloned().collect::<Vec<_>>()
    };
    // The group model alone, so that it is seen to work.
    let only = BlendSettings { group_shares: [0.0, 0.0, 1.0], ..BlendSettings::default() };
    let answer = ask(&had(0.0), &only);
    assert!(answer.items[..5].iter().all(|item| theirs(item.item.as_str())), "{answer:?}");
    assert!(told(&answer).iter().all(|reason| reason.private_to.is_some()) && !told(&answer).is_empty());
    // What they had together is not what they are sent on to, whether or not somebody noted that they finished it.
    let best = answer.items.iter().take(5).map(|item| item.item.as_str());
    assert!(best.clone().all(|name| !["kind-2-0", "kind-2-1", "kind-2-4"].contains(&name)), "{answer:?}");
    // As it is served, it lifts what their kind of circle sees above what others see.
    let usual = BlendSettings { lambda: 1.0, ..BlendSettings::default() };
    let best = |answer: &crate::GroupAnswer, kind: &str| {
        let of = answer.items.iter().filter(|item| item.item.as_str().starts_with(kind));
        of.map(|item| item.score).fold(0.0, f32::max)
    };
    let (friends, strangers) = (ask(&had(0.0), &usual), ask(&[], &usual));
    assert!(best(&friends, "kind-2") > best(&friends, "kind-1") + 0.15, "{friends:?}");
    assert!(best(&strangers, "kind-2") < best(&strangers, "kind-1") + 0.15, "{strangers:?}");
    // Nobody hears of an evening they were not at.
    assert!(!told(&friends).is_empty() && told(&ask(&had(0.5), &usual)).is_empty());
    // What one of them turned down stays a misery to them, whatever the group would have.
    let turned_down = vec![crate::sample::did("kind-2-2", InteractionKind::Dislike)];
    let both = [people[0], Person::new(&ben, &turned_down)];
    let together = had(0.0);
    let group = Group { together: &together, ..Group::new(&both, Strategy::LeastMisery) };
    let seen = BlendSettings { seen_share: 1.0, ..only.clone() };
    let request = Request { limit: 54, ..Request::default() };
    let answer = recommend_group(&served, &catalogue, &group, &now(), &request, &seen, &Untimed);
    let it = answer.items.iter().find(|item| item.item.as_str() == "kind-2-2").unwrap();
    assert_eq!(it.score, 0.0, "{it:?}");
    // What the request keeps out is not let in by the group's past.
    let veto = ItemId::new("kind-2-2").unwrap();
    let together = had(0.0);
    let group = Group {
        together: &together,
        vetoes: std::slice::from_ref(&veto),
        ..Group::new(&people, Strategy::Average)
    };
    let mut request = Request { limit: 50, ..Request::default() };
    request.filter.exclude = vec![ItemId::new("kind-2-3").unwrap()];
    let answer = recommend_group(&served, &catalogue, &group, &now(), &request, &only, &Untimed);
    let kept_out = |item: &ItemId| *item == veto || request.filter.exclude.contains(item);
    assert!(!answer.items.iter().any(|item| kept_out(&item.item)), "{answer:?}");
}

#[test]
fn few_groups_make_no_model_and_strange_ones_are_refused() {
    let mut set = circles(90);
    set.evenings.truncate(19);
    let (bundle, _) = run(&set, &measured()).unwrap();
    assert!(!bundle.manifest().models.contains_key("group-filter") && bundle.group_links().is_none());
    assert!(!bundle.left_out().contains(&"group-filter"));
    set.evenings[3].people.push(999);
    assert_eq!(run(&set, &measured()).unwrap_err(), EngineError::Evening(3));
    set.evenings[3] = Evening { people: vec![1, 2], works: vec![(54, NOW_MS)] };
    assert_eq!(run(&set, &measured()).unwrap_err(), EngineError::Evening(3));
}

#[test]
fn links_below_nothing_are_refused() {
    let (mut bundle, _) = run(&circles(90), &measured()).unwrap();
    let links = bundle.group_filter.as_mut().unwrap();
    links.by_people = links.by_people.map(|_, _, value| -value);
    let error = Bundle::from_files(&bundle.to_files()).unwrap_err().to_string();
    assert!(error.contains("links below 0"), "{error}");
}
