//! The texts of an item, as models read them.

use soiree_algorithms::tfidf::{Document, Field};
use soiree_domain::Item;

/// The item's fields for TF-IDF.
pub(crate) fn document(item: &Item) -> Document<'_> {
    let mut fields = vec![(Field::Title, item.title.as_str())];
    let lists = [
        (Field::Creator, &item.creators),
        (Field::Genre, &item.genres),
        (Field::Theme, &item.themes),
        (Field::Mood, &item.moods),
    ];
    for (field, words) in lists {
        fields.extend(words.iter().map(|word| (field, word.as_str())));
    }
    if !item.description.is_empty() {
        fields.push((Field::Description, &item.description));
    }
    fields
}

/// The item as one passage for the sentence encoder; creators are left out, since names mean little to it.
pub(crate) fn passage(item: &Item) -> String {
    let mut text = item.title.clone();
    for words in [&item.genres, &item.themes, &item.moods] {
        if !words.is_empty() {
            text.push_str(". ");
            text.push_str(&words.join(", "));
        }
    }
    if !item.description.is_empty() {
        text.push_str(". ");
        text.push_str(&item.description);
    }
    text
}
