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

/// Rows changed after which it is time for a checkpoint.
const OFTEN: u64 = 2000;
/// Pages in the log beyond which writing waits for a checkpoint.
const LONG: usize = 12_000;

/// The writer's end.
pub struct Checkpoints {
    nudge: SyncSender<()>,
    /// Rows that had been changed when the thread was last called.
    since: u64,
    log: Arc<Log>,
}

/// Pages in the log when the thread last looked; 0 once the writer has dealt with it. While writing goes on the thread never
/// comes to the end of the log, and only a log that was copied to its end begins again from the start.
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
        if let Some(pages) = checkpoint(own) {
            log.0.store(pages, Ordering::Relaxed);
        }
    }
}

impl Checkpoints {
    /// Something was committed on this connection.
    pub fn committed(&mut self, writing: &Connection) {
        let changed = writing.total_changes();
        if changed.saturating_sub(self.since) >= OFTEN {
            self.since = changed;
            let _ = self.nudge.try_send(());
        }
        // What the thread has copied is not copied again. Where a reader stands in the way, the next look of the thread says so.
        if self.log.0.load(Ordering::Relaxed) > LONG && checkpoint(writing).is_some() {
            self.log.0.store(0, Ordering::Relaxed);
        }
    }
}

/// Copies what can be copied without waiting for anybody, and answers the pages in the log; nothing where another is at it.
/// A disk that fails ends the process: the next attempt could succeed without what was lost.
fn checkpoint(connection: &Connection) -> Option<usize> {
    let asked = connection.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)");
    match asked.and_then(|mut s| s.query_row([], |r| r.get::<_, i64>(1))) {
        Ok(pages) => usize::try_from(pages).ok(),
        Err(error) if db::is_io_failure(&error) => end_process(&error.to_string()),
        Err(error) => {
            tracing::warn!(%error, "the log was not written back; it is tried again later");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, OFTEN};
    use crate::store::{FILE, scratch::Scratch};
    use std::time::{Duration, Instant};

    fn size(scratch: &Scratch, ending: &str) -> u64 {
        std::fs::metadata(scratch.directory().join(format!("{FILE}{ending}"))).map_or(0, |file| file.len())
    }

    /// Writes so many rows of so many bytes as fast as it goes.
    fn write(scratch: &Scratch, rows: u64, bytes: usize) {
        let note = |number: u64| {
            let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
            scratch.write(move |tx| tx.run(sql, (format!("note {number}"), "x".repeat(bytes))))
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let written = runtime.block_on(async { futures_util::future::join_all((0..rows).map(note)).await });
        assert!(written.iter().all(|one| one.is_ok()));
    }

    #[test]
    fn what_is_written_reaches_the_file_while_the_store_is_open() {
        let scratch = Scratch::open();
        let before = size(&scratch, "");
        write(&scratch, OFTEN, 1000);
        let end = Instant::now() + Duration::from_secs(20);
        while size(&scratch, "") < before + 1000 * OFTEN {
            assert!(Instant::now() < end, "the file still has {} bytes", size(&scratch, ""));
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_log_begins_again_although_writing_goes_on() {
        let scratch = Scratch::open();
        write(&scratch, 24_000, 8192);
        let most = 3 * LONG as u64 * 4096;
        assert!(size(&scratch, "-wal") < most, "the log has {} bytes", size(&scratch, "-wal"));
    }
}
