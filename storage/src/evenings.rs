//! Evenings that people spent together, read from the parties' journals, and what groups had elsewhere, from imported
//! deeds that name a party.

use crate::{StorageError, Store, db::args, people::parse};
use soiree_domain::{CROWD, InteractionKind, ItemId, PartyId, UserId};

/// What is on record of one party.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EveningRow {
    /// How many people ever came, counted up to one more than make a crowd.
    pub people: u32,
    /// Bodies of its latest playback events, latest first.
    pub played: Vec<String>,
    /// What imported deeds say was had in it, by id.
    pub had: Vec<ItemId>,
}

/// One line of what is on record of all parties.
#[derive(Debug, Clone, PartialEq)]
pub enum EveningLine {
    /// Somebody was there.
    Came(UserId),
    /// A playback event: when, and its body.
    Played(i64, String),
    /// Something was had, as imported deeds say: when first, and what.
    Had(i64, ItemId),
}

impl Store {
    /// Who came to the same parties here as a person, and to how many of their latest fifty; most first. Parties to which
    /// more than a hundred came say nothing, and reading through their lists would take long.
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

    /// The parties that a person came to, latest first, with those that imported deeds of theirs name.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn parties_of(&self, user: &UserId, most: u32) -> Result<Vec<PartyId>, StorageError> {
        let rows: Vec<(String, i64)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT e.party, MAX(e.at_ms) AS at_ms
                 FROM (SELECT party, at_ms FROM party_events WHERE actor = $1 AND kind = 'joined'
                       UNION ALL
                       SELECT i.party, i.at_ms FROM users u JOIN interactions i ON i.user_pk = u.pk
                       WHERE u.id = $1 AND i.imported = 1 AND i.party IS NOT NULL) e
                 GROUP BY e.party ORDER BY 2 DESC, 1 LIMIT $2",
                args![user.as_str(), i64::from(most)],
            )
            .await?;
        rows.iter().map(|(id, _)| parse("party id", id)).collect()
    }

    /// What is on record of a party, with the latest `most` playback events; nothing for a party that never was, and no works
    /// for one to which a crowd came. People who were removed are not counted.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn evening(&self, party: &PartyId, most: u32) -> Result<EveningRow, StorageError> {
        let mut reader = self.db.read().await?;
        let people: Vec<(i64,)> = reader
            .all(
                "SELECT COUNT(*) AS people
                 FROM (SELECT actor FROM party_events
                       WHERE party = $1 AND kind = 'joined' AND actor IS NOT NULL
                       UNION
                       SELECT u.id FROM interactions i JOIN users u ON u.pk = i.user_pk
                       WHERE i.party = $1 AND i.imported = 1 AND i.party IS NOT NULL LIMIT $2) came",
                args![party.as_str(), CROWD + 1],
            )
            .await?;
        let people = people.first().map_or(0, |row| u32::try_from(row.0).unwrap_or(u32::MAX));
        if people > CROWD {
            return Ok(EveningRow { people, ..EveningRow::default() });
        }
        let played: Vec<(String,)> = reader
            .all(
                "SELECT body FROM party_events WHERE party = $1 AND kind = 'playback' ORDER BY seq DESC LIMIT $2",
                args![party.as_str(), i64::from(most)],
            )
            .await?;
        let had: Vec<(String,)> = reader
            .all(
                "SELECT DISTINCT t.id FROM interactions i JOIN items t ON t.pk = i.item_pk
                 WHERE i.party = $1 AND i.imported = 1 AND i.party IS NOT NULL AND i.kind <> $2 AND i.kind <> $3
                   AND t.removed = 0 ORDER BY t.id",
                args![party.as_str(), InteractionKind::Skip as i64, InteractionKind::Dislike as i64],
            )
            .await?;
        Ok(EveningRow {
            people,
            played: played.into_iter().map(|row| row.0).collect(),
            had: had.iter().map(|(id,)| parse("item id", id)).collect::<Result<_, _>>()?,
        })
    }

    /// Everything that is on record of all parties, line by line: who came, what was played, what is imported.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn each_of_evenings(
        &self,
        mut take: impl FnMut(&str, EveningLine),
    ) -> Result<(), StorageError> {
        let mut reader = self.db.read().await?;
        reader
            .each(
                "SELECT DISTINCT party, actor FROM party_events WHERE kind = 'joined' AND actor IS NOT NULL
                 UNION ALL
                 SELECT i.party, MIN(u.id) FROM interactions i JOIN users u ON u.pk = i.user_pk
                 WHERE i.imported = 1 AND i.party IS NOT NULL GROUP BY i.party, i.user_pk",
                args![],
                |(party, user): (String, String)| {
                    take(&party, EveningLine::Came(parse("user id", &user)?));
                    Ok(())
                },
            )
            .await?;
        reader
            .each(
                "SELECT party, at_ms, body FROM party_events WHERE kind = 'playback'",
                args![],
                |(party, at_ms, body): (String, i64, String)| {
                    take(&party, EveningLine::Played(at_ms, body));
                    Ok(())
                },
            )
            .await?;
        reader
            .each(
                "SELECT i.party, MIN(t.id), MIN(i.at_ms) FROM interactions i JOIN items t ON t.pk = i.item_pk
                 WHERE i.imported = 1 AND i.party IS NOT NULL AND i.kind <> $1 AND i.kind <> $2 AND t.removed = 0
                 GROUP BY i.party, i.item_pk",
                args![InteractionKind::Skip as i64, InteractionKind::Dislike as i64],
                |(party, item, at_ms): (String, String, i64)| {
                    take(&party, EveningLine::Had(at_ms, parse("item id", &item)?));
                    Ok(())
                },
            )
            .await
    }
}
