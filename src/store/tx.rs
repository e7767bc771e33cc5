//! Writing: what a piece of work may do inside the writer's transaction. Its first change opens a savepoint, so that its
//! failure undoes only itself; what it tells is handed on after the commit.

use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::store::db::{Db, Row, is_io_failure, translate};
use crate::store::memo::Memo;
use crate::store::thread::end_process;
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::SocketNo;
use rusqlite::{Connection, Params};
use std::any::Any;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A transaction on the writer's thread.
pub struct Tx {
    db: Db,
    /// When this piece of work began.
    pub now: Moment,
    pub(super) origin: Option<SocketNo>,
    pub(super) news: Vec<News>,
    change: Change,
    versions: Versions,
    memo: Memo,
    /// Rises with each commit of something that others may have remembered.
    revision: Arc<AtomicU64>,
    /// Whether this commit will be one.
    decided: bool,
}

/// What a piece of work has changed so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Change {
    #[default]
    Nothing,
    /// Behind a savepoint, to which it can be undone.
    Saved,
    /// Without a savepoint: undone only with the whole transaction.
    Bare,
}

/// The last version given to each application, ahead of the table until the commit.
#[derive(Default)]
struct Versions {
    last: HashMap<AppNo, i64>,
    changed: Vec<AppNo>,
}

impl Deref for Tx {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Tx {
    pub(super) fn new(connection: Connection) -> Tx {
        let db = Db { connection };
        Tx {
            db,
            now: Moment::now(),
            origin: None,
            news: Vec::new(),
            change: Change::Nothing,
            versions: Versions::default(),
            memo: Memo::default(),
            revision: Arc::default(),
            decided: false,
        }
    }

    pub(super) fn revision(&self) -> Arc<AtomicU64> {
        self.revision.clone()
    }

    /// Runs one statement that changes something and answers how many rows it changed. What was remembered is forgotten.
    pub fn run(&mut self, sql: &str, params: impl Params) -> Result<usize> {
        self.decide();
        self.append(sql, params)
    }

    /// As `run`, for a row on which nothing that is remembered depends.
    pub fn append(&mut self, sql: &str, params: impl Params) -> Result<usize> {
        self.save()?;
        self.db.prepare(sql).and_then(|mut s| s.execute(params)).map_err(failed)
    }

    /// As `append`, for the first change of a piece of work that cannot be refused after it. It saves the savepoint, which
    /// copies every page that is changed; should the work fail all the same, it takes the whole transaction with it.
    pub fn only(&mut self, sql: &str, params: impl Params) -> Result<usize> {
        let changed = self.db.prepare(sql).and_then(|mut s| s.execute(params)).map_err(failed)?;
        if changed > 0 && self.change == Change::Nothing {
            self.change = Change::Bare;
        }
        Ok(changed)
    }

    /// Runs one statement that changes something and has a `RETURNING` clause.
    pub fn returning<T>(&mut self, sql: &str, params: impl Params, read: impl FnMut(&Row) -> Result<T>) -> Result<Option<T>> {
        self.decide();
        self.save()?;
        self.db.maybe(sql, params, read)
    }

    /// What is remembered of this type from earlier work, until something is written other than by `append`.
    pub fn memo<T: Any + Send + Default>(&mut self) -> Option<&mut T> {
        self.memo.of()
    }

    /// The application's next version. Rises only; one that is not used leaves a hole that nobody minds.
    pub fn next_version(&mut self, app: AppNo) -> Result<i64> {
        let last = self.current_version(app)? + 1;
        self.versions.last.insert(app, last);
        if self.versions.changed.last() != Some(&app) && !self.versions.changed.contains(&app) {
            self.versions.changed.push(app);
        }
        Ok(last)
    }

    /// The last version given, in this transaction too.
    pub fn current_version(&mut self, app: AppNo) -> Result<i64> {
        match self.versions.last.get(&app) {
            Some(last) => Ok(*last),
            None => {
                let last = self.db.version(app)?;
                self.versions.last.insert(app, last);
                Ok(last)
            }
        }
    }

    /// Tells `news` once this is committed.
    pub fn tell(&mut self, mut news: News) {
        if let News::Rows { except, .. } = &mut news {
            *except = self.origin;
        }
        self.news.push(news);
    }

    fn decide(&mut self) {
        self.memo.forget();
        self.decided = true;
    }

    fn save(&mut self) -> Result<()> {
        if self.change == Change::Nothing {
            self.execute("SAVEPOINT work")?;
            self.change = Change::Saved;
        }
        Ok(())
    }

    pub(super) fn begin_work(&mut self, origin: Option<SocketNo>) {
        self.now = Moment::now();
        self.origin = origin;
        self.change = Change::Nothing;
    }

    /// Keeps or undoes what one piece of work did. An error means that neither can be done: the transaction is lost.
    pub(super) fn end_work(&mut self, keep: bool) -> Result<()> {
        if !keep {
            self.memo.forget();
        }
        match (std::mem::take(&mut self.change), keep) {
            (Change::Nothing, _) | (Change::Bare, true) => Ok(()),
            (Change::Saved, true) => self.execute("RELEASE work"),
            (Change::Saved, false) => self.execute("ROLLBACK TO work").and_then(|()| self.execute("RELEASE work")),
            (Change::Bare, false) => Err(Error::Internal("work that could not fail has failed".into())),
        }
    }

    pub(super) fn begin(&mut self) -> Result<()> {
        self.execute("BEGIN IMMEDIATE")
    }

    /// Writes the versions down and syncs everything to the disk.
    pub(super) fn commit(&mut self) -> std::result::Result<(), rusqlite::Error> {
        let sql = "INSERT INTO version (application, last) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET last = excluded.last";
        let mut statement = self.db.connection.prepare_cached(sql)?;
        for app in self.versions.changed.drain(..) {
            statement.execute(rusqlite::params![app, self.versions.last.get(&app)])?;
        }
        self.db.connection.prepare_cached("COMMIT")?.execute([])?;
        if std::mem::take(&mut self.decided) {
            self.revision.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }

    /// Forgets the whole transaction.
    pub(super) fn rollback(&mut self) {
        self.news.clear();
        self.versions = Versions::default();
        self.memo.forget();
        self.change = Change::Nothing;
        if !self.rolled_back() {
            let _ = self.execute("ROLLBACK");
        }
    }

    /// Whether SQLite itself gave the transaction up (it may, on a full disk).
    pub(super) fn rolled_back(&self) -> bool {
        self.db.connection.is_autocommit()
    }

    fn execute(&self, sql: &str) -> Result<()> {
        let mut statement = self.db.connection.prepare_cached(sql).map_err(translate)?;
        statement.execute([]).map(|_| ()).map_err(failed)
    }

    /// What is done before the end: everything from the log into the one file.
    pub(super) fn close(&self) -> Result<()> {
        self.db.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").map_err(Error::internal)
    }
}

/// A disk that fails ends the process: what was answered is on it, and nothing unsure may follow.
fn failed(error: rusqlite::Error) -> Error {
    if is_io_failure(&error) {
        end_process(&error.to_string());
    }
    translate(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_of_work_has_its_own_moment() {
        let mut tx = Tx::new(Connection::open_in_memory().unwrap());
        tx.begin().unwrap();
        tx.begin_work(None);
        let first = tx.now;
        while Moment::now() == first {}
        tx.end_work(true).unwrap();
        tx.begin_work(None);
        assert!(tx.now > first);
    }

    #[test]
    fn what_others_remember_stands_until_something_but_rows_of_no_consequence_is_committed() {
        let mut tx = Tx::new(Connection::open_in_memory().unwrap());
        tx.connection
            .execute_batch(
                "CREATE TABLE note (name TEXT PRIMARY KEY); CREATE TABLE version (application INTEGER PRIMARY KEY, last INTEGER)",
            )
            .unwrap();
        let revision = tx.revision();
        let mut committed = |change: &dyn Fn(&mut Tx)| {
            tx.begin().unwrap();
            tx.begin_work(None);
            change(&mut tx);
            tx.end_work(true).unwrap();
            tx.commit().unwrap();
            revision.load(Ordering::Acquire)
        };
        let insert = "INSERT INTO note (name) VALUES (hex(randomblob(8)))";
        assert_eq!(committed(&|_| ()), 0);
        assert_eq!(committed(&|tx| assert_eq!(tx.append(insert, []).unwrap(), 1)), 0);
        assert_eq!(committed(&|tx| assert_eq!(tx.only(insert, []).unwrap(), 1)), 0);
        assert_eq!(committed(&|tx| assert_eq!(tx.run(insert, []).unwrap(), 1)), 1);
        let returning = "INSERT INTO note (name) VALUES ('x') RETURNING name";
        assert_eq!(committed(&|tx| drop(tx.returning(returning, [], |r| r.get::<String>(0)).unwrap())), 2);
        assert_eq!(committed(&|_| ()), 2);
    }

    fn noted(tx: &Tx) -> Vec<String> {
        tx.all("SELECT name FROM note ORDER BY name", [], |r| r.get(0)).unwrap()
    }

    #[test]
    fn work_that_failed_is_undone_alone_and_takes_all_with_it_only_where_it_has_no_savepoint() {
        let mut tx = Tx::new(Connection::open_in_memory().unwrap());
        tx.connection.execute_batch("CREATE TABLE note (name TEXT PRIMARY KEY)").unwrap();
        let note = "INSERT INTO note (name) VALUES (?1) ON CONFLICT DO NOTHING";
        tx.begin().unwrap();
        tx.begin_work(None);
        tx.only(note, ["kept"]).unwrap();
        tx.end_work(true).unwrap();
        tx.begin_work(None);
        tx.append(note, ["undone"]).unwrap();
        tx.end_work(false).unwrap();
        tx.begin_work(None);
        tx.only(note, ["kept"]).unwrap();
        tx.end_work(false).unwrap();
        assert_eq!(noted(&tx), ["kept"], "what changed nothing loses nothing");
        tx.begin_work(None);
        tx.only(note, ["bare"]).unwrap();
        assert!(tx.end_work(false).is_err());
        tx.rollback();
        assert!(noted(&tx).is_empty());
    }
}
