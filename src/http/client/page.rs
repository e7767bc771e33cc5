//! The two pages of the client: the whole window at `/`, and what stands in the widget's frame inside an application's page.

use crate::apps::application;
use crate::error::Error;
use crate::http::page::{Policy, page_under};
use crate::http::problem::Answer;
use crate::http::{House, assets};
use crate::id::AppId;
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "client/index.html")]
struct Index;

pub async fn index(house: Data<House>) -> Answer {
    page_under(&Index, &Policy { calls: calls(&house), ..Policy::default() })
}

#[derive(Template)]
#[template(path = "client/widget.html")]
struct Widget<'a> {
    app: &'a str,
    name: &'a str,
    origins: &'a str,
}

#[derive(Deserialize)]
pub struct Asked {
    app: String,
}

/// Only pages of the application's origins may frame it.
pub async fn widget(house: Data<House>, asked: Query<Asked>) -> Answer {
    let id = AppId::parse(&asked.app).map_err(|_| Error::NotFound("application"))?;
    let application = house.store.read(move |db| application::get(db, &id)).await?;
    if application.suspended_at.is_some() {
        return Err(Error::NotFound("application").into());
    }
    let drawn = Widget { app: application.id.as_str(), name: &application.name, origins: &application.origins.join(" ") };
    let policy = Policy { embedded_by: application.origins.clone(), calls: calls(&house), ..Policy::default() };
    let mut answer = page_under(&drawn, &policy)?;
    allow_elsewhere(answer.headers_mut());
    Ok(answer)
}

/// The script that an application's page names; its address never changes, so a browser asks each time.
pub async fn script(request: HttpRequest) -> Answer {
    let mut answer = assets::file(&request, "js/widget.js", assets::ASK)?;
    allow_elsewhere(answer.headers_mut());
    Ok(answer)
}

/// Not every browser takes the address of a socket for one of our own (CSP Level 3, 6.7.2.8).
fn calls(house: &House) -> Vec<String> {
    vec![house.own.origin().replacen("http", "ws", 1)]
}

fn allow_elsewhere(headers: &mut actix_web::http::header::HeaderMap) {
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
}
