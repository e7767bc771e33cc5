//! Batches: all copies of one message from the application, looked at, changed and withdrawn together.

use crate::chat::card::claim;
use crate::chat::{batch, copy, file};
use crate::directory::user;
use crate::error::Result;
use crate::http::House;
use crate::http::api::list::{List, Paging, Query};
use crate::http::api::message::{Change, require_voice};
use crate::http::api::path::Id;
use crate::http::api::{answer, ok};
use crate::http::body::Json;
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::id::{ConversationId, MessageId, Party, Topic, UserNo};
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::claim::ClaimRow;
use crate::wire::file::FileRow;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

/// How far a batch is.
#[derive(Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct View {
    id: i64,
    /// `application` or `user:<id>`.
    #[schema(value_type = String)]
    from: Party,
    text: String,
    /// The files that each copy carries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<FileRow>,
    /// Who took or confirmed it, where it asks for that.
    claim: Option<ClaimRow>,
    #[schema(value_type = Option<String>)]
    topic: Option<Topic>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// It waits for its moment, `send_at`.
    scheduled: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    send_at: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Moment>,
    /// Recipients: `written`, `failed`, `suppressed`, and those who are still to come or, where it was withdrawn, never will. Until
    /// all copies are written, somebody who is meant several times is counted so.
    total: i64,
    /// Recipients for whom a copy was written, also where it was withdrawn since.
    written: i64,
    /// Recipients who cannot get one.
    failed: i64,
    /// Recipients who were not to get it after all: not connected, its time was over, or a later message took its place.
    suppressed: i64,
    /// When the last copy was written; null: some are still to come.
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    edited_at: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Moment>,
    /// Copies are still being written, edited or withdrawn.
    open: bool,
}

/// One recipient: with the message once it is written, or the error.
#[derive(Serialize, ToSchema)]
pub struct Copy {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    id: Option<MessageId>,
    /// A party; one that is not there as it was given.
    to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    conversation: Option<ConversationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

/// Why there is no copy.
#[derive(Serialize, ToSchema)]
pub struct Refusal {
    pub(super) code: String,
    pub(super) message: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BatchAnswer)]
pub struct One {
    pub(super) batch: View,
}

/// A batch with a page of its recipients.
#[derive(Serialize, ToSchema)]
#[schema(as = BatchPage)]
pub struct Whole {
    batch: View,
    items: Vec<Copy>,
    next: Option<String>,
}

impl From<copy::Copy> for Copy {
    fn from(copy: copy::Copy) -> Copy {
        let (id, conversation) = copy.message.unzip();
        let error = copy.error.map(|(code, message)| Refusal { code, message });
        Copy { id, to: copy.to, conversation, error }
    }
}

pub(super) fn view(db: &Db, batch: batch::Batch) -> Result<View> {
    let from = match batch.sender {
        UserNo::APPLICATION => Party::Application,
        no => Party::User(user::get_no(db, batch.app, no)?.id),
    };
    Ok(View {
        attachments: file::of_batch(db, &batch)?,
        claim: claim::of_batch(db, &batch)?,
        open: batch.is_open(),
        scheduled: batch.is_scheduled(Moment::now()),
        id: batch.id,
        from,
        text: batch.text,
        topic: batch.terms.topic,
        send_at: Some(batch.due_at).filter(|due| *due > batch.created_at),
        expires_at: batch.terms.expires_at,
        created_at: batch.created_at,
        total: batch.total,
        written: batch.written,
        failed: batch.failed,
        suppressed: batch.suppressed,
        done_at: batch.done_at,
        edited_at: batch.edited_at,
        withdrawn_at: batch.withdrawn_at,
    })
}

/// All batches, the newest first.
#[utoipa::path(get, path = "/api/v1/batches", tag = "messages", params(Paging), responses((status = 200, body = List<View>)))]
pub async fn index(house: Data<House>, by: ApplicationKey, Query(paging): Query<Paging>) -> Answer {
    let (app, before, limit) = (by.application.no, paging.after_number()?, paging.limit()?);
    ok(&house.store.read(move |db| views(db, batch::list(db, app, before, limit)?)).await?)
}

/// A page of batches, the newest first.
pub(super) fn views(db: &Db, (batches, more): (Vec<batch::Batch>, bool)) -> Result<List<View>> {
    let views = batches.into_iter().map(|batch| view(db, batch)).collect::<Result<_>>()?;
    Ok(List::page(views, more, |view: &View| view.id.to_string()))
}

/// How far a batch is, and its recipients in their order.
#[utoipa::path(get, path = "/api/v1/batches/{id}", tag = "messages", params(("id" = i64, Path), Paging),
    responses((status = 200, body = Whole)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>, Query(paging): Query<Paging>) -> Answer {
    let (app, after, limit) = (by.application.no, paging.after_number()?, paging.limit()?);
    let find = move |db: &Db| {
        let batch = view(db, batch::get(db, app, id)?)?;
        let (copies, more) = copy::list(db, app, id, after, limit)?;
        let next = copies.last().filter(|_| more).map(|copy| copy.position.to_string());
        Ok(Whole { batch, items: copies.into_iter().map(Copy::from).collect(), next })
    };
    ok(&house.store.read(find).await?)
}

/// Changes the text or the card of all copies, of more than 100 soon after.
#[utoipa::path(patch, path = "/api/v1/batches/{id}", tag = "messages", params(("id" = i64, Path)), request_body = Change,
    responses((status = 202, description = "Accepted", body = One)))]
pub async fn update(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>, Json(change): Json<Change>) -> Answer {
    let (app, content) = (by.application.no, change.content()?);
    let edit = move |tx: &mut Tx| {
        require_voice(&by, batch::get(tx, app, id)?.sender)?;
        let batch = batch::edit(tx, app, id, &content)?;
        Ok(One { batch: view(tx, batch)? })
    };
    answer(StatusCode::ACCEPTED, &house.store.write(edit).await?)
}

/// Withdraws all copies, of more than 100 soon after; what is not written yet never will be.
#[utoipa::path(delete, path = "/api/v1/batches/{id}", tag = "messages", params(("id" = i64, Path)),
    responses((status = 202, description = "Accepted", body = One)))]
pub async fn destroy(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>) -> Answer {
    let app = by.application.no;
    let withdraw = move |tx: &mut Tx| {
        require_voice(&by, batch::get(tx, app, id)?.sender)?;
        let batch = batch::withdraw(tx, app, id)?;
        Ok(One { batch: view(tx, batch)? })
    };
    answer(StatusCode::ACCEPTED, &house.store.write(withdraw).await?)
}
