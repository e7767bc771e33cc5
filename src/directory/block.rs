//! Who does not want to be written to by whom.

use crate::directory::caller::Caller;
use crate::directory::{setting, user};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};

/// How many users one user may block.
const MOST: i64 = 1000;

/// Blocks or unblocks another user for the caller, whose devices are told.
pub fn set(tx: &mut Tx, caller: &Caller, other: UserNo, on: bool) -> Result<()> {
    if other == caller.user {
        return Err(Error::invalid("user", "nobody can block themselves"));
    }
    let (app, user) = (caller.app, caller.user);
    let sql = match on {
        true => "INSERT INTO block (application, user, blocked) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        false => "DELETE FROM block WHERE application = ?1 AND user = ?2 AND blocked = ?3",
    };
    let blocked = "SELECT count(*) FROM block WHERE application = ?1 AND user = ?2";
    if on && tx.one(blocked, params![app, user], |r| r.get::<i64>(0))? >= MOST {
        return Err(Error::Conflict(format!("at most {MOST} users can be blocked")));
    }
    if tx.run(sql, params![app, user, other])? > 0 {
        setting::changed(tx, app, user)?;
        if on {
            user::review_between(tx, app, [user, other])?;
        }
    }
    Ok(())
}

/// Whether `by` has blocked `user`.
pub fn is_blocked(db: &Db, app: AppNo, user: UserNo, by: UserNo) -> Result<bool> {
    db.any("SELECT 1 FROM block WHERE application = ?1 AND user = ?2 AND blocked = ?3", params![app, by, user])
}
