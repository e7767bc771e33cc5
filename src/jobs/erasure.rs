//! Taking erased people off everybody's lists: in many small transactions, so that nobody waits for it.

use crate::chat::erasure;
use crate::directory::erasure::unfinished;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::Store;

/// Until nothing names this user any more.
pub async fn finish(store: &Store, app: AppNo, no: UserNo) -> Result<()> {
    store.write_in_pieces((app, no), |(app, no), tx| Ok(erasure::go_on(tx, *app, *no)? > 0)).await.map(|_| ())
}

/// What was left undone when the process ended on the way, of all applications or of one. Where one does not go on, the others
/// do.
pub async fn finish_all(store: &Store, app: Option<AppNo>) -> Result<()> {
    for (app, no) in store.read(move |db| unfinished(db, app)).await? {
        if let Err(error) = finish(store, app, no).await {
            tracing::warn!(%error, application = app.0, user = no.0, "an erased person is still on lists; it is tried again soon");
        }
    }
    Ok(())
}
