//! Which batches have something left to do.

use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Db, params};
use crate::time::Moment;

/// Batches of one application that are written side by side.
const AT_ONCE: i64 = 4;

/// When the next batch is to be written that waits for its moment.
pub fn next(db: &Db, now: Moment) -> Result<Option<Moment>> {
    let sql =
        "SELECT min((SELECT b.due_at FROM batch b WHERE b.application = a.no AND (b.done_at IS NULL OR b.changing IS NOT NULL)
                   AND b.due_at > ?1 ORDER BY b.due_at LIMIT 1)) FROM application a";
    db.one(sql, [now], |r| r.get(0))
}

/// The batches that have something left to do now, of applications that are not suspended: a few of each, the first of each
/// before the second of any, so that no application waits until another has done.
pub fn open(db: &Db, now: Moment) -> Result<Vec<(AppNo, i64)>> {
    let sql = "SELECT b.application, b.id, row_number() OVER (PARTITION BY b.application ORDER BY b.due_at, b.id) AS place
               FROM application a CROSS JOIN batch b ON b.application = a.no AND b.id IN (
                   SELECT x.id FROM batch x WHERE x.application = a.no AND (x.done_at IS NULL OR x.changing IS NOT NULL)
                   AND x.due_at <= ?1 ORDER BY x.due_at, x.id LIMIT ?2)
               WHERE a.suspended_at IS NULL ORDER BY place, b.due_at LIMIT 100 /* all: a few of each application */";
    db.all(sql, params![now, AT_ONCE], |r| Ok((r.get(0)?, r.get(1)?)))
}
