//! What becomes of a press: the application's answer, whichever way it comes, or that there was none. Only an answer to the
//! press that counts now changes the card; what the application says is said once.

use crate::apps::application;
use crate::apps::delivery::Delivery;
use crate::chat::answer::{ERROR, draft_of, reply_of, say};
use crate::chat::card::press::{self, Kept};
use crate::chat::card::{self, Card, draft};
use crate::chat::conversation;
use crate::chat::message::Draft;
use crate::directory::{session, user};
use crate::error::{Error, Result};
use crate::id::{AppNo, Key, Party};
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use crate::wire::reply::Reply;
use crate::wire::row::ConversationKind;
use serde::Deserialize;

#[derive(Deserialize)]
struct Asked {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    press: i64,
}

/// The press that a row of the queue asked about.
fn asked(db: &Db, question: &Delivery) -> Result<Option<Kept>> {
    let asked: Asked = serde_json::from_str(&question.body).map_err(Error::internal)?;
    press::find(db, question.app, asked.data.press)
}

/// The application has answered to `action.invoked`: with another card, with something to say, with an error, which opens the
/// card again, or with nothing, which is agreement.
pub fn apply(tx: &mut Tx, question: &Delivery, reply: &Reply) -> Result<()> {
    let app = question.app;
    let Some(press) = asked(tx, question)? else { return Ok(()) };
    let card = card::get(tx, app, press.card)?;
    let counts = card.press == Some(press.id) && card.is_waiting();
    // A refusal is one whatever stands beside it.
    if let Some(error) = &reply.error {
        if counts {
            settle(tx, &card, &press, false)?;
        }
        return tell(tx, app, &press, draft_of(question, ERROR, error)?);
    }
    let checked = reply.card.as_ref().map(|card| draft::check(tx, app, tx.now, card)).transpose()?;
    match checked {
        _ if !counts => {}
        Some(checked) if !card.is_gone() => card::revise(tx, &card, &checked)?,
        _ => settle(tx, &card, &press, true)?,
    }
    match reply_of(question, reply.text.as_ref(), &reply.files)? {
        Some(draft) => {
            let place = press::place(tx, app, &press)?;
            say(tx, app, &Party::Conversation(place), &draft)
        }
        None => Ok(()),
    }
}

/// The application was never reached: the card is open again, and whoever pressed is told in `sentence`'s words.
pub fn lost(tx: &mut Tx, question: &Delivery, sentence: impl FnOnce(&str, &str, &str) -> String) -> Result<()> {
    match asked(tx, question)? {
        Some(press) => give_up(tx, question.app, &press, sentence),
        None => Ok(()),
    }
}

fn give_up(tx: &mut Tx, app: AppNo, press: &Kept, sentence: impl FnOnce(&str, &str, &str) -> String) -> Result<()> {
    let card = card::get(tx, app, press.card)?;
    if card.press != Some(press.id) || !card.is_waiting() {
        return Ok(());
    }
    settle(tx, &card, press, false)?;
    let user = user::get_no(tx, app, press.user)?;
    let name = application::get_no(tx, app)?.name;
    let locale = session::spoken_by(tx, &user)?.unwrap_or_default();
    let text = sentence(&name, card.title(), &locale);
    tell(tx, app, press, Draft::parse(Key::parse(&format!("lost:{}", press.id))?, text)?)
}

/// Opens cards again whose application has not answered since `then`, some at a time; answers how many.
pub fn lapse(
    tx: &mut Tx,
    app: AppNo,
    (then, limit): (Moment, usize),
    sentence: impl Fn(&str, &str, &str) -> String,
) -> Result<usize> {
    let sql = "SELECT p.id FROM card c JOIN press p ON p.application = c.application AND p.id = c.press
               WHERE c.application = ?1 AND c.waiting = 1 AND p.at < ?2 ORDER BY c.press LIMIT ?3";
    let old: Vec<i64> = tx.all(sql, params![app, then, limit as i64], |r| r.get(0))?;
    for id in &old {
        if let Some(press) = press::find(tx, app, *id)? {
            give_up(tx, app, &press, &sentence)?;
        }
    }
    Ok(old.len())
}

/// What was pressed stays, or nothing was. Whoever sees the copy on which it was pressed is told at once, the others soon.
fn settle(tx: &mut Tx, card: &Card, press: &Kept, stays: bool) -> Result<()> {
    let (version, stands) = (tx.next_version(card.app)?, stays.then_some(press.id));
    let sql = "UPDATE card SET press = ?3, waiting = 0, version = ?4 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![card.app, card.id, stands, version])?;
    card::spread(tx, card, press.message)
}

/// Says something to whoever pressed and to nobody else: in its conversation with the application.
fn tell(tx: &mut Tx, app: AppNo, press: &Kept, draft: Draft) -> Result<()> {
    let user = user::get_no(tx, app, press.user)?;
    if !user.is_active() {
        return Ok(());
    }
    let place = press::place(tx, app, press)?;
    let alone = conversation::get(tx, app, place)?.kind == ConversationKind::Application;
    let draft = Draft { reply_to: alone.then_some(press.message), ..draft };
    say(tx, app, &Party::User(user.id), &draft)
}
