//! Soirée's own lines: one JSON object each, tagged by `type`.

use crate::{
    DatasetError, Record,
    import::{Layout, Pass, Role, Tells},
    record::refuse,
    source::{Encoding, find_all},
};
use serde::Deserialize;
use soiree_domain::{Friendship, Interaction, Item, Relation, User};
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

/// The part of a line that says what it is.
#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tagged {
    Item(Item),
    User(User),
    Interaction(Interaction),
    Friend(Friendship),
    Relation(Relation),
}

struct Jsonl {
    /// Every file, and whether it holds people and whether it holds anything else than works and people.
    files: Vec<(PathBuf, bool, bool)>,
}

/// Opens a file, or all `*.jsonl` of a folder.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Layout>, DatasetError> {
    let files = if path.is_dir() { find_all(path, "", ".jsonl") } else { vec![path.to_owned()] };
    if files.is_empty() {
        let looked_for = "files named *.jsonl";
        return Err(DatasetError::Missing { format: "jsonl", path: path.to_owned(), looked_for });
    }
    Ok(Box::new(Jsonl { files: files.into_iter().map(|file| (file, false, false)).collect() }))
}

impl Layout for Jsonl {
    fn name(&self) -> &'static str {
        "Soirée JSONL"
    }

    fn passes(&self) -> Vec<Pass> {
        let mut passes = Vec::new();
        for (role, tells) in
            [(Role::Items, Tells::All), (Role::Users, Tells::Content), (Role::Rest, Tells::Content)]
        {
            passes.extend(self.files.iter().map(|(file, _, _)| Pass {
                file: file.clone(),
                role,
                encoding: Encoding::Utf8,
                header: false,
                tells,
            }));
        }
        passes
    }

    fn skips(&self, pass: &Pass) -> bool {
        let holds = |found: fn(&(PathBuf, bool, bool)) -> bool| {
            self.files.iter().any(|file| file.0 == pass.file && found(file))
        };
        match pass.role {
            Role::Users => !holds(|file| file.1),
            Role::Rest => !holds(|file| file.2),
            _ => false,
        }
    }

    fn read(&mut self, pass: &Pass, line: &str) -> Result<Option<Record>, String> {
        if line.trim().is_empty() {
            return Ok(None);
        }
        let first = pass.role == Role::Items;
        let role = match role(line) {
            Ok(role) => role,
            // The first pass has told of it.
            Err(message) => return if first { Err(message) } else { Ok(None) },
        };
        if role == pass.role {
            return parse(line).map(Some);
        }
        if first && let Some(file) = self.files.iter_mut().find(|(file, _, _)| *file == pass.file) {
            file.1 |= role == Role::Users;
            file.2 |= role == Role::Rest;
        }
        Ok(None)
    }
}

/// In which pass a line is taken.
fn role(line: &str) -> Result<Role, String> {
    let tag: Tag<'_> = serde_json::from_str(line).map_err(fault)?;
    match &*tag.kind {
        "item" => Ok(Role::Items),
        "user" => Ok(Role::Users),
        "interaction" | "friend" | "relation" => Ok(Role::Rest),
        other => {
            let shown: String = other.chars().take(40).collect();
            Err(format!("unknown type {shown:?}: use item, user, interaction, friend or relation"))
        }
    }
}

/// Reads and checks one line.
pub(crate) fn parse(line: &str) -> Result<Record, String> {
    match serde_json::from_str(line).map_err(fault)? {
        Tagged::Item(item) => refuse(&item.faults()).map(|()| Record::Item(item)),
        Tagged::User(user) => refuse(&user.faults()).map(|()| Record::User(user)),
        Tagged::Interaction(deed) => refuse(&deed.faults()).map(|()| Record::Interaction(deed)),
        Tagged::Friend(Friendship { a, b }) => {
            Friendship::new(a, b).map(Record::Friend).ok_or_else(|| "a and b are the same person".into())
        }
        Tagged::Relation(link) if link.from == link.to => Err("from and to are the same item".into()),
        Tagged::Relation(link) => Ok(Record::Relation(link)),
    }
}

/// The parser's words without its line number, which is always 1.
fn fault(error: serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ").replace(" at line 0 column 0", "")
}

#[cfg(test)]
mod tests;
