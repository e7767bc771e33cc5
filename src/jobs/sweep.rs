//! Forgetting: what has ended and that nobody will ask for. In small transactions, so that nobody waits for it.

use crate::apps::{delivery, idempotency};
use crate::directory::{group, session, ticket};
use crate::error::Result;
use crate::jobs::erasure;
use crate::store::{Store, Tx};
use crate::time::Moment;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long callbacks are kept after they are done.
const DELIVERIES: Duration = Duration::from_secs(3 * 24 * 3600);
/// How long sessions that ended are kept, for whoever asks who was signed in.
const SESSIONS: Duration = Duration::from_secs(30 * 24 * 3600);
/// Callbacks with their attempts that are forgotten together.
const TOGETHER: usize = 200;

/// Every hour, and once at the start, until stopped.
pub async fn run(store: &Store, stop: CancellationToken) {
    let mut hour = tokio::time::interval(HOUR);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hour.tick() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            swept = run_once(store, Moment::now()) => {
                if let Err(error) = swept {
                    tracing::warn!(%error, "sweeping failed; it is tried again in an hour");
                }
            }
        }
    }
}

/// Forgets everything that is old `now`.
pub async fn run_once(store: &Store, now: Moment) -> Result<()> {
    erasure::finish_all(store).await?;
    for (app, no) in store.read(move |db| group::unseen(db, now.minus(HOUR))).await? {
        all(store, move |tx| group::settle(tx, app, no)).await?;
    }
    all(store, move |tx| ticket::sweep(tx, now.minus(HOUR))).await?;
    all(store, move |tx| session::sweep(tx, now.minus(SESSIONS))).await?;
    all(store, move |tx| idempotency::sweep(tx, now.minus(DAY))).await?;
    all(store, move |tx| delivery::forget(tx, now.minus(DELIVERIES), TOGETHER)).await
}

/// Repeats until nothing is left.
async fn all(store: &Store, some: impl Fn(&mut Tx) -> Result<usize> + Send + 'static) -> Result<()> {
    store.write_in_pieces(some, |some, tx| Ok(some(tx)? > 0)).await.map(|_| ())
}
