//! The registry of fitted models. Their files are kept by [`crate::artifacts::Artifacts`].

use crate::{StorageError, Store, db::args, people::parse};
use soiree_domain::ModelVersion;
use std::str::FromStr;

/// Where a model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelStatus {
    /// Fitted and kept, never served.
    Registered,
    /// Answers are made with it.
    Serving,
    /// Was served once.
    Retired,
}

impl ModelStatus {
    /// The name used in JSON and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Serving => "serving",
            Self::Retired => "retired",
        }
    }
}

impl FromStr for ModelStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Registered, Self::Serving, Self::Retired]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("unknown model status {text:?}: use registered, serving or retired"))
    }
}

/// One fitted set of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRow {
    /// Its version.
    pub version: ModelVersion,
    /// When it was fitted, Unix milliseconds.
    pub created_at_ms: i64,
    /// Where it stands.
    pub status: ModelStatus,
    /// What it was fitted with, a JSON text.
    pub parameters: String,
    /// How good it is, a JSON text.
    pub metrics: String,
    /// The checksum of its files, as saving them returned it.
    pub checksum: String,
    /// Items it knows.
    pub items: i64,
    /// People it was fitted on.
    pub users: i64,
    /// Interactions it was fitted on.
    pub interactions: i64,
}

type Row = (String, i64, String, String, String, String, i64, i64, i64);

fn model(row: Row) -> Result<ModelRow, StorageError> {
    let (version, created_at_ms, status, parameters, metrics, checksum, items, users, interactions) = row;
    let (version, status) = (parse("model version", &version)?, parse("model status", &status)?);
    Ok(ModelRow { version, created_at_ms, status, parameters, metrics, checksum, items, users, interactions })
}

impl Store {
    /// Registers a model. A row with the status `serving` takes the place of the one that serves.
    ///
    /// # Errors
    /// [`StorageError::ModelExists`] when the version is registered already; [`StorageError::Database`].
    pub async fn register_model(&self, row: &ModelRow) -> Result<(), StorageError> {
        let mut tx = self.db.write().await?;
        if row.status == ModelStatus::Serving {
            tx.run("UPDATE models SET status = 'retired' WHERE status = 'serving'", args![]).await?;
        }
        let touched = tx
            .run(
                "INSERT INTO models (version, created_at_ms, status, parameters, metrics, checksum, items, users, interactions)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (version) DO NOTHING",
                args![
                    row.version.as_str(),
                    row.created_at_ms,
                    row.status.as_str(),
                    row.parameters.as_str(),
                    row.metrics.as_str(),
                    row.checksum.as_str(),
                    row.items,
                    row.users,
                    row.interactions
                ],
            )
            .await?;
        if touched == 0 {
            return Err(StorageError::ModelExists(row.version.clone()));
        }
        tx.commit().await
    }

    /// All models, newest first.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn models(&self) -> Result<Vec<ModelRow>, StorageError> {
        self.db
            .read()
            .await?
            .all(
                "SELECT version, created_at_ms, status, parameters, metrics, checksum, items, users, interactions
                 FROM models ORDER BY created_at_ms DESC, version DESC",
                args![],
            )
            .await?
            .into_iter()
            .map(model)
            .collect()
    }

    /// One model.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn model(&self, version: &ModelVersion) -> Result<Option<ModelRow>, StorageError> {
        self.db
            .read()
            .await?
            .first(
                "SELECT version, created_at_ms, status, parameters, metrics, checksum, items, users, interactions
                 FROM models WHERE version = $1",
                args![version.as_str()],
            )
            .await?
            .map(model)
            .transpose()
    }

    /// The model that answers are made with.
    ///
    /// # Errors
    /// [`StorageError::Database`], [`StorageError::Corrupt`].
    pub async fn serving(&self) -> Result<Option<ModelRow>, StorageError> {
        self.db
            .read()
            .await?
            .first(
                "SELECT version, created_at_ms, status, parameters, metrics, checksum, items, users, interactions
                 FROM models WHERE status = 'serving'",
                args![],
            )
            .await?
            .map(model)
            .transpose()
    }

    /// Has answers made with this model and no other from now on; false, and nothing changed, when it is not
    /// registered.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn set_serving(&self, version: &ModelVersion) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        tx.run(
            "UPDATE models SET status = 'retired' WHERE status = 'serving' AND version <> $1",
            args![version.as_str()],
        )
        .await?;
        let touched = tx
            .run("UPDATE models SET status = 'serving' WHERE version = $1", args![version.as_str()])
            .await?;
        if touched == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a model off the register; false when there is none or it is serving.
    ///
    /// # Errors
    /// [`StorageError::Database`].
    pub async fn delete_model(&self, version: &ModelVersion) -> Result<bool, StorageError> {
        let mut tx = self.db.write().await?;
        let touched = tx
            .run("DELETE FROM models WHERE version = $1 AND status <> 'serving'", args![version.as_str()])
            .await?;
        tx.commit().await?;
        Ok(touched > 0)
    }
}
