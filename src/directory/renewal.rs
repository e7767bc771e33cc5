//! How fresh the contact list from the application is, and when it may be asked for again.

use crate::directory::setting;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use std::time::Duration;

/// The application is asked at most once in this time for one user, unless it wishes it itself.
pub const PAUSE: Duration = Duration::from_secs(5 * 60);

#[derive(Debug, Clone)]
pub struct Renewal {
    /// When the application last gave the list.
    pub at: Option<Moment>,
    /// When it was last asked.
    pub tried_at: Option<Moment>,
    /// What it named the list by (`etag`).
    pub tag: Option<String>,
    /// How often in a row it has not answered.
    pub failed: i64,
}

impl Renewal {
    pub fn is_due(&self, now: Moment) -> bool {
        self.tried_at.is_none_or(|tried| now.since(tried) >= PAUSE)
    }
}

pub fn get(db: &Db, app: AppNo, user: UserNo) -> Result<Renewal> {
    let sql = "SELECT contacts_at, contacts_try, contacts_tag, contacts_failed FROM user WHERE application = ?1 AND no = ?2";
    db.one(sql, params![app, user], |r| Ok(Renewal { at: r.get(0)?, tried_at: r.get(1)?, tag: r.get(2)?, failed: r.get(3)? }))
}

/// The application is being asked.
pub fn begin(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<()> {
    let now = tx.now;
    tx.run("UPDATE user SET contacts_try = ?3 WHERE application = ?1 AND no = ?2", params![app, user, now]).map(|_| ())
}

/// It has answered, be it that nothing has changed. The user is told when this is the first answer, or the first after a
/// failure; otherwise the age is news for nobody.
pub fn succeed(tx: &mut Tx, app: AppNo, user: UserNo, tag: Option<&str>) -> Result<()> {
    let (before, now) = (get(tx, app, user)?, tx.now);
    let sql = "UPDATE user SET contacts_at = ?3, contacts_tag = ?4, contacts_failed = 0 WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![app, user, now, tag])?;
    if before.failed > 0 || before.at.is_none() {
        setting::changed(tx, app, user)?;
    }
    Ok(())
}

/// It has not answered: the kept list goes on serving, and the user is told how old it is.
pub fn fail(tx: &mut Tx, app: AppNo, user: UserNo) -> Result<()> {
    let before = get(tx, app, user)?;
    tx.run("UPDATE user SET contacts_failed = contacts_failed + 1 WHERE application = ?1 AND no = ?2", params![app, user])?;
    if before.failed == 0 {
        setting::changed(tx, app, user)?;
    }
    Ok(())
}
