//! One try to deliver a callback: when, how long, what came back. Kept for whoever looks for a fault.

use crate::error::Result;
use crate::id::AppNo;
use crate::secret::Fingerprint;
use crate::store::{Db, Tx, params};
use crate::time::Moment;

/// Bytes of an answer that are kept.
pub const ANSWER: usize = 4 * 1024;
/// Attempts that are kept of one delivery: the first ones and the last.
const MOST: i64 = 50;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub at: Moment,
    pub ms: i64,
    /// None where no answer came.
    pub status: Option<u16>,
    /// What was wrong, in one sentence.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: Option<String>,
    /// Of the whole answer.
    pub digest: Option<Fingerprint>,
}

pub(super) fn record(tx: &mut Tx, (app, delivery): (AppNo, i64), no: i64, attempt: &Attempt) -> Result<()> {
    let sql = "INSERT INTO attempt (application, delivery, no, at, ms, status, error, answer, digest)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT DO UPDATE SET at = excluded.at, ms = excluded.ms, status = excluded.status, error = excluded.error,
               answer = excluded.answer, digest = excluded.digest";
    let no = no.min(MOST);
    tx.run(
        sql,
        params![app, delivery, no, attempt.at, attempt.ms, attempt.status, attempt.error, attempt.answer, attempt.digest],
    )?;
    Ok(())
}

/// The attempts of one delivery, the earliest first.
pub fn list(db: &Db, app: AppNo, delivery: i64) -> Result<Vec<Attempt>> {
    let sql = "SELECT at, ms, status, error, answer, digest FROM attempt WHERE application = ?1 AND delivery = ?2 ORDER BY no";
    db.all(sql, params![app, delivery], |r| {
        Ok(Attempt { at: r.get(0)?, ms: r.get(1)?, status: r.get(2)?, error: r.get(3)?, answer: r.get(4)?, digest: r.get(5)? })
    })
}
