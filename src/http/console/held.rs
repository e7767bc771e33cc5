//! Contact lists that were not taken because they would lose most of their people: taken or kept by who knows.

use crate::accounts::deed::Deed;
use crate::apps::application::Application;
use crate::directory::held::{self, Held};
use crate::directory::user;
use crate::error::Result;
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::visit::Visit;
use crate::http::console::{draw, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::id::{UserId, UserNo};
use crate::store::{Db, Tx};
use actix_web::web::Path;
use askama::Template;

/// Lists on the page; the others come when these are done.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "console/held.html")]
struct Index {
    frame: Frame,
    lists: Vec<Row>,
    count: i64,
}

struct Row {
    path: String,
    list: Held,
}

pub async fn index(visit: Visit, id: Path<String>) -> Answer {
    let work = move |db: &Db| {
        let application = of(db, &id)?;
        let held = held::list(db, application.no, MOST)?;
        Ok((application, held))
    };
    let (application, (lists, count)) = visit.read(work).await?;
    let row = |list: Held| Row { path: format!("{}/contacts", address::user(&application.id, &list.user)), list };
    let lists = lists.into_iter().map(row).collect();
    draw(&Index { frame: Frame::within(&visit, &application, "users"), lists, count })
}

/// What was held is meant.
pub async fn take(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let (application, user) = whose(&visit, id, &form).await?;
    let (app, subject) = (application.no, subject(&application, &form));
    visit.act(Deed::ContactsTake, &subject, move |tx: &mut Tx| held::take(tx, app, user)).await?;
    visit.good(visit.l.t("The application is asked again, and its list is taken."));
    Ok(see_other(&path(&application)))
}

/// The earlier list stays.
pub async fn keep(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let (application, user) = whose(&visit, id, &form).await?;
    let (app, subject) = (application.no, subject(&application, &form));
    visit.act(Deed::ContactsKeep, &subject, move |tx: &mut Tx| held::keep(tx, app, user)).await?;
    visit.good(visit.l.t("The earlier list stays."));
    Ok(see_other(&path(&application)))
}

/// One user, or everybody whose list is held.
async fn whose(visit: &Visit, id: Path<String>, form: &Form) -> Result<(Application, Option<UserNo>)> {
    let wanted = form.filled("user").map(|user| UserId::parse(&user)).transpose()?;
    let look = move |db: &Db| {
        let application = of(db, &id)?;
        let user = wanted.map(|user| user::number(db, application.no, &user)).transpose()?;
        Ok((application, user))
    };
    visit.read(look).await
}

fn subject(application: &Application, form: &Form) -> String {
    match form.filled("user") {
        Some(user) => format!("{}/{user}", application.id),
        None => application.id.to_string(),
    }
}

fn path(application: &Application) -> String {
    format!("{}/held", address::application(&application.id))
}
