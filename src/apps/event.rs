//! An application's events: the rows of its queue as something to read, for whoever cannot be called. Their ids are the numbers
//! of the rows, without holes, so that a reader who missed some is told so.

use crate::apps::application;
use crate::apps::delivery::{self, Delivery};
use crate::error::Result;
use crate::id::AppNo;
use crate::store::Db;
use crate::time::Moment;
use serde_json::json;

/// The type of the event that says: some are missing here.
pub const RESET: &str = "reset";
/// Rows that are read at once, and bytes after which a page is full whatever its limit.
const TOGETHER: usize = 20;
const BYTES: usize = 512 * 1024;

/// Where a reader begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// With the oldest that is kept.
    Oldest,
    /// With what happens from now on.
    Now,
    After(i64),
}

/// One event as it is read.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: i64,
    pub kind: String,
    /// As in `webhook-id`; none for a reset.
    pub webhook_id: Option<String>,
    /// Still waits for an answer.
    pub is_open: bool,
    /// The JSON that a callback would carry.
    pub body: String,
    pub at: Moment,
}

#[derive(Debug, Clone)]
pub struct Page {
    pub events: Vec<Event>,
    /// How far this has come: the next page begins after it.
    pub next: i64,
}

/// The id after which this place is.
pub fn start(db: &Db, app: AppNo, place: Place) -> Result<i64> {
    match place {
        Place::After(id) => Ok(id),
        Place::Now => last(db, app),
        Place::Oldest => {
            let oldest = db.maybe("SELECT min(no) FROM delivery WHERE application = ?1", [app], |r| r.get::<Option<i64>>(0))?;
            oldest.flatten().map_or_else(|| last(db, app), |no| Ok(no - 1))
        }
    }
}

/// The id of the newest, whether it is still kept or not.
pub fn last(db: &Db, app: AppNo) -> Result<i64> {
    Ok(db.maybe("SELECT last FROM callback_queue WHERE application = ?1", [app], |r| r.get(0))?.unwrap_or(0))
}

/// What happened after this id, the oldest first; a reset in the place of what is missing.
pub fn page(db: &Db, app: AppNo, after: i64, limit: usize) -> Result<Page> {
    let last = last(db, app)?;
    if after > last {
        return Ok(Page { events: vec![reset(db, app, after, last)?], next: last });
    }
    let (rows, is_whole) = rows(db, app, after, limit)?;
    let (mut events, mut next) = (Vec::with_capacity(rows.len()), after);
    for row in rows {
        if row.no > next + 1 {
            events.push(reset(db, app, next, row.no - 1)?);
        }
        next = row.no;
        events.push(row.into());
    }
    if is_whole && next < last {
        events.push(reset(db, app, next, last)?);
        next = last;
    }
    Ok(Page { events, next })
}

/// Some rows, and whether these are all.
fn rows(db: &Db, app: AppNo, mut after: i64, limit: usize) -> Result<(Vec<Delivery>, bool)> {
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while rows.len() < limit && bytes < BYTES {
        let some = delivery::after(db, app, after, TOGETHER.min(limit - rows.len()))?;
        let Some(newest) = some.last() else { return Ok((rows, true)) };
        after = newest.no;
        bytes += some.iter().map(|row| row.body.len()).sum::<usize>();
        rows.extend(some);
    }
    Ok((rows, false))
}

fn reset(db: &Db, app: AppNo, after: i64, upto: i64) -> Result<Event> {
    let (id, at) = (application::get_no(db, app)?.id, Moment::now());
    let body = delivery::body(RESET, &id, &json!({ "after": after, "upto": upto }), at)?;
    Ok(Event { id: upto, kind: RESET.into(), webhook_id: None, is_open: false, body, at })
}

impl From<Delivery> for Event {
    fn from(row: Delivery) -> Event {
        let is_open = row.question && row.done_at.is_none();
        Event { id: row.no, kind: row.kind, webhook_id: Some(row.webhook_id), is_open, body: row.body, at: row.created_at }
    }
}

impl Event {
    /// The body with the id before its members.
    pub fn numbered(&self) -> String {
        // A body is an object with members.
        format!("{{\"id\":{},{}", self.id, self.body.trim_start_matches('{'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::kind::Kind;
    use crate::apps::queue;
    use crate::store::scratch::Scratch;

    const APP: AppNo = AppNo(1);

    fn store(events: usize) -> Scratch {
        let store = Scratch::open();
        store.change(move |tx| {
            let sql =
                "INSERT INTO application (no, id, name, created_at, events) VALUES (1, 'oa', 'Office', 0, '[\"message.read\"]')";
            tx.run(sql, [])?;
            for number in 0..events {
                let data = json!({ "number": number });
                queue::add(tx, APP, &delivery::Fact { kind: Kind::MessageRead, conversation: None, data })?;
            }
            Ok(())
        });
        store
    }

    fn read(store: &Scratch, after: i64, limit: usize) -> (Vec<String>, i64) {
        let page = store.read_blocking(|db| page(db, APP, after, limit)).unwrap();
        (page.events.iter().map(|event| format!("{} {}", event.id, event.kind)).collect(), page.next)
    }

    fn forgets(store: &Scratch, numbers: &'static str) {
        store.change(move |tx| tx.run(&format!("DELETE FROM delivery WHERE no IN ({numbers})"), []));
    }

    #[test]
    fn pages_follow_each_other_without_a_hole() {
        let store = store(45);
        let (mut after, mut seen) = (0, 0);
        loop {
            let (events, next) = read(&store, after, 30);
            if events.is_empty() {
                break;
            }
            assert_eq!(next, after + events.len() as i64);
            (after, seen) = (next, seen + events.len());
        }
        assert_eq!((after, seen), (45, 45));
        let first = store.read_blocking(|db| page(db, APP, 0, 1)).unwrap().events.remove(0);
        assert!(first.numbered().starts_with(r#"{"id":1,"type":"message.read","#), "{}", first.numbered());
    }

    #[test]
    fn whatever_is_missing_is_said_wherever_it_is() {
        let store = store(6);
        forgets(&store, "1, 2, 4, 6");
        let (events, next) = read(&store, 0, 10);
        assert_eq!(events, ["2 reset", "3 message.read", "4 reset", "5 message.read", "6 reset"]);
        assert_eq!((next, read(&store, 6, 10)), (6, (vec![], 6)));
        assert_eq!(read(&store, 2, 1), (vec!["3 message.read".into()], 3), "the hole behind it is the next page's");
        assert_eq!(read(&store, 99, 10), (vec!["6 reset".into()], 6), "what has not happened yet cannot have been read");
        let place = |place| store.read_blocking(|db| start(db, APP, place)).unwrap();
        assert_eq!((place(Place::Oldest), place(Place::Now), place(Place::After(4))), (2, 6, 4));
        forgets(&store, "3, 5");
        assert_eq!(place(Place::Oldest), 6);
        let reset = store.read_blocking(|db| page(db, APP, 1, 10)).unwrap().events.remove(0);
        assert!(reset.body.contains(r#""application":"oa","data":{"after":1,"upto":6}"#), "{}", reset.body);
    }
}
