//! Marks on their way to the store: gathered in memory, written together at most twice a second, answered after the commit.
//! So a conversation's marks are told at most twice a second, and none before it is kept.

use crate::chat::mark;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, UserNo};
use crate::store::{Store, Tx};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Marks that may wait; above, whoever comes is told to try later.
const WAITING: usize = 100_000;
/// Marks that share one transaction.
const TOGETHER: usize = 200;
/// The pause between two rounds.
const PAUSE: Duration = Duration::from_millis(500);

/// What is done with the outcome.
pub type Done = Box<dyn FnOnce(Result<()>) + Send>;
/// A user of an application.
pub type Who = (AppNo, UserNo);

#[derive(Default)]
pub struct Marks {
    waiting: Mutex<HashMap<Mark, Waiting>>,
    nudge: Notify,
}

/// What is marked: a conversation read, or everything received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Mark {
    Read(Who, ConversationId),
    Received(Who),
}

struct Waiting {
    upto: i64,
    done: Vec<Done>,
}

impl Marks {
    pub fn read(&self, who: Who, conversation: ConversationId, upto: i64, done: Done) {
        self.add(Mark::Read(who, conversation), upto, done);
    }

    pub fn received(&self, who: Who, version: i64, done: Done) {
        self.add(Mark::Received(who), version, done);
    }

    fn add(&self, mark: Mark, upto: i64, done: Done) {
        let mut waiting = self.lock();
        if waiting.len() >= WAITING && !waiting.contains_key(&mark) {
            drop(waiting);
            return done(Err(Error::TooMany { after_s: 1 }));
        }
        let entry = waiting.entry(mark).or_insert(Waiting { upto, done: Vec::new() });
        entry.upto = entry.upto.max(upto);
        entry.done.push(done);
        drop(waiting);
        self.nudge.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Mark, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs until stopped; what waits then is written before it returns.
    pub async fn run(&self, store: &Store, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = self.nudge.notified() => {}
                () = stop.cancelled() => return self.run_once(store).await,
            }
            self.run_once(store).await;
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = stop.cancelled() => return self.run_once(store).await,
            }
        }
    }

    /// Writes everything that waits now.
    pub async fn run_once(&self, store: &Store) {
        let all: Vec<(Mark, Waiting)> = std::mem::take(&mut *self.lock()).into_iter().collect();
        let mut rest = all.into_iter();
        loop {
            let some: Vec<(Mark, Waiting)> = rest.by_ref().take(TOGETHER).collect();
            if some.is_empty() {
                return;
            }
            write(store, some).await;
        }
    }
}

async fn write(store: &Store, marks: Vec<(Mark, Waiting)>) {
    let wanted: Vec<(Mark, i64)> = marks.iter().map(|(mark, waiting)| (*mark, waiting.upto)).collect();
    let all = move |tx: &mut Tx| wanted.into_iter().map(|(mark, upto)| raise(tx, mark, upto)).collect::<Result<Vec<_>>>();
    let written = store.write(all).await;
    let outcomes: Vec<Result<()>> = match written {
        Ok(outcomes) => outcomes,
        Err(error) => marks.iter().map(|_| Err(error.clone())).collect(),
    };
    for ((_, waiting), outcome) in marks.into_iter().zip(outcomes) {
        waiting.done.into_iter().for_each(|done| done(outcome.clone()));
    }
}

/// One mark. What is not there is found before anything is changed, so the others of its transaction stand; any other failure
/// undoes them all, and whoever asked tries again.
fn raise(tx: &mut Tx, mark: Mark, upto: i64) -> Result<Result<()>> {
    let raised: Result<()> = match mark {
        Mark::Read((app, user), conversation) => mark::read(tx, app, user, conversation, upto),
        Mark::Received((app, user)) => mark::received(tx, app, user, upto),
    };
    match raised {
        Err(Error::NotFound(_)) | Ok(()) => Ok(raised),
        Err(error) => Err(error),
    }
}
