//! Forgetting: what has ended and that nobody will ask for. In small transactions, so that nobody waits for it.

use crate::apps::{delivery, idempotency};
use crate::chat::term;
use crate::directory::{group, session, ticket};
use crate::error::Result;
use crate::jobs::{erasure, file, intake};
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

/// Messages that disappear together, and the longest that one which is due waits for the sweep. Nobody is shown it meanwhile.
const ENDED: usize = 100;
const LATE: Duration = Duration::from_secs(5);

/// Until stopped: what disappears, as it is due, and lists that could not be taken in to their end; the rest every hour, and once
/// at the start.
pub async fn run(store: &Store, stop: CancellationToken) {
    tokio::join!(
        run_hourly(store, stop.clone()),
        run_soon(store, stop.clone()),
        file::run(store, stop.clone()),
        run_lists(store, stop)
    );
}

async fn run_soon(store: &Store, stop: CancellationToken) {
    loop {
        if let Err(error) = end(store).await {
            tracing::warn!(%error, "messages whose time is over wait to be taken away; it is tried again soon");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause(store).await) => {}
        }
    }
}

/// Lists that could not be taken in to their end: beside the rest, because one may take long.
async fn run_lists(store: &Store, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            done = finish(store) => {
                if let Err(error) = done {
                    tracing::warn!(%error, "a list of users waits to be taken in, or an erasure to be finished; it is tried again soon");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LATE) => {}
        }
    }
}

/// What was begun and is not done, because the process ended or whoever asked has gone.
async fn finish(store: &Store) -> Result<()> {
    intake::finish_all(store).await?;
    erasure::finish_all(store, None).await
}

async fn end(store: &Store) -> Result<()> {
    match store.read(term::next).await? {
        Some(at) if at <= Moment::now() => all(store, |tx| term::sweep(tx, ENDED)).await,
        _ => Ok(()),
    }
}

/// Until the next message disappears, at most as long as one may wait.
async fn pause(store: &Store) -> Duration {
    match store.read(term::next).await {
        Ok(Some(end)) => end.since(Moment::now()).clamp(Duration::from_millis(50), LATE),
        _ => LATE,
    }
}

async fn run_hourly(store: &Store, stop: CancellationToken) {
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
    for (app, no) in store.read(move |db| group::unseen(db, now.minus(HOUR))).await? {
        if let Err(error) = all(store, move |tx| group::settle(tx, app, no)).await {
            tracing::warn!(%error, application = app.0, "a group that nobody sees is still there; it is tried again in an hour");
        }
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
