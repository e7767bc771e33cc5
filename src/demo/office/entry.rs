//! One-time links of the demo, by which a person enters without typing a password.
//! Kept in memory only; each start of the demo makes new ones.

use super::{session, token};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

const LASTS_MS: i64 = 24 * 3600 * 1000;
const MOST: usize = 1_000;

#[derive(Default)]
pub struct Entries(Mutex<HashMap<String, (String, i64)>>);

impl Entries {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (String, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fresh token for a person.
    pub fn create(&self, person: &str) -> String {
        let now = session::now();
        let token = token::fresh();
        let mut entries = self.lock();
        entries.retain(|_, (_, expires_at)| *expires_at > now);
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.insert(token::digest(&token), (person.to_owned(), now + LASTS_MS));
        token
    }

    pub fn find(&self, token: &str) -> Option<String> {
        let entries = self.lock();
        let (person, expires_at) = entries.get(&token::digest(token))?;
        (*expires_at > session::now()).then(|| person.clone())
    }

    /// Once.
    pub fn take(&self, token: &str) -> Option<String> {
        let (person, expires_at) = self.lock().remove(&token::digest(token))?;
        (expires_at > session::now()).then_some(person)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_link_opens_once() {
        let entries = super::Entries::default();
        let token = entries.create("ben");
        assert_eq!(entries.find(&token).as_deref(), Some("ben"));
        assert_eq!(entries.take(&token).as_deref(), Some("ben"));
        assert_eq!(entries.take(&token), None);
        assert_eq!(entries.find("x"), None);
    }
}
