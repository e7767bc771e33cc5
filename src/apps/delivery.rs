//! What an application is told or asked: the body of a call, and the rows as they stand. How rows come about and
//! wait is the business of `apps/queue`.

pub use crate::apps::kind::Kind;
use crate::error::{Error, Result};
use crate::id::{AppId, AppNo, ConversationId};
use crate::secret;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use serde::Serialize;

/// Something to tell. With a `conversation` it waits for what was told of that conversation before.
#[derive(Debug)]
pub struct Fact<D> {
    pub kind: Kind,
    pub conversation: Option<ConversationId>,
    pub data: D,
}

/// The body of every call.
#[derive(Serialize)]
struct Body<'a, D> {
    r#type: &'a str,
    timestamp: Moment,
    application: &'a AppId,
    /// An answer is awaited.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    question: bool,
    data: &'a D,
    /// Nothing follows from it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

/// Writes the body of a call of this type.
pub fn body(kind: &str, application: &AppId, data: &impl Serialize, timestamp: Moment) -> Result<String> {
    serde_json::to_string(&Body { r#type: kind, timestamp, application, question: false, data, test: false })
        .map_err(Error::internal)
}

/// The same, for a call that is only made to see how it is answered.
pub fn test_body(kind: Kind, application: &AppId, data: &impl Serialize) -> Result<String> {
    let (r#type, question, timestamp) = (kind.as_str(), kind.is_question(), Moment::now());
    serde_json::to_string(&Body { r#type, timestamp, application, question, data, test: true }).map_err(Error::internal)
}

impl<D: Serialize> Fact<D> {
    /// What a call, or an event, says of it.
    pub(super) fn body(&self, application: &AppId, timestamp: Moment) -> Result<String> {
        let (kind, question, data) = (self.kind.as_str(), self.kind.is_question(), &self.data);
        serde_json::to_string(&Body { r#type: kind, timestamp, application, question, data, test: false })
            .map_err(Error::internal)
    }
}

/// A new `webhook-id`; it stays the same over all tries.
pub fn webhook_id() -> String {
    secret::generate("msg_")
}

/// A row as it stands.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub app: AppNo,
    pub no: i64,
    pub webhook_id: String,
    /// The `type` of the call.
    pub kind: String,
    pub question: bool,
    pub conversation: Option<ConversationId>,
    pub body: String,
    pub created_at: Moment,
    pub due_at: Option<Moment>,
    pub attempts: i64,
    pub tried_at: Option<Moment>,
    /// Of the last answer.
    pub status: Option<u16>,
    pub noticed_at: Option<Moment>,
    pub delivered_at: Option<Moment>,
    pub done_at: Option<Moment>,
}

/// How far a row has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Delivered,
    /// Given up, or never sent because there was no callback address.
    Failed,
    Unsent,
}

impl Delivery {
    pub fn state(&self) -> State {
        match (self.delivered_at, self.done_at) {
            (_, None) => State::Waiting,
            (Some(_), _) => State::Delivered,
            (None, Some(_)) if self.attempts == 0 => State::Unsent,
            (None, Some(_)) => State::Failed,
        }
    }
}

pub(super) const COLUMNS: &str = "application, no, webhook_id, type, question, conversation, body, created_at, due_at, attempts, \
                       tried_at, status, noticed_at, delivered_at, done_at";

pub fn get(db: &Db, app: AppNo, no: i64) -> Result<Delivery> {
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND no = ?2");
    db.maybe(&sql, params![app, no], read)?.ok_or(Error::NotFound("delivery"))
}

/// A page of the newest first, below `before`, and whether there are more. `open`: only what is not done.
pub fn list(db: &Db, app: AppNo, open: bool, before: Option<i64>, limit: usize) -> Result<(Vec<Delivery>, bool)> {
    let condition = if open { "AND done_at IS NULL" } else { "" };
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND no < ?2 {condition} ORDER BY no DESC LIMIT ?3");
    let mut found = db.all(&sql, params![app, before.unwrap_or(i64::MAX), limit as i64 + 1], read)?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

/// The next ones above `after`, the oldest first: the application's events as they happened.
pub fn after(db: &Db, app: AppNo, after: i64, limit: usize) -> Result<Vec<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND no > ?2 ORDER BY no LIMIT ?3");
    db.all(&sql, params![app, after, limit as i64], read)
}

/// Forgets some that were done before `then`, and answers how many.
pub fn forget(tx: &mut Tx, then: Moment, limit: usize) -> Result<usize> {
    let sql = "SELECT application, no FROM delivery WHERE done_at < ?1 ORDER BY done_at LIMIT ?2";
    let old = tx.all(sql, params![then, limit as i64], |r| Ok((r.get::<AppNo>(0)?, r.get::<i64>(1)?)))?;
    for (app, no) in &old {
        tx.run("DELETE FROM attempt WHERE application = ?1 AND delivery = ?2", params![app, no])?;
        tx.run("DELETE FROM delivery WHERE application = ?1 AND no = ?2", params![app, no])?;
    }
    Ok(old.len())
}

pub(super) fn read(r: &Row) -> Result<Delivery> {
    Ok(Delivery {
        app: r.get(0)?,
        no: r.get(1)?,
        webhook_id: r.get(2)?,
        kind: r.get(3)?,
        question: r.get(4)?,
        conversation: r.get(5)?,
        body: r.get(6)?,
        created_at: r.get(7)?,
        due_at: r.get(8)?,
        attempts: r.get(9)?,
        tried_at: r.get(10)?,
        status: r.get(11)?,
        noticed_at: r.get(12)?,
        delivered_at: r.get(13)?,
        done_at: r.get(14)?,
    })
}
