//! A few read-only connections. A read waits for one of them, then sees one consistent picture of what is committed.

use crate::error::{Error, Result};
use crate::store::connection;
use crate::store::db::{Db, translate};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tokio::sync::Semaphore;

const CONNECTIONS: usize = 4;

pub struct Readers {
    free: Arc<Free>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub fn open(file: &Path) -> Result<Readers> {
        let open = |_| connection::reading(file).map(|connection| Db { connection });
        let free = (0..CONNECTIONS).map(open).collect::<Result<Vec<Db>>>()?;
        Ok(Readers {
            free: Arc::new(Free { connections: Mutex::new(free), returned: Condvar::new() }),
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
        })
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

    /// As `read`, on this very thread where a connection is free: for a few rows, which are found sooner than a thread is woken.
    pub async fn glance<T: Send + 'static>(&self, work: impl FnOnce(&Db) -> Result<T> + Send + 'static) -> Result<T> {
        match self.free.lend_at_once() {
            Some(db) => Loan { from: &self.free, db: Some(db) }.run(work),
            None => self.read(work).await,
        }
    }

    pub fn read_blocking<T>(&self, work: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
        on_one(&self.free, work)
    }
}

/// The connections that nobody uses now.
struct Free {
    connections: Mutex<Vec<Db>>,
    returned: Condvar,
}

impl Free {
    /// Waits only for blocking readers and glances: the others hold a permit, of which there are as many as connections.
    fn lend(&self) -> Option<Db> {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.returned.wait_while(connections, |free| free.is_empty());
        waited.unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn lend_at_once(&self) -> Option<Db> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, db: Db) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        self.returned.notify_one();
    }
}

/// A connection on loan; given back also when the reading panics.
struct Loan<'a> {
    from: &'a Free,
    db: Option<Db>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            if !db.connection.is_autocommit() {
                let _ = db.connection.execute_batch("ROLLBACK");
            }
            self.from.give_back(db);
        }
    }
}

impl Loan<'_> {
    fn run<T>(self, work: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
        let Some(db) = self.db.as_ref() else { return Err(Error::internal("no connection")) };
        execute(db, "BEGIN")?;
        let result = work(db);
        execute(db, "COMMIT")?;
        result
    }
}

fn on_one<T>(free: &Free, work: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
    Loan { from: free, db: free.lend() }.run(work)
}

fn execute(db: &Db, sql: &str) -> Result<()> {
    let mut statement = db.connection.prepare_cached(sql).map_err(translate)?;
    statement.execute([]).map(|_| ()).map_err(translate)
}
