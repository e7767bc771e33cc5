//! Who a message from the application goes to: parties and audiences become recipients, each once. Fixed when the message is
//! accepted: who joins a group later does not get it.

use crate::chat::author::Author;
use crate::chat::batch::{Batch, Connected};
use crate::chat::conversation::{self, Conversation};
use crate::chat::member;
use crate::directory::{group, shared, user};
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, GroupId, Party, UserNo};
use crate::store::{Db, Tx, params};
use std::collections::HashSet;

/// The most parties that one message may name.
pub const PARTIES: usize = 1_000;
/// Users of a group who become recipients at once; those of a larger one do so when their turn comes.
const TOGETHER: i64 = 500;
/// Users of a large group who become recipients in one piece.
const PIECE: i64 = 100;
/// Of everyone: so few, because it takes as long as there are users, and whoever writes meanwhile waits for each.
const NEXT: i64 = 20;
/// Recipients of all groups of one message.
const MOST: i64 = 100_000;

/// The recipients of one batch, being gathered.
pub struct Audience<'a> {
    author: &'a Author,
    batch: i64,
    /// Only who is connected is meant.
    online: bool,
    /// Recipients so far, and the position of the last.
    rows: i64,
    position: i64,
    named: HashSet<Party>,
    /// Of large groups, which are written down as they are now.
    pieces: i64,
    /// All users up to this number.
    everyone: Option<UserNo>,
}

/// What was gathered.
pub struct Gathered {
    /// Recipients; fewer where somebody is meant several times.
    pub total: i64,
    pub failed: i64,
    pub everyone: Option<UserNo>,
}

/// Writes down the recipients that these parties mean. One that is not there is an error in its place.
pub fn gather(tx: &mut Tx, author: &Author, batch: (i64, bool), to: &[String]) -> Result<Gathered> {
    let (batch, online) = batch;
    let mut audience = Audience { author, batch, online, rows: 0, position: 0, named: HashSet::new(), pieces: 0, everyone: None };
    let mut failed = 0;
    for given in to {
        if let Err(error) = audience.add(tx, given) {
            audience.refuse(tx, given, &error.refusal()?)?;
            failed += 1;
        }
    }
    // Numbers have no holes, and erased users keep theirs: nobody has to count all the others.
    let everyone = match audience.everyone {
        Some(last) => last.0 - user::count_erased(tx, author.app)?,
        None => 0,
    };
    Ok(Gathered { total: audience.rows + everyone, failed, everyone: audience.everyone })
}

impl Audience<'_> {
    fn add(&mut self, tx: &mut Tx, given: &str) -> Result<()> {
        let party = Party::parse(given)?;
        if !self.named.insert(party.clone()) {
            return Ok(());
        }
        let app = self.author.app;
        match &party {
            Party::User(id) => {
                let no = user::number(tx, app, id)?;
                self.insert(tx, Some(no), None, None)
            }
            Party::Conversation(_) if self.online => {
                Err(Error::invalid("to", "a conversation is written to as a whole, not only to who is connected"))
            }
            Party::Conversation(id) => {
                let other = self.require_seen(tx, *id)?.between(self.author.user);
                self.insert(tx, other, Some(*id), None)
            }
            Party::Application if self.author.is_application() => {
                Err(Error::invalid("to", "the application cannot write to itself"))
            }
            Party::Application => self.insert(tx, None, None, Some(given)),
            Party::Group(_) | Party::Everyone if !self.author.is_application() => {
                Err(Error::Forbidden("only the application itself may write to an audience".into()))
            }
            Party::Group(id) => self.group(tx, id),
            Party::Everyone => {
                let sql = "SELECT coalesce(max(no), 0) FROM user WHERE application = ?1";
                self.everyone = Some(tx.one(sql, [app], |r| r.get(0))?);
                Ok(())
            }
        }
    }

    fn require_seen(&self, db: &Db, id: ConversationId) -> Result<Conversation> {
        let found = conversation::get(db, self.author.app, id)?;
        if !self.author.is_application() {
            member::require_present(db, self.author.app, id, self.author.user)?;
        }
        Ok(found)
    }

    /// The users of a group, in its order.
    fn group(&mut self, tx: &mut Tx, id: &GroupId) -> Result<()> {
        let app = self.author.app;
        let group = shared::get_audience(tx, app, id)?;
        let count = group::count(tx, app, group.no)?;
        if self.rows + count > MOST {
            return Err(Error::TooLarge(format!("a message reaches at most {MOST} recipients of groups; write to everyone")));
        }
        if self.position + count > TOGETHER {
            self.rows += count;
            let sql = "INSERT INTO batch_group (application, batch, no, users)
                       SELECT ?1, ?2, ?3 + place / ?5, json_group_array(user ORDER BY place) FROM
                           (SELECT user, row_number() OVER (ORDER BY position) - 1 AS place FROM group_user
                            WHERE application = ?1 AND grp = ?4) GROUP BY place / ?5";
            self.pieces += tx.run(sql, params![app, self.batch, self.pieces, group.no, PIECE])? as i64;
            return Ok(());
        }
        let sql = "INSERT INTO batch_copy (application, batch, position, user)
                   SELECT ?1, ?2, ?3 + row_number() OVER (ORDER BY position), user FROM group_user WHERE application = ?1 AND grp = ?4
                   ON CONFLICT DO NOTHING";
        self.rows += tx.run(sql, params![app, self.batch, self.position, group.no])? as i64;
        self.position += count;
        Ok(())
    }

    /// A recipient who is one already stays where it is; who is meant by the number of the conversation with it too.
    fn insert(
        &mut self,
        tx: &mut Tx,
        user: Option<UserNo>,
        conversation: Option<ConversationId>,
        party: Option<&str>,
    ) -> Result<()> {
        self.position += 1;
        let sql =
            "INSERT INTO batch_copy (application, batch, position, user, conversation, party) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT DO NOTHING";
        let values = params![self.author.app, self.batch, self.position, user, conversation, party];
        self.rows += tx.run(sql, values)? as i64;
        Ok(())
    }

    fn refuse(&mut self, tx: &mut Tx, given: &str, error: &Error) -> Result<()> {
        self.rows += 1;
        self.position += 1;
        let sql = "INSERT INTO batch_copy (application, batch, position, party, error, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = params![self.author.app, self.batch, self.position, given, error.code().as_str(), error.sentence()];
        tx.run(sql, values).map(|_| ())
    }
}

/// Gives the next users of a batch's large audiences their rows: those who are written down first, of everyone then. Answers how
/// many it found; some of them may have had one.
pub(super) fn reach(tx: &mut Tx, batch: &Batch, connected: &Connected) -> Result<usize> {
    let sql = "SELECT no, users FROM batch_group WHERE application = ?1 AND batch = ?2 ORDER BY no LIMIT 1";
    match tx.maybe(sql, params![batch.app, batch.id], |r| Ok((r.get::<i64>(0)?, r.get::<String>(1)?)))? {
        Some((no, users)) => {
            let sql = "DELETE FROM batch_group WHERE application = ?1 AND batch = ?2 AND no = ?3";
            tx.run(sql, params![batch.app, batch.id, no])?;
            let users: Vec<UserNo> = serde_json::from_str(&users).map_err(Error::internal)?;
            append(tx, batch, &users)
        }
        None if batch.everyone.is_some() => reach_everyone(tx, batch, connected),
        None => Ok(0),
    }
}

/// Whether there may be recipients who have no row yet.
pub(super) fn is_left(db: &Db, batch: &Batch) -> Result<bool> {
    let sql = "SELECT 1 FROM batch_group WHERE application = ?1 AND batch = ?2 LIMIT 1";
    Ok(batch.everyone.is_some() || db.any(sql, params![batch.app, batch.id])?)
}

/// Whether it matters for the next piece of a batch who is connected.
pub fn asks_who_is_connected(db: &Db, app: AppNo, batch: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM batch WHERE application = ?1 AND id = ?2 AND done_at IS NULL AND (online = 1 OR (everyone IS NOT NULL AND reached < 0))";
    db.any(sql, params![app, batch])
}

/// Pieces of those who are connected that have time: a thousand people, who have theirs within a second all the same.
const FEW: i64 = 10;

/// Whether the next piece of a batch must not wait: all but a message to everyone where few are connected, or all of them have theirs.
pub fn is_urgent(db: &Db, app: AppNo, batch: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM batch b WHERE b.application = ?1 AND b.id = ?2 AND (b.everyone IS NULL OR b.reached < 0
        OR EXISTS (SELECT 1 FROM batch_group g WHERE g.application = b.application AND g.batch = b.id AND g.no >= ?3))";
    db.any(sql, params![app, batch, FEW])
}

/// Nobody more is reached: who is written down is so no longer.
pub(super) fn forget(tx: &mut Tx, app: AppNo, batch: i64) -> Result<()> {
    tx.run("DELETE FROM batch_group WHERE application = ?1 AND batch = ?2", params![app, batch]).map(|_| ())
}

/// First those who are connected, for whom it matters when; then all in their order.
fn reach_everyone(tx: &mut Tx, batch: &Batch, connected: &Connected) -> Result<usize> {
    let sql = "UPDATE batch SET reached = 0 WHERE application = ?1 AND id = ?2 AND reached < 0";
    if tx.run(sql, params![batch.app, batch.id])? > 0 && !connected.is_empty() {
        return reach_connected(tx, batch, connected);
    }
    let sql = "SELECT u.no FROM batch b JOIN user u ON u.application = b.application AND u.no > b.reached AND u.no <= b.everyone
               WHERE b.application = ?1 AND b.id = ?2 AND u.erased_at IS NULL ORDER BY u.no LIMIT ?3";
    let found: Vec<UserNo> = tx.all(sql, params![batch.app, batch.id, NEXT], |r| r.get(0))?;
    if let Some(last) = found.last() {
        tx.run("UPDATE batch SET reached = ?3 WHERE application = ?1 AND id = ?2", params![batch.app, batch.id, last])?;
    }
    append(tx, batch, &found)
}

/// Writes them down, however many they are; they get their rows piece by piece.
fn reach_connected(tx: &mut Tx, batch: &Batch, connected: &Connected) -> Result<usize> {
    let mut found: Vec<UserNo> = connected.iter().copied().filter(|user| Some(*user) <= batch.everyone).collect();
    found.sort_unstable();
    let listed = serde_json::to_string(&found).map_err(Error::internal)?;
    let sql = "INSERT INTO batch_group (application, batch, no, users)
               SELECT ?1, ?2, key / ?4, json_group_array(value ORDER BY key) FROM json_each(?3) GROUP BY key / ?4";
    tx.run(sql, params![batch.app, batch.id, listed, PIECE])?;
    Ok(found.len().max(1))
}

/// A recipient who is one already stays where it is.
fn append(tx: &mut Tx, batch: &Batch, users: &[UserNo]) -> Result<usize> {
    let sql = "SELECT coalesce(max(position), 0) FROM batch_copy WHERE application = ?1 AND batch = ?2";
    let last: i64 = tx.one(sql, params![batch.app, batch.id], |r| r.get(0))?;
    for (place, user) in users.iter().enumerate() {
        let sql = "INSERT INTO batch_copy (application, batch, position, user) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        tx.run(sql, params![batch.app, batch.id, last + 1 + place as i64, user])?;
    }
    Ok(users.len())
}
