//! What the store knows of an application: whether its settings fit together.

use crate::apps::application::{self, Application, SignIn};
use crate::apps::key::{self, Key, Scope};
use crate::apps::queue::{self, Queue};
use crate::apps::{reader, secret};
use crate::cli::exit::Result;
use crate::cli::task::Place;
use crate::directory::user;
use crate::error;
use crate::id::AppId;
use crate::jobs::doctor::{self, Finding, Given, token};
use crate::store::Db;
use crate::time::Moment;

/// An application with all that is looked at.
struct Chart {
    application: Application,
    keys: Vec<Key>,
    has_token_secret: bool,
    has_users: bool,
    queue: Queue,
    /// Somebody has read its events.
    has_readers: bool,
}

/// What was found, and the origins of its pages.
pub fn look(place: &Place, id: &AppId, (jwt, cookie): (Option<&str>, Option<&str>)) -> Result<(Vec<Finding>, Vec<String>)> {
    let chart = place.store.read_blocking(|db| chart(db, id))?;
    let mut findings = vec![standing(&chart), keys(&chart), users(&chart)];
    findings.extend(chart.application.sign_in.iter().map(|way| sign_in(&chart, *way)));
    findings.extend(origins(&chart));
    findings.push(address(place));
    findings.extend(waiting(&chart));
    findings.extend(events(&chart));
    let back = place.own.link(&format!("/sign-in/{id}"));
    let given = Given { cookie, back: &back };
    findings.extend(Place::wait(doctor::look(&place.store, &place.callout, &chart.application, given))??);
    if let Some(jwt) = jwt {
        findings.extend(Place::wait(token::look(&place.store, &chart.application, jwt))??);
    }
    Ok((findings, chart.application.origins))
}

fn chart(db: &Db, id: &AppId) -> error::Result<Chart> {
    let application = application::get(db, id)?;
    let (no, now) = (application.no, Moment::now());
    Ok(Chart {
        keys: key::list(db, no)?.into_iter().filter(|key| key.in_force(now)).collect(),
        has_token_secret: !secret::token_secrets(db, no, now)?.is_empty(),
        has_users: !user::list(db, no, None, 1, "")?.0.is_empty(),
        queue: queue::get(db, no)?,
        has_readers: !reader::lag(db, no)?.readers.is_empty(),
        application,
    })
}

fn standing(chart: &Chart) -> Finding {
    let a = &chart.application;
    match a.suspended_at {
        Some(at) => {
            Finding::wrong("application", format!("suspended since {at}"), format!("parlour app suspend {} --resume", a.id))
        }
        None => Finding::good("application", format!("{} ({})", a.name, a.id)),
    }
}

fn keys(chart: &Chart) -> Finding {
    let mend = format!("parlour app key create {}", chart.application.id);
    match chart.keys.iter().filter_map(|key| key.last_used_at).max() {
        _ if chart.keys.is_empty() => Finding::wrong("keys", "no key is valid, so its program cannot call Parlour", mend),
        None => Finding::good("keys", format!("{} valid, none was used yet", chart.keys.len())),
        Some(at) => Finding::good("keys", format!("{} valid, last used {at}", chart.keys.len())),
    }
}

fn users(chart: &Chart) -> Finding {
    let id = &chart.application.id;
    let comes = |way: &SignIn| *way != SignIn::Local;
    match chart.has_users {
        true => Finding::good("users", "there are some"),
        false if chart.application.sign_in.iter().any(comes) => Finding::good("users", "none yet; they come as they sign in"),
        false => Finding::advice("users", "none yet", format!("parlour user add {id} ID --name NAME, or PUT /api/v1/users/ID")),
    }
}

fn sign_in(chart: &Chart, way: SignIn) -> Finding {
    let a = &chart.application;
    let check = format!("by {}", way.as_str());
    let of_tickets = |key: &&Key| key.scopes.allow(Scope::Tickets);
    match way {
        SignIn::Callback if a.callback_url.is_none() => {
            let mend = format!("parlour app update {} --callback URL, or another --sign-in", a.id);
            Finding::wrong(&check, "users sign in by asking the application, and there is no callback address", mend)
        }
        SignIn::Token if a.token_key.is_none() && !chart.has_token_secret => {
            let mend = format!("parlour app secret rotate {} token", a.id);
            Finding::wrong(&check, "there is no secret that could sign a token", mend)
        }
        SignIn::Ticket if !chart.keys.iter().any(|key| of_tickets(&key)) => {
            let mend = format!("parlour app key create {} --scope tickets", a.id);
            Finding::wrong(&check, "no valid key may issue a ticket", mend)
        }
        SignIn::Token => Finding::good(&check, format!("open, signed with {}", a.token_algorithm)),
        _ => Finding::good(&check, "open"),
    }
}

fn origins(chart: &Chart) -> Option<Finding> {
    let a = &chart.application;
    let embedded = a.opens(SignIn::Ticket) || a.opens(SignIn::Token);
    match a.origins.is_empty() {
        true if embedded => Some(Finding::advice(
            "origins",
            "none, so no page can show the widget",
            format!("parlour app update {} --origin https://…, the address of the application's pages", a.id),
        )),
        true => None,
        false => Some(Finding::good("origins", a.origins.join(" "))),
    }
}

fn address(place: &Place) -> Finding {
    let origin = place.own.origin();
    let is_local = place.config.listen.ip().is_loopback();
    match place.config.public_url {
        None => Finding::advice(
            "address",
            format!("not set, {origin} is assumed"),
            "set public-url to the server's address in browsers",
        ),
        Some(_) if !place.own.is_secure() && !is_local => Finding::advice(
            "address",
            format!("{origin} is plain HTTP: everything can be read on its way"),
            "put a proxy with TLS before it",
        ),
        Some(_) => Finding::good("address", origin),
    }
}

fn waiting(chart: &Chart) -> Option<Finding> {
    chart.application.callback_url.as_ref()?;
    let Queue { waiting, stopped_at, reason, failing_since, .. } = &chart.queue;
    let mend = "mend what is said of its callbacks below; an answered ping starts them at once";
    Some(match (stopped_at, failing_since) {
        (Some(at), _) => {
            let why = reason.as_deref().unwrap_or("no reason is known");
            Finding::wrong("deliveries", format!("stopped since {at} ({why}), {waiting} wait"), mend)
        }
        (None, Some(at)) => Finding::wrong("deliveries", format!("failing since {at}, {waiting} wait"), mend),
        (None, None) => Finding::good("deliveries", format!("{waiting} wait")),
    })
}

/// Without a callback address, whoever writes to the application is answered only by a reader of its events.
fn events(chart: &Chart) -> Option<Finding> {
    let a = &chart.application;
    let asks = a.questions.iter().any(|question| question == "message.created");
    match (&a.callback_url, chart.has_readers) {
        (Some(_), _) => None,
        (None, true) => Some(Finding::good("events", format!("they are read, {} questions wait", chart.queue.waiting))),
        (None, false) if asks => Some(Finding::advice(
            "events",
            "there is no callback address and nobody reads its events, so what users write to the application is not answered",
            format!("parlour app update {} --callback URL, or read GET /api/v1/events (docs/events.md)", a.id),
        )),
        (None, false) => None,
    }
}
