//! Parlour as the office sees it: a few calls of its REST interface, each with a short time-out.
//! Remembers since when it does not answer, so that the pages can say so.

use super::outbox::{Errand, Verb};
use super::session;
use super::voice;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// A page does not wait long for its widget.
const PAGE_PATIENCE: Duration = Duration::from_millis(1500);

pub struct Parlour {
    /// Where browsers find it too: `http://127.0.0.1:8080`.
    pub address: String,
    /// The id that Parlour knows us by.
    pub application: String,
    key: String,
    client: reqwest::Client,
    /// 0 while it answers.
    down_since: AtomicI64,
}

pub enum Outcome {
    /// With what it answered.
    Taken(Value),
    Refused(String),
    Later(Option<Duration>),
}

#[derive(Deserialize)]
pub struct Ticket {
    pub ticket: String,
    pub url: String,
}

#[derive(Deserialize)]
struct Present {
    user: String,
    show: String,
}

/// Percent-encodes all that is not unreserved (RFC 3986, 2.3).
pub fn encode(text: &str) -> String {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let one = |b: u8| match safe(b) {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

impl Parlour {
    pub fn new(address: &str, application: &str, key: &str) -> Result<Self, String> {
        // A TLS provider must be chosen once per process; whoever was first is right.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(2))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            application: application.to_owned(),
            key: key.to_owned(),
            client,
            down_since: AtomicI64::new(0),
        })
    }

    pub fn is_down(&self) -> bool {
        self.down_since.load(Ordering::Relaxed) != 0
    }

    fn request(&self, method: Method, path: &str, patience: Duration) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address)).bearer_auth(&self.key).timeout(patience)
    }

    async fn send(&self, request: RequestBuilder) -> Option<Response> {
        let response = request.send().await.ok();
        let answers = response.as_ref().is_some_and(|r| !r.status().is_server_error());
        if answers {
            self.down_since.store(0, Ordering::Relaxed);
        } else if !self.is_down() {
            self.down_since.store(session::now(), Ordering::Relaxed);
            tracing::warn!(address = self.address, "parlour does not answer; messages wait");
        }
        response
    }

    pub async fn deliver(&self, errand: &Errand) -> Outcome {
        let method = match errand.verb {
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Patch => Method::PATCH,
            Verb::Delete => Method::DELETE,
            Verb::Say => return voice::say(self, errand).await,
        };
        let mut request = self.request(method, &errand.path, PATIENCE);
        if errand.verb == Verb::Post {
            request = request.header("Idempotency-Key", &errand.key);
        }
        if let Some(body) = &errand.body {
            request = request.json(body);
        }
        match self.send(request).await {
            Some(response) => outcome(response).await,
            None => Outcome::Later(None),
        }
    }

    /// A single-use ticket for one of our people, or nothing when Parlour cannot give one now.
    pub async fn ticket(&self, person: &str) -> Option<Ticket> {
        let path = format!("/api/v1/users/{}/tickets", encode(person));
        let response = self.send(self.request(Method::POST, &path, PAGE_PATIENCE)).await?;
        let status = response.status();
        if status != StatusCode::CREATED {
            tracing::warn!(%status, person, "parlour gave no ticket");
            return None;
        }
        let ticket: Ticket = response.json().await.ok()?;
        ticket.url.starts_with(&self.address).then_some(ticket)
    }

    /// Ends a session that was begun for one of our people.
    pub async fn leave(&self, token: &str) {
        let url = format!("{}/client/session", self.address);
        let _ = self.client.delete(url).bearer_auth(token).timeout(PATIENCE).send().await;
    }

    /// Who can be reached now: pairs of person and `available`, `away`, `busy` or `offline`.
    pub async fn presence(&self, people: &[String]) -> Vec<(String, String)> {
        let query: Vec<String> = people.iter().map(|id| format!("users={}", encode(id))).collect();
        let path = format!("/api/v1/presence?{}", query.join("&"));
        let Some(response) = self.send(self.request(Method::GET, &path, PAGE_PATIENCE)).await else {
            return Vec::new();
        };
        let body: Value = response.json().await.unwrap_or_default();
        let list = body.get("users").or_else(|| body.get("items")).cloned();
        let list: Vec<Present> = list.and_then(|list| serde_json::from_value(list).ok()).unwrap_or_default();
        list.into_iter().map(|present| (present.user, present.show)).collect()
    }
}

async fn outcome(response: Response) -> Outcome {
    let status = response.status();
    let after = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(|seconds: u64| Duration::from_secs(seconds.clamp(1, 60)));
    if status.is_success() {
        return Outcome::Taken(response.json().await.unwrap_or_default());
    }
    let temporary = status.is_server_error()
        || [408, 425, 429].contains(&status.as_u16())
        // A key that is not valid now may be put right; nothing is thrown away for it.
        || [401, 403].contains(&status.as_u16());
    if temporary {
        return Outcome::Later(after);
    }
    let detail: Value = response.json().await.unwrap_or_default();
    let detail = detail.get("detail").and_then(Value::as_str).unwrap_or("");
    Outcome::Refused(format!("{status} {detail}"))
}
