//! Who did what on this server. Rows are only added; each carries a hash over itself and the one before, so that a row that
//! was changed or taken out shows. No message text, keys or tokens stand here.

use crate::error::{Error, Result};
use crate::secret::{self, Fingerprint};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;

/// Something that was done or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `operator:<name>`, `application:<id>`, `command`.
    pub who: String,
    pub address: Option<String>,
    /// A [`Deed`](super::deed::Deed) as it is kept: `key.create`.
    pub what: String,
    /// What it was done to: `oa`, `oa/anna`.
    pub subject: Option<String>,
    /// `ok`, or the code of the error.
    pub result: String,
}

#[derive(Debug, Clone)]
pub struct Record {
    pub no: i64,
    pub at: Moment,
    pub entry: Entry,
    hash: Vec<u8>,
}

pub fn record(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let last = tx.maybe(&format!("SELECT {COLUMNS} FROM audit ORDER BY no DESC LIMIT 1"), [], read)?;
    let (no, before) = last.map_or((1, Vec::new()), |last| (last.no + 1, last.hash));
    let now = tx.now;
    let hash = chained(&before, no, now, entry)?;
    let sql = "INSERT INTO audit (no, at, who, address, what, subject, result, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let e = entry;
    tx.run(sql, params![no, now, e.who, e.address, e.what, e.subject, e.result, hash]).map(|_| ())
}

/// The newest records, or those before `before`; and whether there are more.
pub fn list(db: &Db, before: Option<i64>, limit: usize) -> Result<(Vec<Record>, bool)> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE no < ?1 ORDER BY no DESC LIMIT ?2");
    let mut found = db.all(&sql, params![before.unwrap_or(i64::MAX), limit as i64 + 1], read)?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

/// Whether each record follows from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// All do. `end` is the beginning of the newest hash: whoever noted it down earlier sees by it that nothing was cut off.
    Whole { records: i64, end: String },
    /// The first that does not.
    Broken { at: i64 },
}

/// Checks the chain from its beginning: some microseconds for a record.
pub fn chain(db: &Db) -> Result<Chain> {
    let (mut before, mut next) = (Vec::new(), 1);
    loop {
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE no >= ?1 ORDER BY no LIMIT 1000");
        let some = db.all(&sql, [next], read)?;
        if some.is_empty() {
            let end = before.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
            return Ok(Chain::Whole { records: next - 1, end });
        }
        for record in some {
            if record.no != next || chained(&before, record.no, record.at, &record.entry)?[..] != record.hash[..] {
                return Ok(Chain::Broken { at: next });
            }
            (before, next) = (record.hash, next + 1);
        }
    }
}

/// Bytes of a hash that are shown.
const SHOWN: usize = 8;

fn chained(before: &[u8], no: i64, at: Moment, e: &Entry) -> Result<Fingerprint> {
    let text = serde_json::to_vec(&(before, no, at.0, &e.who, &e.address, &e.what, &e.subject, &e.result));
    text.map(secret::fingerprint).map_err(Error::internal)
}

const COLUMNS: &str = "no, at, who, address, what, subject, result, hash";

fn read(r: &Row) -> Result<Record> {
    let entry = Entry { who: r.get(2)?, address: r.get(3)?, what: r.get(4)?, subject: r.get(5)?, result: r.get(6)? };
    Ok(Record { no: r.get(0)?, at: r.get(1)?, entry, hash: r.get(7)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    fn entry(what: &str) -> Entry {
        let who = "operator:root".into();
        Entry { who, address: Some("127.0.0.1".into()), what: what.into(), subject: None, result: "ok".into() }
    }

    #[test]
    fn a_changed_or_missing_record_shows() {
        let store = Scratch::open();
        for what in ["application.create", "key.create", "key.revoke"] {
            store.change(move |tx| record(tx, &entry(what)));
        }
        let (found, more) = store.read_blocking(|db| list(db, None, 2)).unwrap();
        assert!(more && found[0].entry.what == "key.revoke");
        let whole = store.read_blocking(chain).unwrap();
        assert!(matches!(&whole, Chain::Whole { records: 3, end } if end.len() == 16), "{whole:?}");
        store.change(|tx| tx.run("UPDATE audit SET who = 'nobody' WHERE no = 2", []));
        assert_eq!(store.read_blocking(chain).unwrap(), Chain::Broken { at: 2 });
        store.change(|tx| tx.run("DELETE FROM audit WHERE no = 2", []));
        assert_eq!(store.read_blocking(chain).unwrap(), Chain::Broken { at: 2 });
    }
}
