//! A conversation as it looks to somebody who sees it for the first time: itself, its members, their users, the newest
//! messages.

use crate::chat::history::{self, Span};
use crate::chat::member::{self, Member};
use crate::chat::{conversation, message::Message};
use crate::directory::user;
use crate::error::Result;
use crate::id::{AppNo, ConversationId, UserNo};
use crate::store::{Db, params};
use crate::wire::row::{MemberRow, MessageRow, Rows, UserRow};
use std::collections::BTreeSet;

/// Messages that come along.
const NEWEST: u32 = 50;

/// The whole of one conversation for one of its members, all other members too.
pub fn of(db: &Db, app: AppNo, id: ConversationId, user: UserNo) -> Result<Rows> {
    let own = member::require(db, app, id, user)?;
    let present = member::present(db, app, id)?;
    build(db, app, &own, &present)
}

/// As `of`, with the other members only where they are few: what is pushed to everybody who joins must not grow with the
/// square of their number. `open` gives the rest.
pub fn brief(db: &Db, app: AppNo, own: &Member) -> Result<Rows> {
    build(db, app, own, &member::few(db, app, own.conversation)?)
}

fn build(db: &Db, app: AppNo, own: &Member, present: &[Member]) -> Result<Rows> {
    let (messages, _) = history::seen(db, app, own, Span::Newest, NEWEST)?;
    // Who has left sees what was said until then, and nobody who is there now.
    let present = if own.left.is_some() { &[] } else { present };
    let named: BTreeSet<UserNo> = present.iter().map(|m| m.user).chain(authors(&messages)).collect();
    Ok(Rows {
        conversations: vec![conversation::get(db, app, own.conversation)?.row_for(db, app, own)?],
        users: users(db, app, named)?,
        members: member_rows(db, app, present, own)?,
        messages: message_rows(&messages, own.user),
        ..Rows::default()
    })
}

/// The members' rows as one of them sees them: the own one, present or not, with what is unread.
pub fn member_rows(db: &Db, app: AppNo, present: &[Member], own: &Member) -> Result<Vec<MemberRow>> {
    let others = present.iter().filter(|m| m.user != own.user).map(Member::row);
    let mut rows = vec![own.own_row(db, app)?];
    rows.extend(others);
    Ok(rows)
}

pub fn message_rows(messages: &[Message], seen_by: UserNo) -> Vec<MessageRow> {
    messages.iter().map(|m| m.row(seen_by)).collect()
}

/// Who wrote: in a large conversation, and of leavers, a client knows nobody else.
pub fn authors(messages: &[Message]) -> impl Iterator<Item = UserNo> {
    messages.iter().map(|message| message.sender).filter(|sender| *sender != UserNo::APPLICATION)
}

pub fn users(db: &Db, app: AppNo, numbers: impl IntoIterator<Item = UserNo>) -> Result<Vec<UserRow>> {
    numbers.into_iter().map(|no| Ok(user::get_no(db, app, no)?.row())).collect()
}

/// Everybody who is in any conversation with this user now.
pub fn co_members(db: &Db, app: AppNo, no: UserNo) -> Result<Vec<UserNo>> {
    let sql =
        "SELECT DISTINCT o.user FROM member m JOIN member o ON o.application = m.application AND o.conversation = m.conversation
               WHERE m.application = ?1 AND m.user = ?2 AND m.left IS NULL AND o.left IS NULL AND o.user <> ?2";
    db.all(sql, params![app, no], |r| r.get(0))
}

/// Whether two users are in a conversation together now.
pub fn share(db: &Db, app: AppNo, a: UserNo, b: UserNo) -> Result<bool> {
    let sql = "SELECT 1 FROM member m JOIN member o ON o.application = m.application AND o.conversation = m.conversation
               WHERE m.application = ?1 AND m.user = ?2 AND m.left IS NULL AND o.left IS NULL AND o.user = ?3 LIMIT 1";
    db.any(sql, params![app, a, b])
}
