//! What changes in a batch after it was accepted: another text, another card, or what was done with the card. All copies follow,
//! some in one transaction.

use crate::chat::author::Author;
use crate::chat::batch::{self, BUDGET, Batch, PIECE, get, single};
use crate::chat::card::{self, Card, Holder, draft};
use crate::chat::copy;
use crate::chat::message::{self, Message};
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::{Tx, params};
use crate::wire::News;
use crate::wire::card::Draft;
use crate::wire::news::Work;
use std::time::Instant;

/// What is said anew.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pub text: Option<String>,
    pub card: Option<Draft>,
}

/// Changes the text of all copies, or their card, or both.
pub fn edit(tx: &mut Tx, app: AppNo, id: i64, content: &Content) -> Result<Batch> {
    let batch = get(tx, app, id)?;
    if batch.withdrawn_at.is_some() {
        return Err(Error::Conflict("this batch was withdrawn".into()));
    }
    single::keep(tx, app, id)?;
    if let Some(text) = &content.text {
        message::check_text(text)?;
        write_anew(tx, (app, id), text)?;
    }
    match &content.card {
        Some(_) if batch.sender != UserNo::APPLICATION => {
            return Err(Error::invalid("card", "only a message of the application itself has a card"));
        }
        Some(card) => show_anew(tx, &batch, card)?,
        None => {}
    }
    refresh(tx, app, id)?;
    get(tx, app, id)
}

fn write_anew(tx: &mut Tx, (app, id): (AppNo, i64), text: &str) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE batch SET text = ?3, edited_at = ?4, editing = 1 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, id, text, now]).map(|_| ())
}

fn show_anew(tx: &mut Tx, batch: &Batch, card: &Draft) -> Result<()> {
    let checked = draft::check(tx, batch.app, tx.now, card)?;
    if let Some(shown) = batch.card {
        return card::revise(tx, &card::get(tx, batch.app, shown)?, &checked);
    }
    let card = card::create(tx, batch.app, &checked, Some(Holder::Batch(batch.id)))?;
    tx.run("UPDATE batch SET card = ?3 WHERE application = ?1 AND id = ?2", params![batch.app, batch.id, card]).map(|_| ())
}

/// The card has another title: the text that was only the title is so again.
pub fn retitle(tx: &mut Tx, (app, id): (AppNo, i64), (from, to): (&str, &str)) -> Result<()> {
    if from != to && get(tx, app, id)?.text == from {
        write_anew(tx, (app, id), to)?;
    }
    refresh(tx, app, id)
}

/// What waits for its moment has no copies yet. A round that is under way goes to its end, and then once more from the
/// beginning: whoever changes something again and again cannot keep the last copies from ever being reached.
const DUE: &str = "again = again OR coalesce(changing > 0, 0), changing = CASE WHEN due_at <= ?3 THEN coalesce(changing, 0) END";

/// All copies are to show what has changed.
pub fn refresh(tx: &mut Tx, app: AppNo, id: i64) -> Result<()> {
    let now = tx.now;
    tx.run(&format!("UPDATE batch SET {DUE} WHERE application = ?1 AND id = ?2"), params![app, id, now])?;
    batch::go_on(tx, app, id).map(|_| ())
}

/// As `refresh`, by the job, however few they are: where one copy was told already.
pub fn refresh_soon(tx: &mut Tx, app: AppNo, id: i64) -> Result<()> {
    let (sql, now) = (format!("UPDATE batch SET {DUE} WHERE application = ?1 AND id = ?2 AND total > 1"), tx.now);
    if tx.run(&sql, params![app, id, now])? > 0 {
        tx.tell(News::Nudge(Work::Audiences));
    }
    Ok(())
}

/// The next copies.
pub(super) fn go_on(tx: &mut Tx, batch: &Batch, from: i64) -> Result<()> {
    let author = Author::application(batch.app);
    let copies = copy::after(tx, batch.app, batch.id, (from, PIECE))?;
    let card = batch.card.map(|id| card::get(tx, batch.app, id)).transpose()?;
    let (mut reached, begun) = (None, Instant::now());
    for (position, id) in &copies {
        // One at least: a piece that came to nothing would look like the end.
        if reached.is_some() && begun.elapsed() > BUDGET {
            break;
        }
        reached = Some(*position);
        let message = message::get(tx, batch.app, *id)?;
        match batch.withdrawn_at {
            _ if message.deleted_by.is_some() => {}
            Some(_) => drop(message::delete(tx, &author, *id)?),
            None => update(tx, batch, &message, card.as_ref())?,
        }
    }
    let is_last = (copies.len() as i64) < PIECE && copies.last().map(|(position, _)| *position) == reached;
    let next = reached.filter(|_| !is_last);
    let sql = "UPDATE batch SET changing = CASE WHEN ?3 IS NOT NULL THEN ?3 WHEN again THEN 0 END,
                   editing = editing AND (?3 IS NOT NULL OR again), again = again AND ?3 IS NOT NULL
               WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![batch.app, batch.id, next]).map(|_| ())
}

/// One copy: its text where that is to change, and the card where it shows an older one. A text that was changed for this copy
/// alone stays when only the card changes.
fn update(tx: &mut Tx, batch: &Batch, message: &Message, card: Option<&Card>) -> Result<()> {
    let edits = batch.editing && message.text != batch.text;
    if edits {
        message::edit(tx, &Author::application(batch.app), message.id, &batch.text)?;
    }
    let is_old = |card: &&Card| message.shows != Some(card.id) || (!edits && message.version < card.version);
    match card.filter(is_old) {
        Some(card) => card::touch(tx, (batch.app, card.id), message.id),
        None => Ok(()),
    }
}
