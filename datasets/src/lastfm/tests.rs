use crate::{
    Format,
    fixture::{Folder, brief, read},
};

const ARTISTS: &str = "id\tname\turl\tpictureURL\n51\tThe Lanterns\thttp://x/51\thttp://p\n52\tÉlan\thttp://x/52\t\n53\t \t\t\n";
const PLAYS: &str = "userID\tartistID\tweight\n2\t51\t13883\n3\t52\t1\n2\t53\t5\n2\t52\t0\n2\t52\tmany\n2\n";

fn check(extra: &[(&str, &[u8])], themes: &str, want: &[&str], want_bad: &[&str]) {
    let mut files = vec![("artists.dat.gz", ARTISTS.as_bytes()), ("user_artists.dat", PLAYS.as_bytes())];
    files.extend(extra);
    let folder = Folder::new(&files);
    let (records, bad) = read(Format::Lastfm, folder.path());
    let mut all = vec![
        format!("item lastfm:51 | The Lanterns | - |  | {themes}"),
        "item lastfm:52 | Élan | - |  | ".into(),
        "user lastfm:u2 -".into(),
        "user lastfm:u3 -".into(),
    ];
    all.extend(want.iter().map(|line| (*line).to_owned()));
    assert_eq!(brief(&records), all);
    let mut all = vec![
        "artists.dat.gz:4: title: must not be empty; creators[0]: must not be empty",
        "user_artists.dat:4: unknown item 53",
        "user_artists.dat:5: weight 0 is no play",
        "user_artists.dat:6: weight \"many\" is no number",
        "user_artists.dat:7: has 1 fields where the header has 3",
    ];
    all.extend(want_bad);
    assert_eq!(bad, all);
}

const PLAYED: [&str; 2] =
    ["lastfm:u2 play 13883 lastfm:51 1304208000000", "lastfm:u3 play 1 lastfm:52 1304208000000"];

#[test]
fn reads_plays_without_friends() {
    check(&[], "", &PLAYED, &[]);
}

#[test]
fn tells_a_friendship_once() {
    check(
        &[("lastfm.net", b"source_id:token\ttarget_id:token\n2\t3\n3\t2\n2\t2\n2\tx\n2\t77\n")],
        "",
        &[PLAYED[0], PLAYED[1], "lastfm:u2 + lastfm:u3"],
        &[
            "lastfm.net:4: user 2 is their own friend",
            "lastfm.net:5: friend \"x\" is no number",
            "lastfm.net:6: unknown user 77",
        ],
    );
}

#[test]
fn people_without_plays_may_have_friends() {
    check(
        &[("user_friends.dat.gz", b"userID\tfriendID\n2\t9\n9\t2\n")],
        "",
        &["user lastfm:u9 -", PLAYED[0], PLAYED[1], "lastfm:u2 + lastfm:u9"],
        &[],
    );
}

#[test]
fn tags_become_themes() {
    check(
        &[
            ("tags.dat", b"tagID\ttagValue\n1\tshoegaze\n2\tDream Pop\n3\tchanson fran\xe7aise\n"),
            (
                "user_taggedartists.dat",
                b"userID\tartistID\ttagID\tday\tmonth\tyear\n2\t51\t1\t1\t4\t2009\n2\t51\t2\t1\t4\t2009\n3\t51\t2\t1\t4\t2009\n3\t51\t3\t1\t4\t2009\n",
            ),
        ],
        "dream-pop chanson-française shoegaze",
        &PLAYED,
        &[],
    );
}
