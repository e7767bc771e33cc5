//! The callback address: whether it is reached, believes only what is signed, and answers questions in the right shape.

use super::question::{self, Question};
use super::{Exchange, Finding, mend};
use crate::apps::application::{Application, SignIn};
use crate::apps::delivery::{self, Kind};
use crate::apps::endpoint::{self, Endpoint};
use crate::callout::{Callout, Probe};
use crate::chat::card;
use crate::directory::user;
use crate::error::Result;
use crate::jobs::ping;
use crate::secret;
use crate::store::{Db, Store};
use crate::time::Moment;
use serde_json::json;
use std::time::Duration;

/// How far an application's clock may be off before calls are refused as too old, as the libraries of Standard Webhooks do it.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);
/// From here on it is said.
const NOTICED: Duration = Duration::from_secs(30);
/// An answer that takes as long is near the end of everybody's patience.
const SLOW: i64 = 2_000;
/// A call of an hour ago, as somebody would send it who recorded it.
const RECORDED: Duration = Duration::from_secs(3600);

/// An application under examination.
pub(super) struct Patient<'a> {
    pub application: &'a Application,
    pub callout: &'a Callout,
    pub endpoint: Endpoint,
}

/// Everything about the callback address; nothing where there is none.
pub async fn look(store: &Store, callout: &Callout, application: &Application) -> Result<Vec<Finding>> {
    let no = application.no;
    let found = store.read(move |db| endpoint::find(db, no, Moment::now())).await?;
    let Some(endpoint) = found else { return Ok(Vec::new()) };
    let patient = Patient { application, callout, endpoint };
    let (called, probe) = patient.called().await?;
    let is_reached = is_taken(&probe);
    let mut findings: Vec<Finding> = [Some(called), clock(&probe)].into_iter().flatten().collect();
    if !is_reached {
        return Ok(findings);
    }
    ping::send(store, callout, no).await?;
    findings.push(patient.forged().await?);
    findings.extend(patient.recorded().await?);
    for question in asked(store, application).await? {
        findings.push(question::ask(&patient, question).await?);
    }
    Ok(findings)
}

/// The questions that this application says it answers.
async fn asked(store: &Store, application: &Application) -> Result<Vec<Question>> {
    let no = application.no;
    let work = move |db: &Db| Ok((user::list(db, no, None, 1, "")?.0.into_iter().next(), card::is_any(db, no)?));
    let (somebody, has_cards) = store.read(work).await?;
    let answers = |question: &str| application.questions.iter().any(|known| known == question);
    let user = somebody.map(|user| user.id);
    Ok([
        application.opens(SignIn::Callback).then_some(Question::Verify),
        answers("contacts.list").then(|| Question::Contacts(user.clone())),
        answers("message.created").then(|| Question::Message(user.clone())),
        has_cards.then_some(Question::Action(user)),
    ]
    .into_iter()
    .flatten()
    .collect())
}

impl Patient<'_> {
    pub async fn probe(&self, question: &str, body: &str) -> (Probe, Exchange) {
        self.probe_as(&self.endpoint, question, body, Moment::now()).await
    }

    async fn probe_as(&self, endpoint: &Endpoint, question: &str, body: &str, at: Moment) -> (Probe, Exchange) {
        let probe = self.callout.probe(endpoint, question, body, at).await;
        let exchange = Exchange::of(&endpoint.url, body, &probe);
        (probe, exchange)
    }

    fn ping(&self) -> Result<String> {
        delivery::test_body(Kind::Ping, &self.endpoint.id, &json!({}))
    }

    async fn called(&self) -> Result<(Finding, Probe)> {
        let (probe, exchange) = self.probe("ping", &self.ping()?).await;
        let is_refused = !is_taken(&probe);
        let finding = match &probe.fault {
            // a ping is told, not asked: its answer may be anything
            Some(fault) if is_refused && is_off(&probe) => Finding::wrong("callback", fault, CLOCK),
            Some(fault) if is_refused => Finding::wrong("callback", fault, mend::call(self.application, &probe)),
            _ if is_page(&probe) => Finding::advice("callback", "a page answered a ping", PAGE),
            _ if probe.ms >= SLOW => Finding::advice("callback", format!("answered, after {} ms", probe.ms), SLOWLY),
            _ => Finding::good("callback", format!("{} answered a ping in {} ms", self.endpoint.url, probe.ms)),
        };
        Ok((finding.seen(exchange), probe))
    }

    /// A call that somebody else signed.
    async fn forged(&self) -> Result<Finding> {
        let forger = Endpoint { secrets: vec![secret::generate_signing()], ..self.endpoint.clone() };
        let (probe, exchange) = self.probe_as(&forger, "ping", &self.ping()?, Moment::now()).await;
        let check = "signature";
        let finding = match probe.status {
            Some(200..300) => Finding::wrong(
                check,
                "a call with a wrong signature was accepted: whoever finds the address can speak in Parlour's name",
                "let it check webhook-signature with its callback secret before it believes anything, and answer 401 where it does not fit",
            ),
            Some(status @ 400..500) => Finding::good(check, format!("a wrong one is refused with {status}")),
            Some(status) => Finding::advice(
                check,
                format!("a wrong one is answered with {status}"),
                "answer 401 where the signature does not fit; anything else looks like a fault",
            ),
            None => Finding::advice(
                check,
                "a call with a wrong signature was not answered",
                "answer 401 where the signature does not fit",
            ),
        };
        Ok(finding.seen(exchange))
    }

    /// A true call that somebody recorded and sends again. Said only where it is believed.
    async fn recorded(&self) -> Result<Option<Finding>> {
        let then = Moment::now().minus(RECORDED);
        let (probe, exchange) = self.probe_as(&self.endpoint, "ping", &self.ping()?, then).await;
        let finding = Finding::advice(
            "replay",
            "a true call from an hour ago was accepted: one that somebody records can be sent again",
            "let it refuse a webhook-timestamp that is more than 5 minutes off",
        );
        Ok(is_taken(&probe).then(|| finding.seen(exchange)))
    }
}

pub(super) const SLOWLY: &str = "let it answer first and do the work afterwards: a user waits for this, and 5 s are the end";

/// Whether the call was answered as one that has arrived.
fn is_taken(probe: &Probe) -> bool {
    probe.status.is_some_and(|status| (200..300).contains(&status))
}

const PAGE: &str =
    "is that the address of its callbacks? A path that is wrong, or that asks for a sign-in, often answers with a page";

/// Whether people are meant to read the answer: by its beginning, because PHP calls everything HTML.
fn is_page(probe: &Probe) -> bool {
    probe.text.trim_start().starts_with('<')
}

const CLOCK: &str = "mend its clock first, see below: every signature looks too old or too new to it";

/// How far its clock is off, where it tells the time, and on which side.
fn off(probe: &Probe) -> Option<(Duration, &'static str)> {
    let (date, now) = (probe.head.date?, Moment::now());
    Some(if date > now { (date.since(now), "ahead of") } else { (now.since(date), "behind") })
}

/// Whether that explains that it refuses what is signed.
fn is_off(probe: &Probe) -> bool {
    matches!(probe.status, Some(400..500)) && off(probe).is_some_and(|(off, _)| off >= TOLERANCE)
}

fn clock(probe: &Probe) -> Option<Finding> {
    let (off, word) = off(probe)?;
    let detail = format!("its clock is {} s {word} this machine's", off.as_secs() / 10 * 10);
    let mend = "set both by NTP: signatures and tokens are good for a few minutes only";
    match off {
        off if off >= TOLERANCE => Some(Finding::wrong("clock", detail, mend)),
        off if off >= NOTICED => Some(Finding::advice("clock", detail, mend)),
        _ => Some(Finding::good("clock", "the same as this machine's")),
    }
}
