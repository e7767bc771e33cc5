//! POST: the body, and the `Idempotency-Key` by which a request that comes again is known again. What is answered is kept in
//! the transaction of its effect.

use crate::apps::idempotency::{self, Kept, Request};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::api::written;
use crate::http::body;
use crate::http::guard::{ApplicationKey, bearer};
use crate::http::problem::{Answer, Problem};
use crate::secret;
use crate::store::{Db, Tx};
use crate::time::Moment;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use utoipa::ToSchema;

/// A request that makes something: what it says, and how it is known again. An empty body is `{}`.
pub struct Post<T> {
    pub body: T,
    pub once: Once,
}

/// The right to an effect, once.
pub struct Once {
    request: Option<Request>,
    /// The key that was shown: what a secret that is made follows from.
    seed: String,
}

impl<T: DeserializeOwned + 'static> FromRequest for Post<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Post<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let holder = ApplicationKey::extract(&request).await?;
            let key = key(&request)?;
            let most = request.app_data::<Data<House>>().map_or(0, |house| house.config.limits.body_bytes);
            let text = body::read(&request, payload, most).await?;
            if !text.is_empty() {
                body::require_type(&request, "application/json")?;
            }
            let body = body::parse(if text.is_empty() { b"{}" } else { &text })?;
            let seed = bearer::of(&request).unwrap_or_default();
            let app = holder.application.no;
            let named = key.map(|key| Request { app, key, digest: digest(&request, &text) });
            Ok(Post { body, once: Once { request: named, seed } })
        })
    }
}

/// For a body that is read in its own way: the whole address stands for the request, and the body beside it.
impl FromRequest for Once {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = std::result::Result<Once, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let holder = ApplicationKey::extract(&request).await?;
            let (app, digest) = (holder.application.no, digest(&request, b""));
            let request_key = key(&request)?.map(|key| Request { app, key, digest });
            Ok(Once { request: request_key, seed: bearer::of(&request).unwrap_or_default() })
        })
    }
}

fn key(request: &HttpRequest) -> Result<Option<String>> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    match text.len() {
        1..=128 if text.bytes().all(|b| b.is_ascii_graphic()) => Ok(Some(text.into())),
        _ => Err(Error::invalid("Idempotency-Key", "expected 1 to 128 visible characters of ASCII")),
    }
}

fn digest(request: &HttpRequest, body: &[u8]) -> secret::Fingerprint {
    let mut all = format!("{} {}\n", request.method(), request.uri()).into_bytes();
    all.extend_from_slice(body);
    secret::fingerprint(all)
}

impl Once {
    /// The same for a request with this body.
    pub fn of(mut self, body: &[u8]) -> Once {
        if let Some(request) = &mut self.request {
            request.digest = secret::fingerprint([&request.digest[..], body].concat());
        }
        self
    }

    /// What was answered before, for work that begins outside of the store.
    pub async fn answered(&self, house: &House) -> Result<Option<HttpResponse>> {
        let Some(request) = self.request.clone() else { return Ok(None) };
        let kept = house.store.read(move |db| idempotency::find(db, &request, Moment::now())).await?;
        let written = |kept: Kept| written(StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK), kept.answer);
        Ok(kept.map(written))
    }

    /// Does the work and answers what it answers, or answers what it answered before.
    pub async fn answer<T: Serialize + Send + 'static>(
        self,
        house: &House,
        status: StatusCode,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Answer {
        self.answer_while(house, status, |_, _| Ok(true), work).await
    }

    /// As `answer`, where what was answered before holds only as long as what was made is there.
    pub async fn answer_while<T: Serialize + Send + 'static>(
        self,
        house: &House,
        status: StatusCode,
        holds: impl FnOnce(&Db, &str) -> Result<bool> + Send + 'static,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Answer {
        let kept = self.run(house, status, holds, work).await?;
        Ok(written(StatusCode::from_u16(kept.status).unwrap_or(status), kept.answer))
    }

    /// As `answer`, where a secret is made: `work` gets its text, `dress` puts it into the answer. The text is kept nowhere. It
    /// follows from the application's key, so that a repetition by the same key can be answered the same.
    pub async fn reveal<T: Serialize + DeserializeOwned + Send + 'static, D: Serialize>(
        mut self,
        house: &House,
        (status, prefix): (StatusCode, &'static str),
        work: impl FnOnce(&mut Tx, &str) -> Result<T> + Send + 'static,
        dress: impl FnOnce(T, String) -> D,
    ) -> Answer {
        let seed = secret::fingerprint(&self.seed);
        if let Some(request) = &mut self.request {
            request.digest = secret::fingerprint([request.digest, seed].concat());
        }
        let seed = self.seed.clone();
        let make = move |tx: &mut Tx| {
            let salt = secret::generate("");
            let made = work(tx, &secret::derive(prefix, &seed, &salt)?)?;
            Ok(Made { salt, made })
        };
        let seed = self.seed.clone();
        let kept = self.run(house, status, |_, _| Ok(true), make).await?;
        let Made { salt, made } = serde_json::from_str(&kept.answer).map_err(Error::internal)?;
        super::answer(status, &dress(made, secret::derive(prefix, &seed, &salt)?))
    }

    async fn run<T: Serialize + Send + 'static>(
        self,
        house: &House,
        status: StatusCode,
        holds: impl FnOnce(&Db, &str) -> Result<bool> + Send + 'static,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<Kept> {
        let status = status.as_u16();
        let text = |made: &T| serde_json::to_string(made).map_err(Error::internal);
        let Some(request) = self.request else {
            let made = house.store.write(work).await?;
            return Ok(Kept { status, answer: text(&made)? });
        };
        house.store.write(move |tx| idempotency::once_while(tx, &request, holds, status, |tx| text(&work(tx)?))).await
    }
}

/// What is kept of an answer with a secret.
#[derive(Serialize, Deserialize)]
struct Made<T> {
    salt: String,
    made: T,
}

/// A body without members.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
