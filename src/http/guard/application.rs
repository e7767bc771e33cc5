//! An application's program, by one of its keys. The application comes from the key alone.

use crate::apps::application::Application;
use crate::apps::key::{self, Key, Scope};
use crate::error::{Error, Result};
use crate::http::House;
use crate::http::guard::{bearer, proven};
use crate::http::problem::Problem;
use crate::secret::{self, Fingerprint};
use crate::store::Store;
use crate::time::Moment;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::collections::HashMap;
use std::future::Ready;
use std::sync::{Arc, PoisonError, RwLock};

/// Which application calls, and what its key allows besides what the route asked for.
#[derive(Debug, Clone)]
pub struct ApplicationKey {
    pub application: Arc<Application>,
    pub key: Arc<Key>,
}

/// Keys that were looked up, each with the revision of the store before that. Only keys that open something are remembered.
#[derive(Default)]
pub struct Keys(RwLock<HashMap<Fingerprint, (u64, ApplicationKey)>>);

/// Keys that are remembered at once.
const REMEMBERED: usize = 1000;

impl Keys {
    async fn get(&self, store: &Store, text: &str, now: Moment) -> Result<ApplicationKey> {
        let (revision, fingerprint) = (store.revision(), secret::fingerprint(text));
        if let Some(known) = self.find(&fingerprint, revision).filter(|known| known.key.in_force(now)) {
            return Ok(known);
        }
        let (application, key) = store.glance(move |db| key::authenticate(db, fingerprint, now)).await?;
        let found = ApplicationKey { application: Arc::new(application), key: Arc::new(key) };
        self.keep(fingerprint, revision, found.clone());
        Ok(found)
    }

    fn find(&self, fingerprint: &Fingerprint, revision: u64) -> Option<ApplicationKey> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(fingerprint).filter(|(read, _)| *read == revision).map(|(_, known)| known.clone())
    }

    fn keep(&self, fingerprint: Fingerprint, revision: u64, found: ApplicationKey) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(fingerprint, (revision, found));
    }
}

pub async fn check(house: &House, request: &ServiceRequest, scope: Scope) -> Result<()> {
    let missing = || Error::Unauthenticated("a key is needed: Authorization: Bearer pk_…".into());
    let text = bearer::of(request.request()).ok_or_else(missing)?;
    let now = Moment::now();
    let found = house.keys.get(&house.store, &text, now).await?;
    let key = &found.key;
    house.limiters.rest.take((key.app.0, key.no))?;
    key.scopes.require(scope)?;
    if key.unnoted(now) {
        house.uses.key(&house.store, key);
    }
    request.extensions_mut().insert(found);
    Ok(())
}

impl FromRequest for ApplicationKey {
    type Error = Problem;
    type Future = Ready<std::result::Result<ApplicationKey, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        proven(request)
    }
}
