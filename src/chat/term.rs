//! What a message from the application may carry besides its text: what it is about, and when it disappears. A message whose
//! time is over is never shown again, whether the sweep has reached it or not.

use crate::chat::message::{self, Message};
use crate::error::{Error, Result};
use crate::id::{AppNo, MessageId, Topic};
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use crate::wire::row::MessageRow;
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    pub topic: Option<Topic>,
    pub expires_at: Option<Moment>,
}

impl Terms {
    pub fn is_over(&self, now: Moment) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// A message was written that will disappear.
pub(super) fn note(tx: &mut Tx, app: AppNo, row: &MessageRow) -> Result<()> {
    let Some(end) = row.expires_at else { return Ok(()) };
    let sql = "INSERT INTO expiry (application, conversation, at, message) VALUES (?1, ?2, ?3, ?4)";
    tx.run(sql, params![app, row.conversation, end, row.id]).map(|_| ())
}

/// A message is withdrawn: it has no end to wait for.
pub(super) fn forget(tx: &mut Tx, app: AppNo, message: &Message) -> Result<()> {
    let Some(end) = message.terms.expires_at else { return Ok(()) };
    let sql = "DELETE FROM expiry WHERE application = ?1 AND conversation = ?2 AND at = ?3 AND message = ?4";
    tx.run(sql, params![app, message.conversation, end, message.id]).map(|_| ())
}

/// When the next message disappears.
pub fn next(db: &Db) -> Result<Option<Moment>> {
    db.maybe("SELECT at FROM expiry ORDER BY at LIMIT 1", [], |r| r.get(0))
}

/// The time after which a piece of the sweep ends: in large rooms one message may take long.
const BUDGET: Duration = Duration::from_millis(10);

/// Leaves tombstones in the places of messages whose time is over, at most so many; answers how many.
pub fn sweep(tx: &mut Tx, most: usize) -> Result<usize> {
    let sql = "SELECT application, message FROM expiry WHERE at <= ?1 ORDER BY at LIMIT ?2";
    let over: Vec<(AppNo, MessageId)> = tx.all(sql, params![tx.now, most as i64], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let (mut done, begun) = (0, Instant::now());
    for (app, id) in &over {
        if done > 0 && begun.elapsed() > BUDGET {
            break;
        }
        done += 1;
        match message::end(tx, *app, *id) {
            // It is gone already: nothing else waits behind it.
            Err(Error::NotFound(_)) => {
                tx.run("DELETE FROM expiry WHERE application = ?1 AND message = ?2", params![app, id])?;
            }
            ended => drop(ended?),
        }
    }
    Ok(done)
}
