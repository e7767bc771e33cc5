//! How far readers of events have come: collected here and written together a little later, so that reading costs no write of its
//! own. What is lost in a crash, a reader says again when it comes back.

use crate::apps::key;
use crate::apps::reader::{self, Cursor};
use crate::id::AppNo;
use crate::store::{Store, Tx};
use crate::time::Moment;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long they are collected.
const PAUSE: Duration = Duration::from_secs(2);

/// By application and key.
type Waiting = HashMap<(AppNo, i64), Cursor>;

/// Cursors that wait to be written.
#[derive(Default)]
pub struct Cursors {
    waiting: Arc<Mutex<Waiting>>,
}

impl Cursors {
    /// The first that waits starts the clock.
    pub fn note(&self, store: &Store, reader: (AppNo, i64), cursor: Cursor) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = waiting.is_empty();
        waiting.entry(reader).and_modify(|before| *before = before.then(cursor)).or_insert(cursor);
        if is_first {
            let (store, waiting) = (store.clone(), self.waiting.clone());
            tokio::spawn(async move {
                tokio::time::sleep(PAUSE).await;
                let cursors = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
                if let Err(error) = store.write(move |tx| write(tx, cursors)).await {
                    tracing::debug!(%error, "how far events were read was not noted");
                }
            });
        }
    }
}

/// Keys that were revoked meanwhile have no cursor any more.
fn write(tx: &mut Tx, cursors: Waiting) -> crate::error::Result<()> {
    for ((app, key), cursor) in cursors {
        if key::stands(tx, app, key, Moment::now())? {
            reader::note(tx, app, key, cursor)?;
        }
    }
    Ok(())
}
