use std::fmt::Write as _;

use crate::report::tests::follows_schema;
use crate::tests::{Folder, of};
use crate::{Options, Quiet, run};

/// Two circles of twelve groups: even ones do items 0 to 9, odd ones 10 to 19, four each, and so do their members. One
/// item of each group is asked for.
fn agree(folder: &Folder) {
    let mut files = [const { String::new() }; 7];
    let [members, train, test, negatives, user_train, user_test, user_negatives] = &mut files;
    for group in 0..12_u32 {
        let first = group % 2 * 10;
        let item = |n: u32| first + (group / 2 + n) % 10;
        let people = [group % 2, 2 + group, 14 + group];
        let _ = writeln!(members, "{group} {},{},{}", people[0], people[1], people[2]);
        for n in 0..4 {
            let _ = writeln!(train, "{group} {}", item(n));
        }
        let _ = writeln!(test, "{group} {}", item(4));
        // The first group's negatives have every known fault: the item itself, one of its own, and one twice.
        let other = 10 - first;
        let faults = if group == 0 { format!(" {} {} {other}", item(4), item(0)) } else { String::new() };
        let _ = writeln!(negatives, "({group},{}) {other} {}{faults}", item(4), other + 3);
        for person in people {
            for n in 0..3 {
                let _ = writeln!(user_train, "{person} {}", item(n + person % 3));
            }
        }
        let _ = writeln!(user_test, "{} {}", people[1], item(7));
        let _ = writeln!(user_test, "{} {}", people[2], item(8));
        let _ = writeln!(user_negatives, "({},{}) {other}", people[1], item(7));
        let _ = writeln!(user_negatives, "({},{}) {other}", people[2], item(8));
    }
    let names = ["groupMember", "groupRatingTrain", "groupRatingTest", "groupRatingNegative"];
    let names = names.into_iter().chain(["userRatingTrain", "userRatingTest", "userRatingNegative"]);
    for (name, text) in names.zip(&files) {
        folder.write(&format!("{name}.txt"), text);
    }
}

const AGREE: &str = r#"
name = "circles"
kind = "groups"
layout = "agree"
folder = "."
clean = true
cutoffs = [2]
resamples = 20
[validation]
negatives = 5
metric = "ndcg@2"
[[models]]
name = "group-filter"
[[models]]
name = "ease"
params = { lambda = 2.0 }
[[models]]
name = "average"
params = { person_params = { lambda = 2.0 } }
[[models]]
name = "diminishing-returns"
params = { person = "item-knn" }
[[models]]
name = "hybrid"
params = { parts = ["group-filter", "ease"] }
"#;

/// `folder = "."` stands beside the protocol.
fn options(name: &str, protocol: &str) -> (Folder, Options) {
    let folder = Folder::new(name);
    let options = folder.options(protocol);
    (folder, options)
}

#[test]
fn groups_are_asked_in_four_parts() {
    let (folder, options) = options("groups-agree", AGREE);
    agree(&folder);
    let report = run(&options, &Quiet).unwrap();
    follows_schema(&report);
    assert_eq!((report.data.users, report.data.items, report.data.cases), (26, 20, 12));
    let parts: Vec<&str> = of(&report, "ease").parts.keys().map(String::as_str).collect();
    assert_eq!(parts, ["group", "group-clean", "group-full", "user"]);
    let parts: Vec<&str> = of(&report, "average").parts.keys().map(String::as_str).collect();
    assert_eq!(parts, ["group", "group-clean", "group-full"], "a person alone is the model itself");
    let told = "leaves out 0 test pairs that also stand in training, 1 negatives that are the item asked for, 1 that the \
                group has in training and 1 that stand a second time";
    assert!(report.notes.iter().any(|note| note.contains(told)), "{:?}", report.notes);
    for name in ["group-filter", "ease", "average", "diminishing-returns", "hybrid"] {
        let model = of(&report, name);
        let [half, won] = ["ndcg@2", "ndcg_optimistic@2"].map(|c| model.metrics[c]);
        assert!(won >= half && half > of(&report, "popularity").metrics["ndcg@2"], "{name}: {half} {won}");
        // Without its faults the first group's question is easier, and all others are as they were.
        assert!(model.parts["group-clean"]["ndcg@2"] >= half, "{name}");
        let full = &model.parts["group-full"];
        assert!(full["member_min@2"] <= full["member_mean@2"] && full["member_spread@2"] >= 0.0);
    }
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("over 12 groups with at least two such members (24 in all)"))
    );
}

#[test]
fn tuning_groups_looks_at_the_validation_part_only() {
    let (folder, options) = options("groups-tune", AGREE);
    agree(&folder);
    let models = vec!["group-filter".to_owned(), "average".to_owned()];
    let report = run(&Options { tune: Some(3), models, ..options }, &Quiet).unwrap();
    follows_schema(&report);
    assert!(report.models.is_empty());
    let tried: Vec<usize> = report.tuning.iter().map(|t| t.tried.len()).collect();
    assert_eq!(tried, [4, 1]);
}

#[test]
fn faulty_files_are_told() {
    let faults: [(&str, &str, &str); 4] = [
        ("groupMember.txt", "0\n", "line 1: has 1 fields instead of a group and its members"),
        ("groupRatingTrain.txt", "0 1\n99 1\n", "1 groups of the training part have no members"),
        ("groupRatingNegative.txt", "(0,1) 2\n", "1 lines of negatives of the groups are for no test pair"),
        ("userRatingTest.txt", "3\n", "line 1: has 1 fields, column 2 is missing"),
    ];
    for (file, text, wanted) in faults {
        let (folder, options) = options("groups-faults", AGREE);
        agree(&folder);
        folder.write(file, text);
        let fault = run(&options, &Quiet).unwrap_err().to_string();
        assert!(fault.contains(wanted), "{file}: {fault}");
    }
    let (_folder, options) = options("groups-gone", AGREE);
    assert!(run(&options, &Quiet).unwrap_err().to_string().contains("groupMember.txt"));
    let (folder, mut options) = self::options("groups-kind", AGREE);
    agree(&folder);
    options.models = vec!["vader".to_owned()];
    let fault = run(&options, &Quiet).unwrap_err().to_string();
    assert_eq!(fault, "\"vader\" does not rank items for groups");
}

#[test]
fn groups_without_a_past_are_known_by_their_members() {
    let protocol = AGREE.replace("\"agree\"", "\"group-im\"").replace("clean = true\n", "");
    let (folder, options) = options("groups-im", &protocol);
    let mut files = [const { String::new() }; 5];
    for (text, head) in
        files.iter_mut().zip(["user,item", "group,user", "item,group", "group,item", "group,item"])
    {
        let _ = writeln!(text, "{head}");
    }
    let [people, members, train, validation, test] = &mut files;
    for group in 0..18_u32 {
        let first = group % 2 * 6;
        let item = |n: u32| first + (group / 2 + n) % 6;
        for person in [group, (group + 2) % 18] {
            let _ = writeln!(members, "g{group},u{person}");
        }
        for n in 0..4 {
            let _ = writeln!(people, "u{group},i{}", item(n));
        }
        match group / 6 {
            // The columns may stand the other way round.
            0 => writeln!(train, "i{},g{group}", item(1)),
            1 => writeln!(validation, "g{group},i{}", item(1)),
            _ => writeln!(test, "g{group},i{}\ng{group},i{}", item(1), item(2)),
        }
        .unwrap();
    }
    let names = ["train_ui", "group_users", "train_gi", "val_gi", "test_gi"];
    for (name, text) in names.iter().zip(&files) {
        folder.write(&format!("{name}.csv"), text);
    }
    let report = run(&options, &Quiet).unwrap();
    follows_schema(&report);
    assert_eq!((report.data.validation, report.data.cases), (6, 6));
    for name in ["group-filter", "ease", "average"] {
        let model = of(&report, name);
        assert_eq!(model.parts.len(), 1, "only the part of the groups can be asked");
        let [own, plain] = [model, of(&report, "popularity")].map(|m| m.metrics["ndcg@2"]);
        assert!(own > plain, "{name}: {own} against {plain}");
    }
    folder.write("test_gi.csv", "g1,i1\n");
    let fault = run(&options, &Quiet).unwrap_err().to_string();
    assert!(
        fault.contains("test_gi.csv, line 1: the first line must name the columns group and item"),
        "{fault}"
    );
}
