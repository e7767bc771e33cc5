//! The address from which people are fetched: whether it lists anybody now, and how the last fetches went.

use super::Finding;
use crate::apps::application::Application;
use crate::apps::feed::{Form, Outcome, State};
use crate::callout::Callout;
use crate::error::Error;
use crate::jobs::feed;
use crate::store::Store;

const CHECK: &str = "people";

pub async fn look(store: &Store, callout: &Callout, application: &Application, state: &State) -> Vec<Finding> {
    let id = &application.id;
    let mut findings = Vec::new();
    match feed::look(store, callout, application.no, (&state.feed, state.header.as_deref())).await {
        Ok(look) => {
            let Outcome { people, groups, .. } = look.outcome;
            findings.push(Finding::good(CHECK, format!("{} lists {people} people in {groups} groups", state.feed.url)));
        }
        Err(error) => {
            findings.push(Finding::wrong(CHECK, format!("{}: {error}", state.feed.url), mend(application, state, &error)))
        }
    }
    if let Some(held) = &state.held {
        let detail = format!("its list would lose {} of {} people and is held", held.gone, held.had);
        findings.push(Finding::wrong(CHECK, detail, format!("if that is meant: parlour app people {id} --take; if not: --keep")));
    }
    if state.begun_at.is_none() {
        let mend = format!("parlour app people {id} --now, or Users → From an address in the console");
        findings.push(Finding::advice(CHECK, "its list was never taken: fetching has not begun", mend));
    }
    findings
}

fn mend(application: &Application, state: &State, error: &Error) -> String {
    let (id, fault) = (&application.id, error.to_string());
    let has = |word: &str| fault.contains(word);
    match state.feed.form {
        _ if has("Authorization") => {
            "give it anew in the console, Users → From an address, where the other settings stay as they are".into()
        }
        _ if has("approved") => format!("if you trust what answers there: parlour app update {id} --approve HOST:PORT"),
        _ if has("redirect") => "give the address to which it redirects".into(),
        _ if has("row ") => "mend that row in the application; until then the earlier list serves".into(),
        Form::Json if has("JSON") => "compare --list with the answer: it has to lead to the list of people".into(),
        Form::Csv if has("column") => "name the column that it is: --id, --name, …".into(),
        _ if has("answered") => "look into the application's own log, at this time; is that its address?".into(),
        _ => "is the application running, does it listen there, and can this machine reach it?".into(),
    }
}
