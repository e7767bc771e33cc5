//! What follows from one try to deliver a callback: it is done, it is tried again later, it is given up, or the whole
//! queue stops.

use crate::apps::attempt::{self, Attempt};
use crate::apps::delivery::{self, Delivery, Fact, Kind};
use crate::apps::schedule::Schedule;
use crate::apps::{queue, reader, wish};
use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::Work;
use serde_json::json;
use std::time::Duration;

/// The most that an application can ask us to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// How the application took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// Not taken, or taken by nobody.
    Failed,
    /// Not now: come back after this.
    Wait(Duration),
    /// Never again (`410`).
    Gone,
}

/// What became of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Delivered,
    /// It will be tried again; `first`: this is the first time that it failed.
    Later {
        first: bool,
    },
    GivenUp,
    /// Somebody else settled it meanwhile.
    Before,
}

/// Keeps the attempt and decides. `chance` (0 to 1) lengthens the pause a little.
pub fn settle(tx: &mut Tx, sent: &Delivery, attempt: &Attempt, verdict: Verdict, rule: (&Schedule, f64)) -> Result<Settled> {
    let now = tx.now;
    let row = delivery::get(tx, sent.app, sent.no)?;
    let attempts = row.attempts + 1;
    attempt::record(tx, (row.app, row.no), attempts, attempt)?;
    let sql = "UPDATE delivery SET attempts = ?3, tried_at = ?4, status = ?5, claimed_until = NULL
               WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![row.app, row.no, attempts, now, attempt.status])?;
    if row.done_at.is_some() {
        return Ok(Settled::Before);
    }
    match verdict {
        Verdict::Taken => taken(tx, &row).map(|()| Settled::Delivered),
        Verdict::Gone => {
            queue::stop(tx, row.app, "it answered 410")?;
            later(tx, &row, now)
        }
        Verdict::Failed => failed(tx, &row, rule.0.pause(attempts, rule.1), rule.0.give_up),
        Verdict::Wait(asked) => {
            let pause = asked.min(LONGEST_WAIT).max(rule.0.pause(1, rule.1));
            let sql = "UPDATE callback_queue SET held_until = ?2 WHERE application = ?1";
            tx.run(sql, params![row.app, now.plus(pause)])?;
            failed(tx, &row, pause, rule.0.give_up)
        }
    }
}

fn taken(tx: &mut Tx, row: &Delivery) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE delivery SET delivered_at = ?3 WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![row.app, row.no, now])?;
    done(tx, row)?;
    queue::revive(tx, row.app)
}

fn failed(tx: &mut Tx, row: &Delivery, pause: Duration, give_up: Duration) -> Result<Settled> {
    let now = tx.now;
    let end = row.created_at.plus(give_up);
    if now < end {
        return later(tx, row, now.plus(pause).min(end));
    }
    given_up(tx, row)?;
    // Nothing has succeeded since this one failed first, and that is long ago: how long exactly is a matter of milliseconds.
    let sql = "SELECT 1 FROM callback_queue WHERE application = ?1 AND failing_since <= ?2";
    if tx.any(sql, params![row.app, row.noticed_at.unwrap_or(row.created_at).min(now.minus(give_up / 2))])? {
        tracing::warn!(application = row.app.0, "callbacks to this application are stopped: nothing was answered for too long");
        queue::stop(tx, row.app, "nothing was answered for too long")?;
    }
    Ok(Settled::GivenUp)
}

fn later(tx: &mut Tx, row: &Delivery, due: Moment) -> Result<Settled> {
    let now = tx.now;
    let sql = "UPDATE delivery SET due_at = ?3, noticed_at = coalesce(noticed_at, ?4) WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![row.app, row.no, due, now])?;
    queue::fail(tx, row.app)?;
    Ok(Settled::Later { first: row.noticed_at.is_none() })
}

/// The row is done, and the next of its conversation may go.
fn done(tx: &mut Tx, row: &Delivery) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE delivery SET done_at = ?3, due_at = NULL, claimed_until = NULL WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![row.app, row.no, now])?;
    queue::count(tx, row.app, -1)?;
    let sql = "UPDATE delivery SET due_at = ?3 WHERE application = ?1 AND due_at IS NULL AND no =
               (SELECT min(no) FROM delivery WHERE application = ?1 AND conversation = ?2 AND done_at IS NULL)";
    tx.run(sql, params![row.app, row.conversation, now])?;
    tx.tell(News::Nudge(Work::Callbacks));
    Ok(())
}

fn given_up(tx: &mut Tx, row: &Delivery) -> Result<()> {
    done(tx, row)?;
    if row.kind == Kind::DeliveryFailed.as_str() {
        return Ok(());
    }
    let data = json!({ "id": row.webhook_id, "type": row.kind, "conversation": row.conversation });
    queue::add(tx, row.app, &Fact { kind: Kind::DeliveryFailed, conversation: None, data })
}

/// Gives up what is too old although nobody tries it: the queue is stopped, or there is no callback address. Answers at most
/// `limit` rows that are done by this; one that the application has read as an event is not lost, only not answered.
pub fn expire(tx: &mut Tx, app: AppNo, give_up: Duration, limit: usize) -> Result<Vec<Delivery>> {
    let now = tx.now;
    let sql = format!(
        "SELECT {} FROM delivery WHERE application = ?1 AND done_at IS NULL AND created_at < ?2
         AND coalesce(claimed_until, 0) <= ?3 ORDER BY no LIMIT ?4",
        delivery::COLUMNS
    );
    let then = now.minus(give_up).minus(Duration::from_secs(3600));
    let mut old = tx.all(&sql, params![app, then, now, limit as i64], delivery::read)?;
    let is_called = wish::get(tx, app)?.is_called;
    for row in &mut old {
        if is_called || !reader::has_read(tx, app, row.no)? {
            given_up(tx, row)?;
            continue;
        }
        row.delivered_at = Some(now);
        tx.run("UPDATE delivery SET delivered_at = ?3 WHERE application = ?1 AND no = ?2", params![app, row.no, now])?;
        done(tx, row)?;
    }
    Ok(old)
}

#[cfg(test)]
mod tests;
