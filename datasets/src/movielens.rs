//! GroupLens MovieLens in its three layouts.
//!
//! | layout | works | people | ratings | tags |
//! |---|---|---|---|---|
//! | 100K | `u.item` | `u.user`, optional | `u.data` | – |
//! | 1M, 10M | `movies.dat` | `users.dat`, optional | `ratings*.dat`, one or many | `tags.dat`, optional |
//! | latest, 20M, 25M, 32M | `movies.csv` | – | `ratings.csv` | `tags.csv`, optional |

use crate::{
    DatasetError, Record,
    cells::{Columns, cut, number, seconds, stars},
    import::{Layout, Pass, Role, Tells},
    known::{Known, Source},
    source::{Encoding, find, find_all},
    tags::Tags,
    title,
};
use rustc_hash::FxHashMap;
use soiree_domain::{Domain, InteractionKind, Item};
use std::path::{Path, PathBuf};

const SOURCE: Source = Source { prefix: "movielens", name: "MovieLens" };
const LOOKED_FOR: &str = "u.data and u.item (100K), movies.dat and ratings*.dat (1M, 10M), \
                          or movies.csv and ratings.csv (latest, 20M, 25M, 32M)";

/// The genres of the 19 flags of `u.item`, in their order.
const FLAGS: [&str; 19] = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

/// How lines are cut.
enum Shape {
    /// 100K: bars and tabs.
    Old,
    /// 1M and 10M: double colons.
    Dat,
    /// Comma-separated with headers.
    Csv { ratings: Columns<4>, movies: Columns<3>, tags: Option<Columns<2>>, links: Option<Columns<3>> },
}

#[derive(Default)]
struct Files {
    movies: PathBuf,
    ratings: Vec<PathBuf>,
    users: Option<PathBuf>,
    tags: Option<PathBuf>,
    links: Option<PathBuf>,
}

struct Movielens {
    name: &'static str,
    shape: Shape,
    files: Files,
    known: Known,
    tags: Tags,
    /// IMDb and TMDB numbers, as they stand in the file.
    links: FxHashMap<u32, (Box<str>, Box<str>)>,
}

/// Tells the layout by the files.
pub(crate) fn open(folder: &Path) -> Result<Box<dyn Layout>, DatasetError> {
    let (name, shape, files) = old(folder).or_else(|| dat(folder)).map_or_else(|| csv(folder), Ok)?;
    Ok(Box::new(Movielens {
        name,
        shape,
        files,
        known: Known::default(),
        tags: Tags::default(),
        links: FxHashMap::default(),
    }))
}

fn old(folder: &Path) -> Option<(&'static str, Shape, Files)> {
    let (movies, ratings) = (find(folder, "u.item")?, vec![find(folder, "u.data")?]);
    let files = Files { movies, ratings, users: find(folder, "u.user"), ..Files::default() };
    Some(("MovieLens 100K", Shape::Old, files))
}

fn dat(folder: &Path) -> Option<(&'static str, Shape, Files)> {
    let movies = find(folder, "movies.dat")?;
    let ratings = match find(folder, "ratings.dat") {
        Some(file) => vec![file],
        None => find_all(folder, "ratings", ".dat"),
    };
    if ratings.is_empty() {
        return None;
    }
    let (users, tags) = (find(folder, "users.dat"), find(folder, "tags.dat"));
    let name = if users.is_none() { "MovieLens 10M" } else { "MovieLens 1M" };
    Some((name, Shape::Dat, Files { movies, ratings, users, tags, links: None }))
}

fn csv(folder: &Path) -> Result<(&'static str, Shape, Files), DatasetError> {
    let (Some(movies), Some(ratings)) = (find(folder, "movies.csv"), find(folder, "ratings.csv")) else {
        let format = SOURCE.name;
        return Err(DatasetError::Missing { format, path: folder.to_owned(), looked_for: LOOKED_FOR });
    };
    let (tags, links) = (find(folder, "tags.csv"), find(folder, "links.csv"));
    let shape = Shape::Csv {
        ratings: Columns::find(&ratings, ["userId", "movieId", "rating", "timestamp"])?,
        movies: Columns::find(&movies, ["movieId", "title", "genres"])?,
        tags: tags.as_deref().map(|file| Columns::find(file, ["movieId", "tag"])).transpose()?,
        links: links
            .as_deref()
            .map(|file| Columns::find(file, ["movieId", "imdbId", "tmdbId"]))
            .transpose()?,
    };
    Ok(("MovieLens latest", shape, Files { movies, ratings: vec![ratings], users: None, tags, links }))
}

impl Layout for Movielens {
    fn name(&self) -> &'static str {
        self.name
    }

    fn passes(&self) -> Vec<Pass> {
        let header = matches!(self.shape, Shape::Csv { .. });
        let encoding = if header { Encoding::Utf8 } else { Encoding::Latin1 };
        let pass = |file: &PathBuf, role, tells| Pass { file: file.clone(), role, encoding, header, tells };
        let files = &self.files;
        let mut passes = Vec::new();
        passes.extend(files.links.iter().map(|file| pass(file, Role::Links, Tells::All)));
        passes.extend(files.tags.iter().map(|file| pass(file, Role::Tags, Tells::All)));
        passes.push(pass(&files.movies, Role::Items, Tells::All));
        match &files.users {
            Some(file) => passes.push(pass(file, Role::Users, Tells::All)),
            None => passes.extend(files.ratings.iter().map(|file| pass(file, Role::Users, Tells::Nothing))),
        }
        passes.extend(files.ratings.iter().map(|file| pass(file, Role::Deeds, Tells::All)));
        passes
    }

    fn read(&mut self, pass: &Pass, line: &str) -> Result<Option<Record>, String> {
        match pass.role {
            Role::Links => self.link(line),
            Role::Tags => self.tag(line),
            Role::Items => self.movie(line),
            Role::Users if self.files.users.is_some() => self.user(line),
            Role::Users => {
                let rating = self.rating(line)?;
                self.known.check_item(rating.item)?;
                self.known.user(&SOURCE, rating.user)
            }
            _ => {
                let Rating { user, item, stars, at_ms } = self.rating(line)?;
                self.known.deed((user, item), InteractionKind::Rate, stars, at_ms)
            }
        }
    }

    fn ended(&mut self, role: Role) {
        match role {
            Role::Tags => self.tags.close(),
            Role::Items => {
                self.tags = Tags::default();
                self.links = FxHashMap::default();
            }
            _ => {}
        }
    }
}

struct Rating {
    user: u32,
    item: u32,
    stars: f32,
    at_ms: i64,
}

impl Movielens {
    fn rating(&self, line: &str) -> Result<Rating, String> {
        let parse = |user: &str, item: &str, rating: &str, time: &str| {
            Ok(Rating {
                user: number("user", user)?,
                item: number("movie", item)?,
                stars: stars(rating, 0.5)?,
                at_ms: seconds(time)?,
            })
        };
        match &self.shape {
            Shape::Old => cut::<4>(line, "\t").and_then(|[u, i, r, t]| parse(u, i, r, t)),
            Shape::Dat => cut::<4>(line, "::").and_then(|[u, i, r, t]| parse(u, i, r, t)),
            Shape::Csv { ratings, .. } => ratings.pick(line).and_then(|[u, i, r, t]| parse(&u, &i, &r, &t)),
        }
    }

    fn movie(&mut self, line: &str) -> Result<Option<Record>, String> {
        let (movie, title, genres): (u32, String, Vec<String>) = match &self.shape {
            Shape::Old => {
                let cells = cut::<24>(line, "|")?;
                let flagged = FLAGS.iter().zip(&cells[5..]).filter(|(_, flag)| **flag == "1");
                (
                    number("movie", cells[0])?,
                    cells[1].into(),
                    flagged.filter_map(|(g, _)| title::genre(g)).collect(),
                )
            }
            Shape::Dat => {
                let [movie, title, genres] = cut(line, "::")?;
                (number("movie", movie)?, title.into(), genres.split('|').filter_map(title::genre).collect())
            }
            Shape::Csv { movies, .. } => {
                let [movie, title, genres] = movies.pick(line)?;
                let genres = genres.split('|').filter_map(title::genre).collect();
                (number("movie", &movie)?, title.into_owned(), genres)
            }
        };
        let (title, year) = title::film(&title);
        let mut item = Item::new(SOURCE.item_id(movie)?, Domain::Film, title);
        item.year = year;
        item.genres = genres;
        item.themes = self.tags.take(movie);
        if let Some((imdb, tmdb)) = self.links.remove(&movie) {
            if !imdb.is_empty() {
                item.external.insert("imdb".into(), format!("tt{imdb}"));
            }
            if !tmdb.is_empty() {
                item.external.insert("tmdb".into(), tmdb.into());
            }
        }
        self.known.item(movie, item)
    }

    fn user(&mut self, line: &str) -> Result<Option<Record>, String> {
        let (user, age) = if matches!(self.shape, Shape::Old) {
            let [user, age, _gender, _work, _zip] = cut(line, "|")?;
            (user, age)
        } else {
            let [user, _gender, age, _work, _zip] = cut(line, "::")?;
            (user, age)
        };
        self.known.listed(&SOURCE, number("user", user)?, number("age", age)?)
    }

    fn tag(&mut self, line: &str) -> Result<Option<Record>, String> {
        match &self.shape {
            Shape::Csv { tags: Some(columns), .. } => {
                let [movie, tag] = columns.pick(line)?;
                self.tags.add(number("movie", &movie)?, &tag, 1);
            }
            _ => {
                let [_user, movie, tag, _time] = cut(line, "::")?;
                self.tags.add(number("movie", movie)?, tag, 1);
            }
        }
        Ok(None)
    }

    fn link(&mut self, line: &str) -> Result<Option<Record>, String> {
        if let Shape::Csv { links: Some(columns), .. } = &self.shape {
            let [movie, imdb, tmdb] = columns.pick(line)?;
            for (name, cell) in [("imdbId", &imdb), ("tmdbId", &tmdb)] {
                if !cell.is_empty() {
                    number::<u64>(name, cell)?;
                }
            }
            self.links.insert(number("movie", &movie)?, (imdb.trim().into(), tmdb.trim().into()));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
