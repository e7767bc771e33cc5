//! Contact lists that were not taken: the application gave one that would lose most of its people, and nobody has said yet
//! whether that is meant. Until then the earlier list serves. The list itself is not kept; it is asked for again.

use crate::directory::contact::List;
use crate::directory::{renewal, shrink};
use crate::error::Result;
use crate::id::{AppNo, UserId, UserNo};
use crate::secret::Fingerprint;
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use serde::Serialize;

/// Why a list is not taken.
#[derive(Debug, Clone)]
pub struct Doubt {
    digest: Fingerprint,
    pub had: usize,
    pub gone: usize,
}

/// A list that was not taken.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    pub user: UserId,
    pub name: String,
    /// People of the list that serves.
    pub had: i64,
    /// Of these, who would go.
    pub gone: i64,
    pub held_at: Moment,
}

/// Whether the list that an application gave looks like a mistake. One that somebody has confirmed does not.
pub fn doubt(db: &Db, app: AppNo, user: UserNo, list: &List) -> Result<Option<Doubt>> {
    let difference = list.given_difference(db, app, user)?;
    if !difference.is_suspicious(shrink::get(db, app)?) {
        return Ok(None);
    }
    let digest = list.digest()?;
    let sql = "SELECT 1 FROM held_list WHERE application = ?1 AND user = ?2 AND digest = ?3 AND taken_at IS NOT NULL";
    let meant = db.any(sql, params![app, user, digest])?;
    Ok((!meant).then(|| Doubt { digest, had: difference.before(), gone: difference.removed }))
}

/// Holds a list; answers whether that is news, for this user.
pub fn hold(tx: &mut Tx, app: AppNo, user: UserNo, doubt: &Doubt) -> Result<bool> {
    let known = "SELECT 1 FROM held_list WHERE application = ?1 AND user = ?2 AND digest = ?3";
    if tx.any(known, params![app, user, doubt.digest])? {
        return Ok(false);
    }
    let now = tx.now;
    let sql = "INSERT OR REPLACE INTO held_list (application, user, digest, had, gone, held_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.run(sql, params![app, user, doubt.digest, doubt.had as i64, doubt.gone as i64, now])?;
    Ok(true)
}

/// A list of this user was taken: nothing is held any more.
pub fn release(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<()> {
    match tx.any("SELECT 1 FROM held_list WHERE application = ?1 AND user = ?2", params![app, user])? {
        true => tx.run("DELETE FROM held_list WHERE application = ?1 AND user = ?2", params![app, user]).map(|_| ()),
        false => Ok(()),
    }
}

/// The held list of one user is meant, or all about which nobody has said that the earlier one stays: the application is asked
/// again, and when it says the same it is taken.
pub fn take(tx: &mut Tx, app: AppNo, user: Option<UserNo>) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE held_list SET taken_at = ?3, kept_at = NULL WHERE application = ?1 AND (user = ?2 OR (?2 IS NULL AND kept_at IS NULL))";
    tx.run(sql, params![app, user, now])?;
    renewal::wish(tx, app, user)
}

/// The list that serves stays, of one user or of all; the same answer is not told again.
pub fn keep(tx: &mut Tx, app: AppNo, user: Option<UserNo>) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE held_list SET kept_at = ?3, taken_at = NULL WHERE application = ?1 AND (?2 IS NULL OR user = ?2)";
    tx.run(sql, params![app, user, now]).map(|_| ())
}

/// Lists about which nobody has said anything yet, the newest first, at most so many; and how many there are.
pub fn list(db: &Db, app: AppNo, most: usize) -> Result<(Vec<Held>, i64)> {
    let sql = "SELECT u.id, u.name, h.had, h.gone, h.held_at FROM held_list h \
               JOIN user u ON u.application = h.application AND u.no = h.user \
               WHERE h.application = ?1 AND h.taken_at IS NULL AND h.kept_at IS NULL ORDER BY h.held_at DESC, u.id LIMIT ?2";
    let held = db.all(sql, params![app, most as i64], |r| {
        Ok(Held { user: r.get(0)?, name: r.get(1)?, had: r.get(2)?, gone: r.get(3)?, held_at: r.get(4)? })
    })?;
    Ok((held, count(db, app)?))
}

/// What is held of one user's list.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub had: i64,
    pub gone: i64,
    pub held_at: Moment,
    /// Somebody said that the earlier list stays.
    pub is_kept: bool,
}

/// The list of one user that was not taken.
pub fn find(db: &Db, app: AppNo, user: UserNo) -> Result<Option<Standing>> {
    let sql = "SELECT had, gone, held_at, kept_at IS NOT NULL FROM held_list
               WHERE application = ?1 AND user = ?2 AND taken_at IS NULL";
    db.maybe(sql, params![app, user], |r| {
        Ok(Standing { had: r.get(0)?, gone: r.get(1)?, held_at: r.get(2)?, is_kept: r.get(3)? })
    })
}

pub fn count(db: &Db, app: AppNo) -> Result<i64> {
    let sql = "SELECT count(*) FROM held_list WHERE application = ?1 AND taken_at IS NULL AND kept_at IS NULL";
    db.one(sql, [app], |r| r.get(0))
}
