//! Who had what together: the evenings of all parties, and what one journalled event says was played.

use crate::{live::watch::PlayState, party::record::Record};
use soiree_domain::{ItemId, UserId};
use soiree_storage::{EveningLine, StorageError, Store};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Who came to a party and what was had there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evening {
    /// Everybody who ever came.
    pub people: BTreeSet<UserId>,
    /// What was played or, as imported deeds say, had, and when first, Unix milliseconds.
    pub works: BTreeMap<ItemId, i64>,
}

/// All parties on record, by id.
///
/// # Errors
/// As [`Store::each_of_evenings`].
pub async fn evenings(store: &Store) -> Result<Vec<Evening>, StorageError> {
    let mut parties: HashMap<String, Evening> = HashMap::new();
    store
        .each_of_evenings(|party, line| {
            // A key is made once per party and not for every line.
            let evening = match parties.get_mut(party) {
                Some(evening) => evening,
                None => parties.entry(party.to_owned()).or_default(),
            };
            match line {
                EveningLine::Came(user) => {
                    evening.people.insert(user);
                }
                EveningLine::Played(at_ms, body) => evening.had(at_ms, played(&body)),
                EveningLine::Had(at_ms, item) => evening.had(at_ms, Some(item)),
            }
        })
        .await?;
    let mut parties: Vec<(String, Evening)> = parties.into_iter().collect();
    parties.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(parties.into_iter().map(|party| party.1).collect())
}

impl Evening {
    fn had(&mut self, at_ms: i64, item: Option<ItemId>) {
        let Some(item) = item else { return };
        let first = self.works.entry(item).or_insert(at_ms);
        *first = (*first).min(at_ms);
    }
}

/// The work that a journalled playback event speaks of.
pub(crate) fn played(body: &str) -> Option<ItemId> {
    let Record::Playback { playback } = serde_json::from_str(body).ok()? else { return None };
    (playback.state == PlayState::Playing).then_some(())?;
    playback.work.map(|work| work.item)
}
