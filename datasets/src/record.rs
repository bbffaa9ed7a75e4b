//! What comes out of a data set.

use soiree_domain::{Friendship, Interaction, Item, Relation, User};
use std::{fmt, path::PathBuf};

/// One well-formed thing of a data set.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A work.
    Item(Item),
    /// A person.
    User(User),
    /// A deed.
    Interaction(Interaction),
    /// Two people who know each other.
    Friend(Friendship),
    /// A link between two works.
    Relation(Relation),
}

/// A line that could not be taken. It never ends the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, a lower-case fragment.
    pub message: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

impl std::error::Error for BadLine {}

/// The faults of a record in one line, or nothing.
pub(crate) fn refuse(faults: &[soiree_domain::bounds::FieldError]) -> Result<(), String> {
    if faults.is_empty() {
        return Ok(());
    }
    let faults: Vec<_> = faults.iter().map(|f| format!("{}: {}", f.field, f.message)).collect();
    Err(faults.join("; "))
}
