//! Taking erased people out of rooms and off everybody's lists: in many small transactions, so that nobody waits for it.

use crate::chat::erasure::{self, Leaving};
use crate::directory::erasure::unfinished;
use crate::error::Result;
use crate::id::{AppNo, UserNo};
use crate::store::Store;
use std::collections::BTreeSet;

/// People who are noted in one transaction.
const TOGETHER: usize = 100;

/// Until nothing names this user any more.
pub async fn finish(store: &Store, app: AppNo, no: UserNo) -> Result<()> {
    part(store, app, vec![no]).await?;
    store.write_in_pieces((app, no), |(app, no), tx| Ok(erasure::go_on(tx, *app, *no)? > 0)).await.map(|_| ())
}

/// These leave their rooms. Whoever met them is told once, of all.
async fn part(store: &Store, app: AppNo, people: Vec<UserNo>) -> Result<()> {
    let mut met = BTreeSet::new();
    for no in &people {
        let no = *no;
        store.write_in_pieces(Leaving::of(app, no), Leaving::step).await?;
        met.extend(store.read(move |db| erasure::met(db, app, no)).await?);
    }
    let mut news = false;
    for some in people.chunks(TOGETHER).map(<[UserNo]>::to_vec) {
        news |= store.write(move |tx| erasure::note(tx, app, &some)).await?;
    }
    match news {
        true => store.write(move |tx| erasure::part(tx, app, met)).await,
        false => Ok(()),
    }
}

/// The same, from a thread that may wait: of all who are left of an application.
pub fn finish_blocking(store: &Store, app: AppNo) -> Result<()> {
    let people = store.read_blocking(|db| unfinished(db, Some(app)))?;
    let mut met = BTreeSet::new();
    for (no, _) in people.iter().filter(|(_, parted)| !parted).map(|((_, no), parted)| (*no, parted)) {
        let mut leaving = Leaving::of(app, no);
        loop {
            let (rest, more) = store.write_blocking(move |tx| leaving.step(tx).map(|more| (leaving, more)))?;
            if !more {
                break;
            }
            leaving = rest;
        }
        met.extend(store.read_blocking(|db| erasure::met(db, app, no))?);
    }
    let parted: Vec<UserNo> = people.iter().map(|((_, no), _)| *no).collect();
    let mut news = false;
    for some in parted.chunks(TOGETHER).map(<[UserNo]>::to_vec) {
        news |= store.write_blocking(move |tx| erasure::note(tx, app, &some))?;
    }
    if news {
        store.write_blocking(move |tx| erasure::part(tx, app, met))?;
    }
    for ((_, no), _) in people {
        while store.write_blocking(move |tx| erasure::go_on(tx, app, no))? > 0 {}
    }
    Ok(())
}

/// What was left undone when the process ended on the way, of all applications or of one. Where one does not go on, the others
/// do.
pub async fn finish_all(store: &Store, app: Option<AppNo>) -> Result<()> {
    let left = store.read(move |db| unfinished(db, app)).await?;
    let apps: BTreeSet<AppNo> = left.iter().filter(|(_, parted)| !parted).map(|((app, _), _)| *app).collect();
    for app in apps {
        let of_it = left.iter().filter(|((of, _), parted)| *of == app && !parted).map(|((_, no), _)| *no).collect();
        if let Err(error) = part(store, app, of_it).await {
            tracing::warn!(%error, application = app.0, "erased people are still in rooms; it is tried again soon");
        }
    }
    for ((app, no), _) in left {
        let done = store.write_in_pieces((app, no), |(app, no), tx| Ok(erasure::go_on(tx, *app, *no)? > 0)).await;
        if let Err(error) = done {
            tracing::warn!(%error, application = app.0, user = no.0, "an erased person is still on lists; it is tried again soon");
        }
    }
    Ok(())
}
