//! `parlour send`: a message from an application, for scripts.

use crate::apps::application;
use crate::apps::idempotency::{self, Request};
use crate::chat::author::Author;
use crate::chat::batch;
use crate::chat::conversation;
use crate::chat::copy;
use crate::chat::file::{self, Arrival, Bounds};
use crate::chat::term::Terms;
use crate::cli::answer::Answer;
use crate::cli::call;
use crate::cli::deposit::{self, Deposited};
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::moment::When;
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::directory::{shared, user};
use crate::error::{self, Error};
use crate::id::{AppId, AppNo, ConversationId, Key, MessageId, Party, Topic, UserNo};
use crate::secret::{self, Fingerprint};
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::card::Draft as Card;
use crate::wire::claim::Kind as Claim;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

/// Bytes that are read from standard input; a text has fewer.
const MOST: u64 = 64 * 1024;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Send {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// user:ID, conversation:ID, everyone, or group:ID: a group that is kept in Parlour (console, REST, import), not one of the
    /// application's contact lists
    #[arg(value_parser = Party::parse)]
    to: Party,
    /// Another one who gets it; several times for several
    #[arg(long = "to", value_name = "TO", value_parser = Party::parse)]
    more: Vec<Party>,
    /// What is said; - reads it from standard input. Beside a card it may be left out: it is the card's title then. Beside files too
    #[arg(required_unless_present_any = ["card", "file"])]
    text: Option<String>,
    /// A file that it carries; several times for several
    #[arg(long, value_name = "PATH")]
    file: Vec<PathBuf>,
    /// What has become of them on the way.
    #[arg(skip)]
    brought: Vec<Deposited>,
    /// A file with a card (JSON, as in docs/integrate.md); - reads it from standard input
    #[arg(long, value_name = "FILE")]
    card: Option<String>,
    /// any: the first recipient to take it has it; all: everyone confirms it
    #[arg(long, value_name = "any|all", value_parser = claim)]
    claim: Option<Claim>,
    /// Names this message, so that the same command again within 24 hours sends nothing again
    #[arg(long, value_parser = Key::parse)]
    key: Option<Key>,
    /// What it is about, such as leave/118
    #[arg(long, value_parser = Topic::parse)]
    topic: Option<Topic>,
    /// Withdraws what the same recipients got of the topic before
    #[arg(long, requires = "topic")]
    replace: bool,
    /// When it disappears: a moment such as 2026-12-01T18:00:00+01:00, or a time from now such as 90m, 8h, 3d
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    expires: Option<When>,
    /// When it is written, as above; at once where nothing is said
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    at: Option<When>,
}

/// What was accepted, as it is kept for the same key again.
#[derive(Serialize, Deserialize)]
struct Sent {
    batch: i64,
    /// None where there are many.
    messages: Option<Vec<Copy>>,
}

/// One recipient's.
#[derive(Serialize, Deserialize)]
struct Copy {
    to: String,
    /// Message and conversation, where it is written.
    at: Option<(MessageId, ConversationId)>,
    error: Option<(String, String)>,
}

impl From<batch::Accepted> for Sent {
    fn from(accepted: batch::Accepted) -> Sent {
        let copy = |copy: copy::Copy| Copy { to: copy.to, at: copy.message, error: copy.error };
        Sent { batch: accepted.batch, messages: accepted.copies.map(|copies| copies.into_iter().map(copy).collect()) }
    }
}

impl Copy {
    /// As `POST /messages` answers it.
    fn value(&self) -> Value {
        match (&self.at, &self.error) {
            (Some((id, conversation)), _) => json!({ "id": id, "to": self.to, "conversation": conversation }),
            (None, Some((code, message))) => json!({ "to": self.to, "error": { "code": code, "message": message } }),
            (None, None) => json!({ "to": self.to }),
        }
    }
}

/// Where there are several, whoever is missing is named, and nobody gets it.
fn require_there(db: &Db, app: AppNo, all: &[Party], tell: &Sender<String>) -> error::Result<()> {
    for party in all {
        let found = match party {
            Party::Group(id) => shared::get_audience(db, app, id).map(|_| ()),
            Party::User(id) => user::number(db, app, id).map(|_| ()),
            Party::Conversation(id) => conversation::get(db, app, *id).map(|_| ()),
            Party::Application | Party::Everyone => Ok(()),
        };
        if let (Err(error @ Error::NotFound(_)), 2..) = (&found, all.len()) {
            let _ = tell.send(format!("{party}: {error}"));
        }
        found?;
    }
    Ok(())
}

/// The only recipient cannot get it.
fn refused((code, sentence): &(String, String)) -> Failure {
    let code = match code.as_str() {
        "bad_request" | "too_large" => Code::Usage,
        "not_found" => Code::NotFound,
        "unavailable" | "internal" => Code::Failed,
        _ => Code::Refused,
    };
    Failure::new(code, sentence)
}

/// Pictures are drawn one at a time, however many scripts send at once: the server draws what comes by its doors meanwhile.
static DRAWING: Mutex<()> = Mutex::new(());

fn claim(text: &str) -> std::result::Result<Claim, String> {
    Claim::parse(text).ok_or_else(|| "expected any or all".into())
}

/// A file, or standard input.
fn read(what: &str, file: &str) -> Result<String> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().take(MOST).read_to_string(&mut text),
        _ => File::open(file).and_then(|file| file.take(MOST).read_to_string(&mut text)),
    };
    match read {
        Ok(_) => Ok(text),
        Err(error) => {
            let from = if file == "-" { "standard input" } else { file };
            Err(Failure::new(Code::Usage, format!("the {what} cannot be read from {from}: {error}")))
        }
    }
}

impl Send {
    pub fn perform(mut self, config: &Config) -> Result<Answer> {
        self.prepare()?;
        if self.file.len() > file::MOST {
            return Err(Failure::new(Code::Usage, format!("a message has at most {} files", file::MOST)));
        }
        self.brought = self.file.iter().map(|path| deposit::bring(config, path)).collect::<Result<_>>()?;
        call::anywhere(config, Task::Send(self))
    }

    fn prepare(&mut self) -> Result<()> {
        let (said, shown) = (self.text.as_deref() == Some("-"), self.card.as_deref() == Some("-"));
        if said && shown {
            return Err(Failure::new(Code::Usage, "standard input has either the text or the card"));
        }
        if said {
            self.text = Some(read("text", "-")?.trim_end().into());
        }
        if let Some(file) = &self.card {
            let text = read("card", file)?;
            let card: Card =
                serde_json::from_str(&text).map_err(|e| Failure::new(Code::Usage, format!("this is no card: {e}")))?;
            self.text.get_or_insert_with(|| card.title.trim().into());
            self.card = Some(text);
        }
        Ok(())
    }

    /// The card, whose form was checked when it was read.
    fn card(&self) -> error::Result<Option<Card>> {
        let wrong = |e: serde_json::Error| Error::invalid("card", format!("this is no card: {e}"));
        self.card.as_deref().map(|text| serde_json::from_str(text).map_err(wrong)).transpose()
    }

    fn application(&self, db: &Db) -> error::Result<AppNo> {
        let application = application::get(db, &self.app)?;
        match application.suspended_at {
            None => Ok(application.no),
            Some(_) => Err(Error::Forbidden(format!("{} is suspended", application.id))),
        }
    }

    /// Writes all copies before it answers: there may be no server that would go on with them.
    pub fn run(self, place: &Place) -> Result<Answer> {
        let (tell, told) = channel();
        let named = |error: Error| told.try_recv().map_or(Failure::from(error), |missing| Failure::new(Code::NotFound, missing));
        let (app, Sent { batch: id, messages }) = self.accepted(place, tell).map_err(named)?;
        while place.store.write_blocking(move |tx| batch::step(tx, app, id))? {}
        let batch = place.store.read_blocking(|db| batch::get(db, app, id))?;
        if batch.is_scheduled(Moment::now()) {
            let text = format!("will be sent at {} as batch {id}", batch.due_at);
            return Answer::new(text, json!({ "batch": id, "total": batch.total, "send_at": batch.due_at }));
        }
        if let Some([Copy { error: Some(error), .. }]) = messages.as_deref() {
            return Err(refused(error));
        }
        let mut value = json!({ "batch": id, "total": batch.total, "written": batch.written, "failed": batch.failed });
        if let Some(messages) = &messages {
            value["messages"] = messages.iter().map(Copy::value).collect();
        }
        let text = match messages.as_deref() {
            Some([Copy { to, at: Some((message, conversation)), .. }]) => {
                format!("sent to {to} as message {message} of conversation {conversation}, batch {id}")
            }
            _ if batch.written == 1 => format!("sent to 1 user as batch {id}"),
            _ => format!("sent to {} users as batch {id}", batch.written),
        };
        let why = |failed: i64| format!("{failed} could not get it; GET /api/v1/batches/{id} says who and why");
        let left_out = if batch.written == 0 { batch.failed + batch.suppressed } else { batch.failed };
        let failed = Some(left_out).filter(|failed| *failed > 0).map(why);
        Ok(Answer { failed, ..Answer::new(text, value)? })
    }

    /// With the files, of which nothing is left where it is not accepted, or was before.
    fn accepted(self, place: &Place, tell: Sender<String>) -> error::Result<(AppNo, Sent)> {
        let (contents, bounds) = (place.store.contents(), Bounds::of(&place.config.limits));
        let mut arrivals = Vec::new();
        let arrived = self.brought.iter().try_for_each(|one: &Deposited| {
            arrivals.push(file::arrive(contents, contents.take_up(&one.draft)?, &one.name)?);
            let _turn = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
            arrivals.last_mut().map_or(Ok(()), |arrival| arrival.draw(contents))
        });
        let brought = arrivals.clone();
        let accepted = arrived.and_then(|()| place.store.write_blocking(move |tx| self.accept(tx, (&brought, bounds), &tell)));
        arrivals.iter().try_for_each(|arrival| arrival.settle(&place.store))?;
        accepted
    }

    fn all(&self) -> impl Iterator<Item = &Party> {
        std::iter::once(&self.to).chain(&self.more)
    }

    /// Of all that is asked for, as it was written.
    fn digest(&self, brought: &[Arrival]) -> error::Result<Fingerprint> {
        let written = |when: &Option<When>| when.as_ref().map(|when| when.written.clone());
        let Send { text, card, claim, topic, replace, .. } = self;
        let all = json!([self.to.to_string(), text, card, claim, topic, replace, written(&self.expires), written(&self.at)]);
        let mut all = serde_json::to_vec(&all).map_err(Error::internal)?;
        self.more.iter().for_each(|party| all.extend(format!("\0{party}").into_bytes()));
        brought.iter().for_each(|arrival| all.extend(arrival.fingerprint()));
        Ok(secret::fingerprint(all))
    }

    /// Accepts it once for each key. The space keeps the key apart from those of REST calls, which have none.
    fn accept(self, tx: &mut Tx, (brought, bounds): (&[Arrival], Bounds), tell: &Sender<String>) -> error::Result<(AppNo, Sent)> {
        let app = self.application(tx)?;
        let (card, digest) = (self.card()?, self.digest(brought)?);
        let parties: Vec<Party> = self.all().cloned().collect();
        let to: Vec<String> = parties.iter().map(ToString::to_string).collect();
        let terms = Terms { topic: self.topic, expires_at: self.expires.map(|when| when.at) };
        let (text, claim) = (self.text.unwrap_or_default(), self.claim);
        let (send_at, replace) = (self.at.map(|when| when.at), self.replace);
        let draft = batch::Draft { text, card, files: Vec::new(), claim, terms, send_at, online: false, replace };
        let accept = |tx: &mut Tx| {
            require_there(tx, app, &parties, tell)?;
            let keep = |arrival| Ok(file::add(tx, (app, UserNo::APPLICATION), arrival, bounds)?.id);
            let files = brought.iter().map(keep).collect::<error::Result<_>>()?;
            let draft = batch::Draft { files, ..draft };
            batch::accept(tx, &Author::application(app), &to, &draft).map(Sent::from)
        };
        let Some(key) = self.key else { return Ok((app, accept(tx)?)) };
        let request = Request { app, key: format!("send {}", key.as_str()), digest };
        let kept = idempotency::once(tx, &request, 0, |tx| serde_json::to_string(&accept(tx)?).map_err(Error::internal))?;
        Ok((app, serde_json::from_str(&kept.answer).map_err(Error::internal)?))
    }
}
