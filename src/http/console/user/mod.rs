//! The users of an application: the list, creating and changing one, and what there is to know of one.

pub mod contact;
pub mod erasure;
mod fields;
pub mod import;
pub mod password;
pub mod session;
pub mod suspension;

use crate::accounts::deed::Deed;
use crate::apps::application::Application;
use crate::chat::announce;
use crate::directory::session::Session;
use crate::directory::user::{self, User};
use crate::error::{Error, Result};
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::language::en;
use crate::http::console::part::Mark;
use crate::http::console::visit::Visit;
use crate::http::console::{draw, draw_form, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::http::segment;
use crate::id::UserId;
use crate::jobs;
use crate::store::{Db, Tx};
use crate::time::Moment;
use crate::wire::row::UserKind;
use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

/// Users on one page of the list.
const PAGE: usize = 50;

pub const KINDS: [(&str, &str); 3] = [("person", en("Person")), ("program", en("Program")), ("device", en("Device"))];

/// The application and the user in an address.
pub(super) fn both(db: &Db, (app, id): &(String, String)) -> Result<(Application, User)> {
    let application = of(db, app)?;
    let id = UserId::parse(id).map_err(|_| Error::NotFound("user"))?;
    let user = user::get(db, application.no, &id)?;
    Ok((application, user))
}

fn subject(application: &Application, id: &UserId) -> String {
    format!("{}/{id}", application.id)
}

fn kind(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Person => "Person",
        UserKind::Program => "Program",
        UserKind::Device => "Device",
    }
}

#[derive(Template)]
#[template(path = "console/user/index.html")]
struct Index {
    frame: Frame,
    users: Vec<Row>,
    text: String,
    /// The same, as a part of an address.
    query: String,
    after: String,
    next: Option<String>,
}

struct Row {
    path: String,
    mark: Mark,
    id: UserId,
    name: String,
    title: String,
    kind: &'static str,
    is_suspended: bool,
    seen: Seen,
}

/// When a user was last connected, invisible or not: this is the administrator's page.
enum Seen {
    Now,
    At(Moment),
    Never,
}

impl Seen {
    fn of(visit: &Visit, user: &User) -> Seen {
        match user.present_at {
            _ if visit.house.live.hub.is_connected(user.app, user.no) => Seen::Now,
            Some(at) => Seen::At(at),
            None => Seen::Never,
        }
    }
}

impl Row {
    fn of(visit: &Visit, application: &Application, user: User) -> Row {
        Row {
            path: address::user(&application.id, &user.id),
            mark: Mark::of_person(user.id.as_str(), &user.name),
            kind: kind(user.kind),
            is_suspended: user.suspended_at.is_some(),
            seen: Seen::of(visit, &user),
            id: user.id,
            name: user.name,
            title: user.title.unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    text: String,
    #[serde(default)]
    after: String,
}

pub async fn index(visit: Visit, id: Path<String>, asked: Query<Asked>) -> Answer {
    let Asked { text, after } = asked.into_inner();
    let (wanted, begin) = (text.clone(), after.clone());
    let work = move |db: &Db| {
        let application = of(db, &id)?;
        let found = user::list(db, application.no, Some(&begin), PAGE, &wanted)?;
        Ok((application, found))
    };
    let (application, (found, more)) = visit.read(work).await?;
    let next = found.last().filter(|_| more).map(|last| segment::encode(last.id.as_str()));
    let users = found.into_iter().map(|user| Row::of(&visit, &application, user)).collect();
    let frame = Frame::within(&visit, &application, "users");
    draw(&Index { frame, users, query: segment::encode(&text), text, after, next })
}

#[derive(Template)]
#[template(path = "console/user/new.html")]
struct New<'a> {
    frame: Frame,
    form: &'a Form,
    is_new: bool,
}

pub async fn new(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    draw_new(&visit, &application, &Form::default())
}

fn draw_new(visit: &Visit, application: &Application, form: &Form) -> Answer {
    draw_form(form, &New { frame: Frame::within(visit, application, "users"), form, is_new: true })
}

pub async fn create(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    match make(&visit, &application, &form).await {
        Ok(user) => {
            visit.good(visit.l.with("{} is created.", &[&user.name]));
            let another = form.has("then", "another").then(|| format!("{}/users/new", address::application(&application.id)));
            Ok(see_other(&another.unwrap_or_else(|| address::user(&application.id, &user.id))))
        }
        Err(error) => draw_new(&visit, &application, &form.refused(error)?.renamed("user", "id")),
    }
}

async fn make(visit: &Visit, application: &Application, form: &Form) -> Result<User> {
    let (id, app) = (UserId::parse(form.value("id").trim())?, application.no);
    let profile = fields::profile(form, id.clone())?;
    let phc = match form.value("password") {
        "" => None,
        given => Some(password::hash(&visit.house, given).await?),
    };
    let subject = subject(application, &id);
    jobs::intake::settle(&visit.house.store, app).await?;
    let work = move |tx: &mut Tx| {
        if user::find(tx, app, &id)?.is_some() {
            return Err(Error::invalid("id", format!("there is a user {id} already")));
        }
        let (user, _) = user::put(tx, app, &profile)?;
        if phc.is_some() {
            user::set_password(tx, app, user.no, phc.as_deref())?;
        }
        Ok(user)
    };
    visit.act(Deed::UserCreate, &subject, work).await
}

#[derive(Template)]
#[template(path = "console/user/show.html")]
struct Show<'a> {
    frame: Frame,
    form: &'a Form,
    path: String,
    mark: Mark,
    kind: &'static str,
    facts: Vec<(&'static str, Option<String>)>,
    sessions: Vec<Session>,
    has_password: bool,
    seen: Seen,
    u: &'a User,
}

pub async fn show(visit: Visit, path: Path<(String, String)>) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    draw_show(&visit, &application, &user, &Form::default()).await
}

pub(super) async fn draw_show(visit: &Visit, application: &Application, user: &User, form: &Form) -> Answer {
    let (app, no) = (application.no, user.no);
    let work = move |db: &Db| Ok((crate::directory::session::list(db, app, no)?, user::password(db, app, no)?.is_some()));
    let (sessions, has_password) = visit.read(work).await?;
    let page = Show {
        frame: Frame::within(visit, application, "users"),
        form,
        path: address::user(&application.id, &user.id),
        mark: Mark::of_person(user.id.as_str(), &user.name),
        kind: kind(user.kind),
        facts: fields::facts(user),
        sessions,
        has_password,
        seen: Seen::of(visit, user),
        u: user,
    };
    draw_form(form, &page)
}

#[derive(Template)]
#[template(path = "console/user/edit.html")]
struct Edit<'a> {
    frame: Frame,
    form: &'a Form,
    is_new: bool,
    path: String,
    name: &'a str,
}

pub async fn edit(visit: Visit, path: Path<(String, String)>) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    draw_edit(&visit, &application, &user, &fields::of(&user).dated())
}

fn draw_edit(visit: &Visit, application: &Application, user: &User, form: &Form) -> Answer {
    let (frame, path) = (Frame::within(visit, application, "users"), address::user(&application.id, &user.id));
    draw_form(form, &Edit { frame, form, is_new: false, path, name: &user.name })
}

pub async fn update(visit: Visit, path: Path<(String, String)>, form: Form) -> Answer {
    let (application, user) = visit.read(move |db| both(db, &path)).await?;
    match change(&visit, &application, &user, &form).await {
        Ok(()) => {
            visit.good(visit.l.t("Saved."));
            Ok(see_other(&address::user(&application.id, &user.id)))
        }
        Err(error) => draw_edit(&visit, &application, &user, &form.refused(error)?),
    }
}

async fn change(visit: &Visit, application: &Application, user: &User, form: &Form) -> Result<()> {
    let (app, no, profile) = (application.no, user.no, fields::profile(form, user.id.clone())?);
    jobs::intake::settle(&visit.house.store, app).await?;
    let form = form.clone();
    let work = move |tx: &mut Tx| {
        let look = |db: &Db| user::get_no(db, app, no).map(|user| fields::of(&user));
        form.replace(tx, look, |tx| match user::put(tx, app, &profile)? {
            (_, true) => announce::user(tx, app, no),
            _ => Ok(()),
        })
    };
    visit.act(Deed::UserUpdate, &subject(application, &user.id), work).await
}
