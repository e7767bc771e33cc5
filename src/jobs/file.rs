//! Files that no message has any more: their rows, then their contents, then what was left behind by a process that was ended
//! between the two. In small pieces, each of which can be done again.

use crate::chat::file::sweep;
use crate::error::{Error, Result};
use crate::store::content::Contents;
use crate::store::{Store, Tx};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Rows and contents of one piece.
const TOGETHER: usize = 50;
const PAUSE: Duration = Duration::from_secs(5);
/// How many pauses there are from one look for what was left behind to the next: an hour.
const ROUNDS: u32 = 720;
/// So many contents may be left behind, whatever part of all they are.
const FEW: usize = 20;

/// Until stopped.
pub async fn run(store: &Store, stop: CancellationToken) {
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
    store.write_in_pieces((), |(), tx| Ok(sweep::forget(tx, TOGETHER)? == TOGETHER)).await?;
    while remove(store).await? == TOGETHER {}
    if everywhere { look(store).await } else { Ok(()) }
}

/// Takes contents off the disk; answers how many.
async fn remove(store: &Store) -> Result<usize> {
    let gone = store.read(|db| sweep::gone(db, TOGETHER)).await?;
    if gone.is_empty() {
        return Ok(0);
    }
    let (count, contents) = (gone.len(), store.contents().clone());
    // One that cannot be removed holds up no other.
    let remove = move || Ok(gone.into_iter().filter(|name| is_removed(&contents, name)).collect::<Vec<String>>());
    let removed = blocking(remove).await?;
    let all = removed.len() == count;
    store.write(move |tx: &mut Tx| sweep::forgotten(tx, &removed)).await?;
    Ok(if all { count } else { 0 })
}

fn is_removed(contents: &Contents, name: &str) -> bool {
    let removed = contents.remove(name);
    if let Err(error) = &removed {
        tracing::warn!(%error, name, "a file cannot be removed; it is tried again soon");
    }
    removed.is_ok()
}

/// Contents and drafts that nothing is known of. Where that is most of them, they are another database's: all of them stay.
async fn look(store: &Store) -> Result<()> {
    let looking = store.clone();
    let look = move || {
        looking.contents().sweep_drafts()?;
        let (mut all, mut lost) = (0, Vec::new());
        for shelf in looking.contents().shelves()? {
            all += shelf.len();
            for names in shelf.chunks(TOGETHER) {
                let names = names.to_vec();
                lost.extend(looking.read_blocking(|db| sweep::unknown(db, names))?);
            }
        }
        if lost.len() > FEW && lost.len() * 2 > all {
            tracing::warn!(lost = lost.len(), all, "most files are of another database than this one; none of them is removed");
            return Ok(());
        }
        lost.iter().try_for_each(|name| looking.contents().remove(name))
    };
    blocking(look).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
