//! Sentences that wait for the next page of a session. Lost with the process, and bounded.

use super::language::Sentence;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A sentence that is shown once, on the page after a change.
#[derive(Clone)]
pub struct Flash {
    pub good: bool,
    pub sentence: Sentence,
}

const MOST: usize = 2_000;

/// One thing per session that the next page takes.
pub struct Once<T>(Mutex<HashMap<String, T>>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Once<T> {
    pub fn put(&self, session: &str, thing: T) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.clear();
        }
        waiting.insert(session.to_owned(), thing);
    }

    pub fn take(&self, session: &str) -> Option<T> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.remove(session)
    }
}

impl Once<Flash> {
    pub fn good(&self, session: &str, sentence: Sentence) {
        self.put(session, Flash { good: true, sentence });
    }

    pub fn bad(&self, session: &str, sentence: Sentence) {
        self.put(session, Flash { good: false, sentence });
    }
}
