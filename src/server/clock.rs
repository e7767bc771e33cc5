//! What time brings: leases of presence that lapse each second, and once a minute the forgetting of who has been quiet.

use crate::directory::user;
use crate::http::House;
use crate::live::presence::Sighting;
use crate::store::Tx;
use crate::time::Moment;
use actix_web::web::Data;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
/// Users whose times are written in one transaction.
const TOGETHER: usize = 500;

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

/// Who has come or gone is noted with the time, so that it can be said how long ago that was, also after a kill.
async fn lapse(house: &House, now: Moment) {
    note(house, house.live.presences.lapse(now)).await;
}

/// Who is here at a stop was seen then.
pub async fn end(house: &House) {
    note(house, house.live.presences.here(Moment::now())).await;
}

async fn note(house: &House, sightings: Vec<Sighting>) {
    for some in sightings.chunks(TOGETHER).map(<[Sighting]>::to_vec) {
        let write =
            move |tx: &mut Tx| some.iter().try_for_each(|one| user::set_last_seen(tx, one.app, &one.user, (one.at, one.seen)));
        if let Err(error) = house.store.write(write).await {
            tracing::warn!(%error, "when users were last seen could not be noted");
        }
    }
}
