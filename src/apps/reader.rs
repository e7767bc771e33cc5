//! How far an application's programs have read its events, and how far they are behind. A reader is known by its key.

use crate::apps::{event, queue};
use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Db, Row, Tx, params};
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

/// How far somebody has come: it has read what lies after `since` and up to `upto`, and was given what lies up to `given`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub since: i64,
    pub upto: i64,
    pub given: i64,
}

impl Cursor {
    /// What is read later goes on from what was given. Whoever begins elsewhere has not read what lies between.
    pub fn then(self, next: Cursor) -> Cursor {
        match (self.since..=self.given).contains(&next.since) {
            true => Cursor { since: self.since, ..next },
            false => next,
        }
    }
}

/// Somebody with this key has come so far.
pub fn note(tx: &mut Tx, app: AppNo, key: i64, cursor: Cursor) -> Result<()> {
    let sql = "SELECT since, upto, given FROM event_reader WHERE application = ?1 AND key = ?2";
    let read = |r: &Row| Ok(Cursor { since: r.get(0)?, upto: r.get(1)?, given: r.get(2)? });
    let Cursor { since, upto, given } = tx.maybe(sql, params![app, key], read)?.map_or(cursor, |before| before.then(cursor));
    let now = tx.now;
    let sql =
        "INSERT OR REPLACE INTO event_reader (application, key, since, upto, given, read_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.run(sql, params![app, key, since, upto, given, now]).map(|_| ())
}

/// The key is no longer good.
pub(super) fn forget(tx: &mut Tx, app: AppNo, key: i64) -> Result<()> {
    tx.run("DELETE FROM event_reader WHERE application = ?1 AND key = ?2", params![app, key]).map(|_| ())
}

/// Whether somebody has read this event.
pub fn has_read(db: &Db, app: AppNo, event: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM event_reader WHERE application = ?1 AND since < ?2 AND upto >= ?2";
    db.any(sql, params![app, event])
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

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn a_run_goes_on_from_what_was_given_and_whoever_jumps_has_not_read_what_lies_between() {
        let first = Cursor { since: 0, upto: 0, given: 50 };
        let second = first.then(Cursor { since: 50, upto: 50, given: 90 });
        assert_eq!(second, Cursor { since: 0, upto: 50, given: 90 });
        assert_eq!(second.then(Cursor { since: 20, upto: 20, given: 90 }), Cursor { since: 0, upto: 20, given: 90 });
        let jump = Cursor { since: 900, upto: 900, given: 900 };
        assert_eq!(second.then(jump), jump);
    }
}
