//! A claim: a message that one of its recipients takes, or that all of them confirm. It is a state of the message's card, and is
//! taken like a button of it, with an action of its own; the application has said all that it wants, so that nothing is asked
//! of it. What one recipient does is told to the others soon: at once where they are few, where they are many in steps, so that
//! a confirmation does not cost as much as the message did.

use crate::chat::author::Author;
use crate::chat::batch::{self, Batch};
use crate::chat::card::draft::{Body, Checked};
use crate::chat::card::press::{self, Press, Pressed};
use crate::chat::card::{self, Card};
use crate::chat::message::repetition::stored_key;
use crate::chat::message::{self, Message};
use crate::chat::{conversation, fact};
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, Party, UserNo};
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use crate::wire::card::Done;
use crate::wire::claim::{ClaimRow, Kind, Taker};

/// The action that takes it.
pub const ACTION: &str = "claim";
/// Takers who are named; all of them are counted.
const NAMED: i64 = 10;
/// Members of a conversation who can be asked to confirm something there: each of them is told what each of them does.
const MEMBERS: i64 = 100;
/// The others are told of confirmations so often at most: of each where so many are asked, else of every fiftieth part.
const STEPS: i64 = 50;

/// How far it is.
#[derive(Debug, Clone)]
pub struct Claim {
    pub kind: Kind,
    by: Vec<Taker>,
    done: i64,
    of: i64,
    /// Those of them who are in the conversation in which it is shown.
    here: Vec<UserNo>,
}

impl Claim {
    pub fn row(&self, seen_by: UserNo) -> ClaimRow {
        let (by, of, mine) = (self.by.clone(), self.of.max(self.done), self.has(seen_by));
        ClaimRow { kind: self.kind, by, done: self.done, of, mine }
    }

    /// Whether somebody in the conversation in which it is shown has it, or has confirmed it.
    pub(super) fn has(&self, user: UserNo) -> bool {
        self.here.contains(&user)
    }
}

/// Adds to what a message shows, or gives it, something to be claimed.
pub fn check(kind: Kind, shown: Option<Checked>, to: &[String]) -> Result<Checked> {
    let places = to.iter().filter(|party| matches!(Party::parse(party), Ok(Party::Conversation(_)))).count();
    if places > 0 && to.len() > 1 {
        return Err(Error::invalid("claim", "a claim is for users and groups, or for one conversation alone"));
    }
    let shown = shown.map_or_else(bare, Ok)?;
    require_plain(&shown)?;
    Ok(Checked { claim: Some(kind), ..shown })
}

/// In a conversation everybody is told what each of them does: there are not too many to confirm something.
pub fn require_few(db: &Db, app: AppNo, kind: Option<Kind>, to: &[String]) -> Result<()> {
    let (Some(Kind::All), Some(Ok(Party::Conversation(id)))) = (kind, to.first().map(|party| Party::parse(party))) else {
        return Ok(());
    };
    match conversation::get(db, app, id) {
        Ok(place) if place.row(db, app)?.count > MEMBERS => {
            let reason = format!("at most {MEMBERS} members of a conversation can be asked to confirm; send it to them as users");
            Err(Error::invalid("claim", reason))
        }
        _ => Ok(()),
    }
}

/// A card of which nothing is drawn.
fn bare() -> Result<Checked> {
    let body = serde_json::to_string(&Body::default()).map_err(Error::internal)?;
    Ok(Checked { title: String::new(), body, expires_at: None, has_actions: false, done: None, claim: None })
}

/// One thing can be done with a message: it is claimed, or its buttons are pressed.
pub(super) fn require_plain(card: &Checked) -> Result<()> {
    match card.has_actions || card.done.is_some() {
        true => Err(Error::invalid("claim", "a message that is to be claimed has a card without actions and done, or none")),
        false => Ok(()),
    }
}

/// How far the claim of a card is.
pub(super) fn find(db: &Db, app: AppNo, (card, batch): (i64, Option<i64>), kind: Kind, done: i64) -> Result<Claim> {
    // The newest first, then their names: there may be ten thousand.
    let sql = "SELECT u.id, u.name, p.at FROM
                   (SELECT application, id, user, at FROM press WHERE application = ?1 AND card = ?2 ORDER BY id DESC LIMIT ?3) p
               CROSS JOIN user u ON u.application = p.application AND u.no = p.user ORDER BY p.id DESC";
    let by = match done {
        0 => Vec::new(),
        _ => db.all(sql, params![app, card, NAMED], |r| Ok(Taker { user: r.get(0)?, name: r.get(1)?, at: r.get(2)? }))?,
    };
    Ok(Claim { kind, by, done, of: asked(db, app, card, batch)?, here: Vec::new() })
}

/// How far the claim of a batch is, as the application sees it.
pub fn of_batch(db: &Db, batch: &Batch) -> Result<Option<ClaimRow>> {
    let card = batch.card.map(|card| card::get(db, batch.app, card)).transpose()?;
    Ok(card.and_then(|card| card.claim).map(|claim| claim.row(UserNo::APPLICATION)))
}

/// How many it was sent to: those who got it, or are still to get it; of a conversation who is in it, or has confirmed and left.
fn asked(db: &Db, app: AppNo, card: i64, batch: Option<i64>) -> Result<i64> {
    let sql = "SELECT b.total - b.failed - b.suppressed, c.conversation FROM batch b
               LEFT JOIN batch_copy c ON c.application = b.application AND c.batch = b.id AND c.position = 1
               WHERE b.application = ?1 AND b.id = ?2";
    let read = |r: &crate::store::Row| Ok((r.get::<i64>(0)?, r.get::<Option<ConversationId>>(1)?));
    match db.maybe(sql, params![app, batch], read)? {
        Some((_, Some(place))) => {
            let sql =
                "SELECT count(*) FROM member m WHERE m.application = ?1 AND m.conversation = ?2 AND (m.left IS NULL OR EXISTS
                           (SELECT 1 FROM press p WHERE p.application = m.application AND p.card = ?3 AND p.user = m.user))";
            db.one(sql, params![app, place, card], |r| r.get(0))
        }
        found => Ok(found.map_or(1, |(total, _)| total)),
    }
}

/// Whom of a conversation the claim has.
pub(super) fn place(db: &Db, card: &mut Card, conversation: ConversationId) -> Result<()> {
    let Some(claim) = card.claim.as_mut().filter(|claim| claim.done > 0) else { return Ok(()) };
    let sql =
        "SELECT m.user FROM member m CROSS JOIN press p ON p.application = m.application AND p.card = ?3 AND p.user = m.user
               WHERE m.application = ?1 AND m.conversation = ?2";
    claim.here = db.all(sql, params![card.app, conversation, card.id], |r| r.get(0))?;
    Ok(())
}

/// Takes it, or confirms it, for this user. Twice is the same as once.
pub(super) fn take(tx: &mut Tx, by: &Author, (message, card): (&Message, &Card), press: &Press) -> Result<Pressed> {
    if press.action != ACTION {
        return Err(Error::NotFound("action"));
    }
    if press.input.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        return Err(Error::invalid("input", "a claim asks for nothing"));
    }
    let Some(claim) = &card.claim else { return Err(Error::internal("a card without a claim")) };
    let label = if claim.kind == Kind::Any { "taken" } else { "confirmed" };
    keep(tx, by, (press, card.id), label)?;
    card::touch(tx, (by.app, card.id), message.id)?;
    let kept = message::get(tx, by.app, message.id)?;
    let row = kept.card.as_deref().and_then(|card| card.claim.as_ref()).map(|claim| claim.row(by.user));
    if let Some(row) = row {
        if is_step(&row) {
            tell(tx, by.app, card)?;
        }
        fact::message_claimed(tx, by, &kept, &row)?;
    }
    Ok(Pressed { message: kept, repeated: false })
}

/// Whether this user has it, or has confirmed it, whatever key it gave.
pub(super) fn is_held(db: &Db, by: &Author, card: &Card) -> Result<bool> {
    let sql = "SELECT 1 FROM press WHERE application = ?1 AND card = ?2 AND user = ?3";
    db.any(sql, params![by.app, card.id, by.user])
}

fn keep(tx: &mut Tx, by: &Author, (press, card): (&Press, i64), label: &str) -> Result<()> {
    let (app, now, id) = (by.app, tx.now, tx.next_version(by.app)?);
    let (key, digest) = (stored_key(by, &press.key), press::digest(press));
    let sql = "INSERT INTO press (application, id, card, message, user, key, digest, action, label, at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    tx.run(sql, params![app, id, card, press.message, by.user, key, digest, ACTION, label, now])?;
    let sql =
        "UPDATE card SET claimed = claimed + 1, press = CASE WHEN claim = 'any' THEN ?3 END WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, card, id]).map(|_| ())
}

/// Whether the others are told now.
fn is_step(row: &ClaimRow) -> bool {
    let part = (row.of + STEPS - 1) / STEPS;
    row.kind == Kind::Any || row.done == row.of || row.done % part.max(1) == 0
}

/// The other copies follow, by the job.
fn tell(tx: &mut Tx, app: AppNo, card: &Card) -> Result<()> {
    let version = tx.next_version(app)?;
    tx.run("UPDATE card SET version = ?3 WHERE application = ?1 AND id = ?2", params![app, card.id, version])?;
    card.batch.map_or(Ok(()), |batch| batch::refresh_soon(tx, app, batch))
}

/// All copies are written, and there are fewer than was thought: those who were told of more are told again.
pub fn recount(tx: &mut Tx, batch: &Batch) -> Result<()> {
    let Some(card) = batch.card.map(|card| card::get(tx, batch.app, card)).transpose()? else { return Ok(()) };
    match card.claim {
        Some(_) => tell(tx, batch.app, &card),
        None => Ok(()),
    }
}

/// Who was first, for whoever comes later.
pub(super) fn late(done: &Done) -> Error {
    let by = done.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("somebody");
    Error::Late { reason: format!("{by} took this at {}", done.at), done: Box::new(done.clone()) }
}

/// A claim can be made until its card expires.
pub(super) fn require_open(card: &Card, now: Moment) -> Result<()> {
    match (card.done(), card.expires_at()) {
        (Some(done), _) => Err(late(done)),
        (None, Some(end)) if end <= now => Err(Error::Conflict(format!("this could be claimed until {end}"))),
        _ => Ok(()),
    }
}
