use super::*;
use crate::fixture::{Folder, brief, gzip, read};
use proptest::prelude::*;

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.as_str().parse::<Format>().unwrap(), format);
    }
    let error = "amazon".parse::<Format>().unwrap_err().to_string();
    assert!(error.contains("movielens, goodbooks, lastfm or jsonl"), "{error}");
}

#[test]
fn what_is_missing_is_named() {
    let empty = Folder::new(&[("readme.txt", b"hello")]);
    let check = |format: Format, path: &Path, says: &[&str]| {
        let error = Import::open(format, path).unwrap_err().to_string();
        for part in says {
            assert!(error.contains(part), "{error} does not say {part}");
        }
    };
    check(Format::Movielens, empty.path(), &["u.data", "movies.dat", "ratings.csv", ".gz"]);
    check(Format::Goodbooks, empty.path(), &["books.csv and ratings.csv"]);
    check(Format::Lastfm, empty.path(), &["artists.dat and user_artists.dat"]);
    check(Format::Jsonl, empty.path(), &["*.jsonl"]);
    check(Format::Jsonl, &empty.path().join("nowhere"), &["does not exist"]);
    check(Format::Movielens, &empty.path().join("readme.txt"), &["is a file", "folder"]);
    let columns = Folder::new(&[
        ("movies.csv", b"movieId,name\n"),
        ("ratings.csv", b"userId,movieId,rating,timestamp\n"),
    ]);
    check(Format::Movielens, columns.path(), &["movies.csv", "lacks the column \"title\"", "movieId, name"]);
}

const MOVIES: &[u8] = b"movieId,title,genres\n1,A (1995),Drama\n";

#[test]
fn a_cut_or_damaged_gzip_file_is_a_bad_line() {
    let ratings: String = (0..50_000).map(|i| format!("{},1,{}.5,{}\n", i % 977, i % 5, i * 7_919)).collect();
    let packed = gzip(format!("userId,movieId,rating,timestamp\n{ratings}").as_bytes());
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    for byte in &mut damaged[middle..middle + 64] {
        *byte = !*byte;
    }
    for (bytes, says) in
        [(&packed[..packed.len() / 2], "the file ends in the middle"), (&damaged[..], "gzip data is damaged")]
    {
        let folder = Folder::new(&[("movies.csv", MOVIES)]);
        folder.write("ratings.csv.gz", bytes);
        let (records, bad) = read(Format::Movielens, folder.path());
        assert!(records.len() > 1_000, "what came before is taken: {}", records.len());
        assert!(bad.last().unwrap().contains(says), "{:?} does not say {says}", bad.last());
    }
}

#[test]
fn an_endless_line_is_skipped() {
    let mut ratings = b"userId,movieId,rating,timestamp\n1,1,4,1\n".to_vec();
    ratings.resize(ratings.len() + 3 * source::MAX_LINE_BYTES, b'9');
    ratings.extend_from_slice(b"\n2,1,3,2");
    let folder = Folder::new(&[("movies.csv", MOVIES), ("ratings.csv", &ratings)]);
    let (records, bad) = read(Format::Movielens, folder.path());
    assert_eq!(
        brief(&records)[3..],
        ["movielens:u1 rate 4 movielens:1 1000", "movielens:u2 rate 3 movielens:1 2000"]
    );
    assert_eq!(bad, ["ratings.csv:3: is longer than 1048576 bytes"]);
}

#[test]
fn messages_stay_short() {
    let line = format!("{{\"type\":\"item\",\"{}\":1}}", "x".repeat(10_000));
    let folder = Folder::new(&[("x.jsonl", line.as_bytes())]);
    let (_, bad) = read(Format::Jsonl, folder.path());
    assert!(bad[0].len() < 400, "{}", bad[0].len());
}

/// Bytes that look a little like data, so that more than the first check of a reader is reached.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        &b"\n"[..],
        b",",
        b"::",
        b"\t",
        b"|",
        b"\"",
        b"\"\"",
        b"1",
        b"0",
        b"4.5",
        b"-",
        b"99999999999999999999",
        b"NaN",
        b"(1999)",
        b"(",
        b")",
        b", The",
        b"\xff\xfe",
        b"\xc3\xa9",
        b"{\"type\":\"item\"",
        b"}",
        b"\x00",
        b" ",
        b"\r\n",
        b"userId,movieId,rating,timestamp\n",
        b"id\tname\turl\n",
        b"userID\tartistID\tweight\n",
        b"\x1f\x8b\x08",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        prop::collection::vec(pieces, 0..120).prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(one in bytes(), other in bytes(), third in bytes(), headed in any::<bool>()) {
        let head = |header: &str, body: &[u8]| {
            if headed { [header.as_bytes(), b"\n", body].concat() } else { body.to_vec() }
        };
        let layouts = [
            (Format::Movielens, vec![("u.item", one.clone()), ("u.data", other.clone()), ("u.user", third.clone())]),
            (Format::Movielens, vec![("movies.dat", one.clone()), ("ratings.dat", other.clone()), ("tags.dat", third.clone())]),
            (Format::Movielens, vec![
                ("movies.csv", head("movieId,title,genres", &one)),
                ("ratings.csv", head("userId,movieId,rating,timestamp", &other)),
                ("tags.csv", head("userId,movieId,tag,timestamp", &third)),
            ]),
            (Format::Goodbooks, vec![
                ("books.csv", head("id,book_id,isbn,authors,original_publication_year,title,language_code", &one)),
                ("ratings.csv", head("book_id,user_id,rating", &other)),
            ]),
            (Format::Lastfm, vec![
                ("artists.dat", head("id\tname\turl\tpictureURL", &one)),
                ("user_artists.dat", head("userID\tartistID\tweight", &other)),
                ("user_friends.dat", head("userID\tfriendID", &third)),
            ]),
            (Format::Jsonl, vec![("a.jsonl", one.clone()), ("b.jsonl", other.clone())]),
        ];
        for (format, files) in layouts {
            let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
            let folder = Folder::new(&files);
            if let Ok(import) = Import::open(format, folder.path()) {
                for record in import.flatten() {
                    if let Record::Item(item) = record {
                        prop_assert!(item.faults().is_empty());
                    }
                }
            }
        }
    }
}
