//! What an application answers to a question of its queue, whichever way the answer comes: by the response to a callback, or
//! by a call of its own. An answer counts once for each question, however often it comes.

use crate::apps::delivery::{Delivery, Kind};
use crate::chat::author::Author;
use crate::chat::card::{self, draft};
use crate::chat::message::{self, Draft, repetition};
use crate::error::{Error, Result};
use crate::id::{AppNo, Key, Party};
use crate::store::{Db, Tx};
use crate::wire::reply::Reply;
use crate::wire::row::MessageRow;

/// Does what the answer to this question asks for, and answers what was said. An answer that cannot be used is an error, and
/// changes nothing.
pub fn apply(tx: &mut Tx, question: &Delivery, reply: &Reply) -> Result<Option<MessageRow>> {
    match question.kind == Kind::ActionInvoked.as_str() {
        true => card::answer::apply(tx, question, reply)?,
        false => reply_to_message(tx, question, reply)?,
    }
    said(tx, question)
}

/// What the answer to this question has said, if it said anything.
pub fn said(db: &Db, question: &Delivery) -> Result<Option<MessageRow>> {
    for word in [REPLY, ERROR] {
        if let Some(id) = repetition::known(db, question.app, &key(question, word)?)? {
            let message = message::get(db, question.app, id)?;
            return Ok(Some(MessageRow { key: None, ..message.told(db)? }));
        }
    }
    Ok(None)
}

/// What is said in answer to a question, and what is said to whoever pressed in vain: each once for each question.
pub(super) const REPLY: &str = "reply";
pub(super) const ERROR: &str = "error";

fn key(question: &Delivery, word: &str) -> Result<Key> {
    Key::parse(&format!("{word}:{}", question.webhook_id))
}

pub(super) fn draft_of(question: &Delivery, word: &str, text: &str) -> Result<Draft> {
    Draft::parse(key(question, word)?, text.into())
}

/// What the application says beside what it does: words, files, or both.
pub(super) fn reply_of(question: &Delivery, text: Option<&String>, files: &[i64]) -> Result<Option<Draft>> {
    if text.is_none() && files.is_empty() {
        return Ok(None);
    }
    let text = text.cloned().unwrap_or_default();
    Draft::with_files(key(question, REPLY)?, text, files.to_vec()).map(Some)
}

pub(super) fn say(tx: &mut Tx, app: AppNo, to: &Party, draft: &Draft) -> Result<()> {
    match message::post(tx, &Author::application(app), to, draft) {
        Ok(_) | Err(Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The application's reply to a message that was written to it.
fn reply_to_message(tx: &mut Tx, question: &Delivery, reply: &Reply) -> Result<()> {
    let (Some(conversation), app) = (question.conversation, question.app) else { return Ok(()) };
    let card = reply.card.as_ref().filter(|_| reply.error.is_none());
    let checked = card.map(|card| draft::check(tx, app, tx.now, card)).transpose()?;
    let text = reply.error.as_ref().or(reply.text.as_ref()).or(checked.as_ref().map(|card| &card.title));
    let files: &[i64] = if reply.error.is_none() { &reply.files } else { &[] };
    let Some(draft) = reply_of(question, text, files)? else { return Ok(()) };
    post(tx, app, &Party::Conversation(conversation), draft, checked.as_ref())
}

fn post(tx: &mut Tx, app: AppNo, to: &Party, draft: Draft, card: Option<&draft::Checked>) -> Result<()> {
    let Some(card) = card else { return say(tx, app, to, &draft) };
    if let Some(key) = &draft.key
        && repetition::known(tx, app, key)?.is_some()
    {
        return Ok(());
    }
    let id = card::create(tx, app, card, None)?;
    let posted = message::post(tx, &Author::application(app), to, &Draft { card: Some(id), ..draft })?;
    card::belongs(tx, app, id, posted.row.id)
}
