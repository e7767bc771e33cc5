//! A press of a button. The first one counts, for all copies of the message, in one transaction; whoever comes later is told
//! who was first. The same key again is the same press.

use crate::apps::delivery::{Fact, Kind};
use crate::apps::queue;
use crate::chat::author::Author;
use crate::chat::card::draft::{self, Declared};
use crate::chat::card::{self, Card, claim};
use crate::chat::member;
use crate::chat::message::repetition::stored_key;
use crate::chat::message::{self, Message};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, Key, MessageId, Party, UserId, UserNo};
use crate::secret;
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use crate::wire::card::{Action, Done, Style};
use crate::wire::row::MessageRow;
use serde::Serialize;

/// What somebody asks for.
#[derive(Debug)]
pub struct Press {
    pub message: MessageId,
    pub action: String,
    pub input: Option<String>,
    pub key: Key,
}

/// What came of it.
#[derive(Debug)]
pub struct Pressed {
    pub message: Message,
    /// The key was known: nothing was done again.
    pub repeated: bool,
}

/// What the application is asked.
#[derive(Serialize)]
struct Invoked<'a> {
    press: i64,
    message: MessageRow,
    action: &'a str,
    label: &'a str,
    input: Option<&'a str>,
    user: &'a UserId,
    at: Moment,
}

/// Presses a button of a message that this user sees, and asks the application.
pub fn act(tx: &mut Tx, by: &Author, press: &Press) -> Result<Pressed> {
    let message = seen(tx, by, press.message)?;
    if is_repeated(tx, by, press)? {
        return Ok(Pressed { message, repeated: true });
    }
    require_there(&message, tx.now)?;
    let card = message.card.as_deref().ok_or(Error::NotFound("action"))?;
    if card.claim.is_some() {
        return claimed(tx, by, &message, press);
    }
    // Somebody may have been first with a button that is gone by now.
    require_open(card, tx.now)?;
    let action = card.action(&press.action, by.user).ok_or(Error::NotFound("action"))?;
    let input = check_input(action, press.input.as_deref())?;
    let id = keep(tx, by, card, (press, action, input.as_deref()))?;
    let message = told(tx, card, message.id)?;
    ask(tx, by, &message, id)?;
    Ok(Pressed { message, repeated: false })
}

fn claimed(tx: &mut Tx, by: &Author, message: &Message, press: &Press) -> Result<Pressed> {
    let card = message.card.as_deref().ok_or(Error::NotFound("action"))?;
    if press.action == claim::ACTION && claim::is_held(tx, by, card)? {
        return Ok(Pressed { message: message.clone(), repeated: true });
    }
    claim::require_open(card, tx.now)?;
    claim::take(tx, by, (message, card), press)
}

/// A message in a conversation in which this user is.
fn seen(db: &Db, by: &Author, id: MessageId) -> Result<Message> {
    let message = message::get(db, by.app, id)?;
    member::require(db, by.app, message.conversation, by.user).map_err(|_| Error::NotFound("message"))?;
    member::require_present(db, by.app, message.conversation, by.user)?;
    // What was asked before a suspension may come to the writer after it.
    match user::is_active(db, by.app, by.user)? {
        true => Ok(message),
        false => Err(Error::Forbidden("you may not do this any more".into())),
    }
}

/// Its time is not over, whether the sweep has reached it or not, and nobody has taken it back.
fn require_there(message: &Message, now: Moment) -> Result<()> {
    match (message.terms.expires_at, &message.deleted_by) {
        (Some(end), _) if message.terms.is_over(now) => Err(Error::Conflict(format!("this message expired at {end}"))),
        (_, Some(_)) => Err(Error::Conflict("this message was withdrawn".into())),
        _ => Ok(()),
    }
}

pub(super) fn digest(press: &Press) -> Vec<u8> {
    let all = format!("{}\0{}\0{}", press.message, press.action, press.input.as_deref().unwrap_or_default());
    secret::fingerprint(all)[..16].to_vec()
}

fn is_repeated(db: &Db, by: &Author, press: &Press) -> Result<bool> {
    let sql = "SELECT digest FROM press WHERE application = ?1 AND user = ?2 AND key = ?3";
    let known = db.maybe(sql, params![by.app, by.user, stored_key(by, &press.key)], |r| r.get::<Vec<u8>>(0))?;
    match known {
        Some(known) if known != digest(press) => Err(Error::Conflict("this key names another press already".into())),
        known => Ok(known.is_some()),
    }
}

/// Nobody was first, and it is not too late.
fn require_open(card: &Card, now: Moment) -> Result<()> {
    if let Some(done) = card.done() {
        return Err(Error::Late { reason: sentence(done), done: Box::new(done.clone()) });
    }
    match card.expires_at() {
        Some(end) if end <= now => Err(Error::Conflict(format!("this card expired at {end}"))),
        _ => Ok(()),
    }
}

fn sentence(done: &Done) -> String {
    let by = done.name.as_deref().filter(|name| !name.is_empty()).map(|name| format!(" by {name}")).unwrap_or_default();
    format!("this was settled{by} at {}: {}", done.at, done.label)
}

fn check_input(action: &Action, given: Option<&str>) -> Result<Option<String>> {
    let given = given.map(|text| draft::lines("input", text, draft::INPUT)).transpose()?.filter(|text| !text.is_empty());
    match (&action.input, given) {
        (None, Some(_)) => Err(Error::invalid("input", "this button asks for nothing")),
        (Some(input), None) if input.required => Err(Error::invalid("input", format!("{} is needed", input.label))),
        (Some(input), Some(text)) if !input.multiline && text.contains(['\n', '\r']) => {
            Err(Error::invalid("input", "expected one line"))
        }
        (_, given) => Ok(given),
    }
}

/// Keeps the press as the one that counts, and answers its number.
fn keep(tx: &mut Tx, by: &Author, card: &Card, (press, action, input): (&Press, &Action, Option<&str>)) -> Result<i64> {
    let (app, now) = (by.app, tx.now);
    let id = tx.next_version(app)?;
    let sql = "INSERT INTO press (application, id, card, message, user, key, digest, action, label, input, at, style)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let (key, digest) = (stored_key(by, &press.key), digest(press));
    let (label, style) = (&action.label, action.style.as_str());
    tx.run(sql, params![app, id, card.id, press.message, by.user, key, digest, action.id, label, input, now, style])?;
    let sql = "UPDATE card SET press = ?3, waiting = 1, version = ?3 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, card.id, id])?;
    Ok(id)
}

fn told(tx: &mut Tx, card: &Card, message: MessageId) -> Result<Message> {
    card::spread(tx, card, message)?;
    message::get(tx, card.app, message)
}

fn ask(tx: &mut Tx, by: &Author, message: &Message, press: i64) -> Result<()> {
    let (Some(done), Party::User(user)) = (message.card.as_deref().and_then(Card::done), &by.party) else {
        return Err(Error::internal("a press without a card"));
    };
    let data = Invoked {
        press,
        message: message.told(tx)?,
        action: done.action.as_deref().unwrap_or_default(),
        label: &done.label,
        input: done.input.as_deref(),
        user,
        at: done.at,
    };
    queue::add(tx, by.app, &Fact { kind: Kind::ActionInvoked, conversation: Some(message.conversation), data })
}

/// What the application says was done counts like a press.
pub(super) fn declare(tx: &mut Tx, (app, card): (AppNo, i64), done: &Declared, style: Option<Style>) -> Result<()> {
    let id = tx.next_version(app)?;
    let sql = "INSERT INTO press (application, id, card, message, user, name, key, digest, action, label, input, at, style)
               VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, x'', ?7, ?8, ?9, ?10, ?11)";
    let key = format!("\u{2}{id}");
    let style = style.map(Style::as_str);
    tx.run(sql, params![app, id, card, done.user, done.name, key, done.action, done.label, done.input, done.at, style])?;
    let sql = "UPDATE card SET press = ?3, waiting = 0, version = ?3 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, card, id]).map(|_| ())
}

/// A press that the application was asked about.
pub(super) struct Kept {
    pub id: i64,
    pub card: i64,
    pub message: MessageId,
    pub user: UserNo,
}

pub(super) fn find(db: &Db, app: AppNo, id: i64) -> Result<Option<Kept>> {
    let sql = "SELECT id, card, message, user FROM press WHERE application = ?1 AND id = ?2";
    db.maybe(sql, params![app, id], |r| Ok(Kept { id: r.get(0)?, card: r.get(1)?, message: r.get(2)?, user: r.get(3)? }))
}

/// The conversation in which it was pressed.
pub(super) fn place(db: &Db, app: AppNo, press: &Kept) -> Result<ConversationId> {
    message::get(db, app, press.message).map(|message| message.conversation)
}
