//! One call: address checked, body signed, answer read up to a limit, all within a time. What went wrong is said in a
//! sentence for whoever mends the application; nothing of the body is logged, it may hold a password.

use crate::apps::endpoint::Endpoint;
use crate::apps::signature;
use crate::callout::guard::{self, Target};
use crate::callout::pool::Pool;
use crate::time::Moment;
use futures_util::future::BoxFuture;
use reqwest::{Response, header};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Asks for the addresses of a name.
pub type Lookup = Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// What lies around this server.
pub struct Outside {
    /// Where it listens itself: never called.
    pub own: Vec<SocketAddr>,
    pub lookup: Lookup,
}

impl Outside {
    /// Names are looked up as the system does it.
    pub fn new(own: Vec<SocketAddr>) -> Outside {
        let lookup = |host: String, port| -> BoxFuture<'static, _> {
            Box::pin(async move { tokio::net::lookup_host((host, port)).await.map(Iterator::collect) })
        };
        Outside { own, lookup: Arc::new(lookup) }
    }

    pub async fn resolve(&self, target: &Target) -> Result<Vec<SocketAddr>, Fault> {
        if let Some(ip) = target.literal() {
            return Ok(vec![SocketAddr::new(ip, target.port)]);
        }
        let unknown = |error| fault(format!("the name {} could not be resolved: {error}", target.host));
        (self.lookup)(target.host.clone(), target.port).await.map_err(unknown)
    }
}

/// How long a call may take in all, and how much of its answer is read.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    pub time: Duration,
    pub bytes: usize,
    /// The answer's text counts, not only its status.
    pub whole: bool,
}

pub const QUESTION: Limit = Limit { time: Duration::from_secs(5), bytes: 4 * 1024 * 1024, whole: true };
pub const FACT: Limit = Limit { time: Duration::from_secs(15), bytes: 64 * 1024, whole: false };

/// What is sent, and on whose behalf.
pub struct Call<'a> {
    pub endpoint: &'a Endpoint,
    pub id: &'a str,
    pub body: &'a str,
    pub limit: Limit,
    /// What the signature says of the time: now, unless somebody wants to see what an old one does.
    pub at: Moment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub head: Head,
    pub body: Vec<u8>,
}

/// What the head of an answer tells about whoever gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    pub content_type: Option<String>,
    /// Where a redirect points to.
    pub location: Option<String>,
    /// Its clock.
    pub date: Option<Moment>,
}

impl Head {
    pub fn of(response: &Response) -> Head {
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(String::from);
        let date = text(header::DATE).and_then(|date| Moment::parse_http(&date));
        Head { content_type: text(header::CONTENT_TYPE), location: text(header::LOCATION), date }
    }
}

/// No usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where at least the head of an answer came.
    pub status: Option<u16>,
    pub reason: String,
}

pub fn fault(reason: impl Into<String>) -> Fault {
    Fault { status: None, reason: reason.into() }
}

impl Call<'_> {
    pub async fn send(&self, pool: &Pool, outside: &Outside) -> Result<Answer, Fault> {
        let mut answer = None;
        let sending = self.exchange(pool, outside, &mut answer);
        let ended = tokio::time::timeout(self.limit.time, sending).await;
        let late = || Err(fault(format!("it did not answer within {} s", self.limit.time.as_secs_f32())));
        match (ended.unwrap_or_else(|_| late()), answer) {
            (Ok(()), Some(answer)) => Ok(answer),
            // A fact is taken when its status says so, whatever becomes of the text.
            (Err(_), Some(answer)) if !self.limit.whole => Ok(answer),
            (Err(fault), answer) => Err(Fault { status: answer.map(|answer| answer.status), ..fault }),
            (Ok(()), None) => Err(fault("it did not answer")),
        }
    }

    /// Fills `answer` as it comes, so that what came stays known when the time is over.
    async fn exchange(&self, pool: &Pool, outside: &Outside, answer: &mut Option<Answer>) -> Result<(), Fault> {
        let said = |error: crate::error::Error| fault(error.to_string());
        let target = guard::parse(&self.endpoint.url, &self.endpoint.approved).map_err(said)?;
        let addresses = target.check(&outside.resolve(&target).await?, &outside.own).map_err(said)?;
        let client = pool.client(self.endpoint.app, &target, &addresses).map_err(said)?;
        let signature = signature::sign(&self.endpoint.secrets, self.id, self.at, self.body).map_err(said)?;
        let request = client
            .post(target.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", self.id)
            .header("webhook-timestamp", self.at.unix_seconds().to_string())
            .header("webhook-signature", signature)
            .body(self.body.to_string());
        let response = request.send().await.map_err(|e| explain(&e))?;
        let status = response.status().as_u16();
        let (head, pause) = (Head::of(&response), retry_after(&response, Moment::now()));
        let begun = answer.insert(Answer { status, retry_after: pause, head, body: Vec::new() });
        read(response, self.limit.bytes, &mut begun.body).await
    }
}

/// The text of an answer, if it is not too long.
pub async fn read(mut response: Response, most: usize, body: &mut Vec<u8>) -> Result<(), Fault> {
    while let Some(chunk) = response.chunk().await.map_err(|e| explain(&e))? {
        if body.len() + chunk.len() > most {
            return Err(fault(format!("it answered more than {} KiB", most / 1024)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(())
}

/// Seconds, or an HTTP date (RFC 9110 §10.2.3).
fn retry_after(response: &Response, now: Moment) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Moment::parse_http(text).map(|then| then.since(now)),
    }
}

/// The innermost cause is the one that helps.
pub fn explain(error: &reqwest::Error) -> Fault {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let what = if error.is_connect() { "no connection could be made" } else { "the connection failed" };
    fault(format!("{what}: {cause}"))
}

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Why this is no success.
    pub fn complaint(&self) -> Option<String> {
        match self.status {
            200..300 => None,
            300..400 => Some(format!("it answered {}, a redirect, which is not followed", self.status)),
            status => Some(format!("it answered {status}")),
        }
    }
}
