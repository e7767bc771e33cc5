//! Calls the application with a true signature, and looks at what it answers.

use super::Finding;
use crate::apps::application::{Application, SignIn};
use crate::apps::endpoint::{self, Endpoint};
use crate::callout::{Callout, Tried};
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::directory::user;
use crate::jobs::ping;
use crate::secret;
use crate::store::Db;
use crate::time::Moment;
use serde_json::{Value, json};
use tokio::runtime::Handle;

pub fn look(place: &Place, application: &Application) -> Result<Vec<Finding>> {
    let no = application.no;
    let Some(endpoint) = place.store.read_blocking(|db| endpoint::find(db, no, Moment::now()))? else { return Ok(Vec::new()) };
    let first = place.store.read_blocking(|db: &Db| user::list(db, no, None, 1, ""))?.0.into_iter().next();
    let here = Handle::try_current().map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
    here.block_on(async {
        let called = called(place, application).await?;
        let reached = called.mend.is_none();
        let mut findings = vec![called];
        if reached && application.opens(SignIn::Callback) {
            findings.push(verify(&place.callout, &endpoint).await?);
        }
        if let Some(user) = first.filter(|_| reached && application.questions.iter().any(|q| q == "contacts.list")) {
            findings.push(contacts(&place.callout, &endpoint, user.id.as_str()).await?);
        }
        Ok(findings)
    })
}

async fn called(place: &Place, application: &Application) -> Result<Finding> {
    let url = application.callback_url.clone().unwrap_or_default();
    let pong = ping::send(&place.store, &place.callout, application.no).await?;
    Ok(match pong.error {
        None => Finding::good("callback", format!("{url} answered a ping in {} ms", pong.ms)),
        Some(reason) => Finding::wrong("callback", format!("{url}: {reason}"), mend(application, pong.status)),
    })
}

fn mend(application: &Application, status: Option<u16>) -> String {
    match status {
        Some(401 | 403) => format!(
            "the application refuses the call: does it check webhook-signature with its callback secret? A new one: \
             parlour app secret rotate {} callback",
            application.id
        ),
        Some(404 | 405) => format!("is that its address? parlour app update {} --callback URL", application.id),
        Some(300..=399) => "redirects are not followed: give the address to which it redirects".into(),
        Some(_) => "look into the application's own log".into(),
        None => format!(
            "is the application running, and can this machine reach it? A private address has to be approved: \
             parlour app update {} --approve HOST:PORT",
            application.id
        ),
    }
}

/// Nobody has this name and this password.
async fn verify(callout: &Callout, endpoint: &Endpoint) -> Result<Finding> {
    let data = json!({ "username": "parlour-doctor", "password": secret::generate(""), "address": "127.0.0.1" });
    let tried = callout.examine(endpoint, "user.verify", &data).await?;
    let check = "user.verify";
    let let_in = answer(&tried).is_some_and(|answer| answer["user"].is_object());
    Ok(match tried.attempt.error {
        Some(reason) => Finding::wrong(check, reason, "answer 200 with {\"user\": null} when the password is wrong"),
        None if let_in => {
            Finding::wrong(check, "a wrong password was accepted", "answer {\"user\": null} when the password is wrong")
        }
        None => Finding::good(check, format!("refused a wrong password in {} ms", tried.attempt.ms)),
    })
}

async fn contacts(callout: &Callout, endpoint: &Endpoint, user: &str) -> Result<Finding> {
    let tried = callout.examine(endpoint, "contacts.list", &json!({ "user": user })).await?;
    let mend = "answer {\"groups\": [{\"id\", \"name\", \"users\": [{\"id\", \"name\"}]}]}, or {} for none";
    Ok(match tried.attempt.error {
        Some(reason) => Finding::wrong("contacts.list", reason, mend),
        None => Finding::good("contacts.list", format!("answered for {user} in {} ms", tried.attempt.ms)),
    })
}

/// The beginning of it that is kept; enough for one user.
fn answer(tried: &Tried) -> Option<Value> {
    serde_json::from_str(tried.attempt.answer.as_deref()?).ok()
}
