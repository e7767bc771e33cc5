//! Where an application's people are fetched from: the settings, what the list would change before it is taken for the first time,
//! how it went, and a list that is held.

use crate::accounts::deed::Deed;
use crate::apps::application::Application;
use crate::apps::feed::{self, Feed, Form as Kind, Outcome, State};
use crate::error::{Error, Result};
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::visit::Visit;
use crate::http::console::{draw_form, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::jobs::feed::{self as job, Done, Look};
use crate::store::{Db, Tx};
use actix_web::web::Path;
use askama::Template;

/// The inputs beside which something wrong is shown.
const SHOWN: &str = "feed_url feed_list feed_charset feed_id feed_name feed_email feed_title feed_avatar feed_group feed_minutes \
                     feed_header your_password";

#[derive(Template)]
#[template(path = "console/application/feed.html")]
struct Edit<'a> {
    frame: Frame,
    form: &'a Form,
    shown: &'static str,
    state: Option<State>,
    /// What the list that serves changed.
    counted: String,
    /// Who would go by a list that is held.
    leavers: String,
}

pub async fn edit(visit: Visit, id: Path<String>) -> Answer {
    let (application, state) = visit.read(move |db| both(db, &id)).await?;
    draw(&visit, &application, &filled(state.as_ref()).dated(), state)
}

fn both(db: &Db, id: &str) -> Result<(Application, Option<State>)> {
    let application = of(db, id)?;
    let state = feed::find(db, application.no)?;
    Ok((application, state))
}

fn draw(visit: &Visit, application: &Application, form: &Form, state: Option<State>) -> Answer {
    let counted = state.as_ref().and_then(|state| state.outcome.as_ref()).map(|outcome| counted(visit, outcome));
    let held = state.as_ref().and_then(|state| state.held.as_ref());
    let leavers = held.map(|h| visit.l.with("{} of {} people would go.", &[&h.gone.to_string(), &h.had.to_string()]));
    let (counted, leavers) = (counted.unwrap_or_default(), leavers.unwrap_or_default());
    draw_form(form, &Edit { frame: Frame::within(visit, application, "users"), form, shown: SHOWN, state, counted, leavers })
}

/// What a list changed, or would change.
fn counted(visit: &Visit, o: &Outcome) -> String {
    let numbers = [o.people, o.groups, o.created, o.changed, o.gone].map(|count| count.to_string());
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let text = visit.l.with("{} people in {} groups; {} new, {} changed, {} gone.", &numbers);
    match o.left.is_empty() {
        true => text,
        false => {
            let left = visit.l.with("Left alone, because they are kept by hand: {}.", &[&o.left.join(", ")]);
            format!("{text} {left}")
        }
    }
}

/// With what most will want where nothing is kept.
fn filled(kept: Option<&State>) -> Form {
    let fresh = || Feed { id: "/id".into(), name: "/name".into(), ..Feed::default() };
    let f = kept.map_or_else(fresh, |state| state.feed.clone());
    Form::default()
        .and("feed_url", f.url)
        .and("feed_form", f.form.as_str())
        .and("feed_list", f.list)
        .and("feed_charset", f.charset)
        .and("feed_id", f.id)
        .and("feed_name", f.name)
        .and("feed_email", f.email)
        .and("feed_title", f.title)
        .and("feed_avatar", f.avatar)
        .and("feed_group", f.group)
        .and("feed_minutes", f.minutes.to_string())
        .and("feed_others", if f.whole { "suspend" } else { "stay" })
        .and_sealed("feed_secret", kept.and_then(|state| state.header.as_deref()))
}

fn wanted(form: &Form) -> Feed {
    let is_table = form.value("feed_form") == Kind::Csv.as_str();
    let value = |name: &str| form.value(name).trim().to_string();
    // A table has no pointers; they are what stood in the form at first.
    let place = |name: &str| Some(value(name)).filter(|place| !is_table || !place.starts_with('/')).unwrap_or_default();
    Feed {
        url: value("feed_url"),
        form: if is_table { Kind::Csv } else { Kind::Json },
        list: if is_table { String::new() } else { value("feed_list") },
        charset: if is_table { value("feed_charset") } else { String::new() },
        id: place("feed_id"),
        name: place("feed_name"),
        email: place("feed_email"),
        title: place("feed_title"),
        avatar: place("feed_avatar"),
        group: place("feed_group"),
        minutes: value("feed_minutes").parse().unwrap_or_default(),
        whole: form.value("feed_others") != "stay",
    }
}

pub async fn update(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let (application, state) = visit.read(move |db| both(db, &id)).await?;
    match change(&visit, &application, &form).await {
        Ok(()) => Ok(see_other(&format!("{}/people", address::application(&application.id)))),
        Err(error) => draw(&visit, &application, &form.refused(error)?, state),
    }
}

/// Keeps it, and says what the list would change: nothing is taken before somebody has seen that.
async fn change(visit: &Visit, application: &Application, form: &Form) -> Result<()> {
    let (app, off) = (application.no, form.has("then", "off"));
    let wanted = if off { None } else { Some(wanted(form).parse(&application.approved)?) };
    // Whoever is listed there gets in, and whoever is not is locked out.
    visit.confirm(form).await?;
    let header = if form.has("feed_header_clear", "yes") { Some(String::new()) } else { form.filled("feed_header") };
    let form = form.clone();
    let work = move |tx: &mut Tx| {
        let look = |db: &Db| Ok(filled(feed::find(db, app)?.as_ref()));
        form.replace(tx, look, |tx| match &wanted {
            None => feed::remove(tx, app),
            Some(feed) => feed::set(tx, app, feed, header.as_deref()),
        })
    };
    visit.act(Deed::ApplicationPeople, application.id.as_str(), work).await?;
    if off {
        visit.good(visit.l.t("The people are fetched no more. They stay, and so do the groups."));
        return Ok(());
    }
    say_look(visit, application).await
}

async fn say_look(visit: &Visit, application: &Application) -> Result<()> {
    let (app, l) = (application.no, visit.l);
    let state = visit.read(move |db| feed::get(db, app)).await?;
    let look = job::look(&visit.house.store, &visit.house.callout, app, (&state.feed, state.header.as_deref())).await;
    match look {
        Ok(Look { outcome, sample, is_suspicious }) => {
            let first: Vec<String> = sample.iter().map(|(id, name)| format!("{name} ({id})")).collect();
            let would = l.with("Saved. This is what would be done: {}", &[&counted(visit, &outcome)]);
            let first = l.with("The first are {}.", &[&first.join(", ")]);
            let doubt = if is_suspicious {
                l.t("Most people would go, or lose their departments, so the list would be held.")
            } else {
                ""
            };
            visit.good(format!("{would} {first} {doubt}"));
        }
        Err(error) => visit.bad(l.with("Saved, but there is no usable list: {}", &[&l.say(&error.sentence())])),
    }
    Ok(())
}

/// Fetches and takes the list now; what was held is taken, or the earlier one stays.
pub async fn fetch(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let (app, subject, page) =
        (application.no, application.id.as_str(), format!("{}/people", address::application(&application.id)));
    if form.has("then", "keep") {
        visit.act(Deed::PeopleKeep, subject, move |tx: &mut Tx| feed::keep(tx, app)).await?;
        visit.good(visit.l.t("The earlier list stays."));
        return Ok(see_other(&page));
    }
    match form.has("then", "take") {
        true => visit.act(Deed::PeopleTake, subject, move |tx: &mut Tx| feed::take(tx, app)).await?,
        false => visit.act(Deed::PeopleFetch, subject, move |tx: &mut Tx| feed::begin(tx, app)).await?,
    }
    let (store, callout) = (visit.house.store.clone(), visit.house.callout.clone());
    let work = visit.house.busy.spawn(async move { job::fetch(&store, &callout, app).await });
    say(&visit, work.await.map_err(Error::internal)?);
    Ok(see_other(&page))
}

fn say(visit: &Visit, done: Result<Done>) {
    let l = visit.l;
    match done {
        Ok(Done::Unchanged) => visit.good(l.t("Nothing has changed.")),
        Ok(Done::Taken(outcome)) => visit.good(counted(visit, &outcome)),
        Ok(Done::Held { .. }) => visit.bad(l.t("Most people would go, or lose their departments, so the list is held.")),
        Err(error) => visit.bad(l.with("There is no usable list: {}", &[&l.say(&error.sentence())])),
    }
}
