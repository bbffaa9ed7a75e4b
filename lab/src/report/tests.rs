use serde_json::Value;

use super::*;

fn metrics(pairs: &[(&str, f64)]) -> Metrics {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect()
}

fn sample() -> Report {
    Report {
        protocol: "tiny".to_owned(),
        title: "Tiny & <true>".to_owned(),
        about: "Made up.".to_owned(),
        kind: "ranking".to_owned(),
        data: DataCounts { users: 3, items: 4, train: 6, validation: 0, test: 3, cases: 3 },
        method: vec!["Split: as given by the files.".to_owned()],
        seeds: vec![1, 2],
        resamples: 10,
        models: vec![
            ModelResult {
                name: "popularity".to_owned(),
                model: "popularity".to_owned(),
                params: serde_json::json!({}),
                fit_seconds: 0.01,
                inference_ms: 0.002,
                peak_mib: 12.0,
                metrics: metrics(&[("hit_rate@2", 0.25), ("ndcg@2", 0.125), ("coverage@2", 0.5)]),
                ci95: BTreeMap::from([("ndcg@2".to_owned(), [0.1, 0.2])]),
                ..ModelResult::default()
            },
            ModelResult {
                name: "ease".to_owned(),
                model: "ease".to_owned(),
                params: serde_json::json!({ "lambda": 500.0, "scale": 0.300_000_012 }),
                chosen: Some(ChosenBy { metric: "ndcg@2".to_owned(), score: 0.5, settings: 20 }),
                fit_seconds: 1.25,
                inference_ms: 123.4,
                peak_mib: 1234.0,
                metrics: metrics(&[("hit_rate@2", 0.75), ("ndcg@2", 0.625), ("coverage@2", 0.75)]),
                ..ModelResult::default()
            },
        ],
        published: vec![Published {
            name: "EASE".to_owned(),
            metrics: metrics(&[("ndcg@2", 0.6)]),
            source: "somewhere".to_owned(),
        }],
        comparisons: vec![Comparison {
            metric: "ndcg@2".to_owned(),
            first: "popularity".to_owned(),
            second: "ease".to_owned(),
            difference: -0.5,
            ci95: [-0.7, -0.3],
            p_value: 0.0,
        }],
        tuning: Vec::new(),
        columns: ["hit_rate@2", "ndcg@2", "coverage@2"].map(str::to_owned).to_vec(),
        main_columns: vec!["ndcg@2".to_owned()],
        notes: vec!["A remark.".to_owned()],
    }
}

#[test]
fn the_terminal_table_is_aligned() {
    let want = "\
Tiny & <true> (tiny)
3 people, 4 items, 6 training, 0 validation, 3 test, 3 cases, seeds [1, 2]
  Split: as given by the files.

model       ndcg@2  fit s     ms   MiB
(EASE)      0.6000
popularity  0.1250  0.010  0.002  12.0
ease        0.6250   1.25    123  1234

ndcg@2: popularity minus ease -0.5000 [-0.7000, -0.3000], p 0.000

Note: A remark.
";
    assert_eq!(sample().to_terminal(), want);
}

#[test]
fn the_markdown_holds_every_figure() {
    let text = sample().to_markdown();
    for line in [
        "| EASE | 0.6000 | somewhere |",
        "| **popularity** | **0.1250** [0.1000, 0.2000] | this run |",
        "| **ease** | 0.6250 | this run |",
        "| coverage@2 | 0.5000 | 0.7500 |",
        "| ease | 1.25 | 123 | 1234 | lambda=500 scale=0.3 | validation ndcg@2 0.5000, 20 settings |",
        "| ndcg@2 | popularity | ease | -0.5000 | [-0.7000, -0.3000] | 0.000 |",
        "- A remark.",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn the_page_is_whole_and_asks_nothing_from_outside() {
    let page = sample().to_html();
    assert!(page.contains("Tiny &amp; &lt;true&gt;") && !page.contains("<true>"));
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert!(page.matches("<svg").count() >= 2, "a dot plot and a scatter");
    assert!(page.contains("prefers-color-scheme:dark"));
    for outside in ["<script", "http://", "https://", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    for tag in ["table", "tr", "td", "th", "ul", "li", "p", "g"] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

/// Walks schema and value side by side: required keys, no unknown ones, and types.
fn check_schema(schema: &Value, value: &Value, at: &str, root: &Value) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(name) => &root["$defs"][name.trim_start_matches("#/$defs/")],
        None => schema,
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let fits = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => false,
    };
    assert!(kinds.is_empty() || kinds.iter().any(fits), "{at}: {value} is no {kinds:?}");
    if let (Some(map), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for key in schema["required"].as_array().into_iter().flatten() {
            assert!(map.contains_key(key.as_str().unwrap()), "{at} lacks {key}");
        }
        for (key, inner) in map {
            assert!(known.contains_key(key), "{at}.{key} is not in the schema");
            check_schema(&known[key], inner, &format!("{at}.{key}"), root);
        }
    } else if let (Some(map), Some(each)) = (value.as_object(), schema.get("additionalProperties")) {
        map.iter().for_each(|(key, inner)| check_schema(each, inner, &format!("{at}.{key}"), root));
    }
    if let (Some(list), Some(each)) = (value.as_array(), schema.get("items")) {
        list.iter().enumerate().for_each(|(i, inner)| check_schema(each, inner, &format!("{at}[{i}]"), root));
    }
}

/// Whether a report's JSON is what `docs/report.schema.json` says.
pub(crate) fn follows_schema(report: &Report) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/report.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    check_schema(&schema, &serde_json::from_str(&report.to_json()).unwrap(), "report", &schema);
}

#[test]
fn the_json_follows_its_schema() {
    follows_schema(&sample());
    let tuned = Tuning {
        model: "ials".to_owned(),
        metric: "ndcg@2".to_owned(),
        tried: vec![Tried {
            params: serde_json::json!({ "dims": 64 }),
            score: f64::NEG_INFINITY,
            fit_seconds: 0.1,
            fault: Some("no interactions to fit on".to_owned()),
        }],
    };
    let report = Report { tuning: vec![tuned], ..sample() };
    follows_schema(&report);
    assert!(report.to_markdown().contains("| failed: no interactions to fit on | 0.100 | dims=64 |"));
}
