use super::*;
use crate::tests::Folder;
use crate::{Quiet, run};
use std::fmt::Write as _;

/// Sixty people of two tastes with two books, two records and two films each, all by taste but one record; everybody
/// has one more film, item 1 is a book and a record, and one film has a single person.
fn events() -> String {
    let mut out = String::new();
    for user in 0..60_u32 {
        let taste = user % 2;
        for k in 0..2 {
            let _ = writeln!(out, "u{user},{},book,5", 1 + taste * 2 + k);
            let _ = writeln!(out, "u{user},{},record,4", 1 + taste * 2 + k);
            let _ = writeln!(out, "u{user},{},film,5", 20 + taste * 3 + (user / 2 + k) % 3);
        }
        let _ = writeln!(out, "u{user},30,film,4\nu{user},31,film,2\nu{user},9,cheese,5");
    }
    out + "u3,40,film,5\nu3,30,film,5\n"
}

const BRIDGE: &str = r#"
name = "bridge"
kind = "cross-domain"
seeds = [1, 2, 3]
cutoffs = [2]
resamples = 50
min_item_events = 2
min_target = 2
min_source = 2
hidden = 0.25

[domains]
films = "film"
books = "book"
records = "record"

[files.interactions]
path = "events.csv"
columns = ["user", "item", "domain", "value"]
min_value = 4

[files.friends]
path = "trust.csv"
columns = ["from", "to"]

[validation]
share = 0.25
metric = "recall@2"

[[models]]
name = "popularity"
[[models]]
name = "friend-knn"
[[models]]
name = "domain-map"
params = { rank = 2, cut = 2, enough = 2 }
[[models]]
name = "hybrid"

[[compare]]
first = "hybrid"
second = "popularity"
"#;

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("events.csv", &events());
    folder.write("trust.csv", "u0,u2\nu1,u3\nu5,nobody\n");
    folder
}

#[test]
fn cold_people_are_asked_in_every_domain() {
    let folder = folder("cross-domain");
    let report = run(&folder.options(BRIDGE), &Quiet).unwrap();
    crate::report::tests::follows_schema(&report);
    // Two books and two records for each taste; six films by taste, one more; cheese is no domain of this protocol.
    assert_eq!((report.data.users, report.data.items), (60, 4 + 4 + 6 + 1));
    assert!(report.method.iter().any(|m| m.contains("; 1 others were left out")), "{:?}", report.method);
    assert!(report.method.iter().any(|m| m.starts_with("Domain films") && m.contains("60 people eligible")));
    assert!(report.method.iter().any(|m| m.starts_with("2 links")));
    let of = |name: &str| report.models.iter().find(|m| m.name == name).unwrap();
    assert_eq!(of("hybrid").parts.keys().collect::<Vec<_>>(), ["books", "films", "records"]);
    for domain in ["books", "films", "records"] {
        let recall = |name: &str| of(name).parts[domain]["recall@2"];
        assert!(recall("domain-map") > recall("popularity") + 0.05, "{domain}: {:?}", of("domain-map").parts);
        assert!(recall("hybrid") > recall("popularity") + 0.05, "{domain}");
        let part = &of("hybrid").parts[domain];
        assert!(part["recall_ratio_low@2"] <= part["recall_ratio@2"] && part["recall_ratio_low@2"] > 1.0);
        let found = format!("{domain}, domain-map, means over seeds: ");
        assert!(
            report.notes.iter().any(|n| n.starts_with(&found) && n.contains(", on 1.000")),
            "{:?}",
            report.notes
        );
    }
    assert!(report.comparisons.iter().any(|c| c.metric == "films, recall@2" && c.second == "popularity"));
}

/// What is hidden from a fit is all that the people who are asked have in the domain, and nothing else.
#[test]
fn nothing_that_is_asked_for_is_seen() {
    let folder = folder("cross-domain-split");
    let options = folder.options(BRIDGE);
    let protocol = crate::protocol::Protocol::read(&options.protocol_path).unwrap();
    let crate::protocol::Task::CrossDomain(task) = protocol.task else { panic!("kind") };
    let world = read(&task, &|path| folder.0.join(path)).unwrap();
    let target = task.domains.iter().position(|d| d.0 == "films").unwrap() as u16;
    let trial = world.trial(&task, target, 5);
    assert_eq!((trial.test.cases.len(), trial.validation.cases.len()), (15, 11));
    let tested: Vec<u32> = trial.test.cases.iter().map(|c| c.user).collect();
    assert!(trial.validation.cases.iter().all(|c| !tested.contains(&c.user)), "nobody is asked twice");
    for stage in [&trial.test, &trial.validation] {
        for case in &stage.cases {
            let seen = stage.fit.matrix.profile(case.user as usize);
            assert!(seen.iter().all(|cell| world.of_item[cell.0 as usize] != target));
            assert_eq!((seen.len(), case.wanted.len(), &seen), (4, 3, &case.shown));
        }
    }
    let asked = |stage: &crate::cases::Stage| stage.cases.iter().map(|c| c.wanted.len()).sum::<usize>();
    assert_eq!(trial.test.fit.events.len() + asked(&trial.test), world.loaded.interactions.len());
    let both = trial.validation.fit.events.len() + asked(&trial.test) + asked(&trial.validation);
    assert_eq!(both, world.loaded.interactions.len());
}

#[test]
fn tuning_makes_a_table_for_each_domain_and_faults_are_told() {
    let folder = folder("cross-domain-tune");
    let mut options = folder.options(BRIDGE);
    options.tune = Some(1);
    options.models = vec!["domain-map".to_owned()];
    let report = run(&options, &Quiet).unwrap();
    let tables: Vec<&str> = report.tuning.iter().map(|t| t.model.as_str()).collect();
    assert_eq!(tables, ["domain-map, books", "domain-map, films", "domain-map, records"]);
    let few = folder.options(&BRIDGE.replace("min_source = 2", "min_source = 99"));
    assert!(run(&few, &Quiet).unwrap_err().to_string().contains("too few people are eligible"));
    let faults = |from: &str, to: &str| {
        run(&folder.options(&BRIDGE.replace(from, to)), &Quiet).unwrap_err().to_string()
    };
    assert!(faults("hidden = 0.25", "hidden = 1.5").contains("`hidden` must lie between 0 and 1"));
    assert!(faults("\"domain\"", "\"-\"").contains("lacks \"domain\""));
    assert!(faults("second = \"popularity\"", "second = \"ease\"").contains("names no model"));
}
