//! Erasing a user, which cannot be undone and therefore wants the id typed.

use super::{both, subject};
use crate::accounts::deed::Deed;
use crate::apps::application::Application;
use crate::directory::user::User;
use crate::error::{Error, Result};
use crate::http::console::address;
use crate::http::console::draw_form;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::visit::Visit;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::http::to_the_end;
use crate::jobs;
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "console/user/erasure.html")]
struct New<'a> {
    frame: Frame,
    form: &'a Form,
    path: String,
    name: &'a str,
    id: &'a str,
}

pub async fn new(visit: Visit, path: Path<(String, String)>) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    draw(&visit, &application, &user, &Form::default())
}

fn draw(visit: &Visit, application: &Application, user: &User, form: &Form) -> Answer {
    let (frame, path) = (Frame::within(visit, application, "users"), address::user(&application.id, &user.id));
    draw_form(form, &New { frame, form, path, name: &user.name, id: user.id.as_str() })
}

pub async fn create(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    if let Err(error) = erase(&visit, &application, &user, &form).await {
        return draw(&visit, &application, &user, &form.refused(error)?);
    }
    visit.good(visit.l.with("{} is erased.", &[&user.name]));
    Ok(see_other(&format!("{}/users", address::application(&application.id))))
}

async fn erase(visit: &Visit, application: &Application, user: &User, form: &Form) -> Result<()> {
    if form.value("id").trim() != user.id.as_str() {
        return Err(Error::invalid("id", "this is not the id of this user"));
    }
    let (what, subject) = (Deed::UserErase, subject(application, &user.id));
    let (store, app, id) = (visit.house.store.clone(), application.no, user.id.clone());
    let noted = visit.entry(what, &subject, "ok");
    let done = to_the_end(async move { jobs::erasure::erase(&store, app, id, noted).await }).await?;
    if let Err(error) = &done {
        visit.note(what, &subject, error.code().as_str()).await;
    }
    done
}
