//! What operators and administrators see: keys, audit, counts and models.

use super::{RoleName, Stamp};
use serde::Serialize;
use serde_json::Value;
use soiree_domain::{ModelVersion, UserId};
use soiree_storage::{AuditRow, Counts, Key, ModelRow};
use utoipa::ToSchema;

/// A key, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyView {
    /// Its id.
    #[schema(example = "01946f2a-9d1c-7cc3-98c4-dc0c0c07398f")]
    pub id: String,
    /// Its name.
    #[schema(example = "shop backend")]
    pub name: String,
    /// What its holder may do.
    pub role: RoleName,
    /// Whom it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "demo:ana")]
    pub user: Option<UserId>,
    /// When it was made.
    pub created_at: Stamp,
    /// Until when it is good; absent for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<Stamp>,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub revoked_at: Option<Stamp>,
}

impl From<Key> for KeyView {
    fn from(key: Key) -> Self {
        Self {
            id: key.id,
            name: key.name,
            role: key.role.into(),
            user: key.user,
            created_at: Stamp(key.created_at_ms),
            expires_at: key.expires_at_ms.map(Stamp),
            revoked_at: key.revoked_at_ms.map(Stamp),
        }
    }
}

/// All keys but guests'.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Keys)]
pub struct KeysView {
    /// Oldest first, those that were taken back included.
    pub keys: Vec<KeyView>,
}

/// A key that was just made.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = NewKeyAnswer)]
pub struct NewKeyView {
    /// The key.
    #[serde(flatten)]
    pub key: KeyView,
    /// Its secret, shown this once.
    #[schema(example = "sk_5f2c…")]
    pub token: String,
}

crate::input! {
    /// A key to make.
    #[derive(Debug, Clone, ToSchema)]
    pub struct KeyBody {
        /// Its name, 1 to 80 characters.
        #[schema(example = "shop backend")]
        name: String,
        /// What its holder may do.
        role: RoleName,
        /// Whom it stands for; needed for the role `user`.
        #[schema(value_type = Option<String>, example = "demo:ana")]
        user: Option<UserId>,
        /// How long it is good, in days; for ever when absent.
        #[schema(example = 90, minimum = 1, maximum = 3650)]
        days: Option<u32>,
    }
}

/// One line of the audit.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuditLine)]
pub struct AuditView {
    /// When.
    pub at: Stamp,
    /// Who: a person's id or a key's id.
    pub actor: String,
    /// What was done.
    #[schema(example = "key.create")]
    pub action: String,
    /// To what.
    pub object: String,
    /// More about it.
    #[serde(skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object, required = false)]
    pub detail: Value,
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        let detail = serde_json::from_str(&row.detail).ok().filter(Value::is_object).unwrap_or(Value::Null);
        Self { at: Stamp(row.at_ms), actor: row.actor, action: row.action, object: row.object, detail }
    }
}

/// Counts of what is stored and what lives on this node.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Stats)]
pub struct StatsView {
    /// People, guests and synthetic ones included.
    pub users: u64,
    /// Items.
    pub items: u64,
    /// Interactions.
    pub interactions: u64,
    /// Links between items.
    pub relations: u64,
    /// Friendships.
    pub friendships: u64,
    /// Parties, ended ones included.
    pub parties: u64,
    /// Parties that live in memory on this node.
    pub live_parties: usize,
    /// Connections attached to them.
    pub connections: usize,
    /// Parties that were rebuilt after a crash since the start.
    pub rebuilt: u64,
    /// The model set that answers now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub serving: Option<ModelVersion>,
    /// The server's time.
    pub now: Stamp,
}

impl StatsView {
    /// Puts the counts together.
    #[must_use]
    pub fn of(
        counts: Counts,
        live: soiree_actors::Stats,
        serving: Option<ModelVersion>,
        now_ms: i64,
    ) -> Self {
        Self {
            users: counts.users,
            items: counts.items,
            interactions: counts.interactions,
            relations: counts.relations,
            friendships: counts.friendships,
            parties: counts.parties,
            live_parties: live.parties,
            connections: live.connections,
            rebuilt: live.rebuilt,
            serving,
            now: Stamp(now_ms),
        }
    }
}

/// A fitted model set.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Model)]
pub struct ModelView {
    /// Its version.
    #[schema(value_type = String)]
    pub version: ModelVersion,
    /// `registered`, `serving` or `retired`.
    #[schema(example = "serving")]
    pub status: String,
    /// When it was fitted.
    pub created_at: Stamp,
    /// What it was fitted with.
    #[schema(value_type = Object)]
    pub parameters: Value,
    /// How good it is on its hold-out.
    #[schema(value_type = Object)]
    pub metrics: Value,
    /// The checksum of its files.
    pub checksum: String,
    /// Items it knows.
    pub items: i64,
    /// People it was fitted on.
    pub users: i64,
    /// Interactions it was fitted on.
    pub interactions: i64,
}

impl From<ModelRow> for ModelView {
    fn from(row: ModelRow) -> Self {
        let json = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        Self {
            status: row.status.as_str().to_owned(),
            created_at: Stamp(row.created_at_ms),
            parameters: json(&row.parameters),
            metrics: json(&row.metrics),
            version: row.version,
            checksum: row.checksum,
            items: row.items,
            users: row.users,
            interactions: row.interactions,
        }
    }
}

/// All model sets.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Models)]
pub struct ModelsView {
    /// The version that answers now on this node.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub serving: Option<ModelVersion>,
    /// Newest first.
    pub models: Vec<ModelView>,
}
