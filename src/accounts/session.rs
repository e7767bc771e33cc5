//! An administrator's session at the console: ends half an hour after its last use, at the latest twelve hours after it was
//! opened. What is dangerous asks for the password again.

use crate::accounts::operator::{self, Operator};
use crate::error::Result;
use crate::secret::{self, Fingerprint};
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use std::time::Duration;

/// How long a session outlives its last use.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// The longest that a session lasts.
pub const LONGEST: Duration = Duration::from_secs(12 * 3600);
/// How long the password counts as just given.
const CONFIRMED: Duration = Duration::from_secs(10 * 60);
/// How much later a use is noted again.
const NOTED: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub struct Session {
    pub operator: Operator,
    /// What every form of this session carries, so that no other page can post it.
    pub csrf: String,
    pub confirmed_at: Moment,
    hash: Fingerprint,
    seen_at: Moment,
}

impl Session {
    /// Whether the password was given recently enough for what is dangerous.
    pub fn is_confirmed(&self, now: Moment) -> bool {
        now.since(self.confirmed_at) < CONFIRMED
    }

    /// Whether this use is worth a note.
    pub fn unnoted(&self, now: Moment) -> bool {
        now.since(self.seen_at) >= NOTED
    }
}

/// Opens a session; answers its token, which only the cookie keeps.
pub fn open(tx: &mut Tx, operator: i64, address: &str) -> Result<String> {
    let (token, csrf, now) = (secret::generate("po_"), secret::generate(""), tx.now);
    let sql = "INSERT INTO operator_session (hash, operator, csrf, address, created_at, seen_at, confirmed_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)";
    tx.run(sql, params![secret::fingerprint(&token), operator, csrf, address, now])?;
    Ok(token)
}

/// The session of a token, while it lasts.
pub fn authenticate(db: &Db, token: &str, now: Moment) -> Result<Option<Session>> {
    let hash = secret::fingerprint(token);
    let sql = "SELECT operator, csrf, confirmed_at, seen_at FROM operator_session \
               WHERE hash = ?1 AND seen_at > ?2 AND created_at > ?3";
    let found = db.maybe(sql, params![hash, now.minus(IDLE), now.minus(LONGEST)], |r| {
        Ok((r.get::<i64>(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
    })?;
    let Some((no, csrf, confirmed_at, seen_at)) = found else { return Ok(None) };
    let operator = operator::get_no(db, no)?;
    Ok(operator.suspended_at.is_none().then_some(Session { operator, csrf, confirmed_at, hash, seen_at }))
}

/// Keeps the session from ending for lack of use.
pub fn note_use(tx: &mut Tx, session: &Session) -> Result<()> {
    let now = tx.now;
    tx.run("UPDATE operator_session SET seen_at = ?2 WHERE hash = ?1", params![session.hash, now]).map(|_| ())
}

/// The password was given again.
pub fn confirm(tx: &mut Tx, session: &Session) -> Result<()> {
    let now = tx.now;
    tx.run("UPDATE operator_session SET confirmed_at = ?2 WHERE hash = ?1", params![session.hash, now]).map(|_| ())
}

pub fn close(tx: &mut Tx, session: &Session) -> Result<()> {
    tx.run("DELETE FROM operator_session WHERE hash = ?1", [session.hash]).map(|_| ())
}

pub fn close_all(tx: &mut Tx, operator: i64) -> Result<()> {
    tx.run("DELETE FROM operator_session WHERE operator = ?1", [operator]).map(|_| ())
}

/// Forgets sessions that have ended.
pub fn sweep(tx: &mut Tx) -> Result<usize> {
    let now = tx.now;
    let sql = "DELETE FROM operator_session WHERE seen_at <= ?1 OR created_at <= ?2";
    tx.run(sql, params![now.minus(IDLE), now.minus(LONGEST)])
}
