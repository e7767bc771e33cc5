//! Which batches have something left to do.

use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Db, params};
use crate::time::Moment;

/// The weight of what is done in one commit: so many batches to one recipient each, or four large ones, of which each ends its step by time.
pub const TOGETHER: i64 = 32;
/// The weight of a large one.
pub const HEAVY: i64 = 8;

/// When the next batch is to be written that waits for its moment.
pub fn next(db: &Db, now: Moment) -> Result<Option<Moment>> {
    let sql =
        "SELECT min((SELECT b.due_at FROM batch b WHERE b.application = a.no AND (b.done_at IS NULL OR b.changing IS NOT NULL)
                   AND b.due_at > ?1 ORDER BY b.due_at LIMIT 1)) FROM application a";
    db.one(sql, [now], |r| r.get(0))
}

/// What has something left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub app: AppNo,
    pub batch: i64,
    /// Since when.
    pub at: Moment,
    /// How long its next step may take, beside others: its recipients, at most `HEAVY`, which one has too that takes earlier messages back.
    pub weight: i64,
}

/// The batches that have something left to do now, of applications that are not suspended: of each a few large ones or more small
/// ones, the first of each before the second of any, so that no application waits until another has done.
pub fn open(db: &Db, now: Moment) -> Result<Vec<Due>> {
    let sql = "SELECT application, id, due_at, weight FROM (
                   SELECT application, id, due_at, weight, row_number() OVER before AS place, sum(weight) OVER before AS load FROM (
                       SELECT b.application, b.id, b.due_at,
                           CASE WHEN b.replacing OR b.changing IS NOT NULL THEN ?3 ELSE min(max(b.total, 1), ?3) END AS weight
                       FROM application a CROSS JOIN batch b ON b.application = a.no AND b.id IN (
                           SELECT x.id FROM batch x WHERE x.application = a.no AND (x.done_at IS NULL OR x.changing IS NOT NULL)
                           AND x.due_at <= ?1 ORDER BY x.due_at, x.id LIMIT ?2)
                       WHERE a.suspended_at IS NULL)
                   WINDOW before AS (PARTITION BY application ORDER BY due_at, id))
               WHERE load <= ?2 ORDER BY place, due_at LIMIT 100 /* all: a few of each application */";
    db.all(sql, params![now, TOGETHER, HEAVY], |r| Ok(Due { app: r.get(0)?, batch: r.get(1)?, at: r.get(2)?, weight: r.get(3)? }))
}
