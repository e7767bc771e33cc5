//! Messages to many: copies are written, edited and withdrawn a few in a transaction, each batch in its turn. What is done
//! is noted in the same transaction, so that nothing has to be claimed, and a batch goes on where it stopped.

use crate::chat::batch;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::Store;
use crate::time::Moment;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Who of an application is connected: who builds the house knows.
pub type Roll = Arc<dyn Fn(AppNo) -> Vec<UserNo> + Send + Sync>;

/// What could not be done is tried again after so long; what is new rings the bell.
const TICK: Duration = Duration::from_secs(10);

/// Until stopped. What an earlier process left undone comes first.
pub async fn run(store: &Store, (bell, roll): (&Notify, Roll), stop: CancellationToken) {
    loop {
        while !stop.is_cancelled() {
            match run_once(store, &roll).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "messages to many wait; they are tried again soon");
                    break;
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(pause(store).await) => {}
        }
    }
}

/// Until the next message that waits for its moment, at most a tick.
async fn pause(store: &Store) -> Duration {
    let now = Moment::now();
    match store.read(move |db| batch::next(db, now)).await {
        Ok(Some(due)) => due.since(Moment::now()).min(TICK),
        _ => TICK,
    }
}

/// One step of each batch that has something left to do now; answers whether there is more.
pub async fn run_once(store: &Store, roll: &Roll) -> Result<bool> {
    let (mut more, mut failed) = (false, None);
    for (app, id) in store.read(|db| batch::open(db, Moment::now())).await? {
        let connected = roll(app).into_iter().collect();
        match store.write(move |tx| batch::step_among(tx, app, id, &connected)).await {
            Ok(left) => more |= left,
            // One batch that fails does not hold up the others.
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if !more => Err(error),
        _ => Ok(more),
    }
}
