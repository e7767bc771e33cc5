//! A message: written once per key, edited and deleted by its author. How a kept one is read is in `kept`.

use crate::chat::announce;
use crate::chat::author::Author;
use crate::chat::card::trace;
use crate::chat::conversation;
use crate::chat::term::{self, Terms};
use crate::chat::{fact, file, ledger, member, picture};
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, MessageId, Party, UserNo};
use crate::store::{Db, Tx, params};
use crate::wire::row::{ConversationKind, MessageRow, Rows};
use std::collections::HashMap;

pub use draft::{Draft, TEXT, check_text};
pub use kept::{Message, REPLAY, changed_after, get, require};
pub(super) use kept::{SELECT, complete, read};

mod draft;
mod kept;
mod mention;
pub(super) mod repetition;

/// What became of a draft.
#[derive(Debug)]
pub struct Posted {
    /// As its sender sees it, with its key.
    pub row: MessageRow,
    /// The key was known: this is what it named already.
    pub repeated: bool,
    /// The conversation was begun by it: what its author must know of it besides the message.
    pub begun: Option<Box<Rows>>,
}

/// Keeps a message and announces it. The same key with the same content answers the kept one; with other content it is a
/// `Conflict`.
pub fn post(tx: &mut Tx, author: &Author, to: &Party, draft: &Draft) -> Result<Posted> {
    keep(tx, author, to, draft, false)
}

/// As `post`, where nothing that follows it in the piece of work can be refused.
pub fn send(tx: &mut Tx, author: &Author, to: &Party, draft: &Draft) -> Result<Posted> {
    keep(tx, author, to, draft, true)
}

fn keep(tx: &mut Tx, author: &Author, to: &Party, draft: &Draft, all: bool) -> Result<Posted> {
    let place = match conversation::reach(tx, author, to) {
        Ok(place) => place,
        // Whoever may not write any more may ask again what became of what was written before.
        Err(refused) => return repetition::find(tx, author, to, draft)?.ok_or(refused),
    };
    let mentions = mention::listed(tx, author.app, &place, &draft.mentions)?;
    if let Some(reply) = draft.reply_to {
        require_in(tx, author.app, place.conversation, reply)?;
    }
    let files = match file::require(tx, author, &draft.files) {
        Ok(files) => files,
        // They may have gone with the message that was written.
        Err(refused) => return repetition::find(tx, author, to, draft)?.ok_or(refused),
    };
    // A question to the application may still be refused, and more may be written where more is to be told.
    let is_question = place.kind == ConversationKind::Application && !author.is_application();
    let alone = all && !is_question && !place.begun && mentions.is_empty() && files.is_empty();
    let Some(mut row) = insert(tx, author, place.conversation, (draft, &mentions), alone)? else {
        return repetition::answer(tx, author, place.conversation, draft);
    };
    for user in &mentions {
        let sql = "INSERT INTO mention (application, user, conversation, message) VALUES (?1, ?2, ?3, ?4)";
        tx.run(sql, params![author.app, user, place.conversation, row.id])?;
    }
    file::take(tx, author.app, &files)?;
    row.attachments = files.iter().map(file::File::row).collect();
    term::note(tx, author.app, &row)?;
    match draft.card {
        Some(_) if !place.begun => announce::changed(tx, author.app, &get(tx, author.app, row.id)?)?,
        _ => announce::message(tx, author, &place, &row)?,
    }
    let begun = match place.begun && !author.is_application() {
        true => Some(Box::new(Rows { messages: Vec::new(), ..picture::of(tx, author.app, place.conversation, author.user)? })),
        false => None,
    };
    Ok(Posted { row, repeated: false, begun })
}

/// Each conversation's newest message, as far as it is remembered.
#[derive(Default)]
struct Newest(HashMap<(AppNo, ConversationId), i64>);

/// Conversations that are remembered at once.
const REMEMBERED: usize = 10_000;

/// The newest message of a conversation before the one that is about to be written.
fn before(tx: &mut Tx, app: AppNo, conversation: ConversationId) -> Result<i64> {
    if let Some(newest) = tx.memo::<Newest>() {
        if newest.0.len() > REMEMBERED {
            newest.0.clear();
        }
        if let Some(last) = newest.0.get(&(app, conversation)) {
            return Ok(*last);
        }
    }
    conversation::last(tx, app, conversation)
}

/// The new row, or nothing where the key is known.
fn insert(
    tx: &mut Tx,
    author: &Author,
    conversation: ConversationId,
    (draft, mentions): (&Draft, &[UserNo]),
    alone: bool,
) -> Result<Option<MessageRow>> {
    let (app, at) = (author.app, tx.now);
    let id = MessageId(tx.next_version(app)?);
    let prev = before(tx, app, conversation)?;
    let listed = if mentions.is_empty() { None } else { Some(mention::numbers(mentions)) };
    let sql = "INSERT INTO message (application, id, conversation, prev, sender, via, at, key, digest, text, reply_to, mentions, batch, topic,
                   expires_at, card, files, version)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?2) 
               ON CONFLICT (application, sender, key) WHERE key IS NOT NULL DO NOTHING";
    let stored = draft.key.as_ref().map(|key| repetition::stored_key(author, key));
    let digest = repetition::digest(conversation, draft);
    let (sender, via, text, reply_to) = (author.user, author.via, &draft.text, draft.reply_to);
    let Terms { topic, expires_at } = &draft.terms;
    let values = params![
        app,
        id,
        conversation,
        prev,
        sender,
        via,
        at,
        stored,
        digest,
        text,
        reply_to,
        listed,
        draft.batch,
        topic,
        expires_at,
        draft.card,
        file::listed(&draft.files),
    ];
    let inserted = if alone { tx.only(sql, values)? } else { tx.append(sql, values)? };
    if inserted == 0 {
        return Ok(None);
    }
    if let Some(newest) = tx.memo::<Newest>() {
        newest.0.insert((app, conversation), id.0);
    }
    Ok(Some(draft.row(author, (id, conversation, prev), at)))
}

/// Changes the text of one's own message.
pub fn edit(tx: &mut Tx, author: &Author, id: MessageId, text: &str) -> Result<MessageRow> {
    check_text(text)?;
    let message = own(tx, author, id)?;
    if message.deleted_by.is_some() {
        return Err(Error::Conflict("this message was deleted".into()));
    }
    let version = tx.next_version(author.app)?;
    let sql = "UPDATE message SET text = ?3, edited_at = ?4, version = ?5 WHERE application = ?1 AND id = ?2";
    let now = tx.now;
    tx.run(sql, params![author.app, id, text, now, version])?;
    changed(tx, author, id)
}

/// Leaves a tombstone in the place of one's own message. Deleting twice is the same as once.
pub fn delete(tx: &mut Tx, author: &Author, id: MessageId) -> Result<MessageRow> {
    let message = own(tx, author, id)?;
    if message.deleted_by.is_some() {
        return Ok(message.row(author.user));
    }
    remove(tx, author, &message, false)
}

/// The time of a message is over.
pub(super) fn end(tx: &mut Tx, app: AppNo, id: MessageId) -> Result<MessageRow> {
    let message = get(tx, app, id)?;
    if let Some(batch) = message.batch {
        fact::message_expired(tx, app, batch)?;
    }
    remove(tx, &Author::application(app), &message, true)
}

/// Leaves a tombstone, which keeps its end where that has come.
fn remove(tx: &mut Tx, author: &Author, message: &Message, ended: bool) -> Result<MessageRow> {
    let id = message.id;
    let sql = "DELETE FROM mention WHERE application = ?1 AND conversation = ?2 AND message = ?3 AND user IN
               (SELECT j.value FROM message m, json_each(m.mentions) j WHERE m.application = ?1 AND m.id = ?3)";
    tx.run(sql, params![author.app, message.conversation, id])?;
    term::forget(tx, author.app, message)?;
    file::release(tx, author.app, id)?;
    trace::withdraw(tx, author.app, id, ended)?;
    let version = tx.next_version(author.app)?;
    let sql =
        "UPDATE message SET text = '', mentions = NULL, files = NULL, card = NULL, deleted_by = ?3, version = ?4, seen = ?5,
                   expires_at = CASE WHEN ?6 THEN expires_at END WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![author.app, id, author.user, version, ledger::is_seen(tx, author.app, message)?, ended])?;
    changed(tx, author, id)
}

fn changed(tx: &mut Tx, author: &Author, id: MessageId) -> Result<MessageRow> {
    let message = get(tx, author.app, id)?;
    announce::changed(tx, author.app, &message)?;
    Ok(message.row(author.user))
}

/// A message that this author wrote and may still change. One that the author cannot see is not there.
fn own(db: &Db, author: &Author, id: MessageId) -> Result<Message> {
    let message = get(db, author.app, id)?;
    if !author.is_application() {
        let member =
            member::require(db, author.app, message.conversation, author.user).map_err(|_| Error::NotFound("message"))?;
        if member.left.is_some_and(|left| id.0 > left) {
            return Err(Error::NotFound("message"));
        }
        member::require_present(db, author.app, message.conversation, author.user)?;
    }
    let mine = message.sender == author.user || (author.is_application() && message.via);
    if mine { Ok(message) } else { Err(Error::Forbidden("only its author may change a message".into())) }
}

fn require_in(db: &Db, app: AppNo, conversation: ConversationId, id: MessageId) -> Result<()> {
    let sql = "SELECT 1 FROM message WHERE application = ?1 AND id = ?2 AND conversation = ?3";
    if db.any(sql, params![app, id, conversation])? {
        Ok(())
    } else {
        Err(Error::invalid("reply_to", "there is no such message in this conversation"))
    }
}
