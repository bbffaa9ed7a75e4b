use crate::{
    Format, Import, Record,
    fixture::{Folder, brief, read},
};

fn check(files: &[(&str, &[u8])], layout: &str, want: &[&str], want_bad: &[&str]) {
    let folder = Folder::new(files);
    assert_eq!(Import::open(Format::Movielens, folder.path()).unwrap().layout(), layout);
    let (records, bad) = read(Format::Movielens, folder.path());
    assert_eq!(brief(&records), want);
    assert_eq!(bad, want_bad);
}

fn flags(on: &[usize]) -> String {
    (0..19).map(|i| if on.contains(&i) { "|1" } else { "|0" }).collect()
}

#[test]
fn reads_100k_in_latin_1() {
    let items = [
        format!("1|Lantern, The (1995)|01-Jan-1995||http://x{}", flags(&[3, 5])).into_bytes(),
        [b"2|Caf\xe9 du Nord (1996)|||".to_vec(), flags(&[10]).into_bytes()].concat(),
        format!("3|unknown||||{}", &flags(&[0])[1..]).into_bytes(),
        b"4|Too short|".to_vec(),
        format!("x|No Number (1990)|||{}", flags(&[])).into_bytes(),
    ]
    .join(&b"\n"[..]);
    let ratings = b"1\t1\t5\t881250949\n2\t2\t3\t891717742\r\n1\t9\t3\t1\n1\t1\t6\t1\n9\t1\t4\t1\n1\t1\t4\n\n1\t1\t4\tnow\n";
    check(
        &[
            ("u.item", &items),
            ("u.data.gz", ratings),
            ("u.user", b"1|24|M|writer|1\n2|53|F|other|2\n2|5|F|other|2\n"),
        ],
        "MovieLens 100K",
        &[
            "item movielens:1 | The Lantern | 1995 | animation comedy | ",
            "item movielens:2 | Café du Nord | 1996 | noir | ",
            "item movielens:3 | unknown | - |  | ",
            "user movielens:u1 18-24",
            "user movielens:u2 50-55",
            "movielens:u1 rate 5 movielens:1 881250949000",
            "movielens:u2 rate 3 movielens:2 891717742000",
        ],
        &[
            "u.item:4: has 3 fields where 24 are needed",
            "u.item:5: movie \"x\" is no number",
            "u.user:3: user 2 stands here twice",
            "u.data.gz:3: unknown item 9",
            "u.data.gz:4: rating 6 is not from 0.5 to 5",
            "u.data.gz:5: unknown user 9",
            "u.data.gz:6: has 3 fields where 4 are needed",
            "u.data.gz:8: time \"now\" is no number",
        ],
    );
}

#[test]
fn reads_1m_in_parts() {
    check(
        &[
            (
                "movies.dat",
                b"1::Lantern, The (1995)::Animation|Children's\n2::Night Train (1940)::Thriller|War\n",
            ),
            ("users.dat.gz", b"1::F::1::10::48067\n2::M::56::16::70072\n"),
            ("ratings_1.dat.gz", b"1::1::5::978300760\n"),
            ("ratings_2.dat", b"2::2::1::978302109\n2::2\n"),
        ],
        "MovieLens 1M",
        &[
            "item movielens:1 | The Lantern | 1995 | animation family | ",
            "item movielens:2 | Night Train | 1940 | thriller war | ",
            "user movielens:u1 under-18",
            "user movielens:u2 56+",
            "movielens:u1 rate 5 movielens:1 978300760000",
            "movielens:u2 rate 1 movielens:2 978302109000",
        ],
        &["ratings_2.dat:2: has 2 fields where 4 are needed"],
    );
}

#[test]
fn reads_10m_without_a_file_of_people() {
    check(
        &[
            ("movies.dat", "7::Été, L' (2001)::Drama\n".as_bytes()),
            ("ratings.dat", b"5::7::0.5::838985046\n5::7::0.4::838985046\n"),
            ("tags.dat", b"5::7::Slow Burn::1215184630\n"),
        ],
        "MovieLens 10M",
        &[
            "item movielens:7 | L'Été | 2001 | drama | slow-burn",
            "user movielens:u5 -",
            "movielens:u5 rate 0.5 movielens:7 838985046000",
        ],
        &["ratings.dat:2: rating 0.4 is not from 0.5 to 5"],
    );
}

#[test]
fn reads_latest_with_tags_and_links() {
    let movies = "movieId,title,genres\r\n1,\"Lantern, The (1995)\",Animation|Sci-Fi\r\n\
                  2,\"Say \"\"Hello\"\" (2001)\",(no genres listed)\r\n3,\"Open (2001),Drama\r\n";
    let tags = "userId,movieId,tag,timestamp\n1,1,Time Travel,1\n2,1,time travel,2\n2,1,\"robots, old\",3\n\
                2,1,In Netflix queue,4\n2,x,robots,5\n2,1\n";
    let ratings = [
        &b"userId,movieId,rating,timestamp\n4,1,4.5,964982703\n3,2,0.5,964981247\n4,3,4.0,1\n"[..],
        b"4,\xff,4.0,1\n3,1,5,1,9\n",
    ]
    .concat();
    check(
        &[
            ("movies.csv.gz", movies.as_bytes()),
            ("ratings.csv", &ratings),
            ("tags.csv", tags.as_bytes()),
            ("links.csv", b"movieId,imdbId,tmdbId\n1,0114709,862\n2,0113497,\n"),
        ],
        "MovieLens latest",
        &[
            "item movielens:1 | The Lantern | 1995 | animation science-fiction | time-travel robots,-old",
            "item movielens:2 | Say \"Hello\" | 2001 |  | ",
            "user movielens:u4 -",
            "user movielens:u3 -",
            "movielens:u4 rate 4.5 movielens:1 964982703000",
            "movielens:u3 rate 0.5 movielens:2 964981247000",
        ],
        &[
            "tags.csv:6: movie \"x\" is no number",
            "tags.csv:7: has 2 fields where the header has 4",
            "movies.csv.gz:4: has an open quote",
            "ratings.csv:4: unknown item 3",
            "ratings.csv:5: is not valid UTF-8 after byte 2",
            "ratings.csv:6: has 5 fields where the header has 4",
        ],
    );
}

#[test]
fn links_become_external_ids() {
    let folder = Folder::new(&[
        ("movies.csv", b"movieId,title,genres\n1,A (1995),Drama\n2,B (1995),Drama\n"),
        ("ratings.csv", b"userId,movieId,rating,timestamp\n"),
        ("links.csv.gz", b"movieId,imdbId,tmdbId\n1,0114709,862\n2,0113497,\n"),
    ]);
    let (records, _) = read(Format::Movielens, folder.path());
    let external: Vec<_> = records
        .iter()
        .filter_map(|r| if let Record::Item(i) = r { Some(format!("{:?}", i.external)) } else { None })
        .collect();
    assert_eq!(external, [r#"{"imdb": "tt0114709", "tmdb": "862"}"#, r#"{"imdb": "tt0113497"}"#]);
}

#[test]
fn columns_may_stand_in_another_order() {
    check(
        &[
            ("movies.csv", b"\xef\xbb\xbfgenres,movieId,title\nDrama,1,A (1995)\n"),
            ("ratings.csv", b"timestamp,rating,userId,movieId,note\n7,3.0,2,1,fine\n"),
        ],
        "MovieLens latest",
        &[
            "item movielens:1 | A | 1995 | drama | ",
            "user movielens:u2 -",
            "movielens:u2 rate 3 movielens:1 7000",
        ],
        &[],
    );
}
