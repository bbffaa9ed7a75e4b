//! VADER on the project's own sentences: all four figures, the compound alone, and making a scorer.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use soiree_algorithms::sentiment::Vader;

const REFERENCE: &str = include_str!("../algorithms/testdata/vader_reference.tsv");

fn vader(criterion: &mut Criterion) {
    // Sentences with escapes are odd on purpose; chat is not.
    let texts: Vec<&str> = REFERENCE
        .lines()
        .filter_map(|line| line.split('\t').nth(1))
        .filter(|text| !text.is_empty() && text.len() < 200 && !text.contains('\\'))
        .collect();
    let scorer = Vader::new();
    let mut group = criterion.benchmark_group("vader");
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("four figures", |bencher| {
        bencher.iter(|| texts.iter().map(|text| scorer.score(black_box(text)).pos).sum::<f64>());
    });
    group.bench_function("compound", |bencher| {
        bencher.iter(|| texts.iter().map(|text| scorer.compound(black_box(text))).sum::<f64>());
    });
    group.finish();
    criterion.bench_function("vader/new", |bencher| bencher.iter(Vader::new));
}

criterion_group!(benches, vader);
criterion_main!(benches);
