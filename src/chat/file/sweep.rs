//! Removing files that no message has: first the rows, with a note which contents are over, then the contents, then the notes.
//! Whatever ends on the way is done again.

use crate::chat::file::{self, File, storage};
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::{Db, Tx, params};
use std::time::Duration;

/// A file that waits for the copies of a batch is looked at again after this.
const HELD: Duration = Duration::from_secs(600);

/// Forgets files whose time is over, at most so many; answers how many were looked at.
pub fn forget(tx: &mut Tx, most: usize) -> Result<usize> {
    let over = file::over(tx, tx.now, most)?;
    for file in &over {
        if is_held(tx, file.app, file.id)? {
            let later = tx.now.plus(HELD);
            tx.run("UPDATE file SET ends_at = ?3 WHERE application = ?1 AND id = ?2", params![file.app, file.id, later])?;
            continue;
        }
        remove(tx, file)?;
    }
    Ok(over.len())
}

/// The row, with a note that its content is over.
fn remove(tx: &mut Tx, file: &File) -> Result<()> {
    let of = params![file.app, file.id];
    tx.run("DELETE FROM batch_file WHERE application = ?1 AND file = ?2", of)?;
    let bytes = tx.one("DELETE FROM file WHERE application = ?1 AND id = ?2 RETURNING bytes", of, |r| r.get(0))?;
    storage::free(tx, (file.app, file.uploader), bytes)?;
    tx.run("INSERT INTO file_gone (content) VALUES (?1)", [&file.content]).map(|_| ())
}

/// Whether copies of a batch that carry it are still to be written.
pub(super) fn is_held(db: &Db, app: AppNo, id: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM batch_file f JOIN batch b ON b.application = f.application AND b.id = f.batch
               WHERE f.application = ?1 AND f.file = ?2 AND b.done_at IS NULL LIMIT 1";
    db.any(sql, params![app, id])
}

/// Contents that are to leave the disk, at most so many after one.
pub fn gone(db: &Db, after: &str, most: usize) -> Result<Vec<String>> {
    let sql = "SELECT content FROM file_gone WHERE content > ?1 ORDER BY content LIMIT ?2";
    db.all(sql, params![after, most as i64], |r| r.get(0))
}

/// They have left it.
pub fn forgotten(tx: &mut Tx, contents: &[String]) -> Result<()> {
    for content in contents {
        tx.run("DELETE FROM file_gone WHERE content = ?1", [content])?;
    }
    Ok(())
}

/// Of these contents those of which nothing is known.
pub fn unknown(db: &Db, contents: &[String]) -> Result<Vec<String>> {
    let sql = "SELECT value FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM file WHERE content = value)
               AND NOT EXISTS (SELECT 1 FROM file_gone WHERE content = value)";
    db.all(sql, [list(contents)?], |r| r.get(0))
}

/// Of these contents those that files have.
pub fn known(db: &Db, contents: &[String]) -> Result<Vec<String>> {
    let sql = "SELECT content FROM json_each(?1) CROSS JOIN file ON content = value";
    db.all(sql, [list(contents)?], |r| r.get(0))
}

fn list(contents: &[String]) -> Result<String> {
    serde_json::to_string(contents).map_err(Error::internal)
}
