//! Tickets: what opens a session once. The application fetches one for its user (a minute), or a page that holds a session
//! in a cookie gets one for its socket (half a minute).

use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::secret;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use std::time::Duration;

/// How long the application's ticket is good.
pub const TTL: Duration = Duration::from_secs(60);
/// How long a socket's is.
pub const SOCKET: Duration = Duration::from_secs(30);

/// Every ticket begins with this.
pub const PREFIX: &str = "ptk_";

/// What a redeemed ticket stood for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redeemed {
    pub app: AppNo,
    pub user: UserNo,
    /// The session that it attaches to; none: it opens a new one.
    pub session: Option<i64>,
}

/// Makes a ticket for a user; with a session it attaches to that one instead of opening another.
pub fn issue(tx: &mut Tx, app: AppNo, user: UserNo, session: Option<i64>, ttl: Duration) -> Result<String> {
    let text = secret::generate(PREFIX);
    keep(tx, app, user, (&text, session), ttl)?;
    Ok(text)
}

/// What a ticket stands for, without using it.
pub fn peek(db: &Db, text: &str) -> Result<Option<Redeemed>> {
    let sql = "SELECT application, user, session FROM ticket WHERE hash = ?1";
    db.maybe(sql, [secret::fingerprint(text)], read)
}

/// The same, of a text that was made elsewhere.
pub fn keep(tx: &mut Tx, app: AppNo, user: UserNo, (text, session): (&str, Option<i64>), ttl: Duration) -> Result<()> {
    let (hash, end) = (secret::fingerprint(text), tx.now.plus(ttl));
    let sql = "INSERT INTO ticket (hash, application, user, session, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.run(sql, params![hash, app, user, session, end]).map(|_| ())
}

/// Uses a ticket up. Only the first who comes gets in.
pub fn redeem(tx: &mut Tx, text: &str) -> Result<Redeemed> {
    let now = tx.now;
    let sql = "UPDATE ticket SET used_at = ?2 WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2 \
               RETURNING application, user, session";
    let redeemed = tx.returning(sql, params![secret::fingerprint(text), now], read)?;
    redeemed.ok_or_else(refused)
}

/// Unknown, used, expired and somebody else's tickets are all the same.
pub fn refused() -> Error {
    Error::Unauthenticated("this ticket was used before or has expired; ask for a new one".into())
}

/// Takes back what was not used yet.
pub fn withdraw(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<()> {
    let (now, sql) = (tx.now, "DELETE FROM ticket WHERE application = ?1 AND user = ?2 AND expires_at > ?3 AND used_at IS NULL");
    tx.run(sql, params![app, user, now]).map(|_| ())
}

/// Forgets tickets that ended before `before`, a bounded number at a time; answers how many.
pub fn sweep(tx: &mut Tx, before: Moment) -> Result<usize> {
    tx.run("DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE expires_at < ?1 LIMIT 1000)", [before])
}

fn read(r: &Row) -> Result<Redeemed> {
    Ok(Redeemed { app: r.get(0)?, user: r.get(1)?, session: r.get(2)? })
}
