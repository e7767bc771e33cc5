//! What is happening now, and what needs attention.

use crate::apps::application::{self, SignIn};
use crate::apps::key;
use crate::chat::file::storage;
use crate::directory::held;
use crate::error::Result;
use crate::http::console::draw;
use crate::http::console::frame::Frame;
use crate::http::console::language::{Language, en, number};
use crate::http::console::part::Mark;
use crate::http::console::tally::{self, Callbacks, Row};
use crate::http::console::visit::Visit;
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::store::Db;
use crate::time::Moment;
use askama::Template;

#[derive(Template)]
#[template(path = "console/overview.html")]
struct Index {
    frame: Frame,
    applications: Vec<Row>,
    concerns: Vec<Concern>,
    connections: String,
    messages: String,
    users: String,
    waiting: String,
}

/// Something about an application that somebody should mend.
struct Concern {
    path: String,
    mark: Mark,
    name: String,
    is_grave: bool,
    what: &'static str,
    why: String,
    mend: String,
    how: &'static str,
}

pub async fn index(visit: Visit) -> Answer {
    let (l, live, all) = (visit.l, visit.house.live.clone(), visit.house.config.limits.storage_bytes);
    let work = move |db: &Db| {
        let rows = application::list(db)?.into_iter().map(|application| Row::of(db, &live, application));
        let rows: Vec<Row> = rows.collect::<Result<_>>()?;
        let mut concerns = Vec::new();
        for row in &rows {
            concerns.extend(concern(db, (l, all), row)?);
        }
        Ok((rows, concerns))
    };
    let (applications, concerns) = visit.read(work).await?;
    let sum = |of: fn(&Row) -> i64| applications.iter().map(of).sum();
    let page = Index {
        frame: Frame::of(&visit, "overview"),
        connections: number(sum(|row| row.connections)),
        messages: tally::messages(&sum(|row| row.messages)),
        users: number(sum(|row| row.users)),
        waiting: number(sum(|row| row.queue.waiting)),
        concerns,
        applications,
    };
    draw(&page)
}

/// As many type it.
pub async fn slashed() -> Answer {
    Ok(see_other("/console"))
}

/// The gravest thing first; one for each application is enough to begin with. `all`: the room for files.
fn concern(db: &Db, (l, all): (Language, u64), row: &Row) -> Result<Option<Concern>> {
    let a = &row.application;
    if a.suspended_at.is_some() {
        return Ok(None);
    }
    let keyless = !key::list(db, a.no)?.iter().any(|key| key.in_force(Moment::now()));
    let held = held::count(db, a.no)?;
    let filled = storage::percent(storage::taken(db, a.no)?, all);
    let (is_grave, what, why, room, how) = match row.callbacks {
        Callbacks::Stopped => (true, en("Callbacks are stopped"), reason(l, row), "/deliveries", en("See callbacks")),
        Callbacks::Failing => (true, en("It does not answer"), waiting(l, row), "/deliveries", en("See callbacks")),
        Callbacks::Silent => {
            let why = l.t("The last ping was not answered, so callbacks will hardly be.").into();
            (true, en("It does not answer"), why, "/deliveries", en("See callbacks"))
        }
        _ if filled >= storage::SHORT => {
            let why = l.with(FILLED, &[&number(filled.cast_signed())]);
            (filled >= 100, en("Hardly any room for files"), why, "#files", en("See files"))
        }
        _ if held > 0 => {
            let why = l.n(HELD, held);
            (false, en("A contact list was held"), why, "/held", en("Look at them"))
        }
        Callbacks::None if a.opens(SignIn::Callback) => {
            let why = l.t("Users are to sign in with its passwords, but it has no callback address.").into();
            (false, en("Nobody to ask"), why, "/edit", en("Settings"))
        }
        _ if keyless && a.opens(SignIn::Ticket) => {
            (false, en("No key"), l.t("Without a key it cannot fetch tickets for its users.").into(), "/keys/new", en("New key"))
        }
        _ if row.queue.dropped > 0 => (false, en("Queue was full"), waiting(l, row), "/deliveries", en("See callbacks")),
        Callbacks::Untried => {
            let why = l.t("Nothing was sent to its callback address yet; a ping says whether it answers.").into();
            (false, en("Not tried yet"), why, "/deliveries", en("See callbacks"))
        }
        _ => return Ok(None),
    };
    Ok(Some(Concern {
        path: row.path.clone(),
        mark: row.mark.clone(),
        name: a.name.clone(),
        is_grave,
        what: l.t(what),
        why,
        mend: format!("{}{room}", row.path),
        how: l.t(how),
    }))
}

/// As the application's own page says it.
const HELD: &str =
    "{} contact list would lose most of its people and is held.|{} contact lists would lose most of their people and are held.";

const FILLED: &str = en("{} % of the room for its files is taken; when it is full, files are refused.");

fn reason(l: Language, row: &Row) -> String {
    row.queue.reason.as_deref().map(|reason| l.say(reason)).unwrap_or_default()
}

fn waiting(l: Language, row: &Row) -> String {
    l.n("{} callback waits|{} callbacks wait", row.queue.waiting)
}
