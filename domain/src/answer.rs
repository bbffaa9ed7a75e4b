//! What an answer is made of: scored items, where each came from, and why.

use crate::{ItemId, UserId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where in a product an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Surface {
    /// The personal start page.
    #[default]
    Home,
    /// Beside one item.
    Similar,
    /// In a party.
    Party,
    /// For a group that is named in the request.
    Group,
    /// Among what was looked for.
    Search,
}

impl Surface {
    /// The name used in JSON and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Similar => "similar",
            Self::Party => "party",
            Self::Group => "group",
            Self::Search => "search",
        }
    }
}

impl FromStr for Surface {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Home, Self::Similar, Self::Party, Self::Group, Self::Search]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| format!("unknown surface {text:?}: use home, similar, party, group or search"))
    }
}

/// A model or rule that can put an item into an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Implicit alternating least squares, folded in.
    Ials,
    /// EASE.
    Ease,
    /// Item neighbours.
    ItemKnn,
    /// Learned maps from what people like in one domain to what they like in another.
    DomainMap,
    /// Words of the catalogue (TF-IDF).
    Tfidf,
    /// Sentence embeddings of the descriptions.
    Text,
    /// Typed links between items.
    Relation,
    /// What friends did lately.
    Friends,
    /// What many people do, with time decay.
    Popularity,
    /// Time, mood and what is on now.
    Context,
    /// Factors guessed from what an item is about, for items that nobody took yet.
    Sbert,
    /// What a group has had together before.
    Together,
    /// What groups with a like past, and their members, went on to.
    GroupFilter,
}

impl Source {
    /// The name used in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ials => "ials",
            Self::Ease => "ease",
            Self::ItemKnn => "item-knn",
            Self::DomainMap => "domain-map",
            Self::Tfidf => "tfidf",
            Self::Text => "text",
            Self::Relation => "relation",
            Self::Friends => "friends",
            Self::Popularity => "popularity",
            Self::Context => "context",
            Self::Together => "together",
            Self::GroupFilter => "group-filter",
            Self::Sbert => "sbert",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an item is in an answer, in words a person understands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// What put it there.
    pub source: Source,
    /// The sentence, such as `Because you finished “The Great Gatsby”`.
    pub text: String,
    /// The item that the sentence rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The only person who may read it; absent when everybody may. What comes from a person's own
    /// history is theirs alone, also in a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_to: Option<UserId>,
}

/// An item with its score and reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The item.
    pub item: ItemId,
    /// Its score in this answer, 0 to 1; comparable within one answer only.
    pub score: f32,
    /// Why it is here, strongest first.
    pub reasons: Vec<Reason>,
}
