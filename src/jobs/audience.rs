//! Messages to many: copies are written, edited and withdrawn a few in a transaction, each batch in its turn. What is done
//! is noted in the same transaction, so that nothing has to be claimed, and a batch goes on where it stopped.

use crate::chat::audience;
use crate::chat::batch::{self, Connected};
use crate::chat::topic;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::{Db, Store};
use crate::time::Moment;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Who of an application is connected: who builds the house knows.
pub type Roll = Arc<dyn Fn(AppNo) -> Vec<UserNo> + Send + Sync>;

/// What could not be done is tried again after so long; what is new rings the bell.
const TICK: Duration = Duration::from_secs(10);

/// How long it holds for a batch who was connected: to ask takes a look at every socket.
const FRESH: Duration = Duration::from_secs(1);

/// Who was connected when a batch last asked, of batches that go on.
#[derive(Default)]
struct Present(HashMap<(AppNo, i64), (Instant, Arc<Connected>)>);

impl Present {
    fn among(&mut self, roll: &Roll, app: AppNo, batch: i64) -> Arc<Connected> {
        self.0.retain(|_, (at, _)| at.elapsed() < FRESH);
        let asked = || (Instant::now(), Arc::new(roll(app).into_iter().collect()));
        self.0.entry((app, batch)).or_insert_with(asked).1.clone()
    }
}

/// Until stopped. What an earlier process left undone comes first.
pub async fn run(store: &Store, (bell, roll): (&Notify, Roll), stop: CancellationToken) {
    let mut present = Present::default();
    loop {
        while !stop.is_cancelled() {
            match run_once(store, &roll, &mut present).await {
                Ok(true) => {}
                Ok(false) => break,
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
    match store.read(move |db| batch::next(db, now)).await {
        Ok(Some(due)) => due.since(Moment::now()).min(TICK),
        _ => TICK,
    }
}

/// What has something left to do now, and whether it matters for it who is connected.
fn open(db: &Db) -> Result<Vec<(AppNo, i64, bool)>> {
    let found = batch::open(db, Moment::now())?.into_iter();
    found.map(|(app, id)| Ok((app, id, audience::asks_who_is_connected(db, app, id)?))).collect()
}

/// One step of each batch that has something left to do now; answers whether there is more.
async fn run_once(store: &Store, roll: &Roll, present: &mut Present) -> Result<bool> {
    let (mut more, mut failed) = (false, None);
    for (app, id, asks) in store.read(open).await? {
        let connected = if asks { present.among(roll, app, id) } else { Arc::default() };
        match store.write(move |tx| batch::step_among(tx, app, id, &connected)).await {
            // It may have been the last of it, and others wait behind it.
            Ok(_) => more = true,
            // One batch that fails does not hold up the others.
            Err(error) => failed = Some(error),
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
        _ => Ok(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::author::Author;
    use crate::directory::profile::{self, Profile};
    use crate::id::UserId;
    use crate::store::Tx;
    use crate::store::scratch::Scratch;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const APP: AppNo = AppNo(1);

    #[tokio::test]
    async fn it_is_asked_seldom_who_is_connected_however_many_get_a_message() {
        let store = Scratch::open();
        let found = |tx: &mut Tx| {
            tx.run("INSERT INTO application (no, id, name, created_at) VALUES (1, 'oa', 'Office', 0)", [])?;
            (1..=400).try_for_each(|no| profile::put(tx, APP, &Profile::new(UserId::parse(&format!("u{no}"))?)).map(|_| ()))
        };
        store.write(found).await.unwrap();
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
            while run_once(&store, &roll, &mut present).await.unwrap() {}
            let (asked, more) = (asked.swap(0, Ordering::SeqCst), begun.elapsed().as_secs() as usize);
            assert!((is_asked..=is_asked * (1 + more)).contains(&asked), "asked {asked} times");
            assert_eq!(store.read(move |db| batch::get(db, APP, batch)).await.unwrap().written, written);
        }
    }
}
