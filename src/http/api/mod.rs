//! The REST interface for applications, `/api/v1`: one file for each noun. A handler parses, asks the product once, and
//! answers rows; the application is always the key's. The OpenAPI document is made from what stands at the handlers.

pub mod act;
pub mod batch;
pub mod contact;
pub mod conversation;
pub mod cursor;
pub mod docs;
pub mod event;
pub mod export;
pub mod file;
pub mod group;
pub mod import;
pub mod ledger;
pub mod list;
pub mod message;
mod note;
pub mod openapi;
pub mod path;
pub mod person;
pub mod ping;
pub mod post;
pub mod presence;
mod sample;
pub mod session;
mod stream;
pub mod table;
pub mod ticket;
pub mod token;
pub mod topic;
pub mod upload;
pub mod user;

use crate::http::problem::Answer;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;

/// An answer in JSON. What a key may see is kept by nobody on the way.
pub(super) fn answer(status: StatusCode, body: &impl Serialize) -> Answer {
    let text = serde_json::to_string(body).map_err(crate::error::Error::internal)?;
    Ok(written(status, text))
}

pub(super) fn ok(body: &impl Serialize) -> Answer {
    answer(StatusCode::OK, body)
}

/// Done, and there is nothing to say of it.
pub(super) fn done() -> Answer {
    Ok(HttpResponse::NoContent().finish())
}

fn written(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}
