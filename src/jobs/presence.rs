//! Presence for applications that asked for it: best effort, the latest state of each user only, never stored, one call at a
//! time to each application. What changes while a call is on its way goes with the next one.

use crate::apps::delivery::{self, Kind};
use crate::apps::endpoint::{self, Endpoint};
use crate::apps::wish;
use crate::callout::Callout;
use crate::error::Result;
use crate::id::{AppNo, UserId};
use crate::store::Store;
use crate::time::Moment;
use crate::wire::frame::Presence;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Users of one call.
const TOGETHER: usize = 500;
/// Users of one application who wait for a call; what comes above is not told.
const WAITING: usize = 10_000;

pub struct Reporter {
    store: Store,
    callout: Callout,
    /// What waits for each application to which a call is on its way.
    waiting: Mutex<HashMap<AppNo, HashMap<UserId, Presence>>>,
}

#[derive(Serialize)]
struct Data {
    users: Vec<Presence>,
}

impl Reporter {
    pub fn new(store: Store, callout: Callout) -> Reporter {
        Reporter { store, callout, waiting: Mutex::default() }
    }

    /// Tells the applications, without waiting for them.
    pub fn add(self: &Arc<Self>, changed: Vec<(AppNo, Presence)>) {
        for (app, presence) in changed {
            let mut waiting = self.lock();
            let is_idle = !waiting.contains_key(&app);
            let line = waiting.entry(app).or_default();
            if line.len() < WAITING || line.contains_key(&presence.user) {
                line.insert(presence.user.clone(), presence);
            }
            drop(waiting);
            if is_idle {
                tokio::spawn(self.clone().tell(app));
            }
        }
    }

    /// Calls as long as there is something to tell.
    async fn tell(self: Arc<Self>, app: AppNo) {
        loop {
            let endpoint = self.endpoint(app).await.unwrap_or_default();
            let Some(users) = self.take(app) else { return };
            let Some(endpoint) = endpoint else { continue };
            let body = delivery::body(Kind::PresenceChanged.as_str(), &endpoint.id, &Data { users }, Moment::now());
            let Ok(body) = body else { continue };
            let tried = self.callout.tell(&endpoint, &delivery::webhook_id(), &body).await;
            if let Some(error) = tried.attempt.error {
                tracing::debug!(application = %endpoint.id, error, "presence was not taken");
            }
        }
    }

    /// None where the application has not asked for presence.
    async fn endpoint(&self, app: AppNo) -> Result<Option<Endpoint>> {
        let find = move |db: &crate::store::Db| match wish::is_wanted(db, app, Kind::PresenceChanged)? {
            true => endpoint::find(db, app, Moment::now()),
            false => Ok(None),
        };
        self.store.read(find).await
    }

    /// Some that wait; none: nothing does, and the application is idle again.
    fn take(&self, app: AppNo) -> Option<Vec<Presence>> {
        let mut waiting = self.lock();
        let line = waiting.get_mut(&app)?;
        let some: Vec<UserId> = line.keys().take(TOGETHER).cloned().collect();
        if some.is_empty() {
            waiting.remove(&app);
            return None;
        }
        Some(some.iter().filter_map(|user| line.remove(user)).collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AppNo, HashMap<UserId, Presence>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
