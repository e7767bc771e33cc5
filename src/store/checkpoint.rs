//! Checkpoints beside the writer: a thread copies what is committed from the log into the file while writing goes on, so
//! that a commit does not wait for it. Only a log that has grown long all the same is dealt with by the writer itself.

use crate::error::Result;
use crate::store::thread::end_process;
use crate::store::{connection, db, thread};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Pieces of work after which it is time for a checkpoint.
const OFTEN: usize = 2000;
/// Pages in the log beyond which writing waits for a checkpoint.
const LONG: usize = 12_000;

/// The writer's end.
pub struct Checkpoints {
    nudge: SyncSender<()>,
    since: usize,
    log: Arc<Log>,
}

/// How long the log was when it could not all be copied, in pages; else 0.
#[derive(Default)]
struct Log(AtomicUsize);

pub fn start(file: &Path) -> Result<(Checkpoints, JoinHandle<()>)> {
    let own = connection::writing(file)?;
    let (nudge, nudged) = sync_channel(1);
    let log = Arc::new(Log::default());
    let seen = log.clone();
    let thread = thread::spawn("checkpoint", move || run(&own, &nudged, &seen))?;
    Ok((Checkpoints { nudge, since: 0, log }, thread))
}

fn run(own: &Connection, nudged: &Receiver<()>, log: &Log) {
    for () in nudged {
        log.note(checkpoint(own));
    }
}

impl Checkpoints {
    /// So many pieces of work were committed on this connection.
    pub fn committed(&mut self, pieces: usize, writing: &Connection) {
        self.since += pieces;
        if self.since >= OFTEN {
            self.since = 0;
            let _ = self.nudge.try_send(());
        }
        if self.log.0.load(Ordering::Relaxed) > LONG {
            self.log.note(checkpoint(writing));
        }
    }
}

impl Log {
    fn note(&self, (pages, copied): (usize, usize)) {
        self.0.store(if copied < pages { pages } else { 0 }, Ordering::Relaxed);
    }
}

/// Copies what can be copied without waiting for anybody; answers the pages in the log, and how many of them are in the file.
/// A disk that fails ends the process: the next attempt could succeed without what was lost.
fn checkpoint(connection: &Connection) -> (usize, usize) {
    let asked = connection.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)");
    let done = asked.and_then(|mut s| s.query_row([], |r| Ok((r.get::<_, i64>(1)?, r.get::<_, i64>(2)?))));
    match done {
        Ok((pages, copied)) => (usize::try_from(pages).unwrap_or(0), usize::try_from(copied).unwrap_or(0)),
        Err(error) if db::is_io_failure(&error) => end_process(&error.to_string()),
        Err(error) => {
            tracing::warn!(%error, "the log was not written back; it is tried again later");
            (0, 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{FILE, scratch::Scratch};
    use std::time::{Duration, Instant};

    #[test]
    fn what_is_written_reaches_the_file_while_the_store_is_open() {
        let scratch = Scratch::open();
        let size = || std::fs::metadata(scratch.directory().join(FILE)).unwrap().len();
        let before = size();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let note = |number: usize| {
            let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
            scratch.write(move |tx| tx.run(sql, (format!("note {number}"), "x".repeat(1000))))
        };
        let all = (0..super::OFTEN).map(note);
        runtime.block_on(async { futures_util::future::join_all(all).await }).into_iter().for_each(|done| drop(done.unwrap()));
        let end = Instant::now() + Duration::from_secs(20);
        while size() < before + 1000 * super::OFTEN as u64 {
            assert!(Instant::now() < end, "the file still has {} bytes", size());
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
