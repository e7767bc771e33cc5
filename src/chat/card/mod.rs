//! A card: shown by a message from the application, and by all copies of it. One row is the state of all of them; which
//! buttons somebody sees is decided when it is told.

pub mod answer;
pub mod claim;
pub mod draft;
pub mod press;
pub mod trace;

use crate::chat::batch::{self, Content};
use crate::chat::message::Message;
use crate::chat::{announce, message};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, MessageId, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::card::{Action, CardRow, Done, Draft, State, Style};
use crate::wire::claim::Kind;
use claim::Claim;
use draft::{Body, Checked};

/// A kept card.
#[derive(Debug, Clone)]
pub struct Card {
    pub app: AppNo,
    pub id: i64,
    /// Of whose copies it is; none: of one message alone.
    pub batch: Option<i64>,
    pub message: Option<MessageId>,
    /// The press that counts.
    pub press: Option<i64>,
    /// Its recipients are to take or confirm it: how far that is.
    pub claim: Option<Claim>,
    /// Of the last change of what it shows.
    pub version: i64,
    whole: CardRow,
    /// Beside each action those who see it, where not everybody does.
    only: Vec<Option<Vec<UserNo>>>,
}

/// What shows a card.
#[derive(Debug, Clone, Copy)]
pub enum Holder {
    Batch(i64),
    Message(MessageId),
}

/// Whether the application has ever sent one.
pub fn is_any(db: &Db, app: AppNo) -> Result<bool> {
    db.any("SELECT 1 FROM card WHERE application = ?1 LIMIT 1", params![app])
}

pub fn get(db: &Db, app: AppNo, id: i64) -> Result<Card> {
    let sql =
        "SELECT c.id, c.batch, c.message, c.press, c.version, c.body, c.expires_at, c.waiting, p.action, p.label, p.user, u.id,
                   coalesce(p.name, u.name), p.at, p.input, c.claim, c.claimed, p.style
               FROM card c LEFT JOIN press p ON p.application = c.application AND p.id = c.press
               LEFT JOIN user u ON u.application = c.application AND u.no = p.user
               WHERE c.application = ?1 AND c.id = ?2";
    let found = db.maybe(sql, params![app, id], |r| read(r, app))?;
    let (mut card, (kind, claimed)) = found.ok_or_else(|| Error::internal("a card that is shown is not there"))?;
    card.claim = kind.map(|kind| claim::find(db, app, (id, card.batch), kind, claimed)).transpose()?;
    Ok(card)
}

fn read(r: &Row, app: AppNo) -> Result<(Card, (Option<Kind>, i64))> {
    let body = Body::read(&r.get::<String>(5)?)?;
    let label: Option<String> = r.get(9)?;
    let done = match label {
        None => None,
        Some(label) => Some(Done {
            action: r.get(8)?,
            label,
            user: r.get(11)?,
            name: r.get(12)?,
            at: r.get(13)?,
            input: r.get(14)?,
            style: r.get::<Option<String>>(17)?.as_deref().and_then(Style::parse),
            state: if r.get(7)? { State::Waiting } else { State::Confirmed },
        }),
    };
    let whole = CardRow { expires_at: r.get(6)?, done, ..body.row() };
    let (id, batch, message, press, version) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?);
    let claim = (r.get::<Option<String>>(15)?.and_then(|kind| Kind::parse(&kind)), r.get(16)?);
    Ok((Card { app, id, batch, message, press, claim: None, version, whole, only: body.only() }, claim))
}

impl Card {
    /// As this user sees it.
    pub fn row(&self, seen_by: UserNo) -> CardRow {
        let mut row = self.whole.clone();
        row.done = row.done.filter(|_| self.claim.is_none());
        let mut mine = self.only.iter().map(|only| only.as_ref().is_none_or(|users| users.contains(&seen_by)));
        row.actions.retain(|_| mine.next().unwrap_or(false));
        row
    }

    /// As the application sees it: all buttons, and for whom each is. These are hundreds of users, whom nobody else is shown.
    pub fn told(&self, db: &Db) -> Result<CardRow> {
        let mut row = CardRow { actions: self.whole.actions.clone(), ..self.row(UserNo::APPLICATION) };
        for (action, only) in row.actions.iter_mut().zip(&self.only) {
            action.users = only.as_ref().map(|numbers| user::ids(db, self.app, numbers)).transpose()?;
        }
        Ok(row)
    }

    /// Whether this user sees another card than everybody else.
    pub fn is_personal(&self, user: UserNo) -> bool {
        self.only.iter().any(Option::is_some) || self.claim.as_ref().is_some_and(|claim| claim.has(user))
    }

    /// It was shown once, and was taken away with its message.
    pub fn is_gone(&self) -> bool {
        self.is_bare() && self.claim.is_none()
    }

    /// It only keeps the claim of a message, and nothing of it is drawn.
    pub fn is_bare(&self) -> bool {
        self.whole.title.is_empty()
    }

    /// A button that this user may press.
    pub fn action(&self, id: &str, user: UserNo) -> Option<&Action> {
        let place = self.whole.actions.iter().position(|action| action.id == id)?;
        self.only[place].as_ref().is_none_or(|users| users.contains(&user)).then(|| &self.whole.actions[place])
    }

    pub fn title(&self) -> &str {
        &self.whole.title
    }

    pub fn done(&self) -> Option<&Done> {
        self.whole.done.as_ref()
    }

    pub fn is_waiting(&self) -> bool {
        self.done().is_some_and(|done| done.state == State::Waiting)
    }

    pub fn expires_at(&self) -> Option<Moment> {
        self.whole.expires_at
    }
}

/// Gives messages that were just read the cards that they show.
pub fn attach(db: &Db, app: AppNo, messages: &mut [Message]) -> Result<()> {
    for message in messages {
        if let Some(id) = message.shows.filter(|_| message.deleted_by.is_none()) {
            let mut card = get(db, app, id)?;
            claim::place(db, &mut card, message.conversation)?;
            message.card = Some(Box::new(card));
        }
    }
    Ok(())
}

/// Keeps a new card.
pub fn create(tx: &mut Tx, app: AppNo, card: &Checked, holder: Option<Holder>) -> Result<i64> {
    let id = tx.next_version(app)?;
    let (batch, message) = match holder {
        Some(Holder::Batch(batch)) => (Some(batch), None),
        Some(Holder::Message(message)) => (None, Some(message)),
        None => (None, None),
    };
    let sql = "INSERT INTO card (application, id, batch, message, body, expires_at, claim, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?2)";
    tx.run(sql, params![app, id, batch, message, card.body, card.expires_at, card.claim.map(Kind::as_str)])?;
    if let Some(done) = &card.done {
        press::declare(tx, (app, id), done, done.style)?;
    }
    Ok(id)
}

/// A message that was written with a card of its own is where it belongs.
pub fn belongs(tx: &mut Tx, app: AppNo, card: i64, message: MessageId) -> Result<()> {
    tx.run("UPDATE card SET message = ?3 WHERE application = ?1 AND id = ?2", params![app, card, message]).map(|_| ())
}

/// Puts another card in its place; nobody is told yet. What was done stays where the new one has nothing to press.
fn replace(tx: &mut Tx, card: &Card, by: &Checked) -> Result<()> {
    let app = card.app;
    let version = tx.next_version(app)?;
    // The answer to a press looks like the button.
    let pressed = card.done().filter(|_| card.is_waiting()).and_then(|done| done.style);
    let sql =
        "UPDATE card SET body = ?3, expires_at = ?4, version = ?5, waiting = 0, press = CASE WHEN ?6 THEN NULL ELSE press END
               WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, card.id, by.body, by.expires_at, version, by.has_actions])?;
    match &by.done {
        Some(done) => press::declare(tx, (app, card.id), done, done.style.or(pressed)),
        None => Ok(()),
    }
}

/// Changes what all copies of a message show: with few copies at once, with many soon.
pub fn revise(tx: &mut Tx, card: &Card, by: &Checked) -> Result<()> {
    if card.claim.is_some() {
        claim::require_plain(by)?;
    }
    replace(tx, card, by)?;
    match (card.batch, card.message) {
        (Some(batch), _) => batch::retitle(tx, (card.app, batch), (card.title(), &by.title)),
        (None, Some(message)) => {
            let sql = "UPDATE message SET text = ?4 WHERE application = ?1 AND id = ?2 AND text = ?3";
            tx.run(sql, params![card.app, message, card.title(), by.title])?;
            touch(tx, (card.app, card.id), message)
        }
        (None, None) => Ok(()),
    }
}

/// Tells of a change: those who see this copy at once, because somebody waits; the others by the job.
fn spread(tx: &mut Tx, card: &Card, copy: MessageId) -> Result<()> {
    touch(tx, (card.app, card.id), copy)?;
    match card.batch {
        Some(batch) => batch::refresh_soon(tx, card.app, batch),
        None => Ok(()),
    }
}

/// This copy shows the card as it stands now.
pub fn touch(tx: &mut Tx, (app, card): (AppNo, i64), message: MessageId) -> Result<()> {
    let version = tx.next_version(app)?;
    let sql = "UPDATE message SET card = ?3, version = ?4 WHERE application = ?1 AND id = ?2 AND deleted_by IS NULL";
    if tx.run(sql, params![app, message, card, version])? > 0 {
        let message = message::get(tx, app, message)?;
        announce::changed(tx, app, &message)?;
    }
    Ok(())
}

/// Gives one message of the application's another card: all copies of it, where it is one of many.
pub fn put(tx: &mut Tx, app: AppNo, id: MessageId, card: &Draft) -> Result<()> {
    let message = message::get(tx, app, id)?;
    if message.deleted_by.is_some() {
        return Err(Error::Conflict("this message was deleted".into()));
    }
    if message.sender_id.is_some() {
        return Err(Error::invalid("card", "only a message of the application itself has a card"));
    }
    match (message.card.as_deref(), message.batch) {
        (None, Some(batch)) => batch::edit(tx, app, batch, &Content { text: None, card: Some(card.clone()) }).map(|_| ()),
        (shown, _) => {
            let checked = draft::check(tx, app, tx.now, card)?;
            match shown {
                Some(shown) => revise(tx, shown, &checked),
                None => {
                    let card = create(tx, app, &checked, Some(Holder::Message(id)))?;
                    touch(tx, (app, card), id)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
