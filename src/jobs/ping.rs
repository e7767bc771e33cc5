//! A ping: whether an application can be called, how long it takes, and what is wrong. An answered one starts a queue that
//! was stopped or waits.

use crate::apps::delivery::{self, Kind};
use crate::apps::outcome::Verdict;
use crate::apps::{endpoint, queue};
use crate::callout::Callout;
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::Store;
use crate::time::Moment;
use serde::Serialize;
use serde_json::json;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pong {
    /// Milliseconds until the answer, or until it was clear that there is none.
    pub ms: i64,
    /// The status of the answer.
    pub status: Option<u16>,
    /// What is wrong, in one sentence; none: all is well.
    pub error: Option<String>,
}

/// Calls the application back. `Conflict` where it has no callback address.
pub async fn send(store: &Store, callout: &Callout, app: AppNo) -> Result<Pong> {
    let found = store.read(move |db| endpoint::find(db, app, Moment::now())).await?;
    let endpoint = found.ok_or_else(|| Error::Conflict("this application has no callback address".into()))?;
    let (id, kind) = (delivery::webhook_id(), Kind::Ping);
    let body = delivery::body(kind.as_str(), &endpoint.id, &json!({}), Moment::now())?;
    let tried = callout.tell(&endpoint, &id, &body).await;
    let pong = Pong { ms: tried.attempt.ms, status: tried.attempt.status, error: tried.attempt.error.clone() };
    let keep = move |tx: &mut crate::store::Tx| {
        queue::keep(tx, app, (&id, kind, &body), &tried.attempt)?;
        match tried.verdict {
            Verdict::Taken => queue::start(tx, app).and_then(|()| queue::answered(tx, app)),
            _ => queue::unanswered(tx, app),
        }
    };
    store.write(keep).await?;
    Ok(pong)
}
