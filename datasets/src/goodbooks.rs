//! goodbooks-10k in both releases.
//!
//! `ratings.csv` names a book by its row: the column `id` of the first release's `books.csv`, `book_id` of the
//! second's. `book_tags.csv` and `tags.csv` are optional and name books by their Goodreads number.

use crate::{
    DatasetError, Record,
    cells::{Columns, number, stars},
    import::{Layout, Pass, Role, Tells},
    known::{Known, Source},
    source::{Encoding, find},
    tags::Tags,
    title,
};
use rustc_hash::FxHashMap;
use soiree_domain::{Domain, InteractionKind, Item};
use std::path::{Path, PathBuf};

const SOURCE: Source = Source { prefix: "goodbooks", name: "Goodbooks" };

/// The files have no times; every rating is set to 2017-09-01T00:00:00Z, the month of the release.
pub(crate) const AT_MS: i64 = 1_504_224_000_000;

/// Parts of shelf names that say what somebody did with a book and not what it is about.
const SHELVES: [&str; 12] = [
    "read", "own", "favo", "kindle", "library", "shelf", "wish", "buy", "audio", "book", "default", "series",
];

const DETAILS: [&str; 5] = ["authors", "isbn", "original_publication_year", "title", "language_code"];

struct Goodbooks {
    name: &'static str,
    books: PathBuf,
    ratings: PathBuf,
    /// Names of tags, and who put which on what.
    tag_files: Option<(PathBuf, PathBuf)>,
    /// The row that `ratings.csv` names, and the Goodreads number.
    number_columns: Columns<2>,
    book_columns: Columns<5>,
    rating_columns: Columns<3>,
    tag_columns: Option<(Columns<2>, Columns<3>)>,
    tag_names: FxHashMap<u32, String>,
    tags: Tags,
    known: Known,
    /// (person, book) of every rating while people are gathered.
    pairs: Vec<u64>,
    /// Pairs that stand in the file more than once, with how many are still to come.
    repeated: FxHashMap<u64, u32>,
}

/// Opens a folder.
pub(crate) fn open(folder: &Path) -> Result<Box<dyn Layout>, DatasetError> {
    let (Some(books), Some(ratings)) = (find(folder, "books.csv"), find(folder, "ratings.csv")) else {
        return Err(DatasetError::Missing {
            format: "goodbooks-10k",
            path: folder.to_owned(),
            looked_for: "books.csv and ratings.csv",
        });
    };
    let (name, number_columns) = match Columns::find(&books, ["id", "book_id"]) {
        Ok(columns) => ("goodbooks-10k, first release", columns),
        Err(_) => ("goodbooks-10k", Columns::find(&books, ["book_id", "goodreads_book_id"])?),
    };
    let tag_files = find(folder, "tags.csv").zip(find(folder, "book_tags.csv"));
    let tag_columns = match &tag_files {
        Some((names, given)) => Some((
            Columns::find(names, ["tag_id", "tag_name"])?,
            Columns::find(given, ["goodreads_book_id", "tag_id", "count"])?,
        )),
        None => None,
    };
    Ok(Box::new(Goodbooks {
        name,
        number_columns,
        book_columns: Columns::find(&books, DETAILS)?,
        rating_columns: Columns::find(&ratings, ["book_id", "user_id", "rating"])?,
        tag_columns,
        books,
        ratings,
        tag_files,
        tag_names: FxHashMap::default(),
        tags: Tags::default(),
        known: Known::default(),
        pairs: Vec::new(),
        repeated: FxHashMap::default(),
    }))
}

impl Layout for Goodbooks {
    fn name(&self) -> &'static str {
        self.name
    }

    fn passes(&self) -> Vec<Pass> {
        let pass = |file: &PathBuf, role, tells| Pass {
            file: file.clone(),
            role,
            encoding: Encoding::Utf8,
            header: true,
            tells,
        };
        let mut passes = Vec::new();
        if let Some((names, given)) = &self.tag_files {
            passes.push(pass(names, Role::TagNames, Tells::All));
            passes.push(pass(given, Role::Tags, Tells::All));
        }
        passes.push(pass(&self.books, Role::Items, Tells::All));
        passes.push(pass(&self.ratings, Role::Users, Tells::Nothing));
        passes.push(pass(&self.ratings, Role::Deeds, Tells::All));
        passes
    }

    fn read(&mut self, pass: &Pass, line: &str) -> Result<Option<Record>, String> {
        match pass.role {
            Role::TagNames | Role::Tags => self.tag(pass.role, line),
            Role::Items => self.book(line),
            Role::Users => {
                let (user, book, _) = self.rating(line)?;
                self.known.check_item(book)?;
                self.pairs.push(pair(user, book));
                self.known.user(&SOURCE, user)
            }
            _ => {
                let (user, book, stars) = self.rating(line)?;
                if let Some(left) = self.repeated.get_mut(&pair(user, book)) {
                    *left = left.saturating_sub(1);
                    if *left > 0 {
                        return Ok(None);
                    }
                }
                self.known.deed((user, book), InteractionKind::Rate, stars, AT_MS)
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
            Role::Users => {
                let mut pairs = std::mem::take(&mut self.pairs);
                pairs.sort_unstable();
                for same in pairs.chunk_by(|a, b| a == b).filter(|same| same.len() > 1) {
                    self.repeated.insert(same[0], u32::try_from(same.len()).unwrap_or(u32::MAX));
                }
            }
            _ => {}
        }
    }
}

fn pair(user: u32, book: u32) -> u64 {
    u64::from(user) << 32 | u64::from(book)
}

impl Goodbooks {
    fn rating(&self, line: &str) -> Result<(u32, u32, f32), String> {
        let [book, user, rating] = self.rating_columns.pick(line)?;
        Ok((number("user", &user)?, number("book", &book)?, stars(&rating, 1.0)?))
    }

    fn book(&mut self, line: &str) -> Result<Option<Record>, String> {
        let [row, goodreads] = self.number_columns.pick(line)?;
        let [authors, isbn, year, title, language] = self.book_columns.pick(line)?;
        let row: u32 = number("book", &row)?;
        let (title, series) = title::book(&title);
        let mut item = Item::new(SOURCE.item_id(row)?, Domain::Book, title);
        item.creators =
            authors.split(',').map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned).collect();
        if !year.trim().is_empty() {
            let year: f64 = number("year", &year)?;
            if !(-3_000.0..=2_200.0).contains(&year) {
                return Err(format!("year {year} is out of range"));
            }
            item.year = Some(year as i32);
        }
        item.language = self::language(&language).map(str::to_owned);
        item.themes = self.tags.take(number("book", &goodreads)?);
        if let Some(series) = series {
            let word = title::word(&series);
            item.themes.retain(|theme| *theme != word);
            item.themes.insert(0, word);
        }
        item.external.insert("goodreads".into(), goodreads.trim().to_owned());
        if let Some(isbn) = self::isbn(&isbn) {
            item.external.insert("isbn".into(), isbn);
        }
        self.known.item(row, item)
    }

    fn tag(&mut self, role: Role, line: &str) -> Result<Option<Record>, String> {
        let Some((names, given)) = &self.tag_columns else { return Ok(None) };
        if role == Role::TagNames {
            let [tag, name] = names.pick(line)?;
            if !SHELVES.iter().any(|part| name.contains(part)) && name.chars().any(char::is_alphabetic) {
                self.tag_names.insert(number("tag", &tag)?, name.into_owned());
            }
        } else {
            let [book, tag, count] = given.pick(line)?;
            let (book, tag, count): (_, u32, i64) =
                (number("book", &book)?, number("tag", &tag)?, number("count", &count)?);
            if let Some(name) = self.tag_names.get(&tag) {
                self.tags.add(book, name, u32::try_from(count.max(0)).unwrap_or(u32::MAX));
            }
        }
        Ok(None)
    }
}

/// An ISBN of ten places; the file has lost leading zeros.
fn isbn(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let well_formed = (5..=10).contains(&cell.len()) && cell.bytes().all(|b| b.is_ascii_digit() || b == b'X');
    well_formed.then(|| format!("{cell:0>10}"))
}

/// ISO 639-1 for the codes in the file, which are ISO 639-2 or carry a country.
fn language(code: &str) -> Option<&str> {
    match code.trim() {
        "eng" => Some("en"),
        "ara" => Some("ar"),
        "fre" | "fra" => Some("fr"),
        "ind" => Some("id"),
        "spa" => Some("es"),
        "ger" | "deu" => Some("de"),
        "jpn" => Some("ja"),
        "per" => Some("fa"),
        "por" => Some("pt"),
        "pol" => Some("pl"),
        "nor" => Some("no"),
        "dan" => Some("da"),
        "ita" => Some("it"),
        "vie" => Some("vi"),
        "tur" => Some("tr"),
        "swe" => Some("sv"),
        "rum" => Some("ro"),
        "rus" => Some("ru"),
        other => match other.split('-').next() {
            Some(short) if short.len() == 2 => Some(short),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests;
