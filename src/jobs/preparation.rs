//! Making long lists and large groups ready before they take their places: in many small transactions, so that nobody who
//! writes a message waits for them.

use crate::chat::announce;
use crate::directory::contact::{self, List};
use crate::directory::shared::{self, Draft};
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Store};
use std::sync::Arc;

/// A list from the application.
pub async fn list(store: &Store, app: AppNo, user: UserNo, list: &Arc<List>) -> Result<()> {
    run(store, list.preparation(app, user, announce::user)).await
}

/// A user's own list.
pub async fn own_list(store: &Store, app: AppNo, user: UserNo, list: &Arc<List>) -> Result<()> {
    let asked = list.clone();
    store.read(move |db| asked.require_known(db, app)).await?;
    run(store, list.own_preparation(app, user, announce::user)).await
}

async fn run(store: &Store, preparation: Option<contact::Preparation>) -> Result<()> {
    match preparation {
        Some(preparation) => store.write_in_pieces(preparation, contact::Preparation::step).await.map(|_| ()),
        None => Ok(()),
    }
}

/// A shared group.
pub async fn group(store: &Store, app: AppNo, draft: Draft) -> Result<Draft> {
    let begin = move |db: &Db| draft.preparation(db, app, announce::user).map(|preparation| (draft, preparation));
    match store.read(begin).await? {
        (draft, Some(preparation)) => Ok(draft.prepared(store.write_in_pieces(preparation, shared::Preparation::step).await?)),
        (draft, None) => Ok(draft),
    }
}
