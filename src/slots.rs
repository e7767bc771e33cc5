//! How much of one kind an application may have going on at once, so that what takes long holds up only itself.

use crate::id::AppNo;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Of an application, or of what is finer.
pub struct Slots<K: Copy + Eq + Hash = AppNo> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// Given back when it is dropped.
pub struct Slot<K: Copy + Eq + Hash = AppNo> {
    whose: K,
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Copy + Eq + Hash> Default for Slots<K> {
    fn default() -> Slots<K> {
        Slots { taken: Arc::default() }
    }
}

impl<K: Copy + Eq + Hash> Slots<K> {
    /// None where `most` are taken already.
    pub fn take(&self, whose: K, most: usize) -> Option<Slot<K>> {
        let mut taken = lock(&self.taken);
        let count = taken.entry(whose).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Slot { whose, taken: Arc::clone(&self.taken) })
    }
}

impl<K: Copy + Eq + Hash> Slot<K> {
    pub fn whose(&self) -> K {
        self.whose
    }
}

impl<K: Copy + Eq + Hash> Drop for Slot<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}

fn lock<K>(taken: &Mutex<HashMap<K, usize>>) -> MutexGuard<'_, HashMap<K, usize>> {
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
