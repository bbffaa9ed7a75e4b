use super::*;

fn encoder() -> TextEncoder {
    TextEncoder::built_in().unwrap()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn one(encoder: &TextEncoder, text: &str) -> Vec<f32> {
    encoder.encode(&[text]).unwrap()
}

#[test]
fn vectors_have_unit_length() {
    let encoder = encoder();
    assert_eq!(encoder.dimensions(), 256);
    let texts = ["A gangster film.", "Ein Abend mit Freunden", "🎉 party!", "x"];
    let rows = encoder.encode(&texts).unwrap();
    assert_eq!(rows.len(), texts.len() * 256);
    for row in rows.chunks(256) {
        assert!((dot(row, row) - 1.0).abs() < 1e-5, "{}", dot(row, row));
    }
}

#[test]
fn alike_sentences_lie_closer() {
    let encoder = encoder();
    for (base, near, far) in [
        ("A detective hunts a murderer.", "The police investigate a killing.", "A recipe for apple cake."),
        ("Two young people fall in love.", "A romance between teenagers.", "Spaceships fight in deep space."),
        ("Songs for piano and orchestra.", "Classical music concert.", "A boxer trains for the title fight."),
        ("Dragons and wizards at war.", "A magical fantasy kingdom.", "A documentary about bank fraud."),
    ] {
        let [base, near, far] = [base, near, far].map(|text| one(&encoder, text));
        let (close, apart) = (dot(&base, &near), dot(&base, &far));
        assert!(close > apart + 0.1, "{close} is not above {apart}");
    }
}

#[test]
fn an_empty_text_gives_zeros() {
    let rows = encoder().encode(&["", " \n", "film"]).unwrap();
    assert!(rows[..512].iter().all(|&x| x == 0.0));
    assert!(rows[512..].iter().any(|&x| x != 0.0));
    assert!(encoder().encode(&[]).unwrap().is_empty());
}

#[test]
fn a_long_text_is_cut() {
    let encoder = encoder();
    let start = "the night is dark ".repeat(63);
    let long = format!("{start}{}", "and a bright summer beach ".repeat(200_000));
    let row = one(&encoder, &long);
    assert!((dot(&row, &row) - 1.0).abs() < 1e-5);
    assert!(dot(&row, &one(&encoder, &start)) > 0.98);
    let endless = "é".repeat(100_000);
    assert!(one(&encoder, &endless).iter().all(|x| x.is_finite()));
}

#[test]
fn a_batch_gives_what_single_texts_give() {
    let encoder = encoder();
    let texts: Vec<String> =
        (0..150).map(|i| format!("story {i} {}", "of sun and rain ".repeat(i % 40))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let rows = encoder.encode(&texts).unwrap();
    for (text, row) in texts.iter().zip(rows.chunks(256)) {
        let alone = one(&encoder, text);
        let apart = row.iter().zip(&alone).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "{text}: {apart}");
    }
}

#[test]
fn runs_are_bounded() {
    let texts: Vec<_> = [2, 2, 60, 256, 256].iter().map(|&n| (0, vec![1; n])).collect();
    assert_eq!(run_length(&texts), 5);
    let many: Vec<_> = (0..100).map(|i| (i, vec![1; 256])).collect();
    assert_eq!(run_length(&many), MAX_RUN_TOKENS / 256);
    let short: Vec<_> = (0..100).map(|i| (i, vec![1; 4])).collect();
    assert_eq!(run_length(&short), MAX_ROWS);
}

/// Replaces a text of the same length everywhere in the model's bytes.
fn renamed(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = BUILT_IN_MODEL.to_vec();
    let places: Vec<_> = bytes
        .windows(from.len())
        .enumerate()
        .filter(|(_, w)| *w == from.as_bytes())
        .map(|(i, _)| i)
        .collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn altered_models_are_refused() {
    let check = |name: &str, model: &[u8], says: &str| {
        let error = TextEncoder::from_bytes(model, BUILT_IN_TOKENIZER).expect_err(name).to_string();
        assert!(error.contains(says), "{name}: {error}");
    };
    check("empty", b"", "no graph");
    check("text", b"hello, this is no model", "cannot be used");
    check("cut in half", &BUILT_IN_MODEL[..BUILT_IN_MODEL.len() / 2], "cannot be used");
    check("cut at the end", &BUILT_IN_MODEL[..BUILT_IN_MODEL.len() - 9], "cannot be used");
    check("input renamed", &renamed("attention_mask", "attention_musk"), "inputs are");
    check("output renamed", &renamed("embedding", "embeddong"), "outputs are");
    check("unknown operation", &renamed("ReduceSum", "RedoceSum"), "cannot be used");
}

#[test]
fn altered_tokenizers_are_refused() {
    for tokenizer in [&b"{}"[..], b"", &BUILT_IN_TOKENIZER[..1_000]] {
        let error = TextEncoder::from_bytes(BUILT_IN_MODEL, tokenizer).unwrap_err();
        assert!(matches!(error, NeuralError::Tokenizer(_)), "{error}");
    }
}

#[test]
fn opens_a_folder_or_its_file() {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/static-256");
    for path in [model.clone(), model.join("model-i8.onnx")] {
        assert_eq!(TextEncoder::open(path).unwrap().dimensions(), 256);
    }
    let error = TextEncoder::open(model.join("nothing.onnx")).unwrap_err();
    assert!(matches!(error, NeuralError::File { .. }), "{error}");
    let error = TextEncoder::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap_err();
    assert!(matches!(error, NeuralError::NoModel { .. }), "{error}");
}

#[test]
fn is_an_embedder_that_threads_share() {
    let encoder = encoder();
    let embedder: &dyn TextEmbedder = &encoder;
    let first = embedder.embed(&["a quiet evening"]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(embedder.embed(&["a quiet evening"]).unwrap(), first));
        }
    });
}
