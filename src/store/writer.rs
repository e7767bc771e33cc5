//! The thread that owns the writing connection. Everything that is waiting shares one commit (group commit); after it the
//! teller, a second thread, answers and hands the news on in commit order, so that telling never delays the next commit.

use crate::error::{Error, Result};
use crate::store::job::Job;
use crate::store::tx::Tx;
use crate::store::{db, stopped};
use crate::wire::News;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
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
}

/// What one commit leaves to tell: each piece of work and the news it made, in order.
type Told = Vec<(Job, Vec<News>)>;

impl Writer {
    pub fn start(connection: Connection, tell: Box<dyn FnMut(News) + Send>) -> Result<Writer> {
        let (queue, jobs) = mpsc::channel(WAITING);
        let (committed, told) = sync_channel(UNTOLD);
        let writer = spawn("writer", move || write(Tx::new(connection), jobs, committed))?;
        let teller = spawn("teller", move || teller(told, tell))?;
        Ok(Writer { queue: Mutex::new(Some(queue)), threads: Mutex::new(vec![writer, teller]) })
    }

    pub async fn queue(&self, job: Job) -> Result<()> {
        self.sender()?.send(job).await.map_err(|_| stopped())
    }

    pub fn queue_blocking(&self, job: Job) -> Result<()> {
        self.sender()?.blocking_send(job).map_err(|_| stopped())
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

/// Starts a thread without which the process must not go on: if it panics, everything ends.
fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let guarded = move || {
        if catch_unwind(AssertUnwindSafe(body)).is_err() {
            end_process("a thread of the store panicked");
        }
    };
    thread::Builder::new().name(name.into()).spawn(guarded).map_err(Error::internal)
}

pub(super) fn end_process(cause: &str) -> ! {
    tracing::error!(cause, "the store cannot go on; ending the process so that nothing unsure is answered");
    std::process::exit(70);
}

fn write(mut tx: Tx, mut jobs: mpsc::Receiver<Job>, committed: SyncSender<Told>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.blocking_recv_many(&mut batch, BATCH) > 0 {
        let told = commit(&mut tx, std::mem::take(&mut batch));
        if committed.send(told).is_err() {
            break;
        }
    }
    if let Err(error) = tx.close() {
        tracing::warn!(%error, "the log was not written back at the end; the next start does it");
    }
}

fn teller(committed: Receiver<Told>, mut tell: Box<dyn FnMut(News) + Send>) {
    for batch in committed {
        for (job, news) in batch {
            news.into_iter().for_each(&mut tell);
            job.finish();
        }
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
        if !standing {
            tx.rollback();
            told.extend(jobs.map(|job| (job, Vec::new())));
            return refused(told, &Error::Unavailable("the disk is full; nothing was stored".into()));
        }
    }
    match tx.commit() {
        Ok(()) => told,
        Err(error) if db::is_io_failure(&error) => end_process(&error.to_string()),
        Err(error) => {
            tx.rollback();
            refused(told, &db::translate(error))
        }
    }
}

/// Runs one piece of work and keeps or undoes it; `false` where the whole transaction is lost.
fn run(tx: &mut Tx, job: &mut Job) -> bool {
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
        return false;
    }
    if !succeeded {
        tx.news.clear();
    }
    match tx.end_work(succeeded) {
        Ok(()) => true,
        Err(error) => {
            job.fail(error);
            false
        }
    }
}

/// Answers every piece of work of a batch that was not kept.
fn refused(mut batch: Told, error: &Error) -> Told {
    for (job, news) in &mut batch {
        news.clear();
        job.fail(error.clone());
    }
    batch
}
