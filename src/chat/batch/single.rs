//! A message to one user or one conversation, which is most of them: written at once. A plain one to a user is a batch of its own,
//! with the message's number and without a row; one that is about something has the rows of a batch that is done.

use crate::chat::author::Author;
use crate::chat::batch::{Accepted, Draft};
use crate::chat::conversation;
use crate::chat::copy::Copy;
use crate::chat::message::{self, Message};
use crate::chat::term::Terms;
use crate::chat::topic;
use crate::directory::user;
use crate::error::Result;
use crate::id::{AppNo, ConversationId, Key, MessageId, Party, UserId};
use crate::store::{Db, Row, Tx, params};

/// The columns of a `Batch` from a message of application ?1 that has none; to be followed by conditions on `m`.
pub(super) const SELECT: &str = "SELECT m.application, m.id, m.sender, m.text, m.at, 1, 1, 0, m.at, m.edited_at, NULL, \
                                 NULL, NULL, NULL, NULL, 0, 0, m.at, 0, NULL, 0 \
                                 FROM message m WHERE m.application = ?1 AND m.key IS NULL \
                                 AND NOT EXISTS (SELECT 1 FROM batch b WHERE b.application = m.application AND b.id = m.id)";

/// None where it cannot be written so: it takes the usual way, which says why.
pub(super) fn write(tx: &mut Tx, author: &Author, to: &str, draft: &Draft) -> Result<Option<Accepted>> {
    let written = match Party::parse(to) {
        Ok(party @ Party::User(_)) if draft.is_plain() => plain(tx, author, &party, draft),
        Ok(party @ (Party::User(_) | Party::Conversation(_))) => noted(tx, author, &party, draft),
        _ => return Ok(None),
    };
    match written {
        Ok(accepted) => Ok(Some(accepted)),
        Err(error) => error.refusal().map(|_| None),
    }
}

fn plain(tx: &mut Tx, author: &Author, to: &Party, draft: &Draft) -> Result<Accepted> {
    let row = message::send(tx, author, to, &message::Draft::single(draft.text.clone())?)?.row;
    Ok(accepted(row.id.0, to, (row.id, row.conversation)))
}

fn noted(tx: &mut Tx, author: &Author, to: &Party, draft: &Draft) -> Result<Accepted> {
    let id = tx.next_version(author.app)?;
    let plain = message::Draft::with_files(Key::of_copy(id, 1)?, draft.text.clone(), draft.files.clone())?;
    let copy = message::Draft { batch: Some(id), terms: draft.terms.clone(), ..plain };
    let row = message::post(tx, author, to, &copy)?.row;
    match &draft.terms.topic {
        Some(topic) if draft.replace => topic::replace(tx, (author, true), topic, (row.conversation, row.id))?,
        _ => {}
    }
    note(tx, author, (id, draft), (to, row.id))?;
    Ok(accepted(id, to, (row.id, row.conversation)))
}

fn accepted(batch: i64, to: &Party, message: (MessageId, ConversationId)) -> Accepted {
    let copy = Copy { position: 1, to: to.to_string(), message: Some(message), error: None };
    Accepted { batch, copies: Some(vec![copy]) }
}

/// Nothing that is remembered depends on these rows.
fn note(tx: &mut Tx, author: &Author, (id, draft): (i64, &Draft), (to, message): (&Party, MessageId)) -> Result<()> {
    let sql = "INSERT INTO batch (application, id, sender, text, created_at, due_at, topic, expires_at, replacing, total, written, done_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, 1, 1, ?5)";
    let (app, now, Terms { topic, expires_at }) = (author.app, tx.now, &draft.terms);
    tx.append(sql, params![app, id, author.user, draft.text, now, topic, expires_at, draft.replace])?;
    let (user, conversation) = match to {
        Party::User(id) => (Some(user::number(tx, app, id)?), None),
        Party::Conversation(id) => (conversation::get(tx, app, *id)?.between(author.user), Some(*id)),
        _ => (None, None),
    };
    let sql = "INSERT INTO batch_copy (application, batch, position, user, conversation, message) VALUES (?1, ?2, 1, ?3, ?4, ?5)";
    tx.append(sql, params![app, id, user, conversation, message]).map(|_| ())
}

/// The message that is a batch of its own.
pub fn message(db: &Db, app: AppNo, id: i64) -> Result<Option<Message>> {
    match db.any(&format!("{SELECT} AND m.id = ?2"), params![app, id])? {
        true => message::get(db, app, MessageId(id)).map(Some),
        false => Ok(None),
    }
}

/// Its only recipient: the other one of its conversation.
pub(in crate::chat) fn copy(db: &Db, app: AppNo, id: i64) -> Result<Option<Copy>> {
    let sql = "SELECT u.id, m.conversation FROM message m
               JOIN conversation v ON v.application = m.application AND v.id = m.conversation
               JOIN user u ON u.application = m.application AND u.no = CASE m.sender WHEN v.low THEN v.high ELSE v.low END
               WHERE m.application = ?1 AND m.id = ?2 AND m.key IS NULL";
    let read = |r: &Row| Ok((Party::User(r.get::<UserId>(0)?), r.get(1)?));
    let found = db.maybe(sql, params![app, id], read)?;
    Ok(found.map(|(to, place)| Copy { position: 1, to: to.to_string(), message: Some((MessageId(id), place)), error: None }))
}

/// Gives it the rows of a batch that is done, so that more can be remembered of it, and names them in the message, so that they
/// are forgotten with it. Of one that has them nothing changes.
pub(super) fn keep(tx: &mut Tx, app: AppNo, id: i64) -> Result<()> {
    let sql = "INSERT INTO batch (application, id, sender, text, created_at, due_at, total, written, done_at, edited_at)
               SELECT application, id, sender, text, at, at, 1, 1, at, edited_at FROM message
               WHERE application = ?1 AND id = ?2 AND key IS NULL ON CONFLICT DO NOTHING";
    if tx.run(sql, params![app, id])? == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO batch_copy (application, batch, position, user, message)
               SELECT m.application, m.id, 1, CASE m.sender WHEN v.low THEN v.high ELSE v.low END, m.id
               FROM message m JOIN conversation v ON v.application = m.application AND v.id = m.conversation
               WHERE m.application = ?1 AND m.id = ?2";
    tx.run(sql, params![app, id])?;
    tx.run("UPDATE message SET batch = id WHERE application = ?1 AND id = ?2", params![app, id]).map(|_| ())
}
