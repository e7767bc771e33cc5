//! Erasing people, taking them out of rooms and off everybody's lists: in many small transactions, so that nobody waits for it.

use crate::accounts::audit::{self, Entry};
use crate::chat::erasure::{self, Leaving};
use crate::directory::erasure::unfinished;
use crate::directory::user;
use crate::error::Result;
use crate::id::{AppNo, UserId, UserNo};
use crate::jobs::intake;
use crate::store::{Store, Tx};
use std::collections::BTreeSet;

/// People who are noted in one transaction.
const TOGETHER: usize = 100;

/// Erases a person, noted in the audit log, until nothing names it any more. A list that is on its way would bring it back, and
/// comes first.
pub async fn erase(store: &Store, app: AppNo, id: UserId, noted: Entry) -> Result<()> {
    intake::settle(store, app).await?;
    let erase = move |tx: &mut Tx| {
        let no = user::number(tx, app, &id)?;
        erasure::erase(tx, app, no)?;
        audit::record(tx, &noted).map(|()| no)
    };
    let no = store.write(erase).await?;
    part(store, app, vec![no]).await?;
    forget(store, app, no).await
}

/// These leave their rooms. Whoever met some of them is told once, of all of these, in the transaction that notes them.
async fn part(store: &Store, app: AppNo, people: Vec<UserNo>) -> Result<()> {
    for some in people.chunks(TOGETHER).map(<[UserNo]>::to_vec) {
        let mut met = BTreeSet::new();
        for no in some.iter().copied() {
            store.write_in_pieces(Leaving::of(app, no), Leaving::step).await?;
            met.extend(store.read(move |db| erasure::met(db, app, no)).await?);
        }
        let note = move |tx: &mut Tx| match erasure::note(tx, app, &some)? {
            true => erasure::part(tx, app, met),
            false => Ok(()),
        };
        store.write(note).await?;
    }
    Ok(())
}

/// What is left of one who has parted.
async fn forget(store: &Store, app: AppNo, no: UserNo) -> Result<()> {
    store.write_in_pieces((app, no), |(app, no), tx| Ok(erasure::go_on(tx, *app, *no)? > 0)).await.map(|_| ())
}

/// What was left undone when the process ended on the way, of all applications or of one. Where one does not go on, the others
/// do, and the first error is answered.
pub async fn finish_all(store: &Store, app: Option<AppNo>) -> Result<()> {
    let left = store.read(move |db| unfinished(db, app)).await?;
    let apps: BTreeSet<AppNo> = left.iter().filter(|(_, parted)| !parted).map(|((app, _), _)| *app).collect();
    let mut outcome = Ok(());
    for app in apps {
        let of_it = left.iter().filter(|((of, _), parted)| *of == app && !parted).map(|((_, no), _)| *no).collect();
        let parted = part(store, app, of_it).await;
        if let Err(error) = &parted {
            tracing::warn!(%error, application = app.0, "erased people are still in rooms; it is tried again soon");
        }
        outcome = outcome.and(parted);
    }
    for ((app, no), _) in left {
        let forgotten = forget(store, app, no).await;
        if let Err(error) = &forgotten {
            tracing::warn!(%error, application = app.0, user = no.0, "an erased person is still on lists; it is tried again soon");
        }
        outcome = outcome.and(forgotten);
    }
    outcome
}
