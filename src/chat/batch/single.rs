//! A message to one user or one conversation, which is most of them: written at once, with the rows of a batch that is done.

use crate::chat::author::Author;
use crate::chat::batch::{Batch, Draft};
use crate::chat::{message, topic};
use crate::directory::user;
use crate::error::Result;
use crate::id::{Key, MessageId, Party};
use crate::store::{Tx, params};

/// None where it cannot be written so: it takes the usual way, which says why.
pub(super) fn write(tx: &mut Tx, author: &Author, to: &str, draft: &Draft) -> Result<Option<Batch>> {
    let party = match Party::parse(to) {
        Ok(party @ (Party::User(_) | Party::Conversation(_))) => party,
        _ => return Ok(None),
    };
    let id = tx.next_version(author.app)?;
    let plain = message::Draft::parse(Key::parse(&format!("batch:{id}:1"))?, draft.text.clone())?;
    let copy = message::Draft { batch: Some(id), terms: draft.terms.clone(), ..plain };
    let posted = match message::post(tx, author, &party, &copy) {
        Ok(posted) => posted,
        Err(error) => return error.refusal().map(|_| None),
    };
    let row = posted.row;
    match &draft.terms.topic {
        Some(topic) if draft.replace => topic::replace(tx, author, topic, (row.conversation, row.id))?,
        _ => {}
    }
    let batch = done(tx, author, id, draft);
    note(tx, &batch, &party, row.id)?;
    Ok(Some(batch))
}

fn done(tx: &Tx, author: &Author, id: i64, draft: &Draft) -> Batch {
    Batch {
        app: author.app,
        id,
        sender: author.user,
        text: draft.text.clone(),
        card: None,
        terms: draft.terms.clone(),
        online: false,
        replacing: draft.replace,
        created_at: tx.now,
        due_at: tx.now,
        total: 1,
        written: 1,
        failed: 0,
        suppressed: 0,
        done_at: Some(tx.now),
        edited_at: None,
        withdrawn_at: None,
        changing: None,
        editing: false,
        everyone: None,
    }
}

/// Nothing that is remembered depends on these rows.
fn note(tx: &mut Tx, batch: &Batch, party: &Party, message: MessageId) -> Result<()> {
    let sql = "INSERT INTO batch (application, id, sender, text, created_at, due_at, topic, expires_at, replacing, total, written, done_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, 1, 1, ?5)";
    let (topic, end) = (&batch.terms.topic, batch.terms.expires_at);
    tx.append(sql, params![batch.app, batch.id, batch.sender, batch.text, batch.created_at, topic, end, batch.replacing])?;
    let (user, conversation) = match party {
        Party::User(id) => (Some(user::number(tx, batch.app, id)?), None),
        Party::Conversation(id) => (None, Some(*id)),
        _ => (None, None),
    };
    let sql = "INSERT INTO batch_copy (application, batch, position, user, conversation, message) VALUES (?1, ?2, 1, ?3, ?4, ?5)";
    tx.append(sql, params![batch.app, batch.id, user, conversation, message]).map(|_| ())
}
