//! Requests that an application may send twice: what was answered is kept in the transaction of its effect, and answered
//! again. Knows nothing of what the requests are.

use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::secret::Fingerprint;
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use std::time::Duration;

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What a repetition is known by.
#[derive(Debug, Clone)]
pub struct Request {
    pub app: AppNo,
    /// Of the application's choosing: 1 to 128 visible characters of ASCII.
    pub key: String,
    /// Of all that the request says; the same key with something else is a mistake.
    pub digest: Fingerprint,
}

/// An answer, given now or before.
#[derive(Debug, Clone)]
pub struct Kept {
    pub status: u16,
    pub answer: String,
}

/// What was answered before, or what `work` answers now. Where `work` fails, nothing is kept and the key is free again.
pub fn once(tx: &mut Tx, request: &Request, status: u16, work: impl FnOnce(&mut Tx) -> Result<String>) -> Result<Kept> {
    once_while(tx, request, |_, _| Ok(true), status, work)
}

/// As `once`, where an earlier answer may hold no more, because what was made is gone: then it is made anew.
pub fn once_while(
    tx: &mut Tx,
    request: &Request,
    holds: impl FnOnce(&Db, &str) -> Result<bool>,
    status: u16,
    work: impl FnOnce(&mut Tx) -> Result<String>,
) -> Result<Kept> {
    if let Some(kept) = find(tx, request, tx.now)?
        && holds(tx, &kept.answer)?
    {
        return Ok(kept);
    }
    let answer = work(tx)?;
    let sql = "INSERT INTO idempotency (application, key, digest, status, answer, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT DO UPDATE SET digest = excluded.digest, status = excluded.status, answer = excluded.answer,
                   created_at = excluded.created_at";
    let now = tx.now;
    tx.append(sql, params![request.app, request.key, request.digest, status, answer, now])?;
    Ok(Kept { status, answer })
}

/// What was answered before, if anything; a `Conflict` where that was another request.
pub fn find(db: &Db, request: &Request, now: Moment) -> Result<Option<Kept>> {
    let sql = "SELECT digest, status, answer FROM idempotency WHERE application = ?1 AND key = ?2 AND created_at > ?3";
    let since = now.minus(KEPT);
    let found = db.maybe(sql, params![request.app, request.key, since], |r| {
        Ok((r.get::<Fingerprint>(0)?, Kept { status: r.get(1)?, answer: r.get(2)? }))
    })?;
    match found {
        Some((digest, _)) if digest != request.digest => {
            Err(Error::Conflict("the idempotency key was used for another request in the last 24 hours".into()))
        }
        other => Ok(other.map(|(_, kept)| kept)),
    }
}

/// Forgets answers from before `before`, a bounded number at a time; answers how many.
pub fn sweep(tx: &mut Tx, before: Moment) -> Result<usize> {
    let sql = "DELETE FROM idempotency WHERE (application, key) IN
                   (SELECT application, key FROM idempotency WHERE created_at < ?1 LIMIT 1000)";
    tx.run(sql, [before])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::fingerprint;
    use crate::store::scratch::Scratch;

    fn office(store: &Scratch) -> AppNo {
        store.change(|tx| {
            tx.run("INSERT INTO application (no, id, name, created_at) VALUES (1, 'oa', 'Office', 0)", [])?;
            Ok(AppNo(1))
        })
    }

    #[test]
    fn the_same_request_is_done_once_and_another_with_its_key_is_refused() {
        let store = Scratch::open();
        let request = Request { app: office(&store), key: "k".into(), digest: fingerprint("a") };
        let twice = store.change({
            let request = request.clone();
            move |tx| {
                let first = once(tx, &request, 201, |_| Ok("first".into()))?;
                let second = once(tx, &request, 201, |_| Ok("second".into()))?;
                Ok((first.answer, second.answer, second.status))
            }
        });
        assert_eq!(twice, ("first".into(), "first".into(), 201));
        let other = Request { digest: fingerprint("b"), ..request };
        let refused = store.write_blocking(move |tx| once(tx, &other, 201, |_| Ok(String::new())));
        assert!(matches!(refused, Err(Error::Conflict(_))));
    }

    #[test]
    fn a_failure_and_an_old_answer_leave_the_key_free() {
        let store = Scratch::open();
        let request = Request { app: office(&store), key: "k".into(), digest: fingerprint("a") };
        let again = store.change(move |tx| {
            let failed = once(tx, &request, 200, |_| Err(Error::NotFound("user")));
            assert!(failed.is_err());
            once(tx, &request, 200, |_| Ok("first".into()))?;
            tx.run("UPDATE idempotency SET created_at = ?1", [tx.now.minus(KEPT)])?;
            let kept = once(tx, &Request { digest: fingerprint("b"), ..request }, 200, |_| Ok("second".into()))?;
            assert_eq!(sweep(tx, tx.now.minus(KEPT))?, 0);
            Ok(kept.answer)
        });
        assert_eq!(again, "second");
    }
}
