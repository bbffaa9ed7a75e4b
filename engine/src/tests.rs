//! What the engine answers in a world with obvious answers.

use crate::sample::{NOW_MS, did, finished, id, items, now, relations, user, world};
use crate::{
    Answer, BlendSettings, Catalogue, Context, Event, Filter, FriendEvents, Group, GroupAnswer, Person,
    Request, Served, Together, Untimed, across, recommend, recommend_group, similar,
};
use soiree_domain::{Domain, InteractionKind, Item, Mood, Source, Strategy, Surface, UserId};

fn films(limit: usize) -> Request {
    Request { limit, domains: Some(vec![Domain::Film]), ..Request::default() }
}

fn ask(world: &(Catalogue, Served), history: &[Event], request: &Request) -> Answer {
    let me = user("me");
    recommend(
        &world.1,
        &world.0,
        &Person::new(&me, history),
        &now(),
        request,
        &BlendSettings::default(),
        &Untimed,
    )
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.items.iter().map(|i| i.item.as_str()).collect()
}

fn group(
    world: &(Catalogue, Served),
    histories: &[Vec<Event>],
    weights: &[f32],
    strategy: Strategy,
) -> GroupAnswer {
    let users: Vec<UserId> = (0..histories.len()).map(|i| user(&format!("u{i}"))).collect();
    let people: Vec<_> = users.iter().zip(histories).map(|(u, h)| Person::new(u, h)).collect();
    let request = Request { surface: Surface::Party, ..films(6) };
    let settings = BlendSettings::default();
    let group = Group { weights, ..Group::new(&people, strategy) };
    recommend_group(&world.1, &world.0, &group, &now(), &request, &settings, &Untimed)
}

#[test]
fn a_taste_is_met_and_what_was_had_does_not_come_back() {
    let world = world();
    let had = ["film-s0", "film-s1", "film-s2"];
    let answer = ask(&world, &finished(&had), &films(5));
    assert_eq!(answer.items.len(), 5);
    assert!(names(&answer).iter().all(|n| n.starts_with("film-s")), "{:?}", names(&answer));
    assert!(names(&answer).iter().all(|n| !had.contains(n)));
    assert_eq!(answer.version.as_str(), "v1");
    assert_eq!(answer.left_out, ["text"]);
    assert!(answer.items.iter().all(|i| (0.0..=1.0).contains(&i.score)));
    assert_eq!(answer, ask(&world, &finished(&had), &films(5)), "the same question, the same answer");
}

#[test]
fn only_what_is_over_is_not_offered_again() {
    use InteractionKind as K;
    let world = world();
    let all = Request { limit: 50, ..films(50) };
    for (kind, value, again) in [
        (K::View, None, true),
        (K::Click, None, true),
        (K::Play, None, true),
        (K::Like, None, true),
        (K::Progress, Some(0.4), true),
        (K::Progress, Some(0.97), false),
        (K::Finish, None, false),
        (K::Rate, Some(4.0), false),
        (K::Buy, None, false),
        (K::Dislike, None, false),
    ] {
        let event = Event { value, ..did("film-s3", kind) };
        let answer = ask(&world, &[event], &all);
        assert_eq!(names(&answer).contains(&"film-s3"), again, "{kind}");
    }
}

#[test]
fn dislikes_push_away_what_is_like_them() {
    let (catalogue, served) = world();
    let me = user("me");
    let score = |history: &[Event]| {
        let bad = [id("film-r2"), id("film-r3")];
        let person = Person { exclude: &bad, ..Person::new(&me, history) };
        let answer =
            recommend(&served, &catalogue, &person, &now(), &films(20), &BlendSettings::default(), &Untimed);
        answer.items.iter().find(|i| i.item == id("film-r1")).unwrap().score
    };
    let mut history = finished(&["film-r0", "film-s0"]);
    let before = score(&history);
    history.extend(["film-r2", "film-r3"].map(|bad| did(bad, InteractionKind::Dislike)));
    assert!(score(&history) < 0.8 * before);
}

#[test]
fn nobody_in_particular_gets_what_is_popular_across_domains() {
    let world = world();
    let answer = ask(&world, &[], &Request::default());
    assert_eq!(answer.items.len(), 10);
    let domain = |name: &str| world.0.get(&id(name)).unwrap().domain;
    for wanted in [Domain::Film, Domain::Book, Domain::Music] {
        assert!(names(&answer).iter().any(|n| domain(n) == wanted), "{wanted} in {:?}", names(&answer));
    }
    assert!(answer.items[0].reasons.iter().any(|r| r.text == "Popular now"));
}

#[test]
fn relations_lead_across_domains_with_the_path_as_reason() {
    let world = world();
    let answer = ask(&world, &finished(&["gatsby-novel"]), &films(3));
    assert_eq!(answer.items[0].item, id("gatsby-film"), "{:?}", names(&answer));
    let reason = &answer.items[0].reasons[0];
    assert_eq!(reason.text, "The 2013 film of the novel “The Great Gatsby”");
    assert_eq!((reason.source, reason.item.clone()), (Source::Relation, Some(id("gatsby-novel"))));
    assert_eq!(reason.private_to, Some(user("me")));
}

#[test]
fn a_history_speaks_in_reasons_and_silence_is_kept_when_asked() {
    let world = world();
    let answer = ask(&world, &finished(&["film-s0"]), &films(3));
    let first = &answer.items[0].reasons[0];
    assert_eq!(first.text, "Because you finished “Title film-s0”");
    assert!(answer.items.iter().flat_map(|i| &i.reasons).all(|r| r.item.is_none() || r.private_to.is_some()));
    let quiet = ask(&world, &finished(&["film-s0"]), &Request { explain: false, ..films(3) });
    assert_eq!(names(&quiet), names(&answer));
    assert!(quiet.items.iter().all(|i| i.reasons.is_empty()));
}

#[test]
fn filters_hold() {
    let world = world();
    let run = |filter: Filter| {
        let answer = ask(&world, &finished(&["film-s0"]), &Request { filter, ..films(50) });
        names(&answer).iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()
    };
    let default = Filter::default;
    assert!(run(default()).contains(&"film-s7".to_owned()));
    assert!(!run(Filter { max_age_rating: Some(16), ..default() }).contains(&"film-s7".to_owned()));
    assert!(
        run(Filter { genres: vec!["Romance".into()], ..default() }).iter().all(|n| n.starts_with("film-r"))
    );
    assert_eq!(run(Filter { year_from: Some(2013), ..default() }), ["gatsby-film"]);
    assert_eq!(run(Filter { year_to: Some(1991), ..default() }), ["film-s1"]);
    assert!(!run(Filter { exclude: vec![id("film-s1")], ..default() }).contains(&"film-s1".to_owned()));
    assert!(run(Filter { language: Some("fr".into()), ..default() }).is_empty());
}

#[test]
fn unavailable_removed_and_unwanted_items_never_come() {
    let (catalogue, served) = world();
    let gone = Item { available: false, ..catalogue.get(&id("film-s1")).unwrap().as_ref().clone() };
    let catalogue = catalogue.with_items(vec![gone], &[id("film-s2")]);
    let (me, history, never) = (user("me"), finished(&["film-s0"]), [id("film-s3")]);
    let person = Person { exclude: &never, ..Person::new(&me, &history) };
    // The bundle was attached before the change, and must hold to it all the same.
    for served in [&served, &served.reattach(&catalogue)] {
        let answer =
            recommend(served, &catalogue, &person, &now(), &films(50), &BlendSettings::default(), &Untimed);
        for name in ["film-s1", "film-s2", "film-s3"] {
            assert!(!names(&answer).contains(&name));
        }
        assert!(names(&answer).contains(&"film-s4"));
    }
}

#[test]
fn items_that_no_model_knows_are_answered_by_content() {
    let (catalogue, served) = world();
    let mut new = Item::new(id("film-new"), Domain::Film, "Another planet");
    new.genres = vec!["science fiction".into()];
    new.themes = vec!["planet 0".into()];
    let catalogue = catalogue.with_items(vec![new], &[]);
    let served = served.reattach(&catalogue);
    assert_eq!(served.newcomers(), 1);
    let world = (catalogue, served);
    let answer = ask(&world, &finished(&["film-s0"]), &films(20));
    let at = names(&answer).iter().position(|n| *n == "film-new").unwrap();
    // Popularity alone does not put a work of another taste before it.
    let score = |name: &str| answer.items.iter().find(|i| i.item == id(name)).unwrap().score;
    assert!(answer.items[at].score > score("film-r0"));
    assert!(
        answer.items[at].reasons.iter().any(|r| r.source == Source::Tfidf && r.item == Some(id("film-s0")))
    );
    assert!(names(&ask(&world, &finished(&["film-new"]), &films(3)))[0].starts_with("film-s"));
    assert!(similar(&world.1, &world.0, &id("film-new"), 3, None).iter().any(|s| s.item == id("film-s0")));
}

#[test]
fn friends_are_heard_and_named_to_their_friend_alone() {
    let (catalogue, served) = world();
    let (me, ana, ben, cy) = (user("me"), user("ana"), user("ben"), user("cy"));
    let (one, two) = (finished(&["gatsby-film"]), [did("gatsby-film", InteractionKind::Like)]);
    let friends = [
        FriendEvents { user: &ana, name: "Ana", events: &one, evenings: 0, known: true },
        FriendEvents { user: &ben, name: "Ben", events: &two, evenings: 0, known: true },
        FriendEvents { user: &cy, name: "Cy", events: &one, evenings: 0, known: true },
    ];
    let person = Person { friends: &friends, ..Person::new(&me, &[]) };
    let answer =
        recommend(&served, &catalogue, &person, &now(), &films(5), &BlendSettings::default(), &Untimed);
    let item = answer.items.iter().find(|i| i.item == id("gatsby-film")).unwrap();
    let reason = item.reasons.iter().find(|r| r.source == Source::Friends).unwrap();
    assert_eq!(
        (reason.text.as_str(), reason.private_to.as_ref()),
        ("Ana and 2 friends finished it", Some(&me))
    );
}

#[test]
fn empty_catalogues_and_strangers_get_an_answer() {
    let (_, served) = world();
    let empty = Catalogue::new(vec![], &[]);
    let here = (empty.clone(), served.reattach(&empty));
    assert!(ask(&here, &finished(&["film-s0"]), &Request::default()).items.is_empty());
    assert!(group(&here, &[vec![], vec![]], &[], Strategy::Average).items.is_empty());
    assert!(similar(&here.1, &here.0, &id("film-s0"), 3, None).is_empty());
    let nobody = group(&world(), &[], &[], Strategy::Average);
    assert!(nobody.items.is_empty() && nobody.satisfaction.is_empty());
    // A catalogue of another lineage is noticed.
    let shuffled = Catalogue::new(items().into_iter().rev().collect(), &relations());
    let answer = ask(&(shuffled, served), &finished(&["film-s0"]), &films(3));
    assert!(names(&answer).iter().all(|n| n.starts_with("film-s")));
}

#[test]
fn a_group_gets_one_list_that_says_how_content_each_member_is() {
    let world = world();
    let tastes = [finished(&["film-s0", "film-s1"]), finished(&["film-r0", "film-r1"])];
    for strategy in Strategy::ALL {
        let answer = group(&world, &tastes, &[], strategy);
        assert_eq!((answer.items.len(), answer.strategy), (6, strategy));
        assert_eq!(answer.satisfaction.len(), 2);
        for item in &answer.items {
            assert!(
                (0.0..=1.0).contains(&item.score)
                    && item.satisfaction.iter().all(|s| (0.0..=1.0).contains(s))
            );
            assert!(!["film-s0", "film-r0"].contains(&item.item.as_str()), "had by half of them");
        }
        assert!(answer.min_satisfaction <= answer.mean_satisfaction && answer.spread >= 0.0);
    }
    let heavy = group(&world, &tastes, &[5.0, 0.0], Strategy::Average);
    let alone = group(&world, &tastes[..1], &[1.0], Strategy::Average);
    let ids = |a: &GroupAnswer| a.items.iter().map(|i| i.item.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&heavy)[0], ids(&alone)[0], "a member of weight 0 has no say");
    assert!(heavy.satisfaction[0] > heavy.satisfaction[1]);
}

#[test]
fn vetoes_are_absolute() {
    let (catalogue, served) = world();
    let (ana, ben) = (user("ana"), user("ben"));
    let history = finished(&["film-s0"]);
    let people = [Person::new(&ana, &history), Person::new(&ben, &history)];
    let settings = BlendSettings::default();
    let vetoes = [id("film-s1"), id("film-s2"), id("no-such-item")];
    for strategy in Strategy::ALL {
        let group = Group { vetoes: &vetoes, ..Group::new(&people, strategy) };
        let a = recommend_group(&served, &catalogue, &group, &now(), &films(50), &settings, &Untimed);
        assert!(!a.items.is_empty() && a.items.iter().all(|i| !vetoes.contains(&i.item)));
    }
}

#[test]
fn in_a_room_nobody_reads_of_anothers_past() {
    let (catalogue, served) = world();
    let (ana, ben) = (user("ana"), user("ben"));
    let histories = [finished(&["gatsby-novel", "film-s0"]), finished(&["film-s0"])];
    let people = [Person::new(&ana, &histories[0]), Person::new(&ben, &histories[1])];
    let ctx = Context { now_on: Some(id("gatsby-album")), mood: Some(Mood::new(-0.5, -0.3)), ..now() };
    let request = Request { surface: Surface::Party, ..films(10) };
    let settings = BlendSettings::default();
    let group = Group::new(&people, Strategy::Average);
    let a = recommend_group(&served, &catalogue, &group, &ctx, &request, &settings, &Untimed);
    let film = a.items.iter().find(|i| i.item == id("gatsby-film")).unwrap();
    let says = |text: &str| {
        film.reasons.iter().find(|r| r.text.starts_with(text)).unwrap_or_else(|| panic!("{film:?}"))
    };
    assert_eq!(says("The 2013 film of the novel").private_to, Some(ana.clone()));
    let party = says(
        "The 2013 film that “The Great Gatsby: Music from the Film” is the soundtrack of, which is on now",
    );
    assert_eq!(party.private_to, None);
    let open = a.items.iter().flat_map(|i| &i.reasons).filter(|r| r.private_to.is_none());
    for reason in open {
        assert!(reason.item.is_none() || reason.item == ctx.now_on, "{reason:?}");
        assert!(!reason.text.contains("Because you"), "{reason:?}");
    }
    let mood = a.items.iter().flat_map(|i| &i.reasons).find(|r| r.text.starts_with("Fits the room's mood"));
    assert!(mood.is_some_and(|r| r.private_to.is_none() && r.source == Source::Context));
}

#[test]
fn the_order_of_members_and_of_histories_does_not_matter() {
    let world = world();
    let one = vec![
        did("film-s0", InteractionKind::Finish),
        did("film-s1", InteractionKind::Like),
        did("film-r0", InteractionKind::View),
    ];
    let mut other = one.clone();
    other.reverse();
    assert_eq!(ask(&world, &one, &films(8)), ask(&world, &other, &films(8)));
    let tastes = [one, finished(&["film-r1", "film-r2"])];
    let turned = [tastes[1].clone(), tastes[0].clone()];
    for strategy in Strategy::ALL {
        let ids = |a: GroupAnswer| a.items.into_iter().map(|i| i.item).collect::<Vec<_>>();
        assert_eq!(ids(group(&world, &tastes, &[], strategy)), ids(group(&world, &turned, &[], strategy)));
    }
}

#[test]
fn mood_moves_the_list_inside_its_bound() {
    let (catalogue, served) = world();
    let me = user("me");
    let history = finished(&["film-s0", "film-r0"]);
    let with = |mood| {
        let ctx = Context { mood, now_ms: NOW_MS, ..Context::default() };
        recommend(
            &served,
            &catalogue,
            &Person::new(&me, &history),
            &ctx,
            &films(16),
            &BlendSettings::default(),
            &Untimed,
        )
    };
    let (plain, happy) = (with(None), with(Some(Mood::new(0.8, 0.1))));
    let score = |a: &Answer, n: &str| a.items.iter().find(|i| i.item == id(n)).map_or(0.0, |i| i.score);
    for item in &plain.items {
        assert!(
            (score(&happy, item.item.as_str()) - item.score).abs() <= BlendSettings::default().w_ctx + 1e-3
        );
    }
    let gap = |a: &Answer| score(a, "film-r3") - score(a, "film-s3");
    assert!(gap(&happy) > gap(&plain));
}

#[test]
fn what_is_like_an_item_comes_with_open_reasons() {
    let (catalogue, served) = world();
    let near = similar(&served, &catalogue, &id("gatsby-film"), 4, None);
    assert!(
        near.iter().any(|s| s.item == id("gatsby-album"))
            && near.iter().any(|s| s.item == id("gatsby-novel"))
    );
    assert!(near.iter().flat_map(|s| &s.reasons).all(|r| r.private_to.is_none()));
    let books = similar(&served, &catalogue, &id("film-s0"), 3, Some(&[Domain::Book]));
    assert!(books.len() == 3 && books.iter().all(|s| s.item.as_str().starts_with("book-s")), "{books:?}");
    assert!(similar(&served, &catalogue, &id("no-such-item"), 3, None).is_empty());
}

#[test]
fn a_finished_novel_leads_over_its_film_to_the_soundtrack() {
    let world = world();
    let history = finished(&["gatsby-novel"]);
    let answer = ask(&world, &history, &Request { limit: 10, ..Request::default() });
    let why = |item: &str| {
        let found = answer.items.iter().find(|i| i.item == id(item)).unwrap_or_else(|| panic!("{answer:?}"));
        found.reasons[0].text.clone()
    };
    assert_eq!(why("gatsby-film"), "The 2013 film of the novel “The Great Gatsby”");
    assert_eq!(
        why("gatsby-album"),
        "You finished the novel “The Great Gatsby” → its 2013 film → its soundtrack"
    );
}

#[test]
fn other_domains_come_with_the_path_that_leads_there() {
    let (catalogue, served) = world();
    let found = across(&served, &catalogue, &id("gatsby-novel"), 10, None);
    assert!(found.iter().all(|a| catalogue.get(&a.scored.item).unwrap().domain != Domain::Book), "{found:?}");
    let album = found.iter().find(|a| a.scored.item == id("gatsby-album")).unwrap();
    let path: Vec<_> = album.path.iter().map(|step| step.item.as_str()).collect();
    assert_eq!(path, ["gatsby-film", "gatsby-album"]);
    assert_eq!(album.scored.reasons[0].text, "“The Great Gatsby” → its 2013 film → its soundtrack");
    let music = across(&served, &catalogue, &id("gatsby-novel"), 10, Some(&[Domain::Music, Domain::Book]));
    assert!(music.iter().all(|a| a.scored.item == id("gatsby-album")) && music.len() == 1);
    assert!(across(&served, &catalogue, &id("no-such-item"), 10, None).is_empty());
}

#[test]
fn what_a_group_has_had_together_draws_its_list() {
    let (catalogue, served) = world();
    let (ana, ben) = (user("ana"), user("ben"));
    let histories = [finished(&["film-s0", "film-s1"]), finished(&["film-r0", "film-r1"])];
    let people = [Person::new(&ana, &histories[0]), Person::new(&ben, &histories[1])];
    let had = ["film-r2", "film-r3", "film-r4"].map(|item| Together { item: id(item), all: 1.0, some: 0.0 });
    let ask = |together: &[Together]| {
        let group = Group { together, ..Group::new(&people, Strategy::Average) };
        let settings = BlendSettings::default();
        recommend_group(&served, &catalogue, &group, &now(), &films(16), &settings, &Untimed)
    };
    let romance = |answer: &GroupAnswer| {
        let score = |prefix: &str| {
            let of = answer.items.iter().filter(|i| i.item.as_str().starts_with(prefix));
            of.map(|i| i.score).fold(0.0, f32::max)
        };
        score("film-r") - score("film-s")
    };
    let (strangers, friends) = (ask(&[]), ask(&had));
    assert!(romance(&friends) > romance(&strangers) + 0.05, "{strangers:?} {friends:?}");
    let says = |answer: &GroupAnswer| {
        let reasons = answer.items.iter().flat_map(|i| &i.reasons);
        let past: Vec<_> = reasons.filter(|r| r.source == Source::Together).collect();
        // Each of them is told, and nobody else who may see the list.
        let told = |who: &UserId| past.iter().any(|r| r.private_to.as_ref() == Some(who));
        told(&ana) && told(&ben) && past.iter().all(|r| r.private_to.is_some() && r.item.is_none())
    };
    assert!(says(&friends) && !says(&strangers));
    // How well it suits each member is told as it is, whatever the group leans to.
    let fit = |answer: &GroupAnswer, item: &str| {
        answer.items.iter().find(|i| i.item == id(item)).map(|i| i.satisfaction.clone())
    };
    assert_eq!(fit(&friends, "film-s2"), fit(&strangers, "film-s2"));
}

#[test]
fn the_youngest_decides_what_may_come() {
    let (catalogue, served) = world();
    let (ana, kid) = (user("ana"), user("kid"));
    let history = finished(&["film-s0", "film-s1", "film-s2", "film-s3"]);
    let adult = Person { age: Some(40), ..Person::new(&ana, &history) };
    let people = [adult, Person { age: Some(9), ..Person::new(&kid, &history) }];
    let settings = BlendSettings::default();
    let ask = |members: &[Person<'_>]| {
        let group = Group::new(members, Strategy::Average);
        recommend_group(&served, &catalogue, &group, &now(), &films(50), &settings, &Untimed)
    };
    let has_it = |answer: &GroupAnswer| answer.items.iter().any(|i| i.item == id("film-s7"));
    assert!(has_it(&ask(&people[..1])) && !has_it(&ask(&people)));
    assert_eq!((ask(&people[..1]).age_limit, ask(&people).age_limit), (Some(40), Some(9)));
    let alone = recommend(&served, &catalogue, &people[1], &now(), &films(50), &settings, &Untimed);
    assert!(alone.items.iter().all(|i| i.item != id("film-s7")));
}
