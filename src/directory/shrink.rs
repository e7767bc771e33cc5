//! How much of a list may go at once before it looks like a mistake: an application that answers an empty list because its
//! database is away must not empty anything here. Such a change is held until somebody confirms it.

use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::{Db, Tx, params};

/// A list is held when it had at least `from` users and would lose more than so many percent of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shrink {
    pub from: i64,
    pub percent: i64,
}

impl Default for Shrink {
    fn default() -> Shrink {
        Shrink { from: 20, percent: 50 }
    }
}

impl Shrink {
    pub fn is_suspicious(self, before: usize, removed: usize) -> bool {
        before as i64 >= self.from && removed as i64 * 100 > before as i64 * self.percent
    }
}

/// What an application has set.
pub fn get(db: &Db, app: AppNo) -> Result<Shrink> {
    let sql = "SELECT shrink_from, shrink_percent FROM people WHERE application = ?1";
    let set = db.maybe(sql, [app], |r| Ok(Shrink { from: r.get(0)?, percent: r.get(1)? }))?;
    Ok(set.unwrap_or_default())
}

/// 100 percent holds nothing.
pub fn set(tx: &mut Tx, app: AppNo, shrink: Shrink) -> Result<()> {
    if !(1..=100).contains(&shrink.percent) {
        return Err(Error::invalid("shrink_percent", "expected 1 to 100 percent"));
    }
    if !(1..=1_000_000).contains(&shrink.from) {
        return Err(Error::invalid("shrink_from", "expected 1 to 1000000 users"));
    }
    let sql = "INSERT INTO people (application, shrink_from, shrink_percent) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET \
               shrink_from = excluded.shrink_from, shrink_percent = excluded.shrink_percent";
    tx.run(sql, params![app, shrink.from, shrink.percent]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_half_of_twenty_looks_like_a_mistake() {
        let held = |before, removed| Shrink::default().is_suspicious(before, removed);
        assert!(held(20, 11) && held(10_000, 10_000) && held(21, 11));
        assert!(!held(20, 10) && !held(19, 19) && !held(0, 0) && !held(40, 0));
        assert!(!Shrink { from: 1, percent: 100 }.is_suspicious(500, 500));
    }
}
