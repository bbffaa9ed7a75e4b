use super::parse;
use crate::{
    Format, Record,
    fixture::{Folder, brief, gzip, read},
};

const MIXED: &str = r#"{"type":"interaction","user":"ada","item":"shop:1","kind":"rate","value":4.5,"at_ms":1700000000000}
{"type":"user","id":"ada","name":"Ada"}

{"type":"item","id":"shop:1","domain":"film","title":"The Lantern","year":1995,"genres":["drama"]}
{"type":"friend","a":"bo","b":"ada"}
{"type":"relation","from":"shop:1","to":"shop:2","kind":"sequel"}
"#;

#[test]
fn reads_one_file_in_order_of_need() {
    for name in ["all.jsonl", "all.jsonl.gz"] {
        let folder = Folder::new(&[(name, MIXED.as_bytes())]);
        for path in [folder.path().to_owned(), folder.path().join(name)] {
            let (records, bad) = read(Format::Jsonl, &path);
            assert_eq!(
                brief(&records),
                [
                    "item shop:1 | The Lantern | 1995 | drama | ",
                    "user ada -",
                    "ada rate 4.5 shop:1 1700000000000",
                    "ada + bo",
                    "shop:1 sequel shop:2",
                ]
            );
            assert!(bad.is_empty(), "{bad:?}");
        }
    }
}

#[test]
fn reads_a_folder_in_order_of_names() {
    let item = |id: &str| format!(r#"{{"type":"item","id":"{id}","domain":"book","title":"T"}}"#);
    let folder = Folder::new(&[
        ("b.jsonl", item("b").as_bytes()),
        ("a.jsonl.gz", format!("{}\n{}", r#"{"type":"user","id":"u","name":"U"}"#, item("a")).as_bytes()),
        ("notes.txt", b"not read"),
    ]);
    let (records, bad) = read(Format::Jsonl, folder.path());
    assert_eq!(brief(&records), ["item a | T | - |  | ", "item b | T | - |  | ", "user u -"]);
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn bad_lines_are_told_once() {
    let lines: [&[u8]; 9] = [
        br#"{"type":"item","id":"a","domain":"film","title":"A","colour":"red"}"#,
        br#"{"type":"film","id":"a"}"#,
        br#"{"id":"a"}"#,
        b"nonsense",
        b"{\"type\":\"user\",\"id\":\"u\",\"name\":\"\xff\"}",
        br#"{"type":"user","id":"u","name":" "}"#,
        br#"{"type":"interaction","user":"u","item":"a","kind":"rate","value":9,"at_ms":1}"#,
        br#"{"type":"friend","a":"u","b":"u"}"#,
        br#"{"type":"interaction","user":"u","item":"a","kind":"glance","at_ms":1}"#,
    ];
    let folder = Folder::new(&[("x.jsonl", &lines.join(&b"\n"[..]))]);
    let (records, bad) = read(Format::Jsonl, folder.path());
    assert!(records.is_empty());
    let starts = [
        "x.jsonl:1: unknown field `colour`",
        "x.jsonl:2: unknown type \"film\": use item, user",
        "x.jsonl:3: missing field `type`",
        "x.jsonl:4: expected ident at column 2",
        "x.jsonl:5: is not valid UTF-8",
        "x.jsonl:6: name: must not be empty",
        "x.jsonl:7: value: rate needs 0.5 to 5 stars",
        "x.jsonl:8: a and b are the same person",
        "x.jsonl:9: unknown variant `glance`",
    ];
    assert_eq!(bad.len(), starts.len(), "{bad:#?}");
    for (line, start) in bad.iter().zip(starts) {
        assert!(line.starts_with(start), "{line} does not start with {start}");
    }
}

#[test]
fn a_cut_file_is_told_once_and_gives_what_it_has() {
    let item = |i: usize| {
        let noise: String = (0..40).map(|j| char::from(b'a' + ((i * 31 + j * j * 17) % 23) as u8)).collect();
        format!("{{\"type\":\"item\",\"id\":\"i{i}\",\"domain\":\"book\",\"title\":\"{noise}\"}}\n")
    };
    let text: String =
        (0..2_000).map(item).collect::<String>() + "{\"type\":\"user\",\"id\":\"u\",\"name\":\"U\"}\n";
    let packed = gzip(text.as_bytes());
    let folder = Folder::new(&[]);
    folder.write("x.jsonl.gz", &packed[..packed.len() / 2]);
    let (records, bad) = read(Format::Jsonl, folder.path());
    assert!(records.len() > 100, "{}", records.len());
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert!(bad[0].ends_with("the file ends in the middle of its gzip data"), "{bad:?}");
}

#[test]
fn every_documented_example_is_read() {
    let page = include_str!("../../../docs/import.md");
    let examples: Vec<_> = page.lines().filter(|line| line.starts_with("{\"type\":")).collect();
    assert!(examples.len() >= 5, "docs/import.md shows each type");
    let mut kinds = [false; 5];
    for line in examples {
        let kind = match parse(line).unwrap_or_else(|error| panic!("{line}: {error}")) {
            Record::Item(_) => 0,
            Record::User(_) => 1,
            Record::Interaction(_) => 2,
            Record::Friend(_) => 3,
            Record::Relation(_) => 4,
        };
        kinds[kind] = true;
    }
    assert_eq!(kinds, [true; 5]);
}
