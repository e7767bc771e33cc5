//! How much is being written, for whoever watches the server.

use crate::error::Result;
use crate::id::AppNo;
use crate::store::{Db, params};
use crate::time::Moment;

/// The messages of an application since `then`, counted up to `most`: messages have rising ids and times, so the place where
/// to begin is found by halving, whatever lies before it.
pub fn since(db: &Db, app: AppNo, then: Moment, most: i64) -> Result<i64> {
    let (mut low, mut high) = (0, db.version(app)? + 1);
    let next = "SELECT id, at FROM message WHERE application = ?1 AND id >= ?2 ORDER BY id LIMIT 1";
    while low < high {
        let middle = low + (high - low) / 2;
        match db.maybe(next, params![app, middle], |r| Ok((r.get::<i64>(0)?, r.get::<Moment>(1)?)))? {
            Some((id, at)) if at < then => low = id + 1,
            _ => high = middle,
        }
    }
    let sql = "SELECT count(*) FROM (SELECT 1 FROM message WHERE application = ?1 AND id >= ?2 LIMIT ?3)";
    db.one(sql, params![app, low, most], |r| r.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    #[test]
    fn messages_are_counted_from_a_moment_on() {
        let store = Scratch::open();
        let app = AppNo(1);
        store.change(|tx| {
            tx.run("INSERT INTO application (no, id, name, created_at) VALUES (1, 'oa', 'Office', 0)", [])?;
            for (id, at) in [(2, 100), (3, 200), (7, 300), (9, 300), (12, 400)] {
                let sql = "INSERT INTO message (application, id, conversation, prev, sender, at, key, digest, text, version) \
                           VALUES (1, ?1, 1, 0, 1, ?2, ?1, x'', '', ?1)";
                tx.run(sql, params![id, at])?;
            }
            tx.run("INSERT INTO version (application, last) VALUES (1, 12)", [])
        });
        let count = |then, most| store.read_blocking(|db| since(db, app, Moment(then), most)).unwrap();
        assert_eq!([0, 100, 101, 300, 301, 401].map(|then| count(then, 100)), [5, 5, 4, 3, 1, 0]);
        assert_eq!(count(0, 3), 3);
    }
}
