//! Works and products: the catalogue's entries.

use crate::{
    ItemId,
    bounds::{self, FieldError},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// What kind of thing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Domain {
    /// A film.
    Film,
    /// A series.
    Series,
    /// A book.
    Book,
    /// An album, a track or an artist.
    Music,
    /// A product.
    Product,
}

impl Domain {
    /// All domains, in their fixed order.
    pub const ALL: [Self; 5] = [Self::Film, Self::Series, Self::Book, Self::Music, Self::Product];

    /// The name used in JSON, URLs and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Film => "film",
            Self::Series => "series",
            Self::Book => "book",
            Self::Music => "music",
            Self::Product => "product",
        }
    }

    /// Position in [`Domain::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Domain {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|d| d.as_str() == text)
            .ok_or_else(|| format!("unknown domain {text:?}: use film, series, book, music or product"))
    }
}

fn available_by_default() -> bool {
    true
}

/// A work or product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What kind of thing it is.
    pub domain: Domain,
    /// Its title in its best-known form.
    pub title: String,
    /// Year of first release or publication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Directors, authors, artists or makers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creators: Vec<String>,
    /// Genres, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<String>,
    /// Themes, subjects and free tags, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<String>,
    /// Mood words, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moods: Vec<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Original language, ISO 639-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Least age in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_rating: Option<u8>,
    /// Typical running or playing time in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_min: Option<u32>,
    /// Price in the currency's smallest unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<i64>,
    /// Currency of the price, ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Who offers it: a publisher, label, shop or channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Whether it can be had now; what cannot is never recommended.
    #[serde(default = "available_by_default")]
    pub available: bool,
    /// Ids elsewhere, such as `imdb`, `isbn`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external: BTreeMap<String, String>,
}

impl Item {
    /// An item with nothing but what is required.
    #[must_use]
    pub fn new(id: ItemId, domain: Domain, title: impl Into<String>) -> Self {
        Self {
            id,
            domain,
            title: title.into(),
            year: None,
            creators: Vec::new(),
            genres: Vec::new(),
            themes: Vec::new(),
            moods: Vec::new(),
            description: String::new(),
            language: None,
            age_rating: None,
            duration_min: None,
            price_cents: None,
            currency: None,
            provider: None,
            available: true,
            external: BTreeMap::new(),
        }
    }

    /// Everything that is wrong with the item; empty when it is well-formed.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut text = |field: &str, result: Result<(), bounds::TextError>| {
            if let Err(error) = result {
                faults.push(FieldError::new(field, error));
            }
        };
        text("title", bounds::check_text(&self.title, bounds::MAX_TITLE_CHARS));
        text("description", bounds::check_optional_text(&self.description, bounds::MAX_DESCRIPTION_CHARS));
        for (name, list) in [
            ("creators", &self.creators),
            ("genres", &self.genres),
            ("themes", &self.themes),
            ("moods", &self.moods),
        ] {
            for (i, word) in list.iter().enumerate() {
                text(&format!("{name}[{i}]"), bounds::check_text(word, bounds::MAX_WORD_CHARS));
            }
        }
        for (name, list) in [("creators", &self.creators), ("genres", &self.genres), ("themes", &self.themes)]
        {
            if list.len() > bounds::MAX_LIST {
                faults.push(FieldError::new(name, format!("has more than {} entries", bounds::MAX_LIST)));
            }
        }
        if self.year.is_some_and(|y| !(-3_000..=2_200).contains(&y)) {
            faults.push(FieldError::new("year", "must lie between -3000 and 2200"));
        }
        if self.age_rating.is_some_and(|a| a > 21) {
            faults.push(FieldError::new("age_rating", "must be at most 21"));
        }
        if self.price_cents.is_some_and(|p| p < 0) {
            faults.push(FieldError::new("price_cents", "must not be negative"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_all_faults_together() {
        let mut item = Item::new(ItemId::new("a").unwrap(), Domain::Film, " ");
        item.year = Some(9_999);
        item.genres = vec!["x".repeat(200)];
        let fields: Vec<_> = item.faults().into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["title", "genres[0]", "year"]);
    }

    #[test]
    fn domains_round_trip() {
        for d in Domain::ALL {
            assert_eq!(d.as_str().parse(), Ok(d));
            assert_eq!(Domain::ALL[d.index()], d);
        }
        assert!("movie".parse::<Domain>().is_err());
    }
}
