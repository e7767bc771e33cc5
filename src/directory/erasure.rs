//! Erasing a user. Its number stays, because it stands in old conversations, with a face that has no name; whoever is given
//! its id later inherits nothing. What is its own goes at once, what others have of it on their lists piece by piece.

use crate::directory::group::{self, Source};
use crate::directory::user::ERASED;
use crate::directory::{session, setting};
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};

/// The most lists that one piece clears, and the rows after which it ends.
const TOGETHER: i64 = 50;
const ROWS: usize = 1000;

/// Forgets who the user was; its connections end. Answers the version at which its id became nobody's. `go_on` does the rest.
pub fn erase(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<i64> {
    session::revoke_all(tx, app, no)?;
    for table in ["ticket", "session", "block", "held_list", "absent"] {
        tx.run(&format!("DELETE FROM {table} WHERE application = ?1 AND user = ?2"), params![app, no])?;
    }
    let (version, now, id) = (tx.next_version(app)?, tx.now, format!("{ERASED}{no}"));
    let sql = "UPDATE user SET id = ?3, name = '', email = NULL, avatar = NULL, title = NULL, locale = NULL, timezone = NULL, \
               password = NULL, version = ?4, erased_at = ?5, last_seen_at = NULL, present_at = NULL, contacts_at = NULL, contacts_try = NULL, \
               contacts_wished_at = NULL, contacts_tag = NULL WHERE application = ?1 AND no = ?2";
    tx.run(sql, params![app, no, id, version, now])?;
    tx.run("INSERT INTO erasing (application, user) VALUES (?1, ?2)", params![app, no])?;
    Ok(version)
}

/// Whoever has seen less than this moment's version begins afresh. Answers whether that is news: it is noted once.
pub fn note(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<bool> {
    let now = tx.now;
    let sql = "UPDATE erasing SET parted_at = ?3 WHERE application = ?1 AND user = ?2 AND parted_at IS NULL";
    if tx.run(sql, params![app, no, now])? == 0 {
        return Ok(false);
    }
    let version = tx.next_version(app)?;
    tx.run("UPDATE user SET version = ?3 WHERE application = ?1 AND no = ?2", params![app, no, version])?;
    Ok(true)
}

/// Whether somebody was erased after this version: then not everything that was told until then holds.
pub fn happened(db: &Db, app: AppNo, since: i64) -> Result<bool> {
    db.any("SELECT 1 FROM user WHERE application = ?1 AND version > ?2 AND erased_at IS NOT NULL", params![app, since])
}

/// Erased users of whom something is left, and whether those who met them have been told: of all applications, or of one.
pub fn unfinished(db: &Db, app: Option<AppNo>) -> Result<Vec<((AppNo, UserNo), bool)>> {
    let sql = "SELECT application, user, parted_at IS NOT NULL FROM erasing WHERE ?1 IS NULL OR application = ?1";
    db.all(sql, [app], |r| Ok(((r.get(0)?, r.get(1)?), r.get(2)?)))
}

/// Takes an erased user off the next lists on which it stands; answers how many those were, 0 where none is left.
pub fn go_on(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<usize> {
    let (mut done, mut rows) = (0, 0);
    let kinds: [(&str, Step); 3] = [
        ("SELECT grp FROM group_user WHERE application = ?1 AND user = ?2 LIMIT ?3", leave_group),
        ("SELECT grp FROM group_viewer WHERE application = ?1 AND user = ?2 LIMIT ?3", see_no_more),
        ("SELECT user FROM block WHERE application = ?1 AND blocked = ?2 LIMIT ?3", unblock),
    ];
    for (lists, step) in kinds {
        for list in tx.all(lists, params![app, no, TOGETHER], |r| r.get::<i64>(0))? {
            if rows >= ROWS {
                return Ok(done);
            }
            rows += step(tx, app, no, list)?;
            done += 1;
        }
    }
    if done == 0 {
        tx.run("DELETE FROM erasing WHERE application = ?1 AND user = ?2", params![app, no])?;
    }
    Ok(done)
}

/// Takes a user off one list; answers how many rows that took.
type Step = fn(&mut Tx, AppNo, UserNo, i64) -> Result<usize>;

/// Out of a group in which others see it; they are told what is left.
fn leave_group(tx: &mut Tx, app: AppNo, no: UserNo, grp: i64) -> Result<usize> {
    tx.run("DELETE FROM group_user WHERE application = ?1 AND user = ?2 AND grp = ?3", params![app, no, grp])?;
    group::never_match(tx, app, grp)?;
    let version = tx.next_version(app)?;
    tx.run("UPDATE contact_group SET version = ?3 WHERE application = ?1 AND no = ?2", params![app, grp, version])?;
    Ok(4 + group::tell(tx, &group::get_no(tx, app, grp)?)?)
}

/// It sees this group no more; one that nobody else sees goes.
fn see_no_more(tx: &mut Tx, app: AppNo, no: UserNo, grp: i64) -> Result<usize> {
    tx.run("DELETE FROM group_viewer WHERE application = ?1 AND user = ?2 AND grp = ?3", params![app, no, grp])?;
    match group::get_no(tx, app, grp)?.source {
        Source::Shared => Ok(1),
        _ => Ok(3 + group::settle(tx, app, grp)?),
    }
}

/// Who had blocked it is told that this is over.
fn unblock(tx: &mut Tx, app: AppNo, no: UserNo, user: i64) -> Result<usize> {
    tx.run("DELETE FROM block WHERE application = ?1 AND user = ?2 AND blocked = ?3", params![app, user, no])?;
    setting::changed(tx, app, UserNo(user)).map(|_| 2)
}
