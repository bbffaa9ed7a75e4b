use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::*;
use crate::report::tests::follows_schema;

/// A folder that goes away with its owner.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("soiree-lab-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn options(&self, protocol: &str) -> Options {
        let protocol_path = self.write("protocol.toml", protocol);
        Options { protocol_path, data_dir: self.0.clone(), ..Options::default() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Two circles of taste: even people love the first ten items, odd ones the others; each leaves out three of
/// their own, and everybody knows item 0.
fn circles() -> String {
    let mut out = String::new();
    for user in 0..40_u32 {
        let first = if user % 2 == 0 { 0 } else { 10 };
        let mut time = 1_000_000 + user;
        for item in (first..first + 10).chain([0]) {
            if (item + user / 2) % 10 > 2 || item == 0 {
                time += 7;
                let value = 1 + (item + user) % 5;
                let _ = writeln!(out, "u{user}::i{item}::{value}::{time}");
            }
        }
    }
    out
}

const CIRCLES: &str = r#"
name = "circles"
kind = "ranking"
cutoffs = [3]
resamples = 50
optimistic = true

[files.interactions]
path = "events.dat"
separator = "::"
columns = ["user", "item", "value", "time"]

[split]
method = "random"
shares = [0.6, 0.2, 0.2]

[validation]
metric = "ndcg@3"

[candidates]
mask = ["train", "validation"]

[[models]]
name = "popularity"
[[models]]
name = "recent-popularity"
[[models]]
name = "item-knn"
params = { neighbours = 5, shrink = 1.0 }
[[models]]
name = "ials"
params = { dims = 8, iterations = 4 }
[[models]]
name = "ease"
params = { lambda = 5.0 }
[[models]]
name = "hybrid"

[[published]]
name = "Oracle"
metrics = { "ndcg@3" = 1.0 }
source = "made up"
"#;

fn circles_folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("events.dat", &circles());
    folder
}

pub(crate) fn of<'a>(report: &'a Report, name: &str) -> &'a report::ModelResult {
    report.models.iter().find(|m| m.name == name).unwrap()
}

#[test]
fn a_ranking_runs_from_file_to_report() {
    let folder = circles_folder("ranking");
    let out = folder.0.join("out");
    let report = run(&Options { out: Some(out.clone()), ..folder.options(CIRCLES) }, &Quiet).unwrap();
    follows_schema(&report);
    assert_eq!((report.data.users, report.data.items), (40, 20));
    assert_eq!(
        report.data.train + report.data.validation + report.data.test,
        circles().lines().count() - duplicates()
    );
    assert_eq!(report.main_columns, ["ndcg@3", "ndcg_optimistic@3"]);
    let ndcg = |name: &str| of(&report, name).metrics["ndcg@3"];
    for name in ["item-knn", "ials", "ease", "hybrid"] {
        assert!(
            ndcg(name) > ndcg("popularity") + 0.1,
            "{name}: {} against {}",
            ndcg(name),
            ndcg("popularity")
        );
    }
    for model in &report.models {
        let [low, high] = model.ci95["ndcg@3"];
        let value = model.metrics["ndcg@3"];
        assert!(low <= value && value <= high, "{}", model.name);
        assert!(model.metrics["ndcg_optimistic@3"] >= value - 1e-12);
        for name in [
            "precision",
            "recall",
            "hit_rate",
            "mrr",
            "map",
            "coverage",
            "gini",
            "diversity",
            "novelty",
            "serendipity",
        ] {
            assert!(model.metrics.contains_key(&format!("{name}@3")), "{name}");
        }
    }
    assert!(of(&report, "popularity").metrics["serendipity@3"].abs() < 1e-12);
    assert!(report.notes.iter().any(|n| n.starts_with("hybrid, seed 1: weights ")));
    assert_eq!(report.comparisons.len(), report.models.len() - 1);
    for file in ["report.md", "report.html", "report.json"] {
        assert!(std::fs::read_to_string(out.join(file)).unwrap().contains("circles"), "{file}");
    }
}

/// Even people have item 0 twice when it is also one of their ten.
fn duplicates() -> usize {
    let mut seen = std::collections::BTreeSet::new();
    let all = circles();
    let pairs = all.lines().map(|l| l.split("::").take(2).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    pairs.iter().filter(|p| !seen.insert(p.as_str())).count()
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = circles_folder("seeds");
    let mut options = folder.options(CIRCLES);
    options.models = vec!["popularity".to_owned(), "ease".to_owned()];
    let figures = |options: &Options| {
        let report = run(options, &Quiet).unwrap();
        report.models.iter().map(|m| (m.metrics.clone(), m.ci95.clone())).collect::<Vec<_>>()
    };
    let first = figures(&options);
    assert_eq!(first, figures(&options));
    options.seed = Some(9);
    assert_ne!(first, figures(&options));
}

#[test]
fn several_seeds_are_averaged_and_told_apart() {
    let folder = circles_folder("many");
    let mut options = folder.options(&CIRCLES.replace("cutoffs", "seeds = [1, 2, 3]\ncutoffs"));
    options.models = vec!["ease".to_owned()];
    let report = run(&options, &Quiet).unwrap();
    assert_eq!(report.models[0].name, "popularity", "the popularity row is always there");
    let ease = of(&report, "ease");
    let parts: Vec<f64> = ease.parts.values().map(|m| m["ndcg@3"]).collect();
    assert_eq!(parts.len(), 3);
    assert!((parts.iter().sum::<f64>() / 3.0 - ease.metrics["ndcg@3"]).abs() < 0.05);
    follows_schema(&report);
}

#[test]
fn tuning_looks_at_the_validation_part_only() {
    let folder = circles_folder("tune");
    let mut options = folder.options(CIRCLES);
    options.tune = Some(3);
    options.models = vec!["ease".to_owned(), "popularity".to_owned()];
    let report = run(&options, &Quiet).unwrap();
    follows_schema(&report);
    assert!(report.models.is_empty());
    let ease = &report.tuning[0];
    assert_eq!((ease.model.as_str(), ease.metric.as_str(), ease.tried.len()), ("ease", "ndcg@3", 4));
    assert!(ease.tried.is_sorted_by(|a, b| a.score >= b.score));
    assert_eq!(report.tuning[1].tried.len(), 1, "popularity has nothing to draw");
}

#[test]
fn options_override_the_protocol() {
    let folder = circles_folder("set");
    let mut options = folder.options(CIRCLES);
    options.models = vec!["ease".to_owned()];
    options.set = vec!["ease.lambda=7.5".parse().unwrap()];
    let report = run(&options, &Quiet).unwrap();
    assert_eq!(of(&report, "ease").params["lambda"], 7.5);
    for (models, set, wanted) in [
        (
            "esae",
            None,
            "there is no model \"esae\"; known are popularity, recent-popularity, item-knn, ials, ease, tfidf, group-filter, \
             average, least-misery, most-pleasure, average-without-misery, multiplicative, borda, copeland, approval, \
             turn-taking, sp-greedy, ef-greedy, greedy-lm, gfar, ep-fuzzda, diminishing-returns, sbert, social, friend-knn, domain-map, hybrid, \
             vader, chat, mood-table, mood-ridge, emoji-table",
        ),
        ("vader", None, "\"vader\" does not rank items"),
        (
            "tfidf",
            None,
            "data of the protocol: model tfidf needs texts of the items (files.items), which the protocol has not",
        ),
        ("ease", Some("ease.lamda=1"), "model ease: unknown field `lamda`, expected `lambda`"),
    ] {
        options.models = vec![models.to_owned()];
        options.set = set.into_iter().map(|s: &str| s.parse().unwrap()).collect();
        assert_eq!(run(&options, &Quiet).unwrap_err().to_string(), wanted);
    }
    assert!("lambda=3".parse::<Setting>().is_err());
}

#[test]
fn published_layouts_are_read_and_leave_one_out_is_asked() {
    let folder = Folder::new("given");
    folder.write("train.txt", "0 0 1\n1 1 2\n2 2 0\n");
    folder.write("valid.json", "[[3], [], [3]]");
    folder.write("test.tsv", "0\t2\n1\t0\n2\t1\n");
    folder.write("negatives.txt", "(0,2)\t3\t4\n(1,0)\t3\t0\n(2,1)\t4\t3\n");
    let protocol = r#"
name = "given"
kind = "ranking"
cutoffs = [1]
resamples = 5
[files.train]
path = "train.txt"
layout = "user-lists"
[files.validation]
path = "valid.json"
layout = "json-lists"
[files.test]
path = "test.tsv"
[files.negatives]
path = "negatives.txt"
layout = "negatives"
[split]
method = "given"
[candidates]
from = "published"
[[models]]
name = "popularity"
"#;
    let report = run(&folder.options(protocol), &Quiet).unwrap();
    // Persons 0 and 2 are always right; person 1's answer is its own negative, so half the time the "other" 0 wins.
    assert!((of(&report, "popularity").metrics["hit_rate@1"] - 2.5 / 3.0).abs() < 1e-9);
    assert_eq!((report.data.users, report.data.items, report.data.validation), (3, 5, 2));
    assert!(report.notes.iter().any(|n| n.starts_with("1 published negatives are the very item asked for")));
}

#[test]
fn texts_are_scored_beside_people_and_a_reference() {
    let folder = Folder::new("texts");
    folder.write(
        "texts.tsv",
        "1\t3\tThis is wonderful!\n2\t-3.5\tA horrible, awful bore.\n3\t0\tIt has two hours.\n",
    );
    folder.write("reference.tsv", "1\t0.6114\n2\t-0.7\n");
    let protocol = r#"
name = "texts"
kind = "sentiment"
rating_scale = 4.0
resamples = 20
[files.texts]
path = "texts.tsv"
columns = ["id", "rating", "text"]
[files.reference]
path = "./reference.tsv"
columns = ["id", "compound"]
[[models]]
name = "vader"
"#;
    let report = run(&folder.options(protocol), &Quiet).unwrap();
    follows_schema(&report);
    let metrics = &report.models[0].metrics;
    assert!((metrics["equal"] - 0.5).abs() < 1e-9, "{metrics:?}");
    assert!(metrics["pearson"] > 0.9 && (metrics["f1"] - 1.0).abs() < 1e-9);
    let mut options = folder.options(protocol);
    options.tune = Some(2);
    assert!(run(&options, &Quiet).unwrap_err().to_string().contains("nothing to tune"));
}

#[test]
fn labelled_chat_is_compared_line_by_line_and_by_situation() {
    let folder = Folder::new("chat");
    folder.write(
        "lines.tsv",
        "id\tsituation\troom\tauthor\tlabel\ttext\n\
         1\t1\tr\ta\tneu\tdoes the dog die\n2\t1\tr\tb\tpos\tim dead KEKW\n\
         3\t10\tr\ta\tneg\tSadge\n4\t10\tr\tb\tneg\tthis is awful\n",
    );
    let protocol = r#"
name = "lines"
kind = "sentiment"
resamples = 50
[files.texts]
path = "lines.tsv"
header = true
columns = ["id", "situation", "room", "author", "label", "text"]
[[models]]
name = "vader"
[[models]]
name = "chat"
"#;
    let report = run(&folder.options(protocol), &Quiet).unwrap();
    follows_schema(&report);
    let accuracy = |at: usize| report.models[at].metrics["accuracy"];
    assert!((accuracy(0) - 0.25).abs() < 1e-9 && (accuracy(1) - 1.0).abs() < 1e-9, "{:?}", report.models);
    assert_eq!(report.models[1].parts.keys().collect::<Vec<_>>(), ["situation  1", "situation 10"]);
    assert!((report.models[0].metrics["recall_negative"] - 0.5).abs() < 1e-9);
    let found = &report.comparisons[0];
    assert_eq!(
        (found.metric.as_str(), found.first.as_str(), found.second.as_str()),
        ("accuracy", "chat", "vader")
    );
    assert!((found.difference - 0.75).abs() < 1e-9 && found.ci95[0] >= 0.0 && found.ci95[1] <= 1.0);
    let both = protocol.replace("\"author\", \"label\"", "\"rating\", \"label\"");
    assert!(run(&folder.options(&both), &Quiet).unwrap_err().to_string().contains("either"));
}

#[test]
fn moods_of_works_and_emoji_are_ranked_beside_what_people_told() {
    let folder = Folder::new("moods");
    let songs = |names: [&str; 4]| {
        let told = ["1.0,0.5", "0.8,0.2", "-0.9,0.4", "-1.1,-0.3"];
        let rows = names.iter().zip(told).map(|(name, told)| format!("{told},Band,{name}\n"));
        format!("v,a,by,title\n{}", rows.collect::<String>())
    };
    folder.write("train.csv", &songs(["zork", "zork happy", "blik", "blik grief"]));
    folder.write("validation.csv", &songs(["zork one", "my zork", "blik two", "blik"]));
    folder.write("test.csv", &songs(["zork party", "zork", "old blik", "blik"]));
    let columns = r#"header = true
columns = ["valence", "arousal", "creator", "title"]"#;
    let protocol = format!(
        r#"
name = "songs"
kind = "mood"
resamples = 20
[files.train]
path = "train.csv"
{columns}
[files.validation]
path = "validation.csv"
{columns}
[files.test]
path = "test.csv"
{columns}
[[models]]
name = "mood-table"
[[models]]
name = "mood-ridge"
params = {{ lambda = 1.0 }}
"#
    );
    let report = run(&folder.options(&protocol), &Quiet).unwrap();
    follows_schema(&report);
    assert!(report.models[1].metrics["spearman_valence"] > 0.7, "{:?}", report.models[1].metrics);
    assert_eq!((report.data.train, report.data.validation, report.data.test), (4, 4, 4));
    assert_eq!(report.comparisons.len(), 2);
    let tuned = run(&Options { tune: Some(3), ..folder.options(&protocol) }, &Quiet).unwrap();
    assert_eq!(tuned.tuning.iter().map(|t| t.tried.len()).collect::<Vec<_>>(), [1, 4]);
    assert!(tuned.tuning[1].tried[0].score >= tuned.tuning[1].tried[3].score);

    folder
        .write("emoji.csv", "emoji,n,neg,pos\n❤️,100,5,80\n😡,100,70,10\n🔥,90,10,40\n🫙,90,1,1\n😂,3,3,0\n");
    let emoji = r#"
name = "emoji"
kind = "mood"
min_count = 50
resamples = 20
[files.test]
path = "emoji.csv"
header = true
columns = ["title", "count", "negative", "positive"]
[[models]]
name = "emoji-table"
"#;
    let report = run(&folder.options(emoji), &Quiet).unwrap();
    let metrics = &report.models[0].metrics;
    assert!((metrics["spearman_valence"] - 1.0).abs() < 1e-9 && (metrics["answered"] - 0.75).abs() < 1e-9);
    assert!(!metrics.contains_key("spearman_arousal"));
    for (wrong, told) in [
        (emoji.replace("\"count\", ", "\"-\", "), "valence"),
        (emoji.replace("emoji-table", "vader"), "does not tell moods"),
        (emoji.replace("emoji-table", "mood-ridge"), "needs works to learn from"),
        (emoji.replace("[files.test]", "[files.train]"), "`files.test` is missing"),
    ] {
        let fault = run(&folder.options(&wrong), &Quiet).unwrap_err().to_string();
        assert!(fault.contains(told), "{fault}");
    }
}

#[test]
fn missing_files_and_cancelling_are_told() {
    struct Stop;
    impl Progress for Stop {
        fn step(&self, _: &str, _: u64, _: u64) {}
        fn cancelled(&self) -> bool {
            true
        }
    }
    let folder = circles_folder("faults");
    let gone = run(&folder.options(&CIRCLES.replace("events.dat", "gone.dat")), &Quiet).unwrap_err();
    assert!(gone.to_string().contains("gone.dat"), "{gone}");
    assert!(matches!(run(&folder.options(CIRCLES), &Stop), Err(LabError::Cancelled)));
    let nowhere = Options { protocol_path: Path::new("/nowhere.toml").to_owned(), ..Options::default() };
    assert!(matches!(run(&nowhere, &Quiet), Err(LabError::Unreadable { .. })));
}

/// Two groups of friends share a taste that their profiles do not tell: everybody has item 0, and one of two lists.
#[test]
fn friends_are_told_apart_from_no_friends() {
    let folder = Folder::new("social");
    let (mut events, mut links) = (String::new(), String::from("from\tto\nu0\tstranger\n"));
    for user in 0..40_u32 {
        let group = user % 2;
        for item in (0..12).filter(|item| (item + user / 2) % 3 > 0) {
            let _ = writeln!(events, "u{user}\ti{}", 1 + group * 12 + (item + user / 4) % 12);
        }
        let _ = writeln!(links, "u{user}\tu{}\nu{user}\tu{}", (user + 2) % 40, (user + 14) % 40);
    }
    folder.write("events.tsv", &events);
    folder.write("links.tsv", &links);
    let protocol = r#"
name = "social"
kind = "social"
cutoffs = [3]
resamples = 50
[files.interactions]
path = "events.tsv"
[files.friends]
path = "links.tsv"
header = true
columns = ["from", "to"]
[split]
method = "random"
shares = [0.3, 0.2, 0.5]
[[models]]
name = "social"
params = { trust = 1.0 }
[[models]]
name = "social"
label = "alone"
params = { friends = false }
[[models]]
name = "friend-knn"
[[compare]]
first = "social"
second = "alone"
"#;
    let report = run(&folder.options(protocol), &Quiet).unwrap();
    follows_schema(&report);
    let ndcg = |name: &str| of(&report, name).metrics["ndcg@3"];
    assert!(ndcg("alone") > ndcg("popularity") && ndcg("social") > ndcg("alone"), "{report:?}");
    for measure in ["recall@3", "ndcg@3"] {
        let pair =
            report.comparisons.iter().rev().find(|c| c.metric == measure && c.first == "social").unwrap();
        assert_eq!(pair.second, "alone");
        let told = format!("social against alone, {measure}: +");
        assert!(report.notes.iter().any(|n| n.starts_with(&told)), "{:?}", report.notes);
    }
    let without = protocol
        .replace("[files.friends]\npath = \"links.tsv\"\nheader = true\ncolumns = [\"from\", \"to\"]", "");
    assert!(
        run(&folder.options(&without), &Quiet)
            .unwrap_err()
            .to_string()
            .contains("`files.friends` is missing")
    );
    let plain = without.replace("kind = \"social\"", "kind = \"ranking\"");
    assert!(run(&folder.options(&plain), &Quiet).unwrap_err().to_string().contains("needs friendships"));
}
