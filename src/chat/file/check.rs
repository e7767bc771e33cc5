//! Whether the bytes of files are on the disk as their rows say.

use crate::error::Result;
use crate::id::AppNo;
use crate::secret::Fingerprint;
use crate::store::content::Contents;
use crate::store::{Db, Row, params};

/// Rows that are read together.
const PAGE: i64 = 500;
/// Damaged files that are named.
const NAMED: usize = 5;

/// What a row says of its bytes.
pub struct Stored {
    app: AppNo,
    application: String,
    id: i64,
    content: String,
    size: u64,
    hash: Fingerprint,
    /// The size of the small picture, where there is one.
    preview: Option<u64>,
}

/// What was looked at.
#[derive(Debug, Default)]
pub struct Found {
    pub files: usize,
    pub damaged: usize,
    /// The first of these.
    named: Vec<String>,
}

/// The rows after one.
pub type Place = (AppNo, i64);

pub fn list(db: &Db, after: Place) -> Result<Vec<Stored>> {
    let sql = "SELECT f.application, a.id, f.id, f.content, f.size, f.hash, iif(f.preview IS NULL, NULL, f.bytes - f.size)
               FROM file f JOIN application a ON a.no = f.application
               WHERE (f.application, f.id) > (?1, ?2) ORDER BY f.application, f.id LIMIT ?3";
    db.all(sql, params![after.0, after.1, PAGE], read)
}

fn read(r: &Row) -> Result<Stored> {
    Ok(Stored {
        app: r.get(0)?,
        application: r.get(1)?,
        id: r.get(2)?,
        content: r.get(3)?,
        size: r.get::<i64>(4)?.unsigned_abs(),
        hash: r.get(5)?,
        preview: r.get::<Option<i64>>(6)?.map(i64::unsigned_abs),
    })
}

/// Reads all contents; `list` answers the rows after one, of one database.
pub fn all(contents: &Contents, list: impl Fn(Place) -> Result<Vec<Stored>>) -> Result<Found> {
    let (mut after, mut found) = ((AppNo(0), 0), Found::default());
    loop {
        let page = list(after)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = (last.app, last.id);
        for file in page.iter().filter(|file| !file.is_whole(contents)) {
            // The row may have gone in the meantime, and after it the content.
            let stands = list((file.app, file.id - 1))?.first().is_some_and(|row| row.id == file.id && row.app == file.app);
            if stands {
                found.name(file);
            }
        }
        found.files += page.len();
    }
}

impl Stored {
    fn is_whole(&self, contents: &Contents) -> bool {
        let small = |size| contents.has(&Contents::beside(&self.content), size);
        self.preview.is_none_or(small) && contents.is(&self.content, self.size, &self.hash)
    }
}

impl Found {
    fn name(&mut self, file: &Stored) {
        self.damaged += 1;
        if self.named.len() < NAMED {
            self.named.push(format!("{} of {}", file.id, file.application));
        }
    }

    /// A sentence where something is not as it should be.
    pub fn complaint(&self) -> Option<String> {
        let more = if self.damaged > self.named.len() { ", …" } else { "" };
        let (damaged, files, named) = (self.damaged, self.files, self.named.join(", "));
        (damaged > 0).then(|| format!("of {files} files the content of {damaged} is missing or damaged ({named}{more})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_row_that_goes_while_its_content_is_looked_for_is_no_damage() {
        let row = || Stored {
            app: AppNo(1),
            application: "oa".into(),
            id: 7,
            content: "ab00".into(),
            size: 1,
            hash: [0; 32],
            preview: None,
        };
        let looked_twice_at = |stands: bool| {
            let rounds = Cell::new(0);
            let list = |after: Place| {
                rounds.set(rounds.get() + 1);
                let there = after < (AppNo(1), 7) && (rounds.get() == 1 || stands);
                Ok(there.then(row).into_iter().collect())
            };
            all(&Contents::at("/nowhere".into()), list).unwrap().complaint()
        };
        assert_eq!(looked_twice_at(false), None);
        let said = looked_twice_at(true).unwrap();
        assert_eq!(said, "of 1 files the content of 1 is missing or damaged (7 of oa)");
    }
}
