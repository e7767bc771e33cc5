//! Messages to many: copies are written, edited and withdrawn a hundred in a transaction, each batch in its turn. What is done
//! is noted in the same transaction, so that nothing has to be claimed, and a batch goes on where it stopped.

use crate::chat::batch;
use crate::error::Result;
use crate::store::Store;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What could not be done is tried again after so long; what is new rings the bell.
const TICK: Duration = Duration::from_secs(10);

/// Until stopped. What an earlier process left undone comes first.
pub async fn run(store: &Store, bell: &Notify, stop: CancellationToken) {
    loop {
        while !stop.is_cancelled() {
            match run_once(store).await {
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
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// One step of each batch that has something left; answers whether there is more to do.
pub async fn run_once(store: &Store) -> Result<bool> {
    let (mut more, mut failed) = (false, None);
    for (app, id) in store.read(batch::open).await? {
        match store.write(move |tx| batch::step(tx, app, id)).await {
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
