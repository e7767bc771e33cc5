//! Signing in to the console and out of it. Whoever is unknown costs the same work as whoever has the wrong password.

use crate::accounts::audit::{self, Entry};
use crate::accounts::deed::Deed;
use crate::accounts::{operator, session};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::console::address::{self, within};
use crate::http::console::draw_form;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::language::{Language, en};
use crate::http::console::visit::{self, Visit};
use crate::http::guard::bearer::Jar;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::secret;
use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "console/sign-in.html")]
struct New {
    frame: Frame,
    form: Form,
    to: String,
    notice: Option<&'static str>,
    /// There is no administrator yet.
    is_new: bool,
    is_plain: bool,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    to: Option<String>,
    ended: Option<String>,
    left: Option<String>,
}

pub async fn new(house: Data<House>, request: HttpRequest, asked: Query<Asked>) -> Answer {
    let notice = match (&asked.ended, &asked.left) {
        (Some(_), _) => Some(en("Your session has ended. Sign in again.")),
        (_, Some(_)) => Some(en("You are signed out.")),
        _ => None,
    };
    draw(&house, &request, Form::default().and("to", asked.to.clone().unwrap_or_default()), notice).await
}

async fn draw(house: &House, request: &HttpRequest, form: Form, notice: Option<&'static str>) -> Answer {
    let is_new = !house.store.read(operator::any).await?;
    let frame = Frame::outside(Language::of(request), &visit::here(request));
    let to = within(form.value("to")).to_string();
    draw_form(&form, &New { frame, to, notice, is_new, is_plain: !house.own.is_secure(), form: form.clone() })
}

pub async fn create(house: Data<House>, request: HttpRequest, form: Form) -> Answer {
    let from = crate::http::guard::address::of(&request);
    house.limiters.address(from)?;
    match enter(&house, &form, from.to_string()).await {
        Ok(token) => {
            let mut answer = see_other(within(form.value("to")));
            answer.add_cookie(&Jar::Console.keep(&house, &token, None)).map_err(Error::internal)?;
            Ok(answer)
        }
        Err(error) => draw(&house, &request, form.refused(error)?, None).await,
    }
}

/// Opens a session for whoever knows the password.
async fn enter(house: &House, form: &Form, from: String) -> Result<String> {
    let (name, given) = (form.value("name").trim().to_string(), form.value("password").to_string());
    house.limiters.account("console", &name)?;
    let known = house.store.read(move |db| {
        let found = operator::find(db, &name)?.filter(|found| found.suspended_at.is_none());
        found.map(|found| operator::password(db, found.no).map(|phc| (found, phc))).transpose()
    });
    let known = known.await?;
    let phc = known.as_ref().map_or_else(|| secret::NOBODY.to_string(), |(_, phc)| phc.clone());
    let same = house.hash(move || Ok(secret::check_password(&phc, &given))).await?;
    let Some((found, _)) = known.filter(|_| same) else {
        let tried = entry(form.value("name").trim(), &from, "unauthenticated");
        house.store.write(move |tx| audit::record(tx, &tried)).await?;
        return Err(Error::Forbidden("the name or the password is wrong".into()));
    };
    let done = entry(&found.name, &from, "ok");
    let open =
        move |tx: &mut crate::store::Tx| session::open(tx, found.no, &from).and_then(|t| audit::record(tx, &done).map(|()| t));
    house.store.write(open).await
}

fn entry(name: &str, from: &str, result: &str) -> Entry {
    let name: String = name.chars().filter(|c| !c.is_control()).take(50).collect();
    let (who, what) = (format!("operator:{name}"), Deed::SessionCreate.as_str().into());
    Entry { who, address: Some(from.into()), what, subject: None, result: result.into() }
}

pub async fn destroy(visit: Visit, _: Form) -> Answer {
    let session = visit.session().clone();
    visit.act(Deed::SessionDelete, "", move |tx| session::close(tx, &session)).await?;
    let mut answer = see_other(&format!("{}?left=1", address::SIGN_IN));
    answer.add_cookie(&Jar::Console.clear(&visit.house)).map_err(Error::internal)?;
    Ok(answer)
}
