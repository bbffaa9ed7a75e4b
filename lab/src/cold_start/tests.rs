use std::path::PathBuf;

use super::*;
use crate::protocol::{Protocol, Task};

const PROTOCOL: &str = r#"
name = "cold"
kind = "cold-start"
cutoffs = [3]
share = 0.2
resamples = 50
seeds = [1, 2]
[files.interactions]
path = "events.csv"
columns = ["user", "item"]
[files.items]
path = "items.csv"
quotes = true
header = true
columns = ["item", "genre", "text", "year"]
[files.links]
path = "links.csv"
columns = ["item", "key"]
[validation]
metric = "ndcg@3"
[split]
test = 0.3
[[models]]
name = "popularity"
[[models]]
name = "ials"
params = { dims = 4, alpha0 = 0.1, lambda = 0.03 }
[[models]]
name = "tfidf"
[[models]]
name = "sbert"
params = { ials = { dims = 4, alpha0 = 0.1, lambda = 0.03 }, lambda = 0.3 }
[[models]]
name = "hybrid"
params = { parts = ["tfidf", "sbert"] }
"#;

/// Two tastes in films of two kinds; film 99 has no text.
fn files() -> [(&'static str, String); 3] {
    let mut events = String::new();
    for user in 0..40 {
        for n in (0..15).filter(|n| (n * 7 + user) % 3 != 0) {
            events += &format!("u{user},f{}\n", 2 * n + user % 2);
        }
        events += &format!("u{user},f99\n");
    }
    let mut items = "item,genre,text,year\n".to_owned();
    let mut links = String::new();
    for film in 0..30 {
        let (genre, text, year) = match film % 2 {
            0 => ("Science Fiction", "A starship, a far planet and its aliens", 1980 + film / 6),
            _ => ("Romance", "Love letters, a wedding in Paris", 2004 + film / 6),
        };
        items += &format!("k{film},\"[{{\"\"name\"\": \"\"{genre}\"\"}}]\",\"{text}\",{year}-05-01\n");
        links += &format!("f{film},k{film}\n");
    }
    [("events.csv", events), ("items.csv", items), ("links.csv", links)]
}

/// A folder that goes away with its owner.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn folder(name: &str, protocol: &str) -> (Folder, crate::Options) {
    let path = std::env::temp_dir().join(format!("soiree-cold-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    for (name, text) in files() {
        std::fs::write(path.join(name), text).unwrap();
    }
    let protocol_path = path.join("protocol.toml");
    std::fs::write(&protocol_path, protocol).unwrap();
    let options = crate::Options { protocol_path, data_dir: path.clone(), ..crate::Options::default() };
    (Folder(path), options)
}

fn ndcg(report: &Report, model: &str, part: &str) -> f64 {
    report.models.iter().find(|m| m.name == model).unwrap().parts[part]["ndcg@3"]
}

#[test]
fn texts_find_hidden_items_and_events_do_not() {
    let (_folder, options) = folder("items", PROTOCOL);
    let report = crate::run(&options, &crate::Quiet).unwrap();
    assert_eq!(report.kind, "cold-start");
    assert_eq!(report.data.items, 30, "film 99 has no text");
    let chance = ndcg(&report, "popularity", "hidden");
    for model in ["tfidf", "sbert", "hybrid"] {
        let found = ndcg(&report, model, "hidden");
        assert!(found > chance + 0.1, "{model}: {found} beside {chance}");
    }
    assert!(ndcg(&report, "ials", "warm") > ndcg(&report, "ials", "hidden") + 0.1);
    crate::report::tests::follows_schema(&report);
    let row = &report.models[1];
    assert_eq!(row.metrics["ndcg_warm@3"], row.parts["warm"]["ndcg@3"]);
    assert!(report.notes.iter().any(|n| n.contains("share of warm ials")), "{:?}", report.notes);
}

#[test]
fn hidden_people_are_known_by_what_they_show() {
    let protocol = PROTOCOL.replace("share = 0.2", "share = 0.2\nhide = \"people\"\nshown = 2");
    let (_folder, options) = folder("people", &protocol);
    let report = crate::run(&options, &crate::Quiet).unwrap();
    assert_eq!(report.data.cases, 8);
    assert!(
        ndcg(&report, "ials", "hidden") > ndcg(&report, "popularity", "hidden"),
        "{}",
        report.to_terminal()
    );
}

#[test]
fn nothing_hidden_reaches_a_fit() {
    let (_folder, options) = folder("leak", PROTOCOL);
    let protocol = Protocol::read(&options.protocol_path).unwrap();
    let Task::ColdStart(task) = &protocol.task else { panic!("{:?}", protocol.task) };
    let find = |path: &std::path::Path| options.data_dir.join(path);
    let mut loaded = load(&task.ranking, &find).unwrap();
    assert_eq!(keep_described(&mut loaded), 40);
    for hide in [Hide::Items, Hide::People { shown: 3 }] {
        let trial = trial(&ColdStart { hide, ..(**task).clone() }, &loaded, 7);
        for twice in [&trial.test, &trial.validation] {
            let people = |stage: &Stage| stage.cases.iter().map(|c| c.user).collect::<Vec<_>>();
            for case in &twice.hidden.cases {
                let column = twice.hidden.fit.matrix.column_counts();
                match hide {
                    Hide::Items => assert!(case.wanted.iter().all(|&item| column[item as usize] == 0)),
                    Hide::People { shown } => {
                        assert!(twice.hidden.fit.matrix.profile(case.user as usize).is_empty());
                        assert!(case.shown.len() <= shown);
                    }
                }
                assert!(case.shown.iter().all(|s| case.wanted.binary_search(&s.0).is_err()));
            }
            assert!(people(&twice.warm).iter().all(|user| people(&twice.hidden).contains(user)));
        }
        let (hidden, warm) = (&trial.test.hidden, &trial.test.warm);
        assert_eq!(hidden.cases.len(), warm.cases.len());
        for (a, b) in hidden.cases.iter().zip(&warm.cases) {
            assert_eq!((a.user, &a.wanted, &a.candidates), (b.user, &b.wanted, &b.candidates));
        }
        let asked: std::collections::BTreeSet<(u32, u32)> =
            hidden.cases.iter().flat_map(|case| case.wanted.iter().map(|item| (case.user, *item))).collect();
        for stage in [&trial.test.warm, &trial.validation.hidden, &trial.validation.warm] {
            assert!(stage.fit.events.iter().all(|e| !asked.contains(&(e.user, e.item))));
        }
    }
}

#[test]
fn tuning_looks_at_the_validation_alone() {
    let (_folder, mut options) = folder("tune", PROTOCOL);
    options.tune = Some(2);
    options.models = vec!["sbert".to_owned(), "ials".to_owned()];
    let report = crate::run(&options, &crate::Quiet).unwrap();
    assert!(report.models.is_empty());
    assert_eq!(report.tuning.iter().map(|t| t.tried.len()).collect::<Vec<_>>(), [3, 3]);
}

#[test]
fn slips_are_told_with_their_keys() {
    let check = |from: &str, to: &str, key: &str| {
        let faults = Protocol::parse(&PROTOCOL.replace(from, to)).unwrap_err();
        assert!(faults.iter().any(|fault| fault.key == key), "{key}: {faults:?}");
    };
    check("share = 0.2", "share = 0.7", "share");
    check("share = 0.2", "share = 0.2\nshown = 3", "shown");
    check("share = 0.2", "share = 0.2\nhide = \"films\"", "hide");
    check("test = 0.3", "test = 0.0", "split.test");
    check("[files.interactions]", "[files.events]", "files.interactions");
}
