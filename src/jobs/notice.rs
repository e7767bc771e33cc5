//! What is said in a conversation when the application does not take what was written to it: in the application's place
//! and in the user's language.

use crate::apps::application;
use crate::apps::delivery::{Delivery, Kind};
use crate::chat::author::Author;
use crate::chat::card::answer;
use crate::chat::{conversation, message};
use crate::directory::{session, user};
use crate::error::Result;
use crate::id::{AppNo, Key, Party};
use crate::store::{Db, Tx};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    /// Not taken yet; it will be tried again.
    Late,
    /// Given up.
    Lost,
}

/// The application does not answer now. A card says that by itself.
pub fn late(tx: &mut Tx, question: &Delivery) -> Result<()> {
    if question.kind == Kind::ActionInvoked.as_str() {
        return Ok(());
    }
    say(tx, question, Notice::Late)
}

/// It has not answered for too long.
pub fn lost(tx: &mut Tx, question: &Delivery) -> Result<()> {
    if question.kind == Kind::ActionInvoked.as_str() {
        return answer::lost(tx, question, press_lost);
    }
    say(tx, question, Notice::Lost)
}

/// Opens cards again whose application nobody asks any more, or that never took what was kept for it; answers how many.
pub fn lapse(tx: &mut Tx, app: AppNo, give_up: Duration, limit: usize) -> Result<usize> {
    let then = tx.now.minus(give_up).minus(Duration::from_secs(3600));
    answer::lapse(tx, app, (then, limit), press_lost)
}

fn press_lost(name: &str, title: &str, locale: &str) -> String {
    match locale.to_ascii_lowercase().starts_with("zh") {
        false => {
            format!("{name} has not answered for too long, so what you pressed on “{title}” had no effect. Please press again.")
        }
        true => format!("{}长时间没有回应，您对“{title}”的操作没有生效。请重新操作。", before_chinese(name)),
    }
}

/// Between Latin letters or digits and Chinese stands a space.
fn before_chinese(name: &str) -> String {
    let is_latin = name.ends_with(|last: char| last.is_alphanumeric() && last < '\u{250}');
    if is_latin { format!("{name} ") } else { name.to_owned() }
}

/// Says it, once for each question.
fn say(tx: &mut Tx, question: &Delivery, notice: Notice) -> Result<()> {
    let Some(conversation) = question.conversation else { return Ok(()) };
    let Some(locale) = locale(tx, question)? else { return Ok(()) };
    let name = application::get_no(tx, question.app)?.name;
    let word = if notice == Notice::Late { "late" } else { "lost" };
    let key = Key::parse(&format!("{word}:{}", question.webhook_id))?;
    let draft = message::Draft::parse(key, text(notice, &name, &locale))?;
    message::post(tx, &Author::application(question.app), &Party::Conversation(conversation), &draft).map(|_| ())
}

/// The language of the user who asked; none where that user is gone.
fn locale(db: &Db, question: &Delivery) -> Result<Option<String>> {
    let Some(conversation) = question.conversation else { return Ok(None) };
    let Some(no) = conversation::find(db, question.app, conversation)?.and_then(|found| found.high) else { return Ok(None) };
    let user = user::get_no(db, question.app, no)?;
    if !user.is_active() {
        return Ok(None);
    }
    Ok(Some(session::spoken_by(db, &user)?.unwrap_or_default()))
}

fn text(notice: Notice, name: &str, locale: &str) -> String {
    let chinese = locale.to_ascii_lowercase().starts_with("zh");
    match (notice, chinese) {
        (Notice::Late, false) => {
            format!("{name} does not answer at the moment. Your message is kept and will be delivered as soon as possible.")
        }
        (Notice::Late, true) => format!("{}暂时没有回应。您的消息已保存，稍后会自动重新发送。", before_chinese(name)),
        (Notice::Lost, false) => {
            format!("{name} has not answered for too long, so your message was not delivered. Please send it again.")
        }
        (Notice::Lost, true) => format!("{}长时间没有回应，您的消息未能送达。请重新发送。", before_chinese(name)),
    }
}
