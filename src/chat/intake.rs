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
use std::time::{Duration, Instant};

/// Users of one piece, and the time after which its transaction ends: nobody who writes meanwhile waits for more.
const KEPT: usize = 200;
const LEAVING: usize = 1000;
const BUDGET: Duration = Duration::from_millis(10);

/// Promises that all of this will be done.
pub fn accept(tx: &mut Tx, app: AppNo, roll: &Roll, absent: Absent) -> Result<()> {
    if is_unfinished(tx, app)? {
        return Err(Error::Conflict("another list of users is being taken in; try again in a moment".into()));
    }
    let what = match absent {
        Absent::Suspend => "suspend",
        Absent::Erase => "erase",
    };
    add(tx, app, if roll.whole { "whole" } else { "keep" }, roll.entries.chunks(KEPT))?;
    add(tx, app, what, roll.leavers.chunks(LEAVING))
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

/// Whether a list of this application is not done.
pub fn is_unfinished(db: &Db, app: AppNo) -> Result<bool> {
    db.any("SELECT 1 FROM intake_piece WHERE application = ?1", [app])
}

/// Does the next piece, as far as the time goes; answers whether there was one.
pub fn step(tx: &mut Tx, app: AppNo) -> Result<bool> {
    let sql = "SELECT no, what, rows FROM intake_piece WHERE application = ?1 ORDER BY no LIMIT 1";
    let piece = tx.maybe(sql, [app], |r| Ok((r.get::<i64>(0)?, r.get::<String>(1)?, r.get::<String>(2)?)))?;
    let Some((no, what, rows)) = piece else { return Ok(false) };
    let rest = match what.as_str() {
        "keep" => some(&rows, |entry: &Entry| keep(tx, app, entry, false))?,
        "whole" => some(&rows, |entry: &Entry| keep(tx, app, entry, true))?,
        "suspend" => some(&rows, |user: &UserNo| suspend(tx, app, *user))?,
        _ => some(&rows, |user: &UserNo| erase(tx, app, *user))?,
    };
    match rest {
        Some(rows) => tx.run("UPDATE intake_piece SET rows = ?3 WHERE application = ?1 AND no = ?2", params![app, no, rows])?,
        None => tx.run("DELETE FROM intake_piece WHERE application = ?1 AND no = ?2", params![app, no])?,
    };
    Ok(true)
}

/// One row at least; what is left of the piece when the time is over.
fn some<T: Serialize + DeserializeOwned>(rows: &str, mut one: impl FnMut(&T) -> Result<()>) -> Result<Option<String>> {
    let (rows, begun): (Vec<T>, Instant) = (parse(rows)?, Instant::now());
    for (place, row) in rows.iter().enumerate() {
        if place > 0 && begun.elapsed() > BUDGET {
            return serde_json::to_string(&rows[place..]).map(Some).map_err(Error::internal);
        }
        one(row)?;
    }
    Ok(None)
}

fn parse<T: DeserializeOwned>(rows: &str) -> Result<Vec<T>> {
    serde_json::from_str(rows).map_err(Error::internal)
}

/// It was good when it was accepted; what has become wrong since is left out. A whole list lets those back in who were suspended
/// because an earlier one left them out.
fn keep(tx: &mut Tx, app: AppNo, entry: &Entry, whole: bool) -> Result<()> {
    let kept = profile::put_vouched(tx, app, std::slice::from_ref(&entry.profile), announce::user)?;
    let Some(user) = kept.first() else { return Ok(()) };
    let is_back = whole && user.suspended_at.is_some() && roll::is_absent(tx, app, user.no)?;
    user::set_suspended(tx, user, entry.suspended.or(is_back.then_some(false)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_by_time_and_the_rest_of_it_stays() {
        let (begun, mut done) = (Instant::now(), Vec::new());
        let rest = some::<i64>("[1,2,3]", |number| {
            done.push(*number);
            while *number == 2 && begun.elapsed() <= BUDGET * 2 {}
            Ok(())
        });
        assert_eq!((rest.unwrap().as_deref(), done), (Some("[3]"), vec![1, 2]));
        assert_eq!(some::<i64>("[3]", |_| Ok(())).unwrap(), None);
    }
}
