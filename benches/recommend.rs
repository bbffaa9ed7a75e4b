//! Time of one personal answer, one group answer and one list of similar items over 50,000 items, and of a party's answer
//! over as few as the demo catalogue has.
//!
//! `cargo bench -p soiree-engine --bench recommend`

use criterion::{Criterion, criterion_group, criterion_main};
use soiree_algorithms::model::Silent;
use soiree_domain::{Domain, InteractionKind, Item, ItemId, ModelVersion, Strategy, Surface, UserId};
use soiree_engine::{
    BlendSettings, Catalogue, Context, Evening, Event, FitError, Group, Person, Request, Row, Served,
    TextEmbedder, Together, TrainParams, TrainReport, TrainingSet, Untimed, recommend, recommend_group,
    similar, train,
};
use std::hint::black_box;

const ITEMS: u32 = 50_000;
const FEW_ITEMS: u32 = 800;
const PEOPLE: u32 = 20_000;
const DEEDS: u32 = 30;
const TASTES: u32 = 50;
const NOW_MS: i64 = 1_780_000_000_000;

/// Numbers that look random, the same on every machine.
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 31)).wrapping_mul(0x7fb5_d329_728e_a185);
    let x = (x ^ (x >> 27)).wrapping_mul(0x81da_def4_bc2d_d44d);
    x ^ (x >> 33)
}

fn items(count: u32) -> Vec<Item> {
    let item = |i: u32| {
        let domain =
            [Domain::Film, Domain::Film, Domain::Series, Domain::Book, Domain::Music][(i % 5) as usize];
        let mut item = Item::new(ItemId::new(format!("x:{i}")).expect("an id"), domain, format!("Work {i}"));
        let r = mix(u64::from(i));
        item.year = Some(1950 + (r % 75) as i32);
        item.genres = vec![format!("genre{}", i % TASTES), format!("genre{}", r % 60)];
        item.themes = (0..4).map(|t| format!("theme{}", mix(r + t) % 3_000)).collect();
        item.creators = vec![format!("maker {}", r % 9_000)];
        item
    };
    (0..count).map(item).collect()
}

/// Items of one taste have the same remainder; low numbers are popular.
fn taken(count: u32, person: u32, nth: u32) -> u32 {
    let r = mix(u64::from(person) << 20 | u64::from(nth));
    let share = (r % 100_000) as f64 / 100_000.0;
    let rank = (share.powi(3) * f64::from(count / TASTES)) as u32;
    let taste = if r >> 40 & 3 == 0 { (r >> 44) as u32 % TASTES } else { person % TASTES };
    (rank * TASTES + taste).min(count - 1)
}

/// Vectors that look random.
struct Noise;

impl TextEmbedder for Noise {
    fn dimensions(&self) -> usize {
        64
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
        let seed = |text: &&str| text.bytes().fold(7, |sum, byte| mix(sum ^ u64::from(byte)));
        let at = |seed: u64, d: u64| (mix(seed ^ d) % 2_001) as f32 / 1_000.0 - 1.0;
        Ok(texts.iter().flat_map(|text| (0..64).map(move |d| at(seed(text), d))).collect())
    }
}

/// Evenings of four people each, and items beyond `count` that nobody took and of which texts tell.
#[derive(Clone, Copy, Default)]
struct Beside {
    evenings: u32,
    new_items: u32,
}

fn world(count: u32, beside: Beside) -> (Catalogue, Served) {
    let evening = |n: u32| {
        let works = (0..3).map(|nth| (taken(count, n, 90 + nth), NOW_MS - i64::from(n)));
        Evening { people: (0..4).map(|nth| (n * 4 + nth) % PEOPLE).collect(), works: works.collect() }
    };
    let rows = (0..PEOPLE).flat_map(|user| {
        (0..DEEDS).map(move |nth| Row {
            user,
            item: taken(count, user, nth),
            kind: InteractionKind::Finish,
            value: None,
            at_ms: NOW_MS - i64::from(nth) * 86_400_000,
        })
    });
    let set = TrainingSet {
        items: items(count + beside.new_items),
        relations: vec![],
        users: PEOPLE as usize,
        rows: rows.collect(),
        evenings: (0..beside.evenings).map(evening).collect(),
    };
    let params = TrainParams { ease_max_items: 3_000, ..TrainParams::default() };
    let version = ModelVersion::new("bench").expect("an id");
    let embedder = (beside.new_items > 0).then_some(&Noise as &dyn TextEmbedder);
    let (bundle, report) =
        train(&set, &params, embedder, NOW_MS, version, &Silent).expect("the set is sound");
    print_figures(&report);
    let catalogue = Catalogue::new(set.items, &[]);
    let served = bundle.attach(&catalogue);
    (catalogue, served)
}

fn history(count: u32, person: u32) -> Vec<Event> {
    let event = |nth| Event {
        item: ItemId::new(format!("x:{}", taken(count, person, nth))).expect("an id"),
        kind: InteractionKind::Finish,
        value: None,
        at_ms: NOW_MS - i64::from(nth) * 86_400_000,
    };
    (0..DEEDS).map(event).collect()
}

#[expect(clippy::print_stdout, reason = "the hold-out says whether the made-up world is learnable")]
fn print_figures(report: &TrainReport) {
    for row in report.holdout.iter().flat_map(|h| &h.rows) {
        println!("{:>12}  hit rate@10 {:.3}  NDCG@10 {:.3}", row.name, row.hit_rate_at_10, row.ndcg_at_10);
    }
}

fn bench(c: &mut Criterion) {
    let (catalogue, served) = world(ITEMS, Beside::default());
    let users: Vec<UserId> = (0..100).map(|u| UserId::new(format!("u{u}")).expect("an id")).collect();
    let histories: Vec<Vec<Event>> = (0..100).map(|u| history(ITEMS, u * 7)).collect();
    let people: Vec<Person<'_>> = users.iter().zip(&histories).map(|(u, h)| Person::new(u, h)).collect();
    let (ctx, settings) = (Context { now_ms: NOW_MS, ..Context::default() }, BlendSettings::default());
    let mut next = 0;
    let mut turn = || {
        next = (next + 1) % 95;
        next
    };
    let mut group = c.benchmark_group("50,000 items");
    for (name, explain) in [("personal top 10", false), ("personal top 10 with reasons", true)] {
        let request = Request { explain, ..Request::default() };
        group.bench_function(name, |b| {
            b.iter(|| {
                black_box(recommend(
                    &served,
                    &catalogue,
                    &people[turn()],
                    &ctx,
                    &request,
                    &settings,
                    &Untimed,
                ))
            });
        });
    }
    let (stranger, request) = (Person::new(&users[0], &[]), Request::default());
    group.bench_function("stranger top 10", |b| {
        b.iter(|| black_box(recommend(&served, &catalogue, &stranger, &ctx, &request, &settings, &Untimed)));
    });
    let strategy = Strategy::default();
    group.bench_function("group of 5 with reasons", |b| {
        b.iter(|| {
            let at = turn();
            let group = Group::new(&people[at..at + 5], strategy);
            black_box(recommend_group(&served, &catalogue, &group, &ctx, &request, &settings, &Untimed))
        });
    });
    group.bench_function("similar to one item", |b| {
        b.iter(|| black_box(similar(&served, &catalogue, &histories[turn()][0].item, 10, None)));
    });
    let changed = catalogue.item(7).as_ref().clone();
    group.bench_function("one item changed, attached again", |b| {
        b.iter(|| black_box(served.reattach(&catalogue.with_items(vec![changed.clone()], &[]))));
    });
    group.finish();
}

/// A party of eight as `soiree load --event-rate` plays it; the same with a past; and with a hundred items that nobody took.
fn bench_party(c: &mut Criterion) {
    let users: Vec<UserId> = (0..100).map(|u| UserId::new(format!("u{u}")).expect("an id")).collect();
    let histories: Vec<Vec<Event>> =
        (0..100).map(|u| history(FEW_ITEMS, u * 7).into_iter().take(5).collect()).collect();
    let people: Vec<Person<'_>> = users.iter().zip(&histories).map(|(u, h)| Person::new(u, h)).collect();
    let (ctx, settings) = (Context { now_ms: NOW_MS, ..Context::default() }, BlendSettings::default());
    let request = Request { limit: 12, surface: Surface::Party, ..Request::default() };
    let had = |nth| {
        let item = ItemId::new(format!("x:{}", taken(FEW_ITEMS, 3, nth))).expect("an id");
        Together { item, all: 1.0, some: 0.0 }
    };
    let past: Vec<Together> = (0..10).map(had).collect();
    let cases = [
        ("party of 8 with reasons", Beside::default(), &[][..]),
        ("party of 8 with a past", Beside { evenings: 2_000, ..Beside::default() }, &past),
        ("party of 8, 100 items that nobody took", Beside { new_items: 100, ..Beside::default() }, &[]),
    ];
    for (name, beside, together) in cases {
        let (catalogue, served) = world(FEW_ITEMS, beside);
        let mut at = 0;
        c.bench_function(&format!("800 items/{name}"), |b| {
            b.iter(|| {
                at = (at + 1) % 90;
                let group = Group { together, ..Group::new(&people[at..at + 8], Strategy::default()) };
                black_box(recommend_group(&served, &catalogue, &group, &ctx, &request, &settings, &Untimed))
            });
        });
    }
}

criterion_group!(benches, bench, bench_party);
criterion_main!(benches);
