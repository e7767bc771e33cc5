//! How fresh the contact list from the application is, and when it may be asked for again.

use crate::directory::setting;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use std::time::Duration;

/// The application is asked at most once in this time for one user, unless it wishes it itself.
pub const PAUSE: Duration = Duration::from_secs(5 * 60);

/// Somebody who was here in this time is likely to come again.
const LATELY: Duration = Duration::from_secs(7 * 24 * 3600);

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
    /// When the application last wished to be asked again, for this user or for everybody.
    pub wished_at: Option<Moment>,
}

impl Renewal {
    pub fn is_due(&self, now: Moment) -> bool {
        // A wish of the very moment of the question may be younger than its answer.
        let wished = self.wished_at.is_some() && self.wished_at >= self.tried_at;
        wished || self.tried_at.is_none_or(|tried| now.since(tried) >= PAUSE)
    }
}

pub fn get(db: &Db, app: AppNo, user: UserNo) -> Result<Renewal> {
    let sql = "SELECT u.contacts_at, u.contacts_try, u.contacts_tag, u.contacts_failed,
                   nullif(max(coalesce(u.contacts_wished_at, 0), coalesce(a.contacts_wished_at, 0)), 0)
               FROM user u JOIN application a ON a.no = u.application WHERE u.application = ?1 AND u.no = ?2";
    db.one(sql, params![app, user], |r| {
        Ok(Renewal { at: r.get(0)?, tried_at: r.get(1)?, tag: r.get(2)?, failed: r.get(3)?, wished_at: r.get(4)? })
    })
}

/// The application wishes to be asked again, for one user or for everybody, however lately that was.
pub fn wish(tx: &mut Tx, app: AppNo, user: Option<UserNo>) -> Result<()> {
    let now = tx.now;
    match user {
        Some(user) => {
            tx.run("UPDATE user SET contacts_wished_at = ?3 WHERE application = ?1 AND no = ?2", params![app, user, now])?
        }
        None => tx.run("UPDATE application SET contacts_wished_at = ?2 WHERE no = ?1", params![app, now])?,
    };
    tx.tell(News::Refresh { app, user });
    Ok(())
}

/// Users after `after` whose lists are worth renewing without their asking: they have a session that was used lately.
pub fn lately_here(db: &Db, app: AppNo, after: UserNo, limit: usize) -> Result<Vec<UserNo>> {
    let now = Moment::now();
    let sql = "SELECT DISTINCT user FROM session WHERE application = ?1 AND user > ?2 AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > ?3) AND coalesce(last_used_at, created_at) > ?4 ORDER BY user LIMIT ?5";
    db.all(sql, params![app, after, now, now.minus(LATELY), limit as i64], |r| r.get(0))
}

/// The application was asked at this moment.
pub fn begin(tx: &mut Tx, app: AppNo, user: UserNo, asked: Moment) -> Result<()> {
    let sql = "UPDATE user SET contacts_try = ?3 WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![app, user, asked]).map(|_| ())
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
