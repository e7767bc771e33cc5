//! Taking in lists of users that were accepted, piece by piece.

use crate::chat::intake;
use crate::error::Result;
use crate::id::AppNo;
use crate::jobs::erasure;
use crate::store::Store;

/// Until the list of this application is done.
pub async fn finish(store: &Store, app: AppNo) -> Result<()> {
    store.write_in_pieces(app, |app, tx| intake::step(tx, *app)).await?;
    erasure::finish_all(store).await
}

/// What was accepted comes before what is said now.
pub async fn settle(store: &Store, app: AppNo) -> Result<()> {
    match store.read(move |db| intake::is_unfinished(db, app)).await? {
        true => finish(store, app).await,
        false => Ok(()),
    }
}

/// What was left undone when the process ended on the way.
pub async fn finish_all(store: &Store) -> Result<()> {
    for app in store.read(intake::unfinished).await? {
        finish(store, app).await?;
    }
    Ok(())
}
