//! Taking in lists of users that were accepted, piece by piece.

use crate::chat::intake;
use crate::error::Result;
use crate::id::AppNo;
use crate::jobs::erasure;
use crate::store::Store;

/// Until the list of this application is done.
pub async fn finish(store: &Store, app: AppNo) -> Result<()> {
    store.write_in_pieces(app, |app, tx| intake::step(tx, *app)).await?;
    erasure::finish_all(store, Some(app)).await
}

/// What was accepted comes before what is said now.
pub async fn settle(store: &Store, app: AppNo) -> Result<()> {
    match store.read(move |db| intake::is_unfinished(db, app)).await? {
        true => finish(store, app).await,
        false => Ok(()),
    }
}

/// What was left undone when the process ended on the way. Where one application's list does not go on, those of others do.
pub async fn finish_all(store: &Store) -> Result<()> {
    for app in store.read(intake::unfinished).await? {
        if let Err(error) = finish(store, app).await {
            tracing::warn!(%error, application = app.0, "a list of users waits to be taken in; it is tried again soon");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::user;
    use crate::id::UserId;
    use crate::store::Tx;
    use crate::store::scratch::Scratch;

    #[tokio::test]
    async fn a_list_that_cannot_go_on_holds_up_only_its_own_application() {
        let store = Scratch::open();
        let accepted = |tx: &mut Tx| {
            for (no, rows) in [(1, "nonsense"), (2, r#"[{"profile": {"id": "anna"}, "suspended": null}]"#)] {
                let sql = "INSERT INTO application (no, id, name, created_at) VALUES (?1, 'app' || ?1, 'Office', 0)";
                tx.run(sql, [no])?;
                tx.run(
                    "INSERT INTO intake_piece (application, no, what, rows) VALUES (?1, 1, 'keep', ?2)",
                    crate::store::params![no, rows],
                )?;
            }
            Ok(())
        };
        store.write(accepted).await.unwrap();
        finish_all(&store).await.unwrap();
        let there = store.read(|db| Ok(user::find(db, AppNo(2), &UserId::parse("anna")?)?.is_some())).await.unwrap();
        assert!(there);
    }
}
