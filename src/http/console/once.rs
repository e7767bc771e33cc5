//! What is shown once, on the page after a form: a sentence, or a key that is kept nowhere. Lives in memory, by session,
//! bounded in number and time.

use crate::http::console::frame::Flash;
use crate::http::console::taken::Taken;
use crate::http::console::user::import::Waiting;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Things that wait at once; more than administrators have open.
const MOST: usize = 1000;
/// Files that wait at once, each of some MiB.
const FILES: usize = 4;
/// How long something waits for its page.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// A name and a secret.
pub type Shown = Vec<(&'static str, String)>;

#[derive(Default)]
pub struct Once {
    flashes: Shelf<Flash>,
    /// By session and the page on which it stands.
    secrets: Shelf<Shown>,
    /// Files that wait for their confirmation, by session.
    files: Shelf<Waiting>,
    taken: Taken,
    /// Whose turn it is to change a group: a large one takes many transactions.
    groups: tokio::sync::Mutex<()>,
}

impl Once {
    pub fn taken(&self) -> &Taken {
        &self.taken
    }

    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.groups.lock().await
    }

    pub fn put_flash(&self, session: &str, flash: Flash) {
        self.flashes.put(session.into(), flash);
    }

    pub fn take_flash(&self, session: &str) -> Option<Flash> {
        self.flashes.take(session)
    }

    pub fn put_file(&self, session: &str, file: Waiting) {
        self.files.put_few(session.into(), file, FILES);
    }

    pub fn take_file(&self, session: &str) -> Option<Waiting> {
        self.files.take(session)
    }

    pub fn put_secrets(&self, session: &str, page: &str, shown: Shown) {
        self.secrets.put(format!("{session} {page}"), shown);
    }

    pub fn take_secrets(&self, session: &str, page: &str) -> Shown {
        self.secrets.take(&format!("{session} {page}")).unwrap_or_default()
    }
}

struct Shelf<T>(Mutex<HashMap<String, (Instant, T)>>);

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf(Mutex::default())
    }
}

impl<T> Shelf<T> {
    fn put(&self, key: String, thing: T) {
        self.put_few(key, thing, MOST);
    }

    /// With a bound of its own; one more takes the place of the oldest.
    fn put_few(&self, key: String, thing: T, most: usize) {
        let mut waiting = self.open();
        waiting.retain(|_, (since, _)| since.elapsed() < PATIENCE);
        while waiting.len() >= most && !waiting.contains_key(&key) {
            let Some(oldest) = waiting.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| key.clone()) else { break };
            waiting.remove(&oldest);
        }
        waiting.insert(key, (Instant::now(), thing));
    }

    fn take(&self, key: &str) -> Option<T> {
        self.open().remove(key).filter(|(since, _)| since.elapsed() < PATIENCE).map(|(_, thing)| thing)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, (Instant, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_there_once_for_its_session_and_page() {
        let once = Once::default();
        once.put_secrets("a", "/x", vec![("Key", "pk_1".into())]);
        assert!(once.take_secrets("b", "/x").is_empty() && once.take_secrets("a", "/y").is_empty());
        assert_eq!(once.take_secrets("a", "/x").len(), 1);
        assert!(once.take_secrets("a", "/x").is_empty());
    }
}
