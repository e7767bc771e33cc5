//! The console for administrators: pages that work without script. Handlers read or change something by one call of the
//! product and draw a template, which stands under the same name; every change is noted in the audit log.

pub mod account;
pub mod address;
pub mod application;
pub mod attempt;
pub mod audit;
pub mod check;
pub mod credential;
pub mod delivery;
pub mod feed;
pub mod form;
pub mod frame;
pub mod group;
pub mod held;
pub mod invitation;
pub mod key;
pub mod language;
pub mod message;
pub mod oidc;
pub mod once;
pub mod operator;
pub mod overview;
pub mod part;
pub mod ping;
mod posted;
pub mod preference;
pub mod sample;
pub mod secret;
pub mod session;
pub mod setup;
pub mod snippet;
pub mod suspension;
pub mod table;
mod taken;
pub mod tally;
pub mod trouble;
pub mod upload;
pub mod user;
pub mod visit;
pub mod whoami;
mod words;

use crate::apps::application::{Application, get};
use crate::error::{Error, Result};
use crate::http::page;
use crate::http::problem::Answer;
use crate::id::AppId;
use crate::store::Db;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use askama::Template;
use form::Form;

/// A page.
fn draw(template: &impl Template) -> Answer {
    draw_as(StatusCode::OK, template)
}

/// The page of a form, with the status of what is wrong with it.
fn draw_form(form: &Form, template: &impl Template) -> Answer {
    draw_as(form.status(), template)
}

/// Pages of the console say to each other where they come from: without it a form would not say either that it is ours.
fn draw_as(status: StatusCode, template: &impl Template) -> Answer {
    let mut answer = page::page(template)?;
    *answer.status_mut() = status;
    answer.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(answer)
}

/// The application in an address.
fn of(db: &Db, id: &str) -> Result<Application> {
    get(db, &AppId::parse(id).map_err(|_| Error::NotFound("application"))?)
}
