//! What was said, as lines of a file: conversations with all who are or were in them, and the messages of all of them.

use crate::chat::conversation::{self, Conversation};
use crate::chat::file::{self, File};
use crate::chat::history;
use crate::chat::member::{self, Member};
use crate::directory::user;
use crate::error::Result;
use crate::id::{AppNo, MessageId, Party, UserNo};
use crate::store::Db;
use serde_json::{Value, json};

/// Conversations of one reading; one may have a thousand members.
const CONVERSATIONS: usize = 50;
/// Messages of one reading, each with a text of up to 16 KiB.
const MESSAGES: u32 = 500;
const FILES: usize = 500;

/// A page of conversations after an id, and the id of the last where there may be more.
pub(super) fn conversations(db: &Db, app: AppNo, after: i64) -> Result<(Vec<Value>, Option<String>)> {
    let found = conversation::list(db, app, after, CONVERSATIONS)?;
    let next = found.last().filter(|_| found.len() == CONVERSATIONS).map(|last| last.id.to_string());
    Ok((found.iter().map(|one| conversation_line(db, app, one)).collect::<Result<_>>()?, next))
}

fn conversation_line(db: &Db, app: AppNo, conversation: &Conversation) -> Result<Value> {
    let members: Vec<_> = member::all(db, app, conversation.id)?.iter().map(Member::row).collect();
    Ok(json!({ "conversation": conversation.row(db, app)?, "members": members }))
}

/// A page of messages after an id, and the id of the last where there are more.
pub(super) fn messages(db: &Db, app: AppNo, after: i64) -> Result<(Vec<Value>, Option<String>)> {
    let (found, more) = history::all(db, app, MessageId(after), MESSAGES)?;
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    Ok((found.iter().map(|message| message.told(db).map(|row| json!(row))).collect::<Result<_>>()?, next))
}

/// A page of files after an id, and the id of the last where there may be more.
pub(super) fn files(db: &Db, app: AppNo, after: i64) -> Result<(Vec<Value>, Option<String>)> {
    let found = file::page(db, app, after, FILES)?;
    let next = found.last().filter(|_| found.len() == FILES).map(|last| last.id.to_string());
    Ok((found.iter().map(|file| file_line(db, file)).collect::<Result<_>>()?, next))
}

fn file_line(db: &Db, file: &File) -> Result<Value> {
    let from = match file.uploader {
        UserNo::APPLICATION => Party::Application,
        no => Party::User(user::get_no(db, file.app, no)?.id),
    };
    let hash: String = file.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let content = format!("/api/v1/files/{}/content", file.id);
    Ok(json!({ "file": file.row(), "from": from, "at": file.created_at, "sha256": hash, "content": content }))
}
