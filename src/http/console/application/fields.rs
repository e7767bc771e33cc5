//! The settings of an application as the fields of a form, and back.

use crate::apps::application::{Application, Policy, SignIn};
use crate::apps::draft::Draft;
use crate::apps::origin;
use crate::callout::guard;
use crate::error::{Error, Result};
use crate::http::console::form::Form;
use crate::http::console::language::en;

const HOUR: i64 = 3_600_000;
/// What a colour field shows where none was chosen.
const COLOUR: &str = "#2f5fd0";

/// Of a new application, with what most will want.
pub fn blank() -> Form {
    form(&Draft::default())
}

pub fn of(application: &Application) -> Form {
    form(&Draft::of(application))
}

fn form(draft: &Draft) -> Form {
    let d = draft.clone();
    Form::default()
        .and("id", d.id)
        .and("name", d.name)
        .and("colour", d.colour.unwrap_or_else(|| COLOUR.into()))
        .and("origins", d.origins.join("\n"))
        .and_each("sign_in", d.sign_in.iter().map(|way| way.as_str()))
        .and("session", (d.session_ms / HOUR).max(1).to_string())
        .and("token_algorithm", d.token_algorithm)
        .and("token_key", d.token_key.unwrap_or_default())
        .and("policy", d.policy.as_str())
        .and("callback_url", d.callback_url.unwrap_or_default())
        .and("approved", d.approved.join("\n"))
        .and_each("questions", d.questions)
        .and_each("events", d.events)
}

/// What was filled in; what the form does not have stays as it is.
pub fn draft(form: &Form, before: Option<&Application>) -> Result<Draft> {
    let kept = before.map(Draft::of).unwrap_or_default();
    let mut approved = form.lines("approved");
    approved.extend(form.values("approve").iter().map(|host| host.to_string()));
    require_callable(form, &approved)?;
    let ways = form.values("sign_in").into_iter().map(SignIn::parse);
    let strings = |name| form.values(name).into_iter().map(String::from).collect();
    Ok(Draft {
        id: before.map_or_else(|| form.value("id").trim().into(), |_| kept.id.clone()),
        name: form.value("name").into(),
        colour: form.filled("colour"),
        origins: form.lines("origins"),
        sign_in: ways.collect::<Result<_>>()?,
        policy: Policy::parse(form.value("policy"))?,
        callback_url: form.filled("callback_url"),
        approved,
        events: strings("events"),
        questions: strings("questions"),
        token_key: form.filled("token_key"),
        token_algorithm: form.value("token_algorithm").into(),
        session_ms: hours(form, &kept)?,
        ..kept
    })
}

/// Says now what would only show when the address is called for the first time.
fn require_callable(form: &Form, approved: &[String]) -> Result<()> {
    let url = form.filled("callback_url").and_then(|url| origin::parse_address("callback_url", &url).ok());
    match url.map(|url| guard::parse(&url, approved)) {
        Some(Err(Error::Forbidden(reason))) => Err(Error::invalid("callback_url", reason)),
        _ => Ok(()),
    }
}

/// Whole hours; an application whose sessions last otherwise keeps that until somebody changes it.
fn hours(form: &Form, kept: &Draft) -> Result<i64> {
    let wrong = |_| Error::invalid("session", "expected a number of hours");
    let hours: i64 = form.value("session").trim().parse().map_err(wrong)?;
    Ok(if hours == (kept.session_ms / HOUR).max(1) { kept.session_ms } else { hours.saturating_mul(HOUR) })
}

/// The host and port of a callback address that was refused because it is not approved.
pub fn unapproved(form: &Form) -> Option<String> {
    let sentence = form.wrong("callback_url")?;
    let address = origin::parse_address("callback_url", form.value("callback_url").trim()).ok()?;
    let host = origin::host_port(&address);
    sentence.contains(&host).then_some(host)
}

pub fn way(way: SignIn) -> &'static str {
    match way {
        SignIn::Local => en("Password kept here"),
        SignIn::Callback => en("Password of the application"),
        SignIn::Token => en("Signed token"),
        SignIn::Ticket => en("Ticket"),
        SignIn::WhoAmI => en("The application's own cookie"),
        SignIn::Oidc => en("Identity provider"),
    }
}

pub fn policy(policy: Policy) -> &'static str {
    match policy {
        Policy::Everyone => en("Everyone"),
        Policy::Contacts => en("Contacts only"),
        Policy::Application => en("The application only"),
    }
}
