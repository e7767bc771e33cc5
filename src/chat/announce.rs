//! The only place where something becomes news: who is told which rows of a change, and what the application is told of it.
//! Everybody is told once for each change, with rows as of its last version.

use crate::chat::author::Author;
use crate::chat::conversation::Place;
use crate::chat::mark::Raise;
use crate::chat::member::{self, Member};
use crate::chat::message::Message;
use crate::chat::{fact, picture};
use crate::directory::{contact, user};
use crate::error::Result;
use crate::id::{AppNo, ConversationId, UserNo};
use crate::store::Tx;
use crate::wire::News;
use crate::wire::news::To;
use crate::wire::row::{MemberRow, MessageRow, Rows};
use std::collections::BTreeMap;

/// Tells these users these rows, complete up to the newest of them: whoever is told several things of one change is told the
/// older first.
pub fn rows(tx: &mut Tx, app: AppNo, to: impl Into<To>, rows: Rows) -> Result<()> {
    let to = to.into();
    if to == To::Users(Vec::new()) {
        return Ok(());
    }
    if let Some(version) = rows.version() {
        tx.tell(News::Rows { app, version, to, rows: Box::new(rows), except: None });
    }
    Ok(())
}

/// A message was kept: everybody in its conversation, and the application where it is meant or has asked.
pub fn message(tx: &mut Tx, author: &Author, place: &Place, row: &MessageRow) -> Result<()> {
    if place.begun {
        for user in place.roster.iter() {
            conversation(tx, author.app, place.conversation, *user)?;
        }
    } else {
        let (own, others): (Vec<UserNo>, Vec<UserNo>) =
            place.roster.iter().partition(|user| **user == author.user && !author.via);
        rows(tx, author.app, own, Rows { messages: vec![row.clone()], ..Rows::default() })?;
        let row = MessageRow { key: None, ..row.clone() };
        rows(tx, author.app, others, Rows { messages: vec![row], ..Rows::default() })?;
    }
    if author.is_application() {
        return Ok(());
    }
    fact::message_created(tx, author.app, place.kind, row)
}

/// A message was edited or deleted, or its card has changed. Whoever sees another card than the
/// others gets a row of its own.
pub fn changed(tx: &mut Tx, app: AppNo, message: &Message) -> Result<()> {
    let mut roster = member::roster(tx, app, message.conversation)?;
    if message.deleted_by.is_some() {
        let counted = uncounted(tx, app, message)?;
        roster.retain(|user| !counted.contains(user));
    }
    let (own, others): (Vec<UserNo>, Vec<UserNo>) = roster.into_iter().partition(|user| *user == message.sender);
    rows(tx, app, own, Rows { messages: vec![message.row(message.sender)], ..Rows::default() })?;
    let differs = |user: &UserNo| message.card.as_deref().is_some_and(|card| card.is_personal(*user));
    let (apart, alike): (Vec<UserNo>, Vec<UserNo>) = others.into_iter().partition(differs);
    apart.into_iter().try_for_each(|user| rows(tx, app, vec![user], one(message.row(user))))?;
    let row = MessageRow { key: None, ..message.row(UserNo::APPLICATION) };
    rows(tx, app, alike, one(row))
}

fn one(message: MessageRow) -> Rows {
    Rows { messages: vec![message], ..Rows::default() }
}

/// A message that somebody had not read was taken away: it is told with what is unread now. Answers who was told.
fn uncounted(tx: &mut Tx, app: AppNo, message: &Message) -> Result<Vec<UserNo>> {
    let few = member::few(tx, app, message.conversation)?;
    let counted: Vec<Member> = few.into_iter().filter(|m| m.user != message.sender && m.read < message.id.0).collect();
    for member in &counted {
        let (members, messages) = (vec![member.own_row(tx, app)?], vec![message.row(member.user)]);
        rows(tx, app, vec![member.user], Rows { members, messages, ..Rows::default() })?;
    }
    Ok(counted.into_iter().map(|member| member.user).collect())
}

/// A conversation became visible to a user: all that belongs to it, whatever the versions.
pub fn conversation(tx: &mut Tx, app: AppNo, id: ConversationId, user: UserNo) -> Result<()> {
    let own = member::require(tx, app, id, user)?;
    let picture = picture::brief(tx, app, &own)?;
    rows(tx, app, vec![user], picture)
}

/// A member's own row, with what is unread, to that member's devices; answers it.
pub fn own_member(tx: &mut Tx, app: AppNo, member: &Member) -> Result<MemberRow> {
    let row = member.own_row(tx, app)?;
    rows(tx, app, vec![member.user], Rows { members: vec![row.clone()], ..Rows::default() })?;
    Ok(row)
}

/// Marks that were raised together: everybody hears of all that concern them in one piece, complete up to the newest of them.
/// Who hears the same is told by the same piece. Own devices hear of what was read; what was received leaves unread what is.
pub fn marks(tx: &mut Tx, app: AppNo, raised: &[Raise]) -> Result<()> {
    let mut shown = Vec::with_capacity(2 * raised.len());
    let mut heard: BTreeMap<UserNo, Vec<usize>> = BTreeMap::new();
    for Raise { member, .. } in raised.iter().filter(|raise| raise.read) {
        heard.entry(member.user).or_default().push(shown.len());
        shown.push(member.own_row(tx, app)?);
    }
    for of_one in raised.chunk_by(|a, b| a.member.conversation == b.member.conversation) {
        let roster = member::roster(tx, app, of_one[0].member.conversation)?;
        if roster.len() > member::MARKED {
            continue;
        }
        for Raise { member, .. } in of_one {
            for user in roster.iter().filter(|user| **user != member.user) {
                heard.entry(*user).or_default().push(shown.len());
            }
            shown.push(member.row());
        }
    }
    let mut alike: BTreeMap<Vec<usize>, Vec<UserNo>> = BTreeMap::new();
    heard.into_iter().for_each(|(user, which)| alike.entry(which).or_default().push(user));
    for (which, to) in alike {
        let members = which.into_iter().map(|number| shown[number].clone()).collect();
        rows(tx, app, to, Rows { members, ..Rows::default() })?;
    }
    Ok(())
}

/// Something that others see of a user changed: those who have it on a list and those who share a conversation with it.
pub fn user(tx: &mut Tx, app: AppNo, no: UserNo) -> Result<()> {
    let row = user::get_no(tx, app, no)?.row();
    let mut to = contact::viewers(tx, app, no)?;
    if let To::Users(users) = &mut to {
        users.extend(picture::co_members(tx, app, no)?);
        users.push(no);
        users.sort_unstable();
        users.dedup();
    }
    rows(tx, app, to, Rows { users: vec![row], ..Rows::default() })
}
