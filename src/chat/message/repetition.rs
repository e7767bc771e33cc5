//! The same key again: a message is written once, and whoever asks again is told what became of it.

use super::{Draft, Posted, get};
use crate::chat::author::Author;
use crate::chat::conversation;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, Key, MessageId, Party};
use crate::secret;
use crate::store::{Db, Row, params};

/// What the application writes, or does, in a user's name has keys of its own space: a client's key never begins with this.
pub(in crate::chat) fn stored_key(author: &Author, key: &Key) -> String {
    if author.via { format!("\u{1}{key}") } else { key.to_string() }
}

/// What its key names, where that says the same and stands in this conversation; else a `Conflict`.
pub(super) fn answer(db: &Db, author: &Author, conversation: ConversationId, draft: &Draft) -> Result<Posted> {
    match kept(db, author, draft)? {
        Some((id, place)) if place == conversation => {
            Ok(Posted { row: get(db, author.app, id)?.row(author.user), repeated: true, begun: None })
        }
        _ => Err(Error::Conflict("this key names another message already".into())),
    }
}

/// What this draft has become already, where it was written to the same party.
pub(super) fn find(db: &Db, author: &Author, to: &Party, draft: &Draft) -> Result<Option<Posted>> {
    match kept(db, author, draft)? {
        Some((_, place)) if conversation::leads(db, author, to, place)? => answer(db, author, place, draft).map(Some),
        _ => Ok(None),
    }
}

/// The message of this key and its conversation, where it says the same.
fn kept(db: &Db, author: &Author, draft: &Draft) -> Result<Option<(MessageId, ConversationId)>> {
    let Some(key) = &draft.key else { return Ok(None) };
    let sql = "SELECT id, conversation, digest FROM message WHERE application = ?1 AND sender = ?2 AND key = ?3";
    let key = stored_key(author, key);
    let read = |r: &Row| Ok((r.get(0)?, r.get(1)?, r.get::<Vec<u8>>(2)?));
    let found = db.maybe(sql, params![author.app, author.user, key], read)?;
    Ok(found.filter(|(_, place, kept)| *kept == digest(*place, draft)).map(|(id, place, _)| (id, place)))
}

/// The application's own message of this key.
pub(in crate::chat) fn known(db: &Db, app: AppNo, key: &Key) -> Result<Option<MessageId>> {
    let sql = "SELECT id FROM message WHERE application = ?1 AND sender = 0 AND key = ?2";
    db.maybe(sql, params![app, key], |r| r.get(0))
}

/// Of what was sent, to tell a repetition from a second use of the key; empty where nobody else knows the key.
pub(super) fn digest(conversation: ConversationId, draft: &Draft) -> Vec<u8> {
    if draft.key.is_none() {
        return Vec::new();
    }
    let mut all = format!("{conversation}\0{:?}\0", draft.reply_to.map(|m| m.0));
    for user in &draft.mentions {
        all.push_str(user.as_str());
        all.push('\0');
    }
    all.push_str(&draft.text);
    if !draft.files.is_empty() {
        all.push_str(&format!("\0{:?}", draft.files));
    }
    secret::fingerprint(all)[..16].to_vec()
}
