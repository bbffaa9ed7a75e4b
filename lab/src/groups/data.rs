//! Reads groups in the layouts of AGREE / ConsRec and of GroupIM.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use soiree_datasets::table::{Table, TableFault};

use crate::error::LabError;
use crate::events::{Names, PublishedCase, read_negatives};
use crate::protocol::{GroupLayout, Groups};

/// A row and a column: (group, item), (person, item) or (group, person).
pub(super) type Pair = (u32, u32);

/// Everything the files hold.
#[derive(Debug, Clone, Default)]
pub(super) struct GroupData {
    pub(super) groups: Names,
    pub(super) people: Names,
    pub(super) items: Names,
    /// (group, person).
    pub(super) members: Vec<Pair>,
    /// (group, item).
    pub(super) train: Vec<Pair>,
    /// (group, item); empty when the layout has no such part.
    pub(super) validation: Vec<Pair>,
    /// (group, item).
    pub(super) test: Vec<Pair>,
    /// Published candidates of the groups' test.
    pub(super) negatives: Option<Vec<PublishedCase>>,
    /// (person, item).
    pub(super) people_train: Vec<Pair>,
    /// (person, item); empty when the data has no such part.
    pub(super) people_test: Vec<Pair>,
    /// Published candidates of the people's test.
    pub(super) people_negatives: Option<Vec<PublishedCase>>,
    /// Pairs that stand twice in their file.
    pub(super) repeated: usize,
}

pub(super) fn read(task: &Groups, find: &dyn Fn(&Path) -> PathBuf) -> Result<GroupData, LabError> {
    let folder = |name: &str| existing(&find(&task.folder.join(name)));
    let data = match task.layout {
        GroupLayout::Agree => agree(&folder)?,
        GroupLayout::GroupIm => group_im(&folder)?,
    };
    check(&data)?;
    Ok(data)
}

/// The file itself, or the same name with `.gz`; the plain name is told when neither is there.
fn existing(path: &Path) -> PathBuf {
    let mut zipped = path.as_os_str().to_owned();
    zipped.push(".gz");
    let zipped = PathBuf::from(zipped);
    if !path.exists() && zipped.exists() { zipped } else { path.to_owned() }
}

fn agree(file: &dyn Fn(&str) -> PathBuf) -> Result<GroupData, LabError> {
    let mut d = GroupData::default();
    let blanks = Table { separator: " ".to_owned(), ..Table::default() };
    blanks.read(&file("groupMember.txt"), |_, fields| {
        let [group, members] = fields else {
            return Err(format!("has {} fields instead of a group and its members", fields.len()));
        };
        let group = d.groups.number(group);
        for member in members.split(',').filter(|m| !m.is_empty()) {
            d.members.push((group, d.people.number(member)));
        }
        Ok(())
    })?;
    d.train = pairs(&blanks, &file("groupRatingTrain.txt"), [0, 1], &mut d.groups, &mut d.items)?;
    d.test = pairs(&blanks, &file("groupRatingTest.txt"), [0, 1], &mut d.groups, &mut d.items)?;
    d.negatives = Some(read_negatives(&file("groupRatingNegative.txt"), &mut d.groups, &mut d.items)?);
    d.people_train = pairs(&blanks, &file("userRatingTrain.txt"), [0, 1], &mut d.people, &mut d.items)?;
    d.people_test = pairs(&blanks, &file("userRatingTest.txt"), [0, 1], &mut d.people, &mut d.items)?;
    d.people_negatives = Some(read_negatives(&file("userRatingNegative.txt"), &mut d.people, &mut d.items)?);
    clean(&mut d);
    Ok(d)
}

fn group_im(file: &dyn Fn(&str) -> PathBuf) -> Result<GroupData, LabError> {
    let mut d = GroupData::default();
    let read = |name: &str, columns, rows: &mut Names, cols: &mut Names| {
        let path = file(name);
        let places = header(&path, columns)?;
        let table = Table { separator: ",".to_owned(), header: true, quotes: false };
        pairs(&table, &path, places, rows, cols)
    };
    d.members = read("group_users.csv", ["group", "user"], &mut d.groups, &mut d.people)?;
    d.people_train = read("train_ui.csv", ["user", "item"], &mut d.people, &mut d.items)?;
    d.train = read("train_gi.csv", ["group", "item"], &mut d.groups, &mut d.items)?;
    d.validation = read("val_gi.csv", ["group", "item"], &mut d.groups, &mut d.items)?;
    d.test = read("test_gi.csv", ["group", "item"], &mut d.groups, &mut d.items)?;
    clean(&mut d);
    Ok(d)
}

/// Where two columns stand, by the names in the first line.
fn header(path: &Path, wanted: [&str; 2]) -> Result<[usize; 2], TableFault> {
    let table = Table { separator: ",".to_owned(), ..Table::default() };
    let mut found: Option<Result<[usize; 2], String>> = None;
    table.read(path, |_, fields| {
        found.get_or_insert_with(|| {
            let place = |name: &str| fields.iter().position(|f| f.trim() == name);
            match wanted.map(place) {
                [Some(a), Some(b)] => Ok([a, b]),
                _ => Err(format!("the first line must name the columns {}", wanted.join(" and "))),
            }
        });
        Ok(())
    })?;
    found.unwrap_or_else(|| Err("the file is empty".to_owned())).map_err(|what| TableFault::Line {
        path: path.to_owned(),
        line: 1,
        what,
    })
}

fn pairs(
    table: &Table,
    path: &Path,
    places: [usize; 2],
    rows: &mut Names,
    cols: &mut Names,
) -> Result<Vec<Pair>, TableFault> {
    let mut out = Vec::new();
    table.read(path, |_, fields| {
        let field = |at: usize| {
            let found = fields.get(at).map(|f| f.trim()).filter(|f| !f.is_empty());
            found.ok_or_else(|| format!("has {} fields, column {} is missing", fields.len(), at + 1))
        };
        out.push((rows.number(field(places[0])?), cols.number(field(places[1])?)));
        Ok(())
    })?;
    Ok(out)
}

/// Keeps each pair once.
fn clean(data: &mut GroupData) {
    let lists = [
        &mut data.members,
        &mut data.train,
        &mut data.validation,
        &mut data.test,
        &mut data.people_train,
        &mut data.people_test,
    ];
    for list in lists {
        let mut seen = FxHashSet::default();
        let all = list.len();
        list.retain(|pair| seen.insert(*pair));
        data.repeated += all - list.len();
    }
}

fn check(data: &GroupData) -> Result<(), LabError> {
    let unusable = |what: String| Err(LabError::Unusable(what));
    if data.test.is_empty() {
        return unusable("the groups have no test pair".to_owned());
    }
    let peopled: FxHashSet<u32> = data.members.iter().map(|m| m.0).collect();
    let lists = [("training", &data.train), ("validation", &data.validation), ("test", &data.test)];
    for (part, list) in lists {
        let alone: FxHashSet<u32> = list.iter().map(|p| p.0).filter(|g| !peopled.contains(g)).collect();
        if !alone.is_empty() {
            return unusable(format!("{} groups of the {part} part have no members", alone.len()));
        }
    }
    let asked =
        [("groups", &data.negatives, &data.test), ("people", &data.people_negatives, &data.people_test)];
    for (who, negatives, test) in asked {
        let test: FxHashSet<&Pair> = test.iter().collect();
        let strangers = negatives.iter().flatten().filter(|c| !test.contains(&(c.user, c.wanted))).count();
        if strangers > 0 {
            return unusable(format!("{strangers} lines of negatives of the {who} are for no test pair"));
        }
    }
    Ok(())
}
