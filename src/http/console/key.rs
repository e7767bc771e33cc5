//! The keys of an application, and on the same page its secrets.

use crate::accounts::deed::Deed;
use crate::apps::application::Application;
use crate::apps::key::{self, Key, Scope, Scopes};
use crate::error::{Error, Result};
use crate::http::console::application::KEY;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::language::en;
use crate::http::console::secret::{self, Secret};
use crate::http::console::visit::Visit;
use crate::http::console::{address, draw_form, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::time::Moment;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "console/key/index.html")]
struct Index<'a> {
    frame: Frame,
    form: &'a Form,
    keys: Vec<Key>,
    secrets: Vec<Secret>,
    now: Moment,
}

pub async fn index(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    draw(&visit, &application, &Form::default()).await
}

/// The page with all keys and secrets, and what is wrong with the form on it that was posted.
pub async fn draw(visit: &Visit, application: &Application, form: &Form) -> Answer {
    let (no, now) = (application.no, Moment::now());
    let (keys, secrets) = visit.read(move |db| Ok((key::list(db, no)?, secret::list(db, no, now)?))).await?;
    draw_form(form, &Index { frame: Frame::within(visit, application, "keys"), form, keys, secrets, now })
}

/// The name of the question before a key is revoked.
pub fn ask(key: &Key) -> String {
    format!("revoke-{}", key.no)
}

#[derive(Template)]
#[template(path = "console/key/new.html")]
struct New<'a> {
    frame: Frame,
    form: &'a Form,
    scopes: [(&'static str, &'static str); 9],
}

const SCOPES: [(&str, &str); 9] = [
    ("admin", en("Everything below, and what comes later.")),
    ("messages", en("Send, edit and withdraw messages, read their delivery.")),
    ("messages:as-user", en("Send messages in the name of users.")),
    ("users", en("Create, change, suspend and erase users.")),
    ("contacts", en("Contact lists and groups.")),
    ("conversations", en("Make conversations and read them.")),
    ("presence", en("See who is reachable.")),
    ("events", en("Read events, answer the questions among them.")),
    ("tickets", en("Tickets, tokens and sessions of users.")),
];

pub async fn new(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    draw_new(&visit, &application, &Form::default().and("scopes", "admin"))
}

fn draw_new(visit: &Visit, application: &Application, form: &Form) -> Answer {
    draw_form(form, &New { frame: Frame::within(visit, application, "keys"), form, scopes: SCOPES })
}

pub async fn create(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    match make(&visit, &application, &form).await {
        Ok(text) => {
            let page = format!("{}/credentials", address::application(&application.id));
            visit.show_once(&page, vec![(KEY, text)]);
            Ok(see_other(&page))
        }
        Err(error) => draw_new(&visit, &application, &form.refused(error)?),
    }
}

async fn make(visit: &Visit, application: &Application, form: &Form) -> Result<String> {
    let names = form.values("scopes");
    if names.is_empty() {
        return Err(Error::invalid("scopes", "choose at least one"));
    }
    let everything = names.contains(&Scope::Admin.as_str());
    let scopes = if everything { Scopes::admin() } else { Scopes::parse(names)? };
    visit.confirm(form).await?;
    let (no, name) = (application.no, form.value("name").to_string());
    let subject = format!("{}/{}", application.id, name.trim());
    visit.act(Deed::KeyCreate, &subject, move |tx| key::create(tx, no, &name, &scopes, None)).await.map(|(_, text)| text)
}

pub async fn destroy(visit: Visit, path: Path<(String, i64)>, form: Form) -> Answer {
    let (id, no) = path.into_inner();
    let application = visit.read(move |db| of(db, &id)).await?;
    match revoke(&visit, &application, no, &form).await {
        Ok(()) => {
            visit.good(visit.l.t("The key is revoked."));
            Ok(see_other(&format!("{}/keys", address::application(&application.id))))
        }
        Err(error) => draw(&visit, &application, &form.refused(error)?).await,
    }
}

async fn revoke(visit: &Visit, application: &Application, no: i64, form: &Form) -> Result<()> {
    visit.confirm(form).await?;
    let (app, subject) = (application.no, format!("{}/{no}", application.id));
    visit.act(Deed::KeyRevoke, &subject, move |tx| key::revoke(tx, app, no)).await
}
