//! The secrets that an application shares with Parlour: replaced by a new one, which is shown once.

use crate::accounts::deed::Deed;
use crate::apps::secret::{self, Purpose};
use crate::error::{Error, Result};
use crate::http::console::application::{CALLBACK_SECRET, TOKEN_SECRET};
use crate::http::console::form::Form;
use crate::http::console::language::en;
use crate::http::console::visit::Visit;
use crate::http::console::{address, key, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::id::AppNo;
use crate::store::Db;
use crate::time::Moment;
use actix_web::web::Path;

/// A line of the page of keys and secrets.
pub struct Secret {
    pub name: &'static str,
    pub what: &'static str,
    pub purpose: &'static str,
    pub question: &'static str,
    pub ask: &'static str,
    /// How many are in force.
    pub count: i64,
}

pub fn list(db: &Db, app: AppNo, now: Moment) -> Result<Vec<Secret>> {
    Ok(vec![
        Secret {
            name: CALLBACK_SECRET,
            what: en("Signs every call to the application, which checks it."),
            purpose: Purpose::Callback.as_str(),
            question: en("Replace the callback secret?"),
            ask: "rotate-callback",
            count: secret::callback_secrets(db, app, now)?.len() as i64,
        },
        Secret {
            name: TOKEN_SECRET,
            what: en("With it the application signs tokens for its users (HS256)."),
            purpose: Purpose::Token.as_str(),
            question: en("Replace the token secret?"),
            ask: "rotate-token",
            count: secret::token_secrets(db, app, now)?.len() as i64,
        },
    ])
}

pub async fn create(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let (purpose, name) = match form.value("purpose") {
        "callback" => (Purpose::Callback, CALLBACK_SECRET),
        "token" => (Purpose::Token, TOKEN_SECRET),
        _ => return Err(Error::invalid("purpose", "expected callback or token").into()),
    };
    if let Err(error) = visit.confirm(&form).await {
        return key::draw(&visit, &application, &form.refused(error)?).await;
    }
    let (no, subject) = (application.no, format!("{}/{}", application.id, purpose.as_str()));
    let text = visit.act(Deed::SecretRotate, &subject, move |tx| secret::rotate(tx, no, purpose)).await?;
    let page = format!("{}/credentials", address::application(&application.id));
    visit.show_once(&page, vec![(name, text)]);
    Ok(see_other(&page))
}
