//! How much of one kind an application may have going on at once, so that what takes long holds up only itself.

use crate::id::AppNo;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub struct Slots {
    taken: Arc<Mutex<HashMap<AppNo, usize>>>,
}

/// Given back when it is dropped.
pub struct Slot {
    app: AppNo,
    taken: Arc<Mutex<HashMap<AppNo, usize>>>,
}

impl Slots {
    /// None where `most` are taken already.
    pub fn take(&self, app: AppNo, most: usize) -> Option<Slot> {
        let mut taken = lock(&self.taken);
        let count = taken.entry(app).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Slot { app, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.get_mut(&self.app) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.app);
            }
        }
    }
}

fn lock(taken: &Mutex<HashMap<AppNo, usize>>) -> MutexGuard<'_, HashMap<AppNo, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_application_has_its_own_and_gives_them_back() {
        let slots = Slots::default();
        let first = slots.take(AppNo(1), 1);
        assert!(first.is_some() && slots.take(AppNo(1), 1).is_none() && slots.take(AppNo(2), 1).is_some());
        drop(first);
        assert!(slots.take(AppNo(1), 1).is_some());
        assert!(lock(&slots.taken).is_empty());
    }
}
