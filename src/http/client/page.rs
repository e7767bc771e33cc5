//! The two pages of the client: the whole window at `/`, and what stands in the widget's frame inside an application's page.

use crate::apps::application::{self, Application};
use crate::apps::origin;
use crate::error::{Error, Result};
use crate::http::bundle::Script;
use crate::http::client::application::only;
use crate::http::guard::{bearer, client};
use crate::http::page::{Policy, page_under};
use crate::http::problem::Answer;
use crate::http::{House, assets};
use crate::id::AppId;
use crate::store::Db;
use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "client/index.html")]
struct Index<'a> {
    images: &'a str,
}

#[derive(Deserialize)]
pub struct Wished {
    app: Option<String>,
}

/// The same for everybody but for whose pictures it may show.
pub async fn index(house: Data<House>, request: HttpRequest, wished: Query<Wished>) -> Answer {
    whole(&house, wished.into_inner().app, bearer::clients(&house, &request)).await
}

/// The same, where an identity provider sends its browsers back: the script posts what it was given.
pub async fn arrival(house: Data<House>, app: Path<String>) -> Answer {
    whole(&house, Some(app.into_inner()), Vec::new()).await
}

async fn whole(house: &House, named: Option<String>, kept: Vec<(AppId, String)>) -> Answer {
    let found = house.store.read(move |db| whose(db, named.as_deref(), &kept)).await?;
    let images_of: Vec<String> = found.iter().flat_map(pictures).collect();
    let policy = Policy { images_of: images_of.clone(), calls: calls(house), ..Policy::default() };
    page_under(&Index { images: &images_of.join(" ") }, &policy)
}

/// The application that is asked for, or those in which somebody is signed in here, or the only one that there is.
fn whose(db: &Db, named: Option<&str>, kept: &[(AppId, String)]) -> Result<Vec<Application>> {
    if let Some(id) = named.and_then(|named| AppId::parse(named).ok()) {
        return Ok(application::find(db, &id)?.into_iter().collect());
    }
    let held = client::in_force(db, kept)?;
    if held.is_empty() {
        return Ok(only(db).into_iter().collect());
    }
    held.iter().map(|held| application::get_no(db, held.caller.app)).collect()
}

/// Where an application's pictures, its own and its users', may lie.
fn pictures(application: &Application) -> Vec<String> {
    let icon = application.icon.as_deref().and_then(origin::of).filter(|icon| !application.origins.contains(icon));
    application.origins.iter().cloned().chain(icon).collect()
}

#[derive(Template)]
#[template(path = "client/widget.html")]
struct Widget<'a> {
    app: &'a str,
    name: &'a str,
    origins: &'a str,
    images: &'a str,
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
    let (origins, images_of) = (application.origins.join(" "), pictures(&application));
    let images = images_of.join(" ");
    let drawn = Widget { app: application.id.as_str(), name: &application.name, origins: &origins, images: &images };
    let policy = Policy { embedded_by: application.origins, images_of, calls: calls(&house) };
    let mut answer = page_under(&drawn, &policy)?;
    allow_elsewhere(answer.headers_mut());
    Ok(answer)
}

/// A page has it as a plain script: its names stay in a function.
static WIDGET: Script = Script::new("js/widget/widget.js", |modules| format!("(() => {{\n{modules}}})();\n"));

/// The script that an application's page names; its address never changes, so a browser asks each time.
pub async fn script(request: HttpRequest) -> Answer {
    let mut answer = assets::text(&request, WIDGET.text()?, "text/javascript; charset=utf-8")?;
    allow_elsewhere(answer.headers_mut());
    Ok(answer)
}

/// Not every browser takes the address of a socket for one of our own (CSP Level 3, 6.7.2.8).
fn calls(house: &House) -> Vec<String> {
    vec![house.own.origin().replacen("http", "ws", 1)]
}

/// Pages under an embedder policy load it too (Fetch standard, CORP).
pub(super) fn allow_elsewhere(headers: &mut actix_web::http::header::HeaderMap) {
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
}
