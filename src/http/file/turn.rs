//! Whose turn it is to have a picture drawn: one at a time, because that takes memory and a processor, and one of each application
//! in the queue for it, so that who sends many holds up only itself.

use crate::id::AppNo;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub struct Turns {
    all: Arc<Semaphore>,
    each: Mutex<HashMap<AppNo, Weak<Semaphore>>>,
}

/// Given back when it is dropped.
pub struct Turn {
    _all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Turns {
        Turns { all: Arc::new(Semaphore::new(1)), each: Mutex::default() }
    }
}

impl Turns {
    /// None where it does not come in this time.
    pub async fn take(&self, app: AppNo, time: Duration) -> Option<Turn> {
        let queue = self.queue(app);
        let wait = async {
            let _own = queue.acquire_owned().await.ok()?;
            Some(Turn { _all: self.all.clone().acquire_owned().await.ok()?, _own })
        };
        tokio::time::timeout(time, wait).await.ok()?
    }

    /// That of an application; it is forgotten when nobody stands in it.
    fn queue(&self, app: AppNo) -> Arc<Semaphore> {
        let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
        each.retain(|_, queue| queue.strong_count() > 0);
        let queue = each.get(&app).and_then(Weak::upgrade).unwrap_or_else(|| Arc::new(Semaphore::new(1)));
        each.insert(app, Arc::downgrade(&queue));
        queue
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn an_application_that_sends_many_pictures_holds_up_only_itself() {
        let turns = Arc::new(Turns::default());
        let patience = Duration::from_secs(20);
        let first = turns.take(AppNo(1), patience).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let stand = |app: i64| {
            let (turns, order) = (turns.clone(), order.clone());
            tokio::spawn(async move {
                let _turn = turns.take(AppNo(app), patience).await;
                order.lock().unwrap().push(app);
            })
        };
        let mut waiting: Vec<_> = (0..10).map(|_| stand(1)).collect();
        tokio::task::yield_now().await;
        waiting.push(stand(2));
        tokio::task::yield_now().await;
        assert!(turns.take(AppNo(3), Duration::from_millis(20)).await.is_none(), "one at a time");
        let begun = Instant::now();
        drop(first);
        for one in waiting {
            one.await.unwrap();
        }
        assert!(begun.elapsed() < patience);
        assert!(order.lock().unwrap().iter().position(|app| *app == 2).unwrap() <= 1, "{order:?}");
        assert!(turns.take(AppNo(3), patience).await.is_some());
        assert_eq!(turns.each.lock().unwrap().len(), 1, "who is gone is forgotten");
    }
}
