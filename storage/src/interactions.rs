//! What people did: histories, imports, and the whole of it for training.

use crate::{
    Page, Paged, StorageError, Store, Written,
    catalogue::item_keys,
    db::{Connection, args},
    people::{CHUNK, last_of_each, parse, sorted, user_keys},
    rows::Rows,
};
use soiree_domain::{Domain, Interaction, InteractionKind, ItemId, PartyId, RecommendationId, UserId};
use std::collections::HashMap;

/// One deed, with a person and an item by their places in [`TrainingRows`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingRow {
    /// Place in [`TrainingRows::users`].
    pub user: u32,
    /// Place in [`TrainingRows::items`].
    pub item: u32,
    /// What was done.
    pub kind: InteractionKind,
    /// Its value, if its kind has one.
    pub value: Option<f32>,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// Every deed, without a text per row: 32 bytes for each.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainingRows {
    /// All people, in the order of their coming.
    pub users: Vec<UserId>,
    /// All items that were not removed, in the order of their coming.
    pub items: Vec<ItemId>,
    /// The deeds, in the order of their coming.
    pub rows: Vec<TrainingRow>,
}

/// An interaction with the internal keys of its person and item.
pub(crate) type Keyed<'a> = (&'a Interaction, i64, i64);

type HistoryRow = (String, String, i16, Option<f32>, Option<String>, i64, Option<String>, Option<String>);

/// The same with the row's own key before it.
type PagedRow = (i64, String, String, i16, Option<f32>, Option<String>, i64, Option<String>, Option<String>);

fn kind_of(index: i16) -> Result<InteractionKind, StorageError> {
    usize::try_from(index)
        .ok()
        .and_then(|index| InteractionKind::ALL.get(index).copied())
        .ok_or_else(|| StorageError::corrupt("interaction kind", index))
}

fn interaction(row: HistoryRow) -> Result<Interaction, StorageError> {
    let (user, item, kind, value, text, at_ms, recommendation_id, party) = row;
    Ok(Interaction {
        user: parse("user id", &user)?,
        item: parse("item id", &item)?,
        kind: kind_of(kind)?,
        value,
        text,
        at_ms,
        recommendation_id: recommendation_id.map(|t| parse("recommendation id", &t)).transpose()?,
        party: party.map(|t| parse("party id", &t)).transpose()?,
    })
}

/// The rows of interactions as the insert statements want them.
pub(crate) fn batch<'a>(rows: &[Keyed<'a>]) -> Rows<'a> {
    Rows::new()
        .int("user_pk", rows.iter().map(|r| r.1))
        .int("item_pk", rows.iter().map(|r| r.2))
        .int("kind", rows.iter().map(|r| r.0.kind as i64))
        .real("value", rows.iter().map(|r| r.0.value))
        .text("text", rows.iter().map(|r| r.0.text.as_deref()))
        .int("at_ms", rows.iter().map(|r| r.0.at_ms))
        .text(
            "recommendation_id",
            rows.iter().map(|r| r.0.recommendation_id.as_ref().map(RecommendationId::as_str)),
        )
        .text("party", rows.iter().map(|r| r.0.party.as_ref().map(PartyId::as_str)))
}

/// Writes live interactions: each is a row of its own.
pub(crate) async fn append(tx: &mut Connection, rows: &[Keyed<'_>]) -> Result<(), StorageError> {
    tx.run_rows(
        "INSERT INTO interactions (user_pk, item_pk, kind, value, text, at_ms, recommendation_id, party, imported)
         SELECT r.user_pk, r.item_pk, r.kind, r.value, r.text, r.at_ms, r.recommendation_id, r.party, 0
         FROM {rows} WHERE true",
        &batch(rows),
    )
    .await?;
    Ok(())
}

impl Store {
    /// The newest of what a person did, newest first; what was done with removed items is left out.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn history(&self, user: &UserId, limit: u32) -> Result<Vec<Interaction>, StorageError> {
        Ok(self.history_page(user, &Page::first(limit)).await?.rows)
    }

    /// One page of what a person did, newest first; what was done with removed items is left out.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`], [`StorageError::Cursor`].
    pub async fn history_page(&self, user: &UserId, page: &Page) -> Result<Paged<Interaction>, StorageError> {
        let number = |text: String| text.parse().map_err(|_| StorageError::Cursor);
        let (at_ms, pk) = match page.key::<2>()? {
            Some([at_ms, pk]) => (number(at_ms)?, number(pk)?),
            None => (i64::MAX, i64::MAX),
        };
        let rows: Vec<PagedRow> = self
            .db
            .read()
            .await?
            .all(
                "SELECT i.pk, u.id, t.id, i.kind, i.value, i.text, i.at_ms, i.recommendation_id, i.party
                 FROM users u JOIN interactions i ON i.user_pk = u.pk JOIN items t ON t.pk = i.item_pk
                 WHERE u.id = $1 AND t.removed = 0 AND (i.at_ms, i.pk) < ($2, $3)
                 ORDER BY i.at_ms DESC, i.pk DESC LIMIT $4",
                args![user.as_str(), at_ms, pk, page.fetch()],
            )
            .await?;
        let Paged { rows, next } = page.cut(rows, |row| [row.6.to_string(), row.0.to_string()]);
        let deed = |(_, user, item, kind, value, text, at_ms, answer, party): PagedRow| {
            interaction((user, item, kind, value, text, at_ms, answer, party))
        };
        Ok(Paged { rows: rows.into_iter().map(deed).collect::<Result<_, _>>()?, next })
    }

    /// What several people did, newest first, at most `limit_each` of each. Who does not exist or did nothing is not
    /// in the answer.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn histories(
        &self,
        users: &[UserId],
        limit_each: u32,
    ) -> Result<HashMap<UserId, Vec<Interaction>>, StorageError> {
        let ids = sorted(users.iter().map(UserId::as_str));
        let limits = vec![i64::from(limit_each); ids.len()];
        let rows: Vec<HistoryRow> = self
            .db
            .read()
            .await?
            .all_rows(
                "SELECT h.user_id, h.item_id, i.kind, i.value, i.text, i.at_ms, i.recommendation_id, i.party
                 FROM (SELECT u.id AS user_id, t.id AS item_id, i.pk AS pk, r.most AS most,
                              ROW_NUMBER() OVER (PARTITION BY i.user_pk ORDER BY i.at_ms DESC, i.pk DESC) AS place
                       FROM {rows} CROSS JOIN users u CROSS JOIN interactions i CROSS JOIN items t
                       WHERE u.id = r.id AND i.user_pk = u.pk AND t.pk = i.item_pk AND t.removed = 0) AS h
                 CROSS JOIN interactions i WHERE i.pk = h.pk AND h.place <= h.most ORDER BY h.user_id, h.place",
                &Rows::new().text("id", ids).int("most", limits),
            )
            .await?;
        let mut histories: HashMap<UserId, Vec<Interaction>> = HashMap::new();
        for row in rows {
            let row = interaction(row)?;
            histories.entry(row.user.clone()).or_default().push(row);
        }
        Ok(histories)
    }

    /// Writes interactions of a data set. The same person, item, kind, time and party is one row, whose later value wins, so
    /// that importing again changes nothing. Rows with unknown people or items are skipped.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn import_interactions(&self, interactions: &[Interaction]) -> Result<Written, StorageError> {
        let mut written = Written::default();
        for chunk in interactions.chunks(CHUNK) {
            written.add(self.import_chunk(chunk).await?);
        }
        Ok(written)
    }

    async fn import_chunk(&self, chunk: &[Interaction]) -> Result<Written, StorageError> {
        let mut tx = self.db.write().await?;
        let users = user_keys(&mut tx, chunk.iter().map(|i| &i.user)).await?;
        let items = item_keys(&mut tx, chunk.iter().map(|i| &i.item)).await?;
        let keyed: Vec<Keyed<'_>> = chunk
            .iter()
            .filter_map(|i| Some((i, *users.get(i.user.as_str())?, *items.get(i.item.as_str())?)))
            .collect();
        let distinct: Vec<Keyed<'_>> =
            last_of_each(&keyed, |k| (k.1, k.2, k.0.kind, k.0.at_ms, k.0.party.clone()))
                .into_iter()
                .copied()
                .collect();
        let rows = batch(&distinct);
        let existing: Vec<(i64,)> = tx
            .all_rows(
                "SELECT COUNT(*) FROM {rows} CROSS JOIN interactions i WHERE i.imported = 1
                 AND i.user_pk = r.user_pk AND i.item_pk = r.item_pk AND i.kind = r.kind AND i.at_ms = r.at_ms
                 AND COALESCE(i.party, '') = COALESCE(r.party, '')",
                &rows,
            )
            .await?;
        let touched = tx
            .run_rows(
                "INSERT INTO interactions (user_pk, item_pk, kind, value, text, at_ms, recommendation_id, party, imported)
                 SELECT r.user_pk, r.item_pk, r.kind, r.value, r.text, r.at_ms, r.recommendation_id, r.party, 1
                 FROM {rows} WHERE true
                 ON CONFLICT (user_pk, item_pk, kind, at_ms, COALESCE(party, '')) WHERE imported = 1
                 DO UPDATE SET value = excluded.value, text = excluded.text,
                     recommendation_id = excluded.recommendation_id
                 WHERE interactions.value IS DISTINCT FROM excluded.value
                    OR interactions.text IS DISTINCT FROM excluded.text
                    OR interactions.recommendation_id IS DISTINCT FROM excluded.recommendation_id",
                &rows,
            )
            .await?;
        tx.commit().await?;
        let existing = existing.first().map_or(0, |(n,)| n.unsigned_abs());
        let mut written =
            Written::count(distinct.len() as u64, existing, touched, (chunk.len() - keyed.len()) as u64);
        // A row that came twice in the chunk stands for itself once and was unchanged the other times.
        written.unchanged += (keyed.len() - distinct.len()) as u64;
        Ok(written)
    }

    /// Every interaction of a person with an item that was not removed, compactly.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn training_rows(&self) -> Result<TrainingRows, StorageError> {
        let mut connection = self.db.read().await?;
        let mut all = TrainingRows::default();
        let (mut users, mut items) = (HashMap::new(), HashMap::new());
        connection
            .each("SELECT pk, id FROM users ORDER BY pk", args![], |(pk, id): (i64, String)| {
                users.insert(pk, place(all.users.len())?);
                all.users.push(parse("user id", &id)?);
                Ok(())
            })
            .await?;
        connection
            .each(
                "SELECT pk, id FROM items WHERE removed = 0 ORDER BY pk",
                args![],
                |(pk, id): (i64, String)| {
                    items.insert(pk, place(all.items.len())?);
                    all.items.push(parse("item id", &id)?);
                    Ok(())
                },
            )
            .await?;
        let mut after = i64::MIN;
        while let Some((last, lines)) = packed(&mut connection, after).await? {
            for line in lines.lines() {
                let (user, item, kind, value, at_ms) =
                    unpacked(line).ok_or_else(|| StorageError::corrupt("interaction", line))?;
                // Somebody who came after the people were read is left for the next training.
                if let (Some(&user), Some(&item)) = (users.get(&user), items.get(&item)) {
                    all.rows.push(TrainingRow { user, item, kind: kind_of(kind)?, value, at_ms });
                }
            }
            after = last;
        }
        Ok(all)
    }

    /// The items with most deeds since a time, and how many; turning down and disliking do not count.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn popular(
        &self,
        since_ms: i64,
        domain: Option<Domain>,
        limit: u32,
    ) -> Result<Vec<(ItemId, u64)>, StorageError> {
        let rows: Vec<(String, i64)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT t.id, COUNT(*) FROM interactions i JOIN items t ON t.pk = i.item_pk
                 WHERE i.at_ms >= $1 AND i.kind <> $2 AND i.kind <> $3 AND t.removed = 0
                   AND ($4 IS NULL OR t.domain = $4)
                 GROUP BY t.id ORDER BY COUNT(*) DESC, t.id LIMIT $5",
                args![
                    since_ms,
                    InteractionKind::Skip as i64,
                    InteractionKind::Dislike as i64,
                    domain.map(Domain::as_str),
                    limit
                ],
            )
            .await?;
        rows.iter().map(|(id, n)| Ok((parse("item id", id)?, n.unsigned_abs()))).collect()
    }
}

/// Rows that the database packs into one text when everything is read.
const PACK: u32 = 20_000;

/// The next rows after a key as lines of one text, with the last key. Handing over every row of SQLite by itself takes
/// ten times as long, as it runs on a thread of its own.
async fn packed(connection: &mut Connection, after: i64) -> Result<Option<(i64, String)>, StorageError> {
    let row: Option<(Option<i64>, Option<String>)> = connection
        .first(
            "SELECT MAX(p.pk), string_agg(p.user_pk || ' ' || p.item_pk || ' ' || p.kind || ' ' || p.at_ms || ' '
                    || COALESCE(CAST(p.value AS TEXT), ''), '\n')
             FROM (SELECT pk, user_pk, item_pk, kind, at_ms, value FROM interactions WHERE pk > $1
                   ORDER BY pk LIMIT $2) AS p",
            args![after, PACK],
        )
        .await?;
    Ok(row.and_then(|(last, lines)| Some((last?, lines?))))
}

/// User, item, kind, value and time of a packed line.
fn unpacked(line: &str) -> Option<(i64, i64, i16, Option<f32>, i64)> {
    let mut words = line.split(' ');
    let (user, item) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (kind, at_ms) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let value = match words.next()? {
        "" => None,
        number => Some(number.parse().ok()?),
    };
    Some((user, item, kind, value, at_ms))
}

fn place(length: usize) -> Result<u32, StorageError> {
    u32::try_from(length).map_err(|_| StorageError::corrupt("table", "more than four thousand million rows"))
}
