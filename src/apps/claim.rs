//! Which deliveries go next. A row is claimed for a time, not taken, so that a claim which nobody settles ends by itself. No
//! application has more than its share of the calls that are open at once, however long it takes to answer.

use crate::apps::delivery::{self, COLUMNS, Delivery};
use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use std::time::Duration;

/// Calls that are open at once, to all applications together.
pub const MOST: usize = 256;
/// Of these, to applications that have failed since they last answered: they may hang, and leave the rest to the others.
const FAILING: usize = MOST / 2;
/// Calls to one application.
const EACH: usize = 2;
/// How long a claim holds; longer than any call.
const CLAIM: Duration = Duration::from_secs(30);

/// An application that may be called now or later, and is not called by as many as it may be.
struct Callee {
    app: AppNo,
    held_until: Moment,
    is_failing: bool,
    open: usize,
}

/// All of them, and how many more calls may go to those that fail.
fn callees(db: &Db, now: Moment) -> Result<(Vec<Callee>, usize)> {
    let sql = "SELECT q.application, coalesce(q.held_until, 0), q.failing_since IS NOT NULL, (SELECT count(*) FROM delivery d
                   WHERE d.application = q.application AND d.claimed_until > ?1)
               FROM callback_queue q JOIN application a ON a.no = q.application
               WHERE q.waiting > 0 AND q.stopped_at IS NULL AND a.callback_url IS NOT NULL AND a.suspended_at IS NULL";
    let mut callees = db.all(sql, [now], |r| {
        let open: i64 = r.get(3)?;
        Ok(Callee { app: r.get(0)?, held_until: r.get(1)?, is_failing: r.get(2)?, open: open as usize })
    })?;
    let failing: usize = callees.iter().filter(|callee| callee.is_failing).map(|callee| callee.open).sum();
    let spare = FAILING.saturating_sub(failing);
    callees.retain(|callee| callee.open < EACH && (!callee.is_failing || spare > 0));
    Ok((callees, spare))
}

/// Claims what is due, at most `most`, the longest due first.
pub fn take(tx: &mut Tx, most: usize) -> Result<Vec<Delivery>> {
    let now = tx.now;
    let (mut callees, spare) = callees(tx, now)?;
    callees.retain(|callee| callee.held_until <= now);
    let (failing, sound): (Vec<Callee>, Vec<Callee>) = callees.into_iter().partition(|callee| callee.is_failing);
    let mut claimed = due(tx, &sound, now)?;
    claimed.extend(due(tx, &failing, now)?.into_iter().take(spare));
    claimed.sort_by_key(|delivery| delivery.due_at);
    claimed.truncate(most);
    let until = now.plus(CLAIM);
    for delivery in &claimed {
        let sql = "UPDATE delivery SET due_at = ?3, claimed_until = ?3 WHERE application = ?1 AND no = ?2";
        tx.run(sql, params![delivery.app, delivery.no, until])?;
    }
    Ok(claimed)
}

/// What is due of each of them, as far as it may be called, the longest due first.
fn due(db: &Db, callees: &[Callee], now: Moment) -> Result<Vec<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND due_at <= ?2 ORDER BY due_at, no LIMIT ?3");
    let mut due = Vec::new();
    for callee in callees {
        let free = (EACH - callee.open) as i64;
        due.extend(db.all(&sql, params![callee.app, now, free], delivery::read)?);
    }
    due.sort_by_key(|delivery| delivery.due_at);
    Ok(due)
}

/// When `take` will find something next, as things stand.
pub fn next_due(db: &Db, now: Moment) -> Result<Option<Moment>> {
    let mut next: Option<Moment> = None;
    for Callee { app, held_until, .. } in callees(db, now)?.0 {
        let sql = "SELECT min(due_at) FROM delivery WHERE application = ?1 AND due_at IS NOT NULL";
        let due: Option<Moment> = db.one(sql, [app], |r| r.get(0))?;
        let due = due.map(|due| due.max(held_until));
        next = [next, due].into_iter().flatten().min();
    }
    Ok(next)
}

/// Ends the claims that an earlier process left behind. Only for the start, when nobody else can hold one.
pub fn forget(tx: &mut Tx) -> Result<usize> {
    let sql = "UPDATE delivery SET due_at = ?1, claimed_until = NULL WHERE claimed_until IS NOT NULL";
    tx.run(sql, [tx.now])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    /// Applications from 1 on, each with two deliveries that are due; the first `failing` have failed before.
    fn office(applications: i64, failing: i64) -> Scratch {
        let store = Scratch::open();
        store.change(move |tx| {
            for no in 1..=applications {
                let sql = "INSERT INTO application (no, id, name, created_at, callback_url)
                           VALUES (?1, 'app-' || ?1, 'Office', 0, 'https://oa.example/')";
                tx.run(sql, [no])?;
                let sql = "INSERT INTO callback_queue (application, last, waiting, failing_since) VALUES (?1, 2, 2, ?2)";
                tx.run(sql, params![no, (no <= failing).then_some(1)])?;
                for row in 1..=2 {
                    let sql = "INSERT INTO delivery (application, no, webhook_id, type, question, body, created_at, due_at)
                               VALUES (?1, ?2, ?1 || '/' || ?2, 'ping', 0, '{}', 0, ?1)";
                    tx.run(sql, [no, row])?;
                }
            }
            Ok(())
        });
        store
    }

    #[test]
    fn those_that_fail_leave_half_of_the_calls_to_the_others() {
        let store = office(MOST as i64, MOST as i64 - 1);
        let claimed = store.change(|tx| take(tx, MOST));
        let sound = claimed.iter().filter(|delivery| delivery.app == AppNo(MOST as i64)).count();
        assert_eq!((claimed.len(), sound), (FAILING + EACH, EACH));
        assert!(store.change(|tx| take(tx, MOST)).is_empty());
        assert_eq!(store.read_blocking(|db| next_due(db, Moment::now())).unwrap(), None, "nobody is asked in vain");
        store.change(|tx| tx.run("UPDATE delivery SET claimed_until = NULL, due_at = NULL WHERE application = 1", []));
        assert_eq!(store.change(|tx| take(tx, MOST)).len(), 2, "what ended makes room for as many");
    }

    #[test]
    fn the_longest_due_goes_first() {
        let store = office(3, 1);
        let claimed: Vec<i64> = store.change(|tx| take(tx, 3)).iter().map(|delivery| delivery.app.0).collect();
        assert_eq!(claimed, [1, 1, 2]);
    }
}
