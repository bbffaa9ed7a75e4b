//! The catalogue: items and the links between them.

use super::{DomainName, RelationName};
use crate::input::{Change, RowName};
use serde::Serialize;
use soiree_domain::{Item, ItemId, Relation};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// A work or product.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemView {
    /// Its id.
    #[schema(value_type = String, example = "demo:book-the-great-gatsby")]
    pub id: ItemId,
    /// What kind of thing it is.
    pub domain: DomainName,
    /// Its title in its best-known form.
    #[schema(example = "The Great Gatsby")]
    pub title: String,
    /// Year of first release or publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 1925)]
    pub year: Option<i32>,
    /// Directors, authors, artists or makers.
    #[schema(example = json!(["F. Scott Fitzgerald"]))]
    pub creators: Vec<String>,
    /// Genres, lower case.
    #[schema(example = json!(["tragedy"]))]
    pub genres: Vec<String>,
    /// Themes, subjects and free tags, lower case.
    #[schema(example = json!(["wealth", "longing"]))]
    pub themes: Vec<String>,
    /// Mood words, lower case.
    #[schema(example = json!(["melancholic"]))]
    pub moods: Vec<String>,
    /// What it is about.
    pub description: String,
    /// Original language, ISO 639-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "en")]
    pub language: Option<String>,
    /// Least age in years.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 12)]
    pub age_rating: Option<u8>,
    /// Typical running or playing time in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 143)]
    pub duration_min: Option<u32>,
    /// Price in the currency's smallest unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 1299)]
    pub price_cents: Option<i64>,
    /// Currency of the price, ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "EUR")]
    pub currency: Option<String>,
    /// Who offers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Scribner")]
    pub provider: Option<String>,
    /// Whether it can be had now; what cannot is never recommended.
    pub available: bool,
    /// Ids elsewhere.
    #[schema(example = json!({"isbn": "9780743273565"}))]
    pub external: BTreeMap<String, String>,
}

impl From<&Item> for ItemView {
    fn from(item: &Item) -> Self {
        item.clone().into()
    }
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        Self {
            id: item.id,
            domain: item.domain.into(),
            title: item.title,
            year: item.year,
            creators: item.creators,
            genres: item.genres,
            themes: item.themes,
            moods: item.moods,
            description: item.description,
            language: item.language,
            age_rating: item.age_rating,
            duration_min: item.duration_min,
            price_cents: item.price_cents,
            currency: item.currency,
            provider: item.provider,
            available: item.available,
            external: item.external,
        }
    }
}

crate::input! {
    /// An item to add, or to replace when the id is taken.
    #[derive(Debug, Clone, ToSchema)]
    pub struct NewItem {
        /// Its id; made by the server when absent.
        #[schema(value_type = Option<String>, example = "shop:gatsby-1925")]
        id: Option<ItemId>,
        /// What kind of thing it is.
        domain: DomainName,
        /// Its title, 1 to 300 characters.
        #[schema(example = "The Great Gatsby")]
        title: String,
        /// Year of first release or publication.
        #[schema(example = 1925)]
        year: Option<i32>,
        /// Directors, authors, artists or makers.
        #[schema(example = json!(["F. Scott Fitzgerald"]))]
        creators: Option<Vec<String>>,
        /// Genres, lower case.
        #[schema(example = json!(["tragedy"]))]
        genres: Option<Vec<String>>,
        /// Themes, subjects and free tags, lower case.
        #[schema(example = json!(["wealth", "longing"]))]
        themes: Option<Vec<String>>,
        /// Mood words, lower case.
        #[schema(example = json!(["melancholic"]))]
        moods: Option<Vec<String>>,
        /// What it is about, at most 8,000 characters.
        #[schema(example = "A self-made man gives parties for the one guest who does not come.")]
        description: Option<String>,
        /// Original language, ISO 639-1.
        #[schema(example = "en")]
        language: Option<String>,
        /// Least age in years.
        #[schema(example = 12, maximum = 21)]
        age_rating: Option<u8>,
        /// Typical running or playing time in minutes.
        #[schema(example = 143)]
        duration_min: Option<u32>,
        /// Price in the currency's smallest unit.
        #[schema(example = 1299, minimum = 0)]
        price_cents: Option<i64>,
        /// Currency of the price, ISO 4217.
        #[schema(example = "EUR")]
        currency: Option<String>,
        /// Who offers it.
        #[schema(example = "Scribner")]
        provider: Option<String>,
        /// Whether it can be had now; true when absent.
        #[schema(example = true)]
        available: Option<bool>,
        /// Ids elsewhere.
        #[schema(example = json!({"isbn": "9780743273565"}))]
        external: Option<BTreeMap<String, String>>,
    }
}

impl RowName for NewItem {
    const ROWS: &'static str = "items";
}

impl From<NewItem> for Item {
    fn from(new: NewItem) -> Self {
        Self {
            id: new.id.unwrap_or_else(ItemId::fresh),
            domain: new.domain.0,
            title: new.title,
            year: new.year,
            creators: new.creators.unwrap_or_default(),
            genres: new.genres.unwrap_or_default(),
            themes: new.themes.unwrap_or_default(),
            moods: new.moods.unwrap_or_default(),
            description: new.description.unwrap_or_default(),
            language: new.language,
            age_rating: new.age_rating,
            duration_min: new.duration_min,
            price_cents: new.price_cents,
            currency: new.currency,
            provider: new.provider,
            available: new.available.unwrap_or(true),
            external: new.external.unwrap_or_default(),
        }
    }
}

crate::input! {
    /// What is to change in an item; absent fields stay, `null` takes away.
    #[derive(Debug, Clone, ToSchema)]
    pub struct ItemPatch {
        /// Its title, 1 to 300 characters.
        #[schema(example = "The Great Gatsby (annotated)")]
        title: Option<String>,
        /// Year of first release or publication.
        #[schema(value_type = Option<i32>, example = 1925)]
        year: Change<i32>,
        /// Directors, authors, artists or makers.
        creators: Option<Vec<String>>,
        /// Genres, lower case.
        genres: Option<Vec<String>>,
        /// Themes, subjects and free tags, lower case.
        themes: Option<Vec<String>>,
        /// Mood words, lower case.
        moods: Option<Vec<String>>,
        /// What it is about, at most 8,000 characters.
        description: Option<String>,
        /// Original language, ISO 639-1.
        #[schema(value_type = Option<String>)]
        language: Change<String>,
        /// Least age in years.
        #[schema(value_type = Option<u8>)]
        age_rating: Change<u8>,
        /// Typical running or playing time in minutes.
        #[schema(value_type = Option<u32>)]
        duration_min: Change<u32>,
        /// Price in the currency's smallest unit.
        #[schema(value_type = Option<i64>)]
        price_cents: Change<i64>,
        /// Currency of the price, ISO 4217.
        #[schema(value_type = Option<String>)]
        currency: Change<String>,
        /// Who offers it.
        #[schema(value_type = Option<String>)]
        provider: Change<String>,
        /// Whether it can be had now.
        #[schema(example = false)]
        available: Option<bool>,
        /// Ids elsewhere; replaces all of them.
        external: Option<BTreeMap<String, String>>,
    }
}

fn put<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

impl ItemPatch {
    /// The item after the change.
    #[must_use]
    pub fn apply(self, mut item: Item) -> Item {
        put(&mut item.title, self.title);
        put(&mut item.creators, self.creators);
        put(&mut item.genres, self.genres);
        put(&mut item.themes, self.themes);
        put(&mut item.moods, self.moods);
        put(&mut item.description, self.description);
        put(&mut item.available, self.available);
        put(&mut item.external, self.external);
        self.year.apply(&mut item.year);
        self.language.apply(&mut item.language);
        self.age_rating.apply(&mut item.age_rating);
        self.duration_min.apply(&mut item.duration_min);
        self.price_cents.apply(&mut item.price_cents);
        self.currency.apply(&mut item.currency);
        self.provider.apply(&mut item.provider);
        item
    }
}

/// A directed, typed link between two items.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Relation)]
pub struct RelationView {
    /// Where it starts.
    #[schema(value_type = String, example = "demo:book-the-great-gatsby")]
    pub from: ItemId,
    /// Where it leads.
    #[schema(value_type = String, example = "demo:film-the-great-gatsby-2013")]
    pub to: ItemId,
    /// How they hang together.
    pub kind: RelationName,
}

impl From<Relation> for RelationView {
    fn from(relation: Relation) -> Self {
        Self { from: relation.from, to: relation.to, kind: relation.kind.into() }
    }
}

/// The links of an item.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Relations)]
pub struct RelationsView {
    /// Links from it and to it.
    pub relations: Vec<RelationView>,
}

crate::input! {
    /// A link to add.
    #[derive(Debug, Clone, ToSchema)]
    pub struct NewRelation {
        /// Where it starts.
        #[schema(value_type = String, example = "demo:book-the-great-gatsby")]
        from: ItemId,
        /// Where it leads.
        #[schema(value_type = String, example = "demo:film-the-great-gatsby-2013")]
        to: ItemId,
        /// How they hang together.
        kind: RelationName,
    }
}

impl RowName for NewRelation {
    const ROWS: &'static str = "relations";
}

impl From<NewRelation> for Relation {
    fn from(new: NewRelation) -> Self {
        Self { from: new.from, to: new.to, kind: new.kind.0 }
    }
}

/// One item or a list of up to 1,000, as the body of a request.
#[derive(ToSchema)]
#[schema(as = NewItems)]
#[serde(untagged)]
pub enum NewItems {
    /// One item.
    One(Box<NewItem>),
    /// Many items.
    Many(Vec<NewItem>),
}

/// One link or a list of up to 1,000, as the body of a request.
#[derive(ToSchema)]
#[schema(as = NewRelations)]
#[serde(untagged)]
pub enum NewRelations {
    /// One link.
    One(NewRelation),
    /// Many links.
    Many(Vec<NewRelation>),
}

crate::input! {
    /// Which items are wanted.
    #[derive(Debug, Clone, IntoParams)]
    #[into_params(parameter_in = Query)]
    pub struct ItemQuery {
        /// `next` of the page before; absent for the first page.
        cursor: Option<String>,
        /// At most this many rows; 50 when absent.
        #[param(minimum = 1, maximum = 200, example = 50)]
        limit: Option<u32>,
        /// Only this domain.
        domain: Option<DomainName>,
        /// Only items with this text in their title or a creator's name, whatever the case.
        #[param(example = "gatsby")]
        q: Option<String>,
    }
}

crate::input! {
    /// What kind of similar items is wanted.
    #[derive(Debug, Clone, IntoParams)]
    #[into_params(parameter_in = Query)]
    pub struct SimilarQuery {
        /// At most this many items; 10 when absent.
        #[param(minimum = 1, maximum = 100, example = 10)]
        limit: Option<u32>,
        /// Only these domains, parted by commas.
        #[param(explode = false)]
        domains: Option<Vec<DomainName>>,
    }
}
