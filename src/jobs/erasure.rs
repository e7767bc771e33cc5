//! Taking erased people off everybody's lists: in many small transactions, so that nobody waits for it.

use crate::directory::erasure;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::Store;

/// Until nothing names this user any more.
pub async fn finish(store: &Store, app: AppNo, no: UserNo) -> Result<()> {
    store.write_in_pieces((app, no), |(app, no), tx| Ok(erasure::go_on(tx, *app, *no)? > 0)).await.map(|_| ())
}

/// What was left undone when the process ended on the way.
pub async fn finish_all(store: &Store) -> Result<()> {
    for (app, no) in store.read(erasure::unfinished).await? {
        finish(store, app, no).await?;
    }
    Ok(())
}
