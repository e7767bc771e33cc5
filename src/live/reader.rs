//! Who reads an application's events now: a place for each connection, rung after a commit that adds something. What is read
//! stands in the store; only what is never stored, presence, waits here, the latest of each user.

use crate::id::{AppNo, UserId};
use crate::wire::frame::Presence;
use crate::wire::news::End;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Users whose presence waits for one reader; what comes above is not told.
const WAITING: usize = 10_000;

/// All readers of all applications.
#[derive(Default)]
pub struct Readers {
    places: Mutex<HashMap<AppNo, Vec<Arc<Place>>>>,
    closed: CancellationToken,
}

struct Place {
    key: i64,
    bell: Notify,
    ended: CancellationToken,
    passing: Mutex<HashMap<UserId, Presence>>,
}

/// A place that is taken, and free again when this is dropped.
pub struct Reader {
    app: AppNo,
    place: Arc<Place>,
    readers: Arc<Readers>,
}

impl Readers {
    /// A place for a reader with this key; none where the application has `most` already. Whoever owns the machine has no key (0), and
    /// takes none of these.
    pub fn sit(self: &Arc<Self>, app: AppNo, key: i64, most: usize) -> Option<Reader> {
        let mut places = lock(&self.places);
        let taken = places.entry(app).or_default();
        if taken.iter().filter(|place| place.key > 0).count() >= most {
            return None;
        }
        let ended = self.closed.child_token();
        let place = Arc::new(Place { key, bell: Notify::new(), ended, passing: Mutex::default() });
        taken.push(place.clone());
        Some(Reader { app, place, readers: self.clone() })
    }

    /// Applications of which somebody reads.
    pub fn read(&self) -> HashSet<AppNo> {
        lock(&self.places).keys().copied().collect()
    }

    /// Something was added. A ring that comes while nobody waits is kept for the next wait.
    pub fn ring(&self, app: AppNo) {
        lock(&self.places).get(&app).into_iter().flatten().for_each(|place| place.bell.notify_one());
    }

    /// Users of applications that want to know it show differently now.
    pub fn pass(&self, changed: &[(AppNo, Presence)]) {
        let places = lock(&self.places);
        for (app, presence) in changed {
            for place in places.get(app).into_iter().flatten() {
                let mut passing = lock(&place.passing);
                if passing.len() < WAITING || passing.contains_key(&presence.user) {
                    passing.insert(presence.user.clone(), presence.clone());
                }
                place.bell.notify_one();
            }
        }
    }

    pub fn end(&self, end: End) {
        let (app, key) = match end {
            End::Application { app } => (app, None),
            End::Key { app, key } => (app, Some(key)),
            End::Session { .. } | End::User { .. } => return,
        };
        let places = lock(&self.places);
        let concerned = places.get(&app).into_iter().flatten().filter(|place| key.is_none_or(|key| place.key == key));
        concerned.for_each(|place| place.ended.cancel());
    }

    /// Ends all of them, and whoever comes later.
    pub fn close(&self) {
        self.closed.cancel();
    }

    /// How many read with this key.
    pub fn count(&self, app: AppNo, key: i64) -> usize {
        lock(&self.places).get(&app).into_iter().flatten().filter(|place| place.key == key).count()
    }
}

impl Reader {
    /// Returns when there may be something to read.
    pub async fn rung(&self) {
        self.place.bell.notified().await;
    }

    /// Returns when it may read no longer.
    pub async fn ended(&self) {
        self.place.ended.cancelled().await;
    }

    /// Who has changed since it was asked last.
    pub fn passing(&self) -> Vec<Presence> {
        std::mem::take(&mut *lock(&self.place.passing)).into_values().collect()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut places = lock(&self.readers.places);
        if let Some(taken) = places.get_mut(&self.app) {
            taken.retain(|place| !Arc::ptr_eq(place, &self.place));
            if taken.is_empty() {
                places.remove(&self.app);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    const APP: AppNo = AppNo(1);

    #[test]
    fn a_ring_is_kept_for_who_was_not_waiting_and_reaches_no_other_application() {
        let readers = Arc::<Readers>::default();
        let (one, other) = (readers.sit(APP, 1, 2).unwrap(), readers.sit(AppNo(2), 1, 2).unwrap());
        readers.ring(APP);
        assert!(one.rung().now_or_never().is_some() && one.rung().now_or_never().is_none());
        assert!(other.rung().now_or_never().is_none());
    }

    #[test]
    fn places_are_bounded_and_given_back() {
        let readers = Arc::<Readers>::default();
        let first = readers.sit(APP, 1, 1).unwrap();
        assert!(readers.sit(APP, 2, 1).is_none() && readers.sit(AppNo(2), 1, 1).is_some());
        drop(first);
        assert!(readers.sit(APP, 2, 1).is_some());
        assert!(lock(&readers.places).is_empty());
    }

    #[test]
    fn whoever_owns_the_machine_takes_no_place_of_the_application() {
        let readers = Arc::<Readers>::default();
        let listening: Vec<_> = (0..3).map(|_| readers.sit(APP, 0, usize::MAX)).collect();
        assert!(listening.iter().all(Option::is_some) && readers.sit(APP, 1, 1).is_some());
    }

    #[test]
    fn those_end_whose_key_or_application_ends_and_all_when_it_closes() {
        let readers = Arc::<Readers>::default();
        let sit = |app, key| readers.sit(app, key, 9).unwrap();
        let (a, b, c) = (sit(APP, 1), sit(APP, 2), sit(AppNo(2), 1));
        let ended = |reader: &Reader| reader.ended().now_or_never().is_some();
        readers.end(End::Key { app: APP, key: 1 });
        assert_eq!([&a, &b, &c].map(ended), [true, false, false]);
        readers.end(End::Application { app: APP });
        assert_eq!([&a, &b, &c].map(ended), [true, true, false]);
        readers.close();
        assert!(ended(&c) && ended(&sit(APP, 1)));
    }
}
