//! A file that somebody sent: used by the messages that carry it, and removed with the last of them. Its row is here, its bytes
//! are the store's.

use crate::chat::author::Author;
use crate::chat::batch::Batch;
use crate::chat::message::Message;
use crate::error::{Error, Result};
use crate::id::{AppNo, MessageId, UserNo};
use crate::secret::Fingerprint;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::file::FileRow;
use std::collections::HashMap;
use std::time::Duration;

pub use arrival::{Arrival, arrive};
pub use storage::Bounds;

mod arrival;
pub mod check;
mod kind;
pub mod name;
mod preview;
pub mod storage;
pub mod sweep;

/// Files of one message.
pub const MOST: usize = 10;
/// A file that no message has taken is kept for so long.
const UNUSED: Duration = Duration::from_secs(24 * 3600);

/// A kept file.
#[derive(Debug, Clone)]
pub struct File {
    pub app: AppNo,
    pub id: i64,
    /// `UserNo::APPLICATION`: the application itself.
    pub uploader: UserNo,
    pub name: String,
    pub kind: String,
    pub size: u64,
    /// Of a picture: width and height.
    pub dots: Option<(u32, u32)>,
    pub content: String,
    pub hash: Fingerprint,
    /// The type of the small picture of it.
    pub preview: Option<String>,
    pub created_at: Moment,
}

const SELECT: &str =
    "SELECT application, id, uploader, name, type, size, width, height, content, hash, preview, created_at FROM file";

pub fn get(db: &Db, app: AppNo, id: i64) -> Result<File> {
    find(db, app, id)?.ok_or(Error::NotFound("file"))
}

pub fn find(db: &Db, app: AppNo, id: i64) -> Result<Option<File>> {
    db.maybe(&format!("{SELECT} WHERE application = ?1 AND id = ?2 AND discarded_at IS NULL"), params![app, id], read)
}

/// The files of an application after one, for whoever takes all of them out.
pub(super) fn page(db: &Db, app: AppNo, after: i64, most: usize) -> Result<Vec<File>> {
    let sql = format!("{SELECT} WHERE application = ?1 AND id > ?2 AND discarded_at IS NULL ORDER BY id LIMIT ?3");
    db.all(&sql, params![app, after, most as i64], read)
}

/// Files whose time is over, at most so many.
fn over(db: &Db, now: Moment, most: usize) -> Result<Vec<File>> {
    let sql = format!("{SELECT} WHERE ends_at <= ?1 ORDER BY ends_at LIMIT ?2");
    db.all(&sql, params![now, most as i64], read)
}

fn read(r: &Row) -> Result<File> {
    Ok(File {
        app: r.get(0)?,
        id: r.get(1)?,
        uploader: r.get(2)?,
        name: r.get(3)?,
        kind: r.get(4)?,
        size: r.get::<i64>(5)?.unsigned_abs(),
        dots: r.get::<Option<u32>>(6)?.zip(r.get(7)?),
        content: r.get(8)?,
        hash: r.get(9)?,
        preview: r.get(10)?,
        created_at: r.get(11)?,
    })
}

impl File {
    pub fn row(&self) -> FileRow {
        FileRow {
            id: self.id,
            name: self.name.clone(),
            kind: self.kind.clone(),
            size: self.size,
            width: self.dots.map(|(width, _)| width),
            height: self.dots.map(|(_, height)| height),
            preview: self.preview.is_some(),
        }
    }
}

/// Keeps what has arrived, until a message takes it or its time is over.
pub fn add(tx: &mut Tx, (app, uploader): (AppNo, UserNo), arrival: &Arrival, bounds: Bounds) -> Result<File> {
    storage::require(tx, (app, uploader), arrival.bytes, bounds)?;
    let (id, now) = (tx.next_version(app)?, tx.now);
    let sql = "INSERT INTO file (application, id, uploader, name, type, size, width, height, content, hash, preview, bytes, created_at, ends_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let (width, height) = arrival.dots.unzip();
    let (content, end) = (&arrival.content, now.plus(UNUSED));
    let (size, bytes) = (content.size as i64, arrival.bytes as i64);
    let values = params![
        app,
        id,
        uploader,
        arrival.name,
        arrival.kind,
        size,
        width,
        height,
        content.name,
        content.hash,
        arrival.preview,
        bytes,
        now,
        end
    ];
    tx.append(sql, values)?;
    storage::fill(tx, (app, uploader), bytes)?;
    get(tx, app, id)
}

/// The files of a message that is about to be written, in its order. Each was sent by whoever writes, or by the application
/// where that writes.
pub(super) fn require(db: &Db, author: &Author, ids: &[i64]) -> Result<Vec<File>> {
    if ids.len() > MOST {
        return Err(Error::TooLarge(format!("a message has at most {MOST} files")));
    }
    let mut found: Vec<File> = Vec::with_capacity(ids.len());
    for id in ids {
        let by_application = author.is_application() || author.via;
        let is_theirs = |file: &File| file.uploader == author.user || (by_application && file.uploader == UserNo::APPLICATION);
        let file = find(db, author.app, *id)?.filter(is_theirs);
        let file = file.ok_or_else(|| Error::invalid("attachments", format!("there is no file {id} that you sent")))?;
        if found.iter().any(|other| other.id == file.id) {
            return Err(Error::invalid("attachments", format!("file {id} is named twice")));
        }
        found.push(file);
    }
    Ok(found)
}

/// A message has them now.
pub(super) fn take(tx: &mut Tx, app: AppNo, files: &[File]) -> Result<()> {
    for file in files {
        let sql = "UPDATE file SET uses = uses + 1, ends_at = NULL WHERE application = ?1 AND id = ?2";
        tx.append(sql, params![app, file.id])?;
    }
    Ok(())
}

/// A message is taken away. What no other has is removed soon.
pub(super) fn release(tx: &mut Tx, app: AppNo, message: MessageId) -> Result<()> {
    let sql = "SELECT files FROM message WHERE application = ?1 AND id = ?2";
    let listed = tx.maybe(sql, params![app, message], |r| r.get::<Option<String>>(0))?.flatten();
    for id in numbers(listed)? {
        let sql = "UPDATE file SET uses = uses - 1, ends_at = CASE WHEN uses <= 1 THEN ?3 END WHERE application = ?1 AND id = ?2";
        let now = tx.now;
        tx.append(sql, params![app, id, now])?;
    }
    Ok(())
}

/// Takes back a file that its sender has thought better of: `Conflict` where a message has it, or is to have it. It takes its room
/// until its content has left the disk.
pub fn discard(tx: &mut Tx, (app, uploader): (AppNo, UserNo), id: i64) -> Result<()> {
    let file = find(tx, app, id)?.filter(|file| file.uploader == uploader).ok_or(Error::NotFound("file"))?;
    let sql = "SELECT 1 FROM file WHERE application = ?1 AND id = ?2 AND ends_at IS NULL";
    if tx.any(sql, params![app, id])? || sweep::is_held(tx, app, id)? {
        return Err(Error::Conflict("a message has this file: delete the message, and the file goes with it".into()));
    }
    let (sql, now) = ("UPDATE file SET ends_at = ?3, discarded_at = ?3 WHERE application = ?1 AND id = ?2", tx.now);
    tx.run(sql, params![app, file.id, now]).map(|_| ())
}

/// What a user sent and no message has goes with the user.
pub(super) fn forget(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<()> {
    let sql = "UPDATE file SET ends_at = ?3 WHERE application = ?1 AND uploader = ?2 AND ends_at IS NOT NULL";
    let now = tx.now;
    tx.run(sql, params![app, user, now]).map(|_| ())
}

/// Gives messages that were just read the files that they carry.
pub(super) fn attach(db: &Db, app: AppNo, messages: &mut [Message]) -> Result<()> {
    let ids: Vec<i64> = messages.iter().flat_map(|message| message.files.iter().copied()).collect();
    let Some(ids) = listed(&ids) else { return Ok(()) };
    let sql = format!("{SELECT} WHERE application = ?1 AND id IN (SELECT value FROM json_each(?2))");
    let found = db.all(&sql, params![app, ids], read)?;
    let rows: HashMap<i64, FileRow> = found.iter().map(|file| (file.id, file.row())).collect();
    for message in messages {
        message.attachments = message.files.iter().filter_map(|id| rows.get(id).cloned()).collect();
    }
    Ok(())
}

/// Files' numbers as a row keeps them.
pub(super) fn numbers(listed: Option<String>) -> Result<Vec<i64>> {
    listed.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list).map_err(Error::internal))
}

/// As they are kept.
pub(super) fn listed(ids: &[i64]) -> Option<String> {
    (!ids.is_empty()).then(|| serde_json::to_string(ids).unwrap_or_default())
}

/// What the copies of a batch are to carry: kept until the last of them is written.
pub(super) fn hold(tx: &mut Tx, author: &Author, batch: i64, ids: &[i64]) -> Result<()> {
    for (position, file) in (1_i64..).zip(require(tx, author, ids)?) {
        let sql = "INSERT INTO batch_file (application, batch, position, file) VALUES (?1, ?2, ?3, ?4)";
        tx.append(sql, params![author.app, batch, position, file.id])?;
    }
    Ok(())
}

/// What the copies of a batch carry; nothing of one that was withdrawn.
pub fn of_batch(db: &Db, batch: &Batch) -> Result<Vec<FileRow>> {
    if batch.withdrawn_at.is_some() {
        return Ok(Vec::new());
    }
    let mut ids = held(db, batch.app, batch.id)?;
    if ids.is_empty() {
        // Of what was written at once the message alone knows.
        let sql = "SELECT m.files FROM batch_copy c JOIN message m ON m.application = c.application AND m.id = c.message
                   WHERE c.application = ?1 AND c.batch = ?2 AND c.position = 1";
        ids = numbers(db.maybe(sql, params![batch.app, batch.id], |r| r.get(0))?.flatten())?;
    }
    let found = ids.into_iter().map(|id| find(db, batch.app, id));
    Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().map(|file| file.row()).collect())
}

pub(super) fn held(db: &Db, app: AppNo, batch: i64) -> Result<Vec<i64>> {
    let sql = "SELECT file FROM batch_file WHERE application = ?1 AND batch = ?2 ORDER BY position";
    db.all(sql, params![app, batch], |r| r.get(0))
}
