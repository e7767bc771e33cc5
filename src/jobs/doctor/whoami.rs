//! The address that says who a browser is: asked without a cookie, when nobody may be named, and with one that somebody pasted,
//! when it has to be its owner.

use super::{Exchange, Finding};
use crate::apps::application::{Application, SignIn};
use crate::apps::whoami::WhoAmI;
use crate::callout::Callout;
use crate::callout::whoami::{Asked, Found, Whom};
use crate::id::AppId;

const CHECK: &str = "who-am-i";

/// Nothing where the application does not let people in by it. `cookie`: as a browser shows or sends it.
pub async fn look(callout: &Callout, application: &Application, settings: Option<&WhoAmI>, cookie: Option<&str>) -> Vec<Finding> {
    let id = &application.id;
    let Some(settings) = settings else {
        let mend = format!("parlour app whoami {id} --url URL --cookie NAME, or another --sign-in");
        let missing = Finding::wrong(CHECK, "users sign in by the application's cookie, and no address says who that is", mend);
        return if application.opens(SignIn::WhoAmI) { vec![missing] } else { Vec::new() };
    };
    let whom = Whom { app: application.no, settings, approved: &application.approved };
    let stranger = callout.ask_who_am_i(&whom, "parlour-test=1").await;
    let mut findings = vec![nobody(id, settings, stranger)];
    let Some(cookie) = cookie else { return findings };
    let chosen = settings.chosen(cookie);
    if chosen.is_empty() {
        let named = settings.cookies.join(" and ");
        let detail = format!("none of what was pasted is a cookie that is passed on, {named}");
        let mend = "paste it as NAME=VALUE, as the browser's developer tools show it for the application's page";
        findings.push(Finding::wrong(CHECK, detail, mend));
        return findings;
    }
    findings.push(somebody(id, settings, callout.ask_who_am_i(&whom, &chosen).await));
    findings
}

/// What was asked; the cookies' values are secrets.
fn exchange(settings: &WhoAmI, asked: &Asked, with: &str) -> Exchange {
    Exchange::got(&format!("GET {} {with}", settings.url), (asked.status, &asked.kind, &asked.text), asked.ms)
}

fn nobody(id: &AppId, settings: &WhoAmI, asked: Asked) -> Finding {
    let exchange = exchange(settings, &asked, "without a cookie");
    let finding = match asked.found {
        Ok(Found::Nobody(said)) => Finding::good(CHECK, format!("without a cookie {said}")),
        Ok(Found::Somebody(somebody)) => Finding::wrong(
            CHECK,
            format!("without a cookie it names {}: everybody would be that one", somebody.id),
            "the address has to answer 401, or nothing, to whoever is not signed in; is it one that answers for everybody?",
        ),
        Err(error) => Finding::wrong(CHECK, error.to_string(), silence(id, &error.to_string())),
    };
    finding.seen(exchange)
}

fn somebody(id: &AppId, settings: &WhoAmI, asked: Asked) -> Finding {
    let exchange = exchange(settings, &asked, &format!("with {}", settings.cookies.join(" and ")));
    let finding = match asked.found {
        Ok(Found::Somebody(vouched)) => {
            let missing = missing(settings, &vouched);
            let name = vouched.name.unwrap_or_default();
            let detail = format!("the cookie is {name} ({})", vouched.id);
            match missing.is_empty() {
                true => Finding::good(CHECK, detail),
                false => Finding::advice(
                    CHECK,
                    format!("{detail}, and there is nothing that can be used at {}", missing.join(" and ")),
                    format!("compare these with the answer, and set them anew: parlour app whoami {id} …, or in the console"),
                ),
            }
        }
        Ok(Found::Nobody(said)) => Finding::wrong(
            CHECK,
            format!("with the cookie {said}"),
            format!("is the cookie a fresh one, and are address and pointer ({}) right?", settings.id),
        ),
        Err(error) => Finding::wrong(CHECK, error.to_string(), silence(id, &error.to_string())),
    };
    finding.seen(exchange)
}

/// Pointers at which nothing was found, or nothing that passes.
fn missing(settings: &WhoAmI, found: &crate::callout::Vouched) -> Vec<String> {
    let members = [
        (&settings.name, found.name.is_some()),
        (&settings.email, found.email.as_ref().is_some_and(Option::is_some)),
        (&settings.title, found.title.as_ref().is_some_and(Option::is_some)),
        (&settings.avatar, found.avatar.as_ref().is_some_and(Option::is_some)),
        (&settings.locale, found.locale.as_ref().is_some_and(Option::is_some)),
    ];
    members.into_iter().filter(|(pointer, found)| !pointer.is_empty() && !found).map(|(pointer, _)| pointer.clone()).collect()
}

fn silence(id: &AppId, fault: &str) -> String {
    match fault {
        _ if fault.contains("approved") => {
            format!("if you trust what answers there: parlour app update {id} --approve HOST:PORT")
        }
        _ if fault.contains("is no id") => "let the pointer lead to the id itself, a text or a whole number".into(),
        _ if fault.contains("no JSON") => "is that its address? It has to answer JSON about whoever is signed in".into(),
        _ if fault.contains("answered") => "look into the application's own log, at this time; is that its address?".into(),
        _ => "is the application running, does it listen there, and can this machine reach it?".into(),
    }
}
