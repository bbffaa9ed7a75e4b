//! A batch of rows as arguments: values one by one for SQLite if they are few, else a JSON text that it takes apart with
//! `json_each`, or one array per column that PostgreSQL zips with `UNNEST`. Either way a statement is sent once and run
//! once, whatever the number of rows; row by row, the round trip between threads or processes would cost more than the writing.

use crate::db::storable;
use sqlx::{Arguments, postgres::PgArguments, sqlite::SqliteArguments};
use std::{borrow::Cow, fmt::Write};

enum Cells<'a> {
    Int(Vec<Option<i64>>),
    Real(Vec<Option<f32>>),
    Text(Vec<Option<Cow<'a, str>>>),
    Bytes(Vec<&'a [u8]>),
}

/// Up to so many rows SQLite gets as values. Each number of rows is a statement of its own, which stays prepared; taking a
/// JSON text apart costs more than binding (5 to 9 µs for an event of a party), but is one statement for all numbers.
const FEW: usize = 32;

/// Named columns of equal length. In a statement, `{rows}` stands for them as the table `r`.
#[derive(Default)]
pub(crate) struct Rows<'a> {
    columns: Vec<(&'static str, Cells<'a>)>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a column of whole numbers.
    pub(crate) fn int<T: Into<Option<i64>>>(
        mut self,
        name: &'static str,
        cells: impl IntoIterator<Item = T>,
    ) -> Self {
        self.columns.push((name, Cells::Int(cells.into_iter().map(Into::into).collect())));
        self
    }

    /// Adds a column of numbers; what is not finite becomes NULL, as JSON has no word for it.
    pub(crate) fn real(mut self, name: &'static str, cells: impl IntoIterator<Item = Option<f32>>) -> Self {
        let finite = cells.into_iter().map(|cell| cell.filter(|v| v.is_finite())).collect();
        self.columns.push((name, Cells::Real(finite)));
        self
    }

    /// Adds a column of texts.
    pub(crate) fn text<T: Into<Option<&'a str>>>(
        mut self,
        name: &'static str,
        cells: impl IntoIterator<Item = T>,
    ) -> Self {
        let cells = cells.into_iter().map(|cell| cell.into().map(storable)).collect();
        self.columns.push((name, Cells::Text(cells)));
        self
    }

    /// Adds a column of bytes.
    pub(crate) fn bytes(mut self, name: &'static str, cells: impl IntoIterator<Item = &'a [u8]>) -> Self {
        self.columns.push((name, Cells::Bytes(cells.into_iter().collect())));
        self
    }

    pub(crate) fn len(&self) -> usize {
        match self.columns.first() {
            None => 0,
            Some((_, Cells::Int(cells))) => cells.len(),
            Some((_, Cells::Real(cells))) => cells.len(),
            Some((_, Cells::Text(cells))) => cells.len(),
            Some((_, Cells::Bytes(cells))) => cells.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The batch as a table expression of SQLite, over [`Rows::sqlite_arguments`].
    pub(crate) fn sqlite_table(&self) -> String {
        if self.len() <= FEW { self.sqlite_values() } else { self.sqlite_json() }
    }

    fn sqlite_values(&self) -> String {
        let mut sql = String::from("(SELECT ");
        for (i, (name, _)) in self.columns.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}column{} AS {name}", i + 1);
        }
        sql.push_str(" FROM (VALUES ");
        for row in 0..self.len() {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for i in 0..self.columns.len() {
                let comma = if i == 0 { "" } else { ", " };
                // Numbered, since a statement may speak of its rows more than once.
                let _ = write!(sql, "{comma}?{}", row * self.columns.len() + i + 1);
            }
            sql.push(')');
        }
        sql.push_str(")) AS r");
        sql
    }

    fn sqlite_json(&self) -> String {
        let mut sql = String::from("(SELECT ");
        for (i, (name, cells)) in self.columns.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            let _ = match cells {
                Cells::Bytes(_) => write!(sql, "{comma}unhex(value ->> {i}) AS {name}"),
                _ => write!(sql, "{comma}value ->> {i} AS {name}"),
            };
        }
        sql.push_str(" FROM json_each($1)) AS r");
        sql
    }

    /// The batch as a table expression of PostgreSQL, over one argument per column.
    pub(crate) fn postgres_table(&self) -> String {
        let mut arrays = String::new();
        let mut names = String::new();
        for (i, (name, cells)) in self.columns.iter().enumerate() {
            let kind = match cells {
                Cells::Int(_) => "bigint",
                Cells::Real(_) => "real",
                Cells::Text(_) => "text",
                Cells::Bytes(_) => "bytea",
            };
            let comma = if i == 0 { "" } else { ", " };
            let _ = write!(arrays, "{comma}${}::{kind}[]", i + 1);
            let _ = write!(names, "{comma}{name}");
        }
        format!("UNNEST({arrays}) AS r({names})")
    }

    /// The batch as SQLite's arguments: its values row by row, or one JSON text.
    pub(crate) fn sqlite_arguments(&self) -> Result<SqliteArguments, sqlx::Error> {
        let mut arguments = SqliteArguments::default();
        if self.len() > FEW {
            arguments.add(self.json()).map_err(sqlx::Error::Encode)?;
            return Ok(arguments);
        }
        for row in 0..self.len() {
            for (_, cells) in &self.columns {
                match cells {
                    Cells::Int(cells) => arguments.add(cells[row]),
                    Cells::Real(cells) => arguments.add(cells[row].map(f64::from)),
                    Cells::Text(cells) => arguments.add(cells[row].as_deref().map(str::to_owned)),
                    Cells::Bytes(cells) => arguments.add(cells[row].to_vec()),
                }
                .map_err(sqlx::Error::Encode)?;
            }
        }
        Ok(arguments)
    }

    /// The batch as a JSON array of arrays.
    fn json(&self) -> String {
        let mut json = String::with_capacity(self.len() * self.columns.len() * 12 + 2);
        json.push('[');
        for row in 0..self.len() {
            json.push_str(if row == 0 { "[" } else { ",[" });
            for (i, (_, cells)) in self.columns.iter().enumerate() {
                if i > 0 {
                    json.push(',');
                }
                write_cell(&mut json, cells, row);
            }
            json.push(']');
        }
        json.push(']');
        json
    }

    /// The batch as PostgreSQL's arguments, one array per column.
    pub(crate) fn arguments(&self) -> Result<PgArguments, sqlx::Error> {
        let mut arguments = PgArguments::default();
        for (_, cells) in &self.columns {
            match cells {
                Cells::Int(cells) => arguments.add(cells),
                Cells::Real(cells) => arguments.add(cells),
                Cells::Text(cells) => arguments.add(cells),
                Cells::Bytes(cells) => arguments.add(cells),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}

/// Writing to a `String` cannot fail, hence the results that are let go.
fn write_cell(json: &mut String, cells: &Cells<'_>, row: usize) {
    match cells {
        Cells::Int(cells) => match cells[row] {
            Some(value) => {
                let _ = write!(json, "{value}");
            }
            None => json.push_str("null"),
        },
        Cells::Real(cells) => match cells[row] {
            // Widened first: the shortest decimal of the f64 is read back to the very same number.
            Some(value) => {
                let _ = write!(json, "{:?}", f64::from(value));
            }
            None => json.push_str("null"),
        },
        Cells::Text(cells) => match &cells[row] {
            Some(text) => write_json_text(json, text),
            None => json.push_str("null"),
        },
        Cells::Bytes(cells) => {
            json.push('"');
            for byte in cells[row] {
                let _ = write!(json, "{byte:02x}");
            }
            json.push('"');
        }
    }
}

fn write_json_text(json: &mut String, text: &str) {
    json.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        json.push_str(&text[from..at]);
        from = at + 1;
        let _ = match byte {
            b'"' | b'\\' => write!(json, "\\{}", char::from(byte)),
            _ => write!(json, "\\u{byte:04x}"),
        };
    }
    json.push_str(&text[from..]);
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_an_array_of_rows() {
        let rows = Rows::new()
            .int("a", [Some(1), None])
            .text("b", ["x\"\n\\é", "\0"])
            .real("c", [Some(f32::NAN), Some(0.1)])
            .bytes("d", [&[1_u8, 255][..], &[]]);
        let json: serde_json::Value = serde_json::from_str(&rows.json()).unwrap();
        assert_eq!(
            json,
            serde_json::json!([[1, "x\"\n\\é", null, "01ff"], [null, "\u{FFFD}", f64::from(0.1_f32), ""]])
        );
        assert_eq!(
            rows.postgres_table(),
            "UNNEST($1::bigint[], $2::text[], $3::real[], $4::bytea[]) AS r(a, b, c, d)"
        );
        assert_eq!(
            rows.sqlite_table(),
            "(SELECT column1 AS a, column2 AS b, column3 AS c, column4 AS d \
             FROM (VALUES (?1, ?2, ?3, ?4), (?5, ?6, ?7, ?8))) AS r"
        );
        assert_eq!(
            rows.sqlite_json(),
            "(SELECT value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c, unhex(value ->> 3) AS d FROM json_each($1)) AS r"
        );
    }

    #[test]
    fn no_columns_are_no_rows() {
        assert!(Rows::new().is_empty());
        assert_eq!(Rows::new().int("a", Vec::<i64>::new()).json(), "[]");
    }
}
