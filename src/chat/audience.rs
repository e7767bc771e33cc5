//! Who a message from the application goes to: parties and audiences become recipients, each once. Fixed when the message is
//! accepted: who joins a group later does not get it.

use crate::chat::author::Author;
use crate::chat::conversation;
use crate::directory::{group, shared, user};
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, GroupId, Party, UserNo};
use crate::store::{Db, Tx, params};
use std::collections::HashSet;

/// The most parties that one message may name.
pub const PARTIES: usize = 10_000;

/// The recipients of one batch, being gathered.
pub struct Audience<'a> {
    author: &'a Author,
    batch: i64,
    /// Recipients so far, and the position of the last.
    rows: i64,
    position: i64,
    named: HashSet<Party>,
    /// All users up to this number.
    everyone: Option<UserNo>,
}

/// What was gathered.
pub struct Gathered {
    pub total: i64,
    pub failed: i64,
    pub everyone: Option<UserNo>,
}

/// Writes down the recipients that these parties mean. One that is not there is an error in its place.
pub fn gather(tx: &mut Tx, author: &Author, batch: i64, to: &[String]) -> Result<Gathered> {
    let mut audience = Audience { author, batch, rows: 0, position: 0, named: HashSet::new(), everyone: None };
    let mut failed = 0;
    for given in to {
        if let Err(error) = audience.add(tx, given) {
            audience.refuse(tx, given, &error.refusal()?)?;
            failed += 1;
        }
    }
    let rest = match audience.everyone {
        Some(last) => rest(tx, (author.app, batch), UserNo(0), last)?,
        None => 0,
    };
    Ok(Gathered { total: audience.rows + rest, failed, everyone: audience.everyone })
}

/// How many users between two numbers have no row in this batch yet.
fn rest(db: &Db, (app, batch): (AppNo, i64), after: UserNo, last: UserNo) -> Result<i64> {
    let sql = "SELECT count(*) FROM user u WHERE application = ?1 AND no > ?3 AND no <= ?4 AND erased_at IS NULL AND NOT EXISTS
                   (SELECT 1 FROM batch_copy c WHERE c.application = ?1 AND c.batch = ?2 AND c.user = u.no)";
    db.one(sql, params![app, batch, after, last], |r| r.get(0))
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
            Party::Conversation(id) => {
                self.require_seen(tx, *id)?;
                self.insert(tx, None, Some(*id), None)
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

    fn require_seen(&self, db: &Db, id: ConversationId) -> Result<()> {
        conversation::get(db, self.author.app, id)?;
        match self.author.is_application() {
            true => Ok(()),
            false => crate::chat::member::require_present(db, self.author.app, id, self.author.user).map(|_| ()),
        }
    }

    /// The users of a group, in its order.
    fn group(&mut self, tx: &mut Tx, id: &GroupId) -> Result<()> {
        let app = self.author.app;
        let group = shared::get(tx, app, id)?;
        let sql = "INSERT INTO batch_copy (application, batch, position, user)
                   SELECT ?1, ?2, ?3 + row_number() OVER (ORDER BY position), user FROM group_user WHERE application = ?1 AND grp = ?4
                   ON CONFLICT DO NOTHING";
        self.rows += tx.run(sql, params![app, self.batch, self.position, group.no])? as i64;
        self.position += group::count(tx, app, group.no)?;
        Ok(())
    }

    /// A recipient who is one already stays where it is.
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

/// Gives the next users of an audience of all their rows; answers how many it found.
pub(super) fn reach(tx: &mut Tx, app: AppNo, batch: i64, most: i64) -> Result<usize> {
    let sql = "SELECT u.no FROM batch b JOIN user u ON u.application = b.application AND u.no > b.reached AND u.no <= b.everyone
               WHERE b.application = ?1 AND b.id = ?2 AND u.erased_at IS NULL AND NOT EXISTS
                   (SELECT 1 FROM batch_copy c WHERE c.application = ?1 AND c.batch = ?2 AND c.user = u.no)
               ORDER BY u.no LIMIT ?3";
    let found: Vec<UserNo> = tx.all(sql, params![app, batch, most], |r| r.get(0))?;
    let sql = "SELECT coalesce(max(position), 0) FROM batch_copy WHERE application = ?1 AND batch = ?2";
    let mut position: i64 = tx.one(sql, params![app, batch], |r| r.get(0))?;
    for no in &found {
        position += 1;
        let sql = "INSERT INTO batch_copy (application, batch, position, user) VALUES (?1, ?2, ?3, ?4)";
        tx.run(sql, params![app, batch, position, no])?;
    }
    if let Some(last) = found.last() {
        tx.run("UPDATE batch SET reached = ?3 WHERE application = ?1 AND id = ?2", params![app, batch, last])?;
    }
    Ok(found.len())
}
