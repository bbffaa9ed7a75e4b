//! Last.fm of HetRec 2011: artists, how often people played them, who is friends with whom.
//!
//! `artists.dat` and `user_artists.dat` are needed. Friends come from `user_friends.dat`, or from `lastfm.net`,
//! which has the same people's numbers under another header. `tags.dat` with `user_taggedartists.dat` are
//! optional.

use crate::{
    DatasetError, Record,
    cells::{Columns, number},
    import::{Layout, Pass, Role, Tells},
    known::{Known, Source},
    source::{Encoding, find},
    tags::Tags,
};
use rustc_hash::{FxHashMap, FxHashSet};
use soiree_domain::{Domain, Friendship, InteractionKind, Item};
use std::path::{Path, PathBuf};

const SOURCE: Source = Source { prefix: "lastfm", name: "Last.fm" };

/// The files have no times of plays; every one is set to 2011-05-01T00:00:00Z, the month of the release.
pub(crate) const AT_MS: i64 = 1_304_208_000_000;

struct Lastfm {
    artists: (PathBuf, Columns<3>),
    plays: (PathBuf, Columns<3>),
    friends: Option<(PathBuf, Columns<2>)>,
    tag_names_file: Option<(PathBuf, Columns<2>)>,
    tags_file: Option<(PathBuf, Columns<2>)>,
    tag_names: FxHashMap<u32, String>,
    tags: Tags,
    known: Known,
    /// Friendships told, the smaller number first; the files name each in both directions.
    told: FxHashSet<(u32, u32)>,
}

/// Opens a folder.
pub(crate) fn open(folder: &Path) -> Result<Box<dyn Layout>, DatasetError> {
    let (Some(artists), Some(plays)) = (find(folder, "artists.dat"), find(folder, "user_artists.dat")) else {
        return Err(DatasetError::Missing {
            format: "Last.fm (HetRec)",
            path: folder.to_owned(),
            looked_for: "artists.dat and user_artists.dat",
        });
    };
    let columns = |file: PathBuf, names| Columns::find(&file, names).map(|columns| (file, columns));
    let friends = match (find(folder, "user_friends.dat"), find(folder, "lastfm.net")) {
        (Some(file), _) => Some(columns(file, ["userID", "friendID"])?),
        (None, Some(file)) => Some(columns(file, ["source_id:token", "target_id:token"])?),
        (None, None) => None,
    };
    let tag_files = find(folder, "tags.dat").zip(find(folder, "user_taggedartists.dat"));
    let (names, given) = match tag_files {
        Some((names, given)) => {
            (Some(columns(names, ["tagID", "tagValue"])?), Some(columns(given, ["artistID", "tagID"])?))
        }
        None => (None, None),
    };
    Ok(Box::new(Lastfm {
        artists: Columns::find(&artists, ["id", "name", "url"]).map(|columns| (artists, columns))?,
        plays: Columns::find(&plays, ["userID", "artistID", "weight"]).map(|columns| (plays, columns))?,
        friends,
        tag_names_file: names,
        tags_file: given,
        tag_names: FxHashMap::default(),
        tags: Tags::default(),
        known: Known::default(),
        told: FxHashSet::default(),
    }))
}

impl Layout for Lastfm {
    fn name(&self) -> &'static str {
        "Last.fm HetRec 2011"
    }

    fn passes(&self) -> Vec<Pass> {
        let pass = |file: &PathBuf, role, encoding, tells| Pass {
            file: file.clone(),
            role,
            encoding,
            header: true,
            tells,
        };
        let mut passes = Vec::new();
        if let (Some((names, _)), Some((given, _))) = (&self.tag_names_file, &self.tags_file) {
            passes.push(pass(names, Role::TagNames, Encoding::Latin1, Tells::All));
            passes.push(pass(given, Role::Tags, Encoding::Utf8, Tells::All));
        }
        passes.push(pass(&self.artists.0, Role::Items, Encoding::Utf8, Tells::All));
        passes.push(pass(&self.plays.0, Role::Users, Encoding::Utf8, Tells::Nothing));
        if let Some((friends, _)) = &self.friends {
            passes.push(pass(friends, Role::FriendUsers, Encoding::Utf8, Tells::Nothing));
        }
        passes.push(pass(&self.plays.0, Role::Deeds, Encoding::Utf8, Tells::All));
        if let Some((friends, _)) = &self.friends {
            passes.push(pass(friends, Role::Friends, Encoding::Utf8, Tells::All));
        }
        passes
    }

    fn read(&mut self, pass: &Pass, line: &str) -> Result<Option<Record>, String> {
        match pass.role {
            Role::TagNames | Role::Tags => self.tag(pass.role, line),
            Role::Items => self.artist(line),
            Role::Users => {
                let (user, artist, _) = self.play(line)?;
                self.known.check_item(artist)?;
                self.known.user(&SOURCE, user)
            }
            Role::FriendUsers => self.friend_user(line),
            Role::Friends => self.friend(line),
            _ => {
                let (user, artist, count) = self.play(line)?;
                self.known.deed((user, artist), InteractionKind::Play, count, AT_MS)
            }
        }
    }

    fn ended(&mut self, role: Role) {
        match role {
            Role::Tags => {
                self.tag_names = FxHashMap::default();
                self.tags.close();
            }
            Role::Items => self.tags = Tags::default(),
            _ => {}
        }
    }
}

impl Lastfm {
    fn artist(&mut self, line: &str) -> Result<Option<Record>, String> {
        let [id, name, url] = self.artists.1.pick(line)?;
        let artist: u32 = number("artist", &id)?;
        let mut item = Item::new(SOURCE.item_id(artist)?, Domain::Music, name.trim());
        item.creators = vec![name.trim().chars().take(soiree_domain::bounds::MAX_WORD_CHARS).collect()];
        item.themes = self.tags.take(artist);
        if !url.trim().is_empty() {
            item.external.insert("lastfm".into(), url.trim().to_owned());
        }
        self.known.item(artist, item)
    }

    fn play(&self, line: &str) -> Result<(u32, u32, f32), String> {
        let [user, artist, weight] = self.plays.1.pick(line)?;
        let count: u32 = number("weight", &weight)?;
        if count == 0 {
            return Err("weight 0 is no play".into());
        }
        Ok((number("user", &user)?, number("artist", &artist)?, count as f32))
    }

    fn pair(&self, line: &str) -> Result<(u32, u32), String> {
        let Some((_, columns)) = &self.friends else { return Err("there is no file of friends".into()) };
        let [one, other] = columns.pick(line)?;
        let (one, other) = (number("user", &one)?, number("friend", &other)?);
        if one == other { Err(format!("user {one} is their own friend")) } else { Ok((one, other)) }
    }

    /// Somebody may have friends and no plays; only the first of the two is taken here, as every friendship
    /// stands in both directions.
    fn friend_user(&mut self, line: &str) -> Result<Option<Record>, String> {
        let (one, _) = self.pair(line)?;
        self.known.user(&SOURCE, one)
    }

    fn friend(&mut self, line: &str) -> Result<Option<Record>, String> {
        let (one, other) = self.pair(line)?;
        let (a, b) = (self.known.user_id(one)?.clone(), self.known.user_id(other)?.clone());
        if !self.told.insert((one.min(other), one.max(other))) {
            return Ok(None);
        }
        Ok(Friendship::new(a, b).map(Record::Friend))
    }

    fn tag(&mut self, role: Role, line: &str) -> Result<Option<Record>, String> {
        if let (Role::TagNames, Some((_, columns))) = (role, &self.tag_names_file) {
            let [tag, name] = columns.pick(line)?;
            self.tag_names.insert(number("tag", &tag)?, name.into_owned());
        } else if let Some((_, columns)) = &self.tags_file {
            let [artist, tag] = columns.pick(line)?;
            let (artist, tag): (_, u32) = (number("artist", &artist)?, number("tag", &tag)?);
            let name = self.tag_names.get(&tag).ok_or_else(|| format!("unknown tag {tag}"))?;
            self.tags.add(artist, name, 1);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
