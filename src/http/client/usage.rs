//! When sessions and keys were last used: collected here and written together a little later, so that nobody's request
//! waits for it. What is lost in a crash is a minute of no importance.

use crate::apps::key;
use crate::directory::caller::Caller;
use crate::directory::session;
use crate::id::{AppNo, UserNo};
use crate::store::Store;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long uses are collected.
const PAUSE: Duration = Duration::from_secs(5);
/// How many wait at most; more are passed over.
const WAITING: usize = 100_000;
/// How many are written in one transaction.
const TOGETHER: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Used {
    Session(AppNo, UserNo, i64),
    Key(AppNo, i64),
}

/// Uses that wait to be written.
#[derive(Default)]
pub struct Uses {
    waiting: Arc<Mutex<HashSet<Used>>>,
}

impl Uses {
    pub fn session(&self, store: &Store, caller: &Caller) {
        self.note(store, Used::Session(caller.app, caller.user, caller.session));
    }

    pub fn key(&self, store: &Store, key: &key::Key) {
        self.note(store, Used::Key(key.app, key.no));
    }

    /// The first that waits starts the clock.
    fn note(&self, store: &Store, used: Used) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.is_empty();
        if waiting.len() < WAITING {
            waiting.insert(used);
        }
        if first {
            let (store, waiting) = (store.clone(), self.waiting.clone());
            tokio::spawn(async move {
                tokio::time::sleep(PAUSE).await;
                let uses = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
                write(&store, uses.into_iter().collect()).await;
            });
        }
    }
}

async fn write(store: &Store, uses: Vec<Used>) {
    for some in uses.chunks(TOGETHER).map(<[Used]>::to_vec) {
        let written = store.write(move |tx| {
            some.into_iter().try_for_each(|used| match used {
                Used::Session(app, user, no) => session::note_use(tx, app, user, no),
                Used::Key(app, no) => key::note_use(tx, app, no),
            })
        });
        if let Err(error) = written.await {
            tracing::debug!(%error, "last uses were not noted");
        }
    }
}
