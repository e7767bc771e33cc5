//! Taking in a list of users that was checked as a whole (`directory::roll`): accepted in one transaction, kept in many, so
//! that nobody who writes a message waits for it. What was accepted is done to the end, also by the next process.

use crate::chat::{announce, erasure};
use crate::directory::profile;
use crate::directory::roll::{self, Absent, Entry, Roll};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Tx, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Users of one piece; erasing one is much more work than keeping it.
const KEPT: usize = 200;
const SUSPENDED: usize = 100;
const ERASED: usize = 1;

/// Promises that all of this will be done.
pub fn accept(tx: &mut Tx, app: AppNo, roll: &Roll, absent: Absent) -> Result<()> {
    if tx.any("SELECT 1 FROM intake_piece WHERE application = ?1", [app])? {
        return Err(Error::Conflict("another list of users is being taken in; try again in a moment".into()));
    }
    let (what, together) = match absent {
        Absent::Suspend => ("suspend", SUSPENDED),
        Absent::Erase => ("erase", ERASED),
    };
    add(tx, app, "keep", roll.entries.chunks(KEPT))?;
    add(tx, app, what, roll.leavers.chunks(together))
}

fn add<'a, T: Serialize + 'a>(tx: &mut Tx, app: AppNo, what: &str, pieces: impl Iterator<Item = &'a [T]>) -> Result<()> {
    for rows in pieces {
        let rows = serde_json::to_string(rows).map_err(Error::internal)?;
        let sql = "INSERT INTO intake_piece (application, no, what, rows) \
                   SELECT ?1, coalesce(max(no), 0) + 1, ?2, ?3 FROM intake_piece WHERE application = ?1";
        tx.run(sql, params![app, what, rows])?;
    }
    Ok(())
}

/// Applications with lists that are not done.
pub fn unfinished(db: &Db) -> Result<Vec<AppNo>> {
    db.all("SELECT DISTINCT application FROM intake_piece", [], |r| r.get(0))
}

/// Does the next piece; answers whether there was one.
pub fn step(tx: &mut Tx, app: AppNo) -> Result<bool> {
    let sql = "SELECT no, what, rows FROM intake_piece WHERE application = ?1 ORDER BY no LIMIT 1";
    let piece = tx.maybe(sql, [app], |r| Ok((r.get::<i64>(0)?, r.get::<String>(1)?, r.get::<String>(2)?)))?;
    let Some((no, what, rows)) = piece else { return Ok(false) };
    match what.as_str() {
        "keep" => parse::<Entry>(&rows)?.iter().try_for_each(|entry| keep(tx, app, entry))?,
        "suspend" => parse::<UserNo>(&rows)?.into_iter().try_for_each(|user| suspend(tx, app, user))?,
        _ => parse::<UserNo>(&rows)?.into_iter().try_for_each(|user| erase(tx, app, user))?,
    }
    tx.run("DELETE FROM intake_piece WHERE application = ?1 AND no = ?2", params![app, no])?;
    Ok(true)
}

fn parse<T: DeserializeOwned>(rows: &str) -> Result<Vec<T>> {
    serde_json::from_str(rows).map_err(Error::internal)
}

/// It was good when it was accepted; what has become wrong since is left out.
fn keep(tx: &mut Tx, app: AppNo, entry: &Entry) -> Result<()> {
    let kept = profile::put_vouched(tx, app, std::slice::from_ref(&entry.profile), announce::user)?;
    let Some(user) = kept.first() else { return Ok(()) };
    let is_back = user.suspended_at.is_some() && roll::is_absent(tx, app, user.no)?;
    match entry.suspended {
        Some(true) if user.suspended_at.is_none() => user::suspend(tx, app, user.no)?,
        Some(false) if user.suspended_at.is_some() => user::resume(tx, app, user.no)?,
        None if is_back => user::resume(tx, app, user.no)?,
        _ => {}
    }
    Ok(())
}

fn suspend(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    if !user::get_no(tx, app, no)?.is_active() {
        return Ok(());
    }
    user::suspend(tx, app, no)?;
    let now = tx.now;
    tx.run("INSERT OR REPLACE INTO absent (application, user, at) VALUES (?1, ?2, ?3)", params![app, no, now]).map(|_| ())
}

fn erase(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    match user::get_no(tx, app, no)?.erased_at {
        None => erasure::erase(tx, app, no),
        Some(_) => Ok(()),
    }
}
