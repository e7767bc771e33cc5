//! Signing in with name and password, at the office's own page and for Parlour alike.
//! Wrong attempts are counted by name; after ten within a minute the name has to wait.

use super::Office;
use super::password;
use super::person::Person;
use super::refusal::Refusal;
use super::session;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

const WINDOW_MS: i64 = 60_000;
const ALLOWED: u32 = 10;
const MOST_NAMES: usize = 5_000;

#[derive(Default)]
pub struct Attempts(Mutex<HashMap<String, (u32, i64)>>);

impl Attempts {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, (u32, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn require(&self, name: &str) -> Result<(), Refusal> {
        match self.lock().get(name) {
            Some((count, since)) if *count >= ALLOWED && session::now() - since < WINDOW_MS => Err(Refusal::TooMany),
            _ => Ok(()),
        }
    }

    fn count(&self, name: &str) {
        let now = session::now();
        let mut names = self.lock();
        if names.len() >= MOST_NAMES {
            names.retain(|_, (_, since)| now - *since < WINDOW_MS);
        }
        if names.len() < MOST_NAMES {
            let entry = names.entry(name.to_owned()).or_insert((0, now));
            if now - entry.1 >= WINDOW_MS {
                *entry = (0, now);
            }
            entry.0 += 1;
        }
    }

    fn forget(&self, name: &str) {
        self.lock().remove(name);
    }
}

impl Office {
    /// The person, or `None` for a wrong name or password.
    pub async fn sign_in(&self, username: &str, given: &str) -> Result<Option<Person>, Refusal> {
        let username = username.trim().to_lowercase();
        let given: String = given.chars().take(200).collect();
        self.attempts.require(&username)?;
        let id = username.strip_suffix("@harbour.example").unwrap_or(&username);
        let found = self.cabinet.read(|state| state.person(id).cloned());
        let found = found.filter(|person| person.left_at.is_none());
        let hash = found.as_ref().map(|person| person.password.clone());
        if password::check(given, hash).await {
            self.attempts.forget(&username);
            return Ok(found);
        }
        self.attempts.count(&username);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_ten_wrong_attempts_a_name_waits() {
        let attempts = Attempts::default();
        for _ in 0..ALLOWED {
            assert!(attempts.require("ben").is_ok());
            attempts.count("ben");
        }
        assert!(attempts.require("ben").is_err());
        assert!(attempts.require("anna").is_ok());
        attempts.forget("ben");
        assert!(attempts.require("ben").is_ok());
    }
}
