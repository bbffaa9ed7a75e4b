//! An item as people recognise it.

use super::Lookup;
use serde::{Serialize, Serializer};
use soiree_domain::{Domain, Item, ItemId};
use std::sync::Arc;

/// An item as people recognise it: its id, and what the catalogue knows.
pub(super) struct Card {
    id: ItemId,
    item: Option<Arc<Item>>,
    /// What to call it when the catalogue does not know it.
    pub(super) called: Option<String>,
}

impl Card {
    pub(super) fn new(id: &ItemId, lookup: Option<&Lookup>) -> Self {
        Self { id: id.clone(), item: lookup.and_then(|look| look(id)), called: None }
    }
}

#[derive(Serialize)]
struct CardFields<'a> {
    item: &'a str,
    /// The id once more when the catalogue does not know the item any longer.
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<Domain>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    creators: &'a [String],
}

impl Serialize for Card {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let known = self.item.as_deref();
        let fields = CardFields {
            item: self.id.as_str(),
            title: known.map_or(self.called.as_deref().unwrap_or(self.id.as_str()), |item| &item.title),
            domain: known.map(|item| item.domain),
            year: known.and_then(|item| item.year),
            creators: known.map_or(&[], |item| &item.creators),
        };
        fields.serialize(to)
    }
}
