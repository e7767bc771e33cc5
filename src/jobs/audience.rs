//! Messages to many: copies are written, edited and withdrawn a few in a transaction, each batch in its turn. What is done
//! is noted in the same transaction, so that nothing has to be claimed, and a batch goes on where it stopped.

use crate::chat::audience;
use crate::chat::batch::due::{self, Due};
use crate::chat::batch::{self, Connected};
use crate::chat::topic;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Store};
use crate::time::Moment;
use futures_util::future::join_all;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Who of an application is connected: who builds the house knows.
pub type Roll = Arc<dyn Fn(AppNo) -> Vec<UserNo> + Send + Sync>;

/// What could not be done is tried again after so long; what is new rings the bell.
const TICK: Duration = Duration::from_secs(10);

/// A heavy step begins in a commit as long as those before it took no longer together, in microseconds.
const SHARE: u64 = 8000;

/// After a step of messages that have time: the disk and the writer are everybody's.
const BREATH: Duration = Duration::from_millis(1);

/// How long it holds who was connected: to ask takes a look at every socket.
const FRESH: Duration = Duration::from_secs(1);

/// Who was connected, and when that was asked.
struct Asked {
    at: Moment,
    old: Instant,
    connected: Arc<Connected>,
}

/// Who was connected when it was last asked, by application.
#[derive(Default)]
struct Present(HashMap<AppNo, Asked>);

impl Present {
    /// Asked after `since`: whoever was there when the message was accepted is among them.
    fn among(&mut self, roll: &Roll, app: AppNo, since: Moment) -> Arc<Connected> {
        self.0.retain(|_, asked| asked.old.elapsed() < FRESH);
        let earlier = self.0.get(&app).filter(|asked| asked.at > since).map(|asked| asked.connected.clone());
        earlier.unwrap_or_else(|| {
            let (at, old, connected) = (Moment::now(), Instant::now(), Arc::new(roll(app).into_iter().collect()));
            self.0.entry(app).insert_entry(Asked { at, old, connected }).get().connected.clone()
        })
    }
}

/// Until stopped. What an earlier process left undone comes first.
pub async fn run(store: &Store, (bell, roll): (&Notify, Roll), stop: CancellationToken) {
    let mut present = Present::default();
    loop {
        while !stop.is_cancelled() {
            match run_once(store, &roll, &mut present).await {
                Ok(Gone::On) => {}
                Ok(Gone::Slowly) => tokio::time::sleep(BREATH).await,
                Ok(Gone::Out) => break,
                Err(error) => {
                    tracing::warn!(%error, "messages to many wait; they are tried again soon");
                    break;
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(pause(store).await) => {}
        }
    }
}

/// Until the next message that waits for its moment, at most a tick.
async fn pause(store: &Store) -> Duration {
    let now = Moment::now();
    match store.read(move |db| due::next(db, now)).await {
        Ok(Some(due)) => due.since(Moment::now()).min(TICK),
        _ => TICK,
    }
}

/// What has something left to do now.
struct Open {
    due: Due,
    /// Whether it matters for its next step who is connected.
    asks: bool,
    is_urgent: bool,
}

fn open(db: &Db) -> Result<Vec<Open>> {
    let look = |due: Due| {
        let (app, batch) = (due.app, due.batch);
        let (asks, is_urgent) = (audience::asks_who_is_connected(db, app, batch)?, audience::is_urgent(db, app, batch)?);
        Ok(Open { due, asks, is_urgent })
    };
    due::open(db, Moment::now())?.into_iter().map(look).collect()
}

/// The next steps, as many as share a commit: whoever writes meanwhile waits for no more than these.
fn together(open: &[Open]) -> usize {
    let mut weight = 0;
    let fits = |open: &&Open| {
        weight += open.due.weight;
        weight <= due::TOGETHER
    };
    open.iter().take_while(fits).count().max(1)
}

/// What is left after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// More, of which something is urgent.
    On,
    /// More, that has time.
    Slowly,
    /// Nothing that is due.
    Out,
}

/// One step of each batch that has something left to do now.
async fn run_once(store: &Store, roll: &Roll, present: &mut Present) -> Result<Gone> {
    let (mut more, mut failed) = (false, None);
    let found = store.read(open).await?;
    let mut rest = &found[..];
    let mut begun = HashSet::new();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(together(rest));
        rest = later;
        let spent = Arc::new(AtomicU64::new(0));
        let steps = now.iter().map(|open| {
            let Due { app, batch, at: since, weight } = open.due;
            let connected = if open.asks { present.among(roll, app, since) } else { Arc::default() };
            let (may_wait, spent) = (!begun.insert(app) && weight == due::HEAVY, spent.clone());
            store.write(move |tx| {
                // Who writes meanwhile waits for the commit; the first of each application has its turn in any case.
                if may_wait && spent.load(Relaxed) > SHARE {
                    return Ok(true);
                }
                let at = Instant::now();
                let stepped = batch::step_among(tx, app, batch, &connected);
                spent.fetch_add(at.elapsed().as_micros() as u64, Relaxed);
                stepped
            })
        });
        for stepped in join_all(steps).await {
            match stepped {
                // It may have been the last of it, and others wait behind it.
                Ok(_) => more = true,
                // One batch that fails does not hold up the others.
                Err(error) => failed = Some(error),
            }
        }
    }
    for app in store.read(topic::waiting).await? {
        match store.write(move |tx| topic::go_on(tx, app)).await {
            Ok(left) => more |= left,
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if !more => Err(error),
        _ if !more => Ok(Gone::Out),
        _ if found.iter().any(|open| open.is_urgent) => Ok(Gone::On),
        _ => Ok(Gone::Slowly),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::author::Author;
    use crate::chat::term::Terms;
    use crate::directory::profile::{self, Profile};
    use crate::id::{Topic, UserId};
    use crate::store::Tx;
    use crate::store::scratch::Scratch;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    const APP: AppNo = AppNo(1);

    #[tokio::test]
    async fn it_is_asked_seldom_who_is_connected_however_many_get_a_message() {
        let store = offices(1, 400).await;
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        let roll: Roll = Arc::new(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            vec![UserNo(7)]
        });
        let everyone = vec!["everyone".to_string()];
        let many = (1..=400).map(|no| format!("user:u{no}")).collect();
        for (to, online, is_asked, written) in [(everyone.clone(), false, 1, 400), (everyone, true, 1, 1), (many, false, 0, 400)]
        {
            let draft = batch::Draft { online, ..batch::Draft::plain("hello") };
            let accept = move |tx: &mut Tx| batch::accept(tx, &Author::application(APP), &to, &draft);
            let batch = store.write(accept).await.unwrap().batch;
            let (mut present, begun) = (Present::default(), Instant::now());
            while run_once(&store, &roll, &mut present).await.unwrap() != Gone::Out {}
            let (asked, more) = (asked.swap(0, Ordering::SeqCst), begun.elapsed().as_secs() as usize);
            // Once more, where the message was accepted in the same millisecond.
            assert!((is_asked..=is_asked * (2 + more)).contains(&asked), "asked {asked} times");
            assert_eq!(store.read(move |db| batch::get(db, APP, batch)).await.unwrap().written, written);
        }
    }

    #[tokio::test]
    async fn who_has_come_since_an_earlier_message_gets_the_next() {
        let store = offices(1, 1).await;
        let here = Arc::new(AtomicBool::new(false));
        let door = here.clone();
        let roll: Roll = Arc::new(move |_| if door.load(Ordering::SeqCst) { vec![UserNo(1)] } else { Vec::new() });
        let mut present = Present::default();
        for written in [0, 1] {
            here.store(written == 1, Ordering::SeqCst);
            let draft = batch::Draft { online: true, ..batch::Draft::plain("fire") };
            let accept = move |tx: &mut Tx| batch::accept(tx, &Author::application(APP), &["everyone".into()], &draft);
            let batch = store.write(accept).await.unwrap().batch;
            while run_once(&store, &roll, &mut present).await.unwrap() != Gone::Out {}
            assert_eq!(store.read(move |db| batch::get(db, APP, batch)).await.unwrap().written, written);
        }
    }

    #[tokio::test]
    async fn what_is_due_at_the_same_moment_shares_commits() {
        let store = offices(2, 40).await;
        for no in 0..320 {
            plan(&store, 1 + no % 2, vec![format!("user:u{}", 1 + no % 40)]).await;
        }
        store.write(come).await.unwrap();
        let (before, mut rounds, mut present) = (store.revision(), 0, Present::default());
        let roll: Roll = Arc::new(|_| Vec::new());
        while run_once(&store, &roll, &mut present).await.unwrap() != Gone::Out {
            rounds += 1;
        }
        let commits = store.revision() - before;
        assert!(commits < 160, "{commits} commits for 320 messages");
        assert!(rounds <= 320 / (2 * due::TOGETHER), "{rounds} rounds: each message is written and done in one step");
        let written = "SELECT count(*) FROM batch WHERE done_at IS NOT NULL AND written = 1 /* all: of a test */";
        assert_eq!(store.read(move |db| db.one(written, [], |r| r.get::<i64>(0))).await.unwrap(), 320);
    }

    #[tokio::test]
    async fn what_is_for_everyone_has_time_unless_many_are_connected_and_wait_for_it() {
        for (connected, urgent) in [(2, false), (1100, true)] {
            let store = offices(1, 1200).await;
            let roll: Roll = Arc::new(move |_| (1201 - connected..=1200).map(UserNo).collect());
            plan(&store, 1, vec!["everyone".into()]).await;
            store.write(come).await.unwrap();
            let (mut present, mut slow) = (Present::default(), 0);
            loop {
                let gone = run_once(&store, &roll, &mut present).await.unwrap();
                let have = "SELECT count(*) FROM batch_copy WHERE user > 1200 - ?1 AND message IS NOT NULL /* all: of a test */";
                let have = store.read(move |db| db.one(have, [connected], |r| r.get::<i64>(0))).await.unwrap();
                match gone {
                    Gone::Out => break,
                    Gone::Slowly => slow += 1,
                    Gone::On => assert!(slow == 0 || urgent),
                }
                let most = if urgent { connected - 100 } else { connected };
                assert!(have >= most || slow < 3, "after {slow} breaths {have} of {connected} have it");
            }
            assert!(slow > 10, "{slow} breaths");
            plan(&store, 1, (1..=400).map(|no| format!("user:u{no}")).collect()).await;
            store.write(come).await.unwrap();
            assert_eq!(
                run_once(&store, &roll, &mut present).await.unwrap(),
                Gone::On,
                "named ones are written as fast as it goes"
            );
        }
    }

    #[tokio::test]
    async fn however_many_messages_of_one_application_are_due_those_of_another_are_in_the_first_commit() {
        let store = offices(2, 40).await;
        let many: Vec<String> = (1..=40).map(|no| format!("user:u{no}")).collect();
        let one = vec!["user:u1".to_string()];
        for (app, times, to) in [(1, 3, &many), (1, 60, &one), (2, 1, &one), (2, 6, &many)] {
            for _ in 0..times {
                plan(&store, app, to.clone()).await;
            }
        }
        store.write(come).await.unwrap();
        let found = store.read(open).await.unwrap();
        let of = |found: &[Open], app| found.iter().filter(|open| open.due.app == AppNo(app)).count();
        assert_eq!(
            (of(&found, 1), of(&found, 2)),
            (3 + 8, 1 + 3),
            "three large ones and eight small ones; one small and three large"
        );
        let first = &found[..together(&found)];
        assert_eq!((of(first, 1), of(first, 2)), (2, 2), "turn by turn: no more than four large ones hold up a commit");
    }

    #[tokio::test]
    async fn what_takes_earlier_messages_back_weighs_as_much_as_a_message_to_many() {
        let store = offices(1, 40).await;
        for no in 1..=40 {
            let terms = Terms { topic: Topic::parse("leave/118").ok(), expires_at: None };
            let draft = batch::Draft { terms, replace: true, send_at: Some(later()), ..batch::Draft::plain("leave") };
            let to = vec![format!("user:u{no}")];
            store.write(move |tx| batch::accept(tx, &Author::application(APP), &to, &draft)).await.unwrap();
        }
        store.write(come).await.unwrap();
        let found = store.read(open).await.unwrap();
        assert_eq!((found.len(), together(&found)), (4, 4));
    }

    /// Of the first application nothing can be withdrawn.
    #[tokio::test]
    async fn what_cannot_be_replaced_holds_up_nobody() {
        let store = offices(2, 1).await;
        let topic = || Terms { topic: Topic::parse("leave/118").ok(), expires_at: None };
        for (app, number) in [1, 2].into_iter().flat_map(|app| (0..=120).map(move |number| (app, number))) {
            let draft = batch::Draft { terms: topic(), replace: number == 120, ..batch::Draft::plain("leave") };
            let to = ["user:u1".to_string()];
            store.write(move |tx| batch::accept(tx, &Author::application(AppNo(app)), &to, &draft)).await.unwrap();
        }
        plan(&store, 1, vec!["user:u1".into()]).await;
        let broken =
            "CREATE TRIGGER broken BEFORE UPDATE ON message WHEN old.application = 1 BEGIN SELECT raise(ABORT, 'broken'); END";
        store.write(move |tx| come(tx).and_then(|()| tx.run(broken, []).map(|_| ()))).await.unwrap();
        let (roll, mut present): (Roll, _) = (Arc::new(|_| Vec::new()), Present::default());
        let mut ends = 0;
        while ends < 2 {
            ends += usize::from(!matches!(run_once(&store, &roll, &mut present).await, Ok(Gone::On | Gone::Slowly)));
        }
        let left = "SELECT group_concat(application) FROM replacement";
        assert_eq!(store.read(move |db| db.one(left, [], |r| r.get::<String>(0))).await.unwrap(), "1", "the other's are done");
        let open = "SELECT count(*) FROM batch WHERE done_at IS NULL /* all: of a test */";
        assert_eq!(store.read(move |db| db.one(open, [], |r| r.get::<i64>(0))).await.unwrap(), 0, "and messages are written");
    }

    fn later() -> Moment {
        Moment::now().plus(Duration::from_secs(3600))
    }

    async fn plan(store: &Store, app: i64, to: Vec<String>) {
        let draft = batch::Draft { send_at: Some(later()), ..batch::Draft::plain("nine o'clock") };
        store.write(move |tx| batch::accept(tx, &Author::application(AppNo(app)), &to, &draft)).await.unwrap();
    }

    /// It is time for all that is planned.
    fn come(tx: &mut Tx) -> Result<()> {
        tx.run("UPDATE batch SET due_at = created_at /* all: of a test */", []).map(|_| ())
    }

    async fn offices(apps: i64, users: i64) -> Scratch {
        let store = Scratch::open();
        let found = move |tx: &mut Tx| {
            for app in 1..=apps {
                let sql = "INSERT INTO application (no, id, name, created_at) VALUES (?1, 'oa' || ?1, 'Office', 0)";
                tx.run(sql, [app])?;
                for no in 1..=users {
                    profile::put(tx, AppNo(app), &Profile::new(UserId::parse(&format!("u{no}"))?))?;
                }
            }
            Ok(())
        };
        store.write(found).await.unwrap();
        store
    }
}
