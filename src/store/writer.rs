//! The thread that owns the writing connection. Everything that is waiting shares one commit (group commit); after it the
//! teller, a second thread, answers and hands the news on in commit order, so that telling never delays the next commit.

use crate::error::{Error, Result};
use crate::store::checkpoint::{self, Checkpoints};
use crate::store::job::Job;
use crate::store::listener::Listener;
use crate::store::tx::Tx;
use crate::store::{db, stopped, thread};
use crate::wire::News;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Pieces of work that may wait for the writer; whoever comes then waits with its own.
const WAITING: usize = 4096;
/// The most that share one commit.
const BATCH: usize = 1024;
/// Committed batches that may wait to be told.
const UNTOLD: usize = 16;
/// A piece of work that holds the writer longer is logged.
const SLOW: Duration = Duration::from_millis(20);

pub struct Writer {
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    revision: Arc<AtomicU64>,
}

/// What one commit leaves to tell: each piece of work and the news it made, in order.
type Told = Vec<(Job, Vec<News>)>;

impl Writer {
    pub fn start(file: &Path, connection: Connection, listener: impl Listener) -> Result<Writer> {
        let (queue, jobs) = mpsc::channel(WAITING);
        let (committed, told) = sync_channel(UNTOLD);
        let (checkpoints, checkpoint) = checkpoint::start(file)?;
        let tx = Tx::new(connection);
        let revision = tx.revision();
        let writer = thread::spawn("writer", move || write(tx, jobs, committed, checkpoints))?;
        let teller = thread::spawn("teller", move || teller(told, listener))?;
        Ok(Writer { queue: Mutex::new(Some(queue)), threads: Mutex::new(vec![writer, teller, checkpoint]), revision })
    }

    pub async fn queue(&self, job: Job) -> Result<()> {
        self.sender()?.send(job).await.map_err(|_| stopped())
    }

    pub fn queue_blocking(&self, job: Job) -> Result<()> {
        self.sender()?.blocking_send(job).map_err(|_| stopped())
    }

    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    pub fn stop(&self) {
        drop(lock(&self.queue).take());
        for thread in lock(&self.threads).drain(..) {
            let _ = thread.join();
        }
    }

    fn sender(&self) -> Result<mpsc::Sender<Job>> {
        lock(&self.queue).clone().ok_or_else(stopped)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write(mut tx: Tx, mut jobs: mpsc::Receiver<Job>, committed: SyncSender<Told>, mut checkpoints: Checkpoints) {
    loop {
        let mut batch = Vec::with_capacity(BATCH.min(jobs.len().max(1)));
        if jobs.blocking_recv_many(&mut batch, BATCH) == 0 || committed.send(commit(&mut tx, batch)).is_err() {
            break;
        }
        checkpoints.committed(&tx.connection);
    }
    if let Err(error) = tx.close() {
        tracing::warn!(%error, "the log was not written back at the end; the next start does it");
    }
}

fn teller(committed: Receiver<Told>, mut listener: impl Listener) {
    for batch in committed {
        listener.begin();
        for (job, news) in batch {
            news.into_iter().for_each(|one| listener.hear(one));
            job.finish();
        }
        listener.end();
    }
}

/// Runs a batch in one transaction and commits it. Whatever fails, each piece of work has its answer when this returns.
fn commit(tx: &mut Tx, batch: Vec<Job>) -> Told {
    if let Err(error) = tx.begin() {
        return refused(batch.into_iter().map(|job| (job, Vec::new())).collect(), &error);
    }
    let mut told: Told = Vec::with_capacity(batch.len());
    let mut jobs = batch.into_iter();
    while let Some(mut job) = jobs.next() {
        let standing = run(tx, &mut job);
        told.push((job, std::mem::take(&mut tx.news)));
        if let Err(error) = standing {
            tx.rollback();
            told.extend(jobs.map(|job| (job, Vec::new())));
            return refused(told, &error);
        }
    }
    match tx.commit() {
        Ok(()) => told,
        Err(error) if db::is_io_failure(&error) => thread::end_process(&error.to_string()),
        Err(error) => {
            tx.rollback();
            refused(told, &db::translate(error))
        }
    }
}

/// Runs one piece of work and keeps or undoes it; an error means that the whole transaction is lost, and is for all in it.
fn run(tx: &mut Tx, job: &mut Job) -> Result<()> {
    let begun = Instant::now();
    tx.begin_work(job.origin());
    let succeeded = catch_unwind(AssertUnwindSafe(|| job.run(tx))).unwrap_or_else(|_| {
        job.fail(Error::Internal("a piece of work panicked and was undone".into()));
        false
    });
    if begun.elapsed() > SLOW {
        tracing::warn!(ms = begun.elapsed().as_millis(), "a write held the writer for long");
    }
    if tx.rolled_back() {
        return Err(Error::Unavailable("the disk is full; nothing was stored".into()));
    }
    if !succeeded {
        tx.news.clear();
    }
    tx.end_work(succeeded).map_err(|error| {
        tracing::error!(%error, "a commit was given up");
        Error::Unavailable("nothing was stored; try again".into())
    })
}

/// Answers every piece of work of a batch that was not kept.
fn refused(mut batch: Told, error: &Error) -> Told {
    for (job, news) in &mut batch {
        news.clear();
        job.fail(error.clone());
    }
    batch
}
