//! The items and people of a data set that have been seen, by their numbers in it.

use crate::{Record, record::refuse};
use rustc_hash::FxHashMap;
use soiree_domain::{Interaction, InteractionKind, Item, ItemId, User, UserId, UserKind};

/// Ids of known items and people; each id's text is held once, and every record shares it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    items: FxHashMap<u32, ItemId>,
    users: FxHashMap<u32, UserId>,
}

impl Known {
    /// Admits an item under its number.
    pub(crate) fn item(&mut self, number: u32, item: Item) -> Result<Option<Record>, String> {
        refuse(&item.faults())?;
        if self.items.contains_key(&number) {
            return Err(format!("item {number} stands here twice"));
        }
        self.items.insert(number, item.id.clone());
        Ok(Some(Record::Item(item)))
    }

    /// Admits a person of whom nothing is known but the number; nothing if they are known already.
    pub(crate) fn user(&mut self, source: &Source, number: u32) -> Result<Option<Record>, String> {
        if self.users.contains_key(&number) {
            return Ok(None);
        }
        self.add_user(source, number, None).map(Some)
    }

    /// Admits a person out of a file of people.
    pub(crate) fn listed(
        &mut self,
        source: &Source,
        number: u32,
        age: u32,
    ) -> Result<Option<Record>, String> {
        if self.users.contains_key(&number) {
            return Err(format!("user {number} stands here twice"));
        }
        self.add_user(source, number, Some(age_group(age))).map(Some)
    }

    fn add_user(&mut self, source: &Source, number: u32, age: Option<&str>) -> Result<Record, String> {
        let id = UserId::new(format!("{}:u{number}", source.prefix)).map_err(|e| e.to_string())?;
        self.users.insert(number, id.clone());
        let mut user = User::new(id, format!("{} {number}", source.name), UserKind::Person);
        user.age_group = age.map(str::to_owned);
        Ok(Record::User(user))
    }

    /// Whether an item is known.
    pub(crate) fn check_item(&self, number: u32) -> Result<(), String> {
        if self.items.contains_key(&number) { Ok(()) } else { Err(format!("unknown item {number}")) }
    }

    /// The id of a known person.
    pub(crate) fn user_id(&self, number: u32) -> Result<&UserId, String> {
        self.users.get(&number).ok_or_else(|| format!("unknown user {number}"))
    }

    /// What a known person did with a known item.
    pub(crate) fn deed(
        &self,
        (user, item): (u32, u32),
        kind: InteractionKind,
        value: f32,
        at_ms: i64,
    ) -> Result<Option<Record>, String> {
        let item = self.items.get(&item).ok_or_else(|| format!("unknown item {item}"))?;
        let mut deed = Interaction::new(self.user_id(user)?.clone(), item.clone(), kind, at_ms);
        deed.value = Some(value);
        Ok(Some(Record::Interaction(deed)))
    }
}

/// How a data set's ids and names begin.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) prefix: &'static str,
    pub(crate) name: &'static str,
}

impl Source {
    /// The id of an item.
    pub(crate) fn item_id(&self, number: u32) -> Result<ItemId, String> {
        ItemId::new(format!("{}:{number}", self.prefix)).map_err(|e| e.to_string())
    }
}

/// The age groups of MovieLens 1M, which the other sets' years are put into.
fn age_group(years: u32) -> &'static str {
    match years {
        0..18 => "under-18",
        18..25 => "18-24",
        25..35 => "25-34",
        35..45 => "35-44",
        45..50 => "45-49",
        50..56 => "50-55",
        _ => "56+",
    }
}
