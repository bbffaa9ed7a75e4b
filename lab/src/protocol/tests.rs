use super::*;

const WHOLE: &str = r#"
name = "small"
kind = "ranking"
cutoffs = [5, 2]

[files.interactions]
path = "a.tsv"
columns = ["user", "item", "value", "time"]
min_value = 3

[split]
method = "leave-last-out"

[[models]]
name = "popularity"
"#;

/// Puts lines over the whole protocol and returns the faults as they are printed.
fn faults(from: &str, to: &str) -> Vec<String> {
    assert!(WHOLE.contains(from), "the text to replace is not there");
    match Protocol::parse(&WHOLE.replace(from, to)) {
        Ok(_) => Vec::new(),
        Err(list) => list.iter().map(ToString::to_string).collect(),
    }
}

fn check(from: &str, to: &str, wanted: &[&str]) {
    assert_eq!(faults(from, to), wanted, "{to}");
}

#[test]
fn a_whole_protocol_is_read() {
    let protocol = Protocol::parse(WHOLE).unwrap();
    assert_eq!(
        (protocol.title.as_str(), protocol.seeds.as_slice(), protocol.resamples),
        ("small", &[1][..], 1000)
    );
    let Task::Ranking(task) = protocol.task else { panic!("kind") };
    assert_eq!(task.cutoffs, [2, 5]);
    assert_eq!(task.split, SplitRule::LeaveLastOut(EventOrder::Time));
    assert_eq!(task.validation.carve, Carve::OnePerUser);
    assert_eq!(task.files.interactions.unwrap().min_value, Some(3.0));
    assert_eq!(task.mask, Mask { train: true, validation: false });
}

#[test]
fn faults_name_their_key() {
    check("name = \"small\"", "", &["`name` is missing"]);
    check(
        "\"leave-last-out\"",
        "\"leave\"",
        &[
            "`split.method` must be one of \"given\", \"leave-last-out\", \"leave-last-two-out\", \"random\", \"temporal\", \
         \"strong\"",
            "`files.train` is missing for this split",
            "`files.test` is missing for this split",
            "`files.interactions` is not used by this split",
        ],
    );
    check("cutoffs = [5, 2]", "cutoffs = [0]", &["`cutoffs` must be whole numbers of at least 1"]);
    check(
        "\"value\", \"time\"",
        "\"value\"",
        &["`files.interactions.columns` lacks \"time\", which this split needs"],
    );
    check("\"value\", \"time\"", "\"time\"", &["`files.interactions.min_value` needs a \"value\" column"]);
    check(
        "\"item\", ",
        "\"film\", ",
        &[
            "`files.interactions.columns` has an unknown \"film\"; known are user, item, value, time, -",
            "`files.interactions.columns` lacks \"item\"",
        ],
    );
    check(
        "kind = \"ranking\"",
        "",
        &[
            "`kind` is missing; known are \"ranking\", \"sentiment\", \"groups\", \"mood\", \"cold-start\", \"social\", \
             \"cross-domain\"",
        ],
    );
    check(
        "name = \"popularity\"",
        "name = \"popularity\"\nparams = { since = 2001-01-01 }",
        &["`models[0].params.since` must not be a date"],
    );
    check(
        "[split]",
        "[validation]\nmetric = \"auc\"\n[split]",
        &[
            "`validation.metric` must be one of precision, recall, hit_rate, ndcg, mrr, map with a cut-off, such as ndcg@10",
        ],
    );
    check(
        "[split]",
        "[candidates]\nfrom = \"published\"\n[split]",
        &["`files.negatives` is missing for published candidates"],
    );
    check(
        "[split]",
        "[validation]\ncarve = \"part\"\n[split]",
        &["`validation.carve` is \"part\", but the split has no validation part"],
    );
}

#[test]
fn all_faults_are_told_together_and_unknown_keys_are_refused() {
    let found = faults("min_value = 3", "min_value = \"three\"\ngzip = true");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("`files.interactions.min_value` must be a number"));
    assert!(found[1].contains("`files.interactions.gzip` is unknown here; known are path, layout"));
    let top = faults("cutoffs = [5, 2]", "cut_offs = [5]\nseeds = []");
    assert!(top.iter().any(|f| f.starts_with("`cut_offs` is unknown here")), "{top:?}");
    assert!(top.iter().any(|f| f.contains("at least one seed")), "{top:?}");
}

#[test]
fn text_that_is_no_toml_is_one_fault() {
    let found = Protocol::parse("name = ").unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].key.is_empty());
}

#[test]
fn shares_and_quantiles_are_checked() {
    let random = |shares: &str| {
        faults("method = \"leave-last-out\"", &format!("method = \"random\"\nshares = {shares}"))
    };
    assert!(random("[0.8, 0.1, 0.1]").is_empty());
    assert_eq!(random("[0.8, 0.1]").len(), 1);
    assert_eq!(random("[0.8, 0.3, 0.1]").len(), 1);
    let temporal =
        |q: &str| faults("method = \"leave-last-out\"", &format!("method = \"temporal\"\nquantiles = {q}"));
    assert!(temporal("[0.7, 0.9]").is_empty());
    assert_eq!(temporal("[0.9, 0.7]").len(), 1);
    let strong = faults("method = \"leave-last-out\"", "method = \"strong\"\nfold_in = 1.0");
    assert_eq!(strong, ["`split.fold_in` must lie between 0 and 1"]);
}

#[test]
fn faults_of_groups_are_told() {
    let faults = |rest: &str| {
        let head = "name = \"g\"\nkind = \"groups\"\n";
        let tail = "\n[[models]]\nname = \"popularity\"\n";
        let found = Protocol::parse(&format!("{head}{rest}{tail}")).err().unwrap_or_default();
        found.into_iter().map(|fault| fault.to_string()).collect::<Vec<_>>()
    };
    assert!(faults("layout = \"agree\"\nfolder = \"f\"").is_empty());
    let read = |rest: &str| format!("layout = \"group-im\"\n{rest}");
    assert_eq!(faults(&read("")), ["`folder` is missing"]);
    assert_eq!(
        faults(&read("folder = \"f\"\n[validation]\npopular = 2\nmetric = \"rmse\"")),
        [
            "`validation.popular` must lie between 0 and 1",
            "`validation.metric` must be one of precision, recall, hit_rate, ndcg, mrr, map with a cut-off, such as ndcg@10",
        ]
    );
    let parties = "layout = \"parties\"\n";
    assert_eq!(faults(parties), ["`files.interactions` is missing"]);
    let found = faults(&format!("{parties}sizes = [1]\nheld_out = 1\n[files.interactions]\npath = \"p\""));
    let wanted = ["`sizes` must be whole numbers of at least 2", "`held_out` must lie between 0 and 1"];
    assert_eq!(found, wanted);
    assert!(faults("")[0].starts_with("`layout` is missing; known are"));
}

#[test]
fn every_protocol_of_the_project_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs/protocols");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let protocol = Protocol::read(&path).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(
            path.file_stem().unwrap().to_str().unwrap(),
            protocol.name,
            "the file is named like the protocol"
        );
        for entry in &protocol.models {
            crate::models::check_params(entry).unwrap_or_else(|fault| panic!("{}: {fault}", protocol.name));
        }
        names.push(protocol.name);
    }
    for name in [
        "ml1m-ncf",
        "ml1m-m1",
        "ml1m-random",
        "vader-movies",
        "mafengwo",
        "ml100k-parties",
        "deezer-mood",
        "emoji",
        "party-chat-practice",
    ] {
        assert!(names.iter().any(|n| n == name), "{name} is missing");
    }
}

#[test]
fn parameters_of_the_command_line_are_toml_or_words() {
    assert_eq!(param_from_text("64"), serde_json::json!(64));
    assert_eq!(param_from_text("0.5"), serde_json::json!(0.5));
    assert_eq!(param_from_text("cosine"), serde_json::json!("cosine"));
    assert_eq!(param_from_text("{ uniform = 2.0 }"), serde_json::json!({ "uniform": 2.0 }));
    assert_eq!(param_from_text("[\"a\", \"b\"]"), serde_json::json!(["a", "b"]));
}
