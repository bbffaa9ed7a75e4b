use std::fmt::Write as _;

use crate::report::tests::follows_schema;
use crate::tests::{Folder, of};
use crate::{Quiet, run};

/// Sixty people of two tastes who rate most of their own thirty items well and a few of the others badly.
fn ratings() -> String {
    let mut out = String::new();
    for user in 0..60_u32 {
        let first = user % 2 * 30;
        for n in 0..30 {
            if (n * 7 + user) % 4 > 0 {
                let _ = writeln!(out, "u{user}\ti{}\t{}", first + n, 4 + (n + user) % 2);
            }
            if (n + user) % 9 == 0 {
                let _ = writeln!(out, "u{user}\ti{}\t2", 30 - first + n);
            }
        }
    }
    out
}

const PARTIES: &str = r#"
name = "parties"
kind = "groups"
layout = "parties"
seeds = [1, 2]
least = 3
sizes = [2, 3]
parties = 4
rounds = 3
length = 5
candidates = 20
resamples = 20
[files.interactions]
path = "ratings.tsv"
[[models]]
name = "average"
params = { person_params = { lambda = 5.0 } }
[[models]]
name = "diminishing-returns"
params = { person_params = { lambda = 5.0 } }
[[models]]
name = "gfar"
params = { person = "item-knn", debt = false }
"#;

#[test]
fn every_strategy_plays_the_same_evenings() {
    let folder = Folder::new("parties");
    folder.write("ratings.tsv", &ratings());
    let report = run(&folder.options(PARTIES), &Quiet).unwrap();
    follows_schema(&report);
    // Three make-ups, two sizes, four of each, two seeds.
    assert_eq!((report.data.users, report.data.items, report.data.cases), (60, 60, 48));
    let [plain, average] = ["plain average", "average"].map(|name| of(&report, name));
    assert!((plain.metrics["least_ratio@5"] - 1.0).abs() < 1e-12);
    for measure in ["least@5", "mean@5", "evening_least@5"] {
        // The plain average is the average without debts, over the same model of people.
        assert!(
            (average.parts["without debts"][measure] - plain.metrics[measure]).abs() < 1e-12,
            "{measure}"
        );
    }
    for model in &report.models {
        let m = &model.metrics;
        assert!(m["least@5"] <= m["mean@5"] && m["mean@5"] <= 1.0, "{}", model.name);
        assert!(
            m["least@5"] <= m["evening_least@5"] + 1e-12,
            "{}: who is least changes by round",
            model.name
        );
        let [low, high] = model.ci95["least@5"];
        assert!(low <= m["least@5"] && m["least@5"] <= high);
        let parts: Vec<&str> = model.parts.keys().map(String::as_str).collect();
        let debts = if ["plain average", "gfar"].contains(&model.name.as_str()) {
            "with debts"
        } else {
            "without debts"
        };
        let mut wanted = ["outlier", "random", "similar", "size 2", "size 3", debts];
        wanted.sort_unstable();
        assert_eq!(parts, wanted, "{}", model.name);
    }
    assert_eq!(report.comparisons.len(), 3 * 3);
    let again = run(&folder.options(PARTIES), &Quiet).unwrap();
    assert_eq!(
        of(&again, "gfar").metrics,
        of(&report, "gfar").metrics,
        "the same seeds draw the same parties"
    );
}

#[test]
fn what_cannot_be_played_is_told() {
    let folder = Folder::new("parties-faults");
    folder.write("ratings.tsv", &ratings());
    let mut options = folder.options(PARTIES);
    options.models = vec!["ease".to_owned()];
    assert_eq!(run(&options, &Quiet).unwrap_err().to_string(), "\"ease\" is no strategy for parties");
    options.models = vec!["average".to_owned()];
    options.tune = Some(3);
    assert_eq!(run(&options, &Quiet).unwrap_err().to_string(), "parties have nothing to tune");
    let few = folder.options(&PARTIES.replace("least = 3", "least = 500"));
    let fault = run(&few, &Quiet).unwrap_err().to_string();
    assert!(fault.ends_with("too few people have enough liked items held out"), "{fault}");
    let wrong = folder.options(&PARTIES.replace("lambda = 5.0", "lamda = 5.0"));
    assert_eq!(
        run(&wrong, &Quiet).unwrap_err().to_string(),
        "model ease: unknown field `lamda`, expected `lambda`"
    );
}
