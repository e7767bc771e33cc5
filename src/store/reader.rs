//! A few read-only connections. A read waits for one of them, then sees one consistent picture of what is committed.

use crate::error::{Error, Result};
use crate::store::connection;
use crate::store::db::{Db, translate};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

const CONNECTIONS: usize = 4;

pub struct Readers {
    free: Arc<Mutex<Vec<Db>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub fn open(file: &Path) -> Result<Readers> {
        let open = |_| connection::reading(file).map(|connection| Db { connection });
        let free = (0..CONNECTIONS).map(open).collect::<Result<Vec<Db>>>()?;
        Ok(Readers { free: Arc::new(Mutex::new(free)), permits: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&Db) -> Result<T> + Send + 'static) -> Result<T> {
        let permit = self.permits.clone().acquire_owned().await.map_err(Error::internal)?;
        let free = self.free.clone();
        let run = move || {
            let _permit = permit;
            on_one(&free, work)
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| Error::internal("a read panicked"))?
    }

    pub fn read_blocking<T>(&self, work: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
        on_one(&self.free, work)
    }
}

/// A connection on loan; given back also when the reading panics.
struct Loan<'a> {
    from: &'a Mutex<Vec<Db>>,
    db: Option<Db>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            if !db.connection.is_autocommit() {
                let _ = db.connection.execute_batch("ROLLBACK");
            }
            self.from.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        }
    }
}

fn on_one<T>(free: &Mutex<Vec<Db>>, work: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
    let loan = loop {
        let db = free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match db {
            Some(db) => break Loan { from: free, db: Some(db) },
            // Only a blocking reader, which holds no permit, can find none.
            None => std::thread::sleep(std::time::Duration::from_millis(1)),
        }
    };
    let Some(db) = loan.db.as_ref() else { return Err(Error::internal("no connection")) };
    execute(db, "BEGIN")?;
    let result = work(db);
    execute(db, "COMMIT")?;
    result
}

fn execute(db: &Db, sql: &str) -> Result<()> {
    let mut statement = db.connection.prepare_cached(sql).map_err(translate)?;
    statement.execute([]).map(|_| ()).map_err(translate)
}
