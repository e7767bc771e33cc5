//! Messages: from the application, or in a user's name; what became of them; changing and withdrawing them.

use crate::apps::key::Scope;
use crate::chat::author::Author;
use crate::chat::batch::{self, Content};
use crate::chat::term::Terms;
use crate::chat::{card, ledger, message};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::batch::Copy;
use crate::http::api::ledger::Entry;
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::api::post::Post;
use crate::http::body::Json;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::{AppNo, MessageId, Party, Topic, UserId, UserNo};
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::card::Draft as Card;
use crate::wire::claim::Kind as Claim;
use crate::wire::row::MessageRow;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A message as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageDraft)]
pub struct Body {
    to: To,
    /// Markdown, up to 16 KiB. Absent or blank: the title of the card, or nothing beside files.
    text: Option<String>,
    /// Files that were sent before (`POST /files`), at most 10.
    #[serde(default)]
    attachments: Vec<i64>,
    /// What it shows besides; only from the application itself.
    card: Option<Card>,
    /// Its recipients are to take or confirm it: `any`, the first to take it has it, and the others see who; `all`, each of them
    /// confirms it, and all see how far that is. Only from the application itself; a card beside it has no actions.
    claim: Option<Claim>,
    /// `application` or `user:<id>`, which needs a scope of its own; absent: the application.
    from: Option<String>,
    /// What it is about, as the application names it, such as `leave/118`.
    #[schema(value_type = Option<Topic>)]
    topic: Option<String>,
    /// Withdraws what the same recipients got of the topic before.
    #[serde(default)]
    replace: bool,
    /// Written then: at most a year ahead. Until then the batch can be changed and withdrawn.
    #[schema(format = DateTime)]
    send_at: Option<String>,
    /// It disappears then.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// `online`: only users who are connected when it is written.
    only: Option<Only>,
    /// Whether it is also sent by email: `auto` (as the user wishes, and the default), `never`, or `now`, which is refused on a
    /// server that sends no email.
    email: Option<Email>,
}

/// Who of the recipients gets it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Only {
    Online,
}

/// Whether a message is also sent by email. No server sends any yet, so `auto` and `never` are the same.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Email {
    Auto,
    Never,
    Now,
}

/// One party or several: `user:<id>`, `conversation:<id>`, and from the application itself `group:<id>` and `everyone`; from
/// a user also `application`.
#[derive(Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected a party such as user:anna, or a list of parties")]
pub enum To {
    One(String),
    Several(Vec<String>),
}

/// What was accepted.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageAccepted)]
pub struct Accepted {
    /// By which all copies can be looked at, changed and withdrawn.
    batch: i64,
    /// One for each recipient; without an `id` where it is scheduled. Absent where there are more than 100, or only those who are
    /// connected: these are written soon.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<Copy>>,
}

impl From<batch::Accepted> for Accepted {
    fn from(accepted: batch::Accepted) -> Accepted {
        let messages = accepted.copies.map(|copies| copies.into_iter().map(Copy::from).collect());
        Accepted { batch: accepted.batch, messages }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = MessageAnswer)]
pub struct One {
    message: MessageRow,
}

/// A message and what became of it.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageDelivery)]
pub struct Whole {
    message: MessageRow,
    delivery: Vec<Entry>,
}

/// A change of a message, or of all copies of a batch: the text, the card, or both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageChange)]
pub struct Change {
    text: Option<String>,
    /// The card in the place of the one that is shown, on all copies of the message.
    card: Option<Card>,
}

impl Change {
    pub fn content(self) -> Result<Content> {
        match (self.text, self.card) {
            (None, None) => Err(Error::invalid("text", "give a text or a card")),
            (text, card) => Ok(Content { text, card }),
        }
    }
}

/// Sends a message. It is durable once it is answered; more than 100 recipients get theirs soon after. A recipient who is not
/// there is an error in its place. A user gets what an audience is sent in the conversation with the application.
#[utoipa::path(post, path = "/api/v1/messages", tag = "messages", request_body = Body,
    responses((status = 202, description = "Accepted", body = Accepted)))]
pub async fn create(house: Data<House>, by: ApplicationKey, post: Post<Body>) -> Answer {
    let Post { body, once } = post;
    let (app, from, draft) = (by.application.no, sender(&by, body.from.as_deref())?, draft(&body)?);
    let to = match body.to {
        To::One(party) => vec![party],
        To::Several(parties) => parties,
    };
    let send = move |tx: &mut Tx| {
        let author = author(tx, app, from.as_ref())?;
        batch::accept(tx, &author, &to, &draft).map(Accepted::from)
    };
    once.answer(&house, StatusCode::ACCEPTED, send).await
}

fn draft(body: &Body) -> Result<batch::Draft> {
    if body.email == Some(Email::Now) {
        return Err(Error::invalid("email", "this server sends no email"));
    }
    let topic = body.topic.as_deref().map(Topic::parse).transpose()?;
    let terms = Terms { topic, expires_at: moment("expires_at", body.expires_at.as_deref())? };
    let send_at = moment("send_at", body.send_at.as_deref())?;
    let said = |text: &String| !text.trim().is_empty() || (body.card.is_none() && body.attachments.is_empty());
    let text = body.text.clone().filter(said).or(body.card.as_ref().map(|card| card.title.trim().into()));
    let files = body.attachments.clone();
    let text = text.or((!files.is_empty()).then(String::new));
    let text = text.ok_or_else(|| Error::invalid("text", "a message needs a text, a card or a file"))?;
    let (card, claim, online) = (body.card.clone(), body.claim, body.only.is_some());
    Ok(batch::Draft { text, files, card, claim, terms, send_at, online, replace: body.replace })
}

fn moment(field: &str, text: Option<&str>) -> Result<Option<Moment>> {
    let wrong = || Error::invalid(field, "expected an RFC 3339 time with its offset, such as 2026-11-22T09:30:00Z");
    text.map(|text| Moment::parse(text).ok_or_else(wrong)).transpose()
}

fn sender(by: &ApplicationKey, from: Option<&str>) -> Result<Option<UserId>> {
    match from.map(Party::parse) {
        None | Some(Ok(Party::Application)) => Ok(None),
        Some(Ok(Party::User(id))) => by.key.scopes.require(Scope::MessagesAsUser).map(|()| Some(id)),
        _ => Err(Error::invalid("from", "expected application or user:<id>")),
    }
}

/// What was said in a user's name is changed only by whoever may speak in it.
pub(super) fn require_voice(by: &ApplicationKey, sender: UserNo) -> Result<()> {
    match sender {
        UserNo::APPLICATION => Ok(()),
        _ => by.key.scopes.require(Scope::MessagesAsUser),
    }
}

fn author(db: &Db, app: AppNo, from: Option<&UserId>) -> Result<Author> {
    let Some(id) = from else { return Ok(Author::application(app)) };
    match user::find(db, app, id)? {
        Some(user) if user.is_active() => Ok(Author::in_name_of(&user)),
        _ => Err(Error::invalid("from", format!("there is no user {id} who may write"))),
    }
}

/// A message, and for each recipient what became of it.
#[utoipa::path(get, path = "/api/v1/messages/{id}", tag = "messages", params(("id" = i64, Path)),
    responses((status = 200, body = Whole)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<MessageId>) -> Answer {
    let app = by.application.no;
    let find = move |db: &Db| {
        let message = message::get(db, app, id)?;
        let delivery = ledger::of_message(db, app, &message)?.into_iter().map(Entry::from).collect();
        Ok(Whole { message: message.told(db)?, delivery })
    };
    ok(&house.store.read(find).await?)
}

/// Changes the text of a message that the application wrote, as itself or in a user's name; or the card, on all copies of it.
#[utoipa::path(patch, path = "/api/v1/messages/{id}", tag = "messages", params(("id" = i64, Path)), request_body = Change,
    responses((status = 200, body = One)))]
pub async fn update(house: Data<House>, by: ApplicationKey, Id(id): Id<MessageId>, Json(change): Json<Change>) -> Answer {
    let (app, content) = (by.application.no, change.content()?);
    let edit = move |tx: &mut Tx| {
        require_voice(&by, message::get(tx, app, id)?.sender)?;
        if let Some(text) = &content.text {
            message::edit(tx, &Author::application(app), id, text)?;
        }
        if let Some(card) = &content.card {
            card::put(tx, app, id, card)?;
        }
        message::get(tx, app, id)?.told(tx)
    };
    ok(&One { message: house.store.write(edit).await? })
}

/// Withdraws a message that the application wrote. A row without text stays in its place.
#[utoipa::path(delete, path = "/api/v1/messages/{id}", tag = "messages", params(("id" = i64, Path)),
    responses((status = 200, body = One)))]
pub async fn destroy(house: Data<House>, by: ApplicationKey, Id(id): Id<MessageId>) -> Answer {
    let app = by.application.no;
    let withdraw = move |tx: &mut Tx| {
        require_voice(&by, message::get(tx, app, id)?.sender)?;
        message::delete(tx, &Author::application(app), id)
    };
    ok(&One { message: house.store.write(withdraw).await? })
}
