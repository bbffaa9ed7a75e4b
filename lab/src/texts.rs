//! What is written about the items, and the vectors of it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use soiree_algorithms::model::{FitError, TextEmbedder};
use soiree_algorithms::tfidf::{Document, Field};
use soiree_datasets::table::TableFault;
use soiree_neural::{NeuralError, TextEncoder};

use crate::events::Names;
use crate::protocol::DataFile;

/// What is written about one item.
pub type ItemText = Vec<(Field, String)>;

/// Columns of the file of items, and what a text there is.
const TEXT_COLUMNS: [(&str, Field); 6] = [
    ("title", Field::Title),
    ("creator", Field::Creator),
    ("genre", Field::Genre),
    ("theme", Field::Theme),
    ("mood", Field::Mood),
    ("text", Field::Description),
];

/// The texts of all items; empty where the file lacks an item. Clones share their vectors.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    items: Vec<ItemText>,
    years: Vec<Option<f32>>,
    vectors: Arc<Mutex<BTreeMap<String, Arc<Encoded>>>>,
}

/// One vector per item.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Length of each.
    pub dimensions: usize,
    /// Row-major, items × dimensions, each of unit length or zero.
    pub rows: Vec<f32>,
}

impl Deref for Texts {
    type Target = [ItemText];

    fn deref(&self) -> &[ItemText] {
        &self.items
    }
}

impl Texts {
    /// Texts without years.
    #[must_use]
    pub fn new(items: Vec<ItemText>) -> Self {
        Self { years: vec![None; items.len()], items, ..Self::default() }
    }

    /// Reads the file of items. With `links`, its items bear other names, told by a file of pairs.
    pub(crate) fn read(
        file: &DataFile,
        path: &Path,
        links: Option<(&DataFile, &Path)>,
        items: &Names,
    ) -> Result<Self, TableFault> {
        let linked = links.map(|(file, path)| read_links(file, path, items)).transpose()?;
        let place = |name: &str| file.columns.iter().position(|c| c == name);
        let (item_at, year_at) = (place("item").unwrap_or(0), place("year"));
        let read: Vec<(usize, Field)> =
            TEXT_COLUMNS.iter().filter_map(|(name, field)| Some((place(name)?, *field))).collect();
        let mut out = Self::new(vec![ItemText::new(); items.len()]);
        file.table.read(path, |_, fields| {
            let field = |at: usize| fields.get(at).ok_or_else(|| format!("has {} fields only", fields.len()));
            let name = field(item_at)?.trim();
            let item = linked.as_ref().map_or_else(|| items.find(name), |l| l.get(name).copied());
            let Some(item) = item.map(|item| item as usize) else { return Ok(()) };
            for &(at, kind) in &read {
                out.items[item].extend(words(kind, field(at)?).into_iter().map(|word| (kind, word)));
            }
            if let Some(at) = year_at {
                out.years[item] = field(at)?.get(..4).and_then(|year| year.parse().ok());
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// The year of an item, if its file tells it.
    #[must_use]
    pub fn year(&self, item: usize) -> Option<f32> {
        self.years.get(item).copied().flatten()
    }

    /// The same items in another order: the item at place `i` is the one that was at `order[i]`.
    #[must_use]
    pub fn reordered(&self, order: &[u32]) -> Self {
        let items = order.iter().map(|&at| self.items[at as usize].clone()).collect();
        let years = order.iter().map(|&at| self.years[at as usize]).collect();
        Self { items, years, ..Self::default() }
    }

    /// The documents for TF-IDF.
    #[must_use]
    pub fn documents(&self) -> Vec<Document<'_>> {
        self.items.iter().map(|item| borrowed(item).collect()).collect()
    }

    /// The vectors of all items by an encoder: `built-in`, or the folder of another. Worked out once.
    ///
    /// # Errors
    /// [`FitError::Embedding`] when it cannot be loaded or run.
    pub fn vectors(&self, encoder: &str) -> Result<Arc<Encoded>, FitError> {
        let mut kept = self.vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.get(encoder) {
            return Ok(Arc::clone(found));
        }
        let fault = |error: NeuralError| FitError::Embedding(format!("{encoder}: {}", told(&error)));
        let model = match encoder {
            "built-in" => TextEncoder::built_in(),
            path => TextEncoder::open(path),
        };
        let model = model.map_err(fault)?;
        let passages: Vec<String> = self.items.iter().map(passage).collect();
        let rows: Result<Vec<Vec<f32>>, FitError> = passages
            .par_chunks(64)
            .map(|part| model.embed(&part.iter().map(String::as_str).collect::<Vec<_>>()))
            .collect();
        let made = Arc::new(Encoded { dimensions: model.dimensions(), rows: rows?.concat() });
        kept.insert(encoder.to_owned(), Arc::clone(&made));
        Ok(made)
    }
}

fn told(error: &NeuralError) -> String {
    let cause = std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
    format!("{error}{cause}")
}

fn borrowed(item: &ItemText) -> impl Iterator<Item = (Field, &str)> {
    item.iter().map(|(field, text)| (*field, text.as_str()))
}

/// The item as one passage for the sentence encoder; creators are left out, since names mean little to it.
fn passage(item: &ItemText) -> String {
    let of = |wanted: Field| {
        let words = borrowed(item).filter(move |(field, text)| *field == wanted && !text.is_empty());
        words.map(|(_, text)| text).collect::<Vec<_>>()
    };
    let parts = [Field::Title, Field::Genre, Field::Theme, Field::Mood, Field::Description]
        .map(|field| of(field).join(", "));
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ")
}

/// Titles and descriptions are taken whole. Lists are written with bars, as MovieLens does, or as a JSON list of
/// words or of objects with a `name`, as TMDB does.
fn words(kind: Field, text: &str) -> Vec<String> {
    if matches!(kind, Field::Title | Field::Description) {
        return vec![text.to_owned()];
    }
    let list: Option<Vec<serde_json::Value>> =
        text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten();
    match list {
        Some(list) => list
            .iter()
            .filter_map(|entry| entry.get("name").unwrap_or(entry).as_str())
            .map(str::to_owned)
            .collect(),
        None => text.split('|').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect(),
    }
}

fn read_links(file: &DataFile, path: &Path, items: &Names) -> Result<FxHashMap<String, u32>, TableFault> {
    let place = |name: &str| file.columns.iter().position(|c| c == name).unwrap_or(usize::MAX);
    let (item, key) = (place("item"), place("key"));
    let mut out = FxHashMap::default();
    file.table.read(path, |_, fields| {
        let field = |at: usize| {
            fields.get(at).map(|f| f.trim()).ok_or_else(|| format!("has {} fields only", fields.len()))
        };
        if let Some(item) = items.find(field(item)?) {
            out.insert(field(key)?.to_owned(), item);
        }
        Ok(())
    })?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_with_bars_or_as_json() {
        let check = |text: &str, wanted: &[&str]| assert_eq!(words(Field::Genre, text), wanted, "{text}");
        check("Drama| War", &["Drama", "War"]);
        check(r#"[{"id": 28, "name": "Action"}, {"name": "Crime"}]"#, &["Action", "Crime"]);
        check(r#"["a", "b"]"#, &["a", "b"]);
        check("[]", &[]);
        check("[REC] sequel", &["[REC] sequel"]);
        check("", &[]);
        assert_eq!(words(Field::Title, "A | B"), ["A | B"]);
    }

    #[test]
    fn a_passage_leaves_names_out_and_vectors_are_kept() {
        let item = vec![
            (Field::Title, "Dune".to_owned()),
            (Field::Creator, "Frank Herbert".to_owned()),
            (Field::Genre, "science fiction".to_owned()),
            (Field::Genre, "epic".to_owned()),
            (Field::Description, "A desert planet.".to_owned()),
        ];
        assert_eq!(passage(&item), "Dune. science fiction, epic. A desert planet.");
        let texts = Texts::new(vec![item, Vec::new()]);
        let first = texts.vectors("built-in").unwrap();
        assert_eq!((first.dimensions, first.rows.len()), (256, 512));
        assert!(first.rows[256..].iter().all(|x| *x == 0.0));
        assert!(Arc::ptr_eq(&first, &texts.clone().vectors("built-in").unwrap()));
        let fault = texts.vectors("no/such/folder").unwrap_err().to_string();
        assert!(fault.contains("no/such/folder") && fault.contains("cannot be read"), "{fault}");
    }
}
