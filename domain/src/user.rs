//! People.

use crate::{
    UserId,
    bounds::{self, FieldError},
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What sort of person stands behind a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    /// A person with an account.
    #[default]
    Person,
    /// Somebody who came in without an account and holds a resume token.
    Guest,
    /// A generated person of the demo; never counted in a quality claim.
    Synthetic,
}

impl UserKind {
    /// The name used in JSON and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Guest => "guest",
            Self::Synthetic => "synthetic",
        }
    }
}

impl FromStr for UserKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Person, Self::Guest, Self::Synthetic]
            .into_iter()
            .find(|k| k.as_str() == text)
            .ok_or_else(|| format!("unknown user kind {text:?}: use person, guest or synthetic"))
    }
}

/// A person as the rest of the system sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// The name others see.
    pub name: String,
    /// What sort of person.
    #[serde(default)]
    pub kind: UserKind,
    /// Preferred language, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Age as a group such as `18-24`; no birth date is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_group: Option<String>,
    /// Region such as `DE-BY`; no address is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl User {
    /// A person with nothing but what is required.
    #[must_use]
    pub fn new(id: UserId, name: impl Into<String>, kind: UserKind) -> Self {
        Self { id, name: name.into(), kind, locale: None, age_group: None, region: None }
    }

    /// The least age in years that the age group allows, if it says one: 18 for `18-24`, 0 for `under-12`. What a
    /// person of that age may not see is kept from them.
    #[must_use]
    pub fn least_age(&self) -> Option<u8> {
        let group = self.age_group.as_deref()?.trim().to_lowercase();
        if group.starts_with("under") || group.starts_with('<') {
            return Some(0);
        }
        let digits: String = group.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    }

    /// Everything that is wrong with the fields; empty when well-formed.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if let Err(error) = bounds::check_text(&self.name, bounds::MAX_NAME_CHARS) {
            faults.push(FieldError::new("name", error));
        }
        for (field, value) in
            [("locale", &self.locale), ("age_group", &self.age_group), ("region", &self.region)]
        {
            if let Some(text) = value
                && let Err(error) = bounds::check_text(text, 35)
            {
                faults.push(FieldError::new(field, error));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_groups_tell_a_least_age() {
        let of = |group: &str| {
            let mut user = User::new(UserId::new("u").unwrap(), "U", UserKind::Person);
            user.age_group = Some(group.to_owned());
            user.least_age()
        };
        let groups = ["18-24", "65+", "under-12", "<16", "12", "adult", ""];
        assert_eq!(groups.map(of), [Some(18), Some(65), Some(0), Some(0), Some(12), None, None]);
    }
}
