//! The files of fitted models: one folder per version, written whole or not at all, checked whenever it is read.
//!
//! All of this blocks; call it where blocking is allowed.

use crate::{FileFault, StorageError, page::hex};
use sha2::{Digest, Sha256};
use soiree_domain::ModelVersion;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The file that holds the SHA-256 of every other, by name.
pub const CHECKSUMS: &str = "checksums.json";

/// A folder of models' folders.
#[derive(Debug, Clone)]
pub struct Artifacts {
    dir: PathBuf,
}

impl Artifacts {
    /// Keeps models under `dir`, which is made when the first is saved.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Saves a model's files and returns the SHA-256 of their list of checksums, in hex. The folder appears under its
    /// name only when everything in it is on the disk.
    ///
    /// # Errors
    /// [`StorageError::ModelExists`]; [`StorageError::FileName`] for a name with anything but letters, digits and
    /// `-_.`, or that starts with a point; [`StorageError::File`].
    pub fn save(&self, version: &ModelVersion, files: &[(String, Vec<u8>)]) -> Result<String, StorageError> {
        let folder = self.folder(version)?;
        let mut checksums = BTreeMap::new();
        for (name, bytes) in files {
            if !is_plain(name)
                || name == CHECKSUMS
                || checksums.insert(name.as_str(), digest(bytes)).is_some()
            {
                return Err(StorageError::FileName(name.clone()));
            }
        }
        if folder.exists() {
            return Err(StorageError::ModelExists(version.clone()));
        }
        let list =
            serde_json::to_vec_pretty(&checksums).map_err(|e| StorageError::corrupt("checksums", e))?;
        let unfinished = self.dir.join(format!(".saving-{version}"));
        remove_all(&unfinished)?;
        fs::create_dir_all(&unfinished).map_err(at(&unfinished))?;
        for (name, bytes) in files {
            write_durably(&unfinished.join(name), bytes)?;
        }
        write_durably(&unfinished.join(CHECKSUMS), &list)?;
        sync_dir(&unfinished)?;
        fs::rename(&unfinished, &folder).map_err(at(&folder))?;
        sync_dir(&self.dir)?;
        Ok(digest(&list))
    }

    /// The files of a model in the order of their names.
    ///
    /// # Errors
    /// [`StorageError::ModelMissing`]; [`StorageError::ModelFile`] when a file is missing, altered or was not saved
    /// with the others; [`StorageError::File`].
    pub fn load(&self, version: &ModelVersion) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        let folder = self.folder(version)?;
        if !folder.is_dir() {
            return Err(StorageError::ModelMissing(version.clone()));
        }
        let fault = |file: &str, fault| StorageError::ModelFile {
            version: version.clone(),
            file: file.into(),
            fault,
        };
        let list = read(&folder.join(CHECKSUMS))?.ok_or_else(|| fault(CHECKSUMS, FileFault::Missing))?;
        let checksums: BTreeMap<String, String> =
            serde_json::from_slice(&list).map_err(|_| fault(CHECKSUMS, FileFault::Altered))?;
        for name in names(&folder)? {
            if name != CHECKSUMS && !checksums.contains_key(&name) {
                return Err(fault(&name, FileFault::Unexpected));
            }
        }
        let mut files = Vec::with_capacity(checksums.len());
        for (name, checksum) in checksums {
            if !is_plain(&name) {
                return Err(fault(CHECKSUMS, FileFault::Altered));
            }
            let bytes = read(&folder.join(&name))?.ok_or_else(|| fault(&name, FileFault::Missing))?;
            if digest(&bytes) != checksum {
                return Err(fault(&name, FileFault::Altered));
            }
            files.push((name, bytes));
        }
        Ok(files)
    }

    /// The checksum that [`Artifacts::save`] returned, from the folder as it is now. Compared with the registry's, it
    /// tells whether the list itself was exchanged together with the files.
    ///
    /// # Errors
    /// [`StorageError::ModelMissing`], [`StorageError::File`].
    pub fn checksum(&self, version: &ModelVersion) -> Result<String, StorageError> {
        let list = read(&self.folder(version)?.join(CHECKSUMS))?;
        list.map(|list| digest(&list)).ok_or_else(|| StorageError::ModelMissing(version.clone()))
    }

    /// The versions that are kept, sorted.
    ///
    /// # Errors
    /// [`StorageError::File`].
    pub fn list(&self) -> Result<Vec<ModelVersion>, StorageError> {
        if !self.dir.exists() {
            return Ok(Vec::new());
        }
        let mut versions: Vec<ModelVersion> = names(&self.dir)?
            .into_iter()
            .filter(|name| !name.starts_with('.') && self.dir.join(name).is_dir())
            .filter_map(|name| ModelVersion::new(name).ok())
            .collect();
        versions.sort();
        Ok(versions)
    }

    /// Removes a model's folder; false when there is none.
    ///
    /// # Errors
    /// [`StorageError::File`].
    pub fn remove(&self, version: &ModelVersion) -> Result<bool, StorageError> {
        let folder = self.folder(version)?;
        if !folder.is_dir() {
            return Ok(false);
        }
        // Renamed first, so that nobody loads a half-removed folder.
        let going = self.dir.join(format!(".removing-{version}"));
        remove_all(&going)?;
        fs::rename(&folder, &going).map_err(at(&folder))?;
        remove_all(&going)?;
        Ok(true)
    }

    fn folder(&self, version: &ModelVersion) -> Result<PathBuf, StorageError> {
        // An id cannot have a separator; a leading point is for folders that are not finished.
        if version.as_str().starts_with('.') {
            return Err(StorageError::FileName(version.to_string()));
        }
        Ok(self.dir.join(version.as_str()))
    }
}

/// Whether a name is a file's and no path.
fn is_plain(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StorageError {
    let path = path.to_owned();
    |source| StorageError::File { path, source }
}

fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let mut file = File::create(path).map_err(at(path))?;
    file.write_all(bytes).map_err(at(path))?;
    file.sync_all().map_err(at(path))
}

fn sync_dir(path: &Path) -> Result<(), StorageError> {
    File::open(path).and_then(|dir| dir.sync_all()).map_err(at(path))
}

/// A file's bytes; `None` when it is not there or is no file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, StorageError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory) => {
            Ok(None)
        }
        Err(error) => Err(at(path)(error)),
    }
}

fn names(dir: &Path) -> Result<Vec<String>, StorageError> {
    let entries = fs::read_dir(dir).map_err(at(dir))?;
    let names: io::Result<Vec<String>> =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    let mut names = names.map_err(at(dir))?;
    names.sort();
    Ok(names)
}

fn remove_all(path: &Path) -> Result<(), StorageError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}
