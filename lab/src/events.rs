//! Reads the files of a ranking protocol into numbered people, numbered items and events.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};
use soiree_algorithms::matrix::Csr;
use soiree_datasets::table::{self, Table, TableFault};

use crate::error::LabError;
use crate::protocol::{DataFile, Layout, Ranking};
use crate::texts::Texts;

/// One thing that one person did with one item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// The person's number.
    pub user: u32,
    /// The item's number.
    pub item: u32,
    /// The weight, 1 unless the protocol asks for raw values.
    pub value: f32,
    /// Unix milliseconds; 0 when the file has no times.
    pub time_ms: i64,
}

/// Names in order of their first appearance.
#[derive(Debug, Clone, Default)]
pub struct Names {
    names: Vec<String>,
    numbers: FxHashMap<String, u32>,
}

impl Names {
    /// The number of a name, new if it was never seen.
    ///
    /// # Panics
    /// Beyond 2³² names.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(found) = self.numbers.get(name) {
            return *found;
        }
        let number = u32::try_from(self.names.len()).expect("fewer than four thousand million names");
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The number of a known name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name behind a number.
    ///
    /// # Panics
    /// When nothing has this number.
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Negatives that somebody published for one person and one test item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCase {
    /// The person's number.
    pub user: u32,
    /// The test item.
    pub wanted: u32,
    /// The other candidates, as they stand in the file, faults included.
    pub negatives: Vec<u32>,
}

/// Everything a ranking protocol's files hold.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The people.
    pub users: Names,
    /// The items.
    pub items: Names,
    /// All events, for splits that are made here.
    pub interactions: Vec<Event>,
    /// The given training part.
    pub train: Vec<Event>,
    /// The given validation part.
    pub validation: Vec<Event>,
    /// The given test part.
    pub test: Vec<Event>,
    /// Published candidates.
    pub negatives: Vec<PublishedCase>,
    /// Each item's texts, when the protocol has a file of them; empty where the file lacks an item.
    pub texts: Option<Texts>,
    /// Who is a friend of whom, people × people, as written in the file.
    pub friends: Option<Csr>,
    /// Whether events carry times.
    pub timed: bool,
    /// Events left out because their value was too small.
    pub below_min_value: usize,
    /// Events left out because the same person and item came again later.
    pub repeated: usize,
}

/// Where a path of a protocol leads: beside the protocol when it begins with a dot, else under the data folder.
#[must_use]
pub fn resolve(path: &Path, protocol: &Path, data_dir: &Path) -> PathBuf {
    if path.starts_with(".") || path.starts_with("..") {
        protocol.parent().unwrap_or(Path::new("")).join(path)
    } else {
        data_dir.join(path)
    }
}

/// Reads all files of a ranking protocol.
///
/// # Errors
/// [`LabError::Data`] with file and line.
pub fn load(ranking: &Ranking, find: &dyn Fn(&Path) -> PathBuf) -> Result<Loaded, LabError> {
    let mut out = Loaded::default();
    let files = &ranking.files;
    let events = |file: &Option<DataFile>, out: &mut Loaded| match file {
        Some(file) => read_events(file, &find(&file.path), ranking.raw_values, out),
        None => Ok(Vec::new()),
    };
    out.interactions = events(&files.interactions, &mut out)?;
    out.train = events(&files.train, &mut out)?;
    out.validation = events(&files.validation, &mut out)?;
    out.test = events(&files.test, &mut out)?;
    out.timed = [&files.interactions, &files.train].iter().any(|f| {
        f.as_ref().is_some_and(|f| f.layout == Layout::Columns && f.columns.iter().any(|c| c == "time"))
    });
    if let Some(file) = &files.negatives {
        out.negatives = read_negatives(&find(&file.path), &mut out.users, &mut out.items)?;
    }
    if let Some(file) = &files.items {
        let links = files.links.as_ref().map(|links| (links, find(&links.path)));
        let links = links.as_ref().map(|(file, path)| (*file, path.as_path()));
        out.texts = Some(Texts::read(file, &find(&file.path), links, &out.items)?);
    }
    if let Some(file) = &files.friends {
        out.friends = Some(read_friends(file, &find(&file.path), &out.users)?);
    }
    Ok(out)
}

pub(crate) fn read_events(
    file: &DataFile,
    path: &Path,
    raw: bool,
    out: &mut Loaded,
) -> Result<Vec<Event>, TableFault> {
    let mut events = match file.layout {
        Layout::Columns => read_columns(file, path, raw, out)?,
        Layout::UserLists => read_user_lists(file, path, out)?,
        Layout::JsonLists => read_json_lists(path, out)?,
        Layout::Negatives => Vec::new(),
    };
    let all = events.len();
    keep_last(&mut events);
    out.repeated += all - events.len();
    Ok(events)
}

/// Of events with one person and one item, keeps the latest (of equal times the last in the file).
pub(crate) fn keep_last(events: &mut Vec<Event>) {
    let mut latest: FxHashMap<(u32, u32), usize> = FxHashMap::default();
    for (i, event) in events.iter().enumerate() {
        let place = latest.entry((event.user, event.item)).or_insert(i);
        if event.time_ms >= events[*place].time_ms {
            *place = i;
        }
    }
    if latest.len() < events.len() {
        let kept: FxHashSet<usize> = latest.into_values().collect();
        let mut i = 0;
        events.retain(|_| {
            i += 1;
            kept.contains(&(i - 1))
        });
    }
}

fn read_columns(file: &DataFile, path: &Path, raw: bool, out: &mut Loaded) -> Result<Vec<Event>, TableFault> {
    let place = |name: &str| file.columns.iter().position(|c| c == name);
    let (value_at, time_at) = (place("value"), place("time"));
    let (user_at, item_at) = (place("user").unwrap_or(0), place("item").unwrap_or(1));
    let mut events = Vec::new();
    file.table.read(path, |_, fields| {
        let field = |at: usize| {
            fields
                .get(at)
                .map(|f| f.trim())
                .ok_or_else(|| format!("has {} fields, column {} is missing", fields.len(), at + 1))
        };
        let number =
            |at: usize| field(at).and_then(|f| f.parse::<f64>().map_err(|_| format!("\"{f}\" is no number")));
        let value = value_at.map_or(Ok(1.0), number)?;
        if file.min_value.is_some_and(|least| value < least) {
            out.below_min_value += 1;
            return Ok(());
        }
        events.push(Event {
            user: out.users.number(field(user_at)?),
            item: out.items.number(field(item_at)?),
            value: if raw { value as f32 } else { 1.0 },
            time_ms: time_at.map_or(Ok(0), |at| number(at).map(milliseconds))?,
        });
        Ok(())
    })?;
    Ok(events)
}

/// Times below 10¹¹ are seconds (until the year 5138), larger ones milliseconds.
fn milliseconds(time: f64) -> i64 {
    if time.abs() < 1e11 { (time * 1000.0) as i64 } else { time as i64 }
}

fn event(user: u32, item: u32) -> Event {
    Event { user, item, value: 1.0, time_ms: 0 }
}

fn read_user_lists(file: &DataFile, path: &Path, out: &mut Loaded) -> Result<Vec<Event>, TableFault> {
    let mut events = Vec::new();
    file.table.read(path, |_, fields| {
        let user = out.users.number(fields[0]);
        events.extend(fields[1..].iter().filter(|f| !f.is_empty()).map(|f| event(user, out.items.number(f))));
        Ok(())
    })?;
    Ok(events)
}

fn read_json_lists(path: &Path, out: &mut Loaded) -> Result<Vec<Event>, TableFault> {
    let lists: Vec<Vec<serde_json::Value>> =
        serde_json::from_str(&table::read_text(path)?).map_err(|fault| TableFault::Line {
            path: path.to_owned(),
            line: fault.line() as u64,
            what: format!("no list of lists: {fault}"),
        })?;
    let mut events = Vec::new();
    for (row, list) in lists.iter().enumerate() {
        let user = out.users.number(&row.to_string());
        for item in list {
            let item = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
            events.push(event(user, out.items.number(&item)));
        }
    }
    Ok(events)
}

/// Reads lines of `(user,item)` and the negatives of that case.
pub(crate) fn read_negatives(
    path: &Path,
    users: &mut Names,
    items: &mut Names,
) -> Result<Vec<PublishedCase>, TableFault> {
    let blanks = Table { separator: " ".to_owned(), ..Table::default() };
    let mut cases = Vec::new();
    blanks.read(path, |_, fields| {
        let pair =
            fields[0].strip_prefix('(').and_then(|f| f.strip_suffix(')')).and_then(|f| f.split_once(','));
        let Some((user, wanted)) = pair else {
            return Err(format!("begins with \"{}\" instead of (user,item)", fields[0]));
        };
        cases.push(PublishedCase {
            user: users.number(user),
            wanted: items.number(wanted),
            negatives: fields[1..].iter().map(|f| items.number(f)).collect(),
        });
        Ok(())
    })?;
    Ok(cases)
}

/// Links between people who have events; others can neither be asked nor say anything.
pub(crate) fn read_friends(file: &DataFile, path: &Path, users: &Names) -> Result<Csr, TableFault> {
    let place = |name: &str| file.columns.iter().position(|c| c == name).unwrap_or_default();
    let ends = [place("from"), place("to")];
    let mut links = Vec::new();
    file.table.read(path, |_, fields| {
        let mut pair = [None; 2];
        for (end, at) in pair.iter_mut().zip(ends) {
            let name = fields.get(at).ok_or_else(|| format!("has {} fields only", fields.len()))?;
            *end = users.find(name.trim());
        }
        if let [Some(from), Some(to)] = pair {
            links.push((from, to, 1.0));
        }
        Ok(())
    })?;
    Ok(Csr::from_triplets(users.len(), users.len(), &links))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(user: u32, item: u32, time_ms: i64) -> Event {
        Event { user, item, value: 1.0, time_ms }
    }

    #[test]
    fn of_repeated_pairs_the_latest_stays() {
        let mut events = vec![at(0, 0, 5), at(0, 1, 1), at(0, 0, 3), at(0, 1, 1)];
        keep_last(&mut events);
        assert_eq!(events, [at(0, 0, 5), at(0, 1, 1)]);
    }

    #[test]
    fn seconds_become_milliseconds() {
        assert_eq!(milliseconds(978_300_760.0), 978_300_760_000);
        assert_eq!(milliseconds(1_700_000_000_123.0), 1_700_000_000_123);
    }

    #[test]
    fn paths_lead_to_the_data_or_beside_the_protocol() {
        let at = |p: &str| resolve(Path::new(p), Path::new("/c/p.toml"), Path::new("/d"));
        assert_eq!(at("a/b.tsv"), Path::new("/d/a/b.tsv"));
        assert_eq!(at("../r.tsv"), Path::new("/c/../r.tsv"));
        assert_eq!(at("./r.tsv"), Path::new("/c/./r.tsv"));
    }
}
