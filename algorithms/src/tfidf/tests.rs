use super::*;

fn three() -> Vec<Document<'static>> {
    vec![
        vec![(Field::Description, "red red blue")],
        vec![(Field::Description, "red green")],
        vec![(Field::Creator, "Stephen King")],
    ]
}

#[test]
fn rows_are_as_by_hand() {
    let model = Tfidf::fit(&three(), Weights::default());
    assert_eq!(model.terms(), ["blue", "creator:stephen king", "green", "red"]);
    let rare = (4.0_f32 / 2.0).ln() + 1.0;
    let common = (4.0_f32 / 3.0).ln() + 1.0;
    assert_eq!(model.idf(), [rare, rare, rare, common]);
    let red = (1.0 + 2.0_f32.ln()) * common;
    let norm = red.hypot(rare);
    let (terms, values) = model.rows().row(0);
    assert_eq!(terms, [0, 3]);
    assert!((values[0] - rare / norm).abs() < 1e-6 && (values[1] - red / norm).abs() < 1e-6);
    assert_eq!(model.rows().row(2), (&[1][..], &[1.0][..]));
}

#[test]
fn a_name_is_not_a_word_and_fields_add_up() {
    let items = vec![
        vec![(Field::Creator, "King")],
        vec![(Field::Title, "The King")],
        vec![(Field::Title, "King"), (Field::Theme, "king")],
    ];
    let model = Tfidf::fit(&items, Weights::default());
    assert_eq!(model.neighbours(0, 9), []);
    assert_eq!(model.neighbours(1, 9)[0].0, 2);
    assert_eq!(Tfidf::fit(&items, Weights { creator: 0.0, ..Weights::default() }).rows().row(0).0.len(), 0);
}

#[test]
fn a_new_document_and_its_evidence() {
    let model = Tfidf::fit(&three(), Weights::default());
    let query = model.vector(&vec![(Field::Description, "green unknown words")]);
    assert_eq!(query, [(2, 1.0)]);
    let mut scores = [0.0; 3];
    model.score_with(&query, &mut scores);
    assert!(scores[0] == 0.0 && scores[1] > 0.5 && scores[2] == 0.0);
    assert_eq!(model.common_terms(&query, 1, 3)[0].0, "green");
    assert!(model.common_terms(&query, 0, 3).is_empty() && model.common_terms(&query, 9, 3).is_empty());
    assert!(model.vector(&vec![(Field::Title, "nothing known")]).is_empty());
}

#[test]
fn a_saved_model_is_the_same() {
    let model = Tfidf::fit(&three(), Weights::default());
    let again = Tfidf::from_parts(
        model.terms().to_vec(),
        model.idf().to_vec(),
        model.rows().clone(),
        *model.weights(),
    );
    assert_eq!(again, model);
}
