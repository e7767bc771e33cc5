//! Memory: one SQLite file, one thread that writes it, a few connections that read it. What a write answers is on the
//! disk. The only room that says `rusqlite`; it knows words, and no table but its own (`meta`, `version`).

mod backup;
mod checkpoint;
mod connection;
pub mod content;
mod db;
mod disk;
mod job;
mod listener;
mod lock;
mod memo;
mod migrate;
#[cfg(debug_assertions)]
mod plan;
mod reader;
#[cfg(test)]
pub mod scratch;
mod statistics;
mod thread;
mod tx;
mod value;
mod writer;

pub use db::{Db, Row};
pub use listener::Listener;
pub use rusqlite::{Params, params};
pub use tx::Tx;

use crate::error::{Error, Result};
use crate::wire::news::SocketNo;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the database inside the data directory.
pub const FILE: &str = "parlour.db";

/// The one store of a data directory. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: writer::Writer,
    readers: reader::Readers,
    epoch: String,
    directory: PathBuf,
    contents: content::Contents,
    _lock: lock::Lock,
}

impl Store {
    /// Opens, and creates or migrates where needed, the store of a data directory, and holds the directory's lock as long as
    /// it lives. The listener hears every committed piece of news, in commit order, on a thread of its own.
    pub fn open(directory: &Path, listener: impl Listener) -> Result<Store> {
        let lock = lock::Lock::take(directory)?;
        let file = directory.join(FILE);
        let mut connection = connection::writing(&file)?;
        migrate::run(&mut connection, &file)?;
        statistics::write(&mut connection)?;
        let epoch = migrate::epoch(&connection)?;
        let readers = reader::Readers::open(&file)?;
        let contents = content::Contents::open(directory)?;
        let writer = writer::Writer::start(&file, connection, listener)?;
        Ok(Store { inner: Arc::new(Inner { writer, readers, epoch, directory: directory.into(), contents, _lock: lock }) })
    }

    /// Whether some process, a server or a command, has this data directory open now.
    pub fn is_in_use(directory: &Path) -> bool {
        lock::is_taken(directory)
    }

    /// What was read when this was asked before the reading is still true as long as the same is answered. Rises with each commit
    /// but those of rows on which nothing depends that is remembered (`Tx::append`), and before it is answered.
    pub fn revision(&self) -> u64 {
        self.inner.writer.revision()
    }

    /// The identity of this database; a restored copy has another.
    pub fn epoch(&self) -> &str {
        &self.inner.epoch
    }

    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// What files hold.
    pub fn contents(&self) -> &content::Contents {
        &self.inner.contents
    }

    /// Runs `work` in a transaction; the answer comes after its commit is on the disk. A failure undoes only this work.
    pub async fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (done, answer) = tokio::sync::oneshot::channel();
        let job = job::job(None, work, move |result| drop(done.send(result)));
        self.inner.writer.queue(job).await?;
        answer.await.map_err(|_| stopped())?
    }

    /// Takes steps, each in a transaction of its own, as long as the step answers that there is more: what is large must not
    /// hold the writer while others wait.
    pub async fn write_in_pieces<T: Send + 'static>(&self, mut whole: T, step: fn(&mut T, &mut Tx) -> Result<bool>) -> Result<T> {
        loop {
            let (rest, more) = self.write(move |tx| step(&mut whole, tx).map(|more| (whole, more))).await?;
            if !more {
                return Ok(rest);
            }
            whole = rest;
        }
    }

    /// As `write`, for a socket: `done` is called with the answer in its place among all other news. Waits only while the
    /// writer's queue is full.
    pub async fn submit<T: Send + 'static>(
        &self,
        origin: SocketNo,
        work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<()> {
        self.inner.writer.queue(job::job(Some(origin), work, done)).await
    }

    /// As `write`, from a thread that may wait.
    pub fn write_blocking<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (done, answer) = std::sync::mpsc::sync_channel(1);
        let job = job::job(None, work, move |result| drop(done.send(result)));
        self.inner.writer.queue_blocking(job)?;
        answer.recv().map_err(|_| stopped())?
    }

    /// Runs `work` on one consistent picture of what is committed.
    pub async fn read<T: Send + 'static>(&self, work: impl FnOnce(&Db) -> Result<T> + Send + 'static) -> Result<T> {
        self.inner.readers.read(work).await
    }

    /// As `read`, for a few rows that are surely in memory: mostly without leaving the calling thread.
    pub async fn glance<T: Send + 'static>(&self, work: impl FnOnce(&Db) -> Result<T> + Send + 'static) -> Result<T> {
        self.inner.readers.glance(work).await
    }

    /// As `read`, from a thread that may wait.
    pub fn read_blocking<T>(&self, work: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
        self.inner.readers.read_blocking(work)
    }

    /// Runs work that may wait for the disk where it delays nobody.
    pub async fn aside<T: Send + 'static>(&self, work: impl FnOnce(&Store) -> Result<T> + Send + 'static) -> Result<T> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store)).await.map_err(Error::internal)?
    }

    /// Writes something and waits until it is on the disk, where there is room for more than that.
    pub async fn try_writing(&self) -> Result<()> {
        disk::require_room(self.directory())?;
        self.write(touch).await
    }

    /// As `try_writing`, from a thread that may wait.
    pub fn try_writing_blocking(&self) -> Result<()> {
        disk::require_room(self.directory())?;
        self.write_blocking(touch)
    }

    /// A verified copy of the database into a file that does not exist yet, and of what files hold into a folder beside it, where
    /// there are any. `look` compares the two. Answers how many bytes the folder has, and what was seen.
    pub fn backup<T>(&self, to: &Path, look: impl FnOnce(&Db, &content::Contents) -> Result<T>) -> Result<(u64, T)> {
        let beside = backup::beside(to);
        if beside.exists() {
            return Err(Error::Conflict(format!("{} is there already; a backup never overwrites", beside.display())));
        }
        // In this order: whatever the copy knows is still there.
        let held = self.contents().hold();
        backup::copy(&self.inner.directory.join(FILE), to)?;
        let copied = self.contents().copy(&beside);
        drop(held);
        let compare = |bytes| Ok((bytes, look(&backup::open(to)?, &content::Contents::at(beside.clone()))?));
        copied.and_then(compare).inspect_err(|_| {
            let _ = (std::fs::remove_file(to), std::fs::remove_dir_all(&beside));
        })
    }

    /// SQLite's own check of the whole file: `Ok` or what is wrong.
    pub fn check(&self) -> Result<()> {
        self.read_blocking(|db| db.quick_check())
    }

    /// Finishes what is queued, tells it, and closes. Later writes fail.
    pub fn close(&self) {
        self.inner.writer.stop();
    }
}

fn touch(tx: &mut Tx) -> Result<()> {
    let sql = "INSERT INTO meta (name, value) VALUES ('tried', ?1) ON CONFLICT DO UPDATE SET value = excluded.value";
    tx.run(sql, [tx.now.to_string()]).map(|_| ())
}

fn stopped() -> Error {
    Error::Unavailable("the server is stopping".into())
}
