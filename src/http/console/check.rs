//! Asking everything that an application answers, to see what is wrong: what `parlour doctor` finds, on a page. Only when somebody
//! presses the button, since it calls out.

use crate::accounts::deed::Deed;
use crate::apps::application::{Application, SignIn};
use crate::http::client::oidc::back;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::language::en;
use crate::http::console::visit::Visit;
use crate::http::console::{draw, of};
use crate::http::problem::Answer;
use crate::jobs::doctor::{self, Exchange, Finding, Given, State};
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "console/application/check.html")]
struct Check {
    frame: Frame,
    /// Somebody's cookie helps.
    asks_cookie: bool,
    /// None before it was done.
    findings: Option<Vec<Finding>>,
    wrong: i64,
}

pub async fn new(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    draw_found(&visit, &application, None)
}

pub async fn create(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let cookie = form.filled("cookie");
    let back = back(&visit.house, &application.id);
    let given = Given { cookie: cookie.as_deref(), back: &back };
    let findings = doctor::look(&visit.house.store, &visit.house.callout, &application, given).await?;
    visit.note(Deed::ApplicationCheck, application.id.as_str(), "ok").await;
    draw_found(&visit, &application, Some(findings))
}

fn draw_found(visit: &Visit, application: &Application, findings: Option<Vec<Finding>>) -> Answer {
    let wrong = findings.iter().flatten().filter(|finding| finding.state == State::Wrong).count() as i64;
    let frame = Frame::within(visit, application, "summary");
    draw(&Check { frame, asks_cookie: application.opens(SignIn::WhoAmI), findings, wrong })
}

impl Check {
    /// What is looked at, as administrators call it.
    fn label(&self, check: &str) -> &'static str {
        match check {
            "callback" => en("Callback address"),
            "clock" => en("Its clock"),
            "signature" => en("A wrong signature"),
            "replay" => en("A call from an hour ago"),
            "user.verify" => en("Password of the application"),
            "contacts.list" => en("Contact lists"),
            "held lists" => en("Held contact lists"),
            "message.created" => en("Messages to the application"),
            "who-am-i" => en("Who somebody is, by the cookie"),
            "people" => en("People from an address"),
            "provider" => en("Identity provider"),
            "provider clock" => en("The provider's clock"),
            "endpoints" => en("The provider's addresses"),
            "pkce" => en("Protection of the code (PKCE)"),
            "scopes" => en("Scopes"),
            "provider keys" => en("The provider's keys"),
            "redirect" => en("The way back from the provider"),
            "client" => en("Parlour as the provider's client"),
            _ => en("Certificate"),
        }
    }

    /// What to do, with a page of the console in the place of a command: the page's address and its name.
    fn mend(&self, said: &str) -> (String, Option<(&'static str, &'static str)>) {
        if let Some((before, _)) = said.split_once(" If it is meant, take it at /console/") {
            return (before.into(), Some(("held", en("Look at them"))));
        }
        match said.split_once("parlour app ") {
            Some((before, rest)) if rest.starts_with("secret rotate") => {
                (before.trim_end().trim_end_matches("A new one:").trim_end().into(), Some(("keys", en("Keys and secrets"))))
            }
            Some((before, rest)) if rest.starts_with("update") && before.ends_with("? ") => {
                (before.trim_end().into(), Some(("edit", en("Settings"))))
            }
            Some((_, rest)) if rest.starts_with("update") => (said.into(), Some(("edit", en("Settings")))),
            _ => (said.into(), None),
        }
    }

    /// Of a call: what was said on either side.
    fn said(&self, exchange: &Exchange) -> String {
        format!("{}\n\n{}", exchange.request, exchange.answer.as_deref().unwrap_or("…"))
    }
}
