//! Files of an application: sending one, to be named in messages; what was sent, by itself or by its users.

use crate::chat::file::{self, Bounds, File};
use crate::directory::user;
use crate::error::Error;
use crate::http::api::ok;
use crate::http::api::path::Id;
use crate::http::api::post::Once;
use crate::http::file::intake::{self, Body, Received};
use crate::http::file::{Part, answer};
use crate::http::guard::ApplicationKey;
use crate::http::problem::Answer;
use crate::http::{House, to_the_end};
use crate::id::{AppNo, Party, UserNo};
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::file::FileRow;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file to be sent.
#[derive(ToSchema)]
#[schema(as = FileDraft)]
#[allow(dead_code, reason = "only the document reads it")]
pub struct Form {
    /// At most 25 MiB; its file name is shown.
    #[schema(min_length = 1, content_media_type = "application/octet-stream")]
    file: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = FileAnswer)]
pub struct One {
    file: FileRow,
}

/// A file and where it comes from.
#[derive(Serialize, ToSchema)]
#[schema(as = FileWhole)]
pub struct Whole {
    file: FileRow,
    /// `user:<id>` or `application`.
    #[schema(value_type = String)]
    from: Party,
    #[schema(value_type = String)]
    at: Moment,
}

/// Takes in a file, which messages of the application may carry: named within 24 hours, and kept as long as a message has it.
#[utoipa::path(post, path = "/api/v1/files", tag = "files", request_body(content = Form, content_type = "multipart/form-data"),
    responses((status = 201, body = One)))]
pub async fn create(house: Data<House>, by: ApplicationKey, once: Once, request: HttpRequest, payload: Payload) -> Answer {
    let whose = (by.application.no, UserNo::APPLICATION);
    let received = intake::receive(&house, Body { request, payload }, whose).await?;
    to_the_end(async move { keep(&house, received, (whose, once)).await }).await?
}

async fn keep(house: &House, received: Received, (whose, once): ((AppNo, UserNo), Once)) -> Answer {
    let (arrival, _places) = received.arrive(house).await?;
    let (kept, bounds) = (arrival.clone(), Bounds::of(&house.config.limits));
    let add = move |tx: &mut Tx| Ok(One { file: file::add(tx, whose, &kept, bounds)?.row() });
    let is_there = move |db: &Db, answer: &str| {
        let One { file } = serde_json::from_str(answer).map_err(Error::internal)?;
        file::find(db, whose.0, file.id).map(|found| found.is_some())
    };
    let answered = once.of(&arrival.fingerprint()).answer_while(house, StatusCode::CREATED, is_there, add).await;
    // It was sent before, or there is no row of it for another reason.
    house.store.aside(move |store| arrival.settle(store)).await?;
    answered
}

/// What is known of a file of the application or of one of its users.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", params(("id" = i64, Path)),
    responses((status = 200, body = Whole)))]
pub async fn show(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>) -> Answer {
    let app = by.application.no;
    let find = move |db: &Db| {
        let file = file::get(db, app, id)?;
        let from = match file.uploader {
            UserNo::APPLICATION => Party::Application,
            no => Party::User(user::get_no(db, app, no)?.id),
        };
        Ok(Whole { file: file.row(), from, at: file.created_at })
    };
    ok(&house.store.read(find).await?)
}

/// Takes back a file that the application sent and no message has.
#[utoipa::path(delete, path = "/api/v1/files/{id}", tag = "files", params(("id" = i64, Path)),
    responses((status = 204, description = "It is gone"), (status = 409, description = "A message has it")))]
pub async fn destroy(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>) -> Answer {
    let whose = (by.application.no, UserNo::APPLICATION);
    house.store.write(move |tx| file::discard(tx, whose, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Its bytes, for the application's own records.
#[utoipa::path(get, path = "/api/v1/files/{id}/content", tag = "files", params(("id" = i64, Path)),
    responses((status = 200, body = String, content_type = "*/*")))]
pub async fn content(house: Data<House>, by: ApplicationKey, Id(id): Id<i64>, request: HttpRequest) -> Answer {
    let app = by.application.no;
    let file: File = house.store.read(move |db: &Db| file::get(db, app, id)).await?;
    answer(&house, &request, &file, (UserNo::APPLICATION, Part::Whole)).await
}
