//! Taking erased people out of rooms and off everybody's lists: in many small transactions, so that nobody waits for it.

use crate::chat::erasure::{self, Leaving};
use crate::directory::erasure::unfinished;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::Store;

/// Until nothing names this user any more.
pub async fn finish(store: &Store, app: AppNo, no: UserNo) -> Result<()> {
    store.write_in_pieces(Leaving::of(app, no), Leaving::step).await?;
    let met = store.read(move |db| erasure::met(db, app, no)).await?;
    store.write(move |tx| erasure::part(tx, app, no, met)).await?;
    store.write_in_pieces((app, no), |(app, no), tx| Ok(erasure::go_on(tx, *app, *no)? > 0)).await.map(|_| ())
}

/// The same, from a thread that may wait.
pub fn finish_blocking(store: &Store, app: AppNo, no: UserNo) -> Result<()> {
    let mut leaving = Leaving::of(app, no);
    loop {
        let (rest, more) = store.write_blocking(move |tx| leaving.step(tx).map(|more| (leaving, more)))?;
        if !more {
            break;
        }
        leaving = rest;
    }
    let met = store.read_blocking(|db| erasure::met(db, app, no))?;
    store.write_blocking(move |tx| erasure::part(tx, app, no, met))?;
    while store.write_blocking(move |tx| erasure::go_on(tx, app, no))? > 0 {}
    Ok(())
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
