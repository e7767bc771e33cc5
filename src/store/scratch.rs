//! A store in a folder of its own, for tests of the rooms above: it keeps what it tells and leaves nothing behind.

use crate::error::Result;
use crate::store::{Store, Tx};
use crate::wire::News;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// How many rows one piece of work changes.
pub fn counted<T>(tx: &mut Tx, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<(T, i64)> {
    let count = |tx: &Tx| tx.one("SELECT total_changes()", [], |r| r.get::<i64>(0));
    let before = count(tx)?;
    let done = work(tx)?;
    Ok((done, count(tx)? - before))
}

pub struct Scratch {
    store: Store,
    told: Arc<Mutex<Vec<News>>>,
}

impl Scratch {
    pub fn open() -> Scratch {
        let name = crate::secret::generate("parlour-test-");
        let directory = std::env::temp_dir().join(name);
        let told = Arc::new(Mutex::new(Vec::new()));
        let teller = told.clone();
        let tell = move |news| teller.lock().unwrap_or_else(PoisonError::into_inner).push(news);
        let opened = std::fs::create_dir(&directory).map_err(crate::error::Error::internal);
        match opened.and_then(|()| Store::open(&directory, tell)) {
            Ok(store) => Scratch { store, told },
            Err(error) => panic!("no store in {}: {error}", directory.display()),
        }
    }

    /// Writes, and fails the test where that fails.
    pub fn change<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> T {
        match self.store.write_blocking(work) {
            Ok(value) => value,
            Err(error) => panic!("{error}"),
        }
    }

    /// What was told since this was last asked.
    pub fn told(&self) -> Vec<News> {
        std::mem::take(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Deref for Scratch {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.store.close();
        let _ = std::fs::remove_dir_all(self.store.directory());
    }
}
