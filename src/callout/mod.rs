//! Outward: asking an application a question, delivering a fact to it. The only room with an HTTP client. It knows where
//! an application is called and how calls are signed, and nothing of users, messages or the store.

pub mod address;
mod answer;
mod call;
mod certificate;
pub mod feed;
pub mod guard;
mod list;
pub mod oidc;
mod pool;
mod probe;
#[cfg(test)]
pub mod scratch;
mod tried;
mod vouched;
pub mod whoami;

#[cfg(test)]
mod tests;

pub use list::Listed;
pub use probe::Probe;
pub use tried::Tried;
pub use vouched::Vouched;

use crate::apps::delivery::{self, Delivery};
use crate::apps::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::slots::Slots;
use crate::time::Moment;
use call::{Answer, Call, FACT, Fault, Limit, Outside, QUESTION};
use pool::Pool;
use serde_json::{Map, Value, json};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Sign-ins of one application that may wait for its answer at the same time.
const SIGN_INS: usize = 16;
/// Questions who somebody is that wait for one application at once.
const ASKED: usize = 8;
/// Pages of one contact list.
const PAGES: usize = 500;

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Callout {
    inner: Arc<Inner>,
}

struct Inner {
    outside: Outside,
    sign_ins: Pool,
    work: Pool,
    slots: Slots,
    /// Of questions who somebody is: pages ask them by themselves, and nobody who types a password waits for them.
    asked: Slots,
    /// Of sign-ins with identity providers.
    flows: Slots,
    providers: oidc::Providers,
}

/// What somebody typed at the door.
pub struct Credentials<'a> {
    pub username: &'a str,
    pub password: &'a str,
    /// The client's network address.
    pub address: Option<IpAddr>,
}

/// A contact list as the application gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contacts {
    /// As it was at the `etag` that was sent along.
    Unchanged,
    List {
        groups: Vec<Listed>,
        etag: Option<String>,
    },
}

/// Chooses the process's cryptography provider; again does nothing.
pub fn prepare() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

impl Callout {
    /// `own`: the addresses on which this server listens.
    pub fn new(own: Vec<SocketAddr>) -> Result<Callout> {
        let inner = Inner {
            outside: Outside::new(own),
            sign_ins: Pool::new()?,
            work: Pool::new()?,
            slots: Slots::default(),
            asked: Slots::default(),
            flows: Slots::default(),
            providers: oidc::Providers::default(),
        };
        Ok(Callout { inner: Arc::new(inner) })
    }

    /// `user.verify`: whom these credentials belong to; none where they are wrong. `Forbidden` says the application's own
    /// sentence.
    pub async fn verify(&self, endpoint: &Endpoint, credentials: &Credentials<'_>) -> Result<Option<Vouched>> {
        let _slot =
            self.inner.slots.take(endpoint.app, SIGN_INS).ok_or_else(|| {
                Error::Unavailable("too many sign-ins wait for the application's answer; try again later".into())
            })?;
        let Credentials { username, password, address } = credentials;
        let data = json!({ "username": username, "password": password, "address": address });
        let fields = self.ask(&self.inner.sign_ins, endpoint, "user.verify", &data).await?;
        match answer::error_sentence(&fields) {
            Some(sentence) => Err(Error::Forbidden(sentence)),
            None => vouched::parse(&fields).map_err(|e| unusable(endpoint, "user.verify", &e)),
        }
    }

    /// `contacts.list`, all pages of it.
    pub async fn contacts(&self, endpoint: &Endpoint, user: &UserId, etag: Option<&str>) -> Result<Contacts> {
        let mut groups = Vec::new();
        let mut data = json!({ "user": user });
        if let Some(etag) = etag {
            data["etag"] = etag.into();
        }
        let mut first_etag = None;
        for number in 0..PAGES {
            let page = self.contact_page(endpoint, &data).await?;
            if number == 0 && page.unchanged {
                return Ok(Contacts::Unchanged);
            }
            list::append(&mut groups, page.groups)?;
            first_etag = first_etag.or(page.etag);
            let Some(next) = page.next else { return Ok(Contacts::List { groups, etag: first_etag }) };
            data = json!({ "user": user, "after": next });
        }
        Err(Error::TooLarge(format!("a contact list has at most {PAGES} pages")))
    }

    async fn contact_page(&self, endpoint: &Endpoint, data: &Value) -> Result<list::Page> {
        let fields = self.ask(&self.inner.work, endpoint, "contacts.list", data).await?;
        match answer::error_sentence(&fields) {
            Some(sentence) => Err(Error::Unavailable(sentence)),
            None => list::parse(&fields),
        }
    }

    /// Sends a row of the queue.
    pub async fn deliver(&self, endpoint: &Endpoint, delivery: &Delivery) -> Tried {
        let limit = if delivery.question { QUESTION } else { FACT };
        self.attempt(endpoint, &delivery.webhook_id, &delivery.body, limit).await
    }

    /// Tells something outside of the queue: a ping, or what is stale a moment later.
    pub async fn tell(&self, endpoint: &Endpoint, id: &str, body: &str) -> Tried {
        self.attempt(endpoint, id, body, FACT).await
    }

    async fn attempt(&self, endpoint: &Endpoint, id: &str, body: &str, limit: Limit) -> Tried {
        let at = Moment::now();
        let call = Call { endpoint, id, body, limit, at };
        match call.send(&self.inner.work, &self.inner.outside).await {
            Ok(answer) => Tried::answered(at, answer, limit.whole),
            Err(fault) => Tried::failed(at, fault),
        }
    }

    async fn ask(&self, pool: &Pool, endpoint: &Endpoint, kind: &str, data: &Value) -> Result<Map<String, Value>> {
        let at = Moment::now();
        let body = delivery::body(kind, &endpoint.id, data, at)?;
        let call = Call { endpoint, id: &delivery::webhook_id(), body: &body, limit: QUESTION, at };
        let answer = call.send(pool, &self.inner.outside).await.map_err(|fault| silent(endpoint, kind, &fault))?;
        understood(&answer).map_err(|e| unusable(endpoint, kind, &e))
    }
}

fn understood(answer: &Answer) -> Result<Map<String, Value>> {
    match answer.complaint() {
        Some(complaint) => Err(Error::invalid("", complaint)),
        None => answer::parse(&answer.body),
    }
}

fn silent(endpoint: &Endpoint, question: &str, fault: &Fault) -> Error {
    unusable(endpoint, question, &Error::Unavailable(fault.reason.clone()))
}

/// What is wrong is for the application's people; its user only hears that there is no answer.
fn unusable(endpoint: &Endpoint, question: &str, error: &Error) -> Error {
    tracing::warn!(application = %endpoint.id, question, reason = %error, "no usable answer from an application");
    Error::Unavailable("the application does not answer; try again later".into())
}
