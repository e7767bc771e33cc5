//! Files that no message has any more: their rows, then their contents. What was left behind by a process that was ended between
//! the two is set aside, and removed later. In small pieces, each of which can be done again.

use crate::chat::file::sweep;
use crate::error::Result;
use crate::store::content::{Contents, DAYS};
use crate::store::{Db, Store, Tx};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Rows and contents of one piece.
const TOGETHER: usize = 50;
const PAUSE: Duration = Duration::from_secs(5);
/// How many pauses there are from one look for what was left behind to the next: an hour.
const ROUNDS: u32 = 720;

/// Until stopped.
pub async fn run(store: &Store, stop: CancellationToken) {
    if let Err(error) = claim(store).await {
        tracing::warn!(%error, "whose the files are cannot be written beside them");
    }
    let mut round = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            done = once(store, round % ROUNDS == 0) => {
                if let Err(error) = done {
                    tracing::warn!(%error, "files wait to be removed; it is tried again soon");
                }
            }
        }
        round += 1;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn once(store: &Store, everywhere: bool) -> Result<()> {
    if everywhere {
        take_back(store).await?;
    }
    store.write_in_pieces((), |(), tx| Ok(sweep::forget(tx, TOGETHER)? == TOGETHER)).await?;
    remove(store).await?;
    if everywhere { look(store).await } else { Ok(()) }
}

/// Takes contents off the disk. One that cannot be removed holds up no other.
async fn remove(store: &Store) -> Result<()> {
    let (mut after, mut left) = (String::new(), Vec::new());
    loop {
        let begin = after.clone();
        let gone = store.read(move |db| sweep::gone(db, &begin, TOGETHER)).await?;
        let Some(last) = gone.last() else { break };
        after = last.clone();
        let work =
            move |store: &Store| Ok(gone.into_iter().map(|name| (take_off(store.contents(), &name), name)).collect::<Vec<_>>());
        let (removed, failed): (Vec<_>, Vec<_>) = store.aside(work).await?.into_iter().partition(|(done, _)| done.is_ok());
        left.extend(failed);
        let removed: Vec<String> = removed.into_iter().map(|(_, name)| name).collect();
        store.write(move |tx: &mut Tx| sweep::forgotten(tx, &removed)).await?;
    }
    if let Some((Err(error), name)) = left.first() {
        tracing::warn!(%error, name, count = left.len(), "files cannot be removed; it is tried again soon");
    }
    Ok(())
}

fn take_off(contents: &Contents, name: &str) -> Result<()> {
    if contents.are_contended() { contents.set_aside(name) } else { contents.remove(name) }
}

/// What the database names is where it belongs, and what it does not know of is set aside.
async fn look(store: &Store) -> Result<()> {
    let look = |store: &Store| {
        let contents = store.contents();
        contents.sweep_drafts()?;
        let mut lost = Vec::new();
        for shelf in contents.shelves()? {
            lost.extend(of(store, &shelf?, sweep::unknown)?);
        }
        lost.iter().try_for_each(|name| contents.set_aside(name))?;
        if !lost.is_empty() {
            tracing::warn!(count = lost.len(), "files of which the database knows nothing are in files/lost now for {DAYS} days");
        }
        match contents.sweep_lost()? {
            0 => {}
            count => tracing::warn!(count, "files that were in files/lost for {DAYS} days are removed"),
        }
        Ok(())
    };
    store.aside(look).await
}

/// Before anything is removed: what another database did not know of.
async fn take_back(store: &Store) -> Result<()> {
    let take = |store: &Store| {
        let contents = store.contents();
        let known = of(store, &contents.lost()?, sweep::known)?;
        known.iter().try_for_each(|name| contents.take_back(name))?;
        if !known.is_empty() {
            tracing::info!(count = known.len(), "files were taken back from files/lost");
        }
        Ok(())
    };
    store.aside(take).await
}

/// Asks about names a few at a time.
fn of(store: &Store, names: &[String], ask: fn(&Db, &[String]) -> Result<Vec<String>>) -> Result<Vec<String>> {
    let answers = names.chunks(TOGETHER).map(|names| store.read_blocking(|db| ask(db, names)));
    Ok(answers.collect::<Result<Vec<_>>>()?.concat())
}

/// Whose the files are is written beside them.
async fn claim(store: &Store) -> Result<()> {
    let another = store.aside(|store| store.contents().belong_to(store.epoch())).await?;
    if another {
        tracing::warn!(
            "the folder files was another database's until now; what this one does not know of, or removes in the next {DAYS} \
             days, is set aside in files/lost and comes back with the database that knows it: if this is the wrong one, stop"
        );
    }
    Ok(())
}
