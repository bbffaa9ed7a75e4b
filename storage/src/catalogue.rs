//! Works and products, and the links between them.

use crate::{
    Page, Paged, StorageError, Store, Written,
    db::{Connection, args},
    people::{CHUNK, last_of_each, parse, sorted},
    rows::Rows,
};
use soiree_domain::{Domain, Item, ItemId, Relation};
use std::collections::HashMap;

/// Which items are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemFilter {
    /// Only this domain.
    pub domain: Option<Domain>,
    /// Only items with this text in their title or a creator's name, whatever the case. Reads every item of the
    /// domain: it is meant for catalogues' lists, not for search.
    pub text: Option<String>,
}

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere.
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The internal keys of those items that exist.
pub(crate) async fn item_keys<'a>(
    tx: &mut Connection,
    ids: impl IntoIterator<Item = &'a ItemId>,
) -> Result<HashMap<String, i64>, StorageError> {
    let rows = Rows::new().text("id", sorted(ids.into_iter().map(ItemId::as_str)));
    let found: Vec<(String, i64)> = tx
        .all_rows(
            "SELECT i.id, i.pk FROM {rows} CROSS JOIN items i WHERE i.id = r.id AND i.removed = 0 {share}",
            &rows,
        )
        .await?;
    Ok(found.into_iter().collect())
}

fn item((body,): (String,)) -> Result<Item, StorageError> {
    serde_json::from_str(&body).map_err(|error| StorageError::corrupt("item", error))
}

fn relation((from, to, kind): (String, String, String)) -> Result<Relation, StorageError> {
    Ok(Relation {
        from: parse("item id", &from)?,
        to: parse("item id", &to)?,
        kind: parse("relation", &kind)?,
    })
}

impl Store {
    /// Writes items, over older values. When one comes twice, the later counts. An item that was removed comes back
    /// with its interactions.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn put_items(&self, items: &[Item], now_ms: i64) -> Result<Written, StorageError> {
        let mut written = Written::default();
        for chunk in items.chunks(CHUNK) {
            written.add(self.put_item_chunk(&last_of_each(chunk, |i| &i.id), now_ms).await?);
        }
        Ok(written)
    }

    async fn put_item_chunk(&self, items: &[&Item], now_ms: i64) -> Result<Written, StorageError> {
        let bodies: Vec<String> = items
            .iter()
            .map(serde_json::to_string)
            .collect::<Result<_, _>>()
            .map_err(|error| StorageError::corrupt("item", error))?;
        let titles: Vec<String> = items.iter().map(|i| i.title.to_lowercase()).collect();
        let creators: Vec<String> = items.iter().map(|i| i.creators.join("\n").to_lowercase()).collect();
        let rows = Rows::new()
            .text("id", items.iter().map(|i| i.id.as_str()))
            .text("domain", items.iter().map(|i| i.domain.as_str()))
            .text("title", items.iter().map(|i| i.title.as_str()))
            .int("year", items.iter().map(|i| i.year.map(i64::from)))
            .text("title_fold", titles.iter().map(String::as_str))
            .text("creators_fold", creators.iter().map(String::as_str))
            .text("body", bodies.iter().map(String::as_str))
            .int("now_ms", items.iter().map(|_| now_ms));
        let mut tx = self.db.write().await?;
        let existing = item_keys(&mut tx, items.iter().map(|i| &i.id)).await?.len() as u64;
        let touched = tx
            .run_rows(
                "INSERT INTO items (id, domain, title, year, title_fold, creators_fold, body, created_at_ms, updated_at_ms)
                 SELECT r.id, r.domain, r.title, r.year, r.title_fold, r.creators_fold, r.body, r.now_ms, r.now_ms
                 FROM {rows} WHERE true
                 ON CONFLICT (id) DO UPDATE SET domain = excluded.domain, title = excluded.title, year = excluded.year,
                     title_fold = excluded.title_fold, creators_fold = excluded.creators_fold, body = excluded.body,
                     removed = 0, updated_at_ms = excluded.updated_at_ms
                 WHERE items.body <> excluded.body OR items.removed <> 0",
                &rows,
            )
            .await?;
        tx.commit().await?;
        Ok(Written::count(items.len() as u64, existing, touched, 0))
    }

    /// One item.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn item(&self, id: &ItemId) -> Result<Option<Item>, StorageError> {
        let sql = "SELECT body FROM items WHERE id = $1 AND removed = 0";
        self.db.read().await?.first(sql, args![id.as_str()]).await?.map(item).transpose()
    }

    /// Items in the order of their ids.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`], [`StorageError::Cursor`].
    pub async fn items(&self, page: &Page, filter: &ItemFilter) -> Result<Paged<Item>, StorageError> {
        let [after] = page.key()?.unwrap_or_default();
        let text = filter.text.as_ref().map(|text| like(&text.to_lowercase()));
        let rows: Vec<(String, String)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT id, body FROM items
                 WHERE removed = 0 AND id > $1 AND ($2 IS NULL OR domain = $2)
                   AND ($3 IS NULL OR title_fold LIKE $3 ESCAPE '\\' OR creators_fold LIKE $3 ESCAPE '\\')
                 ORDER BY id LIMIT $4",
                args![after.as_str(), filter.domain.map(Domain::as_str), text.as_deref(), page.fetch()],
            )
            .await?;
        let Paged { rows, next } = page.cut(rows, |row| [row.0.clone()]);
        Ok(Paged { rows: rows.into_iter().map(|row| item((row.1,))).collect::<Result<_, _>>()?, next })
    }

    /// The whole catalogue in the order of its ids.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn all_items(&self) -> Result<Vec<Item>, StorageError> {
        let mut items = Vec::new();
        let sql = "SELECT body FROM items WHERE removed = 0 ORDER BY id";
        let add = |row| {
            items.push(item(row)?);
            Ok(())
        };
        self.db.read().await?.each(sql, args![], add).await?;
        Ok(items)
    }

    /// Removes an item with its links; its interactions stay and are ignored. False when there was none.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn delete_item(&self, id: &ItemId) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        tx.run(
            "DELETE FROM relations WHERE from_pk = (SELECT pk FROM items WHERE id = $1)
             OR to_pk = (SELECT pk FROM items WHERE id = $1)",
            args![id.as_str()],
        )
        .await?;
        let touched = tx
            .run(
                "UPDATE items SET removed = 1, title = '', title_fold = '', creators_fold = '', body = ''
                 WHERE id = $1 AND removed = 0",
                args![id.as_str()],
            )
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }

    /// Writes links; those with an item that does not exist are skipped.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn put_relations(&self, relations: &[Relation]) -> Result<Written, StorageError> {
        let mut written = Written::default();
        for chunk in relations.chunks(CHUNK) {
            let mut tx = self.db.write().await?;
            let keys = item_keys(&mut tx, chunk.iter().flat_map(|r| [&r.from, &r.to])).await?;
            let links: Vec<(i64, i64, &str)> = chunk
                .iter()
                .filter_map(|r| {
                    Some((*keys.get(r.from.as_str())?, *keys.get(r.to.as_str())?, r.kind.as_str()))
                })
                .collect();
            let skipped = (chunk.len() - links.len()) as u64;
            let rows = Rows::new()
                .int("from_pk", links.iter().map(|l| l.0))
                .int("to_pk", links.iter().map(|l| l.1))
                .text("kind", links.iter().map(|l| l.2));
            let inserted = tx
                .run_rows(
                    "INSERT INTO relations (from_pk, to_pk, kind) SELECT r.from_pk, r.to_pk, r.kind FROM {rows} WHERE true
                     ON CONFLICT (from_pk, to_pk, kind) DO NOTHING",
                    &rows,
                )
                .await?;
            tx.commit().await?;
            let unchanged = links.len() as u64 - inserted;
            written.add(Written { inserted, updated: 0, unchanged, skipped });
        }
        Ok(written)
    }

    /// All links.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn all_relations(&self) -> Result<Vec<Relation>, StorageError> {
        let sql = "SELECT f.id, t.id, l.kind FROM relations l JOIN items f ON f.pk = l.from_pk
                   JOIN items t ON t.pk = l.to_pk ORDER BY f.id, t.id, l.kind";
        self.db.read().await?.all(sql, args![]).await?.into_iter().map(relation).collect()
    }

    /// The links from and to an item.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn relations_of(&self, item: &ItemId) -> Result<Vec<Relation>, StorageError> {
        // UNION, not UNION ALL: a link from an item to itself comes once.
        let sql = "SELECT f.id AS source, t.id AS target, l.kind AS kind FROM items f
                   JOIN relations l ON l.from_pk = f.pk JOIN items t ON t.pk = l.to_pk WHERE f.id = $1
                   UNION
                   SELECT f.id AS source, t.id AS target, l.kind AS kind FROM items t
                   JOIN relations l ON l.to_pk = t.pk JOIN items f ON f.pk = l.from_pk WHERE t.id = $1
                   ORDER BY source, target, kind";
        self.db.read().await?.all(sql, args![item.as_str()]).await?.into_iter().map(relation).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_texts_literally() {
        assert_eq!(like(r"50%_\é"), r"%50\%\_\\é%");
    }
}
