//! An application's queue as a whole: whether there is room, whether it runs, and what goes next. A row is claimed for a
//! time, not taken, so that a claim which nobody settles ends by itself.

use crate::apps::delivery::{self, COLUMNS, Delivery, Fact};
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::Work;
use std::time::Duration;

/// Calls to one application at a time.
pub const IN_FLIGHT: i64 = 2;
/// How long a claim holds; longer than any call.
const CLAIM: Duration = Duration::from_secs(30);
/// An application that was out of reach is not tried more often than this out of turn.
const OUT_OF_TURN: Duration = Duration::from_secs(60);
/// The application was out of reach, as opposed to: it answered that it does not want this.
const OUT_OF_REACH: &str = "(status IS NULL OR status IN (502, 504))";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    pub waiting: i64,
    /// Facts dropped since there was room.
    pub dropped: i64,
    pub failing_since: Option<Moment>,
    pub held_until: Option<Moment>,
    pub stopped_at: Option<Moment>,
    /// Why it is stopped.
    pub reason: Option<String>,
}

pub fn get(db: &Db, app: AppNo) -> Result<Queue> {
    let sql = "SELECT waiting, dropped, failing_since, held_until, stopped_at, reason FROM callback_queue WHERE application = ?1";
    Ok(db.maybe(sql, [app], read)?.unwrap_or_default())
}

fn read(r: &Row) -> Result<Queue> {
    Ok(Queue {
        waiting: r.get(0)?,
        dropped: r.get(1)?,
        failing_since: r.get(2)?,
        held_until: r.get(3)?,
        stopped_at: r.get(4)?,
        reason: r.get(5)?,
    })
}

pub(super) fn require_running(db: &Db, app: AppNo) -> Result<()> {
    match get(db, app)?.reason {
        Some(reason) => {
            Err(Error::Conflict(format!("callbacks to this application are stopped ({reason}); an answered ping starts them")))
        }
        None => Ok(()),
    }
}

/// Whether one more may wait. Facts are dropped first; a question is refused only when the queue is twice overfull.
pub(super) fn has_room(tx: &mut Tx, app: AppNo, question: bool) -> Result<bool> {
    let sql = "SELECT waiting, most, dropped FROM callback_queue WHERE application = ?1";
    let counts = tx.maybe(sql, [app], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?, r.get::<i64>(2)?)))?;
    let Some((waiting, most, dropped)) = counts else { return Ok(true) };
    if question && waiting >= 2 * most {
        tracing::error!(
            application = app.0,
            waiting,
            "the queue of callbacks is overfull; messages to this application are refused"
        );
        return Err(Error::Unavailable("the application has not taken its messages for too long; try again later".into()));
    }
    if question || waiting < most {
        return Ok(true);
    }
    if dropped == 0 {
        tracing::warn!(application = app.0, waiting, "the queue of callbacks is full; facts are dropped until there is room");
    }
    tx.run("UPDATE callback_queue SET dropped = dropped + 1 WHERE application = ?1", [app])?;
    Ok(false)
}

/// The number of the next row.
pub(super) fn next(tx: &mut Tx, app: AppNo, waits: bool) -> Result<i64> {
    let sql = "INSERT INTO callback_queue (application, last, waiting) VALUES (?1, 1, ?2)
               ON CONFLICT DO UPDATE SET last = last + 1, waiting = waiting + ?2 RETURNING last";
    tx.returning(sql, params![app, waits], |r| r.get(0))?.ok_or_else(|| Error::internal("no number for a delivery"))
}

pub(super) fn count(tx: &mut Tx, app: AppNo, by: i64) -> Result<()> {
    let sql = "UPDATE callback_queue SET waiting = waiting + ?2, dropped = CASE WHEN waiting + ?2 < most THEN 0 ELSE dropped END
               WHERE application = ?1";
    tx.run(sql, params![app, by])?;
    Ok(())
}

/// Whether earlier rows of its conversation are not done yet. A question then brings the first of them forward if the
/// application was only out of reach: whoever writes again should not wait for a pause of hours.
pub(super) fn is_behind<D>(tx: &mut Tx, app: AppNo, fact: &Fact<D>) -> Result<bool> {
    let now = tx.now;
    let Some(conversation) = fact.conversation else { return Ok(false) };
    let sql = "SELECT min(no) FROM delivery WHERE application = ?1 AND conversation = ?2 AND done_at IS NULL";
    let first: Option<i64> = tx.one(sql, params![app, conversation], |r| r.get(0))?;
    let Some(first) = first else { return Ok(false) };
    if fact.kind.is_question() {
        let sql = format!(
            "UPDATE delivery SET due_at = ?3 WHERE application = ?1 AND no = ?2 AND due_at > ?3 AND tried_at <= ?4
             AND coalesce(claimed_until, 0) <= ?3 AND {OUT_OF_REACH}"
        );
        tx.run(&sql, params![app, first, now, now.minus(OUT_OF_TURN)])?;
    }
    Ok(true)
}

/// The application answered something: what waits for it because it was out of reach is brought forward.
pub fn revive(tx: &mut Tx, app: AppNo) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE callback_queue SET failing_since = NULL WHERE application = ?1 AND failing_since IS NOT NULL";
    if tx.run(sql, [app])? == 0 {
        return Ok(());
    }
    let sql = format!(
        "UPDATE delivery SET due_at = ?2 WHERE application = ?1 AND due_at > ?2 AND tried_at <= ?3
         AND coalesce(claimed_until, 0) <= ?2 AND {OUT_OF_REACH}"
    );
    tx.run(&sql, params![app, now, now.minus(OUT_OF_TURN)])?;
    tx.tell(News::Nudge(Work::Callbacks));
    Ok(())
}

/// Nothing more is sent until `start`.
pub fn stop(tx: &mut Tx, app: AppNo, reason: &str) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE callback_queue SET stopped_at = ?2, reason = ?3 WHERE application = ?1 AND stopped_at IS NULL";
    tx.run(sql, params![app, now, reason])?;
    Ok(())
}

/// The application answered a ping, or has another address: whatever waits is due at once.
pub fn start(tx: &mut Tx, app: AppNo) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE callback_queue SET stopped_at = NULL, reason = NULL, held_until = NULL, failing_since = NULL
               WHERE application = ?1";
    tx.run(sql, [app])?;
    let sql = "UPDATE delivery SET due_at = ?2 WHERE application = ?1 AND due_at > ?2 AND coalesce(claimed_until, 0) <= ?2";
    tx.run(sql, params![app, now])?;
    tx.tell(News::Nudge(Work::Callbacks));
    Ok(())
}

/// An application to which something may be sent now or later.
struct Running {
    app: AppNo,
    held_until: Moment,
    free: i64,
}

fn running(db: &Db, now: Moment) -> Result<Vec<Running>> {
    let sql = "SELECT q.application, coalesce(q.held_until, 0), ?1 - (SELECT count(*) FROM delivery d
                   WHERE d.application = q.application AND d.claimed_until > ?2)
               FROM callback_queue q JOIN application a ON a.no = q.application
               WHERE q.waiting > 0 AND q.stopped_at IS NULL AND a.callback_url IS NOT NULL AND a.suspended_at IS NULL";
    let mut found =
        db.all(sql, params![IN_FLIGHT, now], |r| Ok(Running { app: r.get(0)?, held_until: r.get(1)?, free: r.get(2)? }))?;
    found.retain(|running| running.free > 0);
    Ok(found)
}

/// Claims what is due, at most `most` and `IN_FLIGHT` for each application, the longest due first.
pub fn claim(tx: &mut Tx, most: usize) -> Result<Vec<Delivery>> {
    let now = tx.now;
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND due_at <= ?2 ORDER BY due_at, no LIMIT ?3");
    let mut due = Vec::new();
    for Running { app, held_until, free } in running(tx, now)? {
        if held_until <= now {
            due.extend(tx.all(&sql, params![app, now, free], delivery::read)?);
        }
    }
    due.sort_by_key(|delivery| delivery.due_at);
    due.truncate(most);
    let until = now.plus(CLAIM);
    for claimed in &due {
        let sql = "UPDATE delivery SET due_at = ?3, claimed_until = ?3 WHERE application = ?1 AND no = ?2";
        tx.run(sql, params![claimed.app, claimed.no, until])?;
    }
    Ok(due)
}

/// When `claim` will find something next, as things stand.
pub fn next_due(db: &Db, now: Moment) -> Result<Option<Moment>> {
    let mut next: Option<Moment> = None;
    for Running { app, held_until, .. } in running(db, now)? {
        let sql = "SELECT min(due_at) FROM delivery WHERE application = ?1 AND due_at IS NOT NULL";
        let due: Option<Moment> = db.one(sql, [app], |r| r.get(0))?;
        let due = due.map(|due| due.max(held_until));
        next = [next, due].into_iter().flatten().min();
    }
    Ok(next)
}

/// Ends the claims that an earlier process left behind. Only for the start, when nobody else can hold one.
pub fn forget_claims(tx: &mut Tx) -> Result<usize> {
    let sql = "UPDATE delivery SET due_at = ?1, claimed_until = NULL WHERE claimed_until IS NOT NULL";
    tx.run(sql, [tx.now])
}
