//! Removing files that no message has: first the rows, with a note which contents are over, then the contents, then the notes.
//! Whatever ends on the way is done again.

use crate::chat::file::storage;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};
use std::time::Duration;

/// A file that waits for the copies of a batch is looked at again after this.
const HELD: Duration = Duration::from_secs(600);

/// Forgets files whose time is over, at most so many; answers how many were looked at.
pub fn forget(tx: &mut Tx, most: usize) -> Result<usize> {
    let sql = "SELECT application, id, content, uploader, bytes FROM file WHERE ends_at <= ?1 ORDER BY ends_at LIMIT ?2";
    let over: Vec<(AppNo, i64, String, UserNo, i64)> =
        tx.all(sql, params![tx.now, most as i64], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?;
    for (app, id, content, uploader, bytes) in &over {
        if is_held(tx, *app, *id)? {
            let later = tx.now.plus(HELD);
            tx.run("UPDATE file SET ends_at = ?3 WHERE application = ?1 AND id = ?2", params![app, id, later])?;
            continue;
        }
        tx.run("DELETE FROM batch_file WHERE application = ?1 AND file = ?2", params![app, id])?;
        tx.run("DELETE FROM file WHERE application = ?1 AND id = ?2", params![app, id])?;
        storage::free(tx, (*app, *uploader), *bytes)?;
        tx.run("INSERT INTO file_gone (content) VALUES (?1)", [content])?;
    }
    Ok(over.len())
}

/// Whether copies of a batch that carry it are still to be written.
fn is_held(db: &Db, app: AppNo, id: i64) -> Result<bool> {
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
