//! The configuration's shape, its layers and its checks. Nothing else knows how the file looks.
//!
//! Layers, later ones win: the embedded `configs/default.toml`, `--config FILE`, `SOIREE__SECTION__KEY`,
//! flags. Unknown keys, wrong types and values out of range are all reported together.

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
    value::{Dict, Value},
};
use serde::Deserialize;
use soiree_domain::Strategy;
use soiree_web::access::remote::{ForwardedBy, Network, Proxies};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

/// The embedded defaults, with every key and its comment.
pub(crate) const DEFAULT: &str = include_str!("../configs/default.toml");

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) storage: Storage,
    pub(crate) journal: Journal,
    pub(crate) access: Access,
    pub(crate) live: Live,
    pub(crate) budget: Budget,
    pub(crate) party: Party,
    pub(crate) recommend: Recommend,
    pub(crate) models: Models,
    pub(crate) demo: Demo,
    pub(crate) log: Log,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) data_dir: PathBuf,
    pub(crate) workers: usize,
    pub(crate) max_body_bytes: usize,
    pub(crate) shutdown_s: u64,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) forwarded_by: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Storage {
    pub(crate) url: String,
    pub(crate) sqlite_synchronous: String,
    pub(crate) max_readers: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Journal {
    pub(crate) max_waiting: usize,
    pub(crate) max_group: usize,
    pub(crate) gather_ms: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Access {
    pub(crate) guests: bool,
    pub(crate) guest_burst: u32,
    pub(crate) api_keys: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Live {
    pub(crate) max_queue_bytes: usize,
    pub(crate) max_frame_bytes: usize,
    pub(crate) frames_per_second: u32,
    pub(crate) frames_burst: u32,
    pub(crate) bytes_per_second: u32,
    pub(crate) bytes_burst: u32,
    pub(crate) heartbeat_s: u64,
    pub(crate) hello_s: u64,
    pub(crate) origins: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Budget {
    pub(crate) user_sockets: u32,
    pub(crate) user_hellos_per_minute: u32,
    pub(crate) user_joins_per_minute: u32,
    pub(crate) address_sockets: u32,
    pub(crate) address_hellos_per_minute: u32,
    pub(crate) address_joins_per_minute: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Party {
    pub(crate) max_members: usize,
    pub(crate) chat_tail: usize,
    pub(crate) recovery_s: i64,
    pub(crate) recovery_events: usize,
    pub(crate) away_grace_s: i64,
    pub(crate) idle_s: i64,
    pub(crate) mood_interval_ms: i64,
    pub(crate) mood_shift: f32,
    pub(crate) refresh_gap_ms: i64,
    pub(crate) refresh_every_s: i64,
    pub(crate) round_items: usize,
    pub(crate) snapshot_every: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Recommend {
    pub(crate) deadline_ms: u64,
    pub(crate) threads: usize,
    pub(crate) max_waiting: usize,
    pub(crate) cached_people: usize,
    pub(crate) strategy: Strategy,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Models {
    pub(crate) seed: u64,
    pub(crate) enabled: Vec<String>,
    pub(crate) keep: usize,
    pub(crate) encoder: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Demo {
    pub(crate) enabled: bool,
    pub(crate) people: usize,
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) json: bool,
}

/// Every fault of the configuration, one line each.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {} fault(s):\n  {}", .0.len(), .0.join("\n  "))]
pub(crate) struct ConfigFaults(pub(crate) Vec<String>);

/// A configuration with its layers, so that each value can say where it came from.
pub(crate) struct Loaded {
    pub(crate) config: Config,
    figment: Figment,
}

/// One value for `soiree config show`.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Shown {
    pub(crate) key: String,
    pub(crate) value: serde_json::Value,
    pub(crate) origin: String,
}

/// Reads all layers. `flags` are (key, value) pairs such as `("server.listen", "…")`.
pub(crate) fn load(file: Option<&PathBuf>, flags: &[(&str, String)]) -> Result<Loaded, ConfigFaults> {
    let mut figment = Figment::from(Toml::string(DEFAULT));
    if let Some(path) = file {
        if !path.is_file() {
            return Err(ConfigFaults(vec![format!("--config {}: no such file", path.display())]));
        }
        figment = figment.merge(Toml::file_exact(path));
    }
    figment = figment.merge(Env::prefixed("SOIREE__").split("__"));
    for (key, value) in flags {
        figment = figment.merge(Serialized::default(key, value));
    }
    let mut faults = unknown_and_mistyped(&figment)?;
    if !faults.is_empty() {
        return Err(ConfigFaults(faults));
    }
    let config: Config = figment
        .extract()
        .map_err(|errors| ConfigFaults(errors.into_iter().map(|e| described(&figment, &e)).collect()))?;
    faults.extend(config.faults());
    if faults.is_empty() { Ok(Loaded { config, figment }) } else { Err(ConfigFaults(faults)) }
}

fn described(figment: &Figment, error: &figment::Error) -> String {
    let key = error.path.join(".");
    format!("{key} ({}): {}", origin(figment, &key), error.kind)
}

/// Keys that the defaults do not have, and values of another type than the default's.
fn unknown_and_mistyped(figment: &Figment) -> Result<Vec<String>, ConfigFaults> {
    let parse = |figment: &Figment| -> Result<BTreeMap<String, Value>, ConfigFaults> {
        let dict: Dict = figment.extract().map_err(|e| ConfigFaults(vec![e.to_string()]))?;
        let mut flat = BTreeMap::new();
        flatten("", &dict, &mut flat);
        Ok(flat)
    };
    let known = parse(&Figment::from(Toml::string(DEFAULT)))?;
    let given = parse(figment)?;
    let mut faults = Vec::new();
    for (key, value) in &given {
        match known.get(key) {
            None => faults.push(format!("{key} ({}): no such key", origin(figment, key))),
            Some(default) if kind(default) != kind(value) => faults.push(format!(
                "{key} ({}): must be {}, not {}",
                origin(figment, key),
                kind(default),
                kind(value)
            )),
            Some(_) => {}
        }
    }
    Ok(faults)
}

fn flatten(prefix: &str, dict: &Dict, flat: &mut BTreeMap<String, Value>) {
    for (key, value) in dict {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Dict(_, inner) => flatten(&path, inner, flat),
            _ => {
                flat.insert(path, value.clone());
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Num(..) => "a number",
        Value::Bool(..) => "true or false",
        Value::Array(..) => "a list",
        Value::Dict(..) => "a section",
        _ => "a text",
    }
}

fn origin(figment: &Figment, key: &str) -> String {
    let Some(metadata) = figment.find_metadata(key) else { return "unknown".to_owned() };
    match &metadata.source {
        Some(figment::Source::File(path)) => path.display().to_string(),
        _ if metadata.name.contains("environment") => {
            format!("SOIREE__{}", key.replace('.', "__").to_uppercase())
        }
        _ if metadata.name.contains("TOML") => "default".to_owned(),
        _ => "flag".to_owned(),
    }
}

impl Config {
    /// Values that cannot work, with the way out.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut need = |ok: bool, text: &str| {
            if !ok {
                faults.push(text.to_owned());
            }
        };
        let url = &self.storage.url;
        need(
            url.is_empty()
                || ["sqlite://", "postgres://", "postgresql://"].iter().any(|p| url.starts_with(p)),
            "storage.url: must be empty or begin with sqlite:// or postgres://",
        );
        need(
            matches!(self.storage.sqlite_synchronous.as_str(), "full" | "normal"),
            "storage.sqlite_synchronous: must be \"full\" or \"normal\"",
        );
        need((1..=256).contains(&self.storage.max_readers), "storage.max_readers: must lie from 1 to 256");
        need(self.server.max_body_bytes >= 1_024, "server.max_body_bytes: must be at least 1024");
        need(self.access.guest_burst >= 1, "access.guest_burst: must be at least 1");
        need(self.journal.max_waiting >= 1, "journal.max_waiting: must be at least 1");
        need((1..=10_000).contains(&self.journal.max_group), "journal.max_group: must lie from 1 to 10000");
        need(self.journal.gather_ms <= 100, "journal.gather_ms: must be at most 100");
        need(self.live.max_queue_bytes >= 16_384, "live.max_queue_bytes: must be at least 16384");
        need(self.live.max_frame_bytes >= 1_024, "live.max_frame_bytes: must be at least 1024");
        need(self.live.frames_per_second >= 1, "live.frames_per_second: must be at least 1");
        need(self.live.bytes_per_second >= 1, "live.bytes_per_second: must be at least 1");
        need(
            self.live.bytes_burst as usize >= self.live.max_frame_bytes,
            "live.bytes_burst: must be at least live.max_frame_bytes",
        );
        need(
            self.server.trusted_proxies.iter().all(|network| network.parse::<Network>().is_ok()),
            "server.trusted_proxies: each must be an address, or a network such as \"10.0.0.0/8\"",
        );
        need(
            self.server.forwarded_by.parse::<ForwardedBy>().is_ok(),
            "server.forwarded_by: must be \"x-forwarded-for\" or \"forwarded\"",
        );
        need((1..=3_600).contains(&self.live.heartbeat_s), "live.heartbeat_s: must lie from 1 to 3600");
        need((1..=60).contains(&self.live.hello_s), "live.hello_s: must lie from 1 to 60");
        need((1..=100_000).contains(&self.party.max_members), "party.max_members: must lie from 1 to 100000");
        need((1..=100).contains(&self.party.round_items), "party.round_items: must lie from 1 to 100");
        need(self.party.snapshot_every >= 1, "party.snapshot_every: must be at least 1");
        need((0.0..=2.83).contains(&self.party.mood_shift), "party.mood_shift: must lie from 0 to 2.83");
        need(self.party.refresh_every_s >= 1, "party.refresh_every_s: must be at least 1");
        need(self.recommend.deadline_ms >= 1, "recommend.deadline_ms: must be at least 1");
        need(self.recommend.max_waiting >= 1, "recommend.max_waiting: must be at least 1");
        need(self.models.keep >= 1, "models.keep: must be at least 1");
        need((1..=100_000).contains(&self.demo.people), "demo.people: must lie from 1 to 100000");
        faults
    }

    /// The proxies whose word is taken.
    pub(crate) fn proxies(&self) -> Proxies {
        let trusted = &self.server.trusted_proxies;
        Proxies {
            trusted: trusted.iter().filter_map(|network| network.parse().ok()).collect(),
            forwarded_by: self.server.forwarded_by.parse().unwrap_or_default(),
        }
    }

    /// The database's address: the configured one, or the file in the data folder.
    pub(crate) fn storage_url(&self) -> String {
        if self.storage.url.is_empty() {
            format!("sqlite://{}", self.server.data_dir.join("soiree.db").display())
        } else {
            self.storage.url.clone()
        }
    }
}

impl Loaded {
    /// Every value with its origin; passwords in addresses are blotted out.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        let Ok(dict) = self.figment.extract::<Dict>() else { return Vec::new() };
        let mut flat = BTreeMap::new();
        flatten("", &dict, &mut flat);
        let value = |key: &str, value: &Value| {
            let json = serde_json::to_value(value).unwrap_or_default();
            match (key, json.as_str()) {
                ("storage.url", Some(url)) => redacted(url).into(),
                _ => json,
            }
        };
        flat.iter()
            .map(|(key, v)| Shown {
                key: key.clone(),
                value: value(key, v),
                origin: origin(&self.figment, key),
            })
            .collect()
    }
}

/// The address without its password.
pub(crate) fn redacted(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => match url[scheme + 3..at].find(':') {
            Some(colon) => format!("{}:***{}", &url[..scheme + 3 + colon], &url[at..]),
            None => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_whole_and_without_fault() {
        let loaded = load(None, &[]).unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(loaded.config.server.listen.to_string(), "127.0.0.1:8080");
        assert!(loaded.shown().iter().all(|shown| shown.origin == "default"));
    }

    #[test]
    fn all_faults_are_reported_together_with_their_origin() {
        let dir = std::env::temp_dir().join(format!("soiree-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("bad.toml");
        std::fs::write(&file, "[server]\nlistn = \"x\"\n[party]\nmax_members = \"many\"\n").unwrap();
        let Err(ConfigFaults(faults)) = load(Some(&file), &[]) else { panic!("must be refused") };
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults.iter().any(|f| f.contains("server.listn") && f.contains("bad.toml")), "{faults:?}");
        assert!(
            faults.iter().any(|f| f.contains("party.max_members") && f.contains("a number")),
            "{faults:?}"
        );
    }

    #[test]
    fn flags_win_and_say_so() {
        let loaded =
            load(None, &[("server.listen", "127.0.0.1:9".to_owned())]).unwrap_or_else(|f| panic!("{f}"));
        assert_eq!(loaded.config.server.listen.port(), 9);
        let shown = loaded.shown();
        assert_eq!(shown.iter().find(|s| s.key == "server.listen").map(|s| s.origin.as_str()), Some("flag"));
    }

    #[test]
    fn passwords_are_blotted_out() {
        assert_eq!(redacted("postgres://ana:secret@db/soiree"), "postgres://ana:***@db/soiree");
        assert_eq!(redacted("postgres://ana@db/soiree"), "postgres://ana@db/soiree");
        assert_eq!(redacted(""), "");
    }
}
