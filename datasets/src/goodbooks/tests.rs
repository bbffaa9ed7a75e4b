use super::{isbn, language};
use crate::{
    Format, Import, Record,
    fixture::{Folder, brief, read},
};

const FIRST: &str = "id,book_id,isbn,authors,original_publication_year,title,language_code\n\
    1,900,439023483,\"Ann Author, Bo Pen\",2008.0,\"The Well (Deep Water, #1)\",eng\n\
    2,901,,Old Poet,-720.0,Songs of Salt,\n\
    3,902,,Nobody,soon,Never,eng\n";

#[test]
fn reads_the_first_release_and_keeps_the_last_of_repeated_ratings() {
    let ratings =
        "book_id,user_id,rating\n1,314,5\n2,439,3\n1,314,5\n1,439,4\n1,314,2\n9,1,4\n1,439\n2,7,0\n2,7,x\n";
    let folder = Folder::new(&[("books.csv.gz", FIRST.as_bytes()), ("ratings.csv", ratings.as_bytes())]);
    let import = Import::open(Format::Goodbooks, folder.path()).unwrap();
    assert_eq!(import.layout(), "goodbooks-10k, first release");
    let (records, bad) = read(Format::Goodbooks, folder.path());
    assert_eq!(
        brief(&records),
        [
            "item goodbooks:1 | The Well | 2008 |  | deep-water",
            "item goodbooks:2 | Songs of Salt | -720 |  | ",
            "user goodbooks:u314 -",
            "user goodbooks:u439 -",
            "goodbooks:u439 rate 3 goodbooks:2 1504224000000",
            "goodbooks:u439 rate 4 goodbooks:1 1504224000000",
            "goodbooks:u314 rate 2 goodbooks:1 1504224000000",
        ]
    );
    assert_eq!(
        bad,
        [
            "books.csv.gz:4: year \"soon\" is no number",
            "ratings.csv:7: unknown item 9",
            "ratings.csv:8: has 2 fields where the header has 3",
            "ratings.csv:9: rating 0 is not from 1 to 5",
            "ratings.csv:10: rating \"x\" is no number",
        ]
    );
    let Record::Item(well) = &records[0] else { panic!("the first record is an item") };
    assert_eq!(well.creators, ["Ann Author", "Bo Pen"]);
    assert_eq!(well.language.as_deref(), Some("en"));
    assert_eq!(format!("{:?}", well.external), r#"{"goodreads": "900", "isbn": "0439023483"}"#);
}

#[test]
fn reads_the_second_release_with_tags() {
    let books = "book_id,goodreads_book_id,isbn,authors,original_publication_year,title,language_code\n\
                 1,900,,Ann Author,2008.0,The Well,en-US\n";
    let folder = Folder::new(&[
        ("books.csv", books.as_bytes()),
        ("ratings.csv.gz", b"user_id,book_id,rating\n1,1,5\n"),
        ("tags.csv", b"tag_id,tag_name\n1,to-read\n2,deep sea\n3,--1-\n"),
        ("book_tags.csv", b"goodreads_book_id,tag_id,count\n900,1,5000\n900,2,7\n900,3,9\n"),
    ]);
    assert_eq!(Import::open(Format::Goodbooks, folder.path()).unwrap().layout(), "goodbooks-10k");
    let (records, bad) = read(Format::Goodbooks, folder.path());
    assert_eq!(
        brief(&records),
        [
            "item goodbooks:1 | The Well | 2008 |  | deep-sea",
            "user goodbooks:u1 -",
            "goodbooks:u1 rate 5 goodbooks:1 1504224000000",
        ]
    );
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn codes_are_repaired() {
    assert_eq!(isbn("439023483"), Some("0439023483".into()));
    assert_eq!(isbn("9.78e12"), None);
    assert_eq!(isbn(""), None);
    assert_eq!(language("en-GB"), Some("en"));
    assert_eq!(language("mul"), None);
    assert_eq!(language(""), None);
}
