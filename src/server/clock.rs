//! What time brings: leases of presence that lapse each second, and once a minute the forgetting of who has been quiet.

use crate::directory::user;
use crate::error::Result;
use crate::http::House;
use crate::id::{AppNo, UserId};
use crate::store::Tx;
use crate::time::Moment;
use actix_web::web::Data;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

pub async fn run(house: Data<House>) {
    let (mut second, mut minute) = (tokio::time::interval(SECOND), tokio::time::interval(MINUTE));
    loop {
        tokio::select! {
            () = house.stop.cancelled() => return,
            _ = second.tick() => lapse(&house, Moment::now()).await,
            _ = minute.tick() => house.limiters.forget(),
        }
    }
}

/// Who has gone is noted with the time, so that others may see how long ago it was.
async fn lapse(house: &House, now: Moment) {
    let gone = house.live.presences.lapse(now);
    if gone.is_empty() {
        return;
    }
    let note = move |tx: &mut Tx| gone.iter().try_for_each(|one| seen(tx, one));
    if let Err(error) = house.store.write(note).await {
        tracing::warn!(%error, "when users were last seen could not be noted");
    }
}

fn seen(tx: &mut Tx, (app, id, at): &(AppNo, UserId, Moment)) -> Result<()> {
    match user::find(tx, *app, id)? {
        Some(user) => user::set_last_seen(tx, *app, user.no, *at),
        None => Ok(()),
    }
}
