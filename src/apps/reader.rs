//! How far an application's programs have read its events, and how far they are behind. A reader is known by its key.

use crate::apps::{event, queue};
use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Db, Tx, params};
use crate::time::Moment;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    pub key: i64,
    /// Of the key.
    pub name: String,
    /// The id of the last event that it has read.
    pub upto: i64,
    pub read_at: Moment,
    /// Events that it has not read.
    pub behind: i64,
    /// When the first of them happened.
    pub behind_since: Option<Moment>,
}

/// How far everything is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    /// The id of the newest event.
    pub last: i64,
    /// What is not delivered, or not answered.
    pub waiting: i64,
    pub waiting_since: Option<Moment>,
    pub readers: Vec<Reader>,
}

/// Somebody with this key has read so far.
pub fn note(tx: &mut Tx, app: AppNo, key: i64, upto: i64) -> Result<()> {
    let now = tx.now;
    let sql = "INSERT INTO event_reader (application, key, upto, read_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT DO UPDATE SET upto = excluded.upto, read_at = excluded.read_at";
    tx.run(sql, params![app, key, upto, now]).map(|_| ())
}

/// The key is no longer good.
pub(super) fn forget(tx: &mut Tx, app: AppNo, key: i64) -> Result<()> {
    tx.run("DELETE FROM event_reader WHERE application = ?1 AND key = ?2", params![app, key]).map(|_| ())
}

/// How far the foremost has read.
pub fn reached(db: &Db, app: AppNo) -> Result<i64> {
    db.one("SELECT coalesce(max(upto), 0) FROM event_reader WHERE application = ?1", [app], |r| r.get(0))
}

/// Who reads, the one who is farthest behind first, and what waits.
pub fn lag(db: &Db, app: AppNo) -> Result<Lag> {
    let last = event::last(db, app)?;
    let sql = "SELECT r.key, k.name, r.upto, r.read_at, (SELECT d.created_at FROM delivery d
                   WHERE d.application = r.application AND d.no > r.upto ORDER BY d.no LIMIT 1)
               FROM event_reader r JOIN application_key k ON k.application = r.application AND k.no = r.key
               WHERE r.application = ?1 ORDER BY r.upto, r.key";
    let readers = db.all(sql, [app], |r| {
        let upto: i64 = r.get(2)?;
        let (behind, behind_since) = ((last - upto).max(0), r.get(4)?);
        Ok(Reader { key: r.get(0)?, name: r.get(1)?, upto, read_at: r.get(3)?, behind, behind_since })
    })?;
    let sql = "SELECT min(created_at) FROM delivery WHERE application = ?1 AND done_at IS NULL";
    let waiting_since = db.one(sql, [app], |r| r.get(0))?;
    Ok(Lag { last, waiting: queue::get(db, app)?.waiting, waiting_since, readers })
}
