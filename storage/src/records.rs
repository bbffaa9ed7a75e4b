//! What was shown to whom, and who did what to the system.

use crate::{
    Page, Paged, StorageError, Store,
    db::{Connection, args},
    people::parse,
    rows::Rows,
};
use soiree_domain::{ItemId, ModelVersion, PartyId, RecommendationId, Surface, UserId};

/// An answer that was shown; feedback names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// The answer's id.
    pub recommendation_id: RecommendationId,
    /// Who saw it; absent for a room's answer.
    pub user: Option<UserId>,
    /// The party it was shown in.
    pub party: Option<PartyId>,
    /// Where it was shown.
    pub surface: Surface,
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// The models that made it.
    pub version: ModelVersion,
    /// The items in their order, with their scores.
    pub items: Vec<(ItemId, f32)>,
}

/// One line of the audit. People are named by their bare id in `actor` or `object`, or as a JSON string in
/// `detail`; [`Store::delete_user`] finds them there and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// Who did it: a user's id or a key's name.
    pub actor: String,
    /// What was done, such as `key.create`.
    pub action: String,
    /// To what.
    pub object: String,
    /// More, as a JSON text or nothing.
    pub detail: String,
}

impl Store {
    /// An answer that was shown.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn exposure(&self, id: &RecommendationId) -> Result<Option<Exposure>, StorageError> {
        type Row = (Option<String>, Option<String>, String, i64, String, String);
        let row: Option<Row> = self
            .db
            .read()
            .await?
            .first(
                "SELECT u.id, e.party, e.surface, e.at_ms, e.version, e.items
                 FROM exposures e LEFT JOIN users u ON u.pk = e.user_pk WHERE e.id = $1",
                args![id.as_str()],
            )
            .await?;
        let Some((user, party, surface, at_ms, version, items)) = row else { return Ok(None) };
        Ok(Some(Exposure {
            recommendation_id: id.clone(),
            user: user.map(|text| parse("user id", &text)).transpose()?,
            party: party.map(|text| parse("party id", &text)).transpose()?,
            surface: parse("surface", &surface)?,
            at_ms,
            version: parse("model version", &version)?,
            items: serde_json::from_str(&items).map_err(|e| StorageError::corrupt("exposure", e))?,
        }))
    }

    /// The audit, newest line first.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Cursor`].
    pub async fn audit(&self, page: &Page) -> Result<Paged<AuditRow>, StorageError> {
        let before = match page.key::<1>()? {
            Some([pk]) => pk.parse().map_err(|_| StorageError::Cursor)?,
            None => i64::MAX,
        };
        let rows: Vec<(i64, i64, String, String, String, String)> = self
            .db
            .read()
            .await?
            .all(
                "SELECT pk, at_ms, actor, action, object, detail FROM audit WHERE pk < $1 ORDER BY pk DESC LIMIT $2",
                args![before, page.fetch()],
            )
            .await?;
        let Paged { rows, next } = page.cut(rows, |row| [row.0.to_string()]);
        let rows = rows
            .into_iter()
            .map(|(_, at_ms, actor, action, object, detail)| AuditRow {
                at_ms,
                actor,
                action,
                object,
                detail,
            })
            .collect();
        Ok(Paged { rows, next })
    }
}

/// Writes answers that were shown; one whose id is there already is left as it is.
pub(crate) async fn write_exposures(
    tx: &mut Connection,
    exposures: &[(&Exposure, Option<i64>)],
) -> Result<(), StorageError> {
    let items: Vec<String> = exposures
        .iter()
        .map(|(e, _)| serde_json::to_string(&e.items))
        .collect::<Result<_, _>>()
        .map_err(|e| StorageError::corrupt("exposure", e))?;
    let shown = || exposures.iter().map(|(e, _)| e);
    let rows = Rows::new()
        .text("id", shown().map(|e| e.recommendation_id.as_str()))
        .int("user_pk", exposures.iter().map(|(_, pk)| *pk))
        .text("party", shown().map(|e| e.party.as_ref().map(PartyId::as_str)))
        .text("surface", shown().map(|e| e.surface.as_str()))
        .int("at_ms", shown().map(|e| e.at_ms))
        .text("version", shown().map(|e| e.version.as_str()))
        .text("items", items.iter().map(String::as_str));
    tx.run_rows(
        "INSERT INTO exposures (id, user_pk, party, surface, at_ms, version, items)
         SELECT r.id, r.user_pk, r.party, r.surface, r.at_ms, r.version, r.items FROM {rows} WHERE true
         ON CONFLICT (id) DO NOTHING",
        &rows,
    )
    .await?;
    Ok(())
}

/// Writes lines of the audit in their order.
pub(crate) async fn write_audit(tx: &mut Connection, lines: &[&AuditRow]) -> Result<(), StorageError> {
    let rows = Rows::new()
        .int("at_ms", lines.iter().map(|l| l.at_ms))
        .text("actor", lines.iter().map(|l| l.actor.as_str()))
        .text("action", lines.iter().map(|l| l.action.as_str()))
        .text("object", lines.iter().map(|l| l.object.as_str()))
        .text("detail", lines.iter().map(|l| l.detail.as_str()));
    tx.run_rows(
        "INSERT INTO audit (at_ms, actor, action, object, detail)
         SELECT r.at_ms, r.actor, r.action, r.object, r.detail FROM {rows} WHERE true",
        &rows,
    )
    .await?;
    Ok(())
}
