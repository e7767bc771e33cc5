//! What is known of the providers: their documents and keys, for some minutes, so that a sign-in waits for one call only.

use crate::apps::oidc::proof::Keys;
use crate::callout::Callout;
use crate::callout::oidc::Whose;
use crate::callout::oidc::discovery::Discovery;
use crate::error::{Error, Result};
use crate::id::AppNo;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a document is believed.
const AGE: Duration = Duration::from_secs(10 * 60);
/// How long after keys came nobody makes us ask for new ones.
const PAUSE: Duration = Duration::from_secs(30);
/// Applications whose providers are remembered; the one that was heard of first goes first.
const MOST: usize = 256;

#[derive(Default)]
pub struct Providers {
    known: Mutex<HashMap<AppNo, Known>>,
}

struct Known {
    discovery: Arc<Discovery>,
    at: Instant,
    keys: Option<(Arc<Keys>, Instant)>,
}

impl Providers {
    fn lock(&self) -> MutexGuard<'_, HashMap<AppNo, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn forget(&self, app: AppNo) {
        self.lock().remove(&app);
    }

    /// Whether the keys are old enough to ask for new ones; they are forgotten then.
    pub fn may_ask_again(&self, app: AppNo) -> bool {
        let mut known = self.lock();
        let Some(kept) = known.get_mut(&app) else { return true };
        let old = kept.keys.as_ref().is_none_or(|(_, at)| at.elapsed() >= PAUSE);
        if old {
            kept.keys = None;
        }
        old
    }

    fn discovery(&self, app: AppNo, issuer: &str) -> Option<Arc<Discovery>> {
        let known = self.lock();
        let kept = known.get(&app).filter(|kept| kept.at.elapsed() < AGE && kept.discovery.issuer == issuer)?;
        Some(kept.discovery.clone())
    }

    fn keep(&self, app: AppNo, discovery: Arc<Discovery>) {
        let mut known = self.lock();
        if known.len() >= MOST && !known.contains_key(&app) {
            let oldest = known.iter().min_by_key(|(_, kept)| kept.at).map(|(app, _)| *app);
            oldest.and_then(|app| known.remove(&app));
        }
        let same = |kept: &Known| kept.discovery.jwks_uri == discovery.jwks_uri;
        let keys = known.remove(&app).filter(same).and_then(|kept| kept.keys);
        known.insert(app, Known { discovery, at: Instant::now(), keys });
    }

    fn keys(&self, app: AppNo, discovery: &Discovery) -> Option<Arc<Keys>> {
        let known = self.lock();
        let kept = known.get(&app).filter(|kept| kept.discovery.jwks_uri == discovery.jwks_uri)?;
        kept.keys.as_ref().filter(|(_, at)| at.elapsed() < AGE).map(|(keys, _)| keys.clone())
    }

    fn keep_keys(&self, app: AppNo, discovery: &Discovery, keys: Arc<Keys>) {
        if let Some(kept) = self.lock().get_mut(&app).filter(|kept| kept.discovery.jwks_uri == discovery.jwks_uri) {
            kept.keys = Some((keys, Instant::now()));
        }
    }

    #[cfg(test)]
    pub fn age_keys(&self, app: AppNo) {
        if let Some((_, at)) = self.lock().get_mut(&app).and_then(|kept| kept.keys.as_mut()) {
            *at -= PAUSE;
        }
    }
}

impl Callout {
    pub(super) async fn discovery(&self, whose: &Whose<'_>) -> Result<Arc<Discovery>> {
        if let Some(known) = self.inner.providers.discovery(whose.app, &whose.settings.issuer) {
            return Ok(known);
        }
        let discovery = Arc::new(self.discover(whose).await?);
        self.inner.providers.keep(whose.app, discovery.clone());
        Ok(discovery)
    }

    pub(super) async fn keys(&self, whose: &Whose<'_>, discovery: &Discovery) -> Result<Arc<Keys>> {
        if let Some(known) = self.inner.providers.keys(whose.app, discovery) {
            return Ok(known);
        }
        let (status, body) = self.fetch(whose, ("its keys", &discovery.jwks_uri), |client, url| client.get(url)).await?;
        let keys = match status {
            200 => Keys::parse(&body).map_err(|error| Error::Unavailable(error.sentence()))?,
            _ => return Err(Error::Unavailable(format!("its keys: it answered {status}"))),
        };
        let keys = Arc::new(keys);
        self.inner.providers.keep_keys(whose.app, discovery, keys.clone());
        Ok(keys)
    }
}
