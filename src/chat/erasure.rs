//! Erasing a person. What it wrote stays with those who received it, under a face without a name; its part in everything else
//! ends: at once for whoever looks, and afterwards, piece by piece, where there may be much of it.

use crate::apps::application::{self, Policy};
use crate::chat::card::trace;
use crate::chat::{announce, file, room};
use crate::directory::{contact, erasure, user};
use crate::error::Result;
use crate::id::{AppNo, ConversationId, UserNo};
use crate::store::{Db, Tx, params};
use crate::wire::News;
use crate::wire::news::To;
use crate::wire::row::Rows;
use std::collections::BTreeSet;

/// Nobody comes in as this person any more, and whoever may see it is told that the id is gone. What follows: `Leaving`, `note`, `part`, `go_on`.
pub fn erase(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    let (person, seen_by) = (user::get_no(tx, app, no)?, seen_by(tx, app, no)?);
    file::forget(tx, app, no)?;
    let version = erasure::erase(tx, app, no)?;
    tx.tell(News::Erased { app, id: person.id.clone() });
    announce::rows(tx, app, seen_by, Rows { users: vec![person.gone_row(version)], ..Rows::default() })
}

/// How far an erased person has left its rooms.
pub struct Leaving {
    app: AppNo,
    user: UserNo,
    after: ConversationId,
}

impl Leaving {
    pub fn of(app: AppNo, user: UserNo) -> Leaving {
        Leaving { app, user, after: ConversationId(0) }
    }

    /// Out of the next rooms; answers whether there may be more.
    pub fn step(&mut self, tx: &mut Tx) -> Result<bool> {
        let last = room::leave_some(tx, self.app, self.user, self.after)?;
        self.after = last.unwrap_or(self.after);
        Ok(last.is_some())
    }
}

/// Whoever was in a conversation with one of them has its id in messages that nobody counts, and begins with a fresh picture when it
/// comes back: for that the erasure is noted once more, above all that was told meanwhile. Answers whether that is news; then
/// `part` is for those who are there now.
pub fn note(tx: &mut Tx, app: AppNo, people: &[UserNo]) -> Result<bool> {
    let mut news = false;
    for no in people {
        news |= erasure::note(tx, app, *no)?;
    }
    Ok(news)
}

/// Whoever `met` them and is there begins with a fresh picture now.
pub fn part(tx: &mut Tx, app: AppNo, met: BTreeSet<UserNo>) -> Result<()> {
    tx.tell(News::Behind { app, to: met.into_iter().collect() });
    Ok(())
}

/// Takes away the next of what is left of an erased person: its marks, the keys of its messages, what it typed into cards, its
/// places on lists. Answers how much that was, 0 where nothing is left.
pub fn go_on(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<usize> {
    match unmark(tx, app, no)? + unkey(tx, app, no)? + trace::forget(tx, app, no)? {
        0 => erasure::go_on(tx, app, no),
        some => Ok(some),
    }
}

/// Marks that are taken away at once.
const TOGETHER: i64 = 500;

/// What it had still to read, and has read elsewhere.
fn unmark(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<usize> {
    let mut gone = 0;
    for table in ["mention", "cleared"] {
        let sql = format!(
            "DELETE FROM {table} WHERE application = ?1 AND user = ?2 AND (conversation, message) IN
                 (SELECT conversation, message FROM {table} WHERE application = ?1 AND user = ?2 LIMIT ?3)"
        );
        gone += tx.run(&sql, params![app, no, TOGETHER])?;
    }
    Ok(gone)
}

/// Keys that are taken away at once.
const KEYS: i64 = 100;

/// What its clients called its messages and rooms, which may say something of it: nobody sends them again.
fn unkey(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<usize> {
    let mut changed = 0;
    for (table, author) in [("conversation", "creator"), ("message", "sender")] {
        let of = format!("SELECT id FROM {table} WHERE application = ?1 AND {author} = ?2 AND key IS NOT NULL");
        let sql = format!(
            "UPDATE {table} SET key = ?3 || id WHERE application = ?1 AND id IN
                 (SELECT id FROM ({of} AND key < ?3 UNION ALL {of} AND key >= ?4) LIMIT ?5)"
        );
        changed += tx.run(&sql, params![app, no, trace::FORGOTTEN, trace::BEYOND, KEYS])?;
    }
    Ok(changed)
}

/// Who may have been shown the person without being in a conversation with it.
fn seen_by(db: &Db, app: AppNo, no: UserNo) -> Result<To> {
    match application::policy(db, app)? {
        Policy::Everyone => Ok(To::Everyone),
        Policy::Contacts | Policy::Application => contact::viewers(db, app, no),
    }
}

/// Everybody who was ever in a conversation with this user: a look at all members of these, for a reader.
pub fn met(db: &Db, app: AppNo, no: UserNo) -> Result<Vec<UserNo>> {
    let sql =
        "SELECT DISTINCT o.user FROM member m JOIN member o ON o.application = m.application AND o.conversation = m.conversation
               WHERE m.application = ?1 AND m.user = ?2 AND o.user <> ?2";
    db.all(sql, params![app, no], |r| r.get(0))
}

#[cfg(test)]
mod tests;
