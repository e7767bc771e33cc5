//! Applications: the list, registering one, its summary and its settings.

pub mod event;
mod fields;
mod room;
mod step;

use crate::accounts::deed::Deed;
use crate::apps::application::{self, Application};
use crate::apps::feed;
use crate::apps::key::{self, Scopes};
use crate::apps::secret::{self, Purpose};
use crate::directory::held;
use crate::directory::user;
use crate::error::Result;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::language::{Language, en};
use crate::http::console::once::Shown;
use crate::http::console::sample::{self, Sample};
use crate::http::console::snippet::{self, Snippet};
use crate::http::console::tally::Row;
use crate::http::console::visit::Visit;
use crate::http::console::{address, draw, draw_form, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::id::UserId;
use crate::live::Live;
use crate::store::{Db, Tx};
use actix_web::web::Path;
use askama::Template;
use room::Room;
use step::Step;

#[derive(Template)]
#[template(path = "console/application/index.html")]
struct Index {
    frame: Frame,
    applications: Vec<Row>,
}

pub async fn index(visit: Visit) -> Answer {
    let live = visit.house.live.clone();
    let rows = move |db: &Db| application::list(db)?.into_iter().map(|one| Row::of(db, &live, one)).collect::<Result<_>>();
    let applications = visit.read(rows).await?;
    draw(&Index { frame: Frame::of(&visit, "applications"), applications })
}

#[derive(Template)]
#[template(path = "console/application/new.html")]
struct New<'a> {
    frame: Frame,
    form: &'a Form,
    is_new: bool,
    /// The host and port whose approval is missing.
    unapproved: Option<String>,
}

pub async fn new(visit: Visit) -> Answer {
    draw_new(&visit, &fields::blank())
}

fn draw_new(visit: &Visit, form: &Form) -> Answer {
    let frame = Frame::of(visit, "applications");
    draw_form(form, &New { frame, form, is_new: true, unapproved: fields::unapproved(form) })
}

/// Registers an application with a first key and its secrets, as the command line does, and shows them once.
pub async fn create(visit: Visit, form: Form) -> Answer {
    match register(&visit, &form).await {
        Ok((made, shown)) => {
            let page = format!("{}/credentials", address::application(&made.id));
            visit.show_once(&page, shown);
            visit.good(visit.l.with("{} is registered.", &[&made.name]));
            Ok(see_other(&page))
        }
        Err(error) => draw_new(&visit, &form.refused(error)?.renamed("app", "id")),
    }
}

async fn register(visit: &Visit, form: &Form) -> Result<(Application, Shown)> {
    let draft = fields::draft(form, None)?;
    visit.confirm(form).await?;
    let first = visit.l.t("First key");
    let work = move |tx: &mut Tx| {
        let made = application::create(tx, &draft)?;
        let (_, key) = key::create(tx, made.no, first, &Scopes::admin(), None)?;
        let callback = secret::rotate(tx, made.no, Purpose::Callback)?;
        let token = secret::rotate(tx, made.no, Purpose::Token)?;
        Ok((made, vec![(KEY, key), (CALLBACK_SECRET, callback), (TOKEN_SECRET, token)]))
    };
    visit.act(Deed::ApplicationCreate, form.value("id").trim(), work).await
}

pub const KEY: &str = en("Key");
pub const CALLBACK_SECRET: &str = en("Callback secret");
pub const TOKEN_SECRET: &str = en("Token secret");

#[derive(Template)]
#[template(path = "console/application/show.html")]
struct Show {
    frame: Frame,
    row: Row,
    steps: Vec<Step>,
    snippets: Vec<Snippet>,
    samples: Vec<Sample>,
    ways: Vec<&'static str>,
    policy: &'static str,
    /// Contact lists about which somebody should say something.
    held: i64,
    /// Where its people are fetched from, if somebody should look at that.
    feed: Option<feed::State>,
    /// What its files take.
    room: Room,
}

/// What is known of an application for its page.
struct Known {
    row: Row,
    steps: Vec<Step>,
    somebody: Option<UserId>,
    held: i64,
    feed: Option<feed::State>,
    room: Room,
}

fn known(db: &Db, visit: &(Language, Live), id: &str, storage: u64) -> Result<Known> {
    let row = Row::of(db, &visit.1, of(db, id)?)?;
    let no = row.application.no;
    Ok(Known {
        steps: step::next(db, &row)?,
        somebody: user::list(db, no, None, 1, "")?.0.into_iter().next().map(|user| user.id),
        held: held::count(db, no)?,
        feed: feed::find(db, no)?.filter(|feed| feed.held.is_some() || feed.error.is_some()),
        room: Room::of(db, visit.0, &row.application, storage)?,
        row,
    })
}

pub async fn show(visit: Visit, id: Path<String>) -> Answer {
    let (seen, storage) = ((visit.l, visit.house.live.clone()), visit.house.config.limits.storage_bytes);
    let Known { row, steps, somebody, held, feed, room } = visit.read(move |db| known(db, &seen, &id, storage)).await?;
    let a = &row.application;
    let page = Show {
        frame: Frame::within(&visit, a, "summary"),
        snippets: snippet::all(a, visit.house.own.origin(), None, somebody.as_ref()),
        samples: sample::all(a, visit.house.own.origin(), somebody.as_ref()),
        ways: a.sign_in.iter().map(|way| fields::way(*way)).collect(),
        policy: fields::policy(a.policy),
        steps,
        row,
        held,
        feed,
        room,
    };
    draw(&page)
}

#[derive(Template)]
#[template(path = "console/application/edit.html")]
struct Edit<'a> {
    frame: Frame,
    form: &'a Form,
    is_new: bool,
    unapproved: Option<String>,
}

pub async fn edit(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    draw_edit(&visit, &application, &fields::of(&application).dated())
}

fn draw_edit(visit: &Visit, application: &Application, form: &Form) -> Answer {
    let frame = Frame::within(visit, application, "settings");
    draw_form(form, &Edit { frame, form, is_new: false, unapproved: fields::unapproved(form) })
}

pub async fn update(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let before = visit.read(move |db| of(db, &id)).await?;
    match change(&visit, &before, &form).await {
        Ok(after) => {
            visit.good(visit.l.t("Saved."));
            Ok(see_other(&address::application(&after.id)))
        }
        Err(error) => draw_edit(&visit, &before, &form.refused(error)?),
    }
}

async fn change(visit: &Visit, before: &Application, form: &Form) -> Result<Application> {
    let no = before.no;
    fields::draft(form, Some(before))?;
    // Where passwords are asked about, and whose pages are let in, is as good as a key.
    visit.confirm(form).await?;
    let form = form.clone();
    let work = move |tx: &mut Tx| {
        let look = |db: &Db| application::get_no(db, no).map(|application| fields::of(&application));
        form.replace(tx, look, |tx| {
            let draft = fields::draft(&form, Some(&application::get_no(tx, no)?))?;
            application::update(tx, no, &draft)
        })
    };
    visit.act(Deed::ApplicationUpdate, before.id.as_str(), work).await
}
