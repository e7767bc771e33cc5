//! Tries what an application gives to Parlour, and says of each thing what was asked, what was answered, how long it took, what is
//! wrong and how to mend it. Changes nothing but a queue that was stopped, which an answered ping starts.

pub mod callback;
pub mod certificate;
mod held;
mod mend;
pub mod people;
pub mod provider;
mod question;
pub mod token;
pub mod whoami;

use crate::apps::application::Application;
use crate::apps::{feed, oidc, whoami as asked};
use crate::callout::{Callout, Probe};
use crate::error::Result;
use crate::store::{Db, Store};
use serde::{Deserialize, Serialize};

/// What is known beside the store.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Of somebody who is signed in to the application, as a browser shows it.
    pub cookie: Option<&'a str>,
    /// Where an identity provider sends browsers back to.
    pub back: &'a str,
}

/// Asks everything that an application, and the identity provider of its users, answers.
pub async fn look(store: &Store, callout: &Callout, application: &Application, given: Given<'_>) -> Result<Vec<Finding>> {
    let no = application.no;
    let (settings, feed) = store.read(move |db: &Db| Ok((asked::find(db, no)?, feed::find(db, no)?))).await?;
    let provider = store.read(move |db: &Db| oidc::find(db, no)?.map(|set| Ok((set, oidc::secret(db, no)?))).transpose()).await?;
    let mut findings = callback::look(store, callout, application).await?;
    findings.extend(whoami::look(callout, application, settings.as_ref(), given.cookie).await);
    findings.extend(provider::look(callout, application, provider.as_ref(), given.back).await?);
    if let Some(feed) = &feed {
        findings.extend(people::look(store, callout, application, feed).await);
    }
    findings.extend(held::look(store, application).await?);
    let issuer = provider.map(|(set, _)| set.issuer);
    let addresses = [application.callback_url.clone(), settings.map(|asked| asked.url), issuer, feed.map(|feed| feed.feed.url)];
    let addresses: Vec<String> = addresses.into_iter().flatten().collect();
    findings.extend(certificate::look(callout, application, &addresses).await);
    Ok(findings)
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub check: String,
    pub state: State,
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// Where it was seen by a call.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Good,
    /// Works, and could be better.
    Advice,
    Wrong,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    pub request: String,
    /// Status, type and the beginning of the answer; null: there was none.
    pub answer: Option<String>,
    pub ms: i64,
}

/// Characters of an answer that are shown.
const SHOWN: usize = 200;

impl Exchange {
    fn of(url: &str, body: &str, probe: &Probe) -> Exchange {
        let kind = probe.head.content_type.as_deref().unwrap_or_default();
        Exchange::got(&format!("POST {url} {body}"), (probe.status, kind, &probe.text), probe.ms)
    }

    /// What was asked, and what came: status, type and text.
    fn got(request: &str, (status, kind, text): (Option<u16>, &str, &str), ms: i64) -> Exchange {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = plain(text).chars().filter(|c| !c.is_control()).take(SHOWN).collect();
        let answer = status.map(|status| format!("{status} {kind} {short}").trim_end().replace("  ", " "));
        Exchange { request: request.into(), answer, ms }
    }
}

impl Finding {
    fn new(check: &str, state: State, detail: impl Into<String>, mend: Option<String>) -> Finding {
        Finding { check: check.into(), state, detail: detail.into(), mend, exchange: None }
    }

    pub fn good(check: &str, detail: impl Into<String>) -> Finding {
        Finding::new(check, State::Good, detail, None)
    }

    pub fn advice(check: &str, detail: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding::new(check, State::Advice, detail, Some(mend.into()))
    }

    pub fn wrong(check: &str, detail: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding::new(check, State::Wrong, detail, Some(mend.into()))
    }

    fn seen(self, exchange: Exchange) -> Finding {
        Finding { exchange: Some(exchange), ..self }
    }
}
