//! Marks on their way to the store: gathered in memory, written together at most twice a second, answered after the commit.
//! So a conversation's marks are told at most twice a second, all that were raised in one piece, and none before it is kept.

use crate::chat::mark::{self, Raised};
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, UserNo};
use crate::store::{Store, Tx};
use std::collections::BTreeMap;
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
    waiting: Mutex<BTreeMap<Mark, Waiting>>,
    nudge: Notify,
}

/// What is marked: a conversation read, or everything received. In order, those of one conversation stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// With the session whose device says so.
    Received(Who, i64),
    Read(AppNo, ConversationId, UserNo),
}

struct Waiting {
    upto: i64,
    done: Vec<Done>,
}

impl Marks {
    pub fn read(&self, who: Who, conversation: ConversationId, upto: i64, done: Done) {
        self.add(Mark::Read(who.0, conversation, who.1), upto, done);
    }

    pub fn received(&self, (who, session): (Who, i64), version: i64, done: Done) {
        self.add(Mark::Received(who, session), version, done);
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

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Mark, Waiting>> {
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
        let all = std::mem::take(&mut *self.lock());
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
    let written = store.write(move |tx| raise_all(tx, &wanted)).await;
    let outcomes: Vec<Result<()>> = match written {
        Ok(outcomes) => outcomes,
        Err(error) => marks.iter().map(|_| Err(error.clone())).collect(),
    };
    for ((_, waiting), outcome) in marks.into_iter().zip(outcomes) {
        waiting.done.into_iter().for_each(|done| done(outcome.clone()));
    }
}

/// All of them, told together.
fn raise_all(tx: &mut Tx, wanted: &[(Mark, i64)]) -> Result<Vec<Result<()>>> {
    let mut raised = Raised::default();
    let outcomes = wanted.iter().map(|(mark, upto)| raise(tx, *mark, *upto, &mut raised)).collect::<Result<_>>()?;
    raised.tell(tx)?;
    Ok(outcomes)
}

/// One mark. What is not there is found before anything is changed, so the others of its transaction stand; any other failure
/// undoes them all, and whoever asked tries again.
fn raise(tx: &mut Tx, mark: Mark, upto: i64, raised: &mut Raised) -> Result<Result<()>> {
    let outcome = match mark {
        Mark::Received((app, user), session) => mark::received(tx, (app, user, session), upto, raised),
        Mark::Read(app, conversation, user) => mark::read(tx, (app, user), (conversation, upto), raised),
    };
    match outcome {
        Err(Error::NotFound(_)) | Ok(()) => Ok(outcome),
        Err(error) => Err(error),
    }
}
