//! What a card leaves behind when it is shown no more, and what somebody's presses leave when that person is erased. Who did what
//! and when is kept, for the ledger; what was said in a card, and typed into it, is not.

use crate::chat::card::draft::Body;
use crate::chat::card::{self, Card};
use crate::chat::copy;
use crate::error::{Error, Result};
use crate::id::{AppNo, MessageId, UserNo};
use crate::store::{Db, Tx, params};
use std::time::{Duration, Instant};

/// Presses of one piece, and the time after which it ends.
const TOGETHER: i64 = 50;
const BUDGET: Duration = Duration::from_millis(10);
/// How the keys of forgotten presses and messages begin: what clients send, and what is kept for the application, never does.
pub(in crate::chat) const FORGOTTEN: &str = "\u{3}";
pub(in crate::chat) const BEYOND: &str = "\u{4}";

/// A message is about to be taken away: its card goes with the first copy where all copies go, else with the only one. What a
/// batch says goes where its card does.
pub fn withdraw(tx: &mut Tx, app: AppNo, message: MessageId, ended: bool) -> Result<()> {
    let sql = "SELECT b.id FROM message m JOIN batch b ON b.application = m.application AND b.id = m.batch
               WHERE m.application = ?1 AND m.id = ?2 AND (?3 OR b.withdrawn_at IS NOT NULL OR (b.total = 1 AND b.done_at IS NOT NULL))";
    let batch: Option<i64> = tx.maybe(sql, params![app, message, ended], |r| r.get(0))?;
    if batch.is_some() {
        tx.run("UPDATE batch SET text = '' WHERE application = ?1 AND id = ?2 AND text <> ''", params![app, batch])?;
    }
    let sql = "SELECT c.id FROM message m JOIN card c ON c.application = m.application AND c.id = m.card
               WHERE m.application = ?1 AND m.id = ?2 AND (c.batch IS NULL OR c.batch = ?3)";
    match tx.maybe(sql, params![app, message, batch], |r| r.get(0))? {
        Some(card) => clear(tx, app, card),
        None => Ok(()),
    }
}

/// Nobody is shown this card any more.
pub fn clear(tx: &mut Tx, app: AppNo, card: i64) -> Result<()> {
    let nothing = serde_json::to_string(&Body::default()).map_err(Error::internal)?;
    let sql = "UPDATE card SET body = ?3 WHERE application = ?1 AND id = ?2 AND body <> ?3";
    if tx.run(sql, params![app, card, nothing])? > 0 {
        tx.run("UPDATE press SET input = NULL WHERE application = ?1 AND card = ?2 AND input IS NOT NULL", params![app, card])?;
    }
    Ok(())
}

/// The next presses of an erased person: what it typed goes, and whoever was told of them is told anew, of a former user. Answers
/// how many there were.
pub fn forget(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<usize> {
    let sql = "SELECT id, card, message FROM press WHERE application = ?1 AND user = ?2 AND key < ?3
               UNION ALL SELECT id, card, message FROM press WHERE application = ?1 AND user = ?2 AND key >= ?4 LIMIT ?5";
    let values = params![app, user, FORGOTTEN, BEYOND, TOGETHER];
    let presses = tx.all(sql, values, |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    let (mut done, begun) = (0, Instant::now());
    for (id, card, message) in presses {
        if done > 0 && begun.elapsed() > BUDGET {
            break;
        }
        let sql = "UPDATE press SET input = NULL, digest = x'', key = ?3 WHERE application = ?1 AND id = ?2";
        tx.run(sql, params![app, id, format!("{FORGOTTEN}{id}")])?;
        tell(tx, &card::get(tx, app, card)?, (id, message))?;
        done += 1;
    }
    Ok(done)
}

/// All copies that show a press show it anew.
fn tell(tx: &mut Tx, card: &Card, (press, message): (i64, MessageId)) -> Result<()> {
    if card.claim.is_none() && card.press != Some(press) {
        return Ok(());
    }
    let version = tx.next_version(card.app)?;
    tx.run("UPDATE card SET version = ?3 WHERE application = ?1 AND id = ?2", params![card.app, card.id, version])?;
    match a_copy(tx, card, message)? {
        Some(copy) => card::spread(tx, card, copy),
        None => Ok(()),
    }
}

/// The copy on which it was pressed, or the first of all.
fn a_copy(db: &Db, card: &Card, message: MessageId) -> Result<Option<MessageId>> {
    match (message, card.batch) {
        (MessageId(0), Some(batch)) => Ok(copy::after(db, card.app, batch, (0, 1))?.first().map(|(_, id)| *id)),
        (MessageId(0), None) => Ok(card.message),
        (message, _) => Ok(Some(message)),
    }
}
