//! Pages of a conversation's messages, newest last.

use crate::chat::member::{self, Member};
use crate::chat::message::{self, Message};
use crate::directory::caller::Caller;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, MessageId};
use crate::store::{Db, params};
use crate::wire::row::MessageRow;

/// The most messages of one page.
pub const MOST: u32 = 200;
const USUAL: u32 = 50;

/// Which messages: before, after or around one, or the newest.
#[derive(Debug, Clone, Copy)]
pub enum Span {
    Newest,
    Before(MessageId),
    After(MessageId),
    Around(MessageId),
}

impl Span {
    /// At most one of the three may be given.
    pub fn parse(before: Option<MessageId>, after: Option<MessageId>, around: Option<MessageId>) -> Result<Span> {
        match (before, after, around) {
            (None, None, None) => Ok(Span::Newest),
            (Some(id), None, None) => Ok(Span::Before(id)),
            (None, Some(id), None) => Ok(Span::After(id)),
            (None, None, Some(id)) => Ok(Span::Around(id)),
            _ => Err(Error::invalid("before", "give only one of before, after and around")),
        }
    }

    /// The place in a page of the message that must stay when not all of it has room.
    pub fn anchor(self, page: &[MessageRow]) -> usize {
        match self {
            Span::Newest | Span::Before(_) => page.len().saturating_sub(1),
            Span::After(_) => 0,
            Span::Around(id) => page.partition_point(|row| row.id <= id).saturating_sub(1),
        }
    }
}

/// A page's size: 1 to 200, 50 where nothing is said.
pub fn limit(asked: Option<u32>) -> Result<u32> {
    match asked.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        _ => Err(Error::invalid("limit", format!("expected 1 to {MOST}"))),
    }
}

/// What a member may see of it. `more` says that further messages follow in the direction that was asked for.
pub fn page(db: &Db, caller: &Caller, conversation: ConversationId, span: Span, limit: u32) -> Result<(Vec<Message>, bool)> {
    let member = member::require(db, caller.app, conversation, caller.user)?;
    seen(db, caller.app, &member, span, limit)
}

/// As `page`, for one whose membership is at hand. What was written before a leaver left stays; what was changed after that is
/// shown as taken away, because the earlier text is not kept.
pub fn seen(db: &Db, app: AppNo, member: &Member, span: Span, limit: u32) -> Result<(Vec<Message>, bool)> {
    let left = member.left.unwrap_or(i64::MAX);
    let (mut messages, more) = slice(db, (app, member.conversation, left), span, limit)?;
    messages.iter_mut().filter(|message| message.version > left).for_each(Message::withdraw);
    Ok((messages, more))
}

/// All of it, for the application's own records.
pub fn whole(db: &Db, app: AppNo, conversation: ConversationId, span: Span, limit: u32) -> Result<(Vec<Message>, bool)> {
    slice(db, (app, conversation, i64::MAX), span, limit)
}

/// Messages of all conversations in the order in which they were written, for the application's own records.
pub fn all(db: &Db, app: AppNo, after: MessageId, limit: u32) -> Result<(Vec<Message>, bool)> {
    let sql = format!("{} WHERE m.application = ?1 AND m.id > ?2 ORDER BY m.id LIMIT ?3", message::SELECT);
    let mut page = db.all(&sql, params![app, after, i64::from(limit) + 1], message::read)?;
    let more = page.len() > limit as usize;
    page.truncate(limit as usize);
    message::complete(db, app, &mut page)?;
    Ok((page, more))
}

/// Whose messages, of which conversation, up to which one.
type Scope = (AppNo, ConversationId, i64);

fn slice(db: &Db, scope: Scope, span: Span, limit: u32) -> Result<(Vec<Message>, bool)> {
    match span {
        Span::Newest => below(db, scope, i64::MAX, limit),
        Span::Before(id) => below(db, scope, id.0, limit),
        Span::After(id) => above(db, scope, id.0, limit),
        Span::Around(id) => {
            let (mut older, more) = below(db, scope, id.0.saturating_add(1), limit / 2 + 1)?;
            let (newer, _) = above(db, scope, id.0, limit.saturating_sub(older.len() as u32))?;
            older.extend(newer);
            Ok((older, more))
        }
    }
}

fn below(db: &Db, scope: Scope, id: i64, limit: u32) -> Result<(Vec<Message>, bool)> {
    let (mut page, more) = cut(db, scope, "m.id < ?4 AND m.id <= ?3 ORDER BY m.id DESC", id, limit)?;
    page.reverse();
    Ok((page, more))
}

fn above(db: &Db, scope: Scope, id: i64, limit: u32) -> Result<(Vec<Message>, bool)> {
    cut(db, scope, "m.id > ?4 AND m.id <= ?3 ORDER BY m.id", id, limit)
}

fn cut(db: &Db, (app, conversation, until): Scope, condition: &str, id: i64, limit: u32) -> Result<(Vec<Message>, bool)> {
    let sql = format!("{} WHERE m.application = ?1 AND m.conversation = ?2 AND {condition} LIMIT ?5", message::SELECT);
    let mut page = db.all(&sql, params![app, conversation, until, id, i64::from(limit) + 1], message::read)?;
    let more = page.len() > limit as usize;
    page.truncate(limit as usize);
    message::complete(db, app, &mut page)?;
    Ok((page, more))
}
