//! Evenings that people spent together, read from the parties' journals.

use crate::{StorageError, Store, db::args, people::parse};
use soiree_domain::{PartyId, UserId};

/// With more people than these a party is a public event and not an evening with company.
const CROWD: i64 = 100;

impl Store {
    /// Who came to the same parties as a person, and to how many of their latest fifty; most first. Parties to which
    /// more than a hundred came say nothing, and reading through their lists would take long.
    ///
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn companions(&self, user: &UserId, most: u32) -> Result<Vec<(UserId, u32)>, StorageError> {
        let rows: Vec<(String, i64)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT o.actor AS actor, COUNT(DISTINCT o.party) AS evenings
                 FROM (SELECT party, MAX(at_ms) AS at_ms FROM party_events WHERE actor = $1 AND kind = 'joined'
                       GROUP BY party ORDER BY 2 DESC LIMIT 50) mine
                 JOIN party_events o ON o.party = mine.party AND o.kind = 'joined' AND o.actor <> $1
                 WHERE (SELECT COUNT(*) FROM (SELECT DISTINCT c.actor FROM party_events c
                                              WHERE c.party = mine.party AND c.kind = 'joined' LIMIT $3) came) < $3
                 GROUP BY o.actor ORDER BY 2 DESC, 1 LIMIT $2",
                args![user.as_str(), i64::from(most), CROWD + 1],
            )
            .await?;
        rows.iter()
            .map(|(id, evenings)| Ok((parse("user id", id)?, u32::try_from(*evenings).unwrap_or(u32::MAX))))
            .collect()
    }

    /// The parties that a person came to, latest first.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn parties_of(&self, user: &UserId, most: u32) -> Result<Vec<PartyId>, StorageError> {
        let rows: Vec<(String, i64)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT party, MAX(at_ms) AS at_ms FROM party_events WHERE actor = $1 AND kind = 'joined'
                 GROUP BY party ORDER BY 2 DESC, 1 LIMIT $2",
                args![user.as_str(), i64::from(most)],
            )
            .await?;
        rows.iter().map(|(id, _)| parse("party id", id)).collect()
    }

    /// How many people ever came to a party, and the bodies of its latest playback events, latest first.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn evening(&self, party: &PartyId, most: u32) -> Result<(u32, Vec<String>), StorageError> {
        let mut reader = self.db.read().await?;
        let people: Vec<(i64,)> = reader
            .all(
                "SELECT COUNT(DISTINCT actor) AS people FROM party_events WHERE party = $1 AND kind = 'joined'",
                args![party.as_str()],
            )
            .await?;
        let played: Vec<(String,)> = reader
            .all(
                "SELECT body FROM party_events WHERE party = $1 AND kind = 'playback' ORDER BY seq DESC LIMIT $2",
                args![party.as_str(), i64::from(most)],
            )
            .await?;
        let people = people.first().map_or(0, |row| u32::try_from(row.0).unwrap_or(u32::MAX));
        Ok((people, played.into_iter().map(|row| row.0).collect()))
    }
}
