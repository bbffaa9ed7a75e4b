//! Lines as cells: comma-separated with quotes, or cut at a fixed separator.

use crate::{DatasetError, source};
use std::{borrow::Cow, path::Path};

/// Cells of a comma-separated line. Quotes never reach over the end of a line, so that one stray quote
/// costs one line and not the rest of the file.
pub(crate) struct Cells<'a>(Option<&'a str>);

impl<'a> Cells<'a> {
    pub(crate) fn new(line: &'a str) -> Self {
        Self(Some(line))
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Result<Cow<'a, str>, &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.0.take()?;
        let Some(quoted) = line.strip_prefix('"') else {
            let (cell, rest) = line.split_once(',').map_or((line, None), |(cell, rest)| (cell, Some(rest)));
            self.0 = rest;
            return Some(Ok(Cow::Borrowed(cell)));
        };
        let mut cell = Cow::Borrowed("");
        let mut rest = quoted;
        loop {
            let Some((part, after)) = rest.split_once('"') else { return Some(Err("has an open quote")) };
            if cell.is_empty() {
                cell = Cow::Borrowed(part);
            } else {
                cell.to_mut().push_str(part);
            }
            match after.as_bytes().first() {
                None => return Some(Ok(cell)),
                Some(b',') => {
                    self.0 = Some(&after[1..]);
                    return Some(Ok(cell));
                }
                Some(b'"') => {
                    cell.to_mut().push('"');
                    rest = &after[1..];
                }
                Some(_) => return Some(Err("has text after a closing quote")),
            }
        }
    }
}

/// Where the wanted columns stand in a table with a header.
#[derive(Debug, Clone)]
pub(crate) struct Columns<const N: usize> {
    at: [usize; N],
    width: usize,
    comma: bool,
}

impl<const N: usize> Columns<N> {
    /// Finds columns by the names in a file's first line, cut at tabs if it has any and at commas otherwise.
    pub(crate) fn find(file: &Path, names: [&'static str; N]) -> Result<Self, DatasetError> {
        let header = source::first_line(file)?;
        let comma = !header.contains('\t');
        let found: Vec<Cow<'_, str>> = if comma {
            Cells::new(&header).filter_map(Result::ok).collect()
        } else {
            header.split('\t').map(Cow::Borrowed).collect()
        };
        let mut at = [0; N];
        for (slot, column) in at.iter_mut().zip(names) {
            *slot = found.iter().position(|f| f.trim().eq_ignore_ascii_case(column)).ok_or_else(|| {
                let found = found.join(", ").chars().take(200).collect();
                DatasetError::Header { file: file.to_owned(), column, found }
            })?;
        }
        Ok(Self { at, width: found.len(), comma })
    }

    /// Takes the wanted cells out of a line.
    pub(crate) fn pick<'a>(&self, line: &'a str) -> Result<[Cow<'a, str>; N], String> {
        let mut picked = [const { Cow::Borrowed("") }; N];
        let mut count = 0;
        let mut take = |cell: Cow<'a, str>| {
            if let Some(slot) = self.at.iter().position(|&at| at == count) {
                picked[slot] = cell;
            }
            count += 1;
        };
        if self.comma {
            for cell in Cells::new(line) {
                take(cell?);
            }
        } else {
            line.split('\t').map(Cow::Borrowed).for_each(&mut take);
        }
        if count != self.width {
            return Err(format!("has {count} fields where the header has {}", self.width));
        }
        Ok(picked)
    }
}

/// Cuts a line at a separator into exactly `N` cells.
pub(crate) fn cut<'a, const N: usize>(line: &'a str, separator: &str) -> Result<[&'a str; N], String> {
    let mut cells = [""; N];
    let mut count = 0;
    for cell in line.split(separator) {
        if let Some(slot) = cells.get_mut(count) {
            *slot = cell;
        }
        count += 1;
    }
    if count == N { Ok(cells) } else { Err(format!("has {count} fields where {N} are needed")) }
}

/// Reads a number out of a cell.
pub(crate) fn number<T: std::str::FromStr>(name: &str, cell: &str) -> Result<T, String> {
    cell.trim().parse().map_err(|_| {
        let shown: String = cell.chars().take(40).collect();
        format!("{name} {shown:?} is no number")
    })
}

/// Reads Unix seconds as milliseconds.
pub(crate) fn seconds(cell: &str) -> Result<i64, String> {
    let seconds: i64 = number("time", cell)?;
    seconds.checked_mul(1_000).filter(|&ms| ms >= 0).ok_or_else(|| format!("time {seconds} is out of range"))
}

/// Reads stars of the given range.
pub(crate) fn stars(cell: &str, least: f32) -> Result<f32, String> {
    let stars: f32 = number("rating", cell)?;
    if (least..=5.0).contains(&stars) {
        Ok(stars)
    } else {
        Err(format!("rating {stars} is not from {least} to 5"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_follow_rfc_4180_within_a_line() {
        let check = |line: &str, want: &[&str]| {
            let cells: Vec<_> =
                Cells::new(line).map(|c| c.map_or_else(|e| e.into(), Cow::into_owned)).collect();
            assert_eq!(cells, want, "{line}");
        };
        check("", &[""]);
        check("a,,b", &["a", "", "b"]);
        check("1,\"a, b\",c", &["1", "a, b", "c"]);
        check("\"say \"\"hi\"\"\",x", &["say \"hi\"", "x"]);
        check("\"\"\"all\"\"\"", &["\"all\""]);
        check("\"\",", &["", ""]);
        check("a,\"open,b", &["a", "has an open quote"]);
        check("\"a\"b,c", &["has text after a closing quote"]);
    }

    #[test]
    fn numbers_tell_what_is_wrong() {
        assert_eq!(stars("6", 1.0), Err("rating 6 is not from 1 to 5".into()));
        assert_eq!(stars("NaN", 1.0), Err("rating NaN is not from 1 to 5".into()));
        assert_eq!(seconds("x"), Err("time \"x\" is no number".into()));
        assert_eq!(seconds("-5"), Err("time -5 is out of range".into()));
        assert_eq!(cut::<3>("a::b", "::"), Err("has 2 fields where 3 are needed".into()));
    }
}
