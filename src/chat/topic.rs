//! A topic: the messages that the application wrote about one object of its own, such as `leave/118`. They are changed and
//! withdrawn by its name; a later one may take the place of those before it.

use crate::chat::author::Author;
use crate::chat::batch::{self, Batch, Content};
use crate::chat::message;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, MessageId, Topic, UserNo};
use crate::store::{Db, Tx, params};

/// What was sent about it, the newest first, before a batch; and whether there is more.
pub fn list(db: &Db, app: AppNo, topic: &Topic, before: i64, limit: usize) -> Result<(Vec<Batch>, bool)> {
    batch::page(db, app, topic, before, limit)
}

/// Changes the text or the card of the newest message about it, in all its copies.
pub fn edit(tx: &mut Tx, app: AppNo, topic: &Topic, content: &Content) -> Result<Batch> {
    let sql = "SELECT id FROM batch WHERE application = ?1 AND topic = ?2 AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 1";
    match tx.maybe(sql, params![app, topic], |r| r.get(0))? {
        Some(id) => batch::edit(tx, app, id, content),
        None => Err(Error::NotFound("topic")),
    }
}

/// Takes all that was sent about it back, of more than 100 recipients soon after. Answers how many batches.
pub fn withdraw(tx: &mut Tx, app: AppNo, topic: &Topic) -> Result<i64> {
    require(tx, app, topic)?;
    let sql =
        "SELECT count(*), coalesce(sum(total), 0) FROM batch WHERE application = ?1 AND topic = ?2 AND withdrawn_at IS NULL";
    let (count, copies) = tx.one(sql, params![app, topic], |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))?;
    if copies > batch::TOGETHER {
        batch::withdraw_all(tx, app, topic)?;
        return Ok(count);
    }
    let sql = "SELECT id FROM batch WHERE application = ?1 AND topic = ?2 AND withdrawn_at IS NULL";
    for id in tx.all(sql, params![app, topic], |r| r.get(0))? {
        batch::withdraw(tx, app, id)?;
    }
    Ok(count)
}

/// A user in whose name something was sent about it that stands; else the application.
pub fn speaker(db: &Db, app: AppNo, topic: &Topic) -> Result<UserNo> {
    let sql = "SELECT max(sender) FROM batch WHERE application = ?1 AND topic = ?2 AND withdrawn_at IS NULL";
    Ok(db.one(sql, params![app, topic], |r| r.get::<Option<UserNo>>(0))?.unwrap_or(UserNo::APPLICATION))
}

/// Something was sent about it, withdrawn or not.
pub fn require(db: &Db, app: AppNo, topic: &Topic) -> Result<()> {
    match db.any("SELECT 1 FROM batch WHERE application = ?1 AND topic = ?2 LIMIT 1", params![app, topic])? {
        true => Ok(()),
        false => Err(Error::NotFound("topic")),
    }
}

/// Withdraws what the application wrote of a topic in a conversation before this message, as whom it writes now.
pub(super) fn replace(tx: &mut Tx, author: &Author, topic: &Topic, place: (ConversationId, MessageId)) -> Result<()> {
    let app = author.app;
    let sql = "SELECT id FROM message WHERE application = ?1 AND topic = ?2 AND conversation = ?3 AND id < ?4
               AND sender = ?5 AND (sender = 0 OR via = 1) AND deleted_by IS NULL";
    let earlier: Vec<MessageId> = tx.all(sql, params![app, topic, place.0, place.1, author.user], |r| r.get(0))?;
    for id in earlier {
        message::delete(tx, &Author::application(app), id)?;
    }
    Ok(())
}

/// Whether a later message of the topic took the place of this one for a user before it was written.
pub(super) fn is_replaced(db: &Db, batch: &Batch, user: UserNo) -> Result<bool> {
    let Some(topic) = &batch.terms.topic else { return Ok(false) };
    let sql = "SELECT 1 FROM batch b JOIN batch_copy c ON c.application = b.application AND c.batch = b.id AND c.user = ?4
               WHERE b.application = ?1 AND b.topic = ?2 AND b.id > ?3 AND b.replacing = 1 AND c.message IS NOT NULL LIMIT 1";
    db.any(sql, params![batch.app, topic, batch.id, user])
}
