//! The room that files take on the disk: of an application, and of everybody who sends them there.

use crate::chat::file::MOST;
use crate::config::Limits;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::content::extent;
use crate::store::{Db, Tx, params};

/// Files of one user that no message has taken.
const WAITING: i64 = 100;
/// The part of an application's room that one user may take.
const PART: u64 = 10;

/// In percent: somebody should make room.
pub const SHORT: u64 = 90;

/// How much room there is.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Of one file.
    file: u64,
    /// Of all files of an application.
    pub storage: u64,
}

/// Who has files, and what they take.
#[derive(Debug, Clone, Copy)]
pub struct Holder {
    /// `UserNo::APPLICATION`: the application itself.
    pub user: UserNo,
    pub bytes: u64,
}

impl Bounds {
    pub fn of(limits: &Limits) -> Bounds {
        Bounds { file: limits.file_bytes, storage: limits.storage_bytes }
    }
}

/// `TooLarge` where so many bytes more are too much for the application, or for the user who sends them: nobody takes the room of
/// all others, with messages or without. A first file has room in any case.
pub fn require(db: &Db, (app, user): (AppNo, UserNo), bytes: u64, bounds: Bounds) -> Result<()> {
    let Bounds { file, storage } = bounds;
    if taken(db, app)? + bytes > storage {
        return full(format!("the application's files may take {} together, and there is no room left", extent(storage)));
    }
    if user == UserNo::APPLICATION {
        return Ok(());
    }
    let (held, most) = (taken_by(db, app, user)?, storage / PART);
    if held > 0 && held + bytes > most {
        return full(format!("your files may take {} together; delete messages with files to make room", extent(most)));
    }
    let (count, waiting) = waiting(db, app, user)?;
    if count >= WAITING {
        return Err(Error::TooMany { after_s: 600 });
    }
    let most = file.saturating_mul(MOST as u64);
    if waiting > 0 && waiting + bytes > most {
        return full(format!("files that you have not sent yet may take {} together; send them first", extent(most)));
    }
    Ok(())
}

fn full(sentence: String) -> Result<()> {
    Err(Error::TooLarge(sentence))
}

/// Bytes of all files of an application.
pub fn taken(db: &Db, app: AppNo) -> Result<u64> {
    let taken = db.maybe("SELECT bytes FROM storage WHERE application = ?1", [app], |r| r.get::<i64>(0))?;
    Ok(taken.map_or(0, i64::unsigned_abs))
}

/// How much of all the room is taken, in percent.
pub fn percent(taken: u64, all: u64) -> u64 {
    taken.saturating_mul(100) / all.max(1)
}

/// Bytes of all files of one user.
pub fn taken_by(db: &Db, app: AppNo, user: UserNo) -> Result<u64> {
    let sql = "SELECT bytes FROM storage_part WHERE application = ?1 AND uploader = ?2";
    Ok(db.maybe(sql, params![app, user], |r| r.get::<i64>(0))?.map_or(0, i64::unsigned_abs))
}

/// How many of a user's files wait for a message, and what they take.
fn waiting(db: &Db, app: AppNo, user: UserNo) -> Result<(i64, u64)> {
    let sql = "SELECT count(*), coalesce(sum(bytes), 0) FROM file
         WHERE application = ?1 AND uploader = ?2 AND ends_at IS NOT NULL AND discarded_at IS NULL";
    db.one(sql, params![app, user], |r| Ok((r.get(0)?, r.get::<i64>(1)?.unsigned_abs())))
}

/// Those who have most, at most so many.
pub fn holders(db: &Db, app: AppNo, most: usize) -> Result<Vec<Holder>> {
    let sql = "SELECT uploader, bytes FROM storage_part WHERE application = ?1 ORDER BY bytes DESC LIMIT ?2";
    db.all(sql, params![app, most as i64], |r| Ok(Holder { user: r.get(0)?, bytes: r.get::<i64>(1)?.unsigned_abs() }))
}

/// A file has come.
pub(super) fn fill(tx: &mut Tx, (app, user): (AppNo, UserNo), bytes: i64) -> Result<()> {
    let sql = "INSERT INTO storage (application, bytes) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes";
    tx.append(sql, params![app, bytes])?;
    let sql = "INSERT INTO storage_part (application, uploader, bytes) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes";
    tx.append(sql, params![app, user, bytes]).map(|_| ())
}

/// It has gone.
pub(super) fn free(tx: &mut Tx, (app, user): (AppNo, UserNo), bytes: i64) -> Result<()> {
    tx.run("UPDATE storage SET bytes = bytes - ?2 WHERE application = ?1", params![app, bytes])?;
    let of = "WHERE application = ?1 AND uploader = ?2";
    tx.run(&format!("UPDATE storage_part SET bytes = bytes - ?3 {of}"), params![app, user, bytes])?;
    tx.run(&format!("DELETE FROM storage_part {of} AND bytes <= 0"), params![app, user]).map(|_| ())
}
