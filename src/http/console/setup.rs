//! One-time links: the first administrator, or one who was invited, chooses a password and is signed in.

use crate::accounts::audit::{self, Entry};
use crate::accounts::deed::Deed;
use crate::accounts::invitation::{self, Invitation};
use crate::accounts::{operator, session};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::language::Language;
use crate::http::console::visit::here;
use crate::http::console::{draw_as, draw_form};
use crate::http::guard::address;
use crate::http::guard::bearer::Jar;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::secret;
use crate::store::Tx;
use crate::time::Moment;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

#[derive(Template)]
#[template(path = "console/setup.html")]
struct New<'a> {
    frame: Frame,
    form: &'a Form,
    /// The name of who was invited; blank for the first administrator.
    invited: String,
    is_plain: bool,
}

#[derive(Template)]
#[template(path = "console/used.html")]
struct Used {
    frame: Frame,
}

pub async fn new(house: Data<House>, request: HttpRequest, token: Path<String>) -> Answer {
    draw(&house, &request, &token, &Form::default()).await
}

async fn draw(house: &House, request: &HttpRequest, token: &str, form: &Form) -> Answer {
    let frame = Frame::outside(Language::of(request), &here(request));
    match find(house, token).await? {
        Some(invitation) => {
            let invited = invitation.name.unwrap_or_default();
            draw_form(form, &New { frame, form, invited, is_plain: !house.own.is_secure() })
        }
        None => draw_as(StatusCode::NOT_FOUND, &Used { frame }),
    }
}

async fn find(house: &House, token: &str) -> Result<Option<Invitation>> {
    let token = token.to_string();
    house.store.read(move |db| invitation::find(db, &token, Moment::now())).await
}

pub async fn create(house: Data<House>, request: HttpRequest, token: Path<String>, form: Form) -> Answer {
    let from = address::of(&request);
    house.limiters.address(from)?;
    if find(&house, &token).await?.is_none() {
        return draw(&house, &request, &token, &form).await;
    }
    match accept(&house, &token, &form, from.to_string()).await {
        Ok(session) => {
            let mut answer = see_other("/console");
            answer.add_cookie(&Jar::Console.keep(&house, &session, None)).map_err(Error::internal)?;
            Ok(answer)
        }
        Err(error) => draw(&house, &request, &token, &form.refused(error)?).await,
    }
}

async fn accept(house: &House, token: &str, form: &Form, from: String) -> Result<String> {
    let phc = chosen(house, form).await?;
    let (token, name) = (token.to_string(), form.value("name").to_string());
    let work = move |tx: &mut Tx| {
        let made = invitation::accept(tx, &token, &name, &phc)?;
        let who = format!("operator:{}", made.name);
        let entry = Entry {
            who,
            address: Some(from.clone()),
            what: Deed::OperatorCreate.as_str().into(),
            subject: Some(made.name),
            result: "ok".into(),
        };
        audit::record(tx, &entry)?;
        session::open(tx, made.no, &from)
    };
    house.store.write(work).await
}

/// The hash of a password that was chosen twice.
pub async fn chosen(house: &House, form: &Form) -> Result<String> {
    // Both are empty on the next page, so the first is where to go on.
    let password = operator::parse_password(form.value("password"))?.to_string();
    if password != form.value("again") {
        return Err(Error::invalid("password", "the two passwords differ"));
    }
    house.hash(move || secret::hash_password(&password)).await
}
