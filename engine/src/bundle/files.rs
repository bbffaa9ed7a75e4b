//! A bundle as a folder of files, and back. What is read is checked as if a stranger had written it.

use super::manifest::{FORMAT, FileEntry, MODELS, Manifest, OLDEST_FORMAT};
use super::tensors::{Reader, Writer};
use super::{Bundle, Words};
use crate::EngineError;
use crate::guess::{self, Guesses};
use crate::meaning::Meaning;
use rustc_hash::FxHashSet;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use soiree_algorithms::content_map::ContentMap;
use soiree_algorithms::group_filter::{self, Links as GroupLinks};
use soiree_algorithms::ials::{self, Ials};
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_algorithms::tfidf::{self, Tfidf};
use soiree_domain::{Domain, ItemId};
use std::collections::BTreeMap;
use std::sync::Arc;

const MANIFEST: &str = "manifest.json";
const ITEMS: &str = "items.json";
const POPULARITY: &str = "popularity.safetensors";
const IALS: &str = "ials.safetensors";
const EASE: &str = "ease.safetensors";
const ITEM_KNN: &str = "item-knn.safetensors";
const DOMAIN_MAP: &str = "domain-map.safetensors";
const GROUP_FILTER: &str = "group-filter.safetensors";
const TFIDF: &str = "tfidf.safetensors";
const TERMS: &str = "tfidf-terms.json";
const TEXT: &str = "text.safetensors";
const SBERT: &str = "sbert.safetensors";
const MEANING: &str = "meaning.safetensors";

impl Bundle {
    /// The files of the bundle's folder as (name, content), `manifest.json` first. The same bundle gives the same
    /// bytes.
    #[must_use]
    pub fn to_files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![(ITEMS.to_owned(), json(&self.ids))];
        let mut put = |name: &str, bytes: Vec<u8>| files.push((name.to_owned(), bytes));
        let popularity = Writer::default()
            .floats("scores", &[self.items()], &self.popularity)
            .whole("counts", self.counts.iter().copied());
        put(POPULARITY, popularity.bytes());
        if let Some(ials) = &self.ials {
            let factors = ials.item_factors();
            put(IALS, Writer::default().floats("factors", &[self.items(), ials.dims()], &factors).bytes());
        }
        let links = |model: &ItemToItem| Writer::default().sparse("links", model.links()).bytes();
        if let Some(ease) = &self.ease {
            put(EASE, links(ease));
        }
        if let Some(item_knn) = &self.item_knn {
            put(ITEM_KNN, links(item_knn));
        }
        if let Some(domain_map) = &self.domain_map {
            put(DOMAIN_MAP, links(domain_map));
        }
        if let Some(graphs) = &self.group_filter {
            let writer = Writer::default()
                .sparse("groups", &graphs.by_groups)
                .sparse("members", &graphs.by_members)
                .sparse("members-twice", &graphs.by_members_twice)
                .sparse("people", &graphs.by_people);
            put(GROUP_FILTER, writer.bytes());
        }
        if let Some(text) = &self.text {
            put(TEXT, links(text));
        }
        if let Some(meaning) = &self.meaning {
            let writer = Writer::default()
                .codes("codes", &[self.items(), meaning.dimensions()], &meaning.codes)
                .floats("scales", &[self.items()], &meaning.scales)
                .floats("probe", &[meaning.dimensions()], &meaning.probe);
            put(MEANING, writer.bytes());
        }
        if let Some(guesses) = &self.guesses {
            put(SBERT, write_guesses(guesses, self.items()));
        }
        if let Some(words) = &self.words {
            let idf = words.tfidf.idf();
            let writer =
                Writer::default().sparse("links", words.near.links()).sparse("rows", words.tfidf.rows());
            put(TFIDF, writer.floats("idf", &[idf.len()], idf).bytes());
            put(TERMS, json(&words.tfidf.terms()));
        }
        let entries = files.iter().map(|(name, bytes)| (name.clone(), entry(bytes))).collect();
        let manifest = Manifest { files: entries, ..self.manifest.clone() };
        files.insert(0, (MANIFEST.to_owned(), json(&manifest)));
        files
    }

    /// Reads a bundle from the files of its folder, in any order.
    ///
    /// # Errors
    /// Refuses, with the reason, another format version, unknown model names, missing files, files that are cut or
    /// altered, and content whose shapes, lengths or numbers cannot be right.
    pub fn from_files(files: &[(String, Vec<u8>)]) -> Result<Self, EngineError> {
        let folder = Folder::open(files)?;
        let manifest = folder.manifest.clone();
        let ids: Vec<ItemId> = folder.json(ITEMS)?;
        if ids.len() != manifest.items || ids.iter().collect::<FxHashSet<_>>().len() != ids.len() {
            return Err(EngineError::content(
                ITEMS,
                format!("should name {} different items", manifest.items),
            ));
        }
        let n = ids.len();
        let popularity = folder.tensors(POPULARITY)?;
        let scores = popularity.floats("scores", &[n])?;
        if scores.iter().any(|&s| s < 0.0) {
            return Err(EngineError::content(POPULARITY, "has scores below 0"));
        }
        let counts = popularity.whole("counts", n)?;
        let links = |model: &str, file: &'static str| -> Result<Option<ItemToItem>, EngineError> {
            if manifest.models.contains_key(model) {
                folder.tensors(file)?.links(n).map(Some)
            } else {
                Ok(None)
            }
        };
        Ok(Self {
            counts,
            popularity: scores,
            ials: manifest.models.get("ials").map(|params| read_ials(&folder, params, n)).transpose()?,
            ease: links("ease", EASE)?,
            item_knn: links("item-knn", ITEM_KNN)?,
            domain_map: links("domain-map", DOMAIN_MAP)?,
            group_filter: manifest
                .models
                .get("group-filter")
                .map(|params| read_group_filter(&folder, params, n))
                .transpose()?,
            text: links("text", TEXT)?.map(Arc::new),
            meaning: manifest.files.contains_key(MEANING).then(|| read_meaning(&folder, n)).transpose()?,
            guesses: manifest.models.get("sbert").map(|_| read_guesses(&folder, &manifest, n)).transpose()?,
            words: manifest.models.get("tfidf").map(|params| read_words(&folder, params, n)).transpose()?,
            ids,
            manifest,
        })
    }
}

fn read_ials(folder: &Folder<'_>, params: &serde_json::Value, items: usize) -> Result<Ials, EngineError> {
    let params: ials::Params = parse_params("ials", params)?;
    params.check().map_err(|e| EngineError::content(MANIFEST, e))?;
    let factors = folder.tensors(IALS)?.floats("factors", &[items, params.dims])?;
    Ials::from_item_factors(&factors, params).map_err(|e| EngineError::content(IALS, e))
}

fn read_group_filter(
    folder: &Folder<'_>,
    params: &serde_json::Value,
    items: usize,
) -> Result<GroupLinks, EngineError> {
    let params: group_filter::Params = parse_params("group-filter", params)?;
    params.check().map_err(|e| EngineError::content(MANIFEST, e))?;
    let tensors = folder.tensors(GROUP_FILTER)?;
    let graph = |name: &str| {
        let graph = tensors.sparse(name, items, items)?;
        if graph.values().iter().any(|&value| value < 0.0) {
            return Err(EngineError::content(GROUP_FILTER, format!("{name:?} has links below 0")));
        }
        Ok(graph)
    };
    Ok(GroupLinks {
        params,
        by_groups: graph("groups")?,
        by_members: graph("members")?,
        by_members_twice: graph("members-twice")?,
        by_people: graph("people")?,
    })
}

fn read_meaning(folder: &Folder<'_>, items: usize) -> Result<Arc<Meaning>, EngineError> {
    let tensors = folder.tensors(MEANING)?;
    let dimensions = tensors.len("probe");
    Ok(Arc::new(Meaning {
        codes: tensors.codes("codes", &[items, dimensions])?,
        scales: tensors.floats("scales", &[items])?,
        probe: tensors.floats("probe", &[dimensions])?,
    }))
}

fn write_guesses(guesses: &Guesses, items: usize) -> Vec<u8> {
    let mut writer = Writer::default().floats("factors", &[items, guesses.dims], &guesses.factors);
    for (domain, map) in Domain::ALL.into_iter().zip(&guesses.maps) {
        if let Some(map) = map {
            writer = writer.floats(domain.as_str(), &[map.features(), guesses.dims], map.weights());
        }
    }
    writer.bytes()
}

fn read_guesses(folder: &Folder<'_>, manifest: &Manifest, items: usize) -> Result<Guesses, EngineError> {
    let params = manifest.models.get("ials").ok_or_else(|| EngineError::content(SBERT, "needs ials"))?;
    let params: ials::Params = parse_params("ials", params)?;
    let (tensors, dims) = (folder.tensors(SBERT)?, params.dims);
    let features = guess::width(folder.tensors(MEANING)?.len("probe"));
    let factors = tensors.floats("factors", &[items, dims])?;
    let mut maps: [Option<ContentMap>; 5] = Default::default();
    for domain in Domain::ALL {
        if tensors.len(domain.as_str()) > 0 {
            let weights = tensors.floats(domain.as_str(), &[features, dims])?;
            let map = ContentMap::from_weights(features, dims, weights);
            maps[domain.index()] = Some(map.map_err(|e| EngineError::content(SBERT, e))?);
        }
    }
    Ok(Guesses { maps, factors, dims })
}

fn read_words(
    folder: &Folder<'_>,
    params: &serde_json::Value,
    items: usize,
) -> Result<Arc<Words>, EngineError> {
    let weights: tfidf::Weights = parse_params("tfidf", params)?;
    let terms: Vec<String> = folder.json(TERMS)?;
    if !terms.windows(2).all(|w| w[0] < w[1]) {
        return Err(EngineError::content(TERMS, "terms must rise"));
    }
    let tensors = folder.tensors(TFIDF)?;
    let idf = tensors.floats("idf", &[terms.len()])?;
    let rows = tensors.sparse("rows", items, terms.len())?;
    let near = tensors.links(items)?;
    Ok(Arc::new(Words { tfidf: Tfidf::from_parts(terms, idf, rows, weights), near }))
}

fn parse_params<T: DeserializeOwned>(model: &str, params: &serde_json::Value) -> Result<T, EngineError> {
    T::deserialize(params).map_err(|e| EngineError::content(MANIFEST, format!("parameters of {model}: {e}")))
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("plain values with text keys become JSON")
}

fn entry(bytes: &[u8]) -> FileEntry {
    let sha256 = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    FileEntry { sha256, bytes: bytes.len() }
}

/// The files of one folder, all of them what the manifest says.
struct Folder<'a> {
    files: BTreeMap<&'a str, &'a [u8]>,
    manifest: Manifest,
}

impl<'a> Folder<'a> {
    fn open(files: &'a [(String, Vec<u8>)]) -> Result<Self, EngineError> {
        let files: BTreeMap<&str, &[u8]> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
        let bytes = files.get(MANIFEST).ok_or_else(|| EngineError::Missing(MANIFEST.to_owned()))?;
        // The format is asked for first: a later one may have fields that this one does not know.
        #[derive(serde::Deserialize)]
        struct Format {
            format: u32,
        }
        let fault = |e: serde_json::Error| EngineError::content(MANIFEST, e);
        let Format { format } = serde_json::from_slice(bytes).map_err(fault)?;
        if !(OLDEST_FORMAT..=FORMAT).contains(&format) {
            return Err(EngineError::Format { found: format, oldest: OLDEST_FORMAT, newest: FORMAT });
        }
        let mut manifest: Manifest = serde_json::from_slice(bytes).map_err(fault)?;
        // From here on it is one of this format, which is how it would be written.
        manifest.format = FORMAT;
        if let Some(model) = manifest.models.keys().find(|name| !MODELS.contains(&name.as_str())) {
            return Err(EngineError::UnknownModel(model.clone()));
        }
        let learned = [manifest.blend, manifest.blend_cold].into_iter().flatten().flatten();
        let learned = learned.chain(manifest.blend_group.into_iter().flatten());
        if learned.chain(manifest.blend_new.into_iter().flatten()).any(|w| !(0.0..=1.0).contains(&w)) {
            return Err(EngineError::content(MANIFEST, "weights of the blend must lie between 0 and 1"));
        }
        for (name, known) in &manifest.files {
            let bytes = files.get(name.as_str()).ok_or_else(|| EngineError::Missing(name.clone()))?;
            if entry(bytes) != *known {
                return Err(EngineError::Checksum { file: name.clone() });
            }
        }
        Ok(Self { files, manifest })
    }

    /// A file that the manifest vouches for.
    fn file(&self, name: &str) -> Result<&'a [u8], EngineError> {
        let vouched = self.manifest.files.contains_key(name);
        self.files.get(name).copied().filter(|_| vouched).ok_or_else(|| EngineError::Missing(name.to_owned()))
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, EngineError> {
        serde_json::from_slice(self.file(name)?).map_err(|e| EngineError::content(name, e))
    }

    fn tensors(&self, name: &'static str) -> Result<Reader<'a>, EngineError> {
        Reader::new(name, self.file(name)?)
    }
}
