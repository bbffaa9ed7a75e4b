//! Reading long lists page by page.

use crate::StorageError;

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where the last page ended, as [`Paged::next`] told; absent for the first page.
    pub cursor: Option<String>,
    /// At most this many rows; at least one is read.
    pub limit: u32,
}

impl Page {
    /// The first page.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { cursor: None, limit }
    }

    /// The page after one that was read; `None` after the last.
    #[must_use]
    pub fn after<T>(&self, read: &Paged<T>) -> Option<Self> {
        read.next.clone().map(|cursor| Self { cursor: Some(cursor), limit: self.limit })
    }

    /// One row more than asked for tells whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.limit.max(1)) + 1
    }

    /// The parts of the key that the last page ended with.
    pub(crate) fn key<const N: usize>(&self) -> Result<Option<[String; N]>, StorageError> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let text = unhex(cursor).ok_or(StorageError::Cursor)?;
        let parts: Vec<String> = text.split('\u{1f}').map(str::to_owned).collect();
        parts.try_into().map(Some).map_err(|_| StorageError::Cursor)
    }

    /// Cuts what was fetched to a page; `key` names a row's parts of the key.
    pub(crate) fn cut<T, const N: usize>(
        &self,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> [String; N],
    ) -> Paged<T> {
        let limit = self.limit.max(1) as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| hex(key(row).join("\u{1f}").as_bytes()));
        Paged { rows, next }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// The cursor of the next page; absent on the last.
    pub next: Option<String>,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from(DIGITS[usize::from(d)])).collect()
}

fn unhex(text: &str) -> Option<String> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|d| d.len() % 2 == 0)?;
    String::from_utf8(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_carries_the_key() {
        let page = Page::first(2);
        let read = page.cut(vec![("a", 1), ("é", 2), ("c", 3)], |r| [r.0.to_owned(), r.1.to_string()]);
        assert_eq!(read.rows.len(), 2);
        let next = page.after(&read).unwrap();
        assert_eq!(next.key::<2>().unwrap(), Some(["é".to_owned(), "2".to_owned()]));
        assert!(matches!(next.key::<1>(), Err(StorageError::Cursor)));
        assert_eq!(page.cut(vec![1, 2], |n| [n.to_string()]).next, None);
    }

    #[test]
    fn foreign_cursors_are_refused() {
        for cursor in ["x", "0", "ff", "é"] {
            let page = Page { cursor: Some(cursor.into()), limit: 1 };
            assert!(matches!(page.key::<1>(), Err(StorageError::Cursor)), "{cursor}");
        }
    }
}
