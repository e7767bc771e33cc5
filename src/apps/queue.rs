//! An application's queue: facts and questions come into it in the transaction of their cause, so that neither exists without
//! the other; whether there is room, and whether it runs. Which goes next is the business of `apps/claim`, sending that of
//! `jobs`.

use crate::apps::attempt::{self, Attempt};
use crate::apps::delivery::{self, Delivery, Fact, Kind};
use crate::apps::wish;
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::Work;
use serde::Serialize;
use std::time::Duration;

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
    /// When something was last answered at its address; none: nothing ever was.
    pub answered_at: Option<Moment>,
    /// When a ping was not answered, unless something was since.
    pub unanswered_at: Option<Moment>,
}

pub fn get(db: &Db, app: AppNo) -> Result<Queue> {
    let sql = "SELECT waiting, dropped, failing_since, held_until, stopped_at, reason, answered_at, unanswered_at
               FROM callback_queue WHERE application = ?1";
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
        answered_at: r.get(6)?,
        unanswered_at: r.get(7)?,
    })
}

/// Whether the application can be written to now, as far as is known: nothing has failed since it last answered. One without a
/// callback address reads what is kept for it.
pub fn answering(db: &Db, app: AppNo) -> Result<bool> {
    let sql = "SELECT 1 FROM application a LEFT JOIN callback_queue q ON q.application = a.no
               WHERE a.no = ?1 AND (a.callback_url IS NULL OR (q.failing_since IS NULL AND q.stopped_at IS NULL))";
    db.any(sql, [app])
}

/// Puts a fact that the application wants into its queue; whatever it does not want is passed over. A question that finds
/// the queue twice overfull is refused, which refuses its cause; a fact that finds it full is dropped.
pub fn add<D: Serialize>(tx: &mut Tx, app: AppNo, fact: &Fact<D>) -> Result<()> {
    let now = tx.now;
    let wish = wish::get(tx, app)?;
    if !wish.wants(fact.kind) || !has_room(tx, app, fact.kind.is_question())? {
        return Ok(());
    }
    let body = fact.body(&wish.id, now)?;
    let behind = is_behind(tx, app, fact)?;
    let due = (wish.is_called && !behind).then_some(now);
    // A question waits for its answer, which may come by another way than that of a call.
    let waits = wish.is_called || fact.kind.is_question();
    let done = (!waits).then_some(now);
    let no = next(tx, app, waits)?;
    let sql =
        "INSERT INTO delivery (application, no, webhook_id, type, question, conversation, body, created_at, due_at, done_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let (kind, question) = (fact.kind.as_str(), fact.kind.is_question());
    tx.run(sql, params![app, no, delivery::webhook_id(), kind, question, fact.conversation, body, now, due, done])?;
    tx.tell(News::Nudge(Work::Callbacks));
    tx.tell(News::Event { app });
    Ok(())
}

/// Sends one again, whatever became of it, without waiting for others of its conversation.
pub fn again(tx: &mut Tx, app: AppNo, no: i64) -> Result<Delivery> {
    let now = tx.now;
    delivery::get(tx, app, no)?;
    require_running(tx, app)?;
    let sql = "UPDATE delivery SET done_at = NULL, due_at = ?3 WHERE application = ?1 AND no = ?2 AND done_at IS NOT NULL";
    if tx.run(sql, params![app, no, now])? > 0 {
        count(tx, app, 1)?;
    }
    let sql = "UPDATE delivery SET due_at = ?3 WHERE application = ?1 AND no = ?2 AND coalesce(claimed_until, 0) <= ?3";
    tx.run(sql, params![app, no, now])?;
    tx.tell(News::Nudge(Work::Callbacks));
    delivery::get(tx, app, no)
}

/// Keeps what was told outside of the queue, such as a ping, with its only attempt.
pub fn keep(tx: &mut Tx, app: AppNo, told: (&str, Kind, &str), attempt: &Attempt) -> Result<()> {
    let (webhook_id, kind, body) = told;
    let (no, now) = (next(tx, app, false)?, tx.now);
    let delivered = attempt.error.is_none().then_some(now);
    let sql =
        "INSERT INTO delivery (application, no, webhook_id, type, body, created_at, attempts, tried_at, status, delivered_at,
               done_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9, ?7)";
    tx.run(sql, params![app, no, webhook_id, kind.as_str(), body, attempt.at, now, attempt.status, delivered])?;
    tx.tell(News::Event { app });
    attempt::record(tx, (app, no), 1, attempt)
}

fn require_running(db: &Db, app: AppNo) -> Result<()> {
    match get(db, app)?.reason {
        Some(reason) => {
            Err(Error::Conflict(format!("callbacks to this application are stopped ({reason}); an answered ping starts them")))
        }
        None => Ok(()),
    }
}

/// Whether one more may wait. Facts are dropped first; a question is refused only when the queue is twice overfull.
fn has_room(tx: &mut Tx, app: AppNo, question: bool) -> Result<bool> {
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
fn next(tx: &mut Tx, app: AppNo, waits: bool) -> Result<i64> {
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
fn is_behind<D>(tx: &mut Tx, app: AppNo, fact: &Fact<D>) -> Result<bool> {
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

/// The application answered something.
pub fn answered(tx: &mut Tx, app: AppNo) -> Result<()> {
    let sql = "INSERT INTO callback_queue (application, answered_at) VALUES (?1, ?2)
               ON CONFLICT DO UPDATE SET answered_at = ?2, unanswered_at = NULL";
    let now = tx.now;
    tx.run(sql, params![app, now]).map(|_| ())
}

/// The application did not answer a ping.
pub fn unanswered(tx: &mut Tx, app: AppNo) -> Result<()> {
    let sql = "UPDATE callback_queue SET unanswered_at = ?2 WHERE application = ?1";
    let now = tx.now;
    tx.run(sql, params![app, now]).map(|_| ())
}

/// The application answered something: what waits for it because it was out of reach is brought forward.
pub fn revive(tx: &mut Tx, app: AppNo) -> Result<()> {
    answered(tx, app)?;
    let now = tx.now;
    let sql = "UPDATE callback_queue SET failing_since = NULL WHERE application = ?1 AND failing_since IS NOT NULL";
    if tx.run(sql, [app])? == 0 {
        return Ok(());
    }
    tell(tx, app)?;
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
    if tx.run(sql, params![app, now, reason])? > 0 {
        tell(tx, app)?;
    }
    Ok(())
}

/// The application did not take something.
pub(super) fn fail(tx: &mut Tx, app: AppNo) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE callback_queue SET failing_since = ?2 WHERE application = ?1 AND failing_since IS NULL";
    if tx.run(sql, params![app, now])? > 0 {
        tell(tx, app)?;
    }
    Ok(())
}

/// Users see whether it answers.
fn tell(tx: &mut Tx, app: AppNo) -> Result<()> {
    let on = answering(tx, app)?;
    tx.tell(News::Answering { app, on });
    Ok(())
}

/// The application answered a ping, or has another address: whatever waits is due at once.
pub fn start(tx: &mut Tx, app: AppNo) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE callback_queue SET stopped_at = NULL, reason = NULL, held_until = NULL, failing_since = NULL,
               answered_at = NULL, unanswered_at = NULL WHERE application = ?1";
    tx.run(sql, [app])?;
    tell(tx, app)?;
    let sql = "UPDATE delivery SET due_at = ?2 WHERE application = ?1 AND due_at > ?2 AND coalesce(claimed_until, 0) <= ?2";
    tx.run(sql, params![app, now])?;
    // Questions that came while there was no address: the first of each conversation.
    let sql = "UPDATE delivery SET due_at = ?2 WHERE application = ?1 AND done_at IS NULL AND due_at IS NULL AND no =
               (SELECT min(f.no) FROM delivery f WHERE f.application = ?1 AND f.conversation = delivery.conversation
                AND f.done_at IS NULL)";
    tx.run(sql, params![app, now])?;
    tx.tell(News::Nudge(Work::Callbacks));
    Ok(())
}
