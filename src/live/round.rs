//! Wake-ups gathered: what one commit tells is put into every outbox first; then each connection is woken once, and sends
//! all of it. Without this a connection wakes, and writes to its socket, for every frame.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A round goes on between `begin` and `end`; at other times a wake-up is not held back. Cheap to clone.
#[derive(Clone, Default)]
pub struct Round {
    held: Arc<Mutex<Option<Vec<Arc<Notify>>>>>,
}

impl Round {
    pub fn begin(&self) {
        self.lock().get_or_insert_default();
    }

    pub fn end(&self) {
        let held = self.lock().take();
        held.into_iter().flatten().for_each(|one| one.notify_one());
    }

    /// Wakes, now or at the end of the round.
    pub fn wake(&self, one: &Arc<Notify>) {
        match &mut *self.lock() {
            Some(held) => held.push(one.clone()),
            None => one.notify_one(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Arc<Notify>>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn is_woken(one: &Notify) -> bool {
        one.notified().now_or_never().is_some()
    }

    #[test]
    fn who_is_told_something_in_a_round_is_woken_at_its_end_and_otherwise_at_once() {
        let (round, anna, ben) = (Round::default(), Arc::new(Notify::new()), Arc::new(Notify::new()));
        round.wake(&anna);
        assert!(is_woken(&anna));
        round.begin();
        round.wake(&anna);
        assert!(!is_woken(&anna));
        round.end();
        assert!(is_woken(&anna) && !is_woken(&ben));
        round.wake(&ben);
        assert!(is_woken(&ben));
    }
}
