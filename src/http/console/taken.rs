//! Forms that were taken lately, each with the state that it made: the same form again is a second click, and no older one. In
//! memory, bounded.

use crate::secret::Fingerprint;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Forms that are remembered; more than administrators send in a moment.
const MOST: usize = 200;

/// A form as it was sent, and what its page would show after it.
type Pair = (Fingerprint, Fingerprint);

#[derive(Debug, Clone, Default)]
pub struct Taken(Arc<Mutex<VecDeque<Pair>>>);

impl Taken {
    pub fn keep(&self, form: Fingerprint, state: Fingerprint) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.pop_front();
        }
        known.push_back((form, state));
    }

    /// Whether this form made this state.
    pub fn made(&self, form: Fingerprint, state: Fingerprint) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&(form, state))
    }
}
