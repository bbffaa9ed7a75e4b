use crate::sample::{bundle, finished, id, items, now, relations, user};
use crate::{BlendSettings, Bundle, Catalogue, EngineError, FORMAT, Person, Request, Untimed, recommend};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

type Files = Vec<(String, Vec<u8>)>;

static FILES: LazyLock<Files> = LazyLock::new(|| bundle().to_files());

fn content<'a>(files: &'a mut Files, name: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|f| f.0 == name).unwrap().1
}

/// Changes a file and vouches for the change, so that only its content can give it away.
fn forge(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Files {
    let mut files = FILES.clone();
    let bytes = content(&mut files, name);
    change(bytes);
    let sum: String = Sha256::digest(&*bytes).iter().map(|b| format!("{b:02x}")).collect();
    let len = bytes.len();
    with_manifest(files, |manifest| {
        manifest["files"][name] = serde_json::json!({ "sha256": sum, "bytes": len });
    })
}

fn with_manifest(mut files: Files, change: impl FnOnce(&mut serde_json::Value)) -> Files {
    let bytes = content(&mut files, "manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(bytes).unwrap();
    change(&mut manifest);
    *bytes = serde_json::to_vec(&manifest).unwrap();
    files
}

fn refused(files: &Files, with: &str) {
    let error = Bundle::from_files(files).expect_err(with).to_string();
    assert!(error.contains(with), "{error:?} does not say {with:?}");
}

#[test]
fn there_and_back_gives_equal_answers_and_equal_bytes() {
    let read = Bundle::from_files(&FILES).unwrap();
    assert_eq!(read.to_files(), *FILES);
    let catalogue = Catalogue::new(items(), &relations());
    let (me, history) = (user("me"), finished(&["film-s0", "gatsby-novel"]));
    let ask = |bundle: Bundle| {
        let served = bundle.attach(&catalogue);
        let settings = BlendSettings::default();
        recommend(
            &served,
            &catalogue,
            &Person::new(&me, &history),
            &now(),
            &Request::default(),
            &settings,
            &Untimed,
        )
    };
    let answer = ask(bundle());
    assert_eq!(ask(read), answer);
    assert!(!answer.items.is_empty());
}

#[test]
fn a_bundle_of_the_format_before_is_read() {
    let older = with_manifest(FILES.clone(), |m| {
        m["format"] = 2.into();
        m["holdout"] = serde_json::json!({ "people": 7, "rows": [], "learned": false });
    });
    let read = Bundle::from_files(&older).unwrap();
    assert_eq!((read.manifest.format, read.manifest.holdout.as_ref().unwrap().measured), (FORMAT, 7));
}

#[test]
fn files_that_are_cut_altered_or_missing_are_refused() {
    for (name, bytes) in FILES.iter() {
        let mut cut = FILES.clone();
        content(&mut cut, name).truncate(bytes.len() / 2);
        assert!(Bundle::from_files(&cut).is_err(), "{name} was cut");
        let mut gone = FILES.clone();
        gone.retain(|f| f.0 != *name);
        assert_eq!(Bundle::from_files(&gone), Err(EngineError::Missing(name.clone())));
        if name != "manifest.json" {
            let mut altered = FILES.clone();
            content(&mut altered, name)[bytes.len() / 2] ^= 1;
            assert_eq!(Bundle::from_files(&altered), Err(EngineError::Checksum { file: name.clone() }));
        }
    }
}

#[test]
fn vouched_for_nonsense_is_refused_with_its_reason() {
    refused(&with_manifest(FILES.clone(), |m| m["format"] = 4.into()), "format version 4");
    refused(&with_manifest(FILES.clone(), |m| m["format"] = 1.into()), "2 to 3 are");
    refused(
        &with_manifest(FILES.clone(), |m| m["models"]["oracle"] = serde_json::json!({})),
        "unknown model \"oracle\"",
    );
    refused(&with_manifest(FILES.clone(), |m| m["items"] = 7.into()), "should name 7 different items");
    refused(&with_manifest(FILES.clone(), |m| m["models"]["ials"]["dims"] = 9.into()), "should be F32");
    refused(&with_manifest(FILES.clone(), |m| m["models"]["ials"]["dims"] = 0.into()), "dims");
    refused(
        &with_manifest(FILES.clone(), |m| m["blend"] = serde_json::json!([-1, 0, 0, 0, 0, 0, 0, 0])),
        "blend",
    );
    refused(
        &with_manifest(FILES.clone(), |m| m["blend_group"] = serde_json::json!([2, 0, 0])),
        "between 0 and 1",
    );
    refused(
        &with_manifest(FILES.clone(), |m| m["blend_new"] = serde_json::json!([0, 0, 0, -1])),
        "between 0 and 1",
    );
    refused(&with_manifest(FILES.clone(), |m| m["surprise"] = true.into()), "surprise");
    refused(
        &with_manifest(FILES.clone(), |m| m["models"]["text"] = serde_json::json!({})),
        "text.safetensors",
    );
    let nan = |bytes: &mut Vec<u8>| {
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    };
    refused(&forge("ials.safetensors", nan), "not finite");
    refused(&forge("items.json", |b| *b = b"[\"a\", \"a\"]".to_vec()), "different items");
    refused(&forge("tfidf-terms.json", |b| *b = b"[\"b\", \"a\"]".to_vec()), "terms must rise");
    refused(&forge("ease.safetensors", |b| b.truncate(9)), "ease.safetensors");
}

#[test]
fn overlap_is_the_share_of_the_catalogue_that_is_known() {
    let known = Bundle::from_files(&FILES).unwrap();
    let whole = Catalogue::new(items(), &[]);
    assert!((known.overlap(&whole) - 1.0).abs() < 1e-9);
    let other = |name: &str| soiree_domain::Item::new(id(name), soiree_domain::Domain::Film, name);
    let n = whole.len();
    let more = whole.with_items((0..n).map(|i| other(&format!("x{i}"))).collect(), &[]);
    assert!((known.overlap(&more) - 0.5).abs() < 1e-9);
    assert!((known.overlap(&Catalogue::new(vec![], &[])) - 1.0).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever stands in a sparse file, reading it ends in a bundle or a reason, and a bundle that was read answers.
    #[test]
    fn no_bytes_make_reading_or_answering_panic(
        name in prop::sample::select(vec!["ease.safetensors", "tfidf.safetensors", "popularity.safetensors", "ials.safetensors"]),
        at in 0_usize..100_000, bytes in prop::collection::vec(any::<u8>(), 1..9),
    ) {
        let files = forge(name, |b| {
            let at = at % b.len();
            let end = (at + bytes.len()).min(b.len());
            b[at..end].copy_from_slice(&bytes[..end - at]);
        });
        if let Ok(bundle) = Bundle::from_files(&files) {
            let catalogue = Catalogue::new(items(), &relations());
            let served = bundle.attach(&catalogue);
            let (me, history) = (user("me"), finished(&["film-s0"]));
            let answer = recommend(&served, &catalogue, &Person::new(&me, &history), &now(), &Request::default(), &BlendSettings::default(), &Untimed);
            prop_assert!(answer.items.iter().all(|i| i.score.is_finite()));
        }
    }
}
